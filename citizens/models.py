"""The person the effort is for, and who may see the case."""

import uuid
from datetime import date
from functools import lru_cache, reduce
from operator import or_

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Post, Unit, User
from accounts.roles import Role
from core.templatetags.components import initials

# What somebody on a team may be at the centre (P1).
STAFF = (Role.CASEWORKER, Role.SPECIALIST, Role.TEAM_LEADER, Role.CONTACT_PERSON)


class Gender(models.TextChoices):
    FEMALE = "f", _("Woman")
    MALE = "m", _("Man")
    OTHER = "x", _("Other or not stated")


class CaseAccessQuerySet(models.QuerySet["CaseAccess"]):
    def current(self, on: date | None = None) -> "CaseAccessQuerySet":
        on = on or timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


class CaseAccessManager(models.Manager.from_queryset(CaseAccessQuerySet)):  # type: ignore[misc]
    def held_by(self, user: User) -> CaseAccessQuerySet:
        """Access that the user has today: in person, through an organisation's role, or through a workshop's.

        That of staff goes with the role at that centre: whoever works at another one now has none left (T7, U1).
        """
        return _held(user, tuple(user.posts), timezone.localdate()).all()


# Every page asks for it several times, and putting it together takes longer than asking (ADR 30).
@lru_cache(maxsize=1024)
def _held(user: User, _posts: tuple[Post, ...], today: date) -> CaseAccessQuerySet:
    held = [_held_as(role, user) for role in Role if role in user.reach.roles]
    rows: CaseAccessQuerySet = CaseAccess.objects.current(today)
    return rows.filter(reduce(or_, held)) if held else rows.none()


def _held_as(role: Role, user: User) -> Q:
    """The condition for access in one of the user's roles; short, because nearly every query asks it."""
    organisations = user.reach.organisations_as(role)
    through = Q(user=user, centre__in=organisations) if role in STAFF else Q(user=user)
    if role in (Role.REFERRER, Role.TEAM_LEADER):
        through |= Q(organisation__in=organisations)
    elif role == Role.CONTACT_PERSON and user.reach.units:
        through |= Q(unit__in=user.reach.units)
    return Q(through, role=role)


class CitizenQuerySet(models.QuerySet["Citizen"]):
    def visible_to(self, user: User) -> "CitizenQuerySet":
        """Citizens whose case the user may see today; everybody else does not exist for them (T1)."""
        return self.filter(Exists(CaseAccess.objects.held_by(user).filter(citizen=OuterRef("pk"))))

    def by_name(self) -> "CitizenQuerySet":
        """Sorted as the reader's language sorts: Danish Å last, Swedish Å before Ä before Ö."""
        return self.order_by("sort_sv" if get_language() == "sv" else "sort_da", "pk")


def name_key(function: str) -> Func:
    """`Last name, first name` through one of the database's name functions."""
    return Func(
        F("last_name"),
        F("first_name"),
        function=function,
        template="%(function)s(last_name || ' ' || first_name)",
        output_field=models.TextField(),
    )


def shown_name(first_name: str, last_name: str, *, is_protected: bool) -> str:
    """The name for those who may see the case; a protected one is masked everywhere (experience 27)."""
    return str(_("Protected name")) if is_protected else f"{first_name} {last_name}".strip()


class Citizen(models.Model):
    """One row per person. The identity number is encrypted; `identity_index` finds it again (T10)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender)
    birth_date = models.DateField(_("date of birth"))
    identity_number = models.BinaryField(null=True, editable=False)
    identity_index = models.BinaryField(null=True, editable=False, max_length=32)
    no_number_reason = models.CharField(_("why there is no number"), max_length=300, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=2, default="da")
    interpreter = models.CharField(_("interpreter"), max_length=200, blank=True)
    is_protected = models.BooleanField(_("protected name and address"), default=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="merged_from",
        null=True,
        editable=False,
        help_text="Another row of the same person, to which everything of this one has been moved (K1).",
    )
    sort_da = models.GeneratedField(
        expression=name_key("sort_key_da"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    sort_sv = models.GeneratedField(
        expression=name_key("sort_key_sv"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    search_name = models.GeneratedField(
        expression=Func(
            F("first_name"),
            F("last_name"),
            function="search_key",
            template="%(function)s(first_name || ' ' || last_name)",
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = CitizenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity_index"], name="citizens_one_row_a_number"),
            models.CheckConstraint(
                condition=Q(identity_number__isnull=False) | ~Q(no_number_reason=""), name="citizens_number_or_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_da"], name="citizens_sort_da"),
            models.Index(fields=["sort_sv"], name="citizens_sort_sv"),
            GinIndex(fields=["search_name"], name="citizens_search_name", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return shown_name(self.first_name, self.last_name, is_protected=self.is_protected)

    @property
    def initials(self) -> str:
        return "–" if self.is_protected else initials(f"{self.first_name} {self.last_name}")


class Merge(models.Model):
    """Two rows turned out to be one person: what was moved from `loser` to `survivor`, so that it can go back (K1).

    `moved` holds ids by table and column. `changed` holds the columns of other rows that the merge wrote, each with
    the value before and after: `{"table": ..., "row": ..., "column": ..., "before": ..., "after": ...}`.
    """

    survivor = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="merges")
    loser = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="merges_away")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    why = models.CharField(_("reason"), max_length=300)
    moved = models.JSONField(default=dict)
    changed = models.JSONField(default=list)
    reversed_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reversed_why = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(survivor=F("loser")), name="citizens_merge_of_two"),
            models.UniqueConstraint(
                fields=["loser"], condition=Q(reversed_at__isnull=True), name="citizens_merged_away_once"
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, reversed_by__isnull=True)
                | Q(reversed_at__isnull=False, reversed_by__isnull=False),
                name="citizens_merge_reversed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"citizens.merge:{self.pk}"


class CaseAccess(models.Model):
    """Why somebody may see a citizen's case at a centre. Written by the actions of referrals, programmes and plans.

    Exactly one of user, organisation and unit holds the access. `source` names the row it comes from
    (`programmes.placement:12`), so that it can be renewed and proved.
    """

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="access")
    # No index of a centre alone: nobody asks so, and a plan that walks through it passes all other centres' rows.
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=Role)
    # Indexed with the citizen, below.
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="case_access", db_index=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="case_access", db_index=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="case_access", db_index=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    source = models.CharField(max_length=60)

    objects = CaseAccessManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "centre", "role", "user", "organisation", "unit", "source"],
                name="citizens_access_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=(
                    Q(user__isnull=False, organisation__isnull=True, unit__isnull=True)
                    | Q(user__isnull=True, organisation__isnull=False, unit__isnull=True)
                    | Q(user__isnull=True, organisation__isnull=True, unit__isnull=False)
                ),
                name="citizens_access_one_holder",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "citizen"], name="citizens_access_user"),
            models.Index(fields=["organisation", "citizen"], name="citizens_access_organisation"),
            models.Index(fields=["unit", "citizen"], name="citizens_access_unit"),
            models.Index(fields=["source"], name="citizens_access_source"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.source}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self, on: date | None = None) -> "ConsentQuerySet":
        """Those that hold on a day, today unless said; one that is withdrawn holds no more from that moment (R9)."""
        on = on or timezone.localdate()
        lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
        return self.filter(lasting, given_on__lte=on, withdrawn_on__isnull=True)

    def of_case(self, citizen: uuid.UUID, centre: int) -> "ConsentQuerySet":
        """What the citizen gave at the centre, or gave at another and that names this one."""
        return self.filter(Q(centre=centre) | Q(shared_with=centre), citizen=citizen)


class Consent(models.Model):
    """What a citizen allows: for what, between whom, for how long, and how it was given (R9).

    `key` is that of the programme type's consent that it answers; `purpose` keeps the words that were asked.
    """

    class Given(models.TextChoices):
        WRITING = "writing", _("In writing")
        DIGITAL = "digital", _("Digitally signed")
        ORAL = "oral", _("By word of mouth")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="consents")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    purpose = models.CharField(_("purpose"), max_length=300)
    parties = models.CharField(_("between whom"), max_length=500)
    given_on = models.DateField(_("given on"))
    given_how = models.CharField(_("how it was given"), max_length=10, choices=Given)
    ends_on = models.DateField(_("until"), null=True)
    withdrawn_on = models.DateField(_("withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    withdrawn_why = models.CharField(_("what the citizen said"), max_length=300, blank=True, default="", db_default="")
    # The other centre that it names beside `centre`: each may then read the other's goals in the one plan (U1, L4).
    shared_with = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    source = models.CharField(max_length=60, help_text="The row that it was asked for with, as in CaseAccess.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "key", "source"],
                condition=Q(withdrawn_on__isnull=True),
                name="citizens_consent_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("given_on")), name="citizens_consent_order"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("given_on")),
                name="citizens_consent_withdrawn_after",
            ),
            models.CheckConstraint(
                condition=Q(shared_with__isnull=True) | ~Q(shared_with=F("centre")), name="citizens_consent_two_centres"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.source}"


def case_access(
    user: User, *, citizen: str = "citizen_id", centre: str = "centre_id", referrer: str
) -> CaseAccessQuerySet:
    """The user's access of today to an outer row of one case: at its own centre only (U1), a referrer's only where its
    own organisation (`referrer`, a column path) sent the citizen."""
    held = CaseAccess.objects.held_by(user).filter(citizen=OuterRef(citizen), centre=OuterRef(centre))
    # Asked only of those it concerns: with an "or" in it the database reads every case instead of the user's own.
    if user.reach.roles == {Role.REFERRER}:
        return held.filter(organisation=OuterRef(referrer))
    if Role.REFERRER in user.reach.roles:
        return held.filter(~Q(role=Role.REFERRER) | Q(organisation=OuterRef(referrer)))
    return held


def case_visible_to(user: User, *, citizen: str = "citizen_id", centre: str = "centre_id", referrer: str) -> Exists:
    """A condition for rows of one case that the user may see (T1)."""
    return Exists(case_access(user, citizen=citizen, centre=centre, referrer=referrer))
