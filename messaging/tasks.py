"""Sending what waits in the outbox."""

from datetime import timedelta
from email.mime.text import MIMEText

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from messaging.gateways import sms_gateway
from messaging.models import Channel, OutgoingMail

BATCH = 50
# The pauses double from ten seconds to an hour, so a mail server may be away for a day.
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
MAX_ATTEMPTS = 32


@shared_task
def send_waiting_mail() -> int:
    """Send what waits, oldest first; two runs at once never take the same one. Returns how many went out."""
    sent = 0
    with transaction.atomic():
        now = timezone.now()
        waiting = OutgoingMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS, next_try_at__lte=now)
        batch = list(waiting.order_by("created_at").select_for_update(skip_locked=True)[:BATCH])
        if not batch:
            return 0
        mail_server: BaseEmailBackend | None = None
        away: Exception | None = None
        for message in batch:
            message.attempts += 1
            try:
                if message.channel == Channel.SMS:
                    sms_gateway().send(message.to, message.body)
                else:
                    if away:
                        raise away
                    if mail_server is None:
                        mail_server = get_connection()
                        try:
                            mail_server.open()
                        except Exception as error:
                            # Nobody waits once per message for a server that is away.
                            away = error
                            raise
                    send_mail(message, mail_server)
            except SoftTimeLimitExceeded:
                # What has gone out is written down before the worker is killed, and never goes out again.
                message.attempts -= 1
                break
            except Exception as error:
                # One message that cannot be sent, whatever the reason, never keeps the others waiting.
                message.error = f"{type(error).__name__}: {error}"
                message.next_try_at = now + pause_after(message.attempts)
            else:
                message.sent_at = timezone.now()
                message.error = ""
                sent += 1
            if message.holds_secret and (message.sent_at or message.attempts == MAX_ATTEMPTS):
                message.body = ""
        OutgoingMail.objects.bulk_update(batch, ["attempts", "error", "next_try_at", "sent_at", "body"])
        if mail_server is not None and not away:
            mail_server.close()
    return sent


def send_mail(message: OutgoingMail, connection: BaseEmailBackend) -> None:
    mail = EmailMessage(message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.to], connection=connection)
    if message.calendar:
        mail.attach(calendar_part(message))
    mail.send()


def pause_after(attempts: int) -> timedelta:
    """How long a message waits after so many tries that failed."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 12), LONGEST_PAUSE)


def calendar_part(mail: OutgoingMail) -> MIMEText:
    """A calendar file beside the text, as `text/calendar` with the method that mail programs look for (RFC 6047)."""
    part = MIMEText(mail.calendar, "calendar", "utf-8")
    part.set_param("method", mail.calendar_method)
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    return part
