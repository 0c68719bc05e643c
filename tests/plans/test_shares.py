"""The share with a step forward equals a slow and obvious computation, and says whom it counts (L3, F2)."""

import datetime

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from audit.acting import System, acting
from citizens.models import Gender
from plans import content as contents
from plans.content import GoalContent
from plans.models import Abandonment, FollowUp, StepRecord, Version
from plans.progress import progress
from plans.shares import count, share_of
from plans.statuses import Status
from programmes.models import Programme
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.plans import PlanFactory, confirmed_plan, followed_up, goals, nobody_acts, subgoal, subgoals_of
from tests.factories.programmes import MONDAY, ProgrammeFactory

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
STEP = st.integers(1, 5)
# A version: the day of its agreement, whether it is confirmed, and which of four subgoals it holds at what baseline.
VERSION = st.tuples(st.integers(0, 6), st.booleans(), st.dictionaries(st.integers(0, 3), STEP, max_size=4))
# A follow-up: its day, which version was in hand, and the steps that were set.
TALK = st.tuples(st.integers(0, 8), st.integers(0, 2), st.dictionaries(st.integers(0, 3), STEP, max_size=4))
PLAN = st.tuples(st.lists(VERSION, max_size=3), st.lists(TALK, max_size=5), st.sets(st.integers(0, 3)))


def written(plan, versions, talks, given_up):
    """The history in the database; the keys of the four subgoals by their place."""
    keys, rows = {}, []
    for number, (day, is_confirmed, parts) in enumerate(versions, start=1):
        state = {"status": Status.DRAFT}
        if is_confirmed or number < len(versions):  # at most one draft, the last
            agreed = {"citizen_agreed_on": MONDAY + day * DAY, "confirmed_at": "2026-12-01T10:00Z"}
            state = {"status": Status.CONFIRMED, "confirmed_by": plan.programme.caseworker, **agreed}
        version = Version.objects.create(plan=plan, number=number)
        text = [subgoal(f"S{place}", key=keys.get(place), baseline_step=step) for place, step in parts.items()]
        contents.write(version, [GoalContent("G", subgoals=text)], known=set(keys.values()))
        found = dict(zip(parts, subgoals_of(plan), strict=True))
        keys |= {place: row.key for place, row in found.items()}
        rows.append(found)
        Version.objects.filter(pk=version.pk).update(**state)
    for day, version, steps in talks:
        if version < len(rows):
            talk = FollowUp.objects.create(plan=plan, held_on=MONDAY + day * DAY, by=plan.programme.caseworker)
            StepRecord.objects.bulk_create(
                StepRecord(follow_up=talk, subgoal=rows[version][place], step=step)
                for place, step in steps.items()
                if place in rows[version]
            )
    for place in given_up & set(keys):
        row = next(found[place] for found in reversed(rows) if place in found)
        Abandonment.objects.create(plan=plan, subgoal=row, key=row.key, reason="Too far", by=plan.programme.caseworker)


def obvious(versions, talks, until):
    """(followed up, with a step): day by day, subgoal by subgoal."""
    followed, forward = False, False
    for place in range(4):
        baseline = None
        for number, (day, is_confirmed, parts) in enumerate(versions, start=1):
            if (is_confirmed or number < len(versions)) and day <= until and place in parts:
                baseline = parts[place]
        last = None
        for today in range(until + 1):
            for day, version, steps in talks:
                if day == today and version < len(versions) and place in steps and place in versions[version][2]:
                    last = steps[place]
        if baseline is not None and last is not None:
            followed = True
            forward = forward or last > baseline
    return followed, forward


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(PLAN, min_size=1, max_size=4), until=st.integers(0, 9))
def test_the_share_equals_the_obvious_computation(histories, until):
    with transaction.atomic():
        first = ProgrammeFactory()
        same = {
            name: getattr(first, name)
            for name in ("type", "centre", "referring_organisation", "caseworker", "referrer")
        }
        expected = {first.pk: (False, False)}  # without a plan, and in the total
        for versions, talks, given_up in histories:
            plan = PlanFactory(programme=ProgrammeFactory(**same))
            with acting(System("test")):
                written(plan, versions, talks, given_up)
                nobody_acts()
            expected[plan.programme_id] = obvious(versions, talks, until)
            # The same rule where a whole plan is read, on the last day of all.
            assert progress(plan).has_progressed == obvious(versions, talks, 99)[1]
        found = count(Programme.objects.all(), until=MONDAY + until * DAY)
        assert {row.programme: (row.has_follow_up, row.has_step) for row in found} == expected
        share = share_of(found)
        assert share.total == len(histories) + 1
        assert share.progressed == sum(forward for _followed, forward in expected.values())
        assert share.not_followed_up == sum(not followed for followed, _forward in expected.values())
        transaction.set_rollback(True)


@pytest.fixture
def centre():
    return CentreFactory()


def ended(centre, *, step=None, gender="f", on=MONDAY + 30 * DAY, **fields):
    """A programme of the centre that ended, with this step at its only follow-up."""
    programme = ProgrammeFactory(
        centre=centre, citizen__gender=gender, status="completed", ended_on=on, starts_on=MONDAY - 60 * DAY, **fields
    )
    plan = confirmed_plan(programme=programme)
    if step:
        followed_up(plan, {subgoals_of(plan)[0]: step}, on=MONDAY)
    return programme


@pytest.mark.time_machine("2026-12-28T09:00:00+01:00", tick=False)
def test_the_team_leader_reads_the_share_by_type_and_gender_with_its_definition_and_its_cases(signed_in, centre):
    moved, still, unseen = ended(centre, step=3), ended(centre, step=1, gender="m"), ended(centre)
    running = confirmed_plan(programme=ProgrammeFactory(centre=centre)).programme
    foreign = ended(CentreFactory(), step=5)
    client = signed_in(user_with_role(Role.TEAM_LEADER, centre))
    page = client.get(reverse("desk:progression"), {"period": "2026-4", "type": moved.type.key})
    found = page.context["found"]
    line = found.lines[0]
    assert (line.share.progressed, line.share.total, line.share.not_followed_up) == (1, 3, 1)
    assert dict(zip(found.genders, [(one.progressed, one.total) for one in line.genders], strict=True)) == {
        str(Gender.FEMALE.label): (1, 2),
        str(Gender.MALE.label): (0, 1),
    }
    assert found.definition in page.text.replace("&#x27;", "'")
    # Who stands still is on top, and nobody of another centre is there.
    assert [one.programme.pk for one in found.cases] == [unseen.pk, still.pk, moved.pk]
    assert foreign.reference not in page.text
    under_way = client.get(reverse("desk:progression"), {"counted": "running"}).context["found"]
    assert under_way.total.share.total == 4
    assert running.reference not in page.text
    # The step was set after the third quarter.
    assert (
        client.get(reverse("desk:progression"), {"period": "2026-3", "counted": "running"})
        .context["found"]
        .total.share.progressed
        == 0
    )


@pytest.mark.parametrize(
    "query", ["period=9999", "period=x&type=x&counted=x", "type=%E2%98%83", "period=", "period=2026-4&period=1"]
)
def test_any_address_is_a_page(signed_in, centre, query):
    assert signed_in(user_with_role(Role.TEAM_LEADER, centre)).get(f"/figures/steps/?{query}").status_code == 200


def test_the_figures_take_the_same_queries_for_few_and_many(signed_in, centre, django_assert_max_num_queries):
    client = signed_in(user_with_role(Role.TEAM_LEADER, centre))
    address = f"/figures/steps/?type={ended(centre, step=2).type.key}&counted=running"
    client.get(address)
    with django_assert_max_num_queries(25) as few:
        client.get(address)
    for _ in range(6):
        ended(centre, step=2)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert client.get(address).context["found"].total.share.total == 7


@pytest.mark.parametrize("number", [2, 40])
def test_the_curves_take_the_same_queries_however_much_there_is(signed_in, django_assert_max_num_queries, number):
    plan = confirmed_plan(goals(number // 2, 3))
    for day in range(number):
        followed_up(plan, dict.fromkeys(subgoals_of(plan), 1 + day % 5), on=MONDAY + day * DAY)
    client = signed_in(plan.programme.caseworker)
    url = reverse("plans:steps", args=[plan.programme.reference])
    client.get(url)
    with django_assert_max_num_queries(16):
        page = client.get(url)
    assert page.text.count('<svg class="t-chart t-curve') == 1 + 3 * (number // 2)


def test_two_voices_are_told_apart_without_colour(signed_in):
    plan = confirmed_plan()
    talk = followed_up(plan, {subgoals_of(plan)[0]: 2})
    with acting(System("test")):
        talk.steps.update(own_step=4, comment="On time", own_comment="I rise early")
        nobody_acts()
    page = signed_in(plan.programme.caseworker).get(reverse("plans:steps", args=[plan.programme.reference])).text
    drawing = page[page.index("t-chart") :]
    assert 'stroke-dasharray="7 4"' in drawing
    assert "<circle" in drawing
    assert "<rect" in drawing
    for said in ("2 · Once a week", "4 · Three times a week", "On time", "I rise early"):
        assert said in page
