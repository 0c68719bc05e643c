"""All five efforts run in the demo on the same code, each with living pages in its own language."""

from collections import Counter, defaultdict

import pytest
from django.db import connection
from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.roles import Role
from attendance.models import ExpectedAttendance
from audit.acting import System, acting
from citizens.models import CaseAccess, Citizen
from demo.seeding.world import content
from demo.users import EFFORTS, EVERYBODY, address
from journal.models import Entry
from plans.models import Confirmation, Version
from programmes.activity_statuses import ActivityStatus
from programmes.checklist.requirements import settle
from programmes.models import (
    Activity,
    ChecklistItem,
    EndChange,
    Offer,
    Pause,
    PhaseStart,
    Placement,
    Programme,
    TeamMember,
)
from programmes.statuses import RUNNING, Status
from programmes.types.catalogue import latest_types
from referrals.models import Party
from tests.conftest import run_sql
from tests.demo.conftest import NOW, Seed
from worklist.models import Task

TODAY = NOW.date()
WITH_CASES = {Role.CASEWORKER, Role.TEAM_LEADER, Role.REFERRER, Role.SPECIALIST, Role.CITIZEN}
# A few words that only the one language has.
SWEDISH, DANISH = {" och ", " är ", " att "}, {" og ", " er ", " at "}


def programme_of(name: str) -> Programme:
    return Programme.objects.select_related("type", "citizen").get(citizen__first_name=name, previous=None)


def test_every_effort_is_alive(seeded: Seed, client: Client) -> None:
    """Every type of the catalogue is offered and has cases; nobody whom the demo signs in meets an empty page."""
    seeded(citizens=200, weeks=26)
    offered = set(Offer.objects.current(TODAY).values_list("type_key", flat=True))
    assert offered == {one.key for one in latest_types()}
    running = Counter(Programme.objects.running().values_list("type__key", flat=True))
    assert set(running) == offered
    for key in EVERYBODY:
        user = User.objects.get(email=address(key))
        if EVERYBODY[key] in WITH_CASES:
            assert Programme.objects.visible_to(user).running().exists(), key
        if EVERYBODY[key] in (Role.CASEWORKER, Role.TEAM_LEADER):
            assert Task.objects.visible_to(user).due().exists(), key
        client.force_login(user)
        page = client.get(reverse("desk:today"))
        assert page.status_code == 200, key
        language = "sv" if key.endswith("-rebus") else "da"
        assert f'<html lang="{language}"' in page.content.decode(), key
        if EVERYBODY[key] == Role.TEAM_LEADER:
            assert client.get(reverse("referrals:queue")).status_code == 200, key
        if EVERYBODY[key] == Role.CASEWORKER:
            case = Programme.objects.visible_to(user).running().filter(caseworker=user).first()
            assert case is not None, key
            assert client.get(reverse("desk:case", args=[case.reference])).status_code == 200, key
    look_at_the_stories()
    look_at_places()
    look_at_the_words()
    look_at_what_must_hold()


def look_at_the_stories() -> None:
    """The told cases show what they were told for."""
    told = {text["referral"] for text in content("cases")["cases"]}
    assert len(told) == 12
    edina = programme_of("Edina")
    assert Pause.objects.filter(programme=edina).exists()
    assert not EndChange.objects.get(programme=edina).is_extension
    assert TeamMember.objects.get(programme=edina, is_coordinator=True).user == edina.caseworker
    linnea = programme_of("Linnéa")
    phases = list(PhaseStart.objects.filter(programme=linnea).values_list("phase", flat=True))
    assert phases == [phase.key for phase in linnea.type.settings.phases][1:]
    assert Party.objects.filter(referral__programme=linnea).count() == 1
    assert set(Confirmation.objects.filter(version__plan__programme=linnea).values_list("party", flat=True)) == {
        "citizen", "caseworker", "referrer",
    }  # fmt: skip
    assert any(change.is_extension for change in EndChange.objects.all())
    assert programme_of("Christoffer").closing_notes.get().outcome == "own_home"
    for name in ("Linnéa", "Edina", "Christoffer", "Nasrin"):
        assert programme_of(name).caseworker.email.startswith("caseworker-")
    for name in ("Tarek", "Freja"):
        before = programme_of(name)
        assert before.status == Status.COMPLETED
        assert before.following.get().status == Status.PLANNED
        assert before.activities.filter(status=ActivityStatus.ATTENDED).exists()
    assert Activity.objects.filter(status=ActivityStatus.MISSED).exists()
    assert Activity.objects.filter(status=ActivityStatus.PLANNED, day__gt=TODAY).exists()


def look_at_places() -> None:
    """P10: the quotas are nearly full, none is overdrawn, and one place is lent."""
    rebus = Programme.objects.running().filter(type__key="rebus")
    quotas = {quota.municipality: quota.places for quota in rebus[0].type.settings.capacity.quotas}
    own = Counter(one.lent_from or one.municipality for one in rebus)
    assert set(own) == set(quotas)
    assert all(own[name] <= places for name, places in quotas.items())
    assert 0.8 * sum(quotas.values()) <= sum(own.values()) < sum(quotas.values())
    assert rebus.exclude(lent_from="").count() == 1
    limits = Programme.objects.running().values("type__key").annotate(number=Count("pk"))
    places = {one.key: one.settings.capacity.places for one in latest_types()}
    assert all(row["number"] <= (places[row["type__key"]] or 1_000) for row in limits)


def look_at_the_words() -> None:
    """Swedish at REBUS, Danish elsewhere; no word of the other language, no placeholder left."""
    centre = Organisation.objects.get(country="SE", kind="provider")
    said = Entry.objects.exclude(body="").values_list("centre", "body")
    words: dict[bool, list[str]] = defaultdict(list)
    for of, body in said:
        assert "{" not in body
        words[of == centre.pk].append(f" {body} ")
    for is_swedish, texts in words.items():
        own, other = (SWEDISH, DANISH) if is_swedish else (DANISH, SWEDISH)
        assert sum(any(word in text for word in own) for text in texts) > 0.3 * len(texts)
        strangers = [text for text in texts if all(word in text for word in other)]
        assert strangers == []
    assert set(Citizen.objects.filter(access__centre=centre).values_list("language", flat=True)) == {"sv"}
    assert centre.closing_days.filter(name__icontains="midsommar").exists()


def look_at_what_must_hold() -> None:
    """Access as the actions give it, one place at a time, checklists as the system works them out."""
    for programme in Programme.objects.prefetch_related("team"):
        access = CaseAccess.objects.filter(citizen=programme.citizen_id, centre=programme.centre_id)
        roles = set(access.filter(source=f"programmes.programme:{programme.pk}").values_list("role", flat=True))
        assert roles >= {"caseworker", "team_leader", "referrer"}
        for member in programme.team.all():
            assert access.filter(source=f"programmes.teammember:{member.pk}", user=member.user_id).exists()
    assert not Programme.objects.filter(previous__starts_on__gte=TODAY).exists()
    assert not Activity.objects.filter(day__gt=TODAY).exclude(status=ActivityStatus.PLANNED).exists()
    confirmed = Version.objects.filter(confirmed_at__isnull=False)
    assert not confirmed.exclude(Q(confirmations__party="caseworker")).exists()
    items = list(ChecklistItem.objects.order_by("pk").values_list("programme", "key", "met_on", "due_on", "is_open"))
    run_sql("SET ROLE NONE")
    with acting(System("test")):
        assert settle(by=System("test")) == 0
    assert items == list(
        ChecklistItem.objects.order_by("pk").values_list("programme", "key", "met_on", "due_on", "is_open")
    )
    overdue = ChecklistItem.objects.filter(is_open=True, due_on__lt=TODAY, programme__status__in=RUNNING)
    assert 0 < overdue.count() < 0.25 * ChecklistItem.objects.filter(is_open=True).count()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("effort", sorted(EFFORTS))
def test_each_effort_has_a_button_for_each_of_its_people(effort: str, client: Client, db: None) -> None:
    page = client.get(reverse("account_login")).content.decode()
    for key in EFFORTS[effort]:
        assert f'value="{key}"' in page


def test_weeks_of_internships_are_reported_and_one_is_due(seeded: Seed) -> None:
    """A11: at the centres that have workplaces, in their language; nobody is missed from one."""
    seeded(citizens=200, weeks=26)
    for key, word in (("rca", "planteskole"), ("rebus", "järnhandel")):
        places = content("internships")[key]["places"]
        assert any(word in place["place"].casefold() for place in places)
        stays = Placement.objects.filter(kind="internship", place__in=[place["place"] for place in places])
        assert stays.count() >= 2, key
        slots = ExpectedAttendance.objects.filter(placement__in=stays, day__lt=TODAY)
        assert slots.exclude(state="").count() > slots.filter(state="").count() > 0, key
        worker = address({"rca": "caseworker", "rebus": "caseworker-rebus"}[key])
        assert Task.objects.open().filter(kind="report_week", for_user__email=worker).count() == 1, key
    assert not ExpectedAttendance.objects.filter(workshop=None, missed__isnull=False).exists()
