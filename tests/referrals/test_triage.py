import datetime

import pytest
import time_machine
from django.urls import reverse

from audit.acting import System, acting
from audit.models import Access, Event
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from messaging.models import OutgoingMail
from programmes.models import Programme
from programmes.placements.schedules import WeekSlot
from programmes.places.closing_days import write_public_holidays
from referrals import actions
from referrals.models import Referral
from referrals.statuses import MOVES, Status
from referrals.triage import TriageForm
from tests.factories.accounts import CentreFactory, JobCentreFactory, user_with_role
from tests.factories.programmes import PlacementFactory, ProgrammeFactory
from tests.factories.referrals import ReferralFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
WEEK = [WeekSlot(1, datetime.time(8), datetime.time(11)), WeekSlot(3, datetime.time(8), datetime.time(11))]


def referral_of(cast, **fields):
    fields = {"type": cast.type, "centre": cast.centre, "referring_organisation": cast.job_centre} | fields
    return ReferralFactory(referrer=cast.referrer, **fields)


def choice(cast, **change):
    return {
        "starts_on": "2026-11-30", "weeks": "13", "caseworker": str(cast.caseworker.pk),
        "workshop": str(cast.workshop.pk), "from_1": "8.00", "until_1": "11.00", "from_3": "0800", "until_3": "11:00",
        "go": "accept",
    } | change  # fmt: skip


def decision(cast, **change):
    return {
        "starts_on": datetime.date(2026, 11, 30), "weeks": 13, "caseworker": cast.caseworker,
        "workshop": cast.workshop, "week": WEEK, "by": cast.leader,
    } | change  # fmt: skip


def url(name, referral):
    return reverse(f"referrals:{name}", args=[referral.reference])


def test_accepting_makes_a_programme_with_schedule_and_tells_the_referrer(cast, signed_in):
    """R2, R5."""
    referral = referral_of(cast)
    page = signed_in(cast.leader).post(url("triage", referral), choice(cast))
    assert page.headers["Location"] == reverse("referrals:queue")
    referral.refresh_from_db()
    programme = Programme.objects.get()
    assert (referral.status, referral.programme) == (Status.ACCEPTED, programme)
    assert programme.reference == "F-2026-000001"
    assert (programme.starts_on, programme.ends_on) == (datetime.date(2026, 11, 30), datetime.date(2027, 2, 28))
    assert programme.caseworker == cast.caseworker
    assert (programme.accommodations, programme.accommodations_why) == ("Lift 5 kg at most", "A bad back")
    slots = programme.placements.get().slots.values_list("weekday", "starts", "ends")
    assert list(slots) == [(slot.weekday, slot.starts, slot.ends) for slot in WEEK]
    move = referral.moves.last()
    assert (move.status, move.by) == (Status.ACCEPTED, cast.leader)
    assert (referral.decided_by, referral.decided_at is not None) == (cast.leader, True)
    mail = OutgoingMail.objects.get(to=cast.referrer.email)
    assert referral.reference in mail.subject
    assert "Ærtebjerg" not in mail.subject + mail.body
    entry = Entry.objects.visible_to(cast.referrer).get(kind="referral_accepted")
    assert entry.params == {"start": "2026-11-30"}
    assert Event.objects.filter(verb="referral_accepted").exists()
    assert Programme.objects.visible_to(cast.caseworker).get() == programme


def test_the_plan_of_other_apps_follows_in_the_same_transaction(cast):
    """A receiver that refuses undoes the acceptance."""
    from core.events import referral_accepted

    def refuse(**signal):
        raise Refused("no")

    referral = referral_of(cast)
    referral_accepted.connect(refuse)
    try:
        with pytest.raises(Refused):
            actions.accept(referral=referral, **decision(cast))
    finally:
        referral_accepted.disconnect(refuse)
    referral.refresh_from_db()
    assert referral.status == Status.SUBMITTED
    assert not Programme.objects.exists()


def test_starts_are_the_next_mondays_and_the_first_after_the_wish_is_chosen(cast):
    referral = referral_of(cast, wished_start=datetime.date(2026, 12, 3))
    form = TriageForm(referral=referral, judged=False)
    assert [start.day.isoformat() for start in form.starts[:3]] == ["2026-11-23", "2026-11-30", "2026-12-07"]
    assert form.initial["starts_on"] == "2026-12-07"
    assert (form.initial["from_1"], form.initial["until_1"]) == ("7:30", "10:30")


def test_an_intake_on_easter_monday_moves_to_tuesday_and_says_so(cast, signed_in):
    """R5."""
    with acting(System("test")):
        write_public_holidays(cast.centre, [2027])
    referral = referral_of(cast, wished_start=datetime.date(2027, 3, 29))
    with time_machine.travel("2027-03-22T08:12:00+01:00"):
        client = signed_in(cast.leader)
        page = client.get(url("triage", referral)).content.decode()
        assert '<option value="2027-03-30" selected>Tuesday 30 March, because Monday 29 March is closed' in page
        with pytest.raises(Refused, match="Intake is on Mondays"):
            actions.accept(referral=referral, **decision(cast, starts_on=datetime.date(2027, 3, 29)))
        assert client.post(url("triage", referral), choice(cast, starts_on="2027-03-29")).status_code == 422
        assert client.post(url("triage", referral), choice(cast, starts_on="2027-03-30")).status_code == 302
    programme = Programme.objects.get()
    assert programme.starts_on == datetime.date(2027, 3, 30)
    assert programme.ends_on == datetime.date(2027, 6, 27)


@pytest.mark.parametrize("starts_on", ["2026-12-01", "2026-11-16", "0001-01-01", "9999-12-27", "x", "\x00", ""])
def test_another_day_is_no_start(cast, signed_in, starts_on):
    referral = referral_of(cast)
    page = signed_in(cast.leader).post(url("triage", referral), choice(cast, starts_on=starts_on))
    assert page.status_code == 422
    assert not Programme.objects.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"from_1": "7.00"}, "Outside opening hours (7:30-14:30)"),
        ({"from_5": "8", "until_5": "14.15"}, "Outside opening hours (7:30-14:00)"),
        ({"until_1": "8.00"}, "The end must be after the start"),
        ({"until_1": ""}, "Write both from and until, or leave the day empty"),
        ({"from_1": "25.00"}, "Write the time as 7:30"),
        ({"from_1": "", "until_1": "", "from_3": "", "until_3": ""}, "Agree at least one day a week"),
        ({"weeks": "0"}, "Write a number from 1 to 260"),
        ({"caseworker": "999999"}, "Select a valid choice"),
        ({"workshop": "x"}, "Select a valid choice"),
    ],
)
def test_a_wrong_choice_is_told_beside_the_field_and_kept(cast, signed_in, change, message):
    """P5."""
    referral = referral_of(cast)
    page = signed_in(cast.leader).post(url("triage", referral), choice(cast, **change))
    assert page.status_code == 422
    text = page.content.decode()
    assert "<title>Error: " in text
    assert message in text
    assert not Programme.objects.exists()


def test_a_full_workshop_takes_nobody(cast, signed_in):
    """R5: not even from the team leader; the page says it beforehand, and the action holds."""
    cast.workshop.places = 1
    with acting(System("test")):
        cast.workshop.save()
    PlacementFactory(programme=ProgrammeFactory(centre=cast.centre), workshop=cast.workshop)
    referral = referral_of(cast)
    client = signed_in(cast.leader)
    assert "Wood, full · Poul Skaarup" in client.get(url("triage", referral)).content.decode()
    page = client.post(url("triage", referral), choice(cast))
    assert page.status_code == 422
    assert "No free places in Wood on that date" in page.content.decode()
    with pytest.raises(Refused, match="No free places"):
        actions.accept(referral=referral, **decision(cast))


def test_a_stranger_is_neither_caseworker_nor_workshop(cast):
    referral = referral_of(cast)
    elsewhere = CentreFactory()
    with pytest.raises(Refused):
        actions.accept(referral=referral, **decision(cast, caseworker=user_with_role("caseworker", elsewhere)))
    with pytest.raises(Refused):
        actions.accept(referral=referral, **decision(cast, workshop=PlacementFactory().workshop))


def test_a_citizen_with_a_running_programme_of_the_type_is_not_accepted_again(cast):
    """R4."""
    running = ProgrammeFactory(centre=cast.centre, type=cast.type)
    referral = referral_of(cast, citizen=running.citizen)
    with pytest.raises(Refused, match=running.reference):
        actions.accept(referral=referral, **decision(cast))


def test_showing_the_places_of_another_day_changes_nothing(cast, signed_in):
    referral = referral_of(cast)
    page = signed_in(cast.leader).post(url("triage", referral), choice(cast, starts_on="2026-12-07", go="show"))
    assert page.status_code == 200
    assert "Places on Monday 7 December" in page.content.decode()
    assert not Programme.objects.exists()


@pytest.mark.parametrize("move", ["reject", "ask"])
def test_a_reason_or_question_is_demanded(cast, signed_in, move):
    """R2."""
    referral = referral_of(cast)
    for words in ["", "  ", "x" * 20_001, "a\x00b"]:
        page = signed_in(cast.leader).post(url(move, referral), {"words": words})
        assert page.status_code == 422
    referral.refresh_from_db()
    assert referral.status == Status.SUBMITTED


def test_rejecting_says_why_to_the_referrer(cast, signed_in):
    """R2."""
    referral = referral_of(cast)
    signed_in(cast.leader).post(url("reject", referral), {"words": "The citizen lives too far away."})
    referral.refresh_from_db()
    assert (referral.status, referral.decision_reason) == (Status.REJECTED, "The citizen lives too far away.")
    assert "rejected" in OutgoingMail.objects.get(to=cast.referrer.email).subject
    page = signed_in(cast.referrer).get(url("detail", referral)).content.decode()
    assert "The citizen lives too far away." in page


def test_a_question_goes_back_and_forth_and_the_task_clears_itself(cast, signed_in):
    """R7, J6."""
    referral = referral_of(cast)
    leader, referrer = signed_in(cast.leader), signed_in(cast.referrer)
    leader.post(url("ask", referral), {"words": "Is an interpreter needed?"})
    task = Task.objects.visible_to(cast.referrer).due().get()
    assert (task.kind, task.url) == ("answer_question", url("detail", referral))
    assert "Is an interpreter needed?" in referrer.get(url("answer", referral)).content.decode()
    assert leader.post(url("triage", referral), choice(cast), follow=True).status_code == 200
    assert not Programme.objects.exists()
    assert referrer.post(url("answer", referral), {"words": "No."}).status_code == 302
    referral.refresh_from_db()
    assert referral.status == Status.SUBMITTED
    assert not Task.objects.open().exists()
    assert [move.why for move in referral.moves.all()] == ["", "Is an interpreter needed?", "No."]
    assert "No." in leader.get(url("detail", referral)).content.decode()


def test_a_colleague_of_the_referrer_may_answer_and_withdraw(cast, signed_in):
    colleague = user_with_role("referrer", cast.job_centre)
    referral = referral_of(cast)
    actions.ask(referral=referral, question="?", by=cast.leader)
    assert signed_in(colleague).post(url("answer", referral), {"words": "Yes"}).status_code == 302
    assert signed_in(colleague).post(url("withdraw", referral), {"words": "Moved away"}).status_code == 302
    referral.refresh_from_db()
    assert (referral.status, referral.decision_reason) == (Status.WITHDRAWN, "Moved away")
    assert OutgoingMail.objects.filter(to=cast.leader.email, subject__contains="withdrawn").exists()


def test_the_waiting_list_is_left_by_accepting(cast, signed_in):
    referral = referral_of(cast)
    client = signed_in(cast.leader)
    client.post(url("waiting_list", referral), {"words": ""})
    referral.refresh_from_db()
    assert referral.status == Status.WAITING_LIST
    assert client.post(url("triage", referral), choice(cast)).status_code == 302
    assert Programme.objects.count() == 1


@pytest.mark.parametrize("name", ["triage", "reject", "ask", "waiting_list"])
def test_a_stale_page_gets_a_friendly_word(cast, signed_in, name):
    referral = referral_of(cast)
    actions.reject(referral=referral, why="Too far away", by=cast.leader)
    data = choice(cast) if name == "triage" else {"words": "x"}
    page = signed_in(cast.leader).post(url(name, referral), data, follow=True)
    assert page.status_code == 200
    assert "Its status is now: rejected" in page.content.decode()
    assert referral.moves.count() == 2


@pytest.mark.parametrize("name", ["triage", "reject", "ask", "waiting_list", "health"])
def test_the_referrer_sees_but_does_not_decide(cast, signed_in, name):
    referral = referral_of(cast)
    assert signed_in(cast.referrer).post(url(name, referral), {"words": "x"}).status_code == 403


@pytest.mark.parametrize("name", ["answer", "withdraw", "edit", "autosave", "throw_away"])
def test_the_leader_sees_but_does_not_act_for_the_referrer(cast, signed_in, name):
    referral = referral_of(cast)
    assert signed_in(cast.leader).post(url(name, referral), {"words": "x"}).status_code == 403


def outsiders(cast):
    return [
        user_with_role("referrer", JobCentreFactory()),
        user_with_role("team_leader", CentreFactory()),
        user_with_role("caseworker", cast.centre),
        user_with_role("citizen", cast.centre),
        user_with_role("administrator", cast.centre),
        cast.contact,
    ]


def test_a_foreign_referral_does_not_exist_and_the_denial_is_logged(cast, signed_in):
    """T1, T5: other job centre, other centre, a caseworker without access, citizen, administrator, workshop."""
    referral = referral_of(cast)
    for user in outsiders(cast):
        client = signed_in(user)
        for name in ["detail", "edit", "triage", "answer", "withdraw", "reject", "ask", "waiting_list", "health"]:
            assert client.get(url(name, referral)).status_code == 404, (user.role, name)
            assert client.post(url(name, referral), {"words": "x"}).status_code == 404, (user.role, name)
        assert Access.objects.filter(user_id=user.pk, kind="denied").exists()
    referral.refresh_from_db()
    assert referral.status == Status.SUBMITTED


def test_actions_ask_who_themselves(cast):
    referral = referral_of(cast)
    for user in [cast.referrer, *outsiders(cast)]:
        with pytest.raises(NotAllowed):
            actions.accept(referral=referral, **decision(cast, by=user))
        with pytest.raises(NotAllowed):
            actions.reject(referral=referral, why="x", by=user)
        with pytest.raises(NotAllowed):
            actions.ask(referral=referral, question="x", by=user)
        with pytest.raises(NotAllowed):
            actions.put_on_waiting_list(referral=referral, why="", by=user)
    for user in [cast.leader, *outsiders(cast)]:
        with pytest.raises(NotAllowed):
            actions.withdraw(referral=referral, why="x", by=user)
        with pytest.raises(NotAllowed):
            actions.answer(referral=referral, answer="x", by=user)


def test_only_the_moves_of_the_table_are_possible(cast):
    """R2: every state against every action."""
    acts = {
        Status.REJECTED: lambda one: actions.reject(referral=one, why="x", by=cast.leader),
        Status.INFORMATION_REQUESTED: lambda one: actions.ask(referral=one, question="x", by=cast.leader),
        Status.WAITING_LIST: lambda one: actions.put_on_waiting_list(referral=one, why="", by=cast.leader),
        Status.WITHDRAWN: lambda one: actions.withdraw(referral=one, why="x", by=cast.referrer),
        Status.SUBMITTED: lambda one: actions.answer(referral=one, answer="x", by=cast.referrer),
        Status.ACCEPTED: lambda one: actions.accept(referral=one, **decision(cast)),
    }
    for state in [
        Status.SUBMITTED,
        Status.INFORMATION_REQUESTED,
        Status.WAITING_LIST,
        Status.REJECTED,
        Status.WITHDRAWN,
    ]:
        for to, act in acts.items():
            one = referral_of(cast, status=state, decision_reason="x")
            if to in MOVES[state]:
                act(one)
                one.refresh_from_db()
                assert one.status == to
            else:
                with pytest.raises(Refused):
                    act(one)


def test_the_health_reason_is_on_no_page_of_the_workshop_and_needs_a_reason_of_the_leader(cast, signed_in):
    """P16, J2: not in the queue, not in triage, not on the referral until it is said why; that is logged."""
    referral = referral_of(cast, accommodations_why="SECRET-DIAGNOSIS")
    leader = signed_in(cast.leader)
    for page in [
        reverse("referrals:queue"),
        url("triage", referral),
        url("detail", referral),
        reverse("referrals:list"),
    ]:
        assert "SECRET-DIAGNOSIS" not in leader.get(page).content.decode()
    assert leader.post(url("health", referral), {"words": ""}).status_code == 422
    shown = leader.post(url("health", referral), {"words": "To choose the workshop"})
    assert "SECRET-DIAGNOSIS" in shown.content.decode()
    assert Access.objects.filter(user_id=cast.leader.pk, what__contains="To choose the workshop").exists()
    assert "SECRET-DIAGNOSIS" in signed_in(cast.referrer).get(url("detail", referral)).content.decode()
    leader.post(url("triage", referral), choice(cast))
    assert "SECRET-DIAGNOSIS" in signed_in(cast.caseworker).get(url("detail", referral)).content.decode()
    contact = signed_in(cast.contact)
    assert contact.get(url("detail", referral)).status_code == 404
    assert contact.get(reverse("referrals:list")).status_code == 403
    assert contact.get(reverse("referrals:queue")).status_code == 403


def test_the_queue_shows_the_oldest_first_and_its_length_does_not_cost(cast, signed_in, django_assert_num_queries):
    """R5; sets, not loops."""
    client = signed_in(cast.leader)

    def filled(days):
        for ago in days:
            with time_machine.travel(datetime.datetime(2026, 11, 23 - ago, 9, tzinfo=datetime.UTC)):
                referral_of(cast, submitted_at=datetime.datetime(2026, 11, 23 - ago, 9, tzinfo=datetime.UTC))

    filled([3, 11])
    client.get(reverse("referrals:queue"))
    with django_assert_num_queries(QUEUE_QUERIES):
        page = client.get(reverse("referrals:queue")).content.decode()
    assert page.index("11 days") < page.index("3<span")
    filled([1, 2, 4, 5, 6, 7, 8, 9, 10])
    with django_assert_num_queries(QUEUE_QUERIES):
        client.get(reverse("referrals:queue"))


QUEUE_QUERIES = 17


def test_the_referral_of_a_protected_citizen_shows_no_name_and_telephone(cast, signed_in):
    """Experience 27."""
    referral = referral_of(cast, citizen__is_protected=True, citizen__phone="99 88 77 66")
    for page in [reverse("referrals:queue"), url("detail", referral), url("triage", referral)]:
        text = signed_in(cast.leader).get(page).content.decode()
        assert "Ærtebjerg" not in text
        assert "99 88 77 66" not in text


def test_reading_a_referral_is_logged(cast, signed_in):
    """T5."""
    referral = referral_of(cast)
    signed_in(cast.leader).get(url("detail", referral))
    assert Access.objects.filter(
        user_id=cast.leader.pk, what=referral.reference, citizen_id=referral.citizen_id
    ).exists()
    assert Referral.objects.get().version == 1
