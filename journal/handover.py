"""How many notes somebody who leaves has begun and not saved (U2); `journal.drafts` hands them on."""

from django.utils.translation import ngettext

from accounts.leaving import OpenWork
from accounts.models import Organisation, User
from accounts.roles import Role
from journal.models import Draft

WRITERS = (Role.CASEWORKER, Role.TEAM_LEADER, Role.CONTACT_PERSON, Role.SPECIALIST)


def open_drafts(sender: object, *, user: User, organisation: Organisation | None, **kwargs: object) -> list[OpenWork]:
    """Answer `work_asked`. One query."""
    found = Draft.objects.filter(owner=user)
    count = (found.filter(centre=organisation) if organisation else found).count()
    words = ngettext("%(count)s note that is not saved", "%(count)s notes that are not saved", count)
    return [OpenWork(words % {"count": count}, count, WRITERS)]
