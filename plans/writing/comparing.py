"""Two versions of a plan side by side: what is new, what is gone, what reads differently (L2)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.templatetags.components import tag
from plans.models import Goal, Plan, Subgoal, Version
from plans.permissions import Reading
from plans.statuses import Status


@dataclass(frozen=True)
class Row:
    """One thing that reads differently; empty on the side where it does not stand."""

    label: str
    before: str
    after: str


@dataclass
class Part:
    """A goal or a subgoal in both versions. `tag` says new, gone, changed or the same."""

    title: str
    tag: str
    rows: list[Row] = field(default_factory=list)
    subgoals: list["Part"] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return not self.rows and all(part.is_same for part in self.subgoals)


@dataclass(frozen=True)
class Comparison:
    before: Version
    after: Version
    goals: list[Part]

    @property
    def is_same(self) -> bool:
        return all(part.is_same for part in self.goals)


def readable_versions(plan: Plan, reading: Reading) -> list[Version]:
    """The plan's versions that the reader may see, oldest first; a draft only for those who read drafts."""
    versions = plan.versions.select_related("confirmed_by")
    return list(versions if reading.drafts else versions.filter(status=Status.CONFIRMED))


def compare(before: Version, after: Version, reading: Reading) -> Comparison:
    """What differs between two versions, goals in the order of the later one, then those that are gone.

    A subgoal is the same by its key wherever it stands; a goal is the same when it holds the same subgoals, or, with
    none in common, when it has the same title. Four queries, however many goals.
    """
    earlier, later = goals_of(before, reading), goals_of(after, reading)
    old_subgoals = {subgoal.key: subgoal for goal in earlier for subgoal in goal.subgoals.all()}
    new_keys = {subgoal.key for goal in later for subgoal in goal.subgoals.all()}
    left = list(earlier)
    parts = []
    for goal in later:
        old = counterpart(goal, left)
        if old is not None:
            left.remove(old)
        parts.append(goal_part(old, goal, old_subgoals, new_keys))
    parts += [goal_part(goal, None, old_subgoals, new_keys) for goal in left]
    return Comparison(before, after, parts)


def goals_of(version: Version, reading: Reading) -> list[Goal]:
    return list(reading.goals(version.goals.prefetch_related("subgoals")))


def counterpart(goal: Goal, candidates: Iterable[Goal]) -> Goal | None:
    """The earlier goal with most subgoals in common, otherwise the one of the same title."""
    keys = keys_of(goal)
    best = max(candidates, key=lambda old: (len(keys & keys_of(old)), old.title == goal.title), default=None)
    return best if best and (keys & keys_of(best) or best.title == goal.title) else None


def keys_of(goal: Goal) -> set[uuid.UUID]:
    return {subgoal.key for subgoal in goal.subgoals.all()}


def goal_part(
    old: Goal | None, new: Goal | None, old_subgoals: dict[uuid.UUID, Subgoal], new_keys: set[uuid.UUID]
) -> Part:
    rows = differences(fields_of_goal(old), fields_of_goal(new))
    parts = [subgoal_part(old_subgoals.get(subgoal.key), subgoal) for subgoal in (new.subgoals.all() if new else [])]
    gone = [subgoal for subgoal in (old.subgoals.all() if old else []) if subgoal.key not in new_keys]
    parts += [subgoal_part(subgoal, None) for subgoal in gone]
    shown = new or old
    assert shown is not None  # noqa: S101  (one side is always there)
    is_changed = bool(rows) or not all(part.is_same for part in parts)
    return Part(shown.title, mark(old is None, new is None, is_changed), rows, parts)


def subgoal_part(old: Subgoal | None, new: Subgoal | None) -> Part:
    rows = differences(fields_of_subgoal(old), fields_of_subgoal(new))
    shown = new or old
    assert shown is not None  # noqa: S101  (one side is always there)
    return Part(shown.title, mark(old is None, new is None, bool(rows)), rows)


def fields_of_goal(goal: Goal | None) -> dict[str, str]:
    if goal is None:
        return {}
    return {
        _("Goal"): goal.title,
        _("Life area"): goal.get_life_area_display(),
        _("The citizen's own words"): goal.own_words,
    }


def fields_of_subgoal(subgoal: Subgoal | None) -> dict[str, str]:
    if subgoal is None:
        return {}
    return {
        _("Subgoal"): subgoal.title,
        _("Measured by"): subgoal.get_indicator_display(),
        _("Today"): subgoal.baseline,
        _("Target"): subgoal.target,
        _("Starts at step"): str(subgoal.baseline_step),
        _("The five steps"): "\n".join(f"{number}. {step}" for number, step in enumerate(subgoal.steps, start=1)),
        _("Due"): date_format(subgoal.due_on) if subgoal.due_on else "",
        _("Who does what"): subgoal.responsible,
    }


def differences(before: dict[str, str], after: dict[str, str]) -> list[Row]:
    labels = list(before or after)
    rows = [Row(label, before.get(label, ""), after.get(label, "")) for label in labels]
    return [row for row in rows if row.before != row.after]


def mark(is_new: bool, is_gone: bool, is_changed: bool) -> str:
    if is_new:
        return tag("ok", "plus-lg", _("New"))
    if is_gone:
        return tag("calm", "dash-circle", _("No longer in the plan"))
    if is_changed:
        return tag("info", "pencil", _("Changed"))
    return tag("calm", "check-lg", _("As before"))
