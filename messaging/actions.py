"""Writing into the outbox, inside the transaction of the deed; it is sent by `messaging.tasks`."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from messaging.models import Channel, OutgoingMail


def queue_mail(template: str, *, to: Iterable[User], **context: object) -> None:
    """Queue the mail `template` for each active user in their own language (R2, T10: no names, no numbers in mails).

    The template's first line is the subject, the rest the body.
    """
    mails = []
    for user in to:
        if not user.is_active:
            continue
        with translation.override(user.language):
            subject, _, body = render_to_string(template, {"user": user, **context}).strip().partition("\n")
        mails.append(OutgoingMail(to=user.email, subject=subject.strip(), body=body.strip() + "\n"))
    OutgoingMail.objects.bulk_create(mails)


@dataclass(frozen=True)
class Letter:
    """A mail to an address that need not be a user's, with a calendar file if there is one (J3)."""

    to: str
    subject: str
    body: str
    calendar: str = ""
    calendar_method: str = ""


def queue_letters(letters: Iterable[Letter]) -> None:
    """Queue mails whose words are settled already; subjects lose their line breaks. One statement for all of them."""
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            to=letter.to,
            subject=" ".join(letter.subject.split())[:200],
            body=letter.body.strip() + "\n",
            calendar=letter.calendar,
            calendar_method=letter.calendar_method,
        )
        for letter in letters
    )


def follow_message_due(
    sender: object, *, to: str, subject: str, body: str, channel: str = Channel.MAIL, **kwargs: object
) -> None:
    """Follow `message_due`: queue a message to one address or telephone number (U3).

    It may hold a link or a code, so its text is not kept after it is sent (T10).
    """
    OutgoingMail.objects.create(
        channel=Channel(channel), to=to, subject=" ".join(subject.split())[:200], body=body, holds_secret=True
    )
