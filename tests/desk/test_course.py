"""The page of a programme's course, and a case page that follows its type (P1, P3, P4, P15)."""

import datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from audit.acting import System, acting
from programmes.models import EndChange, Pause, PhaseStart
from programmes.people.coordination import coordinator, hand_over_coordination
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.accounts import user_with_role
from tests.factories.programmes import PlacementFactory, ProgrammeFactory
from tests.factories.referrals import ReferralFactory
from tests.programmes.test_course import TEAM, named, of_type

pytestmark = pytest.mark.django_db
WEEK = datetime.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def everything() -> Any:
    """A case of a type with phases and a coordinator."""
    return a_case(type=of_type("everything", team=TEAM, phases=[named("mapping"), named("activity"), named("trial")]))


def to(name: str, case, *args) -> str:
    return reverse(f"desk:{name}", args=[case.programme.reference, *args])


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("role", "status", "changes"),
    [
        ("caseworker", 200, True), ("team_leader", 200, True), ("specialist", 200, False),
        ("contact_person", 200, False), ("referrer", 200, False), ("citizen", 403, False),
    ],
)  # fmt: skip
def test_who_reads_the_page_and_who_finds_forms_on_it(signed_in, role, status, changes):
    case = everything()
    answer = signed_in(case.user(role)).get(to("course", case))
    assert answer.status_code == status
    if status == 200:
        for form in ("pause", "move_end", "phase", "coordinator"):
            assert (to(form, case) in text(answer)) == changes
    assert signed_in(case.user(role)).get(to("course", a_case())).status_code == 404


def test_a_course_is_agreed_step_by_step_on_the_page(signed_in):
    """P1, P3, P4: each form saves, comes back to the page, and the page tells what was agreed."""
    case = everything()
    client = signed_in(case.caseworker)
    new = user_with_role("caseworker", case.programme.centre, name="Lise Krog", phone="70 10 20 30")
    for name, data in [
        ("phase", {"phase": "activity", "starts_on": "2.12.26", "reason": "Mapped"}),
        ("coordinator", {"person": new.pk, "on": "2.12.26", "reason": "From now on"}),
        ("pause", {"starts_on": "7.12.26", "ends_on": "", "reason": "A long trip"}),
        (
            "move_end",
            {
                "new_end": "21.3.27", "following": case.placement.pk, "agreed_with": "Torben og Gitte",
                "agreed_on": "1.12.26", "reason": "Needs more time",
            },
        ),
    ]:  # fmt: skip
        answer = client.post(to(name, case), data)
        assert answer.status_code == 302, text(answer)
    shown = text(client.get(to("course", case)))
    for word in ("Mapped", "Lise Krog", "A long trip", "Needs more time", "Torben og Gitte", "21 Feb 2027"):
        assert word in shown
    pause = Pause.objects.get()
    assert client.post(to("resume", case, pause.pk), {"on": "9.12.26", "why": "Home early"}).status_code == 302
    assert "Home early" in text(client.get(to("course", case)))
    front = text(client.get(to("case", case)))
    for word in ("Activity", "phase 2 of 3", "70 10 20 30", "Week 2 of 17"):
        assert word in front, word


@pytest.mark.parametrize(
    ("form", "data", "field"),
    [
        ("pause", {"starts_on": "", "ends_on": "", "reason": "Ill"}, "pause_starts_on"),
        ("pause", {"starts_on": "2.12.26", "ends_on": "1.12.26", "reason": "Ill"}, "pause_ends_on"),
        ("pause", {"starts_on": "1.1.0001", "ends_on": "31.12.9999", "reason": "Ill"}, "pause_ends_on"),
        ("pause", {"starts_on": "2.12.26", "reason": "x" * 20_001}, "pause_reason"),
        ("pause", {"starts_on": "2.12.26", "reason": "a\0b"}, "pause_reason"),
        ("pause", {"starts_on": "2.12.26", "reason": "140389-0001"}, "pause_reason"),
        ("move_end", {"new_end": "21.2.27", "agreed_on": "2.12.26"}, "end_new_end"),
        ("move_end", {"new_end": "31.12.9999", "agreed_on": "2.12.26"}, "end_new_end"),
        ("move_end", {"new_end": "1.3.27", "agreed_on": "3.12.26"}, "end_agreed_on"),
        ("move_end", {"new_end": "1.3.27", "agreed_on": "2.12.26", "following": "999999"}, "end_following"),
        ("phase", {"phase": "activity", "starts_on": "3.12.26", "reason": "Why"}, "phase_starts_on"),
        ("phase", {"phase": "mapping", "starts_on": "2.12.26", "reason": "Why"}, "phase_phase"),
        ("coordinator", {"person": "0", "on": "2.12.26", "reason": "Why"}, "coordinator_person"),
        ("coordinator", {"person": "", "on": "1.12.26", "reason": ""}, "coordinator_on"),
    ],
)
def test_wrong_input_comes_back_beside_its_field_and_changes_nothing(signed_in, form, data, field):
    case = everything()
    answer = signed_in(case.caseworker).post(to(form, case), data)
    assert answer.status_code == 422
    shown = text(answer)
    assert (f"#id_{field}" in shown, "<title>Error: " in shown) == (True, True)
    assert [model.objects.count() for model in (Pause, EndChange, PhaseStart)] == [0, 0, 0]
    assert coordinator(case.programme) is None


def test_what_the_type_does_not_use_is_not_shown(signed_in):
    """No workshops, no attendance; no phases, no phase; no coordinator, no coordinator."""
    bare = ProgrammeFactory(type=of_type("bare", uses_workshops=False))
    client = signed_in(bare.caseworker)
    front = text(client.get(reverse("desk:case", args=[bare.reference])))
    attendance = reverse("attendance:citizen", args=[bare.reference])
    assert f'href="{attendance}"' not in front
    assert "Attendance, 4 weeks" not in front
    assert "Attendance, 4 weeks" not in text(client.get(reverse("desk:cases")))
    course = text(client.get(reverse("desk:course", args=[bare.reference])))
    for address in ("phase", "coordinator"):
        page = reverse(f"desk:{address}", args=[bare.reference])
        assert page not in course
        assert client.post(page, {}).status_code == 404
    PlacementFactory(programme=bare)  # somebody was placed all the same
    assert attendance in text(client.get(reverse("desk:case", args=[bare.reference])))


def test_one_that_has_not_begun_is_in_no_week_and_one_that_rests_says_so_first(signed_in):
    """Experience 12."""
    ahead = ProgrammeFactory(status="planned", starts_on=TODAY + WEEK, ends_on=TODAY + 13 * WEEK)
    front = text(signed_in(ahead.caseworker).get(reverse("desk:case", args=[ahead.reference])))
    assert ("Week 1 of" in front, f"{ahead.weeks} weeks" in front) == (False, True)
    resting = ProgrammeFactory(status="paused")
    front = text(signed_in(resting.caseworker).get(reverse("desk:case", args=[resting.reference])))
    assert "<b>Rests until further notice" in front
    assert "Rests until further notice.<" in front


def test_the_citizen_s_programmes_and_referrals_are_one_line_of_time(signed_in):
    """P15, P17, U1: each linked, those of other centres and other organisations left out."""
    case = a_case()
    shared = {"citizen": case.citizen, "centre": case.programme.centre, "caseworker": case.caseworker}
    before = ProgrammeFactory(
        **shared, status="completed", starts_on=datetime.date(2026, 8, 3), ends_on=datetime.date(2026, 9, 27),
        ended_on=datetime.date(2026, 9, 27), referrer=case.referrer,
        referring_organisation=case.programme.referring_organisation,
    )  # fmt: skip
    asked = ReferralFactory(
        citizen=case.citizen, centre=case.programme.centre, type=of_type("another"), referrer=case.referrer,
        referring_organisation=case.programme.referring_organisation,
    )  # fmt: skip
    foreign = ProgrammeFactory(**shared)  # referred by somebody else
    elsewhere = ProgrammeFactory(citizen=case.citizen)
    for role, sees in (("caseworker", {before, asked, foreign}), ("referrer", {before, asked})):
        shown = text(signed_in(case.user(role)).get(to("course", case)))
        found = {one for one in (before, asked, foreign, elsewhere) if one.reference in shown}
        assert found == sees, role
        assert reverse("desk:case", args=[before.reference]) in shown
        assert reverse("referrals:detail", args=[asked.reference]) in shown


def test_the_page_takes_as_many_queries_for_little_as_for_much(signed_in, django_assert_max_num_queries):
    case = everything()
    client = signed_in(case.caseworker)
    client.get(to("course", case))
    with django_assert_max_num_queries(45) as few:
        client.get(to("course", case))
    other = user_with_role("caseworker", case.programme.centre)
    with acting(System("test")):
        for number in range(8):
            day = TODAY - (number + 1) * WEEK
            Pause.objects.create(programme=case.programme, starts_on=day, ends_on=day, reason="-")
            EndChange.objects.create(
                programme=case.programme, earlier_end=day, new_end=TODAY, agreed_with="-", agreed_on=day, reason="-",
                made_by=other,
            )  # fmt: skip
            PhaseStart.objects.create(
                programme=case.programme, phase="trial", starts_on=TODAY, reason="-", begun_by=other
            )
    for person in (other, case.caseworker, other):
        hand_over_coordination(programme=case.programme, to=person, on=TODAY, reason="-", by=case.team_leader)
    for _ in range(5):
        ProgrammeFactory(citizen=case.citizen, centre=case.programme.centre)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(to("course", case))
