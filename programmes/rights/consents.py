"""What a citizen allows: giving a consent later than with the referral, and withdrawing one at any time (R9).

What rests on a consent asks for it whenever it is read, so that a withdrawal ends the sharing at once: the one plan of
two centres (L4, U1), and, where the type says so, everything that the referring organisation sees of the citizen at
the centre.
"""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from citizens.models import CaseAccess, Citizen, Consent
from core.exceptions import NotAllowed, Refused
from programmes.access import grant_referrer
from programmes.checklist.requirements import settle
from programmes.course.pausing import mail_referrer
from programmes.locking import RELATED, locked
from programmes.models import Programme
from programmes.permissions import may_work_on
from programmes.statuses import RUNNING
from programmes.telling import tell_case
from worklist.actions import clear_task, raise_task

# The key of a consent to one plan with another centre; a type's own keys have no colon.
ONE_PLAN = "one_plan:{centre}"
DAYS_TO_AGREE = 2


def consents_of(programme: Programme) -> QuerySet[Consent]:
    """The consents of the case, those that hold first, and those given at another centre that name this one."""
    found = Consent.objects.of_case(programme.citizen_id, programme.centre_id)
    return found.select_related("recorded_by", "withdrawn_by", "centre", "shared_with").order_by(
        "withdrawn_on", "-given_on", "-pk"
    )


def centres_to_share_with(programme: Programme) -> QuerySet[Organisation]:
    """The other centres of the installation."""
    return Organisation.objects.filter(kind=Organisation.Kind.PROVIDER).exclude(pk=programme.centre_id).order_by("name")


def give(
    *,
    programme: Programme,
    given_on: date,
    given_how: str,
    by: User,
    key: str = "",
    centre: Organisation | None = None,
    ends_on: date | None = None,
) -> Consent:
    """Write down a consent: one that the type asks for (`key`), or to one plan with another `centre` (L4).

    Refused for a day in the future, for an end before today, and while one for the same holds. What the referrer saw
    before it was withdrawn opens again, until the consent ends.
    """
    with acting(by):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        today = timezone.localdate()
        if given_on > today:
            raise Refused(_("The day lies in the future"))
        if ends_on and ends_on < today:
            raise Refused(_("The consent would be over already"))
        asked = {one.key: one for one in programme.type.settings.consents}
        if centre is None and key not in asked:
            raise Refused(_("Choose what the citizen allows"))
        key = ONE_PLAN.format(centre=centre.pk) if centre else key
        there = Consent.objects.standing().filter(citizen=programme.citizen, centre=programme.centre, key=key)
        if there.exists():
            raise Refused(_("This consent has been given already"))
        if centre:
            purpose = _("One plan together with %(centre)s") % {"centre": centre.name}
            parties = f"{programme.centre.name}, {centre.name}"
        else:
            purpose = str(asked[key])
            parties = f"{programme.referring_organisation.name}, {programme.centre.name}"
        consent = Consent.objects.create(
            citizen=programme.citizen,
            centre=programme.centre,
            key=key,
            purpose=purpose[:300],
            parties=parties[:500],
            given_on=given_on,
            given_how=given_how,
            ends_on=ends_on,
            shared_with=centre,
            source=f"programmes.programme:{programme.pk}",
            recorded_by=by,
        )
        if key in asked and asked[key].opens_to_referrer:
            grant_referrer(programme)
            if ends_on:
                close_to_referrer(programme, on=ends_on)
        clear_task(kind="consent_withdrawn", source=source_of(programme), by=by)
        settle([programme.pk], by=by)
        write_down("consent_given", programme, consent, by=by)
    return consent


def withdraw(*, consent: Consent, why: str, by: User) -> Consent:
    """The citizen allows it no longer: the sharing ends at once, and each caseworker concerned agrees what now (R9).

    May be written down at either centre that it names. Refused when it is withdrawn already.
    """
    with acting(by, why=why):
        consent = Consent.objects.select_for_update(of=("self",)).select_related("centre").get(pk=consent.pk)
        programmes = concerned(consent)
        if not any(may_work_on(by, programme) for programme in programmes):
            raise NotAllowed
        if consent.withdrawn_on:
            raise Refused(_("The consent is withdrawn already"))
        today = timezone.localdate()
        consent.withdrawn_on, consent.withdrawn_by, consent.withdrawn_why = max(today, consent.given_on), by, why[:300]
        consent.save(update_fields=["withdrawn_on", "withdrawn_by", "withdrawn_why"])
        for programme in programmes:
            if rests_on(programme, consent):
                close_to_referrer(programme, on=today - timedelta(days=1))
                mail_referrer(programme, "consent_withdrawn")
            write_down("consent_withdrawn", programme, consent, by=by, body=why)
            raise_task(
                kind="consent_withdrawn",
                source=source_of(programme),
                due_on=today + timedelta(days=DAYS_TO_AGREE),
                url=reverse("desk:consents", args=[programme.reference]),
                citizen=programme.citizen,
                for_user=programme.caseworker,
            )
        settle([programme.pk for programme in programmes], by=by)
    return consent


def deal_with(*, programme: Programme, by: User) -> None:
    """It is agreed with the citizen how it goes on without the consent: nobody is asked any more."""
    with acting(by):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        clear_task(kind="consent_withdrawn", source=source_of(programme), by=by)
        record("consent_dealt_with", by=by, subject=programme, citizen_id=programme.citizen_id)


def concerned(consent: Consent) -> list[Programme]:
    """The running programmes that the consent is about, in order: at its own centre, and at the one it names."""
    centres = Q(centre=consent.centre_id) | Q(centre=consent.shared_with_id)
    rows = Programme.objects.filter(centres, citizen=consent.citizen_id, status__in=RUNNING)
    return list(rows.select_related(*RELATED).order_by("pk"))


def rests_on(programme: Programme, consent: Consent) -> bool:
    """Whether what the referrer sees of the case rests on this consent, by the programme's type."""
    if programme.centre_id != consent.centre_id:
        return False
    return any(one.key == consent.key and one.opens_to_referrer for one in programme.type.settings.consents)


def close_to_referrer(programme: Programme, *, on: date) -> None:
    """The referring organisation sees nothing more of the citizen at the centre; `on` was the last day."""
    access = CaseAccess.objects.filter(
        citizen=programme.citizen, centre=programme.centre, role=Role.REFERRER,
        organisation=programme.referring_organisation,
    )  # fmt: skip
    access.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on)).update(ends_on=on)


def sharing_centres(citizen: Citizen, centre: Organisation) -> set[int]:
    """The other centres with which the citizen's plan is one, because a consent that holds names both (L4, U1).

    One query.
    """
    rows = Consent.objects.standing().of_case(citizen.pk, centre.pk).filter(shared_with__isnull=False)
    pairs = rows.values_list("centre", "shared_with")
    return {one for pair in pairs for one in pair if one is not None and one != centre.pk}


def source_of(programme: Programme) -> str:
    return f"programmes.consents:{programme.pk}"


def write_down(what: str, programme: Programme, consent: Consent, *, by: User, body: str = "") -> None:
    record(what, by=by, subject=programme, citizen_id=programme.citizen_id, consent=consent.pk)
    tell_case(
        what,
        programme,
        by=by,
        body=body,
        url=reverse("desk:consents", args=[programme.reference]),
        purpose=consent.purpose,
    )
