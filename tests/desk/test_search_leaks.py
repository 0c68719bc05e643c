"""Search leaks nothing in results, counts or suggestions to the wrong role: every role by every kind of search."""

import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tests.desk.cast import NINE, Case, a_case
from tests.desk.test_search_number import DANISH, NOBODYS, give_number
from tests.factories.accounts import user_with_role
from tests.factories.journal import EntryFactory

pytestmark = pytest.mark.django_db

# Which audiences each role reads (J2); the others see no case at all.
READS = {
    "caseworker": {"team", "shared_referrer", "shared_citizen", "health"},
    "specialist": {"team", "shared_referrer", "shared_citizen", "health"},
    "team_leader": {"team", "shared_referrer", "shared_citizen"},
    "contact_person": {"team", "shared_referrer", "shared_citizen"},
    "referrer": {"shared_referrer"},
    "citizen": {"shared_citizen"},
    "steering_group": set(),
    "administrator": set(),
}
AUDIENCES = ["team", "shared_referrer", "shared_citizen", "health"]
WORD = "bistader"


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def user_of(case: Case, role: str):
    if role in ("steering_group", "administrator"):
        return user_with_role(role, case.programme.centre)
    return case.user(role)


class Asker:
    """Everything that one user can ask the search, each as the text of its answer."""

    def __init__(self, client) -> None:
        self.client = client

    def page(self, text: str) -> str:
        return self.client.get(reverse("desk:search"), {"q": text}, follow=True).content.decode()

    def suggestions(self, text: str) -> str:
        return self.client.post(reverse("desk:suggestions"), {"q": text}).content.decode()

    def listed(self, text: str) -> str:
        return self.client.get(reverse("desk:cases"), {"q": text, "status": "all"}).content.decode()

    def number(self, text: str) -> str:
        return self.client.post(reverse("desk:search"), {"q": text}, follow=True).content.decode()

    def texts(self, text: str) -> str:
        return self.client.get(reverse("desk:search"), {"q": text, "in": "texts"}).content.decode()


WAYS = ["page", "suggestions", "listed"]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


def body_of(html: str, *typed: str) -> str:
    """The answer without what it repeats of the question and without what is new in every answer."""
    html = TOKEN.sub("", html[max(html.find("<main"), 0) :].split("</main>")[0])
    for text in typed:
        html = html.replace(text, "…").replace(text.replace(" ", "+"), "…")
    return html


@pytest.mark.parametrize("role", READS)
@pytest.mark.parametrize("way", WAYS)
def test_a_foreign_case_answers_as_one_that_does_not_exist(signed_in, role, way):
    """T1: the same answer, counts included, for name, part, typo and every form of the reference."""
    own, foreign = a_case("Torben", "Sejersen"), a_case("Ottilie", "Quistgaard", reference="F-2019-987654")
    ask = getattr(Asker(signed_in(user_of(own, role))), way)
    pairs = [
        ("Quistgaard", "Xyzwvutsrq"),
        ("quistg", "xyzwvu"),
        ("qvistgaard", "xyzwvutsrp"),
        ("Ottilie Quistgaard", "Qwertyu Xyzwvutsrq"),
        (foreign.programme.reference, "F-2018-999999"),
        (foreign.programme.reference[-6:], "999998"),
    ]
    for asked, never in pairs:
        answer = ask(asked)
        assert "Ottilie" not in body_of(answer, asked)
        assert reverse("desk:case", args=[foreign.programme.reference]) not in answer
        assert body_of(answer, asked) == body_of(ask(never), never)


@pytest.mark.parametrize("role", READS)
@pytest.mark.parametrize("way", WAYS)
def test_a_protected_name_is_found_by_nobody_but_its_number_by_those_who_see_the_case(signed_in, role, way):
    """Experience 27: by name, part and typo never, not even by the own caseworker; never unmasked."""
    case = a_case("Ottilie", "Quistgaard", citizen__is_protected=True)
    asker = Asker(signed_in(user_of(case, role)))
    link = reverse("desk:case", args=[case.programme.reference])
    for text in ("Quistgaard", "quist", "qvistgaard", "ottilie"):
        answer = getattr(asker, way)(text)
        assert link not in answer
        assert "Protected name" not in answer
    answer = getattr(asker, way)(case.programme.reference)
    assert "Quistgaard" not in answer
    assert (link in answer) is bool(READS[role])


@pytest.mark.parametrize("role", READS)
def test_a_foreign_number_is_answered_as_one_that_nobody_has(signed_in, role):
    own, foreign = a_case("Torben", "Sejersen"), a_case("Ottilie", "Quistgaard")
    give_number(foreign.citizen, DANISH)
    asker = Asker(signed_in(user_of(own, role)))
    assert body_of(asker.number(DANISH)) == body_of(asker.number(NOBODYS))


@pytest.mark.parametrize("role", READS)
def test_words_are_found_in_what_the_role_reads_and_in_nothing_else(signed_in, role):
    """J2, K3: own and foreign, of every audience, standing and struck out: results and counts."""
    own, foreign = a_case("Torben", "Sejersen"), a_case("Ottilie", "Quistgaard")
    for audience in AUDIENCES:
        EntryFactory(programme=own.programme, audience=audience, body=f"{WORD} own-{audience}-stands")
        EntryFactory(programme=foreign.programme, audience=audience, body=f"{WORD} foreign-{audience}")
        EntryFactory(
            programme=own.programme, audience=audience, body=f"{WORD} own-{audience}-struck", struck_at=timezone.now(),
            struck_by=own.caseworker, struck_why="the wrong citizen",
        )  # fmt: skip
    client = signed_in(user_of(own, role))
    html = Asker(client).texts(WORD)
    found = {audience for audience in AUDIENCES if f"own-{audience}-stands" in html}
    assert found == READS[role]
    assert "foreign" not in html
    assert "-struck" not in html
    count = len(READS[role])
    assert f"{count} text" in html if count else "text found" not in html
    # The palette says nothing of texts but where to look for them.
    assert "own-" not in Asker(client).suggestions(WORD)
    # In the case itself the same, but for what author and team leader still read of what was struck out.
    if READS[role]:
        for page in ("case", "print"):
            html = client.get(reverse(f"desk:{page}", args=[own.programme.reference]), {"q": WORD}).content.decode()
            assert {audience for audience in AUDIENCES if f"own-{audience}-stands" in html} == READS[role]
            struck = {audience for audience in AUDIENCES if f"own-{audience}-struck" in html}
            assert struck == (READS[role] if role in ("caseworker", "team_leader") else set())


def test_that_there_is_a_health_note_is_not_told_by_searching_for_its_words_or_its_author(signed_in):
    """J2: the timeline tells a team leader that there is one; a search would tell what is in it and whose it is."""
    case = a_case()
    author = user_with_role("specialist", case.programme.centre)
    EntryFactory(programme=case.programme, audience="health", body=f"{WORD} diagnosis", author=author)
    EntryFactory(programme=case.programme, audience="team", body="other", author=case.caseworker)
    client = signed_in(case.team_leader)
    url = reverse("desk:case", args=[case.programme.reference])
    assert "Health note, restricted" in client.get(url).content.decode()
    for asked in ({"q": WORD}, {"filters": "1"}):
        html = client.get(url, asked).content.decode()
        assert f'value="{author.pk}"' not in html
        assert ("Health note, restricted" in html) is ("filters" in asked)
    assert client.get(url, {"author": author.pk}).status_code == 422
    printed = client.get(reverse("desk:print", args=[case.programme.reference])).content.decode()
    assert "Health note, restricted" not in printed
