"""Keeping a centre's standard phrases (U4)."""

from accounts.models import User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed
from journal.models import Phrase


def may_keep(user: User, centre_id: int | None) -> bool:
    """Administrators and team leaders of the centre."""
    return centre_id in user.reach.organisations_as(Role.TEAM_LEADER, Role.ADMINISTRATOR)


def save_phrase(*, phrase: Phrase, by: User) -> Phrase:
    """Add or change a phrase; notes that were begun with it stay as they are. NotAllowed at another centre."""
    with acting(by):
        before = Phrase.objects.select_for_update().filter(pk=phrase.pk).first()
        if not may_keep(by, phrase.centre_id) or (before and not may_keep(by, before.centre_id)):
            raise NotAllowed
        phrase.save()
        record("phrase_saved", by=by, subject=phrase)
    return phrase


def remove_phrase(*, phrase: Phrase, by: User) -> None:
    """Take a phrase away; gone already is gone. NotAllowed at another centre."""
    with acting(by):
        if not may_keep(by, phrase.centre_id):
            raise NotAllowed
        record("phrase_removed", by=by, subject=phrase)
        Phrase.objects.filter(pk=phrase.pk).delete()
