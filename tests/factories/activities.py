import datetime
import uuid

import factory

from programmes.models import Activity, Statement
from tests.factories.base import Factory
from tests.factories.programmes import ProgrammeFactory, ProgrammeTypeFactory


def named(key: str, **more) -> dict:
    """A part of a type as its file says it."""
    return {"key": key, "name": dict.fromkeys(("da", "sv", "en"), key.replace("_", " ").capitalize()), **more}


def type_with(key: str = "with_activities", **parts):
    """A programme type that offers guidance for each and a walk for a group, and requires what is said."""
    plain = ProgrammeTypeFactory.build().definition
    offered = [named("guidance", times=2), named("walk", is_group=True)]
    return ProgrammeTypeFactory(key=key, definition={**plain, "key": key, "activities": offered, **parts})


class ActivityFactory(Factory):
    """Guidance on the second day of the programme."""

    class Meta:
        model = Activity

    class Params:
        attended = factory.Trait(status="attended")
        missed = factory.Trait(status="missed")

    programme = factory.SubFactory(ProgrammeFactory, type=factory.LazyFunction(type_with))
    kind = "guidance"
    day = factory.LazyAttribute(lambda o: o.programme.starts_on + datetime.timedelta(days=1))
    batch = factory.LazyFunction(uuid.uuid4)
    planned_by = factory.SelfAttribute("programme.caseworker")
    recorded_by = factory.LazyAttribute(
        lambda o: o.programme.caseworker if o.status in ("attended", "missed") else None
    )
    recorded_at = factory.LazyAttribute(
        lambda o: (
            datetime.datetime.combine(o.day, datetime.time(12), datetime.UTC)
            if o.status in ("attended", "missed")
            else None
        )
    )
    status = "planned"


class StatementFactory(Factory):
    class Meta:
        model = Statement

    programme = factory.SubFactory(ProgrammeFactory)
    key = "by_hand"
    outcome = "done"
    on = factory.SelfAttribute("programme.starts_on")
    said_by = factory.SelfAttribute("programme.caseworker")
