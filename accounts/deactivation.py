"""Ending and giving back somebody's access, and sending them a link for a new password (U2, U3)."""

from collections.abc import Mapping
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.keeping import keeping, memberships_of, users_kept_by
from accounts.leaving import hand_on_everything
from accounts.letters import send_letter
from accounts.memberships import refuse_without_administrator, subject_of
from accounts.models import Membership, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused


def deactivate(*, user: User, takers: Mapping[int, User], by: User) -> None:
    """Nobody signs in as `user` any more, and every session ends at once; what is open goes to `takers`, by the id of
    the organisation. Authorship stays (U2).

    Refused without a taker for what is open, for oneself, and for the last administrator of an organisation.
    """
    with acting(by, why="deactivated"):
        # Roles first, then people: everybody who locks both does so in this order.
        roles = Membership.objects.current().filter(user=user, role=Role.ADMINISTRATOR).select_related("user")
        for role in roles.order_by("organisation_id"):
            refuse_without_administrator(role, after=timezone.localdate() - timedelta(days=1))
        user = User.objects.select_for_update().get(pk=user.pk)
        check_may(user, by)
        if user.pk == by.pk:
            raise Refused(_("You cannot deactivate yourself. Ask another administrator."))
        if not user.is_active:
            return
        hand_on_everything(user, takers, by=by)
        User.objects.filter(pk=user.pk).update(is_active=False, times_deactivated=F("times_deactivated") + 1)
        record("user_deactivated", by=by, subject=subject_of(user))


def reactivate(*, user: User, by: User) -> None:
    """The user signs in again, with the roles that still hold. What was handed over stays with the takers."""
    with acting(by, why="reactivated"):
        user = User.objects.select_for_update().get(pk=user.pk)
        check_may(user, by)
        if not user.is_active:
            User.objects.filter(pk=user.pk).update(is_active=True)
            record("user_reactivated", by=by, subject=subject_of(user))


def send_password_link(*, user: User, by: User) -> None:
    """Mail the user a link by which they choose a new password; nobody else sees it (U3)."""
    if not users_kept_by(by).filter(pk=user.pk).exists():
        raise NotAllowed
    if not any(keeping(by).may_change(membership) for membership in memberships_of(user)):
        raise NotAllowed
    if not user.is_active:
        raise Refused(_("%(name)s is deactivated. Reactivate the user first.") % {"name": user.name})
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    with acting(by):
        send_letter(
            "password_link",
            to=user.email,
            language=user.language,
            by=by,
            address=settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key),
        )
        record("password_link_sent", by=by, subject=subject_of(user))


def check_may(user: User, by: User) -> None:
    if not keeping(by).may_deactivate(memberships_of(user)):
        raise NotAllowed
