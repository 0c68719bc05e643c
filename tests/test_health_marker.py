"""A contact person meets nothing of a health goal, on no route and in no document (J2, P16, L3)."""

import io

import pypdf
import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit.acting import System, acting
from core.life_areas import LifeArea
from plans import tasks
from plans.actions import save_draft
from plans.agreement import confirming
from plans.content import GoalContent, SubgoalContent
from plans.evidence.observations import observe
from plans.follow_ups.recording import Mark, record_follow_up
from plans.models import Plan, PlanDocument, Subgoal
from plans.paper import documents
from plans.writing import abandoning
from tests.conftest import FreshClient
from tests.desk.cast import NINE, TODAY
from tests.factories.journal import NoteFactory
from tests.factories.plans import nobody_acts
from tests.matrix import World, a_world
from tests.test_url_matrix import ROWS, WORDS

pytestmark = pytest.mark.django_db
# Nobody types the first word anywhere; a search for the second one, which its page repeats, must not bring the first.
SECRET, SOUGHT = "Zebrafinke", "kvaggaspor"
MARKED = f"{SECRET} {SOUGHT}"


@pytest.fixture
def world():
    """A case in which everything that concerns health holds the marker, written by the actions themselves."""
    with time_machine.travel(NINE, tick=False):
        world = a_world("Sejersen")
        plan = Plan.objects.get(programme=world.case.programme)
        by = world.case.caseworker
        steps = [f"{MARKED} {number}" for number in range(1, 6)]
        said = {"baseline": MARKED, "target": MARKED, "responsible": MARKED, "steps": steps}
        parts = [SubgoalContent(f"{MARKED} lifts", **said), SubgoalContent(f"{MARKED} sleeps", **said)]
        works = SubgoalContent("Comes on time", baseline="Never", target="Daily", steps=["a", "b", "c", "d", "Daily"])
        content = [
            GoalContent("Works three days", subgoals=[works]),
            GoalContent(MARKED, life_area=LifeArea.HEALTH, own_words=MARKED, subgoals=parts),
        ]
        plan.programme.refresh_from_db()
        version = plan.versions.latest("number")
        version = save_draft(plan=plan, content=content, number=version.number, revision=version.revision, by=by)
        confirming.confirm(version=version, agreed_on=TODAY, by=by)
        first, lifts, sleeps = Subgoal.objects.filter(goal__version=version).order_by("goal__position", "position")
        for one in (lifts, sleeps):
            observe(plan=plan, subgoal=one.key, text=MARKED, by=by)
        marks = {one.key: Mark(3, 4, MARKED, MARKED) for one in (lifts, sleeps)} | {first.key: Mark(2)}
        record_follow_up(plan=plan, held_on=TODAY, steps=marks, comment=MARKED, by=by)
        abandoning.abandon(plan=plan, keys=[sleeps.key], why=MARKED, by=by)
        NoteFactory(programme=world.case.programme, category="health", audience="health", body=MARKED)
        with acting(System("test")):
            world.case.programme.accommodations_why = MARKED
            world.case.programme.save()
            nobody_acts()
        yield world


def answers(client: Client, world: World, role: str, *, apps: tuple[str, ...] = ("",)):
    """Every page of every route that the role is shown, and what is printed and searched."""
    for (route, method), (kind, statuses) in ROWS.items():
        if not route.startswith(apps) or kind not in world.objects:
            continue
        if method == "GET" or statuses[role] in (200, 422):
            url = reverse(route, kwargs=world.objects[kind])
            with transaction.atomic():
                answer = client.post(url, {**WORDS, "slot": world.slot_id}) if method == "POST" else client.get(url)
                transaction.set_rollback(True)
            yield f"{method} {url}", answer
    for address in (f"/search/?q={SOUGHT}", f"/search/?in=texts&q={SOUGHT}", f"/cases/?q={SOUGHT}"):
        yield address, client.get(address)
    reference = world.case.programme.reference
    yield "timeline", client.get(f"/cases/{reference}/?q={SOUGHT}&filters=1")
    yield "print", client.get(f"/cases/{reference}/print/?q={SOUGHT}")
    yield "palette", client.post(reverse("desk:suggestions"), {"q": SOUGHT})


def signed_in_as(world: World, role: str) -> Client:
    client = FreshClient(raise_request_exception=False)
    client.force_login(world.user(role), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def printed(client: Client, plan: Plan) -> str:
    """The text of the PDF that this reader is given."""
    client.post(reverse("plans:document", args=[plan.programme.reference]), {"language": "da"})
    row = PlanDocument.objects.latest("pk")
    tasks.render(row.pk)
    file = client.get(reverse("plans:document_file", args=[plan.programme.reference, row.pk])).content
    return " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(file)).pages)


def test_a_contact_person_meets_the_marker_nowhere(world, monkeypatch):
    monkeypatch.setattr(documents, "hurry", lambda pk: None)
    client = signed_in_as(world, "contact_person")
    found = [
        where
        for where, answer in answers(client, world, "contact_person")
        if SECRET.encode() in (b"".join(answer.streaming_content) if answer.streaming else answer.content)
    ]
    assert found == []
    plan = Plan.objects.get(programme=world.case.programme)
    text = printed(client, plan)
    assert "Comes on time" in text
    assert SECRET not in text
    # The control: it is there for who reads health notes, on the page, in the search and on paper.
    own = signed_in_as(world, "caseworker")
    assert SECRET in own.get(reverse("plans:whole", args=[plan.programme.reference])).text
    assert SECRET in own.get(f"/cases/{plan.programme.reference}/?q={SOUGHT}").text
    assert SECRET in printed(own, plan)


def test_a_team_leader_meets_what_was_seen_only_after_saying_why(world):
    """J2: the plan's goals are for the one who answers for it; what was seen about health is a health note."""
    seen = "The knee gave way"
    plan = Plan.objects.get(programme=world.case.programme)
    lifts = Subgoal.objects.get(goal__version__plan=plan, title__endswith="lifts")
    observe(plan=plan, subgoal=lifts.key, text=seen, by=world.case.caseworker)
    client = signed_in_as(world, "team_leader")
    found = [
        where
        for where, answer in answers(client, world, "team_leader", apps=("plans:", "closing_notes:", "desk:case"))
        if seen.encode() in answer.content and "/observations/health/" not in where
    ]
    assert found == []
