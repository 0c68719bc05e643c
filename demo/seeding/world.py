"""What all parts of the demo data share: chance, time, texts, and the centre with its people."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import yaml
from django.utils import timezone

from accounts.models import Organisation, User
from core.calendar import is_working_day, monday_of, next_working_day
from demo.seeding.rows import Book
from programmes.models import ProgrammeType, Workshop

CONTENT = Path(__file__).parent.parent / "content"
T = TypeVar("T")


@cache
def content(name: str) -> Any:
    """One file of `demo/content/`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((CONTENT / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506


@dataclass
class World:
    """The state that the parts of the seeding add to, in one fixed order, so that the same seed gives the same data."""

    citizens: int
    weeks: int
    random: Random
    now: datetime
    book: Book = field(default_factory=Book)
    users: dict[str, User] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    # What belongs to one centre.
    place: dict[str, Any] = field(default_factory=dict)
    types: dict[str, ProgrammeType] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)  # the cases that a storyline or a referral tells
    closed: set[date] = field(default_factory=set)
    workshops: dict[str, Workshop] = field(default_factory=dict)
    workshop_texts: dict[str, dict] = field(default_factory=dict)
    contact_persons: dict[str, User] = field(default_factory=dict)
    caseworkers: dict[str, list[User]] = field(default_factory=dict)  # by type
    turns: dict[str, Iterator[User]] = field(default_factory=dict)  # who take new cases of a type in turn
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = timezone.localdate(self.now)

    def at_centre(self, place: dict[str, Any]) -> "World":
        """The same world as one centre sees it: rows, chance and users are shared, what is the centre's own begins."""
        here = copy(self)
        here.place, here.types, here.told, here.closed = place, {}, [], set()
        here.workshops, here.workshop_texts, here.contact_persons = {}, {}, {}
        here.caseworkers, here.turns = {}, {}
        return here

    @property
    def language(self) -> str:
        return self.place["language"]

    @property
    def centre(self) -> Organisation:
        return self.organisations[self.place["key"]]

    @property
    def leader(self) -> User:
        return self.users[self.place["leader"]]

    @property
    def first_caseworker(self) -> User:
        """Whom the demo signs in as the centre's caseworker."""
        return self.users[self.place["caseworker"]]

    @property
    def people(self) -> list[User]:
        """Everybody of the centre and of those who refer to it, as `people.yaml` lists them."""
        own = {*self.place["organisations"]}
        keys = [s["key"] for s in content("people")["staff"] if s["organisation"] in own]
        return [self.users[key] for key in keys if key in self.users]

    def texts_of(self, type_key: str) -> dict[str, Any]:
        """What `efforts.yaml` says about the type at this centre."""
        return self.place["types"][type_key]

    def referrers(self, organisation: Organisation) -> list[User]:
        keys = [s["key"] for s in content("people")["staff"] if s["role"] == "referrer"]
        homes = {s["key"]: s["organisation"] for s in content("people")["staff"]}
        return [self.users[key] for key in keys if self.organisations[homes[key]] is organisation]

    # Days and moments

    @property
    def this_monday(self) -> date:
        return monday_of(self.today)

    @property
    def last_working_day(self) -> date:
        """The latest working day before today."""
        return self.working_day_before(self.today)

    def working_day_before(self, day: date) -> date:
        day -= timedelta(days=1)
        while not is_working_day(day, self.closed):
            day -= timedelta(days=1)
        return day

    def working_day(self, day: date) -> date:
        """The day itself or the first working day after it."""
        return next_working_day(day, self.closed)

    def is_working_day(self, day: date) -> bool:
        return is_working_day(day, self.closed)

    def at(self, day: date, clock: time) -> datetime:
        """The moment at which the centre's clock shows `clock` on `day`."""
        return timezone.make_aware(datetime.combine(day, clock))

    def office_hours(self, day: date) -> datetime:
        """Some moment of a working day on which people write things; never in the future."""
        moment = self.at(day, time(self.random.randint(8, 14), self.random.randint(0, 59)))
        return min(moment, self.now - timedelta(minutes=self.random.randint(20, 90)))

    # Chance

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def weighted(self, choices: Mapping[T, float]) -> T:
        return self.random.choices(list(choices), list(choices.values()))[0]

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)


def plus(clock: time, minutes: int) -> time:
    """The clock time so many minutes later, on the same day."""
    total = min(max(clock.hour * 60 + clock.minute + minutes, 0), 23 * 60 + 59)
    return time(total // 60, total % 60)
