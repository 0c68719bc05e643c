"""Marking in a contact person's place for a time: naming somebody, stepping in oneself, ending it (A13).

Nobody passes on what they hold as a substitute, and only who works at the workshop's centre can be one. What a
substitute may do follows from `User.posts` alone.
"""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.letters import send_letter
from accounts.models import SUBSTITUTES, Membership, Substitution, Unit, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused

# Who is away for longer is replaced by a role; who steps in unasked does it for a week at most.
LONGEST = timedelta(days=92)
OWN_LONGEST = timedelta(days=6)


def centres_known_to(user: User) -> set[int]:
    """The centres whose workshops, if not their registers, the user may know of."""
    return user.reach.organisations_as(*SUBSTITUTES, Role.TEAM_LEADER)


def runs(user: User, unit: Unit) -> bool:
    """Whether the user is the workshop's contact person in person, not a substitute."""
    return any(
        post.role == Role.CONTACT_PERSON and post.unit_id == unit.pk and not post.is_substitute for post in user.posts
    )


def may_name(user: User, unit: Unit) -> bool:
    """The centre's team leaders and the workshop's own contact persons name its substitutes (A13)."""
    return unit.organisation_id in user.reach.organisations_as(Role.TEAM_LEADER) or runs(user, unit)


def may_step_in(user: User, unit: Unit) -> bool:
    """Contact persons of other workshops and caseworkers of the same centre step in by themselves (A13)."""
    works_there = any(
        post.role in SUBSTITUTES and post.organisation_id == unit.organisation_id and not post.is_substitute
        for post in user.posts
    )
    return works_there and not runs(user, unit)


def may_end(user: User, substitution: Substitution) -> bool:
    """Who could have named the substitute, and the substitute."""
    return substitution.substitute_id == user.pk or may_name(user, substitution.unit)


def contact_persons_of(unit: Unit) -> QuerySet[User]:
    """The workshop's contact persons of today, without substitutes."""
    held = Membership.objects.current().filter(unit=unit, role=Role.CONTACT_PERSON)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "pk")


def possible_substitutes(unit: Unit) -> QuerySet[User]:
    """Who works at the workshop's centre as a contact person or caseworker, and not in this workshop."""
    there = Membership.objects.current().filter(organisation=unit.organisation_id, role__in=SUBSTITUTES)
    found = User.objects.filter(pk__in=there.values("user"), is_active=True)
    return found.exclude(pk__in=contact_persons_of(unit).values("pk")).order_by("name", "pk")


def name_substitute(
    *,
    unit: Unit,
    substitute: User,
    in_place_of: User | None,
    starts_on: date,
    ends_on: date,
    why: str = "",
    by: User,
) -> Substitution:
    """Let `substitute` mark for the workshop from a day until a day; it ends by itself (A13).

    `in_place_of` is one of the workshop's contact persons, None where it has none. Refused outside 92 days, or when
    the same colleague is its substitute in the period already. The substitute is told by mail.
    """
    with acting(by, why=why):
        unit = locked(unit)
        if not may_name(by, unit):
            raise NotAllowed
        check(unit, substitute, in_place_of)
        check_period(starts_on, ends_on, longest=LONGEST)
        substitution = write(unit, substitute, in_place_of, starts_on, ends_on, why, by=by)
        if substitute.pk != by.pk:
            send_letter(
                "substitute_named",
                to=substitute.email,
                language=substitute.language,
                substitution=substitution,
                unit=unit,
                by=by,
                address=settings.SITE_URL,
            )
    return substitution


def step_in(*, unit: Unit, in_place_of: User | None, ends_on: date, why: str, by: User) -> Substitution:
    """Mark for the workshop from now on, for a week at most, and say why; the team leader reads it on Today (A13).

    The same said twice is once (T12).
    """
    today = timezone.localdate()
    if not why.strip():
        raise Refused(_("Say why you step in"))
    with acting(by, why=why):
        unit = locked(unit)
        if not may_step_in(by, unit):
            raise NotAllowed
        same = Substitution.objects.running().filter(unit=unit, substitute=by, in_place_of=in_place_of, ends_on=ends_on)
        if found := same.first():
            return found
        check(unit, by, in_place_of)
        check_period(today, ends_on, longest=OWN_LONGEST)
        return write(unit, by, in_place_of, today, ends_on, why, by=by)


def end_substitution(*, substitution: Substitution, by: User) -> None:
    """End it now, before its last day or before it began; over already, nothing happens (A13)."""
    with acting(by):
        substitution = (
            Substitution.objects.select_for_update(of=("self",)).select_related("unit").get(pk=substitution.pk)
        )
        if not may_end(by, substitution):
            raise NotAllowed
        if substitution.ended_at or substitution.ends_on < timezone.localdate():
            return
        substitution.ended_at, substitution.ended_by = timezone.now(), by
        substitution.save(update_fields=["ended_at", "ended_by"])
        record("substitution_ended", by=by, subject=substitution, unit=substitution.unit_id)


def locked(unit: Unit) -> Unit:
    """The workshop's row, so that two who name at the same moment see each other's (T13)."""
    return Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def check(unit: Unit, substitute: User, in_place_of: User | None) -> None:
    """Refused in words where nobody, or not this one, can be a substitute."""
    if unit.kind != Unit.Kind.WORKSHOP or unit.closed_on:
        raise Refused(_("%(name)s is closed. Open it again first.") % {"name": unit.name})
    if not possible_substitutes(unit).filter(pk=substitute.pk).exists():
        raise Refused(
            _("%(name)s cannot mark there: choose a colleague of the same centre who is not in the workshop")
            % {"name": substitute.name}
        )
    absent = set(contact_persons_of(unit).values_list("pk", flat=True))
    if (in_place_of.pk not in absent) if in_place_of else absent:
        raise Refused(_("Choose whose place it is"))


def check_period(starts_on: date, ends_on: date, *, longest: timedelta) -> None:
    """Refused when it begins in the past, ends before it begins, or lasts too long."""
    if starts_on < timezone.localdate():
        raise Refused(_("Choose today or a later day"))
    if ends_on < starts_on:
        raise Refused(_("The last day must not lie before the first"))
    if ends_on - starts_on > longest:
        raise Refused(_("At most %(days)s days at a time") % {"days": longest.days + 1})


def write(
    unit: Unit, substitute: User, in_place_of: User | None, starts_on: date, ends_on: date, why: str, *, by: User
) -> Substitution:
    """The row and its event. The caller holds the workshop's lock."""
    same = Substitution.objects.filter(unit=unit, substitute=substitute, ended_at__isnull=True)
    if same.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused(_("%(name)s is a substitute there in this period already") % {"name": substitute.name})
    substitution = Substitution.objects.create(
        unit=unit,
        substitute=substitute,
        in_place_of=in_place_of,
        starts_on=starts_on,
        ends_on=ends_on,
        why=why.strip(),
        named_by=by,
    )
    record(
        "stepped_in" if by.pk == substitute.pk else "substitute_named",
        by=by,
        subject=substitution,
        unit=unit.pk,
        substitute=substitute.pk,
        in_place_of=in_place_of.pk if in_place_of else None,
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
    )
    return substitution
