"""A programme ends otherwise than planned: nobody came, or it is interrupted (P1, K4, C6)."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import Actor, acting
from core.exceptions import NotAllowed, Refused
from journal.models import Audience
from messaging.actions import queue_mail
from programmes.actions import finish
from programmes.locking import locked
from programmes.models import Programme
from programmes.permissions import may_work_on
from programmes.statuses import MOVES, Status
from programmes.telling import tell_case


def interrupt(*, programme: Programme, on: date, why: str, by: Actor) -> Programme:
    """End a programme before its time; `on` is the last day. A short closing note follows (C6).

    Refused before the first day, after today, and when it has ended already. The referrer is told and reads why.
    """
    return stop(programme, Status.INTERRUPTED, on=on, why=why, by=by)


def never_start(*, programme: Programme, why: str, by: Actor, is_told: bool = True) -> Programme:
    """The citizen never came: the programme has not begun, and ends today (K4).

    Refused once somebody has marked the citizen as here. The referrer is told and reads why, unless the caller tells
    what happened (`is_told`).
    """
    return stop(programme, Status.NEVER_STARTED, on=timezone.localdate(), why=why, by=by, is_told=is_told)


def stop(programme: Programme, status: Status, *, on: date, why: str, by: Actor, is_told: bool = True) -> Programme:
    """One of the two; asked for twice it happens once."""
    with acting(by, why=why):
        programme = locked(programme)
        if isinstance(by, User) and not may_work_on(by, programme):
            raise NotAllowed
        if programme.status == status:
            return programme
        if status in MOVES[programme.status]:
            check_day(programme, status, on)
        finish(programme, status, on=on, by=by)
        if not is_told:
            return programme
        tell_case(
            f"programme_{status}",
            programme,
            by=by,
            audience=Audience.REFERRER,
            body=why,
            day=on.isoformat(),
        )
        queue_mail(
            f"programmes/email/{status}.txt",
            to=[programme.referrer],
            programme=programme,
            address=settings.SITE_URL + reverse("desk:case", args=[programme.reference]),
        )
    return programme


def check_day(programme: Programme, status: Status, on: date) -> None:
    """The last day of an interrupted programme is one of its own, and has come."""
    if status != Status.INTERRUPTED:
        return
    if on > timezone.localdate():
        raise Refused(_("The last day cannot be after today"))
    if on < programme.starts_on:
        raise Refused(_("The programme had not begun on that day"))
