"""What changes a programme: starting, closing, completing (P1, P2, P5)."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from audit.acting import Actor, acting
from audit.log import record
from citizens.models import Citizen
from core.events import programme_ended, programme_ending, schedule_changed
from core.exceptions import NotAllowed, Refused
from core.models import next_reference
from journal.models import Audience, Entry
from programmes.access import end_programme_access, grant_placement, grant_programme, withdraw_programme_access
from programmes.locking import locked
from programmes.models import Placement, Programme, ProgrammeType, ScheduleSlot, Workshop
from programmes.people.coordination import appoint_first
from programmes.permissions import may_lead
from programmes.placements.schedules import WeekSlot, problems
from programmes.statuses import MOVES, Status
from programmes.telling import tell_case


def start_programme(
    *,
    citizen: Citizen,
    type: ProgrammeType,
    centre: Organisation,
    caseworker: User,
    referring_organisation: Organisation,
    referrer: User,
    starts_on: date,
    ends_on: date,
    by: User,
    workshop: Workshop | None = None,
    week: Sequence[WeekSlot] = (),
    accommodations: str = "",
    accommodations_why: str = "",
    municipality: str = "",
    lent_from: str = "",
    previous: Programme | None = None,
    coordinator: User | None = None,
) -> Programme:
    """Create a planned programme, and everybody's access to the case (P1, R5).

    With a workshop also the placement and its agreed week; a type without workshops has none. `municipality` and
    `lent_from` say whose place it takes (P10), `previous` what came before it (P15). Where the type has one and none
    is named, the caseworker is its coordinator (P1). It becomes active by itself on the day it starts. Refused when the
    week does not fit the workshop (P5).
    """
    if not may_lead(by, centre):
        raise NotAllowed
    if workshop is not None:
        if not week:
            raise Refused(_("Agree at least one day a week"))
        for problem in problems(week, workshop).values():
            raise Refused(problem)
    with acting(by):
        refuse_absent(caseworker, centre)
        programme = Programme.objects.create(
            reference=next_reference("F", year=timezone.localdate().year),
            citizen=citizen,
            type=type,
            centre=centre,
            caseworker=caseworker,
            referring_organisation=referring_organisation,
            referrer=referrer,
            starts_on=starts_on,
            ends_on=ends_on,
            accommodations=accommodations,
            accommodations_why=accommodations_why,
            municipality=municipality,
            lent_from=lent_from,
            previous=previous,
        )
        grant_programme(programme)
        if workshop is not None:
            place(programme, workshop, week)
        appoint_first(programme, coordinator, by=by)
        record("programme_created", by=by, subject=programme, citizen_id=citizen.pk)
        schedule_changed.send(Programme, programme=programme, from_day=starts_on, by=by)
    return programme


def place(programme: Programme, workshop: Workshop, week: Sequence[WeekSlot]) -> None:
    """The programme's first placement, for the whole of its time, and the week agreed from its first day on (P5)."""
    placement = Placement.objects.create(
        programme=programme, workshop=workshop, starts_on=programme.starts_on, ends_on=programme.ends_on
    )
    ScheduleSlot.objects.bulk_create(
        ScheduleSlot(
            placement=placement,
            weekday=slot.weekday,
            starts=slot.starts,
            ends=slot.ends,
            valid_from=programme.starts_on,
        )
        for slot in week
    )
    grant_placement(placement)


def refuse_absent(caseworker: User, centre: Organisation) -> None:
    """Somebody who leaves at this moment is waited for, and gets no new case (U2)."""
    held = User.objects.select_for_update().filter(pk=caseworker.pk, is_active=True).first()
    role = Membership.objects.current().filter(user=caseworker, organisation=centre, role=Role.CASEWORKER)
    if held is None or not role.exists():
        raise Refused(_("%(name)s is no caseworker at %(centre)s") % {"name": caseworker.name, "centre": centre.name})


def activate_due(*, on: date, by: Actor) -> int:
    """Planned programmes whose start has come are active from now on; returns how many. Safe to run twice (P1)."""
    with acting(by):
        planned = Programme.objects.filter(status=Status.PLANNED, starts_on__lte=on)
        due = list(planned.select_for_update(of=("self",), no_key=True, skip_locked=True))
        Entry.objects.bulk_create(
            Entry(
                kind="programme_started",
                citizen_id=programme.citizen_id,
                centre_id=programme.centre_id,
                referring_organisation_id=programme.referring_organisation_id,
                case=programme.reference,
                audience=Audience.REFERRER,
            )
            for programme in due
        )
        return Programme.objects.filter(pk__in=[programme.pk for programme in due]).update(status=Status.ACTIVE)


def begin_closing(*, programme: Programme, by: User) -> None:
    """The closing note is being written: the programme is closing. Already closing or ended, it stays (P1)."""
    with acting(by):
        programme = locked(programme)
        if Status.CLOSING in MOVES[programme.status]:
            move(programme, Status.CLOSING, by=by)


def complete(*, programme: Programme, on: date, outcome: dict[str, str], by: Actor) -> None:
    """End the programme; receivers refuse it without an approved closing note (C6). `outcome` is its name in all
    languages, for the timeline."""
    with acting(by):
        programme = locked(programme)
        if programme.status == Status.COMPLETED:
            return
        if Status.CLOSING in MOVES[programme.status]:
            move(programme, Status.CLOSING, by=by)
        finish(programme, Status.COMPLETED, on=on, by=by)
        tell_case(
            "programme_ended",
            programme,
            by=by,
            audience=Audience.REFERRER,
            outcome=outcome,
        )


def finish(programme: Programme, status: Status, *, on: date, by: Actor) -> None:
    """End the programme on `on`, its last day: state, access, what is expected and what is due follow.

    Receivers of `programme_ending` may refuse. The caller holds the row's lock.
    """
    programme_ending.send(Programme, programme=programme, status=status, by=by)
    is_begun = programme.starts_on <= on
    programme.ended_on = on
    move(programme, status, by=by)
    if is_begun:
        end_programme_access(programme, ended_on=on, kept_until=kept_until(on))
    else:
        withdraw_programme_access(programme, on=on)
    schedule_changed.send(Programme, programme=programme, from_day=on, by=by)
    programme_ended.send(Programme, programme=programme, by=by)


def kept_until(ended_on: date) -> date:
    """A closed case stays readable for five years, until retention removes it (T20)."""
    try:
        return ended_on.replace(year=ended_on.year + 5)
    except ValueError:  # 29 February
        return ended_on.replace(year=ended_on.year + 5, day=28)


def move(programme: Programme, status: Status, *, by: Actor) -> None:
    """Write one move of the table; Refused when it is not there. The caller holds the row's lock."""
    if status not in MOVES[programme.status]:
        raise Refused(
            _("The programme is %(status)s, so this cannot be done")
            % {"status": programme.get_status_display().lower()}
        )
    before = programme.status
    programme.status = status
    programme.save(update_fields=["status", "ended_on"])
    record(f"programme_{status}", by=by, subject=programme, citizen_id=programme.citizen_id, before=before)
