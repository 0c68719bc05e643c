"""Organisations and units: opening, changing, closing and reopening them; nothing is ever deleted (U1, U4)."""

import hashlib
from collections.abc import Collection
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Invitation, Membership, Organisation, Unit, User
from accounts.permissions import administers_a_centre, may_administer, may_set_up
from accounts.roles import Role
from audit.acting import Actor, acting
from audit.log import record
from core.events import country_chosen, place_closing
from core.exceptions import NotAllowed, Refused

Place = TypeVar("Place", Organisation, Unit)

# So many names stand in a sentence; the rest is a number.
NAMES_SHOWN = 5


class Overtaken(Refused):
    """Somebody else has saved the page since it was opened; nothing was changed (T13)."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has saved this page since you opened it"))


def state_of(*parts: object) -> str:
    """A short name for what a page showed, to tell whether it still holds."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def state_of_organisation(organisation: Organisation) -> str:
    return state_of(organisation.name, organisation.country, organisation.letterhead)


def open_organisation(*, name: str, kind: str, country: str, letterhead: str, by: User) -> Organisation:
    """A new organisation. Whoever opens a centre becomes its administrator and that of no other (U1, ADR 13).

    Refused when the name is taken.
    """
    if not administers_a_centre(by):
        raise NotAllowed
    with acting(by):
        organisation = written(Organisation(name=name, kind=kind, country=country, letterhead=letterhead))
        if organisation.is_centre:
            make_administrator(by, organisation)
            country_chosen.send(Organisation, centre=organisation, by=by)
        record("organisation_opened", by=by, subject=organisation.name, kind=kind, country=country)
    return organisation


def make_administrator(user: User, centre: Organisation) -> Membership:
    """Inside the caller's `acting`."""
    return Membership.objects.create(user=user, organisation=centre, role=Role.ADMINISTRATOR)


def change_organisation(
    *, organisation: Organisation, name: str, country: str, letterhead: str, by: User, seen: str = ""
) -> Organisation:
    """Name, country and letterhead; what it is stays as it was opened. Refused when the name is taken.

    `seen` is the `state_of_organisation` that the page showed: Overtaken when it is another by now (T13).
    """
    if not may_administer(by, organisation):
        raise NotAllowed
    with acting(by):
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if seen and seen != state_of_organisation(organisation):
            raise Overtaken
        moved = organisation.country != country
        organisation.name, organisation.country, organisation.letterhead = name, country, letterhead
        written(organisation)
        if moved and organisation.is_centre:
            country_chosen.send(Organisation, centre=organisation, by=by)
        record("organisation_changed", by=by, subject=organisation.name)
    return organisation


def open_team(*, organisation: Organisation, name: str, leaders: Collection[User] = (), by: User) -> Unit:
    """A team of the organisation. Refused when the name is taken there or a leader does not lead there."""
    check_keeper(by, organisation)
    with acting(by):
        unit = open_unit(organisation=organisation, name=name, kind=Unit.Kind.TEAM)
        set_leaders(unit, leaders)
        record("unit_opened", by=by, subject=f"{organisation.name}: {name}", kind=unit.kind)
    return unit


def open_unit(*, organisation: Organisation, name: str, kind: str) -> Unit:
    """Inside the caller's `acting`, which has asked who may. Refused in a closed organisation."""
    check_open(Organisation.objects.select_for_update().get(pk=organisation.pk))
    return written(Unit(organisation=organisation, name=name, kind=kind))


def change_unit(*, unit: Unit, name: str, leaders: Collection[User], by: User) -> Unit:
    """Name and leaders of a team or a workshop."""
    check_keeper(by, unit.organisation)
    with acting(by):
        unit = Unit.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=unit.pk)
        unit.name = name
        written(unit)
        set_leaders(unit, leaders)
        record("unit_changed", by=by, subject=f"{unit.organisation.name}: {name}")
    return unit


def possible_leaders(organisation: Organisation) -> list[User]:
    """Who may lead one of its units: its team leaders of today. One query."""
    holders = Membership.objects.current().filter(organisation=organisation, role=Role.TEAM_LEADER)
    return list(User.objects.filter(is_active=True, pk__in=holders.values("user")).order_by("name"))


def set_leaders(unit: Unit, leaders: Collection[User]) -> None:
    if not {user.pk for user in leaders} <= {user.pk for user in possible_leaders(unit.organisation)}:
        raise Refused(_("Only a team leader of the centre can lead a unit"))
    unit.leaders.set(leaders)


def close(*, place: Place, by: User) -> None:
    """Nobody chooses it any more; what was written there stays. Refused with a list of what still needs it (U4)."""
    check_keeper(by, place)
    with acting(by):
        place = locked(place)
        if place.closed_on:
            return
        if uses := still_needed(place, by=by):
            raise Refused(_("%(name)s cannot be closed yet. %(uses)s") % {"name": place.name, "uses": " ".join(uses)})
        place.closed_on = timezone.localdate()
        place.save(update_fields=["closed_on"])
        record("place_closed", by=by, subject=place.name)


def reopen(*, place: Place, by: User) -> None:
    """Undo `close`. A unit of a closed organisation stays closed."""
    check_keeper(by, place)
    with acting(by):
        place = locked(place)
        if isinstance(place, Unit):
            check_open(place.organisation)
        place.closed_on = None
        place.save(update_fields=["closed_on"])
        record("place_reopened", by=by, subject=place.name)


def still_needed(place: Organisation | Unit, *, by: Actor) -> list[str]:
    """What would be left without a place, one sentence each: people, units, and whatever higher apps know of."""
    uses = []
    holders = Membership.objects.filter(user__is_active=True).exclude(ends_on__lt=timezone.localdate())
    if isinstance(place, Unit):
        holders = holders.filter(unit=place)
    else:
        holders = holders.filter(organisation=place)
        if isinstance(by, User) and place.is_centre:
            holders = holders.exclude(user=by, role=Role.ADMINISTRATOR)
        if units := list(place.units.open().order_by("name").values_list("name", flat=True)):
            uses.append(_("Close first: %(names)s.") % {"names": listed(units)})
    if names := list(holders.order_by("user__name").values_list("user__name", flat=True).distinct()):
        words = ngettext("%(names)s holds a role there.", "%(names)s hold roles there.", len(names))
        uses.append(words % {"names": listed(names)})
    invited = Invitation.objects.open().filter(expires_at__gt=timezone.now())
    invited = invited.filter(unit=place) if isinstance(place, Unit) else invited.filter(organisation=place)
    if names := list(invited.order_by("name").values_list("name", flat=True)):
        uses.append(_("Invited: %(names)s.") % {"names": listed(names)})
    for _receiver, more in place_closing.send(type(place), place=place, by=by):
        uses += more or []
    return uses


def listed(names: Collection[str]) -> str:
    """The first few by name, the rest as a number: `Anna, Bo and 3 more`."""
    shown = ", ".join(list(names)[:NAMES_SHOWN])
    if len(names) <= NAMES_SHOWN:
        return shown
    return _("%(names)s and %(more)s more") % {"names": shown, "more": len(names) - NAMES_SHOWN}


def check_keeper(by: User, place: Organisation | Unit) -> None:
    """NotAllowed unless the user keeps it: team leaders keep the workshops of the centre, administrators the rest."""
    if isinstance(place, Unit) and place.kind == Unit.Kind.WORKSHOP:
        is_keeper = may_set_up(by, place.organisation)
    else:
        is_keeper = may_administer(by, place.organisation if isinstance(place, Unit) else place)
    if not is_keeper:
        raise NotAllowed


def check_open(organisation: Organisation) -> None:
    if organisation.closed_on:
        raise Refused(_("%(name)s is closed. Open it again first.") % {"name": organisation.name})


def locked(place: Place) -> Place:
    return type(place)._default_manager.select_for_update().get(pk=place.pk)


def written(place: Place) -> Place:
    """Save it; Refused when another one has the name already."""
    try:
        with transaction.atomic():
            place.save()
    except IntegrityError:
        raise Refused(_("The name %(name)s is already taken") % {"name": place.name}) from None
    return place
