"""The navigation of each role: only pages that the role may open (experience 9)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.models import User
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
    Role.TEAM_LEADER: [TODAY, QUEUE, CASES, REGISTER, MISSED, NOTES, TASKS, USERS, SET_UP],
    Role.CASEWORKER: [TODAY, CASES, REGISTER, MISSED, NOTES, TASKS],
    Role.CONTACT_PERSON: [TODAY, REGISTER, MISSED, CASES, TASKS],
    Role.SPECIALIST: [TODAY, CASES, TASKS],
    Role.REFERRER: [TODAY, MY_REFERRALS, CASES, NOTES, TASKS],
    Role.STEERING_GROUP: [TODAY],
    Role.CITIZEN: [TODAY, OWN_PLAN, OWN_ATTENDANCE, OWN_MEETINGS, OWN_SHARED],
    Role.ADMINISTRATOR: [TODAY, SET_UP, USERS],
}

# What waits behind one link of a role: at most one query a page.
COUNTS: dict[str, tuple[str, Callable[[User], int]]] = {
    Role.TEAM_LEADER: ("referrals:queue", lambda user: Referral.objects.visible_to(user).in_triage().count()),
    Role.CASEWORKER: ("desk:tasks", lambda user: Task.objects.visible_to(user).due().count()),
    Role.CONTACT_PERSON: (
        "attendance:missed",
        lambda user: MissedAttendance.objects.visible_to(user).waiting().count(),
    ),
    Role.REFERRER: (
        "referrals:list",
        lambda user: Referral.objects.visible_to(user).filter(status=Status.INFORMATION_REQUESTED).count(),
    ),
}


def items(user: User, path: str) -> list[Item]:
    """The user's navigation with the page at `path` marked; one query for roles that have a count."""
    counted, count = COUNTS.get(user.role, ("", lambda user: 0))
    found = []
    for name, icon, label in PAGES.get(user.role, [TODAY]):
        found.append(Item(link_to(name), icon, str(label), count(user) if name == counted else 0))
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
