"""Putting a follow-up off with a reason, until a day (L3)."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import Refused
from plans.actions import follow_up_next, locked
from plans.models import Exemption, Plan
from programmes.telling import tell_case


def put_off(*, plan: Plan, until: date, why: str, by: User) -> Exemption:
    """Nothing is due about the follow-up until the day; then it is due again (L3).

    Refused without a reason, when none is due, and for a day that is not later than the one it is due on, not ahead,
    or after the programme.
    """
    with acting(by, why=why):
        plan = locked(plan, by=by)
        if not why.strip():
            raise Refused(_("Write the reason"))
        if plan.follow_up_due_on is None:
            raise Refused(_("No further follow-up is planned"))
        if plan.follow_up_due_on == until and (same := same_as(plan, until=until, why=why, by=by)):
            return same
        if problem := until_problem(plan, until) or (_("Choose a later day") if plan.follow_up_due_on == until else ""):
            raise Refused(problem)
        row = Exemption.objects.create(
            plan=plan, was_due_on=plan.follow_up_due_on, until=until, reason=why.strip(), by=by
        )
        follow_up_next(plan, on=until, by=by)
        programme = plan.programme
        record("follow_up_put_off", by=by, subject=plan, citizen_id=programme.citizen_id, until=str(until))
        tell_case(
            "follow_up_put_off",
            programme,
            by=by,
            body=row.reason,
            url=reverse("plans:detail", args=[programme.reference]),
            day=until.isoformat(),
        )
    return row


def same_as(plan: Plan, *, until: date, why: str, by: User) -> Exemption | None:
    """The same sent twice is put off once (T12)."""
    return plan.exemptions.filter(until=until, reason=why.strip(), by=by).last()


def until_problem(plan: Plan, until: date) -> str:
    """Why the follow-up cannot be put off until that day; empty when it can, or was already (T12)."""
    last = plan.programme.ends_on
    if until > last:
        return _("The programme ends on %(day)s") % {"day": date_format(last)}
    if until <= timezone.localdate() or (plan.follow_up_due_on and until < plan.follow_up_due_on):
        return _("Choose a later day")
    return ""


@dataclass(frozen=True)
class Standing:
    """How it stands with the next follow-up: `due`, `overdue`, `exempt`, or `none` when no other is planned."""

    state: str
    on: date | None = None
    exemption: Exemption | None = None


def standing(plan: Plan) -> Standing:
    """Exempt is a plan whose follow-up was put off until the day it is now due on, while that lies ahead; one query."""
    on = plan.follow_up_due_on
    if on is None:
        return Standing("none")
    today = timezone.localdate()
    row = plan.exemptions.select_related("by").last()
    if row and row.until == on and today < on:
        return Standing("exempt", on, row)
    return Standing("overdue" if on < today else "due", on)
