"""Who marks for whom: beside the registers of the day, and in the words of a mark (A13)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Substitution, User
from accounts.roles import Role
from accounts.substituting import centres_known_to, may_name, may_step_in
from programmes.models import Workshop

if TYPE_CHECKING:
    from attendance.register.reading import Summary

# How long before a day somebody may have marked it: who has stood in earlier than that is not asked for.
NOTICE_AHEAD = timedelta(days=92)


@dataclass(frozen=True)
class StandIn:
    """Somebody who marks for a workshop today, in whose place and until when."""

    pk: int
    name: str
    until: date
    is_own: bool

    @property
    def is_last_day(self) -> bool:
        return self.until == timezone.localdate()


@dataclass(frozen=True)
class Place:
    """One workshop of the overview: its register where the reader sees it, its people, and what the reader may do."""

    workshop_id: int
    name: str
    contacts: str
    summary: "Summary | None" = None
    stand_ins: list[StandIn] = field(default_factory=list)
    may_name: bool = False
    may_step_in: bool = False

    @property
    def own_stand_in(self) -> StandIn | None:
        """The reader's own."""
        return next((one for one in self.stand_ins if one.is_own), None)


def for_whom(name: str, absent: str | None) -> str:
    """`Mette Holm for Karen Lund`; a workshop without a contact person has nobody to name."""
    return _("%(name)s for %(absent)s") % {"name": name, "absent": absent} if absent else name


def overview_of(user: User, registers: "Iterable[Summary]") -> tuple[list[Place], list[Place]]:
    """The workshops whose registers the user sees, in the order of `registers`, and the centre's others, by name.

    One query for any number of workshops.
    """
    contacts = Membership.objects.current().filter(
        unit=OuterRef("unit"), role=Role.CONTACT_PERSON, user__is_active=True
    )
    standing_in = Substitution.objects.effective().filter(unit=OuterRef("unit")).order_by("pk")
    known = (
        Workshop.objects.open()
        .filter(unit__organisation__in=centres_known_to(user))
        .select_related("unit")
        .annotate(
            contacts=ArraySubquery(contacts.order_by("user__name", "pk").values("user__name")),
            standing_in=ArraySubquery(
                standing_in.values(
                    line=JSONObject(
                        pk="pk",
                        user="substitute_id",
                        name="substitute__name",
                        absent="in_place_of__name",
                        until="ends_on",
                    )
                )
            ),
        )
        .order_by("unit__name", "pk")
    )
    summaries = {one.workshop_id: one for one in registers}
    places = {workshop.pk: _place(workshop, summaries.get(workshop.pk), user) for workshop in known}
    seen = [places[pk] for pk in summaries if pk in places]
    return seen, [place for place in places.values() if place.summary is None]


def _place(workshop: Any, summary: "Summary | None", user: User) -> Place:
    stand_ins = [
        StandIn(
            line["pk"],
            for_whom(line["name"], line["absent"]),
            date.fromisoformat(line["until"]),
            line["user"] == user.pk,
        )
        for line in workshop.standing_in
    ]
    return Place(
        workshop_id=workshop.pk,
        name=workshop.unit.name,
        contacts=", ".join(workshop.contacts),
        summary=summary,
        stand_ins=stand_ins,
        may_name=may_name(user, workshop.unit),
        may_step_in=may_step_in(user, workshop.unit) and not any(one.is_own for one in stand_ins),
    )


class Markers:
    """In whose place the marks of one workshop were made; read once, asked for each mark."""

    def __init__(self, workshop: Workshop, day: date) -> None:
        """For a register of `day`, which is also marked before and corrected after. One query."""
        self.found = list(
            Substitution.objects.filter(unit=workshop.unit_id, ends_on__gte=day - NOTICE_AHEAD).values_list(
                "substitute_id", "in_place_of__name", "named_at", "starts_on", "ends_on", "ended_at"
            )
        )

    def said(self, by: User, at: datetime) -> str:
        """Who made a mark at that moment: `Mette Holm for Karen Lund`, or the name alone."""
        on = timezone.localtime(at).date()
        for user, absent, named_at, starts_on, ends_on, ended_at in self.found:
            in_time = named_at <= at and (ended_at is None or at < ended_at)
            if user == by.pk and starts_on <= on <= ends_on and in_time:
                return for_whom(by.name, absent)
        return by.name
