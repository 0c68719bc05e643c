import datetime

import pytest
import time_machine
from django.urls import reverse

from audit.acting import System, acting
from programmes.models import ClosingDay
from referrals.models import Move
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.accounts import UserFactory, user_with_role
from tests.factories.attendance import MissedFactory, SlotFactory
from tests.factories.base import Factory
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.journal import EntryFactory
from tests.factories.meetings import MeetingFactory, at
from tests.factories.programmes import PlacementFactory, ProgrammeFactory
from tests.factories.referrals import DraftFactory, ReferralFactory
from tests.factories.worklist import TaskFactory

pytestmark = pytest.mark.django_db

ROLES = ["caseworker", "team_leader", "contact_person", "referrer", "specialist", "citizen"]


class ClosingDayFactory(Factory):
    class Meta:
        model = ClosingDay


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def start_page(signed_in, user) -> str:
    response = signed_in(user).get("/")
    assert response.status_code == 200
    return response.content.decode()


def missing(case, **fields):
    fields = {"day": TODAY, **fields}
    return MissedFactory(slot=SlotFactory(placement=case.placement, **fields))


@pytest.mark.parametrize("role", ["caseworker", "contact_person", "team_leader"])
def test_who_is_missing_comes_first_with_the_number_to_call(signed_in, role):
    """Experience 8, A4."""
    case = a_case(citizen__phone="00 12 34 56")
    flag = missing(case)
    SlotFactory(placement__workshop=case.placement.workshop, day=TODAY, state="present")
    html = start_page(signed_in, case.user(role))
    assert "Torben Sejersen has not come and has not sent word." in html
    assert 'href="tel:00123456"' in html
    assert reverse("attendance:contact", args=[flag.pk]) in html


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_another_case_is_shown(signed_in, role):
    """T1."""
    own, other = a_case(), a_case("Hemmelig", "Fremmed")
    for case in (own, other):
        missing(case)
        TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=TODAY)
        EntryFactory(programme=case.programme, author=None)
        ReferralFactory(
            citizen__first_name=case.citizen.first_name,
            citizen__last_name=case.citizen.last_name,
            centre=case.programme.centre,
            referring_organisation=case.programme.referring_organisation,
        )
    html = start_page(signed_in, own.user(role))
    assert "Fremmed" not in html
    assert other.programme.reference not in html


def test_a_follow_up_that_was_made_leaves_the_page(signed_in):
    case = a_case()
    flag = missing(case)
    with_actor(flag, followed_up_at=datetime.datetime(2026, 12, 2, 8, tzinfo=datetime.UTC))
    assert "has not come" not in start_page(signed_in, case.caseworker)


def with_actor(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    with acting(System("test")):
        row.save()


def test_the_caseworker_sees_deadlines_by_urgency_and_each_leads_to_its_action(signed_in):
    """J6, experience 9."""
    case = a_case()
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=datetime.date(2026, 12, 4), url="/later/")
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=datetime.date(2026, 11, 30), url="/overdue/")
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=datetime.date(2027, 1, 4), url="/next-year/")
    html = start_page(signed_in, case.caseworker)
    assert html.index('href="/overdue/"') < html.index('href="/later/"')
    assert "2 days overdue" in html
    assert "/next-year/" not in html


def test_a_task_of_a_colleague_is_not_mine(signed_in):
    case = a_case()
    TaskFactory(citizen=case.citizen, for_user=case.team_leader, due_on=TODAY, url="/not-mine/")
    assert "/not-mine/" not in start_page(signed_in, case.caseworker)


def test_a_calm_day_says_so(signed_in):
    """Experience 25."""
    case = a_case()
    assert "Nothing is due today." in start_page(signed_in, case.caseworker)


def test_the_contact_person_sees_how_far_the_register_is(signed_in):
    """Experience 6."""
    case = a_case()
    SlotFactory(placement=case.placement, day=TODAY)
    html = start_page(signed_in, case.contact_person)
    assert "1 not marked" in html
    assert reverse("attendance:register", args=[case.placement.workshop.pk, TODAY]) in html


def test_a_missing_register_is_the_team_leaders_first_thing_and_accuses_nobody(signed_in):
    """A5, F1."""
    case = a_case()
    SlotFactory(placement=case.placement, day=TODAY)
    html = start_page(signed_in, case.team_leader)
    assert f"The register of {case.placement.workshop} is missing." in html
    assert "has not come" not in html


def test_the_team_leader_sees_the_referral_that_waited_longest(signed_in):
    """R5, F1."""
    case = a_case()
    for days in (3, 11):
        ReferralFactory(
            citizen__first_name=f"Waits{days}",
            centre=case.programme.centre,
            submitted_at=datetime.datetime(2026, 12, 2, 8, tzinfo=datetime.UTC) - datetime.timedelta(days=days),
        )
    html = start_page(signed_in, case.team_leader)
    assert "referral has waited 11 days" in html
    assert html.index("Waits11") < html.index("Waits3 ")


def test_a_referral_that_waits_for_an_answer_is_not_the_team_leaders_to_decide(signed_in):
    """R2."""
    case = a_case()
    referral = asked(case)
    html = start_page(signed_in, case.team_leader)
    assert reverse("referrals:triage", args=[referral.reference]) not in html


def test_the_team_leader_sees_starts_of_the_week_and_the_workload(signed_in):
    """F1, P13."""
    case = a_case()
    ProgrammeFactory(
        centre=case.programme.centre, starts_on=datetime.date(2026, 11, 30), citizen__first_name="Nystartet"
    )
    html = start_page(signed_in, case.team_leader)
    assert "Nystartet" in html
    assert case.caseworker.name in html
    assert "room for 24" in html


def asked(case, **fields):
    referral = ReferralFactory(
        centre=case.programme.centre,
        referring_organisation=case.programme.referring_organisation,
        status="information_requested",
        **fields,
    )
    with acting(System("test")):
        Move.objects.create(
            referral=referral,
            status="information_requested",
            by=case.team_leader,
            why="Does she need an interpreter?",
            at=datetime.datetime(2026, 12, 1, 9, tzinfo=datetime.UTC),
        )
    return referral


def test_a_centre_without_workshops_is_not_asked_for_registers(signed_in):
    """What is not used is not shown; its places are."""
    leader = user_with_role("team_leader", ProgrammeFactory().centre)
    html = start_page(signed_in, leader)
    for word in ("Workshops today", "Here now", "Missed today", "To be called"):
        assert word not in html
    assert reverse("referrals:capacity") in html


def test_a_referrer_is_told_what_to_do(signed_in):
    """Experience 9: do I need to do anything?"""
    case = a_case()
    referral = asked(case)
    html = start_page(signed_in, case.referrer)
    assert "Yes, one thing." in html
    assert "Does she need an interpreter?" in html
    assert reverse("referrals:detail", args=[referral.reference]) in html


def test_a_referrer_with_nothing_to_do_is_told_that_too(signed_in):
    case = a_case()
    DraftFactory(
        referrer=case.referrer,
        centre=case.programme.centre,
        referring_organisation=case.programme.referring_organisation,
    )
    html = start_page(signed_in, case.referrer)
    assert "<b>No.</b>" in html
    assert "1 draft is not submitted yet." in html


def test_a_delivered_note_waits_to_be_read_by_its_own_organisation_only(signed_in):
    """C4."""
    case, other = a_case(), a_case()
    ClosingNoteFactory(programme=case.programme, delivered=True)
    assert "1 closing note is new." in start_page(signed_in, case.referrer)
    assert "closing note is new" not in start_page(signed_in, other.referrer)


def test_the_weekend_says_when_work_goes_on(signed_in):
    case = a_case()
    ClosingDayFactory(centre=case.programme.centre, day=datetime.date(2026, 12, 7), name="Planning day")
    with time_machine.travel("2026-12-05 10:00:00+01:00", tick=False):
        for role in ("caseworker", "contact_person", "team_leader"):
            assert "The next working day is Tuesday 8 December." in start_page(signed_in, case.user(role))


def test_a_closing_day_is_named(signed_in):
    case = a_case()
    ClosingDayFactory(centre=case.programme.centre, day=TODAY, name="Planning day")
    assert "Closed today: Planning day." in start_page(signed_in, case.caseworker)


def test_the_citizen_sees_plan_days_and_attendance_of_their_own(signed_in):
    case = a_case()
    SlotFactory(placement=case.placement, day=TODAY + datetime.timedelta(days=1))
    SlotFactory(placement=case.placement, day=TODAY - datetime.timedelta(days=1), state="present")
    html = start_page(signed_in, case.citizen_user)
    assert reverse("desk:own_plan") in html
    assert "Thursday 3 December" in html
    assert "4 of 4 hours" in html


def test_the_steering_group_sees_figures_and_never_fewer_than_five(signed_in):
    """F2, experience 22."""
    case = a_case()
    member = user_with_role("steering_group", case.programme.centre)
    html = start_page(signed_in, member)
    assert "Sejersen" not in html
    assert "&lt; 5" in html
    for _ in range(5):
        ProgrammeFactory(centre=case.programme.centre)
    assert ">6" in start_page(signed_in, member)


def test_the_administrator_sees_counts_and_no_case(signed_in):
    case = a_case()
    missing(case)
    html = start_page(signed_in, user_with_role("administrator", case.programme.centre))
    assert "Organisations" in html
    assert "Sejersen" not in html


def test_a_user_without_a_role_is_told_whom_to_ask(signed_in):
    assert "You hold no role today." in start_page(signed_in, UserFactory())


@pytest.mark.parametrize("role", ["caseworker", "contact_person", "team_leader"])
def test_a_protected_name_is_masked(signed_in, role):
    """Experience 27."""
    case = a_case(citizen__is_protected=True)
    missing(case)
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=TODAY)
    html = start_page(signed_in, case.user(role))
    assert "Sejersen" not in html
    assert "Protected name" in html


@pytest.mark.parametrize("role", ROLES)
def test_the_page_costs_the_same_for_one_case_and_for_ten(signed_in, django_assert_max_num_queries, role):
    case = a_case()
    client = signed_in(case.user(role))
    add_everything(case, case.programme, case.placement)
    client.get("/")
    with django_assert_max_num_queries(30) as first:
        client.get("/")
    for _ in range(9):
        placement = PlacementFactory(
            programme__centre=case.programme.centre,
            programme__caseworker=case.caseworker,
            workshop=case.placement.workshop,
            programme__referring_organisation=case.programme.referring_organisation,
            programme__referrer=case.referrer,
        )
        add_everything(case, placement.programme, placement)
    with django_assert_max_num_queries(len(first.captured_queries)):
        client.get("/")


def add_everything(case, programme, placement):
    MissedFactory(slot=SlotFactory(placement=placement, day=TODAY))
    TaskFactory(citizen=programme.citizen, for_user=case.caseworker, due_on=TODAY)
    TaskFactory(citizen=programme.citizen, for_leaders_of=programme.centre, due_on=TODAY)
    EntryFactory(programme=programme, author=None)
    asked(case)


@pytest.mark.parametrize("role", ["caseworker", "contact_person", "specialist", "team_leader"])
def test_meetings_stand_by_their_hour_and_only_ones_own(signed_in, role):
    """J3."""
    case, other = a_case(), a_case("Hemmelig", "Fremmed")
    meeting = MeetingFactory(
        programme=case.programme,
        starts_at=at("2026-12-02 13:15"),
        ends_at=at("2026-12-02 14:00"),
        users=[case.user(role)],
    )
    MeetingFactory(
        programme=other.programme,
        starts_at=at("2026-12-02 14:15"),
        ends_at=at("2026-12-02 15:00"),
        users=[other.caseworker],
    )
    html = start_page(signed_in, case.user(role))
    assert "Meetings today" in html
    assert "13:15" in html
    assert reverse("meetings:detail", args=[meeting.pk]) in html
    assert "Fremmed" not in html


def test_a_meeting_that_is_over_asks_what_became_of_it(signed_in):
    """J3."""
    case = a_case()
    MeetingFactory(
        programme=case.programme,
        starts_at=at("2026-12-02 07:30"),
        ends_at=at("2026-12-02 08:15"),
        users=[case.caseworker],
    )
    assert "not recorded" in start_page(signed_in, case.caseworker)


@pytest.mark.parametrize("role", [*ROLES, "administrator"])
def test_no_page_has_more_than_five_groups(signed_in, role):
    """Experience 9."""
    case = a_case()
    user = user_with_role(role, case.programme.centre) if role == "administrator" else case.user(role)
    add_everything(case, case.programme, case.placement)
    MeetingFactory(
        programme=case.programme,
        starts_at=at("2026-12-02 13:15"),
        ends_at=at("2026-12-02 14:00"),
        users=[case.user(role)] if role != "administrator" else [case.caseworker],
    )
    assert start_page(signed_in, user).count('class="t-cardhead"') <= 5


def test_ones_own_task_is_ticked_off_here_and_undone(signed_in):
    """Experience 9, 19."""
    case = a_case()
    task = TaskFactory(for_user=case.caseworker, kind="own", due_on=TODAY, params={"text": "Order the taxi"})
    client = signed_in(case.caseworker)
    assert f'action="/tasks/{task.pk}/done/?back=/"' in client.get("/").content.decode()
    answer = client.post(f"/tasks/{task.pk}/done/?back=/", follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert f'action="/tasks/{task.pk}/undo/?back=%2F"' in answer.content.decode()


def test_what_is_put_off_is_not_on_the_page_until_its_day(signed_in):
    """J6."""
    case = a_case()
    TaskFactory(
        citizen=case.citizen,
        for_user=case.caseworker,
        due_on=TODAY,
        url="/put-off/",
        snoozed_until=TODAY + datetime.timedelta(days=1),
        snoozed_by=case.caseworker,
        snooze_reason="waits",
    )
    assert "/put-off/" not in start_page(signed_in, case.caseworker)
    with time_machine.travel("2026-12-03 09:00:00+01:00", tick=False):
        assert "/put-off/" in start_page(signed_in, case.caseworker)
