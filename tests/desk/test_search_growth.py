"""Search asks the database the same at 100 and at 100,000 citizens, and reads no big table through (speed.md)."""

import json
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.desk.cast import NINE, Case, a_case
from tests.desk.crowd import gather
from tests.desk.test_search_number import DANISH, NOBODYS, give_number

pytestmark = pytest.mark.django_db

BIG = {"citizens_citizen", "citizens_caseaccess", "programmes_programme", "journal_entry", "referrals_referral"}
READERS = ["caseworker", "team_leader", "referrer"]
# What is asked, and the queries it may take: sign-in, roles, the log and what waits in the navigation are among them.
ASKED = {
    "a name": ("get", "desk:search", {"q": "sejersen"}),
    "part of a name": ("get", "desk:search", {"q": "ejerse"}),
    "two words": ("get", "desk:search", {"q": "torben sejer"}),
    "a common name": ("get", "desk:search", {"q": "jensen"}),
    "nobody": ("get", "desk:search", {"q": "xyzzyx"}),
    "a typo": ("get", "desk:search", {"q": "sejresen"}),
    "a short reference": ("get", "desk:search", {"q": "77"}),
    "a number": ("post", "desk:search", {"q": DANISH}),
    "nobody's number": ("post", "desk:search", {"q": NOBODYS}),
    "a rare word": ("get", "desk:search", {"q": "bistader", "in": "texts"}),
    "a common word": ("get", "desk:search", {"q": "fuglekasse", "in": "texts"}),
    "no such word": ("get", "desk:search", {"q": "xyzzyx", "in": "texts"}),
    "a suggestion": ("post", "desk:suggestions", {"q": "sejer"}),
    "a suggested typo": ("post", "desk:suggestions", {"q": "sejresen"}),
}
AT_MOST = 10


def asked(client, how: str, route: str, data: dict) -> list[str]:
    """The statements of one search."""
    with CaptureQueriesContext(connection) as captured:
        response = getattr(client, how)(reverse(route), data)
    assert response.status_code in (200, 302)
    return [query["sql"] for query in captured.captured_queries]


def read_through(statement: str) -> set[str]:
    """The big tables that the statement can only read from end to end; what the navigation counts is not asked.

    Where an index and the table cost about the same, which of them is taken is chance: it is asked whether there is
    a way without.
    """
    if not re.match(r"WITH|\(*SELECT(?! COUNT)", statement) or not any(table in statement for table in BIG):
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}".replace("%", "%%"), [])
        plan = cursor.fetchone()[0]
        cursor.execute("SET LOCAL enable_seqscan = on")
    found: set[str] = set()
    nodes = [one["Plan"] for one in (plan if isinstance(plan, list) else json.loads(plan))]
    while nodes:
        node = nodes.pop()
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG:
            found.add(node["Relation Name"])
        nodes += node.get("Plans", [])
    return found


def measure(signed_in, case: Case) -> dict[tuple[str, str], list[str]]:
    found = {}
    for role in READERS:
        client = signed_in(case.user(role))
        client.get(reverse("profile"))
        for name, (how, route, data) in ASKED.items():
            found[role, name] = asked(client, how, route, data)
    return found


@pytest.mark.parametrize("many", [2_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_the_queries_are_as_many_and_the_indexes_are_used(signed_in, many):
    with time_machine.travel(NINE, tick=False):
        small, large = a_case("Torben", "Sejersen"), a_case("Torben", "Sejersen")
        give_number(large.citizen, DANISH)
        gather(small, 100, year=2024)
        gather(large, many, year=2025)
        few = {key: len(statements) for key, statements in measure(signed_in, small).items()}
        statements = measure(signed_in, large)
    lots = {key: len(found) for key, found in statements.items()}
    # Fewer where a name that few have among a hundred is a common one, so that no similar ones are asked for; one more
    # where a referrer's own referrals are among them, whose names are the ones that the own side wrote.
    assert not {key: (few[key], lots[key]) for key in few if lots[key] > few[key] + (key[0] == "referrer")}
    assert max(lots.values()) <= AT_MOST
    if many >= 100_000:
        through = {key: set().union(*map(read_through, found)) for key, found in statements.items()}
        assert not {key: tables for key, tables in through.items() if tables}
