"""A programme rests for a time and goes on: nobody is expected on the days of a pause (P1, A1)."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import Actor, acting
from audit.log import record
from core.events import pause_changed, schedule_changed
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import short_day
from journal.models import Audience, Entry
from messaging.actions import queue_mail
from programmes.locking import locked
from programmes.models import Pause, Programme
from programmes.permissions import may_work_on
from programmes.placements.placeable import outside
from programmes.statuses import RUNNING, Status
from programmes.telling import tell_case


def problems(programme: Programme, starts_on: date, ends_on: date | None) -> dict[str, str]:
    """What is wrong with a pause, by the field `starts_on` or `ends_on`; empty when all is well. One query."""
    if programme.status not in RUNNING:
        return {"starts_on": _("The programme has ended")}
    if not programme.starts_on <= starts_on <= programme.ends_on:
        return {"starts_on": outside(programme)}
    if ends_on and ends_on < starts_on:
        return {"ends_on": _("The end must not lie before the start")}
    if ends_on and ends_on > programme.ends_on:
        return {"ends_on": outside(programme)}
    for pause in programme.pauses.all():
        is_after = pause.ends_on is not None and starts_on > pause.ends_on
        if not is_after and not (ends_on is not None and ends_on < pause.starts_on):
            return {"starts_on": _("There is a pause already, %(period)s") % {"period": in_words(pause)}}
    return {}


def in_words(pause: Pause) -> str:
    """`23. nov. 2026 – 6. dec. 2026`, or from when on."""
    if pause.ends_on is None:
        return _("from %(day)s, with no end yet") % {"day": short_day(pause.starts_on)}
    return f"{short_day(pause.starts_on)} – {short_day(pause.ends_on)}"


def pause(*, programme: Programme, starts_on: date, ends_on: date | None, reason: str, by: User) -> Pause:
    """Let the programme rest from `starts_on` to `ends_on`, both included; without an end until it is resumed.

    A pause may lie ahead, or have begun already: marks of its days stay, flags on them are taken back. The state
    follows by itself. Refused with what `problems` finds; of two at once the second is refused.
    """
    with acting(by, why=reason):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        if not reason.strip():
            raise Refused(_("Write the reason"))
        for problem in problems(programme, starts_on, ends_on).values():
            raise Refused(problem)
        try:
            with transaction.atomic():
                found = Pause.objects.create(
                    programme=programme, starts_on=starts_on, ends_on=ends_on, reason=reason, agreed_by=by
                )
        except IntegrityError as error:  # written past the lock: by an import, or by hand
            raise Refused(_("There is a pause already on these days")) from error
        record("programme_pause_agreed", by=by, subject=programme, citizen_id=programme.citizen_id, pause=found.pk)
        follow(programme, on=timezone.localdate(), by=by)
        pause_changed.send(Pause, programme=programme, pause=found, by=by)
        schedule_changed.send(Programme, programme=programme, from_day=starts_on, by=by)
        kind = "programme_pause_until" if ends_on else "programme_pause"
        tell_course(programme, kind, body=reason, by=by, day=starts_on, until=ends_on or "")
        mail_referrer(programme, "paused")
    return found


def resume(*, pause: Pause, on: date, why: str, by: User) -> None:
    """Let `on` be the first day after the pause; a pause that has not begun by then never was.

    What had been agreed stays on the row. Refused for a day in the past or after the end of the pause.
    """
    today = timezone.localdate()
    with acting(by, why=why):
        programme = locked(pause.programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        found = Pause.objects.select_for_update().filter(pk=pause.pk).first()
        if found is None or programme.status not in RUNNING or (found.ends_on and found.ends_on < today):
            raise Refused(_("The pause is over already"))
        if on < today:
            raise Refused(_("The first day back cannot lie in the past"))
        if found.ends_on and on > found.ends_on:
            raise Refused(_("The pause ends on %(day)s already") % {"day": short_day(found.ends_on)})
        if on > programme.ends_on:
            raise Refused(outside(programme))
        if on <= found.starts_on:
            kind, day = "programme_pause_called_off", found.starts_on
            found.delete()
        else:
            kind, day = "programme_resumed", on
            if found.resumed_by is None:  # ended early twice, what was agreed first is what had been agreed
                found.agreed_until = found.ends_on
            found.ends_on, found.resumed_by, found.resumed_why = on - timedelta(days=1), by, why
            found.save(update_fields=["agreed_until", "ends_on", "resumed_by", "resumed_why"])
        record(kind, by=by, subject=programme, citizen_id=programme.citizen_id, pause=pause.pk)
        follow(programme, on=today, by=by)
        schedule_changed.send(Programme, programme=programme, from_day=today, by=by)
        tell_course(programme, kind, body=why, by=by, day=day)
        mail_referrer(programme, "resumed")


def follow(programme: Programme, *, on: date, by: Actor) -> None:
    """The locked programme is paused on the days of a pause and active on the others; closing, it stays closing."""
    rests = programme.pauses.filter(covers(on)).exists()
    wanted = {Status.ACTIVE: Status.PAUSED} if rests else {Status.PAUSED: Status.ACTIVE}
    status = wanted.get(Status(programme.status))
    if status:
        before, programme.status = programme.status, status
        programme.save(update_fields=["status"])
        record(f"programme_{status}", by=by, subject=programme, citizen_id=programme.citizen_id, before=before)


def covers(day: date) -> Q:
    """Pauses of which `day` is a day."""
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))


def follow_pauses(*, on: date, by: Actor) -> int:
    """Programmes whose pause has begun rest, those whose pause is over go on; returns how many changed.

    Safe to run twice or late. One that says it is paused without saying when stays so until it says otherwise (A1).
    """
    has_any = Exists(Pause.objects.filter(programme=OuterRef("pk")))
    rests = Exists(Pause.objects.filter(covers(on), programme=OuterRef("pk")))
    begun = Programme.objects.filter(rests, status=Status.ACTIVE)
    over = Programme.objects.filter(has_any, ~rests, status=Status.PAUSED)
    with acting(by, why="pause"):
        to_pause = list(begun.select_for_update(of=("self",), no_key=True, skip_locked=True))
        to_resume = list(over.select_for_update(of=("self",), no_key=True, skip_locked=True))
        Entry.objects.bulk_create(
            [line(programme, "programme_rests") for programme in to_pause]
            + [line(programme, "programme_goes_on") for programme in to_resume]
        )
        for programmes, status in ((to_pause, Status.PAUSED), (to_resume, Status.ACTIVE)):
            Programme.objects.filter(pk__in=[programme.pk for programme in programmes]).update(status=status)
    return len(to_pause) + len(to_resume)


def line(programme: Programme, kind: str) -> Entry:
    return Entry(
        kind=kind,
        citizen_id=programme.citizen_id,
        centre_id=programme.centre_id,
        referring_organisation_id=programme.referring_organisation_id,
        case=programme.reference,
        audience=Audience.REFERRER,
    )


def tell_course(programme: Programme, kind: str, *, by: Actor, body: str = "", **params: Any) -> None:
    """One line on the case's timeline that the referrer reads too (J1)."""
    told: dict[str, Any] = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in params.items()
    }
    tell_case(
        kind,
        programme,
        by=by,
        audience=Audience.REFERRER,
        body=body,
        **told,
    )


def mail_referrer(programme: Programme, template: str) -> None:
    """Tell the referrer that there is news; what it is stands in the case (T10)."""
    queue_mail(
        f"programmes/email/{template}.txt",
        to=[programme.referrer],
        programme=programme,
        address=settings.SITE_URL + reverse("desk:case", args=[programme.reference]),
    )
