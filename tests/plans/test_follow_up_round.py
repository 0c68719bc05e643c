"""Around a follow-up: what attendance says, putting it off, telling the referrer (L3, A9)."""

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from accounts.roles import Role
from attendance.states import State
from audit.acting import System, acting
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import full_day
from journal.models import Audience, Entry
from plans.content import GoalContent
from plans.evidence.measuring import measured_of
from plans.follow_ups import deferring, summaries
from plans.follow_ups.recording import Mark, record_follow_up
from plans.models import Exemption, FollowUp, Plan, Summary
from programmes.course.lasting import move_end
from tests.factories.accounts import user_with_role
from tests.factories.attendance import SlotFactory
from tests.factories.plans import confirmed_plan, draft_plan, followed_up, goals, subgoal, subgoals_of
from tests.factories.programmes import PlacementFactory
from tests.plans.test_pages import TODAY, in_case, url
from worklist.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
DAY = datetime.timedelta(days=1)


def measured_plan():
    """Share and hours by fifths, hours worded by hand, and a step scale; three of four slots of four hours attended."""
    numbers = {"baseline": "0", "target": "100", "steps": []}
    plan = confirmed_plan(
        [
            GoalContent(
                "Work",
                subgoals=[
                    subgoal("Share", indicator="share", **numbers),
                    subgoal("Hours", indicator="hours", **numbers | {"target": "10 hours"}),
                    subgoal("Worded", indicator="hours"),
                    subgoal("Scale"),
                ],
            )
        ]
    )
    placement = PlacementFactory(programme=plan.programme)
    for number in range(4):
        SlotFactory(
            placement=placement,
            day=datetime.date(2026, 12, 7) + number * DAY,
            state=State.PRESENT if number else State.NO_SHOW,
            agreed_minutes=240,
            attended_minutes=240 if number else 0,
        )
    return plan


def test_attendance_fills_its_figures_in_and_nobody_writes_others(signed_in):
    """L3, A9: 12 of 16 hours, in the three weeks since the programme began."""
    plan = measured_plan()
    share, hours, worded, scale = subgoals_of(plan)
    found = measured_of(plan.programme, subgoals_of(plan), until=TODAY)
    assert (found[share.key].value, found[share.key].step) == (Decimal(75), 4)
    weeks = Decimal((TODAY - plan.programme.starts_on).days + 1) / 7
    assert found[hours.key].value == round(12 / weeks, 2)
    assert found[worded.key].step is None
    assert scale.key not in found
    client = signed_in(plan.programme.caseworker)
    page = client.get(url("follow_up", plan)).text
    for text in ("75", "from attendance", "12 of 16 agreed hours", "It fills itself in"):
        assert text in page
    assert f's-{share.key}-step"' not in page
    data = {"held_on": "14.12.26", "last_seen": "0"}
    data |= {f"s-{share.key}-step": "1", f"s-{share.key}-comment": "A week of illness", f"s-{share.key}-own_step": "5"}
    data |= {f"s-{share.key}-own_comment": "I came when I could"}
    assert client.post(url("follow_up", plan), data).status_code == 302
    rows = {row.subgoal_id: row for row in FollowUp.objects.get().steps.all()}
    assert rows.keys() == {share.pk, hours.pk}
    kept = rows[share.pk]
    assert (kept.step, kept.measured, kept.own_step, kept.comment, kept.own_comment) == (
        4, Decimal(75), 5, "A week of illness", "I came when I could",
    )  # fmt: skip
    assert client.post(url("follow_up", plan), data).status_code == 302
    assert FollowUp.objects.count() == 1


def test_without_anything_registered_the_step_is_chosen_as_ever():
    plan = confirmed_plan(
        [GoalContent("Work", subgoals=[subgoal("Hours", indicator="hours", baseline="0", target="9", steps=[])])]
    )
    [hours] = subgoals_of(plan)
    row = record_follow_up(plan=plan, held_on=TODAY, steps={hours.key: Mark(2)}, by=plan.programme.caseworker)
    assert (row.steps.get().step, row.steps.get().measured) == (2, None)


def test_a_follow_up_is_put_off_with_a_reason_until_a_day(signed_in):
    """L3: due, overdue, exempt."""
    plan = confirmed_plan()
    by = plan.programme.caseworker
    client = signed_in(by)
    due_on = plan.follow_up_due_on
    assert deferring.standing(plan).state == "due"
    page = f"/plans/{plan.programme.reference}/follow-up/put-off/"
    for wrong in (
        {"until": ""}, {"until": "31.12.9999"}, {"until": "14.12.26"}, {"until": "1.6.27"},
        {"why": ""}, {"why": "x" * 301}, {"why": "a\x00b"},
    ):  # fmt: skip
        assert client.post(page, {"until": "10.1.27", "why": "In hospital"} | wrong).status_code == 422
    assert not Exemption.objects.exists()
    for _twice in range(2):
        assert client.post(page, {"until": "10.1.27", "why": "In hospital"}).url == url("detail", plan)
    row = Exemption.objects.get()
    assert (row.was_due_on, row.until, row.by) == (due_on, datetime.date(2027, 1, 10), by)
    plan.refresh_from_db()
    assert deferring.standing(plan).exemption == row
    assert Task.objects.open().get(kind="plan_follow_up").due_on == row.until
    assert "In hospital" in client.get(url("detail", plan)).text
    told = Entry.objects.get(kind="follow_up_put_off")
    assert (told.audience, told.params) == (Audience.TEAM, {"day": "2027-01-10"}), (
        "each reads the day in their language"
    )
    plan.follow_up_due_on = TODAY - DAY
    assert deferring.standing(plan).state == "overdue"
    for wrong_person in (plan.programme.referrer, user_with_role(Role.CASEWORKER, plan.programme.centre)):
        with pytest.raises(NotAllowed):
            deferring.put_off(plan=plan, until=TODAY + 60 * DAY, why="x", by=wrong_person)
    with pytest.raises(Refused):
        deferring.put_off(plan=draft_plan(programme__caseworker=by, programme__centre=plan.programme.centre),
                          until=TODAY + DAY, why="x", by=by)  # fmt: skip


def test_the_referrer_reads_a_summary_of_facts_that_a_person_sent(signed_in):
    """L3, J2: nothing of the talk, and nothing for the workshop to read about health."""
    plan = confirmed_plan([GoalContent("Back", life_area="health", subgoals=[subgoal("Lifts 5 kg")]), *goals()])
    health, work = subgoals_of(plan)
    row = followed_up(plan, {health: 3, work: 1}, on=TODAY, comment="Between us")
    page = f"/plans/{plan.programme.reference}/follow-up/{row.pk}/summary/"
    client = signed_in(plan.programme.caseworker)
    draft = client.get(page).context["form"]["text"].value()
    assert "Lifts 5 kg: fra trin 1 til trin 3" in draft or "from step 1 to step 3" in draft
    assert "Between us" not in draft
    deferring.put_off(plan=plan, until=TODAY + 60 * DAY, why="Away", by=plan.programme.caseworker)
    with override(plan.programme.centre.language):
        assert full_day(TODAY + 60 * DAY) in client.get(page).context["form"]["text"].value()
    assert client.post(page, {"text": ""}).status_code == 422
    assert client.post(page, {"text": "x" * 20_001}).status_code == 422
    assert not Summary.objects.exists()
    for _twice in range(2):
        assert client.post(page, {"text": "Lifts 5 kg: step 3"}).url == url("detail", plan)
    assert client.post(page, {"text": "Another"}).status_code == 409
    assert client.get(page).url == url("detail", plan)
    assert Summary.objects.get().text == "Lifts 5 kg: step 3"
    referrer = signed_in(plan.programme.referrer)
    assert "Lifts 5 kg: step 3" in referrer.get(url("detail", plan)).text
    assert referrer.get(page).status_code == 403
    entry = Entry.objects.get(kind="plan_summary")
    assert (entry.audience, entry.body) == (Audience.REFERRER, "")
    assert "Lifts" not in signed_in(in_case(plan, Role.CONTACT_PERSON)).get(url("detail", plan)).text
    other = confirmed_plan()
    assert signed_in(other.programme.caseworker).get(page).status_code == 404
    with pytest.raises(NotAllowed):
        summaries.send(follow_up=row, text="x", by=plan.programme.referrer)


@pytest.mark.parametrize("name", ["detail", "edit", "confirm", "follow_up"])
def test_a_page_asks_as_often_for_forty_follow_ups_as_for_two(signed_in, name, django_assert_max_num_queries):
    most = 0
    for number in (2, 40):
        plan = confirmed_plan(goals(1, 3))
        for week in range(number):
            followed_up(plan, dict.fromkeys(subgoals_of(plan), 2), on=plan.programme.starts_on + week % 20 * DAY)
        client = signed_in(plan.programme.caseworker)
        client.get(url(name, plan))
        with django_assert_max_num_queries(most or 30) as asked:
            client.get(url(name, plan))
        most = len(asked.captured_queries)


class TestWhenTheEndIsMoved:
    """L3, P3."""

    @staticmethod
    def move(plan, new_end):
        return move_end(
            programme=plan.programme,
            new_end=new_end,
            agreed_with="Torben",
            agreed_on=TODAY,
            reason="Work from then on",
            by=plan.programme.caseworker,
        )

    def due(self, plan):
        task = Task.objects.open().filter(kind="plan_follow_up").first()
        plan.refresh_from_db()
        return plan.follow_up_due_on, task and task.due_on

    def test_a_follow_up_that_would_lie_after_the_end_is_due_on_the_last_day(self):
        plan = confirmed_plan()
        chosen = plan.follow_up_due_on
        self.move(plan, chosen - DAY)
        assert self.due(plan) == (chosen - DAY, chosen - DAY)

    def test_a_day_that_still_fits_stays(self):
        plan = confirmed_plan()
        chosen = plan.follow_up_due_on
        self.move(plan, chosen + DAY)
        self.move(plan, chosen + 300 * DAY)
        assert self.due(plan)[0] == chosen

    def test_where_no_other_was_planned_a_longer_programme_has_its_next(self):
        plan = confirmed_plan()
        last = plan.programme.ends_on
        followed_up(plan, {}, on=TODAY)
        with acting(System("test")):
            Plan.objects.update(follow_up_due_on=None)
        self.move(plan, last + 300 * DAY)
        weeks = plan.programme.type.settings.follow_up.every_weeks
        assert self.due(plan) == (TODAY + weeks * 7 * DAY, TODAY + weeks * 7 * DAY)

    def test_a_plan_that_nobody_agreed_asks_for_no_follow_up(self):
        plan = draft_plan()
        self.move(plan, plan.programme.ends_on + DAY)
        assert self.due(plan) == (None, None)
