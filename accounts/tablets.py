"""Tablets that the people of a workshop share, and the PIN by which they change users there (T7, experience 28).

A PIN is worth something only on a device with the tablet's cookie, for twelve hours after its user's last full sign-in
on it, and for five wrong tries. What a session begun by it may open stands in `accounts.pin_sessions`.
"""

import secrets
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SUBSTITUTES, Membership, SharedTablet, TabletPin, Unit, User
from accounts.roles import Role
from accounts.substituting import may_name
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused

SALT = "accounts.tablets"
COOKIE_LASTS = 400 * 24 * 60 * 60  # seconds; browsers keep none for longer
DIGITS = (4, 6)
TRIES = 5
# Who works at a register.
USERS = (*SUBSTITUTES, Role.TEAM_LEADER)
YEARS = range(1940, 2035)


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def secret_of(request: HttpRequest) -> str:
    """What the device's cookie says, if we signed it; empty for any other device."""
    return request.get_signed_cookie(settings.TABLET_COOKIE_NAME, "", salt=SALT, max_age=COOKIE_LASTS) or ""


def tablet_of(request: HttpRequest) -> SharedTablet | None:
    """The shared tablet that this device is; None for all others, without asking the database."""
    if not hasattr(request, "shared_tablet"):
        secret = secret_of(request)
        found = SharedTablet.objects.in_use().filter(digest=digest_of(secret), unit__closed_on__isnull=True)
        request.shared_tablet = found.select_related("unit").first() if secret else None  # type: ignore[attr-defined]
    return request.shared_tablet  # type: ignore[attr-defined]


def mark_device(response: HttpResponse, secret: str) -> None:
    """Give the device its cookie: signed, out of scripts' reach, never sent in the clear in production."""
    response.set_signed_cookie(
        settings.TABLET_COOKIE_NAME,
        secret,
        salt=SALT,
        max_age=COOKIE_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def units_for_tablets(user: User) -> QuerySet[Unit]:
    """The open workshops whose tablets the user keeps: own ones, and all of the centres they lead."""
    held = [post for post in user.posts if post.role == Role.CONTACT_PERSON and not post.is_substitute]
    own = [post.unit_id for post in held if post.unit_id]
    led = user.reach.organisations_as(Role.TEAM_LEADER)
    workshops = Unit.objects.open().filter(kind=Unit.Kind.WORKSHOP)
    return (workshops.filter(pk__in=own) | workshops.filter(organisation__in=led)).order_by("name", "pk")


def may_have_pin(user: User, tablet: SharedTablet) -> bool:
    """Who works at a register of the tablet's centre."""
    return tablet.unit.organisation_id in user.reach.organisations_as(*USERS)


def make_tablet(*, unit: Unit, name: str, by: User) -> tuple[SharedTablet, str]:
    """The device in hand is a shared tablet of the workshop from now on; the tablet and the secret of its cookie."""
    secret = secrets.token_urlsafe(32)
    with acting(by):
        unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        if not may_name(by, unit):
            raise NotAllowed
        if unit.kind != Unit.Kind.WORKSHOP or unit.closed_on:
            raise Refused(_("%(name)s is closed. Open it again first.") % {"name": unit.name})
        tablet = SharedTablet.objects.create(unit=unit, name=name.strip(), digest=digest_of(secret), made_by=by)
        record("tablet_shared", by=by, subject=subject_of(tablet), unit=unit.pk)
    return tablet, secret


def withdraw_tablet(*, tablet: SharedTablet, by: User) -> None:
    """The device is no shared tablet any more, wherever it is: its PINs are gone and sessions begun by them end."""
    with acting(by):
        tablet = SharedTablet.objects.select_for_update(of=("self",)).select_related("unit").get(pk=tablet.pk)
        if not may_name(by, tablet.unit):
            raise NotAllowed
        if tablet.withdrawn_at:
            return
        tablet.withdrawn_at, tablet.withdrawn_by = timezone.now(), by
        tablet.save(update_fields=["withdrawn_at", "withdrawn_by"])
        tablet.pins.all().delete()
        record("tablet_withdrawn", by=by, subject=subject_of(tablet), unit=tablet.unit_id)


def why_weak(pin: str) -> str:
    """What is wrong with a PIN, in words; empty when nothing is."""
    if not (pin.isascii() and pin.isdigit() and DIGITS[0] <= len(pin) <= DIGITS[1]):
        return _("Choose four to six digits")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    is_repeated = any(pin == pin[:size] * (len(pin) // size) for size in (2, 3))
    if steps in ({0}, {1}, {9}) or is_repeated or (len(pin) == DIGITS[0] and int(pin) in YEARS):
        return _("This one is easily guessed. Choose another")
    return ""


def set_pin(*, tablet: SharedTablet, pin: str, signed_in_at: datetime, by: User) -> None:
    """The user's own PIN on this tablet, a new one instead of an earlier one; only its hash is kept.

    `signed_in_at` is when the present full sign-in was made: the PIN lasts from then.
    """
    if weakness := why_weak(pin):
        raise Refused(weakness)
    if not may_have_pin(by, tablet):
        raise NotAllowed
    with acting(by):
        if not SharedTablet.objects.select_for_update(no_key=True).in_use().filter(pk=tablet.pk).exists():
            raise Refused(_("This is no shared tablet any more"))
        TabletPin.objects.update_or_create(
            tablet=tablet,
            user=by,
            defaults={
                "pin": make_password(pin),
                "signed_in_at": signed_in_at,
                "bound_to": by.get_session_auth_hash(),
                "tries": 0,
            },
        )
        record("pin_chosen", by=by, subject=subject_of(tablet))


def renew_pin(*, tablet: SharedTablet, user: User) -> bool:
    """A full sign-in on the tablet: the user's PIN lasts again and is unlocked. Whether there is one."""
    return bool(
        TabletPin.objects.filter(tablet=tablet, user=user).update(
            signed_in_at=timezone.now(), bound_to=user.get_session_auth_hash(), tries=0
        )
    )


def people_at(tablet: SharedTablet) -> QuerySet[TabletPin]:
    """The PINs of those who may use the tablet today, by name."""
    there = Membership.objects.current().filter(organisation=tablet.unit.organisation_id, role__in=USERS)
    return (
        TabletPin.objects.filter(tablet=tablet, user__in=there.values("user"), user__is_active=True)
        .select_related("user")
        .order_by("user__name", "pk")
    )


def is_worth_trying(row: TabletPin) -> bool:
    """Neither locked, nor run out, nor of a password that was changed since."""
    age = (timezone.now() - row.signed_in_at).total_seconds()
    return row.tries < TRIES and age < settings.SESSION_COOKIE_AGE and row.bound_to == row.user.get_session_auth_hash()


def enter_pin(*, tablet: SharedTablet, user_id: int, pin: str) -> TabletPin | None:
    """The PIN's row with its user, if it is right and still lasts.

    Wrong, locked, run out and never chosen cost the same time and are told alike. Each wrong one counts; two at the
    same moment wait for each other, so that nobody has more than five tries (T13).
    """
    with transaction.atomic():
        row = people_at(tablet).filter(user=user_id).select_for_update(of=("self",)).first()
        is_open = row is not None and is_worth_trying(row)
        is_right = check_password(pin, row.pin if row and is_open else nobodys())
        if row is None or not is_open:
            return None
        if is_right:
            TabletPin.objects.filter(pk=row.pk).update(tries=0)
            record("signed_in_by_pin", by=row.user, subject=subject_of(tablet))
            return row
        TabletPin.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        if row.tries + 1 == TRIES:
            record("pin_locked", by=row.user, subject=subject_of(tablet))
    return None


@lru_cache(maxsize=1)
def nobodys() -> str:
    """The hash of something that nobody can type."""
    return make_password(secrets.token_urlsafe(16))


def moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def subject_of(tablet: SharedTablet) -> str:
    return f"accounts.sharedtablet:{tablet.pk}"
