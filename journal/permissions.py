"""Who may write, correct and strike out in the journal, and who may ask to read a health note."""

from typing import Protocol

from django.db.models import Q

from accounts.models import Organisation, User
from accounts.roles import Role
from citizens.models import CaseAccess, Citizen
from journal.models import READERS, Audience, Entry

WRITERS = {Role.CASEWORKER, Role.TEAM_LEADER, Role.CONTACT_PERSON, Role.SPECIALIST}
# The daily work writes to the team; what leaves the house is for those who answer for the case.
SHARERS = {Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST}
# Lines that hold somebody's own words and have no page of their own to correct them on.
SPOKEN_OF = {"contact_reached", "contact_tried", "observation", "meeting_held"}


class Place(Protocol):
    """The case that something stands in: an entry, a draft, or what a page made of a programme."""

    @property
    def citizen(self) -> Citizen: ...
    @property
    def centre(self) -> Organisation: ...
    @property
    def referring_organisation(self) -> Organisation | None: ...
    @property
    def case(self) -> str: ...


def roles_in(user: User, place: Place) -> set[str]:
    """The roles in which the user sees the case; a referrer's only where the own organisation referred (T1)."""
    held = CaseAccess.objects.held_by(user).filter(citizen=place.citizen, centre=place.centre)
    return set(
        held.filter(~Q(role=Role.REFERRER) | Q(organisation=place.referring_organisation)).values_list(
            "role", flat=True
        )
    )


def may_write(roles: set[str]) -> bool:
    """The team of the case writes notes: caseworker, contact person, specialist, team leader (J2)."""
    return not roles.isdisjoint(WRITERS)


def audiences_for(roles: set[str]) -> list[Audience]:
    """Whom somebody with these roles may write for. Nobody writes for readers to whom they do not belong themselves,
    and only who answers for the case shares outside the team (J2)."""
    reads = {audience for role in roles & WRITERS for audience in READERS.get(role, [])}
    if roles.isdisjoint(SHARERS):
        reads -= {Audience.REFERRER, Audience.CITIZEN}
    return [audience for audience in Audience if audience in reads]


def leads(user: User, entry: Entry) -> bool:
    return entry.centre_id in user.reach.organisations_as(Role.TEAM_LEADER)


def may_correct(user: User, entry: Entry, roles: set[str]) -> bool:
    """The author, the case's caseworker and the centre's team leaders, as long as they read the note (J2)."""
    is_theirs = entry.author_id == user.pk or Role.CASEWORKER in roles or leads(user, entry)
    return may_write(roles) and is_theirs and entry.audience in audiences_for(roles)


def may_strike(user: User, entry: Entry) -> bool:
    """Author and team leader strike out and undo it: those who go on reading it (K3).

    Words only, of notes, contacts, observations and minutes: a mark of the register is corrected, and what an action
    did its own action undoes.
    """
    has_words = entry.source.startswith("journal.note:") or entry.kind in SPOKEN_OF
    return has_words and (entry.author_id == user.pk or leads(user, entry))
