"""Mail about one's own access, in the reader's language, by the outbox (U2, U3)."""

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from core.events import message_due


def send_letter(template: str, *, to: str, language: str, **context: object) -> None:
    """Queue the mail `template`, whose first line is the subject and whose rest is the body."""
    with translation.override(language):
        subject, _, body = render_to_string(f"accounts/email/{template}.txt", context).strip().partition("\n")
    message_due.send(User, to=to, subject=subject.strip(), body=body.strip() + "\n", channel="mail")
