"""The talk about the plan in which steps are set (L3)."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import Refused
from core.life_areas import LifeArea
from journal.models import Audience, Entry
from plans.actions import follow_up_next, locked, next_follow_up_on
from plans.evidence.measuring import Measured, measured_of
from plans.evidence.own_steps import keep
from plans.models import FIRST_STEP, LAST_STEP, FollowUp, Plan, StepRecord, Subgoal
from programmes.checklist.requirements import settle
from programmes.models import Programme


class Mark(NamedTuple):
    """The step of one subgoal at one follow-up: the professional's, the citizen's own, and what each says to it.

    Without a step of staff the citizen's own stands alone (L3).
    """

    step: int | None
    own_step: int | None = None
    comment: str = ""
    own_comment: str = ""


class AlreadyFollowedUp(Refused):
    """Somebody recorded a follow-up since the page was opened (T13)."""


def record_follow_up(
    *,
    plan: Plan,
    held_on: date,
    steps: Mapping[uuid.UUID, Mark],
    comment: str = "",
    next_on: date | None = None,
    last_seen: int | None = None,
    by: User,
) -> FollowUp:
    """Record a follow-up of the confirmed version and plan the next one (L3).

    `steps` go by the subgoal's key; a subgoal that was not talked about is left out, and of one of which only the
    citizen spoke the own step is kept alone. Without `next_on` the type's interval decides. `last_seen` is the id of
    the newest follow-up (0 for none) on the page that was sent: the same sent twice is one follow-up (T12), another one
    meanwhile is refused. What attendance answers is filled in from there, whatever was sent. Refused for a day in the
    future or before the programme's start, without a confirmed version, and without a single step.
    """
    with acting(by):
        plan = locked(plan, by=by)
        version = plan.in_force()
        if version is None:
            raise Refused(_("Confirm the plan first; then its steps can be followed"))
        gone = plan.abandonments.filter(taken_up_on=None).values("key")
        rows = Subgoal.objects.filter(goal__version=version).exclude(key__in=gone).select_related("goal")
        subgoals = {s.key: s for s in rows}
        if problem := held_on_problem(plan.programme, held_on):
            raise Refused(problem)
        measured = measured_of(plan.programme, subgoals.values(), until=held_on)
        steps = filled_in(steps, measured)
        check(plan.programme, held_on=held_on, next_on=next_on, steps=steps, known=set(subgoals))
        newest = plan.follow_ups.order_by("pk").last()
        if last_seen is not None and last_seen != (newest.pk if newest else 0):
            if newest and is_same(newest, held_on=held_on, comment=comment, steps=steps, by=by):
                return newest
            raise AlreadyFollowedUp(
                _("Somebody else has recorded a follow-up since you opened the page. See it before you save yours.")
            )
        before = steps_until(plan, held_on)
        alone = {key: mark for key, mark in steps.items() if mark.step is None}
        follow_up = FollowUp.objects.create(plan=plan, held_on=held_on, by=by, comment=comment, next_on=next_on)
        StepRecord.objects.bulk_create(
            StepRecord(
                follow_up=follow_up,
                subgoal=subgoals[key],
                step=mark.step,
                own_step=mark.own_step,
                comment=mark.comment,
                own_comment=mark.own_comment,
                measured=measured[key].value if key in measured else None,
                measured_since=measured[key].since if key in measured else None,
            )
            for key, mark in steps.items()
            if mark.step is not None
        )
        for key, mark in alone.items():
            if mark.own_step:
                keep(plan, subgoals[key], mark.own_step, said_on=held_on, comment=mark.own_comment, by=by)
        if not plan.follow_ups.filter(held_on__gt=held_on).exists():
            follow_up_next(plan, on=next_on or next_follow_up_on(plan.programme, held_on), by=by)
        settle([plan.programme.pk], by=by)
        record("plan_followed_up", by=by, subject=plan, citizen_id=plan.programme.citizen_id, held_on=str(held_on))
        tell_steps(follow_up, subgoals=subgoals, before=before, steps=steps)
    return follow_up


def filled_in(steps: Mapping[uuid.UUID, Mark], measured: Mapping[uuid.UUID, Measured]) -> dict[uuid.UUID, Mark]:
    """The marks with the steps that attendance says; what was said to them stays (L3)."""
    said = {key: steps.get(key, Mark(one.step))._replace(step=one.step) for key, one in measured.items() if one.step}
    return {**steps, **said}


def check(
    programme: Programme, *, held_on: date, next_on: date | None, steps: Mapping[uuid.UUID, Mark], known: set[uuid.UUID]
) -> None:
    """Refused with the first thing that cannot be so."""
    if problem := next_on_problem(programme, next_on, held_on=held_on):
        raise Refused(problem)
    if not any(mark.step for mark in steps.values()):
        raise Refused(_("Choose the step of at least one subgoal"))
    if not known.issuperset(steps):
        raise Refused(_("The plan has changed since you opened the page. Open it again"))
    for mark in steps.values():
        if mark.step is None and (mark.own_step is None or mark.comment):
            raise Refused(_("Choose the step of at least one subgoal"))
        if not all(FIRST_STEP <= (step or FIRST_STEP) <= LAST_STEP for step in (mark.step, mark.own_step)):
            raise Refused(_("A step is a number from %(first)s to %(last)s") % {"first": FIRST_STEP, "last": LAST_STEP})


def held_on_problem(programme: Programme, held_on: date) -> str:
    """Why no follow-up can have been held on that day; empty when it can."""
    if held_on > timezone.localdate():
        return _("The day lies in the future. Record the follow-up when it has been held")
    if held_on < programme.starts_on:
        return _("The programme only began on %(day)s") % {"day": date_format(programme.starts_on)}
    return ""


def next_on_problem(programme: Programme, next_on: date | None, *, held_on: date) -> str:
    """Why the next follow-up cannot be on that day; empty when it can or none is named."""
    if next_on is None:
        return ""
    if next_on <= held_on:
        return _("The next follow-up must be after this one")
    if next_on > programme.ends_on:
        return _("The programme ends on %(day)s") % {"day": date_format(programme.ends_on)}
    return ""


def steps_until(plan: Plan, day: date) -> dict[uuid.UUID, int]:
    """The last step of each subgoal at follow-ups until that day."""
    records = StepRecord.objects.filter(follow_up__plan=plan, follow_up__held_on__lte=day)
    rows = records.order_by("follow_up__held_on", "follow_up_id").values_list("subgoal__key", "step")
    return dict(rows)


def is_same(follow_up: FollowUp, *, held_on: date, comment: str, steps: Mapping[uuid.UUID, Mark], by: User) -> bool:
    """Whether the follow-up says just this: the same page sent twice (T12)."""
    recorded = {
        one.subgoal.key: Mark(one.step, one.own_step, one.comment, one.own_comment)
        for one in follow_up.steps.select_related("subgoal")
    }
    steps = {key: mark for key, mark in steps.items() if mark.step is not None}
    same_head = (follow_up.held_on, follow_up.comment, follow_up.by_id) == (held_on, comment, by.pk)
    return same_head and recorded == steps


def tell_steps(
    follow_up: FollowUp,
    *,
    subgoals: Mapping[uuid.UUID, Subgoal],
    before: Mapping[uuid.UUID, int],
    steps: Mapping[uuid.UUID, Mark],
) -> None:
    """One line for the follow-up and one for each subgoal that moved, in one statement (J1).

    What moved under a goal about health is told to those who read health notes, and to nobody else (J2).
    """
    programme = follow_up.plan.programme
    today = follow_up.held_on == timezone.localdate()
    happened_at = timezone.now() if today else timezone.make_aware(datetime.combine(follow_up.held_on, time(12)))

    def entry(kind: str, audience: str, **params: str | int) -> Entry:
        return Entry(
            kind=kind,
            citizen=programme.citizen,
            centre=programme.centre,
            case=programme.reference,
            referring_organisation=programme.referring_organisation,
            author=follow_up.by,
            audience=audience,
            happened_at=happened_at,
            url=reverse("plans:detail", args=[programme.reference]),
            params=params,
        )

    entries = [entry("plan_follow_up", Audience.TEAM)]
    for key, mark in steps.items():
        subgoal = subgoals[key]
        was = before.get(key, subgoal.baseline_step)
        if mark.step is not None and mark.step != was:
            entries.append(
                entry(
                    "step_forward" if mark.step > was else "step_back",
                    Audience.HEALTH if subgoal.goal.life_area == LifeArea.HEALTH else Audience.TEAM,
                    before=was,
                    after=mark.step,
                    subgoal=subgoal.title,
                )
            )
    Entry.objects.bulk_create(entries)
