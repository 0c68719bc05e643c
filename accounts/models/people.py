"""Users, the organisations they work at, and the roles they hold there."""

from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from audit.acting import acting
from core.prepared import Prepared
from core.templatetags.components import initials

# Whose start page comes first where somebody holds several roles and has chosen none.
START_PAGES: list[str] = [
    Role.TEAM_LEADER,
    Role.CASEWORKER,
    Role.CONTACT_PERSON,
    Role.SPECIALIST,
    Role.REFERRER,
    Role.STEERING_GROUP,
    Role.ADMINISTRATOR,
    Role.CITIZEN,
]

# Who can mark in a contact person's place (A13).
SUBSTITUTES = (Role.CONTACT_PERSON, Role.CASEWORKER)
# Every request asks this, so it is written as the database reads it: `Membership.current` and, for a substitute,
# `Substitution.effective`. The columns are a Post's, and the row's key.
POSTS = Prepared(
    "posts",
    """
    SELECT m.role, m.organisation_id, o.name, m.unit_id, false, m.id
    FROM accounts_membership m JOIN accounts_organisation o ON o.id = m.organisation_id
    WHERE m.user_id = %(user)s AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
    UNION ALL
    SELECT 'contact_person', u.organisation_id, o.name, s.unit_id, true, s.id
    FROM accounts_substitution s
    JOIN accounts_unit u ON u.id = s.unit_id
    JOIN accounts_organisation o ON o.id = u.organisation_id
    WHERE s.substitute_id = %(user)s AND s.ended_at IS NULL AND %(today)s BETWEEN s.starts_on AND s.ends_on
      AND EXISTS (
          SELECT FROM accounts_membership m
          WHERE m.user_id = s.substitute_id AND m.organisation_id = u.organisation_id
            AND m.role IN ('contact_person', 'caseworker')
            AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
      )
    """,
    user="bigint",
    today="date",
)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=email.lower(), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


@dataclass(frozen=True)
class Post:
    """One role at one organisation, held today; a contact person's names the unit."""

    role: str
    organisation_id: int
    organisation: str
    unit_id: int | None = None
    # Held in a contact person's place, for a time (A13).
    is_substitute: bool = False

    @property
    def key(self) -> str:
        """How the switcher and the session name it: `caseworker:12`. Several units are one post."""
        return f"{self.role}:{self.organisation_id}"

    @property
    def role_name(self) -> str:
        return str(Role(self.role).label)


@dataclass
class Reach:
    """What a user's roles of today let them reach: organisations by role, and units (workshops) they work in."""

    roles: set[str] = field(default_factory=set)
    organisations: dict[str, set[int]] = field(default_factory=dict)
    units: set[int] = field(default_factory=set)

    def organisations_as(self, *roles: str) -> set[int]:
        """Ids of the organisations at which the user holds one of `roles`."""
        return set().union(*(self.organisations.get(role, set()) for role in roles))


class User(AbstractBaseUser):
    """Anybody who signs in: staff, referrers, citizens."""

    class Theme(models.TextChoices):
        SYSTEM = "", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=2, default="da")
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.SYSTEM, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    times_deactivated = models.PositiveSmallIntegerField(default=0)

    # The role chosen in the switcher, from the session (accounts.middleware).
    chosen_post = ""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_address_in_small_letters")
        ]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's, bound to how often the user was deactivated: no session of before comes alive again (T7)."""
        of_password: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return f"{of_password}.{self.times_deactivated}" if self.times_deactivated else of_password

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the user's; an outdated hash is renewed in the user's own name (T4)."""

        def renew(password: str) -> None:
            self.set_password(password)
            self._password = None
            with acting(self):
                self.save(update_fields=["password"])

        return check_password(raw_password, self.password, renew)

    @cached_property
    def posts(self) -> list[Post]:
        """The user's roles of today, read once per request; a role taken away is gone at the next one (T7).

        A substitute holds the contact person's role of the workshop as well: everything that asks who may see, mark
        or follow up asks here (A13). In the order of `START_PAGES`, then by organisation.
        """
        rows = POSTS.rows({"user": self.pk, "today": timezone.localdate()})
        found = sorted(rows, key=lambda row: (START_PAGES.index(row[0]), row[2], row[4], row[5]))
        return [Post(*row[:5]) for row in found]

    @cached_property
    def reach(self) -> Reach:
        """The sum of the user's roles of today, whichever of them was chosen in the switcher."""
        reach = Reach()
        for post in self.posts:
            reach.roles.add(post.role)
            reach.organisations.setdefault(post.role, set()).add(post.organisation_id)
            if post.unit_id:
                reach.units.add(post.unit_id)
        return reach

    def has_role(self, *roles: str) -> bool:
        return not self.reach.roles.isdisjoint(roles)

    @property
    def choices(self) -> list[Post]:
        """The roles that the user can switch between, each organisation's by itself (U2)."""
        return list({post.key: post for post in self.posts}.values())

    @property
    def post(self) -> Post | None:
        """The role in which the user works now: the chosen one as long as it is held, else the first."""
        chosen = next((post for post in self.posts if post.key == self.chosen_post), None)
        return chosen or next(iter(self.posts), None)

    @property
    def role(self) -> str:
        """The role whose start page and navigation the user meets."""
        return self.post.role if self.post else ""

    @property
    def role_name(self) -> str:
        return self.post.role_name if self.post else ""

    def in_post(self) -> "User":
        """The same user with the chosen role at the chosen organisation alone: for the start page and the navigation.

        What else the user may open is asked of the user as such. A substitute meets the workshop in both roles (A13).
        """
        post = self.post
        if post is None or len(self.choices) == 1:
            return self
        narrowed = copy(self)
        narrowed.__dict__["posts"] = [
            each
            for each in self.posts
            if each.key == post.key
            or (each.is_substitute and post.role in SUBSTITUTES and each.organisation_id == post.organisation_id)
        ]
        narrowed.__dict__.pop("reach", None)
        return narrowed

    @property
    def initials(self) -> str:
        return initials(self.name)


class PlaceQuerySet(models.QuerySet):
    """Organisations and units. A closed one is kept and read, but nobody chooses it for anything new."""

    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)


class Organisation(models.Model):
    """Who refers, provides, partners or steers. A provider is a *centre* (U1)."""

    class Kind(models.TextChoices):
        PROVIDER = "provider", _("Centre")
        REFERRER = "referrer", _("Referring organisation")
        PARTNER = "partner", _("Partner")
        STEERING = "steering", _("Steering group")

    class Country(models.TextChoices):
        DENMARK = "DK", _("Denmark")
        SWEDEN = "SE", _("Sweden")

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    country = models.CharField(_("country"), max_length=2, choices=Country, default=Country.DENMARK)
    letterhead = models.TextField(
        _("letterhead"), blank=True, help_text=_("Address, telephone and e-mail on letters, one line each.")
    )
    closed_on = models.DateField(_("closed"), null=True, blank=True, editable=False)

    objects = PlaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_centre(self) -> bool:
        return self.kind == self.Kind.PROVIDER

    @property
    def language(self) -> str:
        """The language that its people begin with: the country's (U1)."""
        return {self.Country.DENMARK.value: "da", self.Country.SWEDEN.value: "sv"}[self.country]


class Unit(models.Model):
    """A team or a workshop of an organisation: the place where somebody works.

    `leaders` says whom to ask; it gives nobody a right, that is what roles are for.
    """

    class Kind(models.TextChoices):
        TEAM = "team", _("Team")
        WORKSHOP = "workshop", _("Workshop")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    leaders = models.ManyToManyField(User, related_name="led_units", blank=True, verbose_name=_("leaders"))
    closed_on = models.DateField(_("closed"), null=True, blank=True, editable=False)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="accounts_unit_name_once")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, on: date | None = None) -> "MembershipQuerySet":
        """Memberships that hold on the given day, today unless said."""
        on = on or timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def not_ended(self, on: date | None = None) -> "MembershipQuerySet":
        """Memberships that hold or will hold."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on or timezone.localdate()))


class Membership(models.Model):
    """One role of one user at one organisation, for a time; a contact person's names the workshop."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships", null=True, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "unit", "role", "starts_on"],
                name="accounts_role_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")), name="accounts_role_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.organisation}"

    @property
    def has_begun(self) -> bool:
        return self.starts_on <= timezone.localdate()

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < timezone.localdate()


class SubstitutionQuerySet(models.QuerySet["Substitution"]):
    def running(self, on: date | None = None) -> Self:
        """Those that hold on the day, today unless said, and that nobody has ended."""
        on = on or timezone.localdate()
        return self.filter(ended_at__isnull=True, starts_on__lte=on, ends_on__gte=on)

    def not_over(self) -> Self:
        """Those that hold or will hold."""
        return self.filter(ended_at__isnull=True, ends_on__gte=timezone.localdate())

    def effective(self) -> Self:
        """Those that hold and whose substitute still works at the workshop's centre: a role that is taken away takes
        what rested on it along (T7)."""
        works_there = Membership.objects.current().filter(
            user=models.OuterRef("substitute"), organisation=models.OuterRef("unit__organisation"), role__in=SUBSTITUTES
        )
        return self.running().filter(models.Exists(works_there))


class Substitution(models.Model):
    """One user marks for a workshop in somebody's place, for a time: the rights of its contact person, through
    `User.posts` and nowhere else (A13). Rows stay: the register says by them who marked for whom."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="substitutions")
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="substitutions")
    in_place_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    why = models.CharField(_("reason"), max_length=300, blank=True)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="accounts_substitution_period"
            ),
            models.CheckConstraint(
                condition=~Q(substitute=models.F("in_place_of")) | Q(in_place_of__isnull=True),
                name="accounts_substitution_of_another",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="accounts_substitution_ended_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["substitute", "ends_on"], name="accounts_substitute")]

    def __str__(self) -> str:
        return f"accounts.substitution:{self.pk}"

    @property
    def has_begun(self) -> bool:
        return self.starts_on <= timezone.localdate()
