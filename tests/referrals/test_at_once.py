"""Two at the same moment, on real connections."""

import datetime
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from citizens.identity import parse_number
from citizens.models import Citizen
from core.exceptions import Refused
from programmes.models import Programme
from programmes.placements.schedules import WeekSlot
from referrals import actions
from referrals.models import Move, Referral
from referrals.statuses import Status
from referrals.submission import AlreadyOpen, Person, StatedGoal, StatedSubgoal, Submission, submit
from tests.factories.accounts import JobCentreFactory, user_with_role
from tests.factories.programmes import ProgrammeTypeFactory
from tests.factories.referrals import DraftFactory, ReferralFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call gave or raised, all begun at the same moment on connections of their own."""
    barrier = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(position: int, call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[position] = call()
        except Exception as error:
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def submission(cast, type=None) -> Submission:
    number = parse_number("140389-0001", "DK")
    return Submission(
        person=Person(number, number.birth_date, number.gender, "Øjvind", "Ærtebjerg"),
        type=type or cast.type,
        centre=cast.centre,
        context="job_clarification",
        legal_basis="§ 32",
        reason="Because",
        wished_start=datetime.date(2026, 11, 30),
        weeks=13,
        weekly_hours=9,
        goals=[StatedGoal("work", "Work", subgoals=[StatedSubgoal("Comes", "share")])],
    )


def draft_of(cast, organisation=None, type=None):
    organisation = organisation or cast.job_centre
    return DraftFactory(
        type=type or cast.type, centre=cast.centre, referring_organisation=organisation,
        referrer=user_with_role("referrer", organisation),
    )  # fmt: skip


def test_the_same_draft_submitted_by_two_is_one_referral(cast):
    """R4, T12."""
    referral = draft_of(cast)
    send = lambda: submit(referral=referral, submission=submission(cast), by=referral.referrer)  # noqa: E731
    assert at_once(send, send, send) == [referral] * 3
    assert Citizen.objects.count() == 1
    assert Move.objects.count() == 1
    assert Referral.objects.get().goals.count() == 1


def test_two_organisations_with_the_same_new_number_write_one_citizen(cast):
    """U1, R4: of the same type one is received and the other is told."""
    drafts = [draft_of(cast), draft_of(cast, JobCentreFactory())]
    results = at_once(
        *(lambda one=one: submit(referral=one, submission=submission(cast), by=one.referrer) for one in drafts)
    )
    assert sorted(type(result).__name__ for result in results) == ["AlreadyOpen", "Referral"]
    assert any(isinstance(result, AlreadyOpen) for result in results)
    assert Citizen.objects.count() == 1
    assert sorted(Referral.objects.values_list("status", flat=True)) == ["draft", "submitted"]


def test_two_types_at_once_for_the_same_new_number_are_two_referrals_of_one_citizen(cast):
    other = ProgrammeTypeFactory(key="other")
    drafts = [(draft_of(cast), cast.type), (draft_of(cast, JobCentreFactory(), other), other)]
    results = at_once(
        *(
            lambda one=one, type=type: submit(referral=one, submission=submission(cast, type), by=one.referrer)
            for one, type in drafts
        )
    )
    assert all(isinstance(result, Referral) for result in results), results
    assert Citizen.objects.count() == 1
    assert Referral.objects.filter(status=Status.SUBMITTED).count() == 2


def acceptance(cast, referral):
    return lambda: actions.accept(
        referral=referral,
        starts_on=datetime.date(2026, 11, 30),
        weeks=13,
        caseworker=cast.caseworker,
        workshop=cast.workshop,
        week=[WeekSlot(1, datetime.time(8), datetime.time(11))],
        by=cast.leader,
    )


def test_two_leaders_accepting_make_one_programme(cast):
    """R5, T13."""
    referral = ReferralFactory(type=cast.type, centre=cast.centre)
    results = at_once(acceptance(cast, referral), acceptance(cast, referral))
    assert sorted(type(result).__name__ for result in results) == ["Programme", "Refused"]
    assert Programme.objects.count() == 1


def test_the_last_place_goes_to_one(cast):
    """R5, T13."""
    from audit.acting import System, acting

    cast.workshop.places = 1
    with acting(System("test")):
        cast.workshop.save()
    referrals = [ReferralFactory(type=cast.type, centre=cast.centre) for _ in range(2)]
    results = at_once(*(acceptance(cast, referral) for referral in referrals))
    assert sorted(type(result).__name__ for result in results) == ["Programme", "Refused"]
    assert cast.workshop.unit.name in str(next(result for result in results if isinstance(result, Refused)))


def test_the_last_place_of_a_type_goes_to_one_of_two_leaders(cast):
    """P10, T13: one is saved, the other reads which municipality has none left; a lent place counts as one."""
    definition = {
        **cast.type.definition,
        "uses_workshops": False,
        "intake": "any",
        "capacity": {
            "quotas": [{"municipality": "Hagfors", "places": 0}, {"municipality": "Forshaga", "places": 1}],
            "can_be_lent": True,
        },
    }
    kind = ProgrammeTypeFactory(key="shared", definition=definition)
    own = ReferralFactory(type=kind, centre=cast.centre, municipality="Forshaga")
    borrowing = ReferralFactory(type=kind, centre=cast.centre, municipality="Hagfors")
    leaders = [cast.leader, user_with_role("team_leader", cast.centre)]

    def accepting(referral, lent_from, leader):
        return lambda: actions.accept(
            referral=referral,
            starts_on=datetime.date(2026, 11, 30),
            weeks=13,
            caseworker=cast.caseworker,
            lent_from=lent_from,
            by=leader,
        )

    results = at_once(accepting(own, "", leaders[0]), accepting(borrowing, "Forshaga", leaders[1]))
    assert sorted(type(result).__name__ for result in results) == ["Programme", "Refused"], results
    # A thread of its own reads Danish.
    assert "ingen ledig plads" in str(next(result for result in results if isinstance(result, Refused)))
