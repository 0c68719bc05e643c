"""Inviting somebody by mail: the link works once, for 72 hours (U2)."""

import hashlib
import secrets
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.keeping import keeping
from accounts.letters import send_letter
from accounts.memberships import check_role, check_sharing, give_role
from accounts.models import Invitation, Membership, Organisation, Unit, User
from audit.acting import System, acting
from audit.log import record
from core.exceptions import NotAllowed, Refused

VALID_FOR = timedelta(hours=72)


def invite(
    *,
    email: str,
    name: str,
    language: str,
    role: str,
    organisation: Organisation,
    unit: Unit | None,
    starts_on: date,
    ends_on: date | None,
    by: User,
) -> Invitation | Membership:
    """Send a link; somebody who is a user already gets the role at once, and a mail that says so.

    Refused where the role does not fit the organisation or the user is deactivated. Invited a second time to the same
    role, the link of before dies.
    """
    email = email.lower()
    if role not in keeping(by).roles_at(organisation):
        raise NotAllowed
    with acting(by):
        check_sharing(organisation, by)
        check_role(role=role, organisation=organisation, unit=unit, starts_on=starts_on, ends_on=ends_on)
        known = User.objects.filter(email=email).first()
        if known:
            return give_role(
                user=known,
                role=role,
                organisation=organisation,
                unit=unit,
                starts_on=starts_on,
                ends_on=ends_on,
                by=by,
            )
        wanted = {"email": email, "role": role, "organisation": organisation, "unit": unit}
        Invitation.objects.open().filter(**wanted).update(withdrawn_at=timezone.now())
        invitation = Invitation(
            **wanted, name=name, language=language, starts_on=starts_on, ends_on=ends_on, invited_by=by
        )
        try:
            with transaction.atomic():
                post_link(invitation)
        except IntegrityError:
            raise Refused(_("%(email)s has just been invited by somebody else") % {"email": email}) from None
        record("user_invited", by=by, subject=subject_of(invitation), role=role, organisation=organisation.pk)
        return invitation


def resend(*, invitation: Invitation, by: User) -> None:
    """A new link for another 72 hours; the one of before dies. Refused when it was accepted or withdrawn."""
    with acting(by):
        invitation = locked(invitation)
        if not keeping(by).may_change(invitation):
            raise NotAllowed
        if known := User.objects.filter(email=invitation.email).first():
            invitation.withdrawn_at = timezone.now()
            invitation.save(update_fields=["withdrawn_at"])
            give_role(
                user=known,
                role=invitation.role,
                organisation=invitation.organisation,
                unit=invitation.unit,
                starts_on=invitation.starts_on,
                ends_on=invitation.ends_on,
                by=by,
            )
            return
        check_sharing(invitation.organisation, by)
        invitation.invited_by = by
        post_link(invitation)
        record("invitation_resent", by=by, subject=subject_of(invitation))


def withdraw(*, invitation: Invitation, by: User) -> None:
    """The link dies at once. Refused when it was accepted or withdrawn."""
    with acting(by):
        invitation = locked(invitation)
        if not keeping(by).may_change(invitation):
            raise NotAllowed
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        record("invitation_withdrawn", by=by, subject=subject_of(invitation))


def accept(*, token: str, name: str, password: str, language: str) -> User:
    """Make the invited person a user; every open invitation to the address is taken with it.

    Refused when the link was used, withdrawn, has run out or never was.
    """
    with acting(System(name)):
        invitation = Invitation.objects.open().select_for_update().filter(digest=digest_of(token)).first()
        if invitation is None or invitation.is_expired or User.objects.filter(email=invitation.email).exists():
            raise Refused(_("The link no longer works"))
        user = User(email=invitation.email, name=name, language=language)
        user.set_password(password)
        user.save()
        with acting(user, why="accepted an invitation"):
            taken = (
                Invitation.objects.open()
                .filter(email=invitation.email, expires_at__gt=timezone.now())
                .select_for_update()
            )
            for each in taken:
                Membership.objects.create(
                    user=user,
                    organisation_id=each.organisation_id,
                    unit_id=each.unit_id,
                    role=each.role,
                    starts_on=each.starts_on,
                    ends_on=each.ends_on,
                )
            taken.update(accepted_at=timezone.now(), accepted_by=user)
            record("invitation_accepted", by=user, subject=subject_of(invitation), invited_by=invitation.invited_by_id)
    return user


def find(token: str) -> Invitation | None:
    """The invitation that the link opens, as long as it does."""
    return (
        Invitation.objects.open()
        .filter(digest=digest_of(token), expires_at__gt=timezone.now())
        .select_related("organisation", "unit", "invited_by")
        .first()
    )


def post_link(invitation: Invitation) -> None:
    """Save the invitation with a new secret and queue its mail."""
    token = secrets.token_urlsafe(32)
    invitation.digest = digest_of(token)
    invitation.expires_at = timezone.now() + VALID_FOR
    invitation.save()
    send_letter(
        "invitation",
        to=invitation.email,
        language=invitation.language,
        invitation=invitation,
        by=invitation.invited_by,
        address=settings.SITE_URL + reverse("accounts:welcome", args=[token]),
    )


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def locked(invitation: Invitation) -> Invitation:
    found = (
        Invitation.objects.open()
        .select_for_update(of=("self",))
        .select_related("organisation", "unit", "invited_by")
        .filter(pk=invitation.pk)
        .first()
    )
    if found is None:
        raise Refused(_("The invitation has been accepted or withdrawn already"))
    return found


def subject_of(invitation: Invitation) -> str:
    return f"accounts.invitation:{invitation.pk}"
