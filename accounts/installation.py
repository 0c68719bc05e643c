"""The beginning of an installation: a first centre and somebody who administers it (U1, U2)."""

from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Membership, Organisation, User
from accounts.places import make_administrator, written
from accounts.roles import Role
from audit.acting import Actor, acting
from audit.log import record
from core.events import country_chosen
from core.exceptions import Refused


@dataclass(frozen=True)
class Begun:
    """`link` is where the administrator chooses a password: once, for 72 hours."""

    administrator: User
    centre: Organisation
    link: str


def begin(*, email: str, name: str, centre: str, country: str, by: Actor) -> Begun:
    """Open the centre with its first administrator, or make a new link as long as no password was chosen.

    Everything after this happens on the pages. Refused, in English for whoever sits at the shell, when somebody already
    administers a centre with a password of their own, or the address belongs to a user who was not made here.
    """
    email = email.lower()
    with acting(by, why="first administrator"):
        there = [user for user in administrators() if user.has_usable_password()]
        if there:
            raise Refused(f"{there[0].email} administers this installation already and invites others under Users.")
        waiting = next(iter(administrators().filter(email=email)), None)
        if waiting is not None:
            roles = waiting.memberships.current().filter(
                role=Role.ADMINISTRATOR, organisation__in=Organisation.objects.open()
            )
            role = roles.select_related("organisation").order_by("pk")[0]
            return Begun(waiting, role.organisation, link_for(waiting))
        if User.objects.filter(email=email).exists():
            raise Refused(f"{email} is a user already.")
        opened = written(Organisation(name=centre, kind=Organisation.Kind.PROVIDER, country=country))
        country_chosen.send(Organisation, centre=opened, by=by)
        with acting(by, why="first administrator"):
            user = User(email=email, name=name, language=opened.language)
            user.set_unusable_password()
            user.save()
            make_administrator(user, opened)
            record("installation_begun", by=by, subject=opened.name, administrator=user.pk)
        return Begun(user, opened, link_for(user))


def administrators() -> QuerySet[User]:
    """Active users who administer a centre today."""
    roles = Membership.objects.current().filter(
        role=Role.ADMINISTRATOR, organisation__kind=Organisation.Kind.PROVIDER, organisation__closed_on__isnull=True
    )
    return User.objects.filter(is_active=True, pk__in=roles.values("user")).order_by("pk")


def link_for(user: User) -> str:
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)
