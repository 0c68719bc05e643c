"""What is known of one citizen, and how it came to be so (K1, K2)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, Value
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.roles import Role
from audit.models import Change
from citizens.identity import shown_number
from citizens.models import CaseAccess, Citizen, Gender, Merge
from core.templatetags.dates import short_day
from desk.case.head import in_language
from desk.case.page import Other
from desk.citizen.correcting import BORN, FACTS
from desk.rows import link_to
from programmes.models import Programme
from programmes.statuses import Status
from referrals.forms import LANGUAGES
from referrals.models import Referral
from referrals.statuses import Status as ReferralStatus

HIDDEN = "••••"
CHANGES_SHOWN = 30
# What a protected name hides (experience 27).
PROTECTED = {"first_name", "last_name", "phone", "email", "address", "birth_date"}


@dataclass(frozen=True)
class Fact:
    name: str
    label: str
    value: str


def label_of(name: str) -> str:
    label = str(getattr(Citizen._meta.get_field(name), "verbose_name", name))
    return label[:1].upper() + label[1:]


def in_words(name: str, value: object) -> str:
    """A value of one column as people read it."""
    if value in (None, ""):
        return "–"
    if isinstance(value, date):
        return short_day(value)
    if name == "birth_date":
        day = parse_date(str(value))
        return short_day(day) if day else str(value)
    if name == "gender":
        return str(dict(Gender.choices).get(str(value), value))
    if name == "language":
        return str(dict(LANGUAGES).get(str(value), value))
    return str(value)


def facts_of(citizen: Citizen) -> list[Fact]:
    """Name, birth and contact facts in words; what a protected name hides is dots."""
    facts = [Fact("number", _("Identity number"), masked_number(citizen))]
    if not citizen.identity_number:
        facts.append(Fact("no_number_reason", label_of("no_number_reason"), citizen.no_number_reason))
    for name in [*FACTS[:2], *BORN, *FACTS[2:]]:
        is_hidden = citizen.is_protected and name in PROTECTED and getattr(citizen, name)
        facts.append(Fact(name, label_of(name), HIDDEN if is_hidden else in_words(name, getattr(citizen, name))))
    return facts


def masked_number(citizen: Citizen) -> str:
    """`140389-••••`: enough to tell two apart, never the whole (T10)."""
    number = shown_number(citizen)
    if not number:
        return _("none")
    return f"{HIDDEN}-{HIDDEN}" if citizen.is_protected else f"{number[:-4]}{HIDDEN}"


def country_of(user: User, citizen: Citizen) -> str:
    """The country whose numbers are read: that of the centre where the user works with the citizen."""
    held = CaseAccess.objects.held_by(user).filter(citizen=citizen).select_related("centre").order_by("pk").first()
    return held.centre.country if held else Organisation.Country.DENMARK


def cases_of(user: User, citizen: Citizen) -> list[Other]:
    """The citizen's programmes and open referrals that the user may see (P17). One query."""
    columns = ("kind", "reference", "status", "type__definition__name")
    programmes = (
        Programme.objects.visible_to(user).filter(citizen=citizen).annotate(kind=Value("programme", CharField()))
    )
    referrals = (
        Referral.objects.visible_to(user)
        .filter(citizen=citizen, programme=None)
        .annotate(kind=Value("referral", CharField()))
    )
    rows = programmes.values_list(*columns).union(referrals.values_list(*columns), all=True).order_by("-reference")
    return [
        Other(
            reference=reference,
            url=link_to("desk:case" if kind == "programme" else "referrals:detail", reference),
            name=in_language(names),
            status=str((Status if kind == "programme" else ReferralStatus)(status).label),
        )
        for kind, reference, status, names in rows
    ]


@dataclass(frozen=True)
class Correction:
    """One change of what is known: when, by whom, why, and which facts."""

    at: datetime
    by: str
    why: str
    facts: list[str]


def corrections_of(citizen: Citizen) -> list[Correction]:
    """What was changed in the citizen's row, newest first; never a number, and no value of a protected name (T4, T10).

    One query.
    """
    found = []
    rows = Change.objects.filter(table=Citizen._meta.db_table, row=str(citizen.pk), operation="update")
    for change in rows.order_by("-at", "-pk")[:CHANGES_SHOWN]:
        before, after = change.before or {}, change.after or {}
        facts = []
        if "identity_index" in after:
            facts.append(_("Identity number"))
        for name in [*FACTS, *BORN]:
            if name in after and citizen.is_protected and name in PROTECTED:
                facts.append(label_of(name))
            elif name in after:
                facts.append(
                    _("%(what)s: %(before)s, now %(after)s")
                    % {
                        "what": label_of(name),
                        "before": in_words(name, before.get(name)),
                        "after": in_words(name, after[name]),
                    }
                )
        if "is_protected" in after:
            facts.append(label_of("is_protected"))
        if facts:
            found.append(Correction(change.at, change.actor_name, change.reason, facts))
    return found


def merges_of(citizen: Citizen) -> list[Merge]:
    """What was brought together here, newest first, what was undone included (K1). One query."""
    return list(Merge.objects.filter(survivor=citizen).select_related("by", "reversed_by").order_by("-pk"))


def is_leader(user: User) -> bool:
    return user.has_role(Role.TEAM_LEADER)
