"""The navigation of each role: only pages that the role may open (experience 9)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import CharField, Count, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.models import Post, User
from accounts.roles import Role
from attendance.models import MissedAttendance
from desk.rows import link_to
from referrals.models import Referral
from referrals.statuses import Status
from worklist.models import Task


@dataclass
class Item:
    """One link of the navigation; `count` is what waits behind it."""

    url: str
    icon: str
    label: str
    count: int = 0
    is_current: bool = False


TODAY = ("desk:today", "house-door", _("Today"))
CASES = ("desk:cases", "people", _("Citizens"))
TASKS = ("desk:tasks", "check-circle", _("My tasks"))
REGISTER = ("attendance:overview", "clipboard-check", _("Register"))
MEETINGS = ("meetings:mine", "calendar-event", _("Meetings"))
MISSED = ("attendance:missed", "telephone", _("Follow-up"))
NOTES = ("closing_notes:list", "file-earmark-text", _("Notes"))
QUEUE = ("referrals:queue", "inbox", _("Referrals"))
MY_REFERRALS = ("referrals:list", "inbox", _("Referrals"))
USERS = ("accounts:users", "person-check", _("Users"))
SET_UP = ("setup:home", "gear", _("Set-up"))
OWN_PLAN = ("desk:own_plan", "flag", _("My plan"))
OWN_ATTENDANCE = ("desk:own_attendance", "bar-chart", _("My attendance"))
OWN_MEETINGS = ("desk:own_meetings", "calendar-event", _("My meetings"))
OWN_SHARED = ("desk:own_shared", "chat-left-text", _("Shared with me"))

PAGES: dict[str, list[tuple]] = {
    Role.TEAM_LEADER: [TODAY, QUEUE, CASES, REGISTER, MEETINGS, TASKS, SET_UP],
    Role.CASEWORKER: [TODAY, CASES, MEETINGS, REGISTER, MISSED, NOTES, TASKS],
    Role.CONTACT_PERSON: [TODAY, REGISTER, MISSED, CASES, MEETINGS, TASKS],
    Role.SPECIALIST: [TODAY, CASES, MEETINGS, TASKS],
    Role.REFERRER: [TODAY, MY_REFERRALS, CASES, MEETINGS, NOTES, TASKS],
    Role.STEERING_GROUP: [TODAY],
    Role.CITIZEN: [TODAY, OWN_PLAN, OWN_ATTENDANCE, OWN_MEETINGS, OWN_SHARED],
    Role.ADMINISTRATOR: [TODAY, SET_UP, USERS],
}

# Pages that have no link of their own for a role, and the link that leads to them.
BEHIND: dict[str, dict[str, str]] = {
    Role.TEAM_LEADER: {
        "/figures/": "desk:today",
        "/users/": "setup:home",
        "/journal/phrases/": "setup:home",
        "/journal/": "desk:cases",
        "/citizens/": "desk:cases",
        "/plans/": "desk:cases",
        "/activities/": "desk:cases",
        "/closing-notes/": "desk:cases",
    },
    Role.CASEWORKER: {
        "/journal/drafts/": "desk:tasks",
        "/journal/": "desk:cases",
        "/citizens/": "desk:cases",
        "/plans/": "desk:cases",
        "/activities/": "desk:cases",
    },
}


def waiting_referrals(user: User) -> QuerySet:
    return Referral.objects.visible_to(user).for_centre_of(user).in_triage()


def asked_referrals(user: User) -> QuerySet:
    return Referral.objects.visible_to(user).filter(status=Status.INFORMATION_REQUESTED)


def due_tasks(user: User) -> QuerySet:
    """Who did not come is counted at the follow-ups, where there is a link to them."""
    return Task.objects.visible_to(user).due().exclude(kind="contact_absent_citizen")


def missed(user: User) -> QuerySet:
    return MissedAttendance.objects.visible_to(user).waiting()


# What waits behind the links of a role.
COUNTS: dict[str, dict[str, Callable[[User], QuerySet]]] = {
    Role.TEAM_LEADER: {"referrals:queue": waiting_referrals, "desk:tasks": due_tasks},
    Role.CASEWORKER: {"attendance:missed": missed, "desk:tasks": due_tasks},
    Role.CONTACT_PERSON: {"attendance:missed": missed, "desk:tasks": due_tasks},
    Role.SPECIALIST: {"desk:tasks": due_tasks},
    Role.REFERRER: {"referrals:list": asked_referrals},
}


def counts_of(user: User) -> dict[str, int]:
    """How much waits behind each link, by the name of its page. One query at most."""
    if user.role not in COUNTS:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*counting(user, user.role, tuple(user.posts), timezone.localdate()))
        return dict(cursor.fetchall())


# Every page asks this; what it says depends only on who asks, in which posts, on which day.
@lru_cache(maxsize=1024)
def counting(user: User, role: str, _posts: tuple[Post, ...], _today: date) -> tuple[str, tuple[Any, ...]]:
    """The statement that counts, and its parameters: a row of page and count for each link of the role."""
    first, *others = [
        rows(user).order_by().annotate(link=Value(name, CharField())).values("link").annotate(waiting=Count("pk"))
        for name, rows in COUNTS[role].items()
    ]
    return first.union(*others, all=True).query.sql_with_params()


def items(user: User, path: str) -> list[Item]:
    """The user's navigation with the page at `path` marked; one query for roles that have a count."""
    counts = counts_of(user)
    found = [
        Item(link_to(name), icon, str(label), counts.get(name, 0))
        for name, icon, label in PAGES.get(user.role, [TODAY])
    ]
    for behind, name in BEHIND.get(user.role, {}).items():
        path = link_to(name) if path.startswith(behind) else path
    here = [item for item in found if path == item.url or (item.url != "/" and path.startswith(item.url))]
    if here:
        max(here, key=lambda item: len(item.url)).is_current = True
    return found


def navigation(request: HttpRequest) -> dict:
    """Context processor: `nav`, made when a template first reads it, so that a fragment costs nothing."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": []}
    return {"nav": SimpleLazyObject(lambda: items(user.in_post(), request.path))}
