"""The shape of a programme type: what a file of the catalogue may say, and how the code asks for it.

Everything that differs between the efforts is read from here; no type is named in the code. A part that a file
leaves out is not used by the type, and is not shown.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, Self

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.life_areas import Indicator, LifeArea

# Two outcomes mean something to the code: a programme broken off, and one of which nobody knows how it ended.
INTERRUPTED, UNKNOWN = "interrupted", "unknown"

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
# Five years: nobody is referred for longer.
MOST_WEEKS = 260
# Strict: "yes" is no number of weeks.
Count = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Weeks = Annotated[int, Field(strict=True, ge=1, le=MOST_WEEKS)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]


class Part(BaseModel):
    """A mapping of the file; unknown keys are errors, so that a slip of the pen is found."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    """The same words in every language of the interface."""

    da: Annotated[str, Field(min_length=1, max_length=2000)]
    sv: Annotated[str, Field(min_length=1, max_length=2000)]
    en: Annotated[str, Field(min_length=1, max_length=2000)]

    def __str__(self) -> str:
        return getattr(self, get_language() or "da", self.da)


class Named(Part):
    """Something that the type calls by name: stored by key, shown by name."""

    key: Key
    name: Text

    def __str__(self) -> str:
        return str(self.name)


def name_among(parts: Iterable[Named], key: str) -> str:
    """The name of the part with the key; the key itself where the type has none like it, nothing for nothing."""
    return next((str(one) for one in parts if one.key == key), key)


class Duration(Part):
    """Weeks (P1, P3)."""

    default_weeks: Weeks
    minimum_weeks: Weeks | None = None
    maximum_weeks: Weeks | None = None
    can_be_extended: bool = True
    can_be_shortened: bool = True

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if not (self.minimum_weeks or 1) <= self.default_weeks <= (self.maximum_weeks or MOST_WEEKS):
            raise ValueError(_("default_weeks must lie between minimum_weeks and maximum_weeks"))
        return self


class Context(Named):
    """Why somebody is referred, and the paragraph that allows it."""

    legal_basis: Annotated[str, Field(max_length=200)] = ""


class LegalBasis(Part):
    """The paragraph where the context names none; `remark` is for whoever edits the file."""

    text: Annotated[str, Field(max_length=200)] | None = None
    remark: Text | None = None


class Ages(Part):
    """Both included; who is younger or older is warned about."""

    lowest: Count | None = None
    highest: Count | None = None


class Phase(Named):
    """A phase in the order of the file (P4)."""

    what: Text | None = None
    weeks: Weeks | None = None


class Activity(Named):
    """What may be offered (P8); `times` is how many are usual. What `is_health` tells about somebody's health by its
    name: workshop and referrer are not told which it was (J2). What `is_weekly` may be agreed for weeks on end, at
    hours of the agreed week (P5), and is then reported by the week (A11)."""

    times: Count | None = None
    is_group: bool = False
    is_health: bool = False
    is_weekly: bool = False


class Due(Part):
    """By when: days after the start, days before the planned end, or again every so many weeks. One of them."""

    days_after_start: Count | None = None
    days_before_end: Count | None = None
    every_weeks: Weeks | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        given = [self.days_after_start, self.days_before_end, self.every_weeks]
        if sum(value is not None for value in given) != 1:
            raise ValueError(_("Give one of days_after_start, days_before_end and every_weeks"))
        return self


class Requirement(Named):
    """A line of the checklist (P9): what meets it, and by when.

    `met_by` is `plan`, `follow_up`, `closing_note`, `consent`, `coordinator`, `meeting:<kind>` (held),
    `meeting_agreed:<kind>` (a day is agreed), `activity:<key>`, `note:<category>`, or `hand`: somebody says so.
    """

    met_by: Annotated[
        str,
        Field(
            pattern=r"^(plan|follow_up|closing_note|consent|coordinator|hand"
            r"|(meeting|meeting_agreed|activity|note):[a-z_]+)$"
        ),
    ] = "hand"
    due: Due | None = None


class Consent(Named):
    """What the citizen is asked to allow (R9).

    `opens_to_referrer` says that what the referring organisation sees of the case rests on it: withdrawn, the case is
    closed to them at once.
    """

    is_required: bool = True
    opens_to_referrer: bool = False


class Survey(Named):
    """An instrument and when it is answered (L6)."""

    when: list[Literal["start", "during", "end"]] = ["start", "end"]


class TeamRole(Named):
    """A function in the programme's team (P1)."""

    is_required: bool = False
    is_coordinator: bool = False
    held_by: Literal["caseworker", "specialist", "contact_person", "team_leader"] = "specialist"


class Quota(Part):
    """Places of one municipality in the first place (P10)."""

    municipality: Annotated[str, Field(min_length=1, max_length=100)]
    places: Count


class Capacity(Part):
    """How many at a time; `can_be_lent` lets one municipality use another's free place, visibly (P10)."""

    places: Count | None = None
    quotas: list[Quota] = []
    can_be_lent: bool = False


class Period(Part):
    """So many within so many days."""

    count: Count
    days: Count


class AbsenceRules(Part):
    """When a missed hour is flagged (A4) and when the referrer is told (A8)."""

    grace_minutes: Annotated[int, Field(ge=0, le=240)] = 15
    # After the grace time, until the team leader too is told that a register is missing (A5).
    leader_minutes: Annotated[int, Field(ge=0, le=240)] = 30
    unexplained_in_a_row: Count | None = None
    unexplained_in_period: Period | None = None
    share_below_percent: Percent | None = None
    share_weeks: Weeks | None = None
    no_contact_days: Count | None = None


class EarlyWarningRule(Part):
    """When a fall in attendance is shown before it becomes a no-show (A10), see `attendance.figures.early_warning`.

    Days are agreed days on which somebody registered; percentages are points of the share.
    """

    is_used: bool = True
    recent_days: Annotated[int, Field(ge=3, le=60)] = 8
    usual_days: Annotated[int, Field(ge=5, le=120)] = 40
    usual_days_at_least: Annotated[int, Field(ge=5, le=120)] = 10
    span_days: Annotated[int, Field(ge=1, le=60)] = 10
    fall_percent: Annotated[int, Field(ge=5, le=100)] = 20
    late_percent: Annotated[int, Field(ge=5, le=100)] = 25
    days_at_least: Annotated[int, Field(ge=2, le=60)] = 3
    rest_days: Annotated[int, Field(ge=0, le=180)] = 14
    talk_within_days: Annotated[int, Field(ge=0, le=60)] = 3

    @model_validator(mode="after")
    def can_speak(self) -> Self:
        if self.usual_days_at_least > self.usual_days:
            raise ValueError(_("usual_days_at_least must not be more than usual_days"))
        if self.days_at_least > self.recent_days:
            raise ValueError(_("days_at_least must not be more than recent_days"))
        return self


class FollowUp(Part):
    """How often the plan is looked at (L3)."""

    every_weeks: Weeks | None = None
    form: Text | None = None
    with_referrer: bool = False


class Target(Part):
    """What the effort aims for (F3)."""

    key: Key
    text: Text
    percent: Percent | None = None
    at_most: bool = False


class Segment(Named):
    """A group of citizens that the effort tells apart (F4)."""

    what: Text | None = None
    percent_about: Percent | None = None


class StandardSubgoal(Part):
    """A subgoal to begin with; `steps` words its five steps (L1)."""

    title: Text
    indicator: Indicator = Indicator.STEPS
    steps: list[Text] = []


class StandardGoal(Named):
    """A goal to begin with (L1)."""

    life_area: LifeArea
    subgoals: list[StandardSubgoal] = []


class Section(Named):
    """A part of the closing note (C1); the code fills in those whose key it knows, the others are written."""

    hint: Text | None = None
    is_required: bool = True
    when_interrupted: bool = False  # asked for in the short note of a programme that was broken off, too (C6)


class Definition(Part):
    """One type as its file says it."""

    key: Key = "unnamed"
    name: Text
    short: Text | None = None
    target_group: Text | None = None
    purpose: Text | None = None
    content: Text | None = None
    remark: Text | None = None  # for whoever edits the file
    duration: Duration
    # A weekday, any day, or the days that are named in intake_dates (R5).
    intake: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "any", "dates"] = "any"
    intake_dates: list[date] = []
    contexts: list[Context] = []
    legal_basis: LegalBasis = LegalBasis()
    ages: Ages = Ages()
    parties_needed: Annotated[int, Field(ge=1, le=5)] = 1
    pre_programme_of: Key | None = None
    uses_workshops: bool = True
    uses_internships: bool = False
    phases: list[Phase] = []
    activities: list[Activity] = []
    required: list[Requirement] = []
    consents: list[Consent] = []
    surveys: list[Survey] = []
    team: list[TeamRole] = []
    capacity: Capacity = Capacity()
    absence_rules: AbsenceRules = AbsenceRules()
    early_warning: EarlyWarningRule = EarlyWarningRule()
    follow_up: FollowUp = FollowUp()
    plan_confirmed_by: list[Literal["citizen", "caseworker", "referrer"]] = ["citizen", "caseworker"]
    standard_goals: list[StandardGoal] = []
    segments: list[Segment] = []
    outcomes: list[Named] = []
    targets: list[Target] = []
    closing_note_sections: list[Section] = []

    @property
    def weekly_courses(self) -> list[Activity]:
        """The activities that may have hours in the agreed week (P5)."""
        return [one for one in self.activities if one.is_weekly]

    @property
    def agrees_hours(self) -> bool:
        """Whether anything of the type has hours in an agreed week."""
        return self.uses_workshops or self.uses_internships or bool(self.weekly_courses)

    def context_name(self, key: str) -> str:
        return name_among(self.contexts, key)

    def outcome_name(self, key: str) -> str:
        return name_among(self.outcomes, key)

    @classmethod
    def of_version(cls, stored: dict[str, Any]) -> Self:
        """A version that was taken into use, perhaps under an earlier shape: what that had and this has not is left."""
        return cls.model_validate(stored, extra="ignore")
