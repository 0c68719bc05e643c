"""What the plan's page shows to one reader, worked out from a fixed number of queries."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.templatetags.components import tag
from core.templatetags.dates import day
from plans.content import missing, of_goals
from plans.evidence.measuring import in_figures
from plans.evidence.observations import lately
from plans.models import FIRST_STEP, LAST_STEP, FollowUp, Goal, Observation, Plan, Subgoal, Version
from plans.permissions import Reading
from plans.progress import PlanProgress, Point, Said, SubgoalProgress, progress
from plans.showing.curves import Curve, curve_of
from plans.statuses import Status


@dataclass
class PlanPage:
    """One plan as its reader may see it. `version` is None when nothing of it is for the reader yet."""

    plan: Plan
    version: Version | None = None
    draft: Version | None = None
    goals: list[dict[str, Any]] = field(default_factory=list)
    progress: PlanProgress = field(default_factory=PlanProgress)
    curve: Curve | None = None
    curve_of: Subgoal | None = None
    follow_up: FollowUp | None = None
    missing: list[str] = field(default_factory=list)
    has_versions: bool = False
    seen: dict[uuid.UUID, Observation] = field(default_factory=dict)

    @property
    def is_confirmed(self) -> bool:
        return self.version is not None and self.version.status == Status.CONFIRMED


def plan_page(plan: Plan, *, reading: Reading, chosen: str = "") -> PlanPage:
    """The confirmed version, or before there is one the draft for those who read drafts.

    `chosen` is the key of the subgoal whose curve is drawn; otherwise it is the first one that was followed up.
    """
    page = PlanPage(plan)
    versions = list(plan.versions.select_related("confirmed_by"))
    confirmed = [version for version in versions if version.status == Status.CONFIRMED]
    if reading.drafts:
        page.draft = next((version for version in versions if version.status == Status.DRAFT), None)
    page.version = confirmed[-1] if confirmed else page.draft
    page.has_versions = len(confirmed) + bool(page.draft) > 1
    if page.version is None:
        return page
    goals = list(goals_of(page.version, reading))
    if page.draft is page.version:
        page.missing = missing(of_goals(goals))
    else:
        page.progress = progress(plan, reading)
        if reading.talk:
            page.follow_up = plan.follow_ups.select_related("by").last()
        if reading.observations:
            # Oldest first, so that the newest of each subgoal stays.
            page.seen = {one.subgoal.key: one for one in reversed(lately(plan, reading))}
    by_key = page.progress.by_key()
    page.goals = [goal_card(goal, by_key, page) for goal in goals]
    if page.is_confirmed:
        page.goals = pursued(page.goals, {key for key, one in by_key.items() if one.given_up_on})
    choose_curve(page, chosen)
    return page


def goals_of(version: Version, reading: Reading) -> QuerySet[Goal]:
    return reading.goals(version.goals.prefetch_related("subgoals"))


def goal_card(goal: Goal, by_key: dict[uuid.UUID, SubgoalProgress], page: PlanPage) -> dict[str, Any]:
    return {
        "goal": {"title": goal.title, "area": goal.get_life_area_display(), "own_words": goal.own_words},
        "subgoals": [subgoal_card(subgoal, by_key.get(subgoal.key), page) for subgoal in goal.subgoals.all()],
    }


def pursued(cards: list[dict[str, Any]], given_up: set[uuid.UUID]) -> list[dict[str, Any]]:
    """The cards without what was given up, and without goals of which nothing is left (L1)."""
    if not given_up:
        return cards
    left = [{**card, "subgoals": [one for one in card["subgoals"] if one["key"] not in given_up]} for card in cards]
    return [card for card in left if card["subgoals"]]


def subgoal_card(subgoal: Subgoal, one: SubgoalProgress | None, page: PlanPage) -> dict[str, Any]:
    """The inputs of components/goal_card.html for one subgoal."""
    card: dict[str, Any] = {
        "key": subgoal.key,
        "text": subgoal.title,
        "measure": measure(subgoal),
        "due": subgoal.due_on,
        "who": subgoal.responsible,
        "step": subgoal.baseline_step,
        "target": LAST_STEP,
        "baseline": subgoal.baseline_step,
        "tag": "",
        "staff": [],
        "own": [],
    }
    if one is None:
        return card
    card["step"] = one.step
    card["tag"] = moved_tag(one, page.plan.follow_up_due_on)
    said = [point for point in one.points if point.comment]
    card["staff"] = [{"by": point.by, "on": point.held_on, "text": point.comment} for point in said[-1:]]
    heard = [voice for voice in one.voices if voice.own_step or voice.own_comment]
    card["own"] = [
        {"by": _("The citizen's own step"), "on": voice.held_on, "text": own_voice(voice, one.wordings)}
        for voice in heard[-1:]
    ]
    if measured := [point.measured for point in one.points if point.measured is not None]:
        card["figure"] = in_figures(subgoal.indicator, measured[-1])
    if seen := page.seen.get(subgoal.key):
        by = _("Seen by %(name)s") % {"name": seen.by.name}
        card["seen"] = [{"by": by, "on": seen.seen_on, "text": seen.text}]
    if one.voices:
        url = reverse("plans:detail", args=[page.plan.programme.reference])
        card["action"] = {
            "url": f"{url}?subgoal={subgoal.key}#curve",
            "label": _("Show the steps"),
            "icon": "bar-chart",
            "hint": subgoal.title,
        }
    return card


def measure(subgoal: Subgoal) -> str:
    """`Hours a week, from 6 to 21`: how it is measured, and from where to where."""
    if subgoal.baseline and subgoal.target:
        return _("%(indicator)s: from “%(baseline)s” to “%(target)s”") % {
            "indicator": subgoal.get_indicator_display(),
            "baseline": subgoal.baseline,
            "target": subgoal.target,
        }
    return str(subgoal.get_indicator_display())


def own_voice(voice: Point | Said, wordings: list[str]) -> str:
    """The step that the citizen named, in its words, and what the citizen said to it (L3)."""
    step = in_words(voice.own_step, wordings) if voice.own_step else ""
    return "\n".join(filter(None, [step, voice.own_comment]))


def in_words(step: int, wordings: list[str]) -> str:
    return _("Step %(step)s: %(wording)s") % {"step": step, "wording": wordings[step - FIRST_STEP]}


def moved_tag(one: SubgoalProgress, due_on: date | None) -> str:
    """From where to where, or that nobody has asked yet."""
    steps = {"before": one.baseline_step, "after": one.step}
    if one.moved > 0:
        return tag("ok", "arrow-up-right", _("From step %(before)s to %(after)s") % steps)
    if one.moved < 0:
        return tag("due", "arrow-down-right", _("From step %(before)s to %(after)s") % steps)
    if any(point.step != one.baseline_step for point in one.points):
        return tag("info", "arrow-counterclockwise", _("Back at step %(after)s") % steps)
    if one.has_follow_up:
        return tag("info", "arrow-right", _("Kept at step %(after)s") % steps)
    if due_on and due_on < timezone.localdate():
        return tag("due", "clock", _("Not followed up yet"))
    return tag("calm", "hourglass-split", _("Not followed up yet"))


def choose_curve(page: PlanPage, chosen: str) -> None:
    """Draw the steps of the chosen subgoal, or of the first that was followed up or that the citizen spoke of."""
    heard = [one for one in page.progress.subgoals if one.voices]
    first = next((one for one in heard if one.has_follow_up), heard[0] if heard else None)
    one = next((one for one in heard if str(one.subgoal.key) == chosen), first)
    if one is None:
        return
    page.curve_of = one.subgoal
    page.curve = curve_of(one, page.plan.programme.starts_on)


def what_now(page: PlanPage, *, may_edit: bool, is_running: bool) -> dict[str, Any] | None:
    """The one thing to do with this plan now, for components/what_now.html; nothing for those who only read."""
    programme = page.plan.programme
    person = programme.citizen.name
    if not is_running or not may_edit:
        return None
    urls = {name: reverse(f"plans:{name}", args=[programme.reference]) for name in ("edit", "confirm", "follow_up")}
    write = {"url": urls["edit"], "label": _("Write the plan"), "icon": "pencil"}
    if page.draft and not page.is_confirmed:
        if page.missing:
            return {
                "sentence": _("Write the plan together with %(person)s") % {"person": person},
                "detail": page.missing[0],
                "primary": write,
            }
        return {
            "sentence": _("Agree on the plan with %(person)s and confirm it") % {"person": person},
            "detail": _("Confirmed, it is locked; a change is a new version."),
            "primary": {"url": urls["confirm"], "label": _("Confirm the plan"), "icon": "check-lg"},
            "secondary": write,
        }
    follow_up = {"url": urls["follow_up"], "label": _("Follow up"), "icon": "clipboard-check"}
    if page.draft:
        finish = {"url": urls["edit"], "label": _("Continue with the new version"), "icon": "pencil"}
        return {
            "sentence": _("A new version is being written"),
            "detail": page.draft.change_reason,
            "primary": finish,
            "secondary": follow_up,
        }
    due_on = page.plan.follow_up_due_on
    if due_on is None:
        sentence = _("No further follow-up is planned")
    elif due_on < timezone.localdate():
        sentence = _("The follow-up on %(day)s is overdue") % {"day": day(due_on)}
    else:
        sentence = _("Next follow-up on %(day)s") % {"day": day(due_on)}
    change = {"url": urls["edit"], "label": _("Change the plan"), "icon": "pencil"}
    return {"sentence": sentence, "primary": follow_up, "secondary": change}
