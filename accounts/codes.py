"""Signing in by a one-time code: six digits, ten minutes, five tries, once. For citizens, who have no password."""

import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, Func, OuterRef, QuerySet, Value
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Membership, SignInCode, User
from accounts.roles import Role
from core.events import message_due

LIFETIME = timedelta(minutes=10)
TRIES = 5
# Telephone numbers are told apart by their last eight digits, with and without the country's number.
PHONE_DIGITS = 8


def last_digits(phone: str) -> str:
    """The digits by which a telephone number is found again; empty when there are too few."""
    digits = re.sub(r"\D", "", phone)
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS else ""


def users_by_code() -> QuerySet[User]:
    """Who signs in by a code: active citizens who hold no other role; a role of the staff asks for more (T7)."""
    held = Membership.objects.current().filter(user=OuterRef("pk"))
    return User.objects.filter(
        Exists(held.filter(role=Role.CITIZEN)), ~Exists(held.exclude(role=Role.CITIZEN)), is_active=True
    )


def signs_in_by_code(user: User) -> bool:
    """Whether the user is a citizen and nothing else: no password is chosen, changed or sent."""
    return user.reach.roles == {Role.CITIZEN}


def reached_at(address: str) -> list[User]:
    """The users by code whom this e-mail address or telephone number reaches; nobody for anything else."""
    address = address.strip().lower()
    if "@" in address:
        return list(users_by_code().filter(email=address))
    digits = last_digits(address)
    if not digits:
        return []
    only_digits = Func(
        F("phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=User.phone.field
    )
    found = Func(only_digits, Value(PHONE_DIGITS), function="right", output_field=User.phone.field)
    return list(users_by_code().alias(digits=found).filter(digits=digits))


def send_code(*, address: str) -> User | None:
    """Send a code to whom the address reaches, by the way it was asked for; nobody or several get none.

    The caller answers alike in either case (U3). A new code makes the earlier ones worthless.
    """
    found = reached_at(address)
    if len(found) != 1:
        return None
    user = found[0]
    code = f"{secrets.randbelow(10**6):06}"
    now = timezone.now()
    by_mail = "@" in address
    with transaction.atomic():
        SignInCode.objects.filter(user=user, used_at__isnull=True).delete()
        row = SignInCode.objects.create(user=user, created_at=now, expires_at=now + LIFETIME)
        row.code = sealed(row, code)
        row.save(update_fields=["code"])
        with translation.override(user.language):
            message_due.send(
                SignInCode,
                to=user.email if by_mail else user.phone,
                subject=_("Your code for signing in"),
                body=_(
                    "Your code is %(code)s. It works for ten minutes, once. Did you not ask for it? Then do nothing."
                )
                % {"code": code},
                channel="mail" if by_mail else "sms",
            )
    return user


def redeem(*, user_id: int | None, code: str) -> User | None:
    """The user, if this is the code that was sent to them last; counts the try either way."""
    digits = re.sub(r"\s", "", code)
    with transaction.atomic():
        row = (
            SignInCode.objects.select_for_update(of=("self",))
            .filter(user=user_id, used_at__isnull=True, expires_at__gt=timezone.now(), tries__lt=TRIES)
            .order_by("-pk")
            .first()
        )
        if row is None:
            return None
        is_right = constant_time_compare(row.code, sealed(row, digits))
        row.tries += 1
        if is_right:
            row.used_at = timezone.now()
        row.save(update_fields=["tries", "used_at"])
    return users_by_code().filter(pk=row.user_id).first() if is_right else None


def sealed(row: SignInCode, code: str) -> str:
    """What is stored instead of the code: a hash under the installation's key, bound to the row."""
    return salted_hmac("accounts.codes", f"{row.pk}:{code}", algorithm="sha256").hexdigest()
