"""Workshops: opening one, its places, and when it is open (U4, P5)."""

from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import places as accounts_places
from accounts.models import Organisation, Unit, User
from accounts.permissions import may_set_up
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from programmes.models import OpeningHours, Placement, Programme, Workshop
from programmes.places.opening_hours import Answer, HoursAgreed, Week, answer_for, hold_programmes, left_outside
from programmes.statuses import RUNNING


def open_workshop(*, centre: Organisation, name: str, places: int, week: Week, by: User) -> Workshop:
    """A new workshop of the centre with its weekly opening hours, by weekday. Refused when the name is taken."""
    if not may_set_up(by, centre):
        raise NotAllowed
    check_week(week)
    with acting(by):
        unit = accounts_places.open_unit(organisation=centre, name=name, kind=Unit.Kind.WORKSHOP)
        workshop = Workshop.objects.create(unit=unit, places=places)
        write_week(workshop, week)
        record("workshop_opened", by=by, subject=f"{centre.name}: {name}", places=places)
    return workshop


def change_workshop(
    *,
    workshop: Workshop,
    name: str,
    places: int,
    week: Week,
    leaders: Collection[User] | None = None,
    by: User,
    seen: str = "",
    answer: str = "",
) -> Workshop:
    """Name, places, leaders (where given) and opening hours from now on; past days keep what was agreed (P5).

    HoursAgreed, and nothing is changed, when a running placement's hours from today on would lie outside and `answer`
    (`opening_hours.Answer`) does not say what happens to them. `seen` is the `state_of_workshop` that the page
    showed: Overtaken when it is another by now (T13).
    """
    if not may_set_up(by, workshop.unit.organisation):
        raise NotAllowed
    check_week(week)
    today = timezone.localdate()
    with acting(by):
        # The unit first, as whoever closes it does.
        Unit.objects.select_for_update().get(pk=workshop.unit_id)
        held = hold_programmes(workshop, week, since=today) if answer in Answer.values else set()
        workshop = (
            Workshop.objects.select_for_update(of=("self",), no_key=True)
            .select_related("unit__organisation")
            .get(pk=workshop.pk)
        )
        if seen and seen != state_of_workshop(workshop):
            raise accounts_places.Overtaken
        if is_changed(workshop, week):
            slots = left_outside(workshop, week, since=today)
            # Somebody who was placed there just now has not been asked about.
            if any(one.programme.pk not in held for one in slots):
                raise HoursAgreed(slots)
            write_week(workshop, week)
            if slots:
                answer_for(workshop, week, slots, Answer(answer), by=by)
        workshop.places = places
        workshop.save(update_fields=["places"])
        workshop.unit.name = name
        accounts_places.written(workshop.unit)
        if leaders is not None:
            accounts_places.set_leaders(workshop.unit, leaders)
        record("workshop_changed", by=by, subject=f"{workshop.unit.organisation.name}: {name}", places=places)
    return workshop


def state_of_workshop(workshop: Workshop) -> str:
    hours = sorted((one.weekday, one.opens, one.closes) for one in workshop.opening_hours.all())
    leaders = sorted(user.pk for user in workshop.unit.leaders.all())
    return accounts_places.state_of(workshop.unit.name, workshop.places, hours, leaders)


def is_changed(workshop: Workshop, week: Week) -> bool:
    before = {one.weekday: (one.opens, one.closes) for one in workshop.opening_hours.all()}
    return before != dict(week)


def write_week(workshop: Workshop, week: Week) -> None:
    """One row per open weekday; the history keeps what they were."""
    workshop.opening_hours.exclude(weekday__in=week).delete()
    OpeningHours.objects.bulk_create(
        [
            OpeningHours(workshop=workshop, weekday=weekday, opens=opens, closes=closes)
            for weekday, (opens, closes) in week.items()
        ],
        update_conflicts=True,
        unique_fields=["workshop", "weekday"],
        update_fields=["opens", "closes"],
    )


def check_week(week: Week) -> None:
    if any(closes <= opens for opens, closes in week.values()):
        raise Refused(_("The end must be after the start"))


def still_placed(place: Organisation | Unit) -> list[str]:
    """What programmes have against closing an organisation or a unit, in sentences (U4)."""
    today = timezone.localdate()
    if isinstance(place, Unit):
        # Whoever is about to place somebody there holds this row too.
        list(Workshop.objects.select_for_update().filter(unit=place))
        placed = Placement.objects.filter(
            workshop__unit=place, ends_on__gte=today, programme__status__in=RUNNING
        ).values("programme")
        count = placed.distinct().count()
        words = ngettext("%(count)s citizen has a place there.", "%(count)s citizens have a place there.", count)
    else:
        count = Programme.objects.running().filter(Q(centre=place) | Q(referring_organisation=place)).count()
        words = ngettext("%(count)s programme is running.", "%(count)s programmes are running.", count)
    return [words % {"count": count}] if count else []
