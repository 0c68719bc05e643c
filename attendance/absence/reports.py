"""Reports on absence to the referring organisation: written to an end, sent or discarded by the caseworker, received by
the referrer (A8). Nothing here happens by itself."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from attendance.absence.facts import facts_of, fingerprint
from attendance.absence.rules import REPORT_TASK
from attendance.models import AbsenceReport
from attendance.statuses import MOVES, Status
from audit.acting import Actor, acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from journal.models import Audience
from messaging.actions import queue_mail
from programmes.models import Programme
from programmes.permissions import may_work_on, roles_in
from programmes.statuses import RUNNING
from programmes.telling import tell_case
from worklist.actions import clear_task, raise_task
from worklist.models import Task

READ_TASK = "read_absence_report"


class Changed(Refused):
    """Somebody else wrote, or the facts are others, since the page was opened; `report` is what stands now (T13)."""

    def __init__(self, report: AbsenceReport, message: str) -> None:
        super().__init__(message)
        self.report = report


def source_of(report: AbsenceReport) -> str:
    """What worklist and timeline call the report."""
    return f"attendance.report:{report.pk}"


def write_covering(
    *, report: AbsenceReport, covering_text: str, left_out: Collection[int], revision: int, by: User
) -> AbsenceReport:
    """Keep the caseworker's own words, and which conversations are told without what was said (A8).

    Raises Changed when somebody saved since the page with `revision` was opened, NotAllowed for others than the case's
    caseworker and its team leaders.
    """
    with acting(by):
        report = locked(report)
        check_writer(report, by)
        check_move(report, Status.SENT)
        if report.revision != revision:
            raise Changed(
                report, _("Somebody else has saved the report since you opened it. Both texts are shown below.")
            )
        report.covering_text, report.left_out = covering_text.strip(), sorted(left_out)
        report.revision += 1
        report.save(update_fields=["covering_text", "left_out", "revision"])
        record("absence_report_written", by=by, subject=source_of(report), citizen_id=report.programme.citizen_id)
    return report


def send_report(*, report: AbsenceReport, seen: str, by: User) -> AbsenceReport:
    """Send to the referring organisation exactly what was seen; what is sent is frozen (A8, T12).

    `seen` is the fingerprint of the page. Sent already in these very words, nothing happens; raises Changed when the
    facts or the words are others by now.
    """
    now = timezone.now()
    with acting(by):
        report = locked(report)
        check_writer(report, by)
        if report.facts is not None and fingerprint(report.covering_text, report.facts) == seen:
            return report
        check_move(report, Status.SENT)
        facts = facts_of(report, at=now)
        if fingerprint(report.covering_text, facts) != seen:
            raise Changed(
                report, _("Something has changed since you opened the page. Read it again before you send it.")
            )
        report.status, report.facts, report.until = Status.SENT, facts, timezone.localdate()
        report.sent_at, report.sent_by = now, by
        report.save(update_fields=["status", "facts", "until", "sent_at", "sent_by"])
        programme = report.programme
        clear_task(kind=REPORT_TASK, source=source_of(report), by=by)
        raise_task(
            kind=READ_TASK,
            source=source_of(report),
            due_on=timezone.localdate(),
            url=url_of(report),
            citizen=programme.citizen,
            for_user=programme.referrer,
        )
        queue_mail(
            "attendance/email/absence_report.txt", to=[programme.referrer], url=settings.SITE_URL + url_of(report)
        )
        note("absence_report_sent", report, by=by, audience=Audience.REFERRER)
    return report


def discard_report(*, report: AbsenceReport, why: str, by: User) -> AbsenceReport:
    """Send nothing, and say why; the reason stays with the case (A8)."""
    with acting(by, why=why):
        report = locked(report)
        check_writer(report, by)
        check_move(report, Status.DISCARDED)
        if not why.strip():
            raise Refused(_("Write why nothing is sent"))
        report.status, report.discard_reason = Status.DISCARDED, why.strip()
        report.discarded_at, report.discarded_by = timezone.now(), by
        report.until = timezone.localdate()
        report.save(update_fields=["status", "discard_reason", "discarded_at", "discarded_by", "until"])
        clear_task(kind=REPORT_TASK, source=source_of(report), by=by)
        note("absence_report_discarded", report, by=by, body=report.discard_reason)
    return report


def receive_report(*, report: AbsenceReport, by: User) -> AbsenceReport:
    """The referrer says that it is read; the first one counts (A8). NotAllowed for anybody else."""
    with acting(by):
        report = locked(report)
        if not may_receive(by, report):
            raise NotAllowed
        if report.status == Status.RECEIVED:
            return report
        check_move(report, Status.RECEIVED)
        report.status, report.received_at, report.received_by = Status.RECEIVED, timezone.now(), by
        report.save(update_fields=["status", "received_at", "received_by"])
        clear_task(kind=READ_TASK, source=source_of(report), by=by)
        note("absence_report_received", report, by=by, audience=Audience.REFERRER, name=by.name)
    return report


def may_write(user: User, report: AbsenceReport) -> bool:
    """The case's caseworker and the centre's team leaders, while the programme runs."""
    return report.programme.status in RUNNING and may_work_on(user, report.programme)


def may_receive(user: User, report: AbsenceReport) -> bool:
    """Whoever refers for the organisation that it was sent to."""
    return report.sent_at is not None and Role.REFERRER in roles_in(user, report.programme)


def drop_drafts(sender: object, *, programme: Programme, by: Actor, **kwargs: Any) -> None:
    """Receiver of `programme_ended`: what is over needs no report any more. One that is being sent is waited for, and
    stays sent."""
    found = AbsenceReport.objects.select_for_update().filter(programme=programme, status=Status.DRAFTED)
    drafts = {report.pk: source_of(report) for report in found}
    if drafts:
        now = timezone.now()
        AbsenceReport.objects.filter(pk__in=drafts).update(
            status=Status.DISCARDED, discarded_at=now, discarded_by=by.pk, discard_reason=_("The programme has ended.")
        )
        Task.objects.open().filter(kind=REPORT_TASK, source__in=drafts.values()).update(done_at=now, done_by=by.pk)


def locked(report: AbsenceReport) -> AbsenceReport:
    return (
        AbsenceReport.objects.select_for_update(of=("self",))
        .select_related("programme__citizen", "programme__centre", "programme__type")
        .select_related("programme__referring_organisation", "programme__referrer")
        .get(pk=report.pk)
    )


def check_writer(report: AbsenceReport, by: User) -> None:
    if not may_write(by, report):
        raise NotAllowed


def check_move(report: AbsenceReport, to: str) -> None:
    if to not in MOVES[report.status]:
        raise Refused(_("The report is no draft any more, so it cannot be changed."))


def url_of(report: AbsenceReport) -> str:
    return reverse("attendance:report", args=[report.pk])


def note(
    kind: str, report: AbsenceReport, *, by: User, audience: str = Audience.TEAM, body: str = "", **params: Any
) -> None:
    """The timeline's line and the audit's event."""
    programme = report.programme
    tell_case(
        kind,
        programme,
        by=by,
        audience=audience,
        body=body,
        url=url_of(report),
        **params,
    )
    record(kind, by=by, subject=source_of(report), citizen_id=programme.citizen_id)
