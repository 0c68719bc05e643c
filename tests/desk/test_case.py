import datetime

import pytest
import time_machine
from django.urls import reverse

from audit.models import Access
from tests.desk.cast import NINE, TODAY, AccessFactory, a_case
from tests.factories.accounts import user_with_role
from tests.factories.attendance import SlotFactory
from tests.factories.journal import EntryFactory
from tests.factories.programmes import ProgrammeFactory
from tests.factories.referrals import ReferralFactory
from tests.factories.worklist import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wednesday")]

TEAM, REFERRER, CITIZEN, HEALTH = "team", "shared_referrer", "shared_citizen", "health"
READS = {
    "caseworker": {TEAM, REFERRER, CITIZEN, HEALTH},
    "specialist": {TEAM, REFERRER, CITIZEN, HEALTH},
    "team_leader": {TEAM, REFERRER, CITIZEN},
    "contact_person": {TEAM, REFERRER, CITIZEN},
    "referrer": {REFERRER},
    "citizen": {CITIZEN},
}


@pytest.fixture
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def page(signed_in, user, case, query="") -> str:
    response = signed_in(user).get(reverse("desk:case", args=[case.programme.reference]) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", READS)
def test_each_role_reads_only_its_part_of_the_timeline(signed_in, role):
    """J2: health notes never reach a contact person; a referrer reads what is shared, a citizen their own."""
    case = a_case()
    for audience in (TEAM, REFERRER, CITIZEN, HEALTH):
        EntryFactory(programme=case.programme, audience=audience, body=f"words for {audience}.")
    html = page(signed_in, case.user(role), case)
    assert {audience for audience in (TEAM, REFERRER, CITIZEN, HEALTH) if f"words for {audience}." in html} == READS[
        role
    ]


def test_the_head_says_who_where_in_the_programme_whom_to_call_and_what_now(signed_in):
    """Experience 12."""
    case = a_case(accommodations="Lift 5 kg at most\nA break at ten")
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=datetime.date(2026, 12, 1))
    SlotFactory(placement=case.placement, day=TODAY, starts=datetime.time(13), ends=datetime.time(14))
    html = page(signed_in, case.caseworker, case)
    for words in (
        "Torben Sejersen",
        "Week 2 of 13",
        "Birthe Nørskov",
        "Lift 5 kg at most",
        "Agree on the plan and confirm it",
        "1 day overdue",
        "13:00",
        case.programme.reference,
    ):
        assert words in html


def test_no_page_of_a_case_sends_to_itself(signed_in):
    case = a_case()
    here = reverse("attendance:citizen", args=[case.programme.reference])
    assert "See the attendance" in page(signed_in, case.specialist, case)
    assert "See the attendance" not in signed_in(case.specialist).get(here).content.decode()


def test_a_programme_that_runs_past_its_planned_end_was_to_end_then(signed_in):
    case = a_case(starts_on=TODAY - datetime.timedelta(days=60), ends_on=TODAY - datetime.timedelta(days=1))
    assert "Was to end 1 Dec 2026" in page(signed_in, case.caseworker, case)


@pytest.mark.parametrize("role", ["contact_person", "referrer", "citizen", "team_leader", "specialist"])
def test_why_an_accommodation_is_needed_is_for_the_caseworker(signed_in, role):
    """P16."""
    case = a_case(accommodations="Lift 5 kg at most", accommodations_why="A slipped disc")
    assert "A slipped disc" in page(signed_in, case.caseworker, case)
    html = page(signed_in, case.user(role), case)
    assert "A slipped disc" not in html
    assert "Lift 5 kg at most" in html


def test_a_stranger_meets_no_such_case_and_the_refusal_is_logged(signed_in):
    """T1, T5."""
    case = a_case()
    stranger = user_with_role("caseworker", case.programme.centre)
    assert signed_in(stranger).get(reverse("desk:case", args=[case.programme.reference])).status_code == 404
    assert Access.objects.get(user_id=stranger.pk).kind == Access.Kind.DENIED


def test_a_look_is_logged_with_the_citizen(signed_in):
    """T5."""
    case = a_case()
    page(signed_in, case.caseworker, case)
    look = Access.objects.get(user_id=case.caseworker.pk)
    assert (look.kind, look.citizen_id) == (Access.Kind.VIEW, case.citizen.pk)


def test_a_referrer_of_another_organisation_does_not_see_the_case(signed_in):
    """U1: the same citizen, referred by two organisations, is seen by each in its own programme only."""
    ours, theirs = a_case(), ProgrammeFactory()
    other = ProgrammeFactory(citizen=ours.citizen, centre=ours.programme.centre)
    client = signed_in(other.referrer)
    assert client.get(reverse("desk:case", args=[ours.programme.reference])).status_code == 404
    assert client.get(reverse("desk:case", args=[theirs.reference])).status_code == 404
    html = client.get(reverse("desk:case", args=[other.reference])).content.decode()
    assert ours.programme.reference not in html


def test_other_programmes_and_referrals_of_the_citizen_are_linked(signed_in):
    """P17."""
    case = a_case()
    other = ProgrammeFactory(citizen=case.citizen, centre=case.programme.centre)
    referral = ReferralFactory(
        citizen=case.citizen, centre=case.programme.centre, referring_organisation=case.programme.referring_organisation
    )
    html = page(signed_in, case.team_leader, case)
    assert reverse("desk:case", args=[other.reference]) in html
    assert reverse("referrals:detail", args=[referral.reference]) in html
    assert referral.reference not in page(signed_in, case.contact_person, case)


def test_the_chips_filter_without_script(signed_in):
    """Experience 13."""
    case = a_case()
    EntryFactory(programme=case.programme, kind="missed", body="about attendance")
    EntryFactory(programme=case.programme, kind="plan_confirmed", params={"number": 2}, body="about the plan")
    html = page(signed_in, case.caseworker, case, "?show=attendance")
    assert "about attendance" in html
    assert "about the plan" not in html
    assert "about the plan" in page(signed_in, case.caseworker, case, "?show=nonsense&before=x")


def test_older_entries_are_one_link_away(signed_in):
    case = a_case()
    entries = [EntryFactory(programme=case.programme, body=f"entry {number}.") for number in range(35)]
    first = page(signed_in, case.caseworker, case)
    assert "entry 34." in first
    assert "entry 4." not in first
    older = page(signed_in, case.caseworker, case, f"?before={entries[5].pk}")
    assert "entry 4." in older
    assert "entry 5." not in older


@pytest.mark.parametrize("role", READS)
def test_the_page_costs_the_same_with_2_and_with_60_entries(signed_in, django_assert_max_num_queries, role):
    """At most 12 queries, session, user and log included."""
    case = a_case()
    client = signed_in(case.user(role))
    url = reverse("desk:case", args=[case.programme.reference])
    for number in (2, 58):
        for _ in range(number):
            EntryFactory(programme=case.programme)
        TaskFactory(citizen=case.citizen, for_user=case.caseworker)
        SlotFactory(placement=case.placement, day=TODAY, starts=datetime.time(8 + number % 5), ends=datetime.time(14))
        with django_assert_max_num_queries(12):
            assert client.get(url).status_code == 200


def test_a_protected_name_is_masked(signed_in):
    """Experience 27."""
    case = a_case(citizen__is_protected=True)
    html = page(signed_in, case.caseworker, case)
    assert "Sejersen" not in html
    assert "Protected name" in html


def test_access_that_has_ended_is_no_access(signed_in):
    case = a_case()
    former = user_with_role("specialist", case.programme.centre)
    AccessFactory(
        citizen=case.citizen,
        centre=case.programme.centre,
        role="specialist",
        user=former,
        ends_on=datetime.date(2026, 12, 1),
    )
    assert signed_in(former).get(reverse("desk:case", args=[case.programme.reference])).status_code == 404


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        ("caseworker", {"/referrals/H-1/", "/attendance/missed/1/"}),
        ("team_leader", {"/referrals/H-1/", "/attendance/missed/1/"}),
        ("contact_person", {"/attendance/missed/1/"}),
        ("specialist", set()),
        ("referrer", {"/referrals/H-1/"}),
    ],
)
def test_the_timeline_links_only_to_pages_that_the_reader_may_open(signed_in, role, opens):
    case = a_case()
    shown = {"citizen": case.programme.citizen, "centre": case.programme.centre, "audience": REFERRER}
    shown |= {"referring_organisation": case.programme.referring_organisation, "case": case.programme.reference}
    EntryFactory(kind="referral_submitted", url="/referrals/H-1/", **shown)
    EntryFactory(kind="missed", url="/attendance/missed/1/", **(shown | {"audience": TEAM}))
    text = page(signed_in, case.user(role), case)
    assert {url for url in ("/referrals/H-1/", "/attendance/missed/1/") if f'href="{url}"' in text} == opens
