"""What users change about themselves."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from audit import log
from audit.acting import acting


def save_settings(*, by: User, language: str, theme: str, phone: str) -> User:
    """Keep the user's language, appearance and telephone; nobody changes them for another."""
    with acting(by):
        user = User.objects.select_for_update().get(pk=by.pk)
        user.language, user.theme, user.phone = language, theme, phone
        user.save(update_fields=["language", "theme", "phone"])
    return user


def choose_language(*, by: User, language: str) -> None:
    """Keep the language that the user chose beside the page."""
    with acting(by):
        User.objects.filter(pk=by.pk).update(language=language)


def choose_password(*, by: User, password: str) -> None:
    """Set the user's own password; the hash is left out of history, that it was changed is recorded (U3)."""
    with acting(by):
        by.set_password(password)
        by.save(update_fields=["password"])
        log.record("password_changed", by=by, subject=by)


def note_sign_in(sender: type, user: User, **kwargs: Any) -> None:
    """Follow Django's signal: when the user last signed in."""
    user.last_login = timezone.now()
    with acting(user):
        User.objects.filter(pk=user.pk).update(last_login=user.last_login)
