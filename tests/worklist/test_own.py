"""Tasks that people write down themselves (J6)."""

import datetime

import pytest
import time_machine

from citizens.models import Citizen
from core.exceptions import NotAllowed, Refused
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.worklist import TaskFactory
from worklist import actions
from worklist.models import Task

pytestmark = pytest.mark.django_db
FRIDAY = TODAY + datetime.timedelta(days=2)


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


def written(case, citizen: Citizen | None = None, text: str = "Order the taxi") -> Task:
    return actions.write_own(text=text, due_on=FRIDAY, citizen=citizen, by=case.caseworker)


def test_what_one_writes_down_stands_on_ones_own_list(signed_in, case):
    written(case, case.citizen)
    html = signed_in(case.caseworker).get("/tasks/").content.decode()
    assert "Order the taxi" in html
    assert "Torben Sejersen" in html
    assert "Order the taxi" not in signed_in(case.contact_person).get("/tasks/").content.decode()


def test_it_is_ticked_off_and_put_back(signed_in, case):
    """Experience 19: undo rather than confirm."""
    task = written(case)
    client = signed_in(case.caseworker)
    html = client.post(f"/tasks/{task.pk}/done/", follow=True).content.decode()
    assert f'action="/tasks/{task.pk}/undo/?back=' in html
    assert not Task.objects.open().exists()
    assert "Order the taxi" in client.get("/tasks/?whose=done").content.decode()
    client.post(f"/tasks/{task.pk}/undo/")
    assert Task.objects.open().get() == task
    assert [turn.kind for turn in task.turns.order_by("pk")] == ["written", "done", "undone"]


def test_ticked_off_twice_it_is_done_once(case):
    task = written(case)
    for _ in range(2):
        actions.finish(task=task, by=case.caseworker)
    assert task.turns.filter(kind="done").count() == 1


def test_a_task_of_the_rules_is_not_ticked_off(case):
    task = TaskFactory(citizen=case.citizen, for_user=case.caseworker)
    with pytest.raises(Refused, match="by itself"):
        actions.finish(task=task, by=case.caseworker)
    with pytest.raises(NotAllowed):
        actions.undo(task=task, by=case.caseworker)


def test_changing_it_keeps_what_stood_before(case):
    task = written(case)
    actions.rewrite_own(task=task, text="Cancel the taxi", due_on=TODAY, citizen=case.citizen, by=case.caseworker)
    task.refresh_from_db()
    assert (task.params["text"], task.due_on, task.citizen) == ("Cancel the taxi", TODAY, case.citizen)
    assert task.turns.get(kind="changed").word == "Order the taxi"


def test_a_colleague_neither_ticks_off_nor_changes_it(case):
    task = written(case, case.citizen)
    with pytest.raises(NotAllowed):
        actions.finish(task=task, by=case.team_leader)
    with pytest.raises(NotAllowed):
        actions.rewrite_own(task=task, text="x", due_on=FRIDAY, citizen=None, by=case.team_leader)


def test_about_nobody_it_is_ones_own_and_about_a_citizen_the_team_leader_reads_it(case):
    private, shared = written(case), written(case, case.citizen)
    assert set(Task.objects.led_by(case.team_leader)) == {shared}
    assert set(Task.objects.visible_to(case.caseworker)) == {private, shared}


def test_nobody_writes_about_a_citizen_whom_they_may_not_see(signed_in, case):
    """T1."""
    stranger = a_case("Anden", "Sag").citizen
    with pytest.raises(NotAllowed):
        written(case, stranger)
    client = signed_in(case.caseworker)
    assert client.get(f"/tasks/new/?citizen={stranger.pk}").status_code == 404
    assert client.get("/tasks/new/?citizen=nonsense").status_code == 404
    answer = client.post("/tasks/new/", {"text": "x", "due_on": "4.12.26", "citizen": str(stranger.pk)})
    assert answer.status_code == 422
    assert not Task.objects.exists()


@pytest.mark.parametrize("role", ["citizen"])
def test_a_citizen_has_no_list_to_write_on(signed_in, case, role):
    assert signed_in(case.user(role)).get("/tasks/new/").status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "x" * 20_001),
        ("text", "nul\0byte"),
        ("due_on", ""),
        ("due_on", "1.1.0001"),
        ("due_on", "31.12.9999"),
        ("due_on", "yesterday"),
        ("due_on", "1.12.26"),
        ("citizen", "nobody"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(signed_in, case, field, value):
    """Experience 17."""
    sent = {"text": "Order the taxi", "due_on": "4.12.26", **{field: value}}
    answer = signed_in(case.caseworker).post("/tasks/new/", sent)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Task.objects.exists()


def test_from_the_case_the_citizen_is_chosen(signed_in, case):
    html = signed_in(case.caseworker).get(f"/tasks/new/?citizen={case.citizen.pk}").content.decode()
    assert f'value="{case.citizen.pk}" selected' in html


def test_a_protected_name_is_not_offered_in_the_list(signed_in):
    """T10."""
    case = a_case(citizen__is_protected=True)
    assert "Protected name" not in signed_in(case.caseworker).get("/tasks/new/").content.decode()
    page = signed_in(case.caseworker).get(f"/tasks/new/?citizen={case.citizen.pk}").content.decode()
    assert "Protected name" in page
    assert "Sejersen" not in page
