"""What must hold of the demo's data, whatever the seed: its own invariants and the system's rules."""

from collections import Counter
from datetime import date, time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from stdnum import luhn

from accounts.models import Organisation, User
from attendance.expected.writing import write_expected
from attendance.models import ExpectedAttendance, MissedAttendance, MissedStatus, Rest
from attendance.states import HERE, State
from audit.acting import System
from citizens.identity import shown_number
from citizens.models import CaseAccess, Citizen
from closing_notes.evidence import figures_of
from closing_notes.models import ClosingNote, Rendering
from closing_notes.statuses import Status as NoteStatus
from config.database import WEB_ROLE
from core.calendar import is_working_day
from core.models import next_reference
from demo.seeding.people import nobodys, replacement_number, unused_number
from demo.users import ROLES, address
from journal.models import Entry
from meetings.models import Meeting
from meetings.statuses import Kind as MeetingKind
from meetings.statuses import Status as MeetingStatus
from plans.models import Abandonment, Exemption, StepRecord, Summary, Version
from plans.statuses import Status as PlanStatus
from programmes.models import Programme, ScheduleSlot, TeamMember
from programmes.permissions import roles_in
from programmes.places.capacity import free_places
from programmes.places.closing_days import closed_days
from programmes.rights.citizen_access import access_of
from programmes.statuses import RUNNING
from programmes.statuses import Status as ProgrammeStatus
from referrals.models import Referral
from referrals.statuses import Status as ReferralStatus
from tests.conftest import run_sql
from tests.demo.conftest import NOW, Seed
from tests.factories.accounts import CentreFactory
from worklist.models import Task
from worklist.wording import WORDING

# Each seeds a centre of its own size: minutes in all. What must hold every time stands in test_efforts.
pytestmark = pytest.mark.long
TODAY = NOW.date()


def user(key: str) -> User:
    return User.objects.get(email=address(key))


def test_every_state_is_on_show(seeded: Seed) -> None:
    seeded(citizens=170)
    assert set(Programme.objects.values_list("status", flat=True)) == set(ProgrammeStatus.values)
    assert set(Referral.objects.values_list("status", flat=True)) == set(ReferralStatus.values)
    assert set(ClosingNote.objects.values_list("status", flat=True)) >= {
        NoteStatus.DRAFT, NoteStatus.IN_REVIEW, NoteStatus.DELIVERED,
    }  # fmt: skip
    assert set(Version.objects.values_list("status", flat=True)) == set(PlanStatus.values)
    assert Abandonment.objects.exists()
    assert Exemption.objects.filter(until=F("plan__follow_up_due_on"), until__gt=TODAY).exists()
    assert Summary.objects.filter(follow_up__plan__programme__type__key="rebus").exists()
    assert StepRecord.objects.exclude(own_step=F("step")).exists()
    assert set(ExpectedAttendance.objects.values_list("state", flat=True)) >= set(State.values)
    assert set(MissedAttendance.objects.values_list("status", flat=True)) >= {MissedStatus.RAISED, MissedStatus.CLEARED}
    assert Rest.objects.standing().exists()
    queue = Referral.objects.in_triage().filter(centre__name="RCA")
    assert 5 <= queue.count() <= 9
    waiting = [referral.days_waiting for referral in queue]
    assert len(set(waiting)) >= 4


@pytest.mark.parametrize(("citizens", "weeks", "number"), [(30, 4, 1), (75, 30, 2)])
def test_the_size_is_as_asked(seeded: Seed, citizens: int, weeks: int, number: int) -> None:
    seeded(citizens=citizens, weeks=weeks, number=number)
    assert Citizen.objects.count() == citizens
    assert Programme.objects.count() > citizens / 3


def test_the_same_seed_gives_the_same_people_and_another_one_others(seeded: Seed) -> None:
    def picture() -> list:
        slots = ExpectedAttendance.objects.order_by("pk").values_list(
            "citizen_id", "day", "starts", "state", "marked_at"
        )
        people = Citizen.objects.order_by("pk").values_list("pk", "first_name", "last_name", "identity_index")
        return [
            list(slots),
            list(people),
            list(Entry.objects.order_by("pk").values_list("kind", "body", "happened_at")),
        ]

    seeded(citizens=40, number=7)
    first = picture()
    seeded(citizens=40, number=7)
    assert picture() == first
    seeded(citizens=40, number=8)
    assert picture() != first


def test_all_identity_numbers_are_replacement_numbers(seeded: Seed) -> None:
    """Day + 60, in Sweden serial 000: no number belongs to anybody; who has none has a reason (R1)."""
    seeded(citizens=150)
    without = 0
    for citizen in Citizen.objects.all():
        number = shown_number(citizen)
        if not number:
            without += 1
            assert citizen.no_number_reason
            continue
        if citizen.language == "sv":
            assert number.startswith(f"{citizen.birth_date:%Y%m%d}-000")
            assert luhn.is_valid(number[2:].replace("-", ""))
            continue
        assert 61 <= int(number[:2]) <= 91
        assert number[6] == "-"
        assert number[7] == ("4" if citizen.birth_date.year >= 2000 else "0")
        if citizen.gender != "x":
            assert int(number[-1]) % 2 == (citizen.gender == "m")
    assert 0 < without < 10
    assert all(phone.startswith(("00 ", "070-174 06 ")) for phone in Citizen.objects.values_list("phone", flat=True))
    assert not Citizen.objects.filter(is_protected=True).exclude(address="").exists()
    assert 0 < Citizen.objects.filter(is_protected=True).count() < 10


def test_examples_of_the_number_rule() -> None:
    assert replacement_number(date(1989, 3, 14), "m", 0) == "740389-0001"
    assert unused_number(date(1990, 6, 2)) == "19900602-0003"


@pytest.mark.parametrize(
    ("number", "country", "born"),
    [
        ("140389-0001", "DK", date(1989, 3, 14)),  # an ordinary day: it may be somebody's
        ("19900602-2389", "SE", date(1990, 6, 2)),  # a serial that is issued
        ("19900662-0009", "SE", date(1990, 6, 2)),  # 60 added to the day: a samordningsnummer
        ("740389-0001", "DK", date(1989, 3, 15)),  # another day of birth
    ],
)
def test_the_loader_takes_no_number_that_may_be_somebodys(number: str, country: str, born: date) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (WrongNumber is one)
        nobodys(number, country, born)


def test_the_names_that_are_hard_to_sort_are_there(seeded: Seed) -> None:
    seeded(citizens=60)
    for first, last in [("Aage", "Aagaard"), ("Şivan", "Yıldız"), ("Ayaan", ""), ("Jens-Ole", "O'Neill Præstegaard")]:
        assert Citizen.objects.filter(first_name=first, last_name=last).exists()


def test_every_slot_was_agreed_and_every_agreed_slot_is_there(seeded: Seed) -> None:
    """The demo fills the registers itself; the system's own statement finds nothing to add (A1, A12)."""
    seeded(citizens=75)
    days = ExpectedAttendance.objects.order_by("day").values_list("day", flat=True)
    written = write_expected(since=days[0], until=TODAY, by=System("test"))
    assert written.slots == 0
    closed = closed_days(Organisation.objects.get(name="RCA"), since=days[0])
    slots = ExpectedAttendance.objects.filter(day__lte=TODAY).select_related("placement", "programme")
    agreed: dict[int, list[ScheduleSlot]] = {}
    for slot in ScheduleSlot.objects.all():
        agreed.setdefault(slot.placement_id, []).append(slot)
    for slot in slots:
        assert is_working_day(slot.day, closed)
        assert slot.placement.starts_on <= slot.day <= slot.placement.ends_on
        assert slot.programme.starts_on <= slot.day <= (slot.programme.ended_on or slot.programme.ends_on)
        assert any(
            one.weekday == slot.day.isoweekday()
            and (one.starts, one.ends) == (slot.starts, slot.ends)
            and one.valid_from <= slot.day <= (one.valid_until or slot.day)
            for one in agreed[slot.placement_id]
        )


def test_schedules_stay_inside_the_opening_hours(seeded: Seed) -> None:
    """P5: those of a workshop; an internship has the hours of its own place."""
    seeded(citizens=75)
    for slot in ScheduleSlot.objects.filter(placement__workshop__isnull=False):
        assert slot.weekday <= 5
        assert slot.starts >= time(7, 30)
        assert slot.ends <= (time(14) if slot.weekday == 5 else time(14, 30))


def test_nobody_who_was_there_is_flagged(seeded: Seed) -> None:
    """A4, A6"""
    seeded(citizens=60)
    raised = MissedAttendance.objects.filter(status=MissedStatus.RAISED)
    assert not raised.filter(slot__state__in=HERE).exists()
    assert not MissedAttendance.objects.filter(slot__state=State.PRESENT).exists()
    assert raised.filter(followed_up_at__isnull=True).count() >= 2
    assert not ExpectedAttendance.objects.filter(state=State.NO_SHOW, missed__isnull=True).exists()
    future = ExpectedAttendance.objects.filter(day__gt=TODAY)
    assert future.exists()
    assert not future.filter(notice__isnull=True).exclude(state="").exists()
    assert future.filter(notice__isnull=False).exists()
    assert not ExpectedAttendance.objects.filter(marked_at__gt=NOW).exists()


def test_about_six_of_seven_slots_were_attended(seeded: Seed) -> None:
    seeded(citizens=100)
    counts = Counter(ExpectedAttendance.objects.filter(day__lt=TODAY).values_list("state", flat=True))
    share = sum(counts[state] for state in HERE) / sum(counts.values())
    assert 0.82 <= share <= 0.93
    today = Counter(ExpectedAttendance.objects.filter(day=TODAY).values_list("state", flat=True))
    assert today[State.NOT_MARKED]
    assert today[State.PRESENT]


def test_workshops_are_well_used_and_none_is_overfull(seeded: Seed) -> None:
    seeded(citizens=200, weeks=26)
    centre = Organisation.objects.get(name="RCA")
    places = {one.workshop.unit.name: one for one in free_places(centre, TODAY)}
    assert places["Træværksted"].taken >= 7
    assert all(one.taken <= one.places + 1 for one in places.values())
    # The system's own way of starting somebody has room and numbers left.
    assert sum(one.free for one in places.values()) > 0
    assert not Programme.objects.filter(reference=next_reference("F", year=TODAY.year)).exists()


def test_each_demo_user_sees_a_part(seeded: Seed) -> None:
    """T1: everybody has work on the desk, nobody but the team leader sees all, and two roles see no case at all."""
    seeded(citizens=90)
    everybody = Citizen.objects.filter(access__centre__name="RCA").distinct().count()
    seen = {key: Citizen.objects.visible_to(user(key)).count() for key in ROLES}
    assert seen["teamleader"] == everybody
    for key in ["referrer", "caseworker", "contact", "specialist"]:
        assert 0 < seen[key] < everybody, key
    assert seen["citizen"] == 1
    assert seen["steering"] == seen["admin"] == 0
    # Their figures are the centre's.
    centre = Organisation.objects.get(name="RCA").pk
    assert user("steering").reach.organisations_as("steering_group") == {centre}
    for key in ["referrer", "teamleader", "caseworker", "contact"]:
        assert Task.objects.visible_to(user(key)).due().exists(), key
    assert MissedAttendance.objects.visible_to(user("contact")).waiting().exists()
    jonas = Programme.objects.visible_to(user("citizen")).get()
    for key in ["referrer", "caseworker", "contact", "specialist", "teamleader"]:
        assert Programme.objects.visible_to(user(key)).filter(pk=jonas.pk).exists(), key
    assert not Entry.objects.visible_to(user("contact")).filter(audience="health").exists()


def test_access_is_what_the_actions_grant(seeded: Seed) -> None:
    seeded(citizens=40)
    for programme in Programme.objects.all():
        roles = set(
            CaseAccess.objects.filter(source=f"programmes.programme:{programme.pk}").values_list("role", flat=True)
        )
        assert roles >= {"caseworker", "team_leader", "referrer"}
        for placement in programme.placements.filter(workshop__isnull=False):
            access = CaseAccess.objects.get(source=f"programmes.placement:{placement.pk}")
            assert access.unit_id == placement.workshop.unit_id


def test_tasks_have_words_and_belong_to_running_cases(seeded: Seed) -> None:
    seeded(citizens=90)
    kinds = set(Task.objects.values_list("kind", flat=True))
    assert kinds <= set(WORDING)
    assert {
        "contact_absent_citizen",
        "plan_follow_up",
        "confirm_plan",
        "answer_question",
        "approve_closing_note",
    } <= kinds
    running = Programme.objects.filter(status__in=RUNNING).values("citizen")
    assert (
        not Task.objects.open()
        .filter(kind__in=["plan_follow_up", "confirm_plan"])
        .exclude(citizen__in=running)
        .exists()
    )


def test_completed_programmes_have_an_approved_note_with_the_figures_of_the_register(seeded: Seed) -> None:
    """C6, A9"""
    seeded(citizens=60)
    for programme in Programme.objects.filter(status=ProgrammeStatus.COMPLETED):
        note = programme.closing_notes.get()
        assert note.saved_at < note.approved_at < note.delivered_at <= NOW
        assert note.status == NoteStatus.DELIVERED
        assert note.figures["attendance"] == figures_of(programme)["attendance"]
        assert note.approved_by_id != note.author_id


def test_the_newest_document_is_there_and_the_others_wait_their_turn(seeded: Seed) -> None:
    """C3: each approved note has a document, or one is on its way."""
    seeded(citizens=40, documents=1)
    renderings = Rendering.objects.filter(note__approved_at__isnull=False)
    assert renderings.count() == ClosingNote.objects.filter(approved_at__isnull=False).count()
    done = renderings.get(status=Rendering.Status.DONE)
    assert bytes(done.pdf).startswith(b"%PDF")
    assert set(renderings.exclude(pk=done.pk).values_list("status", flat=True)) == {Rendering.Status.QUEUED}


def test_a_database_with_other_data_is_refused_and_stays_as_it_is(db: None) -> None:
    centre = CentreFactory(name="A real centre")
    run_sql("SET ROLE NONE")
    with pytest.raises(CommandError, match="was not made by demo_data"):
        call_command("demo_data", citizens=40)
    assert list(Organisation.objects.values_list("pk", flat=True)) == [centre.pk]


def test_the_web_role_cannot_replace_anything(db: None) -> None:
    run_sql(f"SET ROLE {WEB_ROLE}")
    with pytest.raises(CommandError, match="owner"):
        call_command("demo_data", citizens=40)


def test_seeding_again_replaces_what_was_there(seeded: Seed) -> None:
    seeded(citizens=40)
    before = set(Citizen.objects.values_list("pk", flat=True))
    seeded(citizens=35, number=2)
    assert Citizen.objects.count() == 35
    assert not before & set(Citizen.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT row) FROM audit_change WHERE \"table\" = 'citizens_citizen'")
        assert cursor.fetchone()[0] == 35


@pytest.mark.parametrize("options", [{"citizens": 5}, {"weeks": 0}, {"citizens": 10**9}])
def test_a_size_that_makes_no_sense_is_refused(db: None, options: dict) -> None:
    with pytest.raises(CommandError):
        call_command("demo_data", **options)


def test_some_tasks_are_put_off_handed_over_and_ones_own(seeded: Seed) -> None:
    """J6"""
    seeded(citizens=60)
    signe = User.objects.get(email="caseworker@demo.trinvis.test")
    mine = Task.objects.visible_to(signe)
    assert mine.open().snoozed().exists()
    assert mine.open().filter(kind="own", citizen__isnull=False).exists()
    assert Task.objects.handed_over_by(signe).open().exists()
    leader = User.objects.get(email="teamleader@demo.trinvis.test")
    assert Task.objects.visible_to(leader).filter(handed_by__isnull=False).exists()
    assert not Task.objects.filter(handed_by__isnull=False, turns=None).exists()
    assert not Task.objects.filter(snoozed_until__isnull=False, turns=None).exists()


def test_specialists_a_deputy_and_a_protected_citizen_are_there(seeded: Seed) -> None:
    """P13, experience 27: every page of people around a case has something to show."""
    seeded(citizens=80)
    functions = set(TeamMember.objects.current().values_list("function", flat=True))
    assert {"physiotherapist", "psychologist", "deputy"} <= functions
    deputy = TeamMember.objects.get(function="deputy", programme__centre__name="RCA")
    assert roles_in(deputy.user, deputy.programme) == {"caseworker"}
    assert Citizen.objects.visible_to(user("specialist")).exists()
    assert Programme.objects.running().filter(citizen__is_protected=True).exists()
    programme = Programme.objects.visible_to(user("citizen")).get()
    assert access_of(programme).user == user("citizen")


@pytest.mark.django_db
def test_meetings_that_are_still_to_come_are_held_while_the_programme_runs(seeded: Seed):
    seeded()
    ahead = Meeting.objects.filter(status=MeetingStatus.PLANNED, starts_at__gt=NOW, programme__ended_on=None)
    assert ahead.filter(kind=MeetingKind.CLOSING).exists()
    late = ahead.filter(starts_at__date__gt=F("programme__ends_on"), programme__ends_on__gte=TODAY)
    assert [(meeting.programme.reference, meeting.kind, meeting.starts_at) for meeting in late] == []
