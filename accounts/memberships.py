"""Giving and ending roles, each from a day until a day (U2)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.codes import signs_in_by_code
from accounts.keeping import HELD_AT, keeping
from accounts.leaving import hand_on
from accounts.letters import send_letter
from accounts.models import Membership, Organisation, Unit, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from core.events import sharing_asked
from core.exceptions import NotAllowed, Refused


def give_role(
    *,
    user: User,
    role: str,
    organisation: Organisation,
    unit: Unit | None,
    starts_on: date,
    ends_on: date | None,
    by: User,
) -> Membership:
    """One more role for a user, who is told by mail. Refused when it is held in the period already."""
    if role not in keeping(by).roles_at(organisation):
        raise NotAllowed
    with acting(by):
        user = User.objects.select_for_update().get(pk=user.pk)
        if signs_in_by_code(user):
            # A citizen's address is nobody's at work: the name behind it is not told (T10), and who came in by a code
            # never works on (T7).
            raise Refused(_("Somebody else signs in with this e-mail address"))
        if not user.is_active:
            raise Refused(_("%(name)s is deactivated. Reactivate the user first.") % {"name": user.name})
        check_sharing(organisation, by)
        check_role(role=role, organisation=organisation, unit=unit, starts_on=starts_on, ends_on=ends_on)
        refuse_overlap(user, role, organisation, unit, starts_on, ends_on)
        membership = Membership.objects.create(
            user=user, organisation=organisation, unit=unit, role=role, starts_on=starts_on, ends_on=ends_on
        )
        record("role_given", by=by, subject=subject_of(user), **told(membership))
        if user.pk != by.pk:
            send_letter(
                "role_given",
                to=user.email,
                language=user.language,
                membership=membership,
                by=by,
                address=settings.SITE_URL,
            )
    return membership


def set_last_day(*, membership: Membership, ends_on: date | None, takers: Mapping[int, User], by: User) -> None:
    """Let the role last to `ends_on`, or without end.

    A day that has come ends the work too: refused without a taker (by organisation) for what nobody would be left
    for, and for the last administrator.
    """
    with acting(by):
        membership = locked(membership, by)
        if ends_on and ends_on < membership.starts_on:
            raise Refused(_("The last day must not lie before the first"))
        if ends_on and ends_on < timezone.localdate() and (membership.ends_on is None or ends_on < membership.ends_on):
            raise Refused(_("The last day must not lie in the past"))
        refuse_overlap(
            membership.user,
            membership.role,
            membership.organisation,
            membership.unit,
            membership.starts_on,
            ends_on,
            but=membership,
        )
        if ends_on:
            refuse_without_administrator(membership, after=ends_on)
        if membership.ends_on and (ends_on is None or ends_on > membership.ends_on):
            check_sharing(membership.organisation, by)
        membership.ends_on = ends_on
        membership.save(update_fields=["ends_on"])
        if ends_on and ends_on <= timezone.localdate():
            hand_on(membership.user, membership.organisation, takers, by=by, without=membership)
        record("role_changed", by=by, subject=subject_of(membership.user), **told(membership))


def take_away(*, membership: Membership, takers: Mapping[int, User], by: User) -> None:
    """The role is gone at the user's next page (T7). Refused like `set_last_day`."""
    with acting(by):
        membership = locked(membership, by)
        if membership.is_over:
            return
        refuse_without_administrator(membership, after=timezone.localdate() - timedelta(days=1))
        hand_on(membership.user, membership.organisation, takers, by=by, without=membership)
        record("role_taken_away", by=by, subject=subject_of(membership.user), **told(membership))
        if membership.starts_on >= timezone.localdate():
            membership.delete()
        else:
            membership.ends_on = timezone.localdate() - timedelta(days=1)
            membership.save(update_fields=["ends_on"])


def check_role(
    *, role: str, organisation: Organisation, unit: Unit | None, starts_on: date, ends_on: date | None
) -> None:
    """Refused in words where such a role cannot be."""
    if role not in HELD_AT[organisation.kind]:
        raise Refused(_("This role cannot be held at %(organisation)s") % {"organisation": organisation.name})
    if organisation.closed_on:
        raise Refused(_("%(name)s is closed. Open it again first.") % {"name": organisation.name})
    if role == Role.CONTACT_PERSON and (unit is None or unit.kind != Unit.Kind.WORKSHOP):
        raise Refused(_("Choose the workshop of the contact person"))
    if unit and unit.organisation_id != organisation.pk:
        raise Refused(_("Choose a unit of %(organisation)s") % {"organisation": organisation.name})
    if unit and unit.closed_on:
        raise Refused(_("%(name)s is closed. Open it again first.") % {"name": unit.name})
    if ends_on and ends_on < max(starts_on, timezone.localdate()):
        raise Refused(_("The last day must not lie before the first or in the past"))


def check_sharing(organisation: Organisation, by: User) -> None:
    """Refused where a new colleague would see citizens of centres with which `by` has nothing to do (U1, ADR 13).

    What an organisation refers to is asked of the apps above. Its own administrators give roles there in any case, and
    so does who administers one of the centres that have its citizens.
    """
    administers = by.reach.organisations_as(Role.ADMINISTRATOR)
    if organisation.is_centre or organisation.pk in administers:
        return
    answers: list[tuple[Any, Any]] = sharing_asked.send(Organisation, organisation=organisation, by=by)
    centres = {centre for _receiver, found in answers for centre in found or []}
    if not centres or centres & administers:
        return
    names = Organisation.objects.filter(pk__in=centres).order_by("name").values_list("name", flat=True)
    raise Refused(
        _("%(organisation)s has citizens at %(centres)s. Ask an administrator there to do it.")
        % {"organisation": organisation.name, "centres": ", ".join(names)}
    )


def refuse_overlap(
    user: User,
    role: str,
    organisation: Organisation,
    unit: Unit | None,
    starts_on: date,
    ends_on: date | None,
    but: Membership | None = None,
) -> None:
    """The same role twice at a time says nothing more. The caller holds the user's lock."""
    same = Membership.objects.filter(user=user, role=role, organisation=organisation, unit=unit)
    same = same.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    if ends_on:
        same = same.filter(starts_on__lte=ends_on)
    if but:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise Refused(_("%(name)s has this role in the period already") % {"name": user.name})


def refuse_without_administrator(membership: Membership, *, after: date) -> None:
    """No centre is left without anybody who administers it. Others' roles count when they last longer."""
    if membership.role != Role.ADMINISTRATOR:
        return
    # Two who leave at the same moment wait for each other here.
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=membership.organisation_id)
    if organisation.closed_on or not organisation.is_centre:
        return
    others = (
        Membership.objects.current()
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=after), organisation=organisation, role=Role.ADMINISTRATOR)
        .filter(user__is_active=True)
        .exclude(user=membership.user_id)
    )
    if not others.exists():
        raise Refused(
            _("%(name)s is the last administrator of %(organisation)s. Give somebody else that role first.")
            % {"name": membership.user.name, "organisation": organisation.name}
        )


def locked(membership: Membership, by: User) -> Membership:
    """The row with its user locked; NotAllowed unless the role is theirs to give.

    An organisation is locked before its people, here and in `accounts.deactivation`.
    """
    if membership.role == Role.ADMINISTRATOR:
        Organisation.objects.select_for_update(no_key=True).get(pk=membership.organisation_id)
    User.objects.select_for_update().get(pk=membership.user_id)
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "organisation", "unit")
        .get(pk=membership.pk)
    )
    if not keeping(by).may_change(membership):
        raise NotAllowed
    return membership


def subject_of(user: User) -> str:
    return f"accounts.user:{user.pk}"


def told(membership: Membership) -> dict[str, Any]:
    """What the audit event says of a role."""
    return {
        "role": membership.role,
        "organisation": membership.organisation_id,
        "unit": membership.unit_id,
        "starts_on": membership.starts_on.isoformat(),
        "ends_on": membership.ends_on.isoformat() if membership.ends_on else None,
    }
