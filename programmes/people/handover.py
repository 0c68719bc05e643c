"""What a caseworker or a referrer who leaves hands on: the running programmes and the access to their cases (U2).

Authorship stays: an ended programme keeps its caseworker.
"""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.leaving import OpenWork
from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from audit.acting import Actor, acting
from audit.log import record_each
from citizens.models import CaseAccess
from journal.models import Audience, Entry
from programmes.access import source_of
from programmes.locking import locked_each
from programmes.models import Programme
from programmes.people.coordination import roles_coordinated
from programmes.places.capacity import caseloads
from worklist.actions import clear_task, raise_task
from worklist.models import Task

CHOOSE_CASEWORKER = "choose_caseworker"


def run_by(user: User, centre: Organisation | None) -> QuerySet[Programme]:
    """The running programmes whose caseworker the user is, at one centre or at all."""
    found = Programme.objects.running().filter(caseworker=user)
    return found.filter(centre=centre) if centre else found


def referred_by(user: User, organisation: Organisation | None) -> QuerySet[Programme]:
    """The running programmes whose referrer the user is: news about them goes there."""
    found = Programme.objects.running().filter(referrer=user)
    return found.filter(referring_organisation=organisation) if organisation else found


def open_programmes(
    sender: object, *, user: User, organisation: Organisation | None, **kwargs: object
) -> list[OpenWork]:
    """Answer `work_asked`. Three queries."""
    running, referred = run_by(user, organisation).count(), referred_by(user, organisation).count()
    return [
        OpenWork(
            ngettext("%(count)s running programme", "%(count)s running programmes", running) % {"count": running},
            running,
            {Role.CASEWORKER},
        ),
        *(
            OpenWork(
                ngettext(
                    "%(count)s programme of a colleague, as its coordinator",
                    "%(count)s programmes of colleagues, as their coordinator",
                    coordinated,
                )
                % {"count": coordinated},
                coordinated,
                {role},
            )
            for role, coordinated in roles_coordinated(user, organisation).items()
        ),
        OpenWork(
            ngettext(
                "%(count)s citizen in a programme, as their referrer",
                "%(count)s citizens in programmes, as their referrer",
                referred,
            )
            % {"count": referred},
            referred,
            {Role.REFERRER},
        ),
    ]


def loads(sender: object, *, user: User, organisation: Organisation, **kwargs: object) -> dict[int, str]:
    """Answer `load_asked`: how many programmes each caseworker runs, and whether these make too many (P13)."""
    more = run_by(user, organisation).count()
    if not more:
        return {}
    found = {}
    for load in caseloads(organisation):
        words = {"running": load.running, "sum": load.running + more, "ceiling": load.ceiling}
        if load.running + more > load.ceiling:
            found[load.caseworker.pk] = (
                _("%(running)s programmes, %(sum)s with these, more than the %(ceiling)s one should have") % words
            )
        else:
            found[load.caseworker.pk] = _("%(running)s programmes, %(sum)s with these, of at most %(ceiling)s") % words
    return found


def hand_over_programmes(
    sender: object,
    *,
    user: User,
    taker: User | None,
    by: User,
    organisation: Organisation | None = None,
    **kwargs: object,
) -> None:
    """Follow `user_leaving`: one statement per table; each case's timeline and log tell of the new caseworker."""
    if taker is None:
        return
    with acting(by, why="handed over"):
        cases = locked_each(run_by(user, organisation))
        move_cases(cases, user, taker, by=by)
        for centre in {programme.centre_id for programme in cases}:
            clear_task(kind=CHOOSE_CASEWORKER, source=question_about(user.pk, centre), by=by)
        referred = locked_each(referred_by(user, organisation))
        Programme.objects.filter(pk__in=[programme.pk for programme in referred]).update(referrer=taker)
        write_events("referrer_changed", referred, user, taker, by=by)


def ask_who_takes_over(*, today: date, by: Actor) -> int:
    """Put before a centre's team leaders whose role as caseworker has run out although they have running programmes.

    Returns how many they are; one who got the role again is asked about no longer. Safe to run twice (U2).
    """
    role = Membership.objects.current(today).filter(
        user=OuterRef("caseworker"), organisation=OuterRef("centre"), role=Role.CASEWORKER
    )
    without = (
        Programme.objects.running()
        .filter(~Exists(role) | Q(caseworker__is_active=False))
        .order_by("caseworker", "centre")
        .distinct("caseworker", "centre")
        .select_related("caseworker", "centre")
    )
    with acting(by):
        sources = []
        for programme in without:
            user, centre = programme.caseworker, programme.centre
            sources.append(question_about(user.pk, centre.pk))
            raise_task(
                kind=CHOOSE_CASEWORKER,
                source=sources[-1],
                due_on=today,
                url=reverse("accounts:hand_over", args=[user.pk, centre.pk]),
                for_leaders_of=centre,
                name=user.name,
            )
        settled = Task.objects.open().filter(kind=CHOOSE_CASEWORKER).exclude(source__in=sources)
        settled.update(done_at=timezone.now())
    return len(sources)


def question_about(user: int, centre: int) -> str:
    return f"accounts.user:{user}@{centre}"


def move_cases(cases: list[Programme], user: User, taker: User, *, by: User) -> None:
    Programme.objects.filter(pk__in=[programme.pk for programme in cases]).update(caseworker=taker)
    today = timezone.localdate()
    sources = [source_of(programme) for programme in cases]
    CaseAccess.objects.filter(user=user, role=Role.CASEWORKER, source__in=sources).update(
        ends_on=today - timedelta(days=1)
    )
    CaseAccess.objects.bulk_create(
        [
            CaseAccess(
                citizen_id=programme.citizen_id,
                centre_id=programme.centre_id,
                role=Role.CASEWORKER,
                user=taker,
                starts_on=today,
                source=source_of(programme),
            )
            for programme in cases
        ],
        update_conflicts=True,
        unique_fields=["citizen", "centre", "role", "user", "organisation", "unit", "source"],
        update_fields=["ends_on"],
    )
    write_events("caseworker_changed", cases, user, taker, by=by)
    Entry.objects.bulk_create(
        Entry(
            kind="new_caseworker",
            citizen_id=programme.citizen_id,
            centre_id=programme.centre_id,
            case=programme.reference,
            referring_organisation_id=programme.referring_organisation_id,
            author=by,
            audience=Audience.REFERRER,
            params={"name": taker.name, "before": user.name},
        )
        for programme in cases
    )


def write_events(verb: str, cases: list[Programme], user: User, taker: User, *, by: User) -> None:
    of = [(programme.reference, programme.citizen_id) for programme in cases]
    record_each(verb, by=by, of=of, before=user.pk, after=taker.pk)
