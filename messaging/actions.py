"""Writing mail into the outbox, inside the transaction of the deed; it is sent by `messaging.tasks`."""

from collections.abc import Iterable

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from messaging.models import OutgoingMail


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
