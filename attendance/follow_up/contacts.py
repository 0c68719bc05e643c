"""What people do about a missed citizen: the tries to reach them, and what came of each (A7)."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.follow_up.escalation import OVERDUE_TASK, next_try
from attendance.follow_up.resting import rest_reminders
from attendance.models import ContactAttempt, Escalation, MissedAttendance, MissedStatus
from attendance.permissions import may_follow_up
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import day as in_words
from journal.actions import tell
from programmes.locking import locked
from programmes.models import Programme
from programmes.places.closing_days import closed_days
from worklist.actions import clear_task

TASK = "contact_absent_citizen"
# The next try is made within a week.
LONGEST_WAIT = timedelta(days=7)


def task_source(missed: MissedAttendance) -> str:
    """What the worklist calls the follow-up of this flag."""
    return f"attendance.missed:{missed.pk}"


def record_contact(
    *,
    missed: MissedAttendance,
    means: str,
    was_reached: bool,
    reason: str,
    agreed: str,
    next_try_on: date | None = None,
    rest_until: date | None = None,
    by: User,
) -> ContactAttempt:
    """Write down one try to reach the citizen; when they spoke together the follow-up is closed (A7).

    Otherwise it waits for the next try, on `next_try_on` or the next working day, and is with the workshop and the
    caseworker again. With `rest_until` the automatic reminders of a citizen who was reached rest until that day (A8).
    Raises NotAllowed for somebody else's case, Refused when there is nothing left to follow up or a day does not fit.
    """
    with acting(by):
        if rest_until:  # it holds the programme, which comes before its flags
            locked(missed.programme)
        missed = (
            MissedAttendance.objects.select_for_update(of=("self",))
            .select_related("slot__citizen", "slot__workshop", "slot__programme__centre")
            .select_related("slot__programme__referring_organisation")
            .get(pk=missed.pk)
        )
        if not may_follow_up(by, missed):
            raise NotAllowed
        if missed.status != MissedStatus.RAISED:
            raise Refused(_("The absence has been explained already. There is nothing to follow up."))
        if missed.followed_up_at:
            raise Refused(_("Somebody has spoken with the citizen already."))
        attempt = ContactAttempt.objects.create(
            missed=missed, by=by, means=means, was_reached=was_reached, reason=reason, agreed=agreed
        )
        slot, programme = missed.slot, missed.slot.programme
        if was_reached:
            missed.followed_up_at, missed.followed_up_by = attempt.at, by
            missed.save(update_fields=["followed_up_at", "followed_up_by"])
            clear_task(kind=TASK, source=task_source(missed), by=by)
            if rest_until:
                rest_reminders(missed=missed, until=rest_until, by=by)
        else:
            missed.next_try_on = day_of_next_try(programme, next_try_on)
            missed.escalation, missed.escalated_at = Escalation.NONE, None
            missed.save(update_fields=["next_try_on", "escalation", "escalated_at"])
        clear_task(kind=OVERDUE_TASK, source=task_source(missed), by=by)
        tell(
            "contact_reached" if was_reached else "contact_tried",
            citizen=slot.citizen,
            centre=programme.centre,
            case=programme.reference,
            referring_organisation=programme.referring_organisation,
            by=by,
            happened_at=attempt.at,
            body="\n".join(filter(None, [reason, agreed])),
            url=f"/attendance/missed/{missed.pk}/",
            day=slot.day.isoformat(),
        )
        record(
            "contact recorded", by=by, subject=task_source(missed), citizen_id=slot.citizen_id, was_reached=was_reached
        )
    return attempt


def day_of_next_try(programme: Programme, wished: date | None) -> date:
    """The wished day, within a week from today, or the next working day; Refused for any other."""
    today = timezone.localdate()
    if wished is None:
        return next_try(closed_days(programme.centre), after=today)
    if not today <= wished <= today + LONGEST_WAIT:
        raise Refused(
            _("Try again no later than %(day)s, and not on a day that is past")
            % {"day": in_words(today + LONGEST_WAIT)}
        )
    return wished
