"""Two records of one person become one, and two again (K1)."""

import contextlib
import datetime
import json

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from audit.acting import System, acting
from audit.models import Access, Event
from citizens.identity import parse_number, set_number
from citizens.merging import ids_of, model_called, path_to_citizen, relations
from citizens.models import CaseAccess, Citizen, Merge
from core.exceptions import NotAllowed, Refused
from desk.citizen.merging import merge, obstacles, pair_of, unmerge
from journal.actions import tell
from journal.models import Entry
from programmes.models import Programme
from referrals.models import Referral
from tests.factories.accounts import CentreFactory, JobCentreFactory, MembershipFactory, user_with_role
from tests.factories.attendance import MissedFactory, SlotFactory
from tests.factories.citizens import CitizenFactory
from tests.factories.journal import EntryFactory, NoteFactory, attached_to
from tests.factories.plans import draft_plan
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeFactory, WorkshopFactory
from tests.factories.referrals import ReferralFactory
from tests.factories.worklist import TaskFactory
from worklist.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-09T09:00:00+01:00", tick=False)]

# The logs only grow, and the merges tell about themselves.
LOGS = {"audit_change", "audit_event", "audit_access", "citizens_merge"}
LOCAL = ["phone", "email", "address", "municipality"]


class World:
    """A centre with one leader, two workshops, and two records that are one person."""

    def __init__(self) -> None:
        self.centre, self.job_centre = CentreFactory(), JobCentreFactory()
        self.leader = user_with_role("team_leader", self.centre)
        self.caseworker = user_with_role("caseworker", self.centre)
        self.referrer = user_with_role("referrer", self.job_centre)
        self.workshop = WorkshopFactory(unit__organisation=self.centre)
        self.one = CitizenFactory(first_name="Torben", last_name="Sejersen", phone="")
        self.two = CitizenFactory(first_name="Thorben", last_name="Seiersen", phone="87 65 43 21")
        self.hour = 0

    def programme(self, citizen: Citizen, *, days: int = 2, notes: int = 1, **fields) -> Programme:
        """A programme with a plan, days, a flag with its task, and notes, at hours of its own."""
        programme = ProgrammeFactory(
            citizen=citizen, centre=self.centre, referring_organisation=self.job_centre,
            caseworker=self.caseworker, referrer=self.referrer, **fields,
        )  # fmt: skip
        placement = PlacementFactory(programme=programme, workshop=self.workshop)
        plan = draft_plan(programme=programme)
        page = f"/plans/{programme.reference}/"
        TaskFactory(citizen=citizen, for_user=self.caseworker, source=f"plans.plan:{plan.pk}", url=page)
        for number in range(days):
            slot = self.slot(placement, MONDAY + datetime.timedelta(weeks=number))
            if number == 0:
                missed = MissedFactory(slot=slot)
                TaskFactory(
                    kind="contact_absent_citizen", source=f"attendance.missed:{missed.pk}", citizen=citizen,
                    for_user=self.caseworker, url=f"/attendance/missed/{missed.pk}/",
                )  # fmt: skip
        for _ in range(notes):
            EntryFactory(programme=programme)
            attached_to(NoteFactory(programme=programme))
        return programme

    def slot(self, placement, day):
        slot = SlotFactory(
            placement=placement, day=day, starts=datetime.time(self.hour), ends=datetime.time(self.hour, 45)
        )
        self.hour = (self.hour + 1) % 24
        return slot

    def referral(self, citizen: Citizen, **fields) -> Referral:
        return ReferralFactory(
            citizen=citizen, centre=self.centre, referring_organisation=self.job_centre, referrer=self.referrer,
            **fields,
        )  # fmt: skip

    def merge(self, **choices) -> Merge:
        survivor, loser = pair_of(self.one, self.two)
        return merge(survivor=survivor, loser=loser, choices=choices, why="The same person", by=self.leader)


def dump(*, without: set[str] = frozenset()) -> dict[str, dict[str, dict]]:
    """Every row of every table by its key."""
    tables = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table in LOGS | without:
                continue
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t')
            rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
            tables[table] = {json.dumps(row.get("id", row), sort_keys=True): row for row in rows}
    return tables


def told(rows: dict) -> dict:
    """The timeline without what the merges themselves say there."""
    return {key: row for key, row in rows.items() if row["kind"] not in ("citizens_merged", "merge_undone")}


def compared(tables: dict) -> dict:
    return tables | {"journal_entry": told(tables["journal_entry"])}


@pytest.fixture
def world() -> World:
    return World()


def test_every_column_that_names_a_citizen_is_moved():
    """K1: found in the models, so an app added later needs no line here; what stays says why."""
    named = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Citizen
    }
    # A merge names its two for good.
    assert named - {relation.key for relation in relations()} == {
        "citizens_merge.survivor_id",
        "citizens_merge.loser_id",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass || '.' || attname FROM pg_constraint"
            " JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]"
            " WHERE contype = 'f' AND confrelid = 'citizens_citizen'::regclass"
        )
        assert {key for (key,) in cursor.fetchall()} == named


def test_all_of_one_is_the_others_and_every_reference_leads_on(world, signed_in):
    """K1"""
    first, second = world.programme(world.one), world.programme(world.two)
    referral = world.referral(world.two)
    row = world.merge()
    assert set(Programme.objects.values_list("citizen", flat=True)) == {world.one.pk}
    assert set(Entry.objects.values_list("citizen", flat=True)) == {world.one.pk}
    assert set(Task.objects.values_list("citizen", flat=True)) == {world.one.pk}
    assert set(CaseAccess.objects.values_list("citizen", flat=True)) == {world.one.pk}
    client = signed_in(world.leader)
    for page in [f"/cases/{first.reference}/", f"/cases/{second.reference}/", f"/referrals/{referral.reference}/"]:
        assert client.get(page).status_code == 200
    assert client.get(f"/citizens/{world.two.pk}/")["Location"] == f"/citizens/{world.one.pk}/"
    assert Event.objects.filter(verb="citizens_merged", citizen_id__in=[world.one.pk, world.two.pk]).count() == 2
    assert sorted(row.moved) == sorted(
        f"{table}.citizen_id"
        for table in [
            "attendance_expectedattendance", "citizens_caseaccess", "journal_document", "journal_entry",
            "programmes_programme",
            "referrals_referral", "worklist_task",
        ]
    )  # fmt: skip


def test_one_statement_a_table(world):
    """The number of rows costs nothing."""
    counts = []
    for days in (1, 12):
        world.programme(world.two, days=days)
        with CaptureQueriesContext(connection) as queries:
            row = world.merge()
        updates = [
            query["sql"] for query in queries if query["sql"].startswith("UPDATE") and "RETURNING" in query["sql"]
        ]
        assert len(updates) == len(relations())
        counts.append(len(queries))
        unmerge(merge=row, why="No", by=world.leader)
    assert counts[1] <= counts[0] + 2


def test_the_chosen_facts_stay_and_come_back(world):
    world.programme(world.one)
    survivor = world.one
    row = world.merge(phone="loser", first_name="loser")
    survivor.refresh_from_db()
    assert (survivor.first_name, survivor.last_name, survivor.phone) == ("Thorben", "Sejersen", "87 65 43 21")
    unmerge(merge=row, why="Brothers", by=world.leader)
    survivor.refresh_from_db()
    assert (survivor.first_name, survivor.phone) == ("Torben", "")


def test_a_fact_corrected_since_stays_corrected(world):
    world.programme(world.one)
    row = world.merge(phone="loser")
    with acting(System("test")):
        Citizen.objects.filter(pk=row.survivor_id).update(phone="11 11 11 11")
    unmerge(merge=row, why="Brothers", by=world.leader)
    assert Citizen.objects.get(pk=row.survivor_id).phone == "11 11 11 11"


def test_protection_never_gets_lost(world):
    with acting(System("test")):
        Citizen.objects.filter(pk=world.two.pk).update(is_protected=True)
    row = merge(survivor=world.one, loser=world.two, choices={}, why="Same", by=lead(world))
    assert Citizen.objects.get(pk=world.one.pk).is_protected
    unmerge(merge=row, why="No", by=world.leader)
    assert not Citizen.objects.get(pk=world.one.pk).is_protected


def lead(world):
    """The leader, once there is a case to lead."""
    if not CaseAccess.objects.exists():
        world.programme(world.one)
    return world.leader


def give_number(citizen, text):
    with acting(System("test")):
        set_number(citizen, parse_number(text, "DK"))
        citizen.save()


def test_the_record_with_a_number_stays_and_two_numbers_are_one_too_many(world):
    world.programme(world.one)
    give_number(world.two, "140389-0001")
    assert pair_of(world.one, world.two) == (world.two, world.one)
    give_number(world.one, "150389-0002")
    with pytest.raises(Refused, match="Both have an identity number"):
        world.merge()


def test_nobody_is_at_two_places_at_once(world):
    first, second = world.programme(world.one), world.programme(world.two)
    for programme in (first, second):
        world.hour = 9
        world.slot(programme.placements.get(), datetime.date(2026, 12, 14))
    (obstacle,) = obstacles(world.one, world.two)
    assert "on 1 day, Monday 14 December at 9:00" in obstacle
    with pytest.raises(Refused, match=first.reference):
        world.merge()


def test_two_open_referrals_of_a_type_are_one_too_many(world):
    first, second = world.referral(world.one), world.referral(world.two)
    with pytest.raises(Refused, match=f"{first.reference} and {second.reference}"):
        world.merge()
    assert not Merge.objects.exists()


def test_two_running_programmes_stand_side_by_side(world):
    """P17"""
    world.programme(world.one)
    world.programme(world.two)
    world.merge()
    assert Programme.objects.running().filter(citizen=world.one).count() == 2


def test_the_same_access_of_both_is_one_that_lasts_as_long_as_either(world):
    specialist = user_with_role("specialist", world.centre)
    day = datetime.date(2026, 12, 9)
    world.programme(world.one)
    with acting(System("test")):
        for citizen, ends_on in ((world.one, day), (world.two, None)):
            CaseAccess.objects.create(
                citizen=citizen, centre=world.centre, role=Role.SPECIALIST, user=specialist, source="tests",
                starts_on=day, ends_on=ends_on,
            )  # fmt: skip
    row = world.merge()
    held = CaseAccess.objects.filter(source="tests").order_by("pk")
    assert [(access.citizen_id == row.survivor_id, access.ends_on) for access in held] == [(True, None), (False, None)]
    unmerge(merge=row, why="No", by=world.leader)
    assert [access.ends_on for access in held.all()] == [day, None]


def test_only_who_leads_all_centres_concerned_may(world):
    """U1"""
    world.programme(world.one)
    world.programme(world.two)
    elsewhere = ProgrammeFactory(citizen=world.two)
    other_leader = user_with_role("team_leader", elsewhere.centre)
    for user in (world.leader, other_leader, world.caseworker, world.referrer):
        with pytest.raises(NotAllowed):
            merge(survivor=world.one, loser=world.two, choices={}, why="Same", by=user)
    both = user_with_role("team_leader", world.centre)
    MembershipFactory(user=both, organisation=elsewhere.centre, role="team_leader")
    row = merge(survivor=world.one, loser=world.two, choices={}, why="Same", by=both)
    with pytest.raises(NotAllowed):
        unmerge(merge=row, why="No", by=world.leader)


def test_undone_twice_is_once_and_a_later_one_is_undone_first(world):
    world.programme(world.one)
    first = world.merge()
    third = CitizenFactory()
    second = merge(survivor=first.survivor, loser=third, choices={}, why="Three", by=world.leader)
    with pytest.raises(Refused, match="Undo that first"):
        unmerge(merge=first, why="No", by=world.leader)
    assert ids_of(first.survivor) == [first.survivor_id, third.pk, first.loser_id]
    for row in (second, first, first):
        unmerge(merge=row, why="No", by=world.leader)
    assert ids_of(first.survivor) == [first.survivor_id]
    assert Merge.objects.filter(reversed_at=None).count() == 0


def test_the_log_of_look_ups_is_found_by_both_ids(world):
    """T5: it holds plain ids and never changes."""
    world.programme(world.one)
    for citizen in (world.one, world.two):
        Access.objects.create(user_id=world.leader.pk, user_name="x", kind="view", what="x", citizen_id=citizen.pk)
    row = world.merge()
    assert Access.objects.filter(citizen_id__in=ids_of(row.survivor)).count() == 2


def test_what_is_added_afterwards_goes_back_with_the_case_it_belongs_to(world):
    """K1: a slot with its programme, a line and a task with its case, access with the row it rests on."""
    first, second = world.programme(world.one), world.programme(world.two)
    waiting = world.referral(world.two)
    row = world.merge()
    keeper = Citizen.objects.get(pk=row.survivor_id)
    after: dict[Programme, list] = {}
    for programme in (first, second):
        programme.refresh_from_db()
        assert programme.citizen == keeper
        placement = programme.placements.get()
        slot = world.slot(placement, datetime.date(2026, 12, 14))
        missed = MissedFactory(slot=slot)
        task = TaskFactory(
            kind="contact_absent_citizen", source=f"attendance.missed:{missed.pk}", citizen=keeper, url="/",
            for_user=world.caseworker,
        )  # fmt: skip
        plan = TaskFactory(source=f"plans.plan:{programme.plan.pk}", kind="plan_follow_up", citizen=keeper, url="/",
                           for_user=world.caseworker)  # fmt: skip
        closing = TaskFactory(source=f"closing_notes.programme:{programme.pk}", citizen=keeper, url="/x/",
                           for_user=world.caseworker)  # fmt: skip
        entry = EntryFactory(programme=programme, citizen=keeper)
        note = NoteFactory(programme=programme, entry__citizen=keeper)
        file = attached_to(note)
        access = PlacementFactory(programme=programme)
        granted = CaseAccess.objects.get(source=f"programmes.placement:{access.pk}")
        after[programme] = [slot, task, plan, closing, entry, note.entry, file, granted]
    # A referral that was the other's is accepted: its new programme goes back with it.
    accepted = world.programme(keeper, status="planned", starts_on=datetime.date(2026, 12, 14))
    with acting(System("test")):
        Referral.objects.filter(pk=waiting.pk).update(status="accepted", programme=accepted)
    unmerge(merge=row, why="Brothers", by=world.leader)
    for programme, added in after.items():
        programme.refresh_from_db()
        for thing in added:
            thing.refresh_from_db()
            assert thing.citizen_id == programme.citizen_id, thing
    assert {first.citizen_id, second.citizen_id} == {world.one.pk, world.two.pk}
    accepted.refresh_from_db()
    assert accepted.citizen == world.two
    assert set(accepted.expected_attendance.values_list("citizen", flat=True)) == {world.two.pk}
    assert not CaseAccess.objects.filter(source=f"programmes.programme:{accepted.pk}", citizen=world.one).exists()


@pytest.mark.parametrize(
    ("label", "model"),
    [
        ("programmes.placement", "placement"),
        ("attendance.missed", "missedattendance"),
        ("closing_notes.programme", "programme"),
        ("plans.plan", "plan"),
        ("referrals.referral", "referral"),
        ("programmes.citizen", "citizen"),
        ("nothing.at_all", None),
        ("", None),
    ],
)
def test_what_a_source_names_is_found(label, model):
    found = model_called(label)
    assert (found._meta.model_name if found else None) == model
    assert found is None or path_to_citizen(found)


@st.composite
def sides(draw):
    """What stands on the two sides, and what is chosen."""
    side = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=2)
    choices = st.dictionaries(st.sampled_from(LOCAL), st.sampled_from(["survivor", "loser"]))
    return draw(side), draw(side), draw(st.booleans()), draw(choices), draw(st.integers(0, 3))


@given(sides())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merge_and_unmerge_leaves_every_row_as_before(example):
    """K1: all tables, every column; only the logs grow."""
    ours, theirs, has_referral, choices, more = example
    with rolled_back():
        world = World()
        programmes = [
            world.programme(citizen, days=days, notes=notes)
            for citizen, side in ((world.one, ours), (world.two, theirs))
            for days, notes in side
        ]
        world.referral(world.two if has_referral else world.one)
        before = compared(dump())
        row = world.merge(**choices)
        assert dump() != before
        added = [
            EntryFactory(programme=programme, citizen=row.survivor, body="Afterwards")
            for programme in programmes[:more]
        ]
        unmerge(merge=row, why="Two after all", by=world.leader)
        after = compared(dump())
        for entry in added:
            entry.refresh_from_db()
            owner = Programme.objects.get(reference=entry.case).citizen_id
            assert entry.citizen_id == owner
            del after["journal_entry"][json.dumps(entry.pk)]
        assert after == before


@contextlib.contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_a_line_told_while_they_are_one_stays_readable(world):
    first = world.programme(world.one)
    row = world.merge()
    with acting(world.leader):
        tell(
            "note",
            citizen=row.survivor,
            centre=world.centre,
            case=first.reference,
            referring_organisation=None,
            by=None,
        )
    unmerge(merge=row, why="No", by=world.leader)
    assert Entry.objects.filter(case=first.reference, citizen=world.one, kind="note").count() == 2
