import datetime
from zoneinfo import ZoneInfo

import factory

from accounts.models import User
from meetings.models import Meeting, MeetingTask, Participant
from tests.factories.base import Factory
from tests.factories.programmes import ProgrammeFactory

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def at(text: str) -> datetime.datetime:
    """The moment at which a Danish clock shows `2026-12-02 09:00`."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


class MeetingFactory(Factory):
    """A follow-up talk that is agreed for Thursday 3 December 2026 from 10 to 11; `users` are invited."""

    class Meta:
        model = Meeting

    class Params:
        held = factory.Trait(
            status="held",
            recorded_at=at("2026-12-03 11:05"),
            recorded_by=factory.SelfAttribute("programme.caseworker"),
            minutes="We agreed on more hours.",
        )
        not_held = factory.Trait(
            status="not_held",
            recorded_at=at("2026-12-03 11:05"),
            recorded_by=factory.SelfAttribute("programme.caseworker"),
            not_held_by="citizen",
            why="Was ill",
        )
        cancelled = factory.Trait(status="cancelled", why="The bus does not run")

    programme = factory.SubFactory(ProgrammeFactory)
    organiser = factory.SelfAttribute("programme.caseworker")
    kind = "follow_up"
    starts_at = at("2026-12-03 10:00")
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + datetime.timedelta(hours=1))
    place = "Prøvevænget 1, room 4"

    @classmethod
    def _create(cls, model_class, *args, users: tuple[User, ...] = (), guests: tuple[dict, ...] = (), **kwargs):
        meeting = super()._create(model_class, *args, **kwargs)
        for user in users:
            ParticipantFactory(meeting=meeting, user=user)
        for guest in guests:
            ParticipantFactory(meeting=meeting, **guest)
        return meeting


class ParticipantFactory(Factory):
    class Meta:
        model = Participant


class MeetingTaskFactory(Factory):
    class Meta:
        model = MeetingTask

    meeting = factory.SubFactory(MeetingFactory, held=True)
    what = "Sends the plan"
    owner = factory.SelfAttribute("meeting.organiser")
    due_on = datetime.date(2026, 12, 10)
