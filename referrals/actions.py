"""Deciding on a referral, and what goes back and forth until then (R2, R5). Submitting stands in `submission.py`."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from citizens.access import end
from citizens.models import Citizen
from core.events import referral_accepted
from core.exceptions import NotAllowed, Refused
from programmes.course.ending import never_start
from programmes.locking import locked_each
from programmes.models import Programme
from programmes.statuses import Status as ProgrammeStatus
from referrals.drafts import locked, name_shown
from referrals.granting import Grant, grant
from referrals.models import Move, Referral
from referrals.permissions import may_decide, may_move
from referrals.statuses import MOVES, Status
from referrals.submission import source_of
from referrals.telling import address, tell_centre, tell_referrer, tell_timeline
from worklist.actions import clear_task, raise_task

QUESTION = "answer_question"
READABLE_AFTER_NO = timedelta(days=183)


def accept(*, referral: Referral, by: User, **decision: Any) -> Programme:
    """Start a programme from the referral, in one transaction with its plan and schedule (R5).

    `decision` is what a `Grant` holds: start, weeks and caseworker; workshop and week where the type uses workshops;
    the coordinator, a lent place and the pre-programme where there are such. Refused when somebody else has decided
    already, when a day is no start of the type, when a workshop, the type or the municipality has no free place in the
    whole time, or when the citizen has a running programme of the type. A full workshop is refused to everybody: a
    place is made by changing the workshop's places, where it is seen, and not by squeezing one more in.
    """
    with acting(by):
        referral = taken(referral, Status.ACCEPTED, by)
        programme, first = grant(referral, Grant(**decision), by=by)
        referral.programme, referral.pre_programme = programme, first
        decide(referral, Status.ACCEPTED, by=by, programme=programme)
        tell_accepted(referral, programme, first, by=by)
        for one in (first, programme):
            if one is not None:
                referral_accepted.send(Referral, referral=referral, programme=one, by=by)
    return programme


def tell_accepted(referral: Referral, programme: Programme, first: Programme | None, *, by: User) -> None:
    """Both sides read what begins when, and whose place it takes (P10, P15)."""
    if first is not None:
        start = first.starts_on.isoformat()
        tell_timeline("pre_programme_granted", referral, by=by, case=first.reference, start=start)
    tell_timeline("referral_accepted", referral, by=by, case=programme.reference, start=programme.starts_on.isoformat())
    if programme.lent_from:
        lent = {"lender": programme.lent_from, "borrower": programme.municipality}
        tell_timeline("place_lent", referral, by=by, case=programme.reference, **lent)
    tell_referrer("accepted", referral)


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

    The referral waits again where it waited before, as long as it has waited. The programme, and the pre-programme
    before it, never starts: its place is
    free, and nobody is expected and nothing is due in it. Accepting again makes a new one.
    """
    with acting(by, why=why):
        referral = locked(referral)
        if not may_decide(by, referral):
            raise NotAllowed
        if referral.status != Status.ACCEPTED:
            raise Refused(_("The referral is not accepted any more"))
        # The pre-programme, where there is one, begins first.
        found = locked_each(Programme.objects.filter(pk__in=[referral.programme_id, referral.pre_programme_id]))
        made = sorted(found, key=lambda one: (one.starts_on, one.pk))
        if made[0].status != ProgrammeStatus.PLANNED or made[0].starts_on <= timezone.localdate():
            raise Refused(
                _("The programme has begun, so the acceptance cannot be taken back. End the programme instead")
            )
        before = referral.moves.exclude(status=Status.ACCEPTED).last()
        to = Status.WAITING_LIST if before and before.status == Status.WAITING_LIST else Status.SUBMITTED
        programme = made[-1]
        referral.programme, referral.pre_programme = None, None
        referral.decided_at, referral.decided_by, referral.decision_reason = None, None, ""
        move(referral, to, by=by, why=why, programme=programme)
        for one in made:
            never_start(programme=one, why=why, by=by, is_told=False)
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
