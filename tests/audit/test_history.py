"""History by triggers: no change without who, no way round it as the web role (T4)."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from accounts.roles import Role
from audit.acting import System, acting
from audit.log import record, record_each
from audit.models import Access, Change, Event
from citizens.models import Citizen
from programmes.models import Programme
from programmes.places.offers import offer_type
from tests.factories.accounts import CentreFactory, UserFactory, user_with_role
from tests.factories.citizens import CitizenFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeTypeFactory

pytestmark = pytest.mark.django_db


# Tables without history: what is only added to, what can be made again, and what is no case data.
WITHOUT_HISTORY = {
    "only added to": {
        *("attendance_mark", "audit_access", "audit_change", "audit_event", "journal_documentcontent"),
        *("plans_observation", "worklist_turn"),
    },
    "made again from what is kept": {
        *(
            "attendance_dayfigure",
            "attendance_dirtyday",
            "attendance_registerday",
            "closing_notes_rendering",
            "core_cache",
            "core_referencecounter",
        ),
        *("plans_plandocument", "programmes_checklistitem", "worklist_task"),
    },
    "not sent or not saved yet, or about signing in": {
        *(
            "account_emailaddress",
            "account_emailconfirmation",
            "accounts_signincode",
            "accounts_tabletpin",
            "demo_mail",
            "django_session",
        ),
        *("journal_draft", "messaging_outgoingmail"),
    },
    "the framework's own": {
        *("auth_group", "auth_group_permissions", "auth_permission", "django_content_type", "django_migrations"),
    },
}


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_update_keeps_who_when_why_before_and_after():
    citizen = CitizenFactory(phone="00 11 11 11")
    user = UserFactory(name="Signe Abildgaard")
    with acting(user, why="Nyt nummer"):
        Citizen.objects.filter(pk=citizen.pk).update(phone="00 22 22 22")
    change = Change.objects.get(table="citizens_citizen", row=str(citizen.pk), operation="update")
    assert (change.actor_id, change.actor_name, change.reason) == (user.pk, "Signe Abildgaard", "Nyt nummer")
    assert (change.before, change.after) == ({"phone": "00 11 11 11"}, {"phone": "00 22 22 22"})
    assert change.at is not None


def test_every_table_keeps_its_history_or_stands_on_a_short_list():
    """T4: a new table of case data gets `track(...)` in its migration."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " AND (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid"
            " AND t.tgname IN ('audit_update', 'audit_delete')) < 2"
        )
        found = {name for (name,) in cursor.fetchall()}
    assert found == set().union(*WITHOUT_HISTORY.values())


def test_raw_sql_is_kept_too():
    citizen = CitizenFactory()
    with acting(System("test")):
        run(f"UPDATE citizens_citizen SET municipality = 'Hobro' WHERE id = '{citizen.pk}'")
        run(f"DELETE FROM citizens_citizen WHERE id = '{citizen.pk}'")
    deleted = Change.objects.get(table="citizens_citizen", row=str(citizen.pk), operation="delete")
    assert deleted.before["municipality"] == "Hobro"
    assert deleted.after is None


def test_many_rows_changed_at_once_are_kept_one_by_one(django_assert_num_queries):
    citizens = [CitizenFactory() for _ in range(3)]
    with acting(System("test")), django_assert_num_queries(1):
        Citizen.objects.update(municipality="Hobro")
    changes = Change.objects.filter(table="citizens_citizen", operation="update")
    assert {change.row for change in changes} == {str(citizen.pk) for citizen in citizens}


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE citizens_citizen SET phone = '1'",
        "DELETE FROM programmes_programme",
        "INSERT INTO accounts_unit (organisation_id, name, kind) SELECT id, 'x', 'team' FROM accounts_organisation",
    ],
)
def test_a_change_that_does_not_say_who_acts_is_refused(attack):
    ProgrammeFactory()
    with pytest.raises(DatabaseError, match="must say who acts"):
        run(attack)


@pytest.mark.parametrize("table", ["audit_change", "audit_event", "audit_access", "attendance_mark", "worklist_turn"])
@pytest.mark.parametrize("attack", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET id = id", "DROP TABLE {}"])
def test_the_web_role_cannot_change_or_remove_what_happened(table, attack):
    CitizenFactory()
    with acting(System("test")), pytest.raises(DatabaseError):
        run(attack.format(table))


@pytest.mark.parametrize(
    "attack",
    [
        "INSERT INTO audit_change (operation, at, actor_name, reason) VALUES ('update', now(), '', '')",
        "ALTER TABLE citizens_citizen DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_update ON citizens_citizen",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "TRUNCATE citizens_citizen CASCADE",
        "SET ROLE postgres",
        "UPDATE django_migrations SET name = 'x'",
    ],
)
def test_the_web_role_cannot_get_round_the_triggers(attack):
    with acting(System("test")), pytest.raises(DatabaseError):
        run(attack)


def test_the_key_of_a_case_row_never_changes():
    programme = ProgrammeFactory()
    with acting(System("test")), pytest.raises(DatabaseError, match="never changes"):
        run(f"UPDATE programmes_programme SET id = id + 1000 WHERE id = {programme.pk}")
    assert Programme.objects.filter(pk=programme.pk).exists()


def test_signing_in_is_no_change_of_the_user():
    user = UserFactory()
    before = Change.objects.count()
    with acting(System("test")):
        User.objects.filter(pk=user.pk).update(last_login="2026-11-23T09:00:00Z")
    assert Change.objects.count() == before


def test_events_and_looks_can_be_added_by_the_web_role():
    user = UserFactory()
    record("plan_confirmed", by=user, subject="F-2026-000001", version=2)
    Access.objects.create(user_id=user.pk, user_name=user.name, kind="view", what="F-2026-000001")
    assert Event.objects.get().detail == {"version": 2}


def test_a_subject_with_a_long_name_is_cut_and_stops_no_deed():
    """T4, T21: what a centre offers is called by its own name and the type's."""
    centre = CentreFactory(name="Rehabiliteringscentret for Nordjylland og det nordlige Himmerland")
    type = ProgrammeTypeFactory(key="individual_development")
    by = user_with_role(Role.ADMINISTRATOR, centre)
    offer_type(
        centre=centre, type_key=type.key, since=datetime.date(2026, 11, 23), until=None, places=None,
        can_be_lent=None, quotas={}, by=by,
    )  # fmt: skip
    record_each("offer_made", by=by, of=[("x" * 100, None)])
    assert {len(event.subject) for event in Event.objects.filter(verb="offer_made")} == {60}
