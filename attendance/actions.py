"""What people do about a missed citizen (A7). Marks have a file of their own, `marks.py`."""

from django.utils.translation import gettext as _

from accounts.models import User
from attendance.models import ContactAttempt, MissedAttendance, MissedStatus
from attendance.permissions import may_follow_up
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from journal.actions import tell
from worklist.actions import clear_task

TASK = "contact_absent_citizen"


def task_source(missed: MissedAttendance) -> str:
    """What the worklist calls the follow-up of this flag."""
    return f"attendance.missed:{missed.pk}"


def record_contact(
    *, missed: MissedAttendance, means: str, was_reached: bool, reason: str, agreed: str, by: User
) -> ContactAttempt:
    """Write down one try to reach the citizen; when they spoke together the follow-up is closed (A7).

    Raises NotAllowed for somebody else's case, Refused when there is nothing left to follow up.
    """
    with acting(by):
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
