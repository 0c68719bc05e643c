"""Warnings of a fall: raised and settled for all programmes at once, shown to those who work with the citizen (A10)."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from attendance.figures.falls import Looked, in_words, look_for_falls, settle
from attendance.models import EarlyWarning, ExpectedAttendance
from audit.acting import System, acting
from core.exceptions import NotAllowed, Refused
from programmes.models import Placement, Programme
from tests.desk.cast import a_case
from tests.factories.activities import type_with
from tests.factories.attendance import SlotFactory
from tests.factories.programmes import PlacementFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
EVENING = "2026-11-20T18:00+01:00"
TODAY = datetime.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def in_the_evening():
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


def a_fall(placement: Placement, *, last: str = "here away here away away here away away", before: int = 20) -> None:
    """Working days until today on which somebody came, and at the end came less."""
    states = ["present"] * before + ["present" if one == "here" else one for one in last.split()]
    days = []
    day = TODAY
    while len(days) < len(states):
        if day.weekday() < 5:
            days.append(day)
        day -= datetime.timedelta(days=1)
    with acting(System("test")):
        ExpectedAttendance.objects.bulk_create(
            ExpectedAttendance(
                citizen=placement.programme.citizen,
                programme=placement.programme,
                placement=placement,
                workshop=placement.workshop,
                day=day,
                starts=datetime.time(8),
                ends=datetime.time(12),
                state="ill" if state == "away" else state,
                came_at=datetime.time(8, 20) if state == "late" else None,
            )
            for day, state in zip(reversed(days), states, strict=True)
        )


def stop(programme: Programme) -> None:
    with acting(System("test")):
        Programme.objects.filter(pk=programme.pk).update(status="paused")


def test_a_fall_raises_one_warning_and_one_task_however_often_it_is_looked_for(django_assert_num_queries):
    """A10, J6"""
    placement = PlacementFactory()
    a_fall(placement)
    assert look_for_falls() == Looked(1, 0)
    assert look_for_falls() == look_for_falls(only_today=True) == Looked(0, 0)
    warning, task = EarlyWarning.objects.get(), Task.objects.get()
    assert (warning.usual, round(warning.recent, 3), warning.comes_less, warning.comes_late) == (
        1.0,
        0.375,
        True,
        False,
    )
    assert (task.for_user, task.for_unit) == (placement.programme.caseworker, placement.workshop.unit)
    assert set(task.params["what"]) == {"da", "sv", "en"}
    assert in_words(warning) == task.params["what"]["en"]
    assert in_words(warning).startswith("Attended 100% of the agreed time until 10 November, 38% since 11 November")
    assert "ill" not in in_words(warning).casefold()


@pytest.mark.parametrize("size", [2, 12])
def test_looking_costs_the_same_for_few_and_for_many(size, django_assert_num_queries):
    """speed"""
    first = PlacementFactory()
    for number in range(size):
        same = {"programme__type": first.programme.type, "programme__centre": first.programme.centre}
        a_fall(PlacementFactory(workshop=first.workshop, **same), last="here " * (8 if number else 5) + "away " * 3)
    with django_assert_num_queries(8):
        look_for_falls()


def test_a_warning_is_over_when_the_citizen_comes_as_usual_or_the_programme_rests(in_the_evening):
    """A10"""
    placement, resting = PlacementFactory(), PlacementFactory()
    a_fall(placement)
    a_fall(resting)
    assert look_for_falls() == Looked(2, 0)
    for offset in range(3, 15):
        day = TODAY + datetime.timedelta(days=offset)
        if day.weekday() < 5:
            SlotFactory(placement=placement, day=day, state="present")
    stop(resting.programme)
    in_the_evening.move_to("2026-12-04T18:00+01:00")
    assert look_for_falls() == Looked(0, 2)
    assert {one.settled_how for one in EarlyWarning.objects.all()} == {"recovered", "ended"}
    assert not Task.objects.open().exists()


def test_settled_by_a_person_it_rests_and_comes_again_when_nothing_got_better(in_the_evening):
    """A10"""
    case = a_case()
    a_fall(case.placement)
    look_for_falls()
    warning = EarlyWarning.objects.get()
    settle(warning=warning, how="talked", note="Bus 3 er nedlagt", by=case.contact_person)
    assert not Task.objects.open().filter(kind="early_warning").exists()
    assert look_for_falls() == Looked(0, 0)
    with pytest.raises(Refused):
        settle(warning=warning, how="seen", note="", by=case.caseworker)
    in_the_evening.move_to("2026-12-04T18:00+01:00")
    assert look_for_falls() == Looked(1, 0)


def test_a_single_ill_day_or_a_type_without_the_rule_raises_nothing():
    """A10"""
    one = PlacementFactory()
    off = PlacementFactory(programme__type=type_with(early_warning={"is_used": False}))
    a_fall(one, last="here here here away here here here here")
    a_fall(off)
    assert look_for_falls() == Looked(0, 0)


def test_it_is_shown_with_its_reason_to_those_who_work_with_the_citizen_and_to_nobody_else(signed_in):
    """A10, T1: never to the referrer, a specialist or the citizen"""
    case, stranger = a_case(), a_case()
    a_fall(case.placement, last="here late here late late here late away")
    look_for_falls()
    warning = EarlyWarning.objects.get()
    path = reverse("attendance:citizen", args=[case.programme.reference])
    address = reverse("attendance:settle_warning", args=[warning.pk])
    for role in ("referrer", "specialist", "citizen"):
        client = signed_in(case.user(role))
        assert "Attendance falls" not in client.get(path).content.decode()
        assert client.post(address, {"how": "seen"}).status_code == 404
        assert not EarlyWarning.objects.visible_to(case.user(role)).exists()
        with pytest.raises(NotAllowed):
            settle(warning=warning, how="seen", note="", by=case.user(role))
    assert signed_in(stranger.caseworker).post(address, {"how": "seen"}).status_code == 404
    for role in ("caseworker", "contact_person", "team_leader"):
        page = signed_in(case.user(role)).get(path).content.decode()
        assert "Comes late more often: on 4 of the last 8 days" in page
    client = signed_in(case.contact_person)
    assert "Comes late more often" in client.get(reverse("desk:today")).content.decode()
    assert "Comes late more often" in client.get(reverse("desk:case", args=[case.programme.reference])).content.decode()
    assert client.post(address, {"how": "nothing", "note": "Ring"}).status_code == 422
    wrong = client.post(address, {"how": "", "note": "Bussen kører ikke mere"})
    assert (wrong.status_code, "Bussen kører ikke mere" in wrong.content.decode()) == (422, True)
    assert client.post(address, {"how": "talked", "note": ""}).status_code == 302
    assert "Attendance falls" not in client.get(path).content.decode()
    assert EarlyWarning.objects.get().settled_by == case.contact_person


def test_the_period_stands_in_the_address_and_the_page_costs_the_same_for_a_year(
    signed_in, django_assert_max_num_queries
):
    """A9, experience 11, speed"""
    case = a_case()
    path = reverse("attendance:citizen", args=[case.programme.reference])
    with acting(System("test")):
        Programme.objects.filter(pk=case.programme.pk).update(starts_on=datetime.date(2026, 1, 5))
    client = signed_in(case.caseworker)
    a_fall(case.placement, before=5)
    counts = []
    for _size in range(2):
        with django_assert_max_num_queries(24) as counted:
            page = client.get(path).content.decode()
        counts.append(len(counted))
        if not _size:
            old = PlacementFactory(programme=case.programme)
            for week in range(10, 30):
                SlotFactory(placement=old, day=TODAY - datetime.timedelta(weeks=week), state="present")
    assert counts[0] == counts[1]
    assert page.count("<svg") >= 2
    year = client.get(path, {"weeks": "52"}).content.decode()
    assert ("The whole programme" in year, "13 Jan" in year or "12 Jan" in year) == (True, True)
    for nonsense in ("9999", "x", "-1", "١٢"):
        assert client.get(path, {"weeks": nonsense}).status_code == 200


def test_the_jobs_of_the_night_can_run_twice():
    """T11"""
    from attendance.tasks import count_days, look_for_falls_everywhere, look_for_falls_today

    a_fall(PlacementFactory())
    for job in (count_days, look_for_falls_today, look_for_falls_everywhere):
        job()
        job()
    assert EarlyWarning.objects.count() == 1
