"""Joint days: a workshop comes together outside the agreed week, e.g. on a Sunday (A1, P7)."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.expected.writing import rewrite_day
from attendance.models import ExpectedAttendance, JointDay, LeftOut
from attendance.permissions import may_arrange
from attendance.register.mark_rules import MarkInput
from attendance.register.marks import mark_by_notice
from attendance.states import State
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from programmes.models import ClosingDay, Placement, Programme, ScheduleSlot, Workshop

FURTHEST = timedelta(days=366)


def who_may_come(workshop: Workshop, user: User) -> list[Programme]:
    """The cases whose citizens are placed in the workshop today or later, as far as the user sees them, in the order of
    the user's language; protected names last (T10). One query."""
    today = timezone.localdate()
    order = "citizen__sort_sv" if get_language() == "sv" else "citizen__sort_da"
    placed = Placement.objects.filter(programme=OuterRef("pk"), workshop=workshop, ends_on__gte=today)
    found = Programme.objects.visible_to(user).running().filter(Exists(placed), ends_on__gte=today)
    return list(found.select_related("citizen").order_by("citizen__is_protected", order, "pk"))


def arrange_joint_day(
    *,
    workshop: Workshop,
    day: date,
    starts: time,
    ends: time,
    name: str,
    left_out: Collection[Programme] = (),
    by: User,
) -> JointDay:
    """Everybody who is placed in the workshop then is expected, written by one statement; who has agreed hours at that
    time keeps those, and so does who is `left_out`. Whoever is placed there later comes too. The same day twice is one.

    Raises NotAllowed, also for a case that `by` does not see, and Refused for a day that cannot be.
    """
    now = timezone.localtime()
    with acting(by, why="joint day"):
        workshop = Workshop.objects.select_for_update(of=("self",)).select_related("unit").get(pk=workshop.pk)
        if not may_arrange(by, workshop):
            raise NotAllowed
        centre_id = workshop.unit.organisation_id
        out = {programme.pk for programme in left_out}
        if out and Programme.objects.visible_to(by).filter(pk__in=out, centre=centre_id).count() < len(out):
            raise NotAllowed
        if workshop.unit.closed_on:
            raise Refused(_("The workshop is closed."))
        if (day, starts) <= (now.date(), now.time()):
            raise Refused(_("That time has passed already."))
        if day > now.date() + FURTHEST:
            raise Refused(_("A joint day is arranged at most a year ahead."))
        if (closed := ClosingDay.objects.filter(centre=centre_id, day=day).first()) is not None:
            raise Refused(_("The centre is closed that day: %(name)s.") % {"name": closed.name})
        found = JointDay.objects.filter(workshop=workshop, day=day, cancelled_at__isnull=True).first()
        if found is not None:
            is_same = (found.starts, found.ends) == (starts, ends)
            if is_same and out == set(found.left_out.values_list("programme", flat=True)):
                return found
            raise Refused(_("That day is a joint day already. Call it off first to change it."))
        arranged = JointDay.objects.create(
            workshop=workshop, day=day, starts=starts, ends=ends, name=name, arranged_by=by
        )
        if out:
            LeftOut.objects.bulk_create(LeftOut(joint_day=arranged, programme_id=pk) for pk in sorted(out))
        rewrite_day(centre_id=centre_id, day=day)
        record("joint day arranged", by=by, subject=f"attendance.jointday:{arranged.pk}")
    return arranged


def cancel_joint_day(*, joint_day: JointDay, by: User) -> None:
    """Nobody is expected after all; who and when is kept. Whoever had sent word is let off, so that nothing counts.

    Raises NotAllowed, and Refused where it is called off already or has begun.
    """
    now = timezone.localtime()
    with acting(by, why="joint day called off"):
        joint_day = (
            JointDay.objects.select_for_update(of=("self",)).select_related("workshop__unit").get(pk=joint_day.pk)
        )
        workshop = joint_day.workshop
        if not may_arrange(by, workshop):
            raise NotAllowed
        if joint_day.cancelled_at:
            raise Refused(_("The joint day is called off already."))
        if (joint_day.day, joint_day.starts) <= (now.date(), now.time()):
            raise Refused(_("The joint day has begun."))
        joint_day.cancelled_at, joint_day.cancelled_by = now, by
        joint_day.save(update_fields=["cancelled_at", "cancelled_by"])
        rewrite_day(centre_id=workshop.unit.organisation_id, day=joint_day.day)
        _let_off(joint_day, by=by, now=now)
        record("joint day called off", by=by, subject=f"attendance.jointday:{joint_day.pk}")


def _let_off(joint_day: JointDay, *, by: User, now: datetime) -> None:
    """Slots of the day that carry a notice's mark cannot go; they become leave, which is no hours agreed."""
    weekly = ScheduleSlot.objects.filter(
        placement=OuterRef("placement"),
        weekday=joint_day.day.isoweekday(),
        starts=OuterRef("starts"),
        valid_from__lte=joint_day.day,
        valid_until__gte=joint_day.day,
    )
    slots = {
        slot.pk: slot
        for slot in ExpectedAttendance.objects.filter(
            ~Exists(weekly),
            workshop=joint_day.workshop,
            day=joint_day.day,
            starts=joint_day.starts,
            ends=joint_day.ends,
            notice__isnull=False,
        )
        .select_for_update(of=("self",))
        .select_related("programme")
        .order_by("pk")
    }
    said = _("The joint day was called off.")
    marks = [MarkInput(uuid=uuid4(), slot=pk, state=State.LEAVE.value, at=now, remark=said) for pk in slots]
    mark_by_notice([(mark, None) for mark in marks], slots, by=by, now=now)
