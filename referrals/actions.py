"""Deciding on a referral, and what goes back and forth until then (R2, R5). Submitting stands in `submission.py`."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from citizens.access import end
from citizens.models import Citizen
from core.calendar import last_day, next_intake_day
from core.events import referral_accepted
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import day as in_words
from programmes.actions import start_programme
from programmes.capacity import caseloads, free_places
from programmes.closing_days import closed_days
from programmes.ending import never_start
from programmes.models import Programme, Workshop
from programmes.schedules import WeekSlot
from programmes.statuses import Status as ProgrammeStatus
from referrals.drafts import locked, name_shown
from referrals.models import Move, Referral
from referrals.permissions import may_decide, may_move
from referrals.statuses import MOVES, Status
from referrals.submission import running_programme, source_of, told
from referrals.telling import address, tell_centre, tell_referrer, tell_timeline
from worklist.actions import clear_task, raise_task

QUESTION = "answer_question"
READABLE_AFTER_NO = timedelta(days=183)


def accept(
    *,
    referral: Referral,
    starts_on: date,
    weeks: int,
    caseworker: User,
    workshop: Workshop,
    week: Sequence[WeekSlot],
    by: User,
) -> Programme:
    """Start a programme from the referral, in one transaction with its plan and schedule (R5).

    Refused when somebody else has decided already, when `starts_on` is no intake day, when the workshop has no free
    place on it or when the citizen has a running programme of the type. A full workshop is refused to everybody:
    a place is made by changing the workshop's places, where it is seen, and not by squeezing one more in.
    """
    with acting(by):
        referral = taken(referral, Status.ACCEPTED, by)
        assert referral.citizen is not None  # noqa: S101  (the database holds it for what is submitted)
        check_intake(referral, starts_on)
        check_people(referral, caseworker, workshop)
        check_places(referral, workshop, starts_on)
        there = running_programme(referral.citizen, referral.type, referral.centre)
        if there is not None:
            raise Refused(told(there, by))
        programme = start_programme(
            citizen=referral.citizen,
            type=referral.type,
            centre=referral.centre,
            caseworker=caseworker,
            referring_organisation=referral.referring_organisation,
            referrer=referral.referrer,
            starts_on=starts_on,
            ends_on=last_day(starts_on, weeks),
            workshop=workshop,
            week=week,
            accommodations=referral.accommodations,
            accommodations_why=referral.accommodations_why,
            by=by,
        )
        referral.programme = programme
        decide(referral, Status.ACCEPTED, by=by, programme=programme)
        tell_timeline("referral_accepted", referral, by=by, case=programme.reference, start=starts_on.isoformat())
        tell_referrer("accepted", referral)
        referral_accepted.send(Referral, referral=referral, programme=programme, by=by)
    return programme


def reject(*, referral: Referral, why: str, by: User) -> Referral:
    """Say no, and why (R2)."""
    with acting(by, why=why):
        referral = taken(referral, Status.REJECTED, by)
        decide(referral, Status.REJECTED, by=by, why=why)
        clear_task(kind=QUESTION, source=source_of(referral), by=by)
        let_access_run_out(referral)
        tell_timeline("referral_rejected", referral, by=by)
        tell_referrer("rejected", referral)
    return referral


def withdraw(*, referral: Referral, why: str, by: User) -> Referral:
    """The referring organisation takes it back, and says why (R2)."""
    with acting(by, why=why):
        referral = taken(referral, Status.WITHDRAWN, by)
        decide(referral, Status.WITHDRAWN, by=by, why=why)
        clear_task(kind=QUESTION, source=source_of(referral), by=by)
        let_access_run_out(referral)
        tell_timeline("referral_withdrawn", referral, by=by)
        tell_centre("withdrawn", referral)
    return referral


def put_on_waiting_list(*, referral: Referral, why: str, by: User) -> Referral:
    with acting(by, why=why):
        referral = taken(referral, Status.WAITING_LIST, by)
        move(referral, Status.WAITING_LIST, by=by, why=why)
        tell_timeline("waiting_list", referral, by=by)
        tell_referrer("waiting_list", referral)
    return referral


def ask(*, referral: Referral, question: str, by: User) -> Referral:
    """Ask the referrer for more information; it is on their list today (R7, J6)."""
    with acting(by):
        referral = taken(referral, Status.INFORMATION_REQUESTED, by)
        move(referral, Status.INFORMATION_REQUESTED, by=by, why=question)
        raise_task(
            kind=QUESTION,
            source=source_of(referral),
            due_on=timezone.localdate(),
            url=address(referral),
            citizen=about_whom(referral),
            for_user=referral.referrer,
        )
        tell_timeline("information_requested", referral, by=by, organisation=referral.referring_organisation.name)
        tell_referrer("question", referral)
    return referral


def about_whom(referral: Referral) -> Citizen | None:
    """Whose name stands on the referrer's task: nobody's, where they wrote another name than ours (T10)."""
    assert referral.citizen is not None  # noqa: S101
    return referral.citizen if name_shown(referral, referral.referrer) == referral.citizen.name else None


def answer(*, referral: Referral, answer: str, by: User) -> Referral:
    """Any referrer of the organisation answers; the referral goes back to the queue, at its old place (R7)."""
    with acting(by):
        referral = taken(referral, Status.SUBMITTED, by)
        move(referral, Status.SUBMITTED, by=by, why=answer)
        clear_task(kind=QUESTION, source=source_of(referral), by=by)
        tell_timeline("information_given", referral, by=by, organisation=referral.referring_organisation.name)
        tell_centre("answered", referral)
    return referral


def take_back(*, referral: Referral, why: str, by: User) -> Referral:
    """Take an acceptance back before the programme's first day (K4).

    The referral waits again where it waited before, as long as it has waited. The programme never starts: its place is
    free, and nobody is expected and nothing is due in it. Accepting again makes a new one.
    """
    with acting(by, why=why):
        referral = locked(referral)
        if not may_decide(by, referral):
            raise NotAllowed
        if referral.status != Status.ACCEPTED:
            raise Refused(_("The referral is not accepted any more"))
        programme = Programme.objects.select_for_update().get(referral=referral)
        if programme.status != ProgrammeStatus.PLANNED or programme.starts_on <= timezone.localdate():
            raise Refused(
                _("The programme has begun, so the acceptance cannot be taken back. End the programme instead")
            )
        before = referral.moves.exclude(status=Status.ACCEPTED).last()
        to = Status.WAITING_LIST if before and before.status == Status.WAITING_LIST else Status.SUBMITTED
        referral.programme = None
        referral.decided_at, referral.decided_by, referral.decision_reason = None, None, ""
        move(referral, to, by=by, why=why, programme=programme)
        never_start(programme=programme, why=why, by=by, is_told=False)
        tell_timeline("acceptance_taken_back", referral, by=by, case=programme.reference, body=why)
        tell_referrer("taken_back", referral)
    return referral


def let_access_run_out(referral: Referral) -> None:
    """Both sides can still read what was said no to for half a year; then retention takes it (T20)."""
    end(source=source_of(referral), on=timezone.localdate() + READABLE_AFTER_NO)


def taken(referral: Referral, to: Status, by: User) -> Referral:
    """The locked row, when `by` may make the move and it can be made now; NotAllowed or Refused otherwise."""
    referral = locked(referral)
    if not may_move(by, referral, to):
        raise NotAllowed
    if to not in MOVES[referral.status] or referral.status in (Status.DRAFT, Status.ACCEPTED):
        raise Refused(
            _("This referral is not waiting for that any more. Its status is now: %(status)s")
            % {"status": referral.get_status_display().lower()}
        )
    return referral


def move(referral: Referral, to: Status, *, by: User, why: str = "", programme: Programme | None = None) -> None:
    """Write the new state, who, when and why. The caller holds the row's lock.

    `programme` is the one that an acceptance starts, or that is taken back with it.
    """
    before = referral.status
    referral.status = to
    referral.version += 1
    referral.save()
    Move.objects.create(referral=referral, status=to, by=by, why=why, programme=programme)
    record(f"referral_{to}", by=by, subject=referral, citizen_id=referral.citizen_id, before=str(before))


def decide(referral: Referral, to: Status, *, by: User, why: str = "", programme: Programme | None = None) -> None:
    referral.decided_at = timezone.now()
    referral.decided_by = by
    referral.decision_reason = why
    move(referral, to, by=by, why=why, programme=programme)


def check_intake(referral: Referral, starts_on: date) -> None:
    """Only the type's intake days, and none that has passed (R5)."""
    today = timezone.localdate()
    intake = referral.type.definition["intake"]
    closed = closed_days(referral.centre, since=min(today, starts_on))
    wished = max(starts_on, today)
    first = next_intake_day(intake, closed, wished)
    if first != starts_on:
        message = (
            _("Intake is on Mondays. The next is %(date)s") if intake == "monday" else _("The next start is %(date)s")
        )
        raise Refused(message % {"date": in_words(first)})


def check_people(referral: Referral, caseworker: User, workshop: Workshop) -> None:
    """Caseworker and workshop are the centre's own."""
    if workshop.unit.organisation_id != referral.centre_id:
        raise Refused(_("Choose a workshop of the centre"))
    if all(load.caseworker != caseworker for load in caseloads(referral.centre)):
        raise Refused(_("Choose a caseworker of the centre"))


def check_places(referral: Referral, workshop: Workshop, starts_on: date) -> None:
    """A free place on the first day; the workshop's row is locked, so that two never get the last one (R5, T13)."""
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    places = {one.workshop.pk: one for one in free_places(referral.centre, starts_on)}
    if workshop.pk not in places or places[workshop.pk].free < 1:
        raise Refused(_("No free places in %(workshop)s on that date") % {"workshop": workshop})
