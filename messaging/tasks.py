"""Sending what waits in the outbox."""

from email.mime.text import MIMEText

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from messaging.models import OutgoingMail

BATCH = 50
MAX_ATTEMPTS = 10


@shared_task
def send_waiting_mail() -> int:
    """Send waiting mail, oldest first; two runs at once never take the same one. Returns how many went out."""
    sent = 0
    with transaction.atomic():
        waiting = OutgoingMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS)
        batch = list(waiting.order_by("created_at").select_for_update(skip_locked=True)[:BATCH])
        if not batch:
            return 0
        connection = get_connection()
        for mail in batch:
            mail.attempts += 1
            try:
                message = EmailMessage(
                    mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.to], connection=connection
                )
                if mail.calendar:
                    message.attach(calendar_part(mail))
                message.send()
            except SoftTimeLimitExceeded:
                # What has gone out is written down before the worker is killed, and never goes out again.
                break
            except Exception as error:
                # One mail that cannot be sent, whatever the reason, never keeps the others waiting.
                mail.error = f"{type(error).__name__}: {error}"
            else:
                mail.sent_at = timezone.now()
                sent += 1
        OutgoingMail.objects.bulk_update(batch, ["attempts", "error", "sent_at"])
    return sent


def calendar_part(mail: OutgoingMail) -> MIMEText:
    """A calendar file beside the text, as `text/calendar` with the method that mail programs look for (RFC 6047)."""
    part = MIMEText(mail.calendar, "calendar", "utf-8")
    part.set_param("method", mail.calendar_method)
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    return part
