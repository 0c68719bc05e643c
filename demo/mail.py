"""All mail and every text message of the demo land on a readable page (U5)."""

from collections.abc import Sequence
from email.mime.base import MIMEBase

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from demo.models import Mail


class ReadableMailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        Mail.objects.bulk_create(
            Mail(to=", ".join(message.to), subject=str(message.subject), body=str(message.body) + attached(message))
            for message in email_messages
        )
        return len(email_messages)


def attached(message: EmailMessage) -> str:
    """What goes along with the mail, as text below it: a calendar file can be read."""
    parts = [part for part in message.attachments if isinstance(part, MIMEBase)]
    return "".join(f"\n\n{part.get_filename()}\n{readable(part)}" for part in parts)


def readable(part: MIMEBase) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode(errors="replace").replace("\r\n", "\n") if isinstance(payload, bytes) else ""


class ReadableSmsGateway:
    """A text message stands among the mails, under its telephone number."""

    def send(self, to: str, text: str) -> None:
        Mail.objects.create(to=to, subject=_("Text message"), body=text)
