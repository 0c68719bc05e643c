"""What is measured: pages of the people of one large centre, and one case of the demo, whose cases have a history."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts.models import User
from attendance.models import ExpectedAttendance
from bench.growth import BASE, CASEWORKERS, WORKSHOPS, address
from citizens.models import Citizen

TOKEN = "b" * 32
FLOOR = "hello-auth"


@dataclass(frozen=True)
class Measured:
    """One request; `body` is made anew for each, None for a GET. `at_most` is the goal in multiples of the floor, and
    `may_grow` how many times as long it may take among fifty times as many."""

    name: str
    path: str
    cookie: str
    at_most: float | None = None
    may_grow: float | None = None
    body: Callable[[], bytes] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def cookie_of(address: str) -> str:
    """A session of the user, without measuring the password's slow hash."""
    user = User.objects.get(email=address)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}; csrftoken={TOKEN}"


def measured(centre: int) -> list[Measured]:
    """The floor first. Staff and workshop are the first ones of the new centre with this number; the register and the
    mark are yesterday's, whatever the hour is."""
    first = User.objects.get(email="caseworker@demo.trinvis.test")
    case = first.programmes.running().earliest("starts_on").reference
    caseworker, leader, contact = (
        cookie_of(address(*who))
        for who in [("caseworker", centre * CASEWORKERS), ("teamleader", centre), ("contact", centre * WORKSHOPS)]
    )
    workshop, day = BASE + centre * WORKSHOPS, timezone.localdate() - timedelta(days=1)
    slot = ExpectedAttendance.objects.filter(workshop=workshop, day=day).earliest("pk")
    named = Citizen.objects.filter(programmes__centre=BASE + centre).exclude(last_name="")
    name = named.earliest("sort_da").last_name

    def mark() -> bytes:
        one = {"uuid": str(uuid.uuid4()), "slot": slot.pk, "state": "present", "remark": "bench"}
        return json.dumps({"marks": [one | {"at": timezone.now().isoformat()}]}).encode()

    return [
        Measured(FLOOR, "/hello-auth/", caseworker),
        Measured("mark one person", "/attendance/marks/", contact, 4, 1.2, mark),
        Measured("register of 30 people", f"/attendance/{workshop}/{day}/", contact, 6, 1.2),
        Measured("case page", f"/cases/{case}/", cookie_of(first.email), 8, 1.2),
        Measured("list of a caseworker's 35", "/cases/", caseworker, 6, 2),
        Measured("list of a leader's 2,010, 50 rows", "/cases/", leader, 6, 2),
        Measured("search for a last name among 2,010", f"/search/?q={quote(name)}", leader, 6, 2),
        Measured("figures of attendance of 2,010", "/figures/attendance/", leader, 5, 2),
        Measured("Today of a caseworker", "/", caseworker, None, 2),
        Measured("Today of a leader of 2,010", "/", leader, None, 2),
    ]
