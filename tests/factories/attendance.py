import datetime

import factory

from accounts.models import User
from attendance.models import AbsenceReport, ExpectedAttendance, MissedAttendance, RegisterDay
from programmes.models import Workshop
from tests.factories.accounts import user_with_role
from tests.factories.base import Factory
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeFactory

COPENHAGEN = "Europe/Copenhagen"


class RegisterDayFactory(Factory):
    class Meta:
        model = RegisterDay
        django_get_or_create = ["workshop", "day"]

    day = MONDAY
    closes = datetime.time(14, 30)


class SlotFactory(Factory):
    """Somebody expected on Monday 23 November 2026 from 8 to 12, with the register of that day."""

    class Meta:
        model = ExpectedAttendance

    placement = factory.SubFactory(PlacementFactory)
    programme = factory.SelfAttribute("placement.programme")
    citizen = factory.SelfAttribute("programme.citizen")
    workshop = factory.SelfAttribute("placement.workshop")
    day = MONDAY
    starts = datetime.time(8)
    ends = datetime.time(12)

    @classmethod
    def after(cls, instance: ExpectedAttendance) -> None:
        if instance.workshop:
            RegisterDayFactory(workshop=instance.workshop, day=instance.day)


def slots_in(workshop: Workshop, count: int, **fields) -> list[ExpectedAttendance]:
    """That many citizens expected in one workshop."""
    return [
        SlotFactory(placement__programme__centre=workshop.unit.organisation, placement__workshop=workshop, **fields)
        for _ in range(count)
    ]


def contact_person_of(workshop: Workshop, **fields) -> User:
    return user_with_role("contact_person", workshop.unit.organisation, workshop.unit, **fields)


class MissedFactory(Factory):
    """A flag that waits for a contact."""

    class Meta:
        model = MissedAttendance

    slot = factory.SubFactory(SlotFactory)
    due_on = factory.SelfAttribute("slot.day")


class AbsenceReportFactory(Factory):
    """A draft after three missed days in a row."""

    class Meta:
        model = AbsenceReport

    programme = factory.SubFactory(ProgrammeFactory)
    rules = factory.LazyFunction(lambda: [{"rule": "in_a_row", "found": 3}])
    since = factory.SelfAttribute("programme.starts_on")
    until = factory.SelfAttribute("since")
