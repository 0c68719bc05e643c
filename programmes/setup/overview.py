"""The first page of set-up: each centre with its parts, and what a new installation still lacks, in order (U4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.keeping import Keeping, keeping
from accounts.models import Organisation, Unit, User
from accounts.permissions import organisations_kept_by
from accounts.places import listed
from accounts.roles import Role
from core.templatetags.dates import short_day
from programmes.models import ClosingDay, Offer, ProgrammeType
from programmes.setup.people import People, page_of
from programmes.types.catalogue import latest_types

# Of each kind of next step so many are shown; the rest come when these are done.
SHOWN = 3


@dataclass(frozen=True)
class Step:
    """Something that is missing, in one sentence, and the page on which it is done; `url` may be empty."""

    sentence: str
    url: str
    label: str
    icon: str = "plus-lg"
    hint: str = ""

    @property
    def actions(self) -> list["Step"]:
        """Itself as the button of a row, where the user may do it."""
        return [self] if self.url else []


@dataclass(frozen=True)
class Part:
    """One line of a centre: what there is, and where it is kept."""

    title: str
    url: str
    text: str
    actions: list[Step] = field(default_factory=list)


@dataclass
class Centre:
    """One centre on the page. `steps` is empty when nothing is missing."""

    organisation: Organisation
    is_administered: bool
    steps: list[Step] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


@dataclass
class Overview:
    centres: list[Centre]
    steps: list[Step]
    is_administrator: bool
    shared: list[tuple[str, str, str]] = field(default_factory=list)
    own: list[Organisation] = field(default_factory=list)  # of who administers no centre but, say, a job centre

    @property
    def now(self) -> Step | None:
        return self.steps[0] if self.steps else None

    @property
    def later(self) -> list[Step]:
        return self.steps[1:]


def overview_of(user: User) -> Overview:
    """What the user sets up; a fixed number of queries, whatever the number of centres and workshops."""
    kept = list(organisations_kept_by(user).filter(closed_on__isnull=True).order_by("name"))
    centres = [one for one in kept if one.is_centre]
    others = [one for one in kept if not one.is_centre]
    keeps = keeping(user)
    is_administrator = keeps.administers_shared
    people = People(kept)
    units = (
        Unit.objects.open()
        .filter(organisation__in=centres)
        .select_related("workshop")
        .annotate(open_days=Count("workshop__opening_hours"))
        .order_by("name")
    )
    by_centre: dict[int, list[Unit]] = {centre.pk: [] for centre in centres}
    for unit in units:
        by_centre[unit.organisation_id].append(unit)
    closed = next_closing_days(centres)
    offered = offered_types(centres)
    found = [
        centre_card(
            keeps,
            centre,
            by_centre[centre.pk],
            people,
            closed.get(centre.pk),
            offered[centre.pk],
            several=len(centres) > 1,
        )
        for centre in centres
    ]
    steps = [step for card in found for step in card.steps]
    if is_administrator:
        steps += list(missing_referrers(keeps, others, people))
    if not is_administrator:
        return Overview(found, steps, is_administrator, own=others)
    return Overview(found, steps, is_administrator, shared_of(others))


def centre_card(
    keeps: Keeping,
    centre: Organisation,
    units: list[Unit],
    people: People,
    closed: ClosingDay | None,
    offered: list[ProgrammeType],
    *,
    several: bool,
) -> Centre:
    administers = keeps.is_administrator_of(centre)
    workshops = [unit for unit in units if hasattr(unit, "workshop")]
    teams = [unit for unit in units if unit.kind == Unit.Kind.TEAM]
    card = Centre(centre, administers)
    card.steps = list(missing(keeps, centre, workshops, people, offered, administers=administers))
    new_workshop = Step(
        "", reverse("setup:new_workshop", args=[centre.pk]), _("New workshop"), hint=centre.name if several else ""
    )
    card.parts = [
        Part(
            _("What is offered"),
            reverse("setup:offers", args=[centre.pk]),
            listed([type.name for type in offered]) or _("Nothing yet"),
        ),
        Part(
            _("Workshops"),
            reverse("setup:workshops", args=[centre.pk]),
            listed([unit.name for unit in workshops]) or _("None yet"),
            new_workshop.actions,
        ),
        Part(
            _("Closing days"),
            reverse("setup:closing_days", args=[centre.pk]),
            _("Next: %(day)s, %(name)s") % {"day": short_day(closed.day), "name": closed.name}
            if closed
            else _("None ahead"),
        ),
    ]
    if administers:
        card.parts.append(
            Part(
                _("Teams"),
                reverse("setup:organisation", args=[centre.pk]) + "#teams",
                listed([unit.name for unit in teams]) or _("None. A small centre needs none."),
            )
        )
    if url := page_of("accounts:users"):
        staff = people.at(centre, Role.TEAM_LEADER, Role.CASEWORKER, Role.CONTACT_PERSON, Role.SPECIALIST)
        card.parts.append(Part(_("People"), url, listed(staff) or _("Nobody yet")))
    if url := page_of("journal:phrases"):
        card.parts.append(Part(_("Standard phrases"), url, _("Texts that everybody at the centre can use")))
    return card


def missing(
    keeps: Keeping,
    centre: Organisation,
    workshops: list[Unit],
    people: People,
    offered: list[ProgrammeType],
    *,
    administers: bool,
) -> Iterator[Step]:
    """What keeps the centre from its daily work, the most urgent first."""
    name = {"centre": centre.name}
    if not people.has(centre, Role.TEAM_LEADER):
        yield Step(
            _("Nobody leads %(centre)s yet.") % name,
            invitation(keeps, centre, Role.TEAM_LEADER),
            _("Invite a team leader"),
            "envelope",
        )
    if not offered:
        yield Step(
            _("%(centre)s offers no programme yet.") % name,
            reverse("setup:offers", args=[centre.pk]),
            _("Choose what is offered"),
            "check-lg",
        )
    # A centre whose programmes use no workshops needs none.
    if not workshops and (not offered or any(type.settings.uses_workshops for type in offered)):
        yield Step(
            _("%(centre)s has no workshop yet.") % name,
            reverse("setup:new_workshop", args=[centre.pk]),
            _("Set up a workshop"),
            "plus-lg",
        )
    for unit in [unit for unit in workshops if not unit.open_days][:SHOWN]:  # type: ignore[attr-defined]
        yield Step(
            _("%(workshop)s is not open on any day yet.") % {"workshop": unit.name},
            reverse("setup:workshop", args=[unit.workshop.pk]),
            _("Set the opening hours"),
            "clock",
            unit.name,
        )
    for unit in [unit for unit in workshops if not people.has_contact(unit.pk)][:SHOWN]:
        yield Step(
            _("%(workshop)s has no contact person yet.") % {"workshop": unit.name},
            invitation(keeps, centre, Role.CONTACT_PERSON, unit),
            _("Invite a contact person"),
            "envelope",
            unit.name,
        )
    if not people.has(centre, Role.CASEWORKER):
        yield Step(
            _("%(centre)s has no caseworker yet.") % name,
            invitation(keeps, centre, Role.CASEWORKER),
            _("Invite a caseworker"),
            "envelope",
        )
    if administers and not centre.letterhead.strip():
        yield Step(
            _("Letters from %(centre)s have no letterhead yet.") % name,
            reverse("setup:organisation", args=[centre.pk]),
            _("Write the letterhead"),
            "pencil",
        )


def missing_referrers(keeps: Keeping, others: list[Organisation], people: People) -> Iterator[Step]:
    referring = [one for one in others if one.kind == Organisation.Kind.REFERRER]
    if not referring:
        yield Step(
            _("No organisation refers citizens yet."),
            f"{reverse('setup:new_organisation')}?kind={Organisation.Kind.REFERRER}",
            _("Open a referring organisation"),
        )
    for one in [one for one in referring if not people.has(one, Role.REFERRER)][:SHOWN]:
        yield Step(
            _("Nobody at %(organisation)s can refer yet.") % {"organisation": one.name},
            invitation(keeps, one, Role.REFERRER),
            _("Invite a referrer"),
            "envelope",
            one.name,
        )


def shared_of(others: list[Organisation]) -> list[tuple[str, str, str]]:
    """What centres share, by kind: the word, how many, the first names."""
    rows = []
    for kind in (Organisation.Kind.REFERRER, Organisation.Kind.PARTNER, Organisation.Kind.STEERING):
        names = [one.name for one in others if one.kind == kind]
        if names:
            rows.append((str(kind.label), str(len(names)), listed(names)))
    return rows


def offered_types(centres: list[Organisation]) -> dict[int, list[ProgrammeType]]:
    """The types that each centre offers today, by centre. Two queries."""
    types = {type.key: type for type in latest_types()}
    found: dict[int, list[ProgrammeType]] = {centre.pk: [] for centre in centres}
    for offer in Offer.objects.current().filter(centre__in=centres).order_by("since", "pk"):
        if offer.type_key in types:
            found[offer.centre_id].append(types[offer.type_key])
    return found


def next_closing_days(centres: list[Organisation]) -> dict[int, ClosingDay]:
    """The next closing day from today on, by centre. One query."""
    found = (
        ClosingDay.objects.filter(centre__in=centres, day__gte=timezone.localdate())
        .order_by("centre", "day")
        .distinct("centre")
    )
    return {one.centre_id: one for one in found}


def invitation(keeps: Keeping, organisation: Organisation, role: str, unit: Unit | None = None) -> str:
    """The page on which somebody is invited, filled in; empty for whoever may not give that role there."""
    url = page_of("accounts:invite")
    if not url or role not in keeps.roles_at(organisation):
        return ""
    chosen: dict[str, str | int] = {"organisation": organisation.pk, "role": role}
    if unit:
        chosen["unit"] = unit.pk
    return f"{url}?{urlencode(chosen)}"
