"""Who works where today, read once for a page."""

from collections import defaultdict
from collections.abc import Collection

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, Organisation
from accounts.roles import Role


class People:
    """Names by organisation and role, and by unit; and who is invited. Two queries."""

    def __init__(self, organisations: Collection[Organisation]) -> None:
        self.by_role: dict[tuple[int, str], list[str]] = defaultdict(list)
        self.by_unit: dict[int, list[str]] = defaultdict(list)
        found = (
            Membership.objects.current()
            .filter(organisation__in=[one.pk for one in organisations], user__is_active=True)
            .order_by("user__name", "pk")
            .values_list("organisation_id", "unit_id", "role", "user__name")
        )
        for organisation, unit, role, name in found:
            self.by_role[organisation, role].append(name)
            if unit and role == Role.CONTACT_PERSON:
                self.by_unit[unit].append(name)
        invited = Invitation.objects.open().filter(
            organisation__in=[one.pk for one in organisations], expires_at__gt=timezone.now()
        )
        self.invited = set(invited.values_list("organisation_id", "unit_id", "role"))

    def at(self, organisation: Organisation, *roles: str) -> list[str]:
        """Each name once, in the order of the roles given; all roles where none is."""
        wanted = roles or tuple(Role)
        return list(dict.fromkeys(name for role in wanted for name in self.by_role.get((organisation.pk, role), [])))

    def has(self, organisation: Organisation, role: str) -> bool:
        """Whether somebody holds the role there or is invited to it, so that nobody is asked to invite again."""
        invited = any((place, held) == (organisation.pk, role) for place, _unit, held in self.invited)
        return invited or bool(self.by_role.get((organisation.pk, role)))

    def has_contact(self, unit: int) -> bool:
        """Whether the workshop's unit has a contact person, or one who is invited."""
        invited = any((place, held) == (unit, Role.CONTACT_PERSON) for _organisation, place, held in self.invited)
        return invited or bool(self.by_unit.get(unit))


def page_of(name: str, *args: object) -> str:
    """The address of a page of another app by its name; empty when the installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
