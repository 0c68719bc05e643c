"""The citizen's own access, and a protected name (T10, experience 27)."""

import pytest
import time_machine
from django.utils import translation

from accounts import codes
from accounts.models import User
from audit.acting import System, acting
from audit.models import Event
from citizens.models import CaseAccess, Citizen
from core.events import message_due
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from programmes.rights.citizen_access import access_of, end_access, follow_record, give_access
from programmes.rights.protection import note_uncovering, set_protection
from tests.desk.cast import a_case
from tests.factories.accounts import user_with_role

pytestmark = pytest.mark.django_db
PHONE = "28 11 22 33"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def case():
    with time_machine.travel("2026-12-02 09:00:00+01:00", tick=False):
        case = a_case(citizen__phone=PHONE, citizen__email="Torben@example.org", citizen__language="sv")
        case.citizen.access.filter(role="citizen").first()
        with acting(System("test")):
            case.citizen.access.filter(role="citizen").delete()
        yield case


@pytest.fixture
def sent():
    found: list[dict] = []

    def keep(sender, **told):
        found.append(told)

    message_due.connect(keep, weak=False, dispatch_uid="tests.citizen_access")
    yield found
    message_due.disconnect(dispatch_uid="tests.citizen_access")


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("who", ["caseworker", "team_leader"])
def test_the_citizen_signs_in_by_code_and_sees_the_own_case_only(case, sent, who):
    a_case()
    user = give_access(programme=case.programme, by=case.user(who))
    assert list(Citizen.objects.visible_to(fresh(user))) == [case.citizen]
    assert not user.has_usable_password()
    assert (user.language, user.reach.roles) == ("sv", {"citizen"})
    assert codes.reached_at(PHONE) == codes.reached_at("torben@example.org") == [user]


def test_the_citizen_is_told_where_to_sign_in_and_no_name(case, sent):
    give_access(programme=case.programme, by=case.caseworker)
    assert [(told["to"], told["channel"]) for told in sent] == [("torben@example.org", "mail")]
    assert "/accounts/code/" in sent[0]["body"]
    assert "Torben" not in sent[0]["body"] + sent[0]["subject"]


def test_without_an_address_the_telephone_is_enough(case, sent):
    with acting(System("test")):
        Citizen.objects.update(email="")
    user = give_access(programme=case.programme, by=case.caseworker)
    assert [(told["to"], told["channel"]) for told in sent] == [(PHONE, "sms")]
    assert codes.reached_at(user.email) == [user]
    assert user.email.endswith("@citizen.invalid")


@pytest.mark.parametrize("who", ["contact_person", "referrer", "specialist"])
def test_nobody_else_gives_ends_protects_or_uncovers(case, who):
    by = case.user(who)
    with pytest.raises(NotAllowed):
        give_access(programme=case.programme, by=by)
    with pytest.raises(NotAllowed):
        end_access(programme=case.programme, by=by)
    with pytest.raises(NotAllowed):
        set_protection(programme=case.programme, is_protected=True, why="x", by=by)
    with pytest.raises(NotAllowed):
        note_uncovering(programme=case.programme, why="x", by=by)


def test_without_telephone_and_address_it_is_refused(case):
    with acting(System("test")):
        Citizen.objects.update(email="", phone="")
    with pytest.raises(Refused, match="first"):
        give_access(programme=case.programme, by=case.caseworker)


def test_what_somebody_else_signs_in_with_is_refused(case):
    give_access(programme=case.programme, by=case.caseworker)
    other = a_case(citizen__phone=f"+45 {PHONE}", citizen__email="other@example.org")
    with pytest.raises(Refused, match="telephone"):
        give_access(programme=other.programme, by=other.caseworker)
    staff = a_case(citizen__email=other.caseworker.email, citizen__phone="")
    with pytest.raises(Refused, match="e-mail"):
        give_access(programme=staff.programme, by=staff.caseworker)


def test_given_again_it_follows_the_record(case):
    user = give_access(programme=case.programme, by=case.caseworker)
    with acting(System("test")):
        Citizen.objects.update(phone="28 00 00 01")
    assert give_access(programme=case.programme, by=case.caseworker) == user
    assert codes.reached_at("28000001") == [user]
    assert User.objects.filter(memberships__role="citizen", case_access__isnull=False).distinct().count() == 1


def test_ended_it_is_gone_at_once_and_can_be_given_again(case):
    user = give_access(programme=case.programme, by=case.caseworker)
    end_access(programme=case.programme, by=case.team_leader)
    assert not fresh(user).is_active
    assert codes.reached_at(PHONE) == []
    assert not Citizen.objects.visible_to(fresh(user)).exists()
    assert access_of(case.programme) is None
    with pytest.raises(Refused):
        end_access(programme=case.programme, by=case.caseworker)
    assert give_access(programme=case.programme, by=case.caseworker) == user
    assert Citizen.objects.visible_to(fresh(user)).exists()


def test_both_are_told_on_the_timeline(case):
    give_access(programme=case.programme, by=case.caseworker)
    end_access(programme=case.programme, by=case.caseworker)
    assert list(Entry.objects.order_by("pk").values_list("kind", flat=True)) == [
        "citizen_access_given",
        "citizen_access_ended",
    ]


def test_a_protected_name_is_no_users_name_either(case):
    """Experience 27: neither the list of users nor the log of look-ups tells it."""
    user = give_access(programme=case.programme, by=case.caseworker)
    assert fresh(user).name == "Torben Sejersen"
    set_protection(programme=case.programme, is_protected=True, why="Has moved in secret", by=case.caseworker)
    assert "Torben" not in fresh(user).name
    set_protection(programme=case.programme, is_protected=False, why="No longer needed", by=case.team_leader)
    assert fresh(user).name == "Torben Sejersen"


def test_setting_what_is_set_is_refused(case):
    with pytest.raises(Refused):
        set_protection(programme=case.programme, is_protected=False, why="x", by=case.caseworker)


def test_uncovering_is_written_down_with_its_reason(case):
    note_uncovering(programme=case.programme, why="Must write a letter", by=case.caseworker)
    event = Event.objects.get(verb="protected_name_uncovered")
    assert (event.citizen_id, event.detail) == (case.citizen.pk, {"why": "Must write a letter"})


def test_another_centre_gives_nothing(case):
    stranger = user_with_role("team_leader", a_case().programme.centre)
    with pytest.raises(NotAllowed):
        give_access(programme=case.programme, by=stranger)


def test_after_a_correction_codes_go_where_the_record_says(case):
    user = give_access(programme=case.programme, by=case.caseworker)
    taken = user_with_role("caseworker", case.programme.centre, email="taken@example.org")
    for phone, email, name in (("28 00 00 02", "new@example.org", "Ane"), ("", taken.email, "Ane")):
        with acting(case.caseworker):
            case.citizen.phone, case.citizen.email, case.citizen.first_name = phone, email, name
            case.citizen.save(update_fields=["phone", "email", "first_name"])
            follow_record(case.citizen)
    user = fresh(user)
    assert (user.phone, user.email, user.name) == ("", "new@example.org", "Ane Sejersen")
    assert codes.reached_at(PHONE) == []


def test_a_correction_to_somebody_elses_number_locks_nobody_out(case):
    """U3: two with one number would both get no code, so the one who had it keeps it."""
    first = give_access(programme=case.programme, by=case.caseworker)
    other = a_case()
    with acting(other.caseworker):
        other.citizen.phone, other.citizen.email = "28 00 00 09", "other@example.org"
        other.citizen.save(update_fields=["phone", "email"])
        CaseAccess.objects.filter(citizen=other.citizen, role="citizen").delete()
    second = give_access(programme=other.programme, by=other.caseworker)
    with acting(other.caseworker):
        other.citizen.phone = PHONE
        other.citizen.save(update_fields=["phone"])
        follow_record(other.citizen)
    assert codes.reached_at(PHONE) == [first]
    assert fresh(second).phone == ""
