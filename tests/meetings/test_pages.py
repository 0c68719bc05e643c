"""The pages of meetings: forms that keep what was typed, warnings before anybody is invited, files (J3)."""

import datetime

import icalendar
import pytest
import time_machine
from django.urls import reverse

from meetings.models import Meeting, MeetingTask
from messaging.models import OutgoingMail
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.meetings import MeetingFactory, MeetingTaskFactory, at
from tests.factories.programmes import ClosingDayFactory

pytestmark = pytest.mark.django_db
UID = "4b3f4f0e-8e0c-4d0b-9d11-0d9f5c1b7a10"
NO_ROWS = {"outside-TOTAL_FORMS": "1", "outside-INITIAL_FORMS": "0"}
NO_TASKS = {"tasks-TOTAL_FORMS": "1", "tasks-INITIAL_FORMS": "0"}


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


@pytest.fixture
def client(case, signed_in):
    return signed_in(case.caseworker)


def filled(**changed) -> dict:
    return {
        **NO_ROWS,
        "uid": UID,
        "kind": "follow_up",
        "day": "3.12.26",
        "starts": "10",
        "ends": "11.30",
        "means": "in_person",
        "place": "Room 4",
        "with_citizen": "on",
        "seen": "",
        **changed,
    }


def book(client, case, **changed):
    return client.post(reverse("meetings:new", args=[case.programme.reference]), filled(**changed))


def test_a_meeting_is_booked_by_times_as_people_write_them(client, case):
    response = book(
        client,
        case,
        users=[case.contact_person.pk, case.referrer.pk],
        **{"outside-0-name": "Dr Holm", "outside-0-organisation": "The surgery", "outside-0-email": "holm@example.org"},
    )
    meeting = Meeting.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("meetings:detail", args=[meeting.pk])
    assert (meeting.starts_at, meeting.ends_at) == (at("2026-12-03 10:00"), at("2026-12-03 11:30"))
    assert [str(one) for one in meeting.participants.all()] == [
        case.contact_person.name,
        case.referrer.name,
        "Dr Holm, The surgery",
    ]
    book(client, case, users=[case.contact_person.pk])
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "1.1.0001"}, "day"),
        ({"day": "31.12.9999"}, "day"),
        ({"day": "32.13.26"}, "day"),
        ({"starts": "12", "ends": "11"}, "ends"),
        ({"starts": "11", "ends": "11"}, "ends"),
        ({"starts": "kl. 25"}, "starts"),
        ({"place": ""}, "place"),
        ({"place": "x" * 201}, "place"),
        ({"place": "Room\x00"}, "place"),
        ({"purpose": "x" * 20_001}, "purpose"),
        ({"kind": "coffee"}, "kind"),
        ({"users": ["999999"]}, "users"),
        ({"users": ["one"]}, "users"),
        ({"uid": "no"}, "uid"),
        ({"day": "28.3.27", "starts": "2.30", "ends": "4"}, "starts"),
        ({"outside-0-email": "holm@example.org"}, None),
        ({"outside-0-name": "Dr Holm", "outside-0-email": "holm@"}, None),
        ({"outside-TOTAL_FORMS": "many"}, None),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_changed(client, case, changed, field):
    """Experience 17, T21: reversed, empty, year 1 and 9999, a time that spring takes away, NUL bytes."""
    response = book(client, case, **{"companion": "Søster Inger", **changed})
    assert response.status_code == 422
    assert "Søster Inger" in response.content.decode()
    assert "<title>Error:" in response.content.decode().replace("\n", "")
    if field:
        assert field in response.context["form"].errors
    assert Meeting.objects.count() == 0


def test_warnings_are_shown_once_before_anybody_is_invited(client, case):
    """J3: double-booked, closing day, outside hours, past; none of them forbids."""
    other = a_case("Inger", "Fremmed", centre=case.programme.centre)
    MeetingFactory(programme=other.programme, users=(case.contact_person,))
    MeetingFactory(programme=case.programme, starts_at=at("2026-12-03 11:00"))
    response = book(client, case, users=[case.contact_person.pk])
    text = response.content.decode()
    assert response.status_code == 200
    assert Meeting.objects.count() == 2
    assert OutgoingMail.objects.count() == 0
    assert "Birthe Nørskov has another meeting from 10:00 to 11:00." in text
    assert "The citizen has another meeting from 11:00 to 12:00." in text
    assert "Inger" not in text.replace("Søster Inger", "")
    seen = response.context["form"]["seen"].value()
    assert book(client, case, users=[case.contact_person.pk], seen=seen).status_code == 302
    assert Meeting.objects.count() == 3


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"day": "1.12.26"}, "The time is past"),
        ({"starts": "20", "ends": "21"}, "outside working hours"),
        ({"day": "5.12.26"}, "not open on that weekday"),
        ({"day": "3.12.27"}, "outside the programme"),
        ({"place": "Home of Torben"}, "Leave the citizen"),
        ({"day": "25.12.26"}, "Christmas"),
    ],
)
def test_each_warning_has_its_words(client, case, changed, words):
    ClosingDayFactory(centre=case.programme.centre, day=datetime.date(2026, 12, 25), name="Christmas")
    response = book(client, case, **changed)
    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_second_editor_sees_both_texts(client, case):
    """T13"""
    meeting = MeetingFactory(programme=case.programme, purpose="What stands now", version=2)
    data = {**filled(purpose="What I typed"), "version": "1"}
    url = reverse("meetings:edit", args=[meeting.pk])
    response = client.post(url, data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "What stands now" in text
    assert "What I typed" in text
    data["version"] = response.context["form"]["version"].value()
    assert client.post(url, data).status_code == 302
    meeting.refresh_from_db()
    assert meeting.purpose == "What I typed"


def test_minutes_save_themselves_and_a_second_writer_is_told(client, case):
    """Experience 14, T13"""
    meeting = MeetingFactory(programme=case.programme, starts_at=at("2026-12-02 08:30"))
    url = reverse("meetings:autosave", args=[meeting.pk])
    answer = client.post(url, {"minutes": "Typed so far", "audience": "team", "version": "1"})
    assert answer.json() == {"version": 2, "autosave": url, "text": "Saved 9:00"}
    meeting.refresh_from_db()
    assert (meeting.minutes, meeting.status) == ("Typed so far", "planned")
    late = client.post(url, {"minutes": "Somebody else", "audience": "team", "version": "1"})
    assert late.status_code == 409
    page = client.post(
        reverse("meetings:minutes", args=[meeting.pk]),
        {**NO_TASKS, "minutes": "Somebody else", "audience": "team", "version": "1"},
    )
    assert page.status_code == 409
    assert "Typed so far" in page.content.decode()
    assert "Somebody else" in page.content.decode()


def test_minutes_with_tasks_are_saved_from_the_page(client, case):
    meeting = MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00"), users=(case.contact_person,))
    url = reverse("meetings:minutes", args=[meeting.pk])
    data = {
        **NO_TASKS,
        "minutes": "More hours.",
        "audience": "shared_citizen",
        "version": "1",
        "tasks-0-what": "Shows how to glue",
        "tasks-0-owner": case.contact_person.pk,
        "tasks-0-due_on": "",
    }
    wrong = client.post(url, data)
    assert wrong.status_code == 422
    assert "Shows how to glue" in wrong.content.decode()
    assert client.post(url, {**data, "tasks-0-due_on": "10.12.26"}).status_code == 302
    task = MeetingTask.objects.get()
    assert (task.owner, task.due_on) == (case.contact_person, datetime.date(2026, 12, 10))
    stranger = user_with_role("caseworker", case.programme.centre)
    foreign = {**data, "version": "3", "tasks-0-owner": stranger.pk, "tasks-0-due_on": "10.12.26"}
    assert client.post(url, foreign).status_code == 422


def test_a_stale_page_says_what_became_of_the_meeting(client, case):
    meeting = MeetingFactory(programme=case.programme, cancelled=True)
    for route in ("edit", "move", "cancel", "minutes", "not_held"):
        response = client.get(reverse(f"meetings:{route}", args=[meeting.pk]), follow=True)
        assert response.status_code == 200
        assert "The meeting is cancelled" in response.content.decode(), route


def test_the_meeting_of_a_pasted_number_does_not_exist(client):
    assert client.get(f"/meetings/{2**70}/").status_code == 404
    assert client.get(f"/meetings/task/{2**70}/").status_code == 404


def test_the_owner_closes_a_task_and_others_cannot(case, signed_in):
    """J6"""
    task = MeetingTaskFactory(meeting__programme=case.programme, owner=case.contact_person)
    url = reverse("meetings:task", args=[task.pk])
    assert signed_in(case.specialist).post(url).status_code == 403
    assert signed_in(case.contact_person).post(url).status_code == 302
    task.refresh_from_db()
    assert task.done_by == case.contact_person


def test_the_file_of_the_page_is_read_by_a_parser_and_cancels_when_cancelled(client, case):
    """J3"""
    meeting = MeetingFactory(programme=case.programme)
    response = client.get(reverse("meetings:calendar", args=[meeting.pk]))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(response.content)
    assert calendar["method"] == "PUBLISH"
    cancelled = MeetingFactory(programme=case.programme, cancelled=True)
    response = client.get(reverse("meetings:calendar", args=[cancelled.pk]))
    assert icalendar.Calendar.from_ical(response.content)["method"] == "CANCEL"
    held = MeetingFactory(programme=case.programme, held=True)
    assert client.get(reverse("meetings:calendar", args=[held.pk])).status_code == 404


def test_readers_read_what_is_theirs(case, signed_in):
    """J2: reasons, tasks and addresses stay with the team; unshared minutes with those they are for."""
    meeting = MeetingFactory(
        programme=case.programme,
        held=True,
        minutes="Said in confidence",
        users=(case.referrer,),
        guests=({"name": "Dr Holm", "email": "holm@example.org"},),
    )
    MeetingTaskFactory(meeting=meeting, what="Calls the doctor")
    url = reverse("meetings:detail", args=[meeting.pk])
    inside = signed_in(case.contact_person).get(url).content.decode()
    for words in ("Said in confidence", "holm@example.org", "Calls the doctor"):
        assert words in inside
    for user in (case.referrer, case.citizen_user):
        outside = signed_in(user).get(url).content.decode()
        assert "Dr Holm" in outside
        for words in ("Said in confidence", "holm@example.org", "Calls the doctor"):
            assert words not in outside


def test_my_week_shows_mine_and_what_waits_for_a_record(client, case):
    MeetingFactory(programme=case.programme)
    MeetingFactory(programme=case.programme, starts_at=at("2026-11-24 10:00"))
    response = client.get(reverse("meetings:mine"))
    text = response.content.decode()
    assert "Thursday 3 December" in text
    assert [line.is_unrecorded for line in response.context["waiting"]] == [True]
    for week in ("2026-11-24", "x", "0001-01-01", "9999-12-31", "2026-02-30"):
        assert client.get(reverse("meetings:mine"), {"week": week}).status_code == 200


@pytest.mark.parametrize("count", [2, 15])
def test_lists_ask_the_same_number_of_questions_however_long(
    client, case, signed_in, count, django_assert_max_num_queries
):
    for _ in range(count):
        MeetingFactory(programme=case.programme, users=(case.contact_person, case.referrer))
        MeetingFactory(programme=case.programme, starts_at=at("2026-11-24 10:00"), held=True)
    with django_assert_max_num_queries(16):
        client.get(reverse("meetings:mine"))
    with django_assert_max_num_queries(18):
        client.get(reverse("meetings:case", args=[case.programme.reference]))


@pytest.mark.parametrize("count", [1, 10])
def test_one_meeting_asks_the_same_number_of_questions_however_many_come(
    client, case, count, django_assert_max_num_queries
):
    guests = tuple({"name": f"Guest {number}"} for number in range(count))
    meeting = MeetingFactory(programme=case.programme, held=True, users=(case.contact_person,), guests=guests)
    for _ in range(count):
        MeetingTaskFactory(meeting=meeting)
    with django_assert_max_num_queries(16):
        client.get(reverse("meetings:detail", args=[meeting.pk]))
