"""Activities: planned, attended, missed and counted, for one citizen and for a group (P8)."""

import datetime
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Access, Event
from core.events import user_leaving
from core.exceptions import NotAllowed, Refused
from desk.activities.pages import groups_of, offered_at
from journal.models import Entry
from programmes.activities import Details, plan, record_outcome, series
from programmes.course.ending import interrupt
from programmes.models import Activity
from tests.desk.cast import NINE, TODAY, Case, a_case
from tests.factories.accounts import user_with_role
from tests.factories.activities import ActivityFactory, named, type_with
from tests.factories.programmes import ClosingDayFactory, ProgrammeFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case() -> Case:
    return a_case(type=type_with())


def planned(case: Case, *, by: User | None = None, days=(TODAY,), batch: uuid.UUID | None = None, **details):
    return plan(
        programmes=[case.programme],
        details=Details(**{"kind": "guidance", **details}),
        days=days,
        batch=batch or uuid.uuid4(),
        by=by or case.caseworker,
    )


def sent(**more) -> dict:
    return {"kind": "guidance", "day": "2.12.2026", "times": "1", "batch": str(uuid.uuid4()), **more}


def test_from_planning_a_series_to_one_tap_and_its_undo(signed_in, case):
    """P8: the timeline tells what stands; what was undone stays, struck out."""
    client, reference = signed_in(case.caseworker), case.programme.reference
    ClosingDayFactory(centre=case.programme.centre, day=datetime.date(2026, 12, 9))
    form = sent(times="3", starts="10", ends="11.30", place="Hall", remark="Bring shoes")
    for _twice in range(2):  # sent twice it is one (T12)
        assert client.post(reverse("desk:new_activity", args=[reference]), form).status_code == 302
    first, last = Activity.objects.all()
    assert [first.day, last.day] == [TODAY, datetime.date(2026, 12, 16)]  # the centre is closed in between
    url = reverse("desk:activity", args=[reference, first.pk])
    client.post(url, {"status": "attended", "seen": "planned"})
    html = client.get(reverse("desk:activities", args=[reference])).content.decode()
    assert "Recorded: took part" in html
    assert f"{url}?status=planned&amp;seen=attended" in html
    assert client.post(f"{url}?status=planned&seen=attended").status_code == 302
    client.post(url, {"status": "missed", "seen": "planned", "remark": "Ill"})
    first.refresh_from_db()
    assert (first.status, first.remark, first.recorded_by) == ("missed", "Ill", case.caseworker)
    told = [(entry.kind, entry.struck_at is None, entry.audience) for entry in Entry.objects.order_by("pk")]
    assert told == [
        ("activity_series", True, "team"),
        ("activity_attended", False, "team"),
        ("activity_missed", True, "team"),
    ]
    client.post(reverse("desk:activity", args=[reference, last.pk]), {"status": "attended", "seen": "planned"})
    last.refresh_from_db()
    assert last.status == "planned"  # the day has not come
    assert Access.objects.filter(citizen_id=case.citizen.pk, what__contains="activities of").exists()


def test_the_same_form_with_something_else_in_it_is_refused(signed_in, case):
    """T12: for a group, for another citizen, for another activity; nobody gets an error page."""
    batch = uuid.uuid4()
    planned(case, batch=batch)
    other = ProgrammeFactory(type=case.programme.type, centre=case.programme.centre, caseworker=case.caseworker)
    client = signed_in(case.caseworker)
    kind = next(one.key for one in case.programme.type.settings.activities if one.is_group)
    group = sent(batch=str(batch), kind=kind, citizens=[case.programme.pk])
    assert client.post(reverse("desk:new_group"), group).status_code == 422
    again = sent(batch=str(batch))
    assert client.post(reverse("desk:new_activity", args=[other.reference]), again).status_code == 422
    with pytest.raises(Refused):
        planned(case, batch=batch, kind=kind)
    assert Activity.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("day", day) for day in ("", "1.1.0001", "31.12.9999", "1.1.2026", "x" * 20_001)),
        ("until", "1.12.2026"),
        ("times", "53"),
        ("kind", "none"),
        ("kind", "\0"),
        ("ends", "9"),
        ("led_by", "999999"),
        ("remark", "x" * 301),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_stays_typed(signed_in, case, field, value):
    form = sent(place="In the hall of the house", starts="10", **{field: value})
    answer = signed_in(case.caseworker).post(reverse("desk:new_activity", args=[case.programme.reference]), form)
    assert answer.status_code == 422
    assert "In the hall of the house" in answer.content.decode()
    assert not Activity.objects.exists()


def test_what_tells_about_health_is_an_appointment_to_the_workshop_and_nothing_to_the_referrer(signed_in):
    """J2, P8: neither on the page nor on the timeline"""
    offered = [named("talks_with_a_psychologist", is_health=True)]
    case = a_case(type=type_with("with_talks", activities=offered))
    [one] = planned(case, kind="talks_with_a_psychologist", place="Clinic")
    record_outcome(activity=one, status="attended", by=case.caseworker)
    sees = {}
    for role in ("caseworker", "specialist", "citizen", "contact_person", "referrer"):
        client, reference = signed_in(case.user(role)), case.programme.reference
        text = client.get(reverse("desk:activities", args=[reference])).text
        timeline = client.get(reverse("desk:case", args=[reference]), follow=True).text
        sees[role] = ("psychologist" in text, "Clinic" in text, "psychologist" in timeline, "Appointment" in text)
    assert sees == {
        "caseworker": (True, True, True, False),
        "specialist": (True, True, True, False),
        "citizen": (True, True, False, False),
        "contact_person": (False, False, False, True),
        "referrer": (False, False, False, False),
    }


def test_each_role_sees_and_does_its_part(signed_in, case):
    """P8, J2: staff read remarks, the workshop and the citizen only when and where, the referrer the counts."""
    [one] = planned(case, place="Hall", remark="Afraid of dogs", led_by_name="Dr Winther")
    record_outcome(activity=one, status="attended", by=case.caseworker)
    sees = {}
    for role in ("caseworker", "team_leader", "specialist", "contact_person", "citizen", "referrer"):
        html = signed_in(case.user(role)).get(reverse("desk:activities", args=[case.programme.reference]))
        text = html.content.decode()
        sees[role] = ("Guidance" in text, "Hall" in text, "Afraid of dogs" in text, "Winther" in text)
        if role not in ("caseworker", "team_leader"):
            with pytest.raises(NotAllowed):
                record_outcome(activity=one, status="planned", by=case.user(role))
            with pytest.raises(NotAllowed):
                planned(case, by=case.user(role))
    everything, where, counts = (True,) * 4, (True, True, False, False), (True, False, False, False)
    assert sees == {
        "caseworker": everything,
        "team_leader": everything,
        "specialist": everything,
        "contact_person": where,
        "citizen": where,
        "referrer": counts,
    }


def test_a_specialist_of_the_team_plans_and_records_their_own(case):
    """P8: and nothing that somebody else leads."""
    member = TeamMemberFactory(programme=case.programme).user
    [own] = planned(case, by=member, led_by=member)
    assert record_outcome(activity=own, status="attended", by=member).recorded_by == member
    [others] = planned(case)
    with pytest.raises(NotAllowed):
        record_outcome(activity=others, status="attended", by=member)
    with pytest.raises(Refused, match="what you lead yourself"):
        planned(case, by=member)
    with pytest.raises(NotAllowed):
        record_outcome(activity=own, status="planned", by=user_with_role("specialist", case.programme.centre))


def test_a_group_is_planned_for_those_one_works_with_and_recorded_in_one_list(signed_in, case):
    """P8."""
    second = ProgrammeFactory(type=case.programme.type, centre=case.programme.centre, caseworker=case.caseworker)
    foreign = ProgrammeFactory(type=case.programme.type, centre=case.programme.centre)
    client = signed_in(case.caseworker)
    page = client.get(reverse("desk:new_group") + "?kind=walk").content.decode()
    assert second.reference in page
    assert foreign.reference not in page
    form = sent(kind="walk", citizens=[case.programme.pk, second.pk])
    assert client.post(reverse("desk:new_group"), {**form, "citizens": [foreign.pk]}).status_code == 422
    answer = client.post(reverse("desk:new_group"), form)
    assert answer.status_code == 302
    group = Activity.objects.first().group
    assert answer["Location"] == reverse("desk:group", args=[group])
    mine = Activity.objects.get(programme=case.programme)
    client.post(answer["Location"], {"pk": mine.pk, "status": "missed", "seen": "planned"})
    client.post(answer["Location"], {"everybody": "attended"})
    assert set(Activity.objects.values_list("programme", "status")) == {
        (case.programme.pk, "missed"),
        (second.pk, "attended"),
    }
    assert [(one.people, one.recorded, one.is_due) for one in groups_of(case.caseworker)] == [(2, 2, False)]
    for stranger in (user_with_role("caseworker", case.programme.centre), case.specialist):
        assert signed_in(stranger).get(answer["Location"]).status_code == 404
    assert signed_in(case.contact_person).get(reverse("desk:groups")).status_code == 403
    with pytest.raises(NotAllowed):
        plan(programmes=[foreign], details=Details("walk"), days=[TODAY], batch=uuid.uuid4(), by=case.caseworker)


def test_what_a_stale_page_says_changes_nothing(case):
    """T13."""
    [one] = planned(case)
    record_outcome(activity=one, status="missed", seen="planned", by=case.caseworker)
    with pytest.raises(Refused, match="meanwhile"):
        record_outcome(activity=one, status="attended", seen="planned", by=case.team_leader)
    again = record_outcome(activity=one, status="missed", seen="planned", by=case.team_leader)
    assert again.recorded_by == case.caseworker


def test_the_centre_counts_what_was_offered_in_two_queries(signed_in, case, django_assert_num_queries):
    """P8: by kind and period; what was cancelled was not offered. For the team leader alone."""
    for status in ("attended", "attended", "missed", "cancelled", "planned"):
        ActivityFactory(programme=case.programme, status=status)
    ActivityFactory(programme=case.programme, day=datetime.date(2027, 1, 5))
    with django_assert_num_queries(2):
        [row] = offered_at([case.programme.centre_id], datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))
    assert (row.name, row.offered, row.attended, row.missed, row.waiting, row.citizens) == ("Guidance", 4, 2, 1, 1, 1)
    url = reverse("desk:offered")
    assert "Guidance" in signed_in(case.team_leader).get(url + "?quarter=nonsense").content.decode()
    assert signed_in(case.caseworker).get(url).status_code == 403


@pytest.mark.parametrize("page", ["case", "group", "groups", "new_group"])
def test_the_pages_cost_the_same_for_2_and_for_30(signed_in, django_assert_max_num_queries, page, case):
    """Sets, not loops."""
    client, group, spent = signed_in(case.team_leader), uuid.uuid4(), []
    url = {
        "case": reverse("desk:activities", args=[case.programme.reference]),
        "group": reverse("desk:group", args=[group]),
        "groups": reverse("desk:groups"),
        "new_group": reverse("desk:new_group") + "?kind=walk",
    }[page]
    for number in (2, 28):
        for _more in range(number):
            of = (
                case.programme
                if page == "case"
                else ProgrammeFactory(
                    type=case.programme.type, centre=case.programme.centre, caseworker=case.caseworker
                )
            )
            shared = {"group": group, "kind": "walk"} if page == "group" else {"group": uuid.uuid4(), "kind": "walk"}
            ActivityFactory(programme=of, **shared)
        client.get(url)
        with django_assert_max_num_queries(20) as queries:
            assert client.get(url).status_code == 200
        spent.append(len(queries))
    assert spent[0] == spent[1]


def test_a_group_of_six_costs_what_a_group_of_two_costs(case):
    """P8: sets, not loops."""
    programme = case.programme
    crowd = [
        ProgrammeFactory(type=programme.type, centre=programme.centre, caseworker=case.caseworker) for _ in range(6)
    ]
    taken = []
    for some in (crowd[:2], crowd[:2], crowd):  # what is asked once about the user is asked the first time
        with CaptureQueriesContext(connection) as queries:
            plan(
                programmes=some, details=Details("walk"), days=[TODAY, TODAY + datetime.timedelta(weeks=1)],
                batch=uuid.uuid4(), is_group=True, by=case.caseworker,
            )  # fmt: skip
        taken.append(len(queries))
    assert taken[1] == taken[2]


def test_an_ended_programme_has_nothing_ahead_and_a_series_knows_its_limits(case):
    today, later = planned(case, days=series(TODAY, until=datetime.date(2026, 12, 9)))
    interrupt(programme=case.programme, on=TODAY, why="Moved away", by=case.team_leader)
    today.refresh_from_db()
    later.refresh_from_db()
    assert (today.status, later.status) == ("planned", "cancelled")
    assert later.recorded_by == case.team_leader
    assert Event.objects.filter(verb="activity_cancelled").values_list("subject", flat=True).get() == later.source
    with pytest.raises(Refused, match="The programme ends on"):
        record_outcome(activity=later, status="planned", by=case.team_leader)
    with pytest.raises(Refused):
        planned(case)
    assert len(series(TODAY, times=500)) == 52


def test_what_somebody_who_leaves_was_to_lead_is_the_takers(case):
    """U2: what was attended stays theirs."""
    taker = user_with_role("caseworker", case.programme.centre)
    done, ahead = planned(case, days=series(TODAY, times=2), led_by=case.caseworker)
    record_outcome(activity=done, status="attended", by=case.caseworker)
    user_leaving.send(User, user=case.caseworker, taker=taker, by=case.team_leader)
    done.refresh_from_db()
    ahead.refresh_from_db()
    assert (done.led_by, ahead.led_by) == (case.caseworker, taker)
    assert Event.objects.get(verb="activity_handed_over").subject == ahead.source


@pytest.mark.django_db(transaction=True)
def test_two_who_record_the_same_at_once_are_one_saved_and_one_told(case):
    """T13: threads."""
    [one] = planned(case)

    def say(status: str, by: User) -> str:
        try:
            record_outcome(activity=one, status=status, seen="planned", by=by)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return status

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(say, ("attended", "missed"), (case.caseworker, case.team_leader)))
    one.refresh_from_db()
    assert sorted(answers) == sorted(["refused", one.status])
    assert Entry.objects.filter(source=one.source, struck_at__isnull=True).exclude(kind="activity_planned").count() == 1
