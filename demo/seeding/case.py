"""One case as the demo tells it, storyline or invented: what the writers of rows read."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from accounts.models import Organisation, User
from attendance.models import ExpectedAttendance
from citizens.models import Citizen
from plans.models import Plan
from programmes.models import Programme, ProgrammeType
from programmes.statuses import Status
from referrals.models import Referral


@dataclass
class SubgoalText:
    title: str
    indicator: str
    baseline: str
    target: str
    who: str
    steps: list[str]
    start: int  # 1 to 5
    due_week: int
    key: uuid.UUID


@dataclass
class GoalText:
    area: str
    title: str
    own_words: str
    subgoals: list[SubgoalText]


@dataclass
class Step:
    key: uuid.UUID
    step: int
    own_step: int | None
    comment: str


@dataclass
class Talk:
    """One follow-up on the plan."""

    day: date
    by: User
    comment: str
    steps: list[Step]
    next_on: date | None = None
    summary: str = ""  # what the referrer was told


@dataclass
class GivenUp:
    """A subgoal that is pursued no longer, and why."""

    day: date
    by: User
    key: uuid.UUID
    why: str


@dataclass
class PutOff:
    """A follow-up that was moved to a later day, and why."""

    day: date
    by: User
    was_due_on: date
    until: date
    why: str


@dataclass
class Seen:
    """What somebody saw at work, tied to a subgoal."""

    day: date
    by: User
    key: uuid.UUID
    text: str


@dataclass
class PlanVersion:
    """Agreed on a day, or a draft."""

    goals: list[GoalText]
    agreed_on: date | None
    why: str = ""


@dataclass
class Stay:
    """A workshop for a range of days, both included."""

    workshop: str
    starts_on: date
    ends_on: date


@dataclass
class Agreed:
    """One weekly slot; weekday 1 is Monday."""

    weekday: int
    starts: time
    ends: time
    workshop: str


@dataclass
class Week:
    """The agreed week from a day on."""

    valid_from: date
    slots: list[Agreed]
    valid_until: date | None = None

    @property
    def hours(self) -> Decimal:
        minutes = sum((s.ends.hour - s.starts.hour) * 60 + s.ends.minute - s.starts.minute for s in self.slots)
        return Decimal(minutes) / 60


@dataclass
class Rest:
    """A pause of the programme."""

    starts_on: date
    ends_on: date | None
    reason: str


@dataclass
class Phase:
    """A phase that began after the first one (P4)."""

    key: str
    starts_on: date
    reason: str


@dataclass
class Moved:
    """The planned end was moved (P3)."""

    earlier: date
    to: date
    agreed_with: str
    agreed_on: date
    reason: str


@dataclass
class Contact:
    at: datetime
    by: User
    means: str
    reached: bool
    reason: str = ""
    agreed: str = ""


@dataclass
class Told:
    """What the register says about one day of a storyline."""

    state: str
    minutes: int = 0
    remark: str = ""
    no_word: bool = False
    contacts: list[Contact] = field(default_factory=list)


@dataclass
class Remark:
    """A note in the journal."""

    day: date
    by: User
    audience: str
    text: str
    category: str  # in the words of the storylines: contact, plan, general ...


@dataclass
class NoteText:
    """A closing note: its texts, and how far it has come."""

    status: str
    author: User
    outcome: str
    written_on: date
    sections: dict[str, str] = field(default_factory=dict)
    approved_on: date | None = None
    was_returned: bool = False


@dataclass
class Case:
    citizen: Citizen
    type: ProgrammeType
    organisation: Organisation
    referrer: User
    caseworker: User
    context: str
    reason: str
    offer_id: str
    submitted_on: date
    decided_on: date
    wished_start: date
    asked_weeks: int
    weekly_hours: Decimal
    status: str
    starts_on: date
    ends_on: date
    stays: list[Stay]
    weeks: list[Week]
    versions: list[PlanVersion]
    accommodations: str = ""
    accommodations_why: str = ""
    ended_on: date | None = None
    ended_why: str = ""
    pauses: list[Rest] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    next_talk_on: date | None = None
    told: dict[date, Told] | None = None  # of a storyline: everything else was attended
    steadiness: float = 1.0
    remarks: list[Remark] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    given_up: list[GivenUp] = field(default_factory=list)
    put_off: list[PutOff] = field(default_factory=list)
    note: NoteText | None = None
    parties: list[Organisation] = field(default_factory=list)  # who refers together with the first one
    municipality: str = ""  # whose place it takes, where places are shared out
    lent_from: str = ""
    previous: "Case | None" = None
    phases: list[Phase] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    team: list[tuple[str, User]] = field(default_factory=list)
    # The rows, as soon as they are there.
    referral: Referral = field(init=False)
    programme: Programme = field(init=False)
    plan: Plan = field(init=False)
    slots: list[ExpectedAttendance] = field(default_factory=list)

    @property
    def first_name(self) -> str:
        return self.citizen.first_name

    @property
    def workshop(self) -> str:
        """The first workshop; empty where the type uses none."""
        return self.stays[0].workshop if self.stays else ""

    @property
    def is_running(self) -> bool:
        return self.status in (Status.PLANNED, Status.ACTIVE, Status.PAUSED, Status.CLOSING)

    @property
    def last_day(self) -> date:
        return self.ended_on or self.ends_on

    @property
    def goals(self) -> list[GoalText]:
        return self.versions[-1].goals

    def stays_on(self, day: date) -> list[Stay]:
        return [stay for stay in self.stays if stay.starts_on <= day <= stay.ends_on]

    def rests_on(self, day: date) -> bool:
        return any(rest.starts_on <= day and (rest.ends_on is None or day <= rest.ends_on) for rest in self.pauses)

    def agreed_on(self, day: date) -> list[Agreed]:
        """The slots of that weekday in the week that is in force."""
        for week in self.weeks:
            if week.valid_from <= day and (week.valid_until is None or day <= week.valid_until):
                return [slot for slot in week.slots if slot.weekday == day.isoweekday()]
        return []
