import datetime

import factory
from django.utils import timezone

from accounts.models import User
from attendance.absence.facts import facts_of
from attendance.models import (
    AbsenceReport,
    EarlyWarning,
    ExpectedAttendance,
    JointDay,
    MissedAttendance,
    Notice,
    RegisterDay,
)
from programmes.models import Workshop
from tests.factories.accounts import user_with_role
from tests.factories.base import Factory
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeFactory, WorkshopFactory

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
    programme = factory.SelfAttribute("slot.programme")
    due_on = factory.SelfAttribute("slot.day")


class AbsenceReportFactory(Factory):
    """A draft after three missed days in a row."""

    class Meta:
        model = AbsenceReport

    programme = factory.SubFactory(ProgrammeFactory)
    rules = factory.LazyFunction(lambda: [{"rule": "in_a_row", "found": 3}])
    since = factory.SelfAttribute("programme.starts_on")
    until = factory.SelfAttribute("since")

    class Params:
        sent = factory.Trait(
            status="sent",
            facts=factory.LazyAttribute(
                lambda o: facts_of(
                    AbsenceReport(programme=o.programme, rules=o.rules, since=o.since), at=timezone.now()
                )
            ),
            sent_at=factory.LazyFunction(timezone.now),
            sent_by=factory.SelfAttribute("programme.caseworker"),
        )


class NoticeFactory(Factory):
    """Ill on Monday 23 November 2026, said by the caseworker; the register is left as it was."""

    class Meta:
        model = Notice

    programme = factory.SelfAttribute("placement.programme")
    state = "ill"
    from_day = MONDAY
    until_day = factory.SelfAttribute("from_day")
    given_by = factory.SelfAttribute("programme.caseworker")

    class Params:
        placement = factory.SubFactory(PlacementFactory)


class JointDayFactory(Factory):
    """An open day on Sunday 13 December 2026; nobody is expected by it yet."""

    class Meta:
        model = JointDay

    workshop = factory.SubFactory(WorkshopFactory)
    day = datetime.date(2026, 12, 13)
    starts = datetime.time(10)
    ends = datetime.time(14)
    name = "Open day"
    arranged_by = factory.LazyAttribute(lambda o: contact_person_of(o.workshop))


class EarlyWarningFactory(Factory):
    """Somebody who came 92 % of the time comes 61 % now."""

    class Meta:
        model = EarlyWarning

    programme = factory.SubFactory(ProgrammeFactory)
    comes_less = True
    comes_late = False
    usual, recent, weighted = 0.92, 0.61, 0.64
    usual_late = 0.05
    late_days, days = 1, 8
    until = MONDAY - datetime.timedelta(days=14)
    since = MONDAY - datetime.timedelta(days=11)
