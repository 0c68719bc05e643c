"""How many planned meetings and promises somebody who leaves has (U2); `meetings.following` hands them on."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import ngettext

from accounts.leaving import OpenWork
from accounts.models import Organisation, User
from accounts.roles import Role
from meetings.models import Meeting, MeetingTask, Participant

COME_TO_MEETINGS = (Role.CASEWORKER, Role.TEAM_LEADER, Role.CONTACT_PERSON, Role.SPECIALIST, Role.REFERRER)


def at(organisation: Organisation | None, path: str = "") -> Q:
    """Meetings about cases of the organisation, on either side; of all without one."""
    if organisation is None:
        return Q()
    programme = f"{path}programme__"
    return Q(**{f"{programme}centre": organisation}) | Q(**{f"{programme}referring_organisation": organisation})


def open_meetings(sender: object, *, user: User, organisation: Organisation | None, **kwargs: object) -> list[OpenWork]:
    """Answer `work_asked`. Two queries."""
    invited = Participant.objects.filter(user=user, meeting=OuterRef("pk"))
    planned = Meeting.objects.planned().filter(at(organisation), Q(organiser=user) | Exists(invited)).count()
    promised = MeetingTask.objects.filter(at(organisation, "meeting__"), owner=user, done_at__isnull=True).count()
    return [
        OpenWork(
            ngettext("%(count)s planned meeting", "%(count)s planned meetings", planned) % {"count": planned},
            planned,
            COME_TO_MEETINGS,
        ),
        OpenWork(
            ngettext("%(count)s promise made at a meeting", "%(count)s promises made at meetings", promised)
            % {"count": promised},
            promised,
            COME_TO_MEETINGS,
        ),
    ]
