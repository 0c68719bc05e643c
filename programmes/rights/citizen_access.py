"""Letting the citizen see the own case: a user without a password who signs in by a one-time code."""

from datetime import timedelta
from typing import cast

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.codes import last_digits, reached_at
from accounts.models import Membership, User
from accounts.roles import Role
from audit.acting import Actor, acting
from audit.log import record
from citizens.access import grant
from citizens.models import CaseAccess, Citizen
from core.events import message_due
from core.exceptions import NotAllowed, Refused
from programmes.access import source_of_citizen
from programmes.locking import locked
from programmes.models import Programme
from programmes.permissions import may_work_on
from programmes.telling import tell_case

# Stands where a user must have an address and the citizen has none; nothing is ever sent there (RFC 2606).
NO_ADDRESS = "citizen-{pk}@citizen.invalid"


def access_of(programme: Programme) -> CaseAccess | None:
    """The citizen's own access at the programme's centre, if there is one today."""
    return (
        CaseAccess.objects.current()
        .filter(source=source_of_citizen(programme.citizen_id), centre=programme.centre_id, user__is_active=True)
        .select_related("user")
        .first()
    )


def give_access(*, programme: Programme, by: User) -> User:
    """Let the citizen sign in with the telephone or e-mail on the citizen's record, and tell them so.

    Refused when there is neither, or when somebody else signs in with it. Given again, it follows the record.
    """
    with acting(by):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        citizen = programme.citizen
        known = user_of(citizen)
        refuse_unreachable(citizen, known)
        user = known or User(created_at=timezone.now())
        user.name = name_of(citizen)
        user.email = citizen.email.lower() or NO_ADDRESS.format(pk=citizen.pk)
        user.phone, user.language, user.is_active = citizen.phone, citizen.language, True
        if known is None:
            user.set_unusable_password()
        user.save()
        let_in(user, programme)
        grant(
            citizen=citizen,
            centre=programme.centre,
            role=Role.CITIZEN,
            user=user,
            source=source_of_citizen(citizen.pk),
        )
        write_down("citizen_access_given", programme, by)
        invite(user)
    return user


def end_access(*, programme: Programme, by: User) -> None:
    """End the citizen's access at this centre at once; without another one the sign-in ends too."""
    today = timezone.localdate()
    with acting(by):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        access = access_of(programme)
        if access is None:
            raise Refused(_("The citizen has no access"))
        user = cast(User, access.user)
        CaseAccess.objects.filter(pk=access.pk).update(ends_on=today - timedelta(days=1))
        if not CaseAccess.objects.current().filter(user=user).exists():
            User.objects.filter(pk=user.pk).update(is_active=False)
        write_down("citizen_access_ended", programme, by)


def follow_record(citizen: Citizen) -> None:
    """After a correction codes go where the record says; called inside the correction. What somebody else signs in
    with stays out: two with one number would both get no code."""
    user = user_of(citizen)
    if user is None:
        return
    user.name, user.language = name_of(citizen), citizen.language
    is_taken = any(other != user for other in reached_at(citizen.phone))
    user.phone = "" if is_taken else citizen.phone
    email = citizen.email.lower() or NO_ADDRESS.format(pk=citizen.pk)
    if not User.objects.exclude(pk=user.pk).filter(email=email).exists():
        user.email = email
    user.save(update_fields=["name", "phone", "language", "email"])


def rename_users(citizen: Citizen) -> None:
    """Everybody who signs in as this citizen is called what the record says now (experience 27); inside an action."""
    own = CaseAccess.objects.filter(citizen=citizen, role=Role.CITIZEN, user__isnull=False)
    User.objects.filter(pk__in=own.values("user")).update(name=name_of(citizen))


def user_of(citizen: Citizen) -> User | None:
    """The user by whom the citizen signs in or has signed in."""
    access = (
        CaseAccess.objects.filter(citizen=citizen, role=Role.CITIZEN, user__isnull=False)
        .select_related("user")
        .order_by("-pk")
        .first()
    )
    return access.user if access else None


def name_of(citizen: Citizen) -> str:
    """What the user is called: a protected name stands in no list of users and in no log either (experience 27)."""
    with translation.override(citizen.language):
        return citizen.name


def refuse_unreachable(citizen: Citizen, known: User | None) -> None:
    """Refused, in words, where a code could not be sent or would not say whose it is."""
    if not citizen.email and len(last_digits(citizen.phone)) == 0:
        raise Refused(_("Write a telephone number or an e-mail address on the citizen first"))
    others = User.objects.exclude(pk=known.pk) if known else User.objects.all()
    if citizen.email and others.filter(email=citizen.email.lower()).exists():
        raise Refused(_("Somebody else signs in with this e-mail address"))
    if last_digits(citizen.phone) and any(user != known for user in reached_at(citizen.phone)):
        raise Refused(_("Somebody else signs in with this telephone number"))


def let_in(user: User, programme: Programme) -> None:
    """The role at the centre, from today on unless it is held already."""
    held = Membership.objects.filter(user=user, organisation=programme.centre, role=Role.CITIZEN)
    if held.current().exists():
        return
    Membership.objects.create(user=user, organisation=programme.centre, role=Role.CITIZEN)


def invite(user: User) -> None:
    """Where to sign in, by the channel that the user has; no names in it (T10)."""
    by_mail = not user.email.endswith("@citizen.invalid")
    with translation.override(user.language):
        message_due.send(
            User,
            to=user.email if by_mail else user.phone,
            subject=_("You can follow your programme"),
            body=_("You can now see your plan, your attendance and your meetings. Sign in with a code at %(url)s")
            % {"url": settings.SITE_URL + reverse("sign_in_code")},
            channel="mail" if by_mail else "sms",
        )


def write_down(what: str, programme: Programme, by: Actor) -> None:
    record(what, by=by, subject=programme, citizen_id=programme.citizen_id)
    tell_case(
        what,
        programme,
        by=by,
    )
