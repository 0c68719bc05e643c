"""What is measured: pages of the demo's own people, and one mark in a register."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from attendance.models import ExpectedAttendance

TOKEN = "b" * 32
FLOOR = "hello-auth"


@dataclass(frozen=True)
class Measured:
    """One request; `body` is made anew for each, None for a GET. `at_most` is the goal in multiples of the floor."""

    name: str
    path: str
    cookie: str
    at_most: float | None = None
    body: Callable[[], bytes] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def cookie_of(address: str) -> str:
    """A session of the demo user, without measuring the password's slow hash."""
    user = User.objects.get(email=f"{address}@demo.trinvis.test")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}; csrftoken={TOKEN}"


def measured() -> list[Measured]:
    """The floor first. The register is the fullest one of the contact person's past days."""
    contact, caseworker, leader = cookie_of("contact"), cookie_of("caseworker"), cookie_of("teamleader")
    person = User.objects.get(email="contact@demo.trinvis.test")
    slots = ExpectedAttendance.objects.visible_to(person).filter(
        workshop__unit__in=person.reach.units, day__lt=timezone.localdate()
    )
    fullest = slots.values("workshop", "day").annotate(people=Count("pk")).order_by("-people", "-day")[0]
    slot = slots.filter(workshop=fullest["workshop"], day=fullest["day"]).earliest("starts")
    case = User.objects.get(email="caseworker@demo.trinvis.test").programmes.running().earliest("starts_on").reference

    def mark() -> bytes:
        one = {"uuid": str(uuid.uuid4()), "slot": slot.pk, "state": "present", "remark": "bench"}
        return json.dumps({"marks": [one | {"at": timezone.now().isoformat()}]}).encode()

    return [
        Measured(FLOOR, "/hello-auth/", caseworker),
        Measured("mark one person", "/attendance/marks/", contact, 4, mark),
        Measured(
            f"register of {fullest['people']} people",
            f"/attendance/{fullest['workshop']}/{fullest['day']}/",
            contact,
            6,
        ),
        Measured("list of citizens", "/cases/", caseworker, 6),
        Measured("case page", f"/cases/{case}/", caseworker, 8),
        Measured("Today of a team leader", "/", leader),
    ]
