"""A protected name, address and telephone appear nowhere unless they are uncovered (experience 27, T10).

Every route, every role, every method, in a whole case world of somebody with a name that nobody else has; then what
leaves the house: mails, calendar files, documents, the log.
"""

import logging
from itertools import product

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from accounts.models import User
from audit.acting import System, acting
from citizens.models import CaseAccess, Citizen
from closing_notes.documents import data_of, file_name, html_of, view_of
from closing_notes.evidence import figures_of
from messaging.models import OutgoingMail
from programmes.rights.citizen_access import give_access
from tests.conftest import FreshClient
from tests.desk.cast import NINE
from tests.matrix import World, a_world, every_role
from tests.test_url_matrix import KINDS, WORDS

pytestmark = pytest.mark.django_db
FIRST, LAST, PHONE, STREET = "Quirinus", "Zyxwerlund", "29 87 65 43", "Hemmelighedsvej"
EMAIL = f"{FIRST}.{LAST}@example.org".lower()
SECRETS = [text.casefold() for text in (FIRST, LAST, PHONE, PHONE.replace(" ", ""), STREET)]


@pytest.fixture
def world() -> World:
    with time_machine.travel(NINE, tick=False):
        world = a_world(
            LAST,
            FIRST,
            citizen__is_protected=True,
            citizen__phone=PHONE,
            citizen__email=EMAIL,
            citizen__address=f"{STREET} 17, 9000 Aalborg",
        )
        with acting(System("test")):
            Citizen.objects.filter(last_name=LAST).update(is_protected=True)  # the records that were merged, too
            CaseAccess.objects.filter(user=world.case.citizen_user).delete()
        world.case.citizen_user = give_access(programme=world.case.programme, by=world.case.caseworker)
        yield world


def told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text.casefold()]


def all_of(response: HttpResponse) -> str:
    """Body and headers, file names included; the folded lines of calendar files in one."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace").replace("\r\n ", "") + str(dict(response.headers))


def client_of(user: User) -> FreshClient:
    client = FreshClient(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("role", every_role("contact_person", "referrer"))
def test_no_route_tells_it_to_any_role(world, role, caplog):
    caplog.set_level(logging.DEBUG)
    client = client_of(world.user(role))
    key = client.session.session_key
    leaks = []
    for route, kind in KINDS.items():
        url = reverse(route, kwargs=world.objects[kind])
        for method in ("GET", "POST"):
            with transaction.atomic():
                client.cookies["sessionid"] = key
                answer = client.get(url) if method == "GET" else client.post(url, {**WORDS, "slot": world.slot_id})
                # The citizen's own calendar file is addressed to the citizen.
                found = told(all_of(answer).replace(EMAIL, "") if role == "citizen" else all_of(answer))
                for mail in OutgoingMail.objects.all():
                    found += told(f"{mail.subject} {mail.body} {mail.calendar}")
                transaction.set_rollback(True)
            if found:
                leaks.append(f"{route} {method}: {sorted(set(found))}")
    assert leaks == []
    assert told(caplog.text) == []


def test_it_is_not_found_by_searching_and_the_page_of_hits_does_not_tell_it(world):
    reference = world.case.programme.reference
    roles = ["caseworker", "team_leader", "referrer", "specialist", "contact_person"]
    for role, language in product(roles, ["da", "sv", "en"]):
        with acting(System("test")):
            User.objects.filter(pk=world.user(role).pk).update(language=language)
        client = client_of(world.user(role))
        for query in (LAST, LAST[:5], FIRST, "29876543"):
            for page in ("/cases/", "/search/"):
                html = client.get(page, {"q": query}, follow=True).text
                assert reference not in html, (role, language, page, query)
            hits = client.post(reverse("desk:suggestions"), {"q": query}).text
            assert reference not in hits, (role, language, query)
            assert told(hits.replace(query, "")) == []


def test_the_documents_do_not_tell_it(world):
    note = world.case.programme.closing_notes.latest("number")
    view = view_of(note)
    assert told(html_of(view) + str(view) + file_name(note)) == []
    assert told(data_of(note, figures_of(note.programme)).content.decode()) == []


def test_the_file_of_a_meeting_does_not_tell_it(world):
    client = client_of(world.case.caseworker)
    meeting = world.objects["meeting"]
    for route in (route for route, kind in KINDS.items() if kind == "meeting"):
        assert told(all_of(client.get(reverse(route, kwargs=meeting)))) == []


def test_what_the_citizen_is_called_as_a_user_tells_nothing(world):
    assert told(world.case.citizen_user.name) == []
    assert told(world.case.citizen_user.initials) == []


def test_initials_do_not_tell_it(world):
    assert world.case.citizen.initials == "–"


def test_it_is_told_to_the_caseworker_who_says_why(world):
    """And only on the one page, as tests/desk/test_people.py has it in detail."""
    client = client_of(world.case.caseworker)
    reference = world.case.programme.reference
    client.post(reverse("desk:uncover", args=[reference]), {"why": "Must send a letter"})
    shown = {
        route for route, kind in KINDS.items() if told(all_of(client.get(reverse(route, kwargs=world.objects[kind]))))
    }
    assert shown == {"desk:people"}
