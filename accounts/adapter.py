"""How allauth behaves here: an administrator invites (U2), and nobody learns which addresses exist (U3)."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from accounts.actions import choose_password
from accounts.models import User
from core.events import message_due


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address and the password do not go together. Try again"),
        "enter_current_password": _("That is not your current password"),
        "invalid_password_reset": _("The link no longer works"),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, or choose a new password"),
        "rate_limited": _("Too many tries. Wait a little"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A deactivated user is answered like a wrong password, and counted like one."""
        user = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        choose_password(by=cast(User, user), password=password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox, so that a mail server that is away is no error page (U3); in the reader's own language
        when the address belongs to a user, else in the page's."""
        user = context.get("user")
        with override(user.language if isinstance(user, User) else get_language()):
            mail = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        message_due.send(AccountAdapter, to=email, subject=mail.subject, body=mail.body, channel="mail")
