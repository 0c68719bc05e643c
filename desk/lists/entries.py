"""The rows of the list of citizens: what each tells of one programme, and how it is said."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import Post, User
from accounts.roles import Role
from attendance.models import ExpectedAttendance, MissedAttendance, MissedStatus
from attendance.states import State
from citizens.models import shown_name
from core.templatetags.dates import hours, percent, short_day
from desk.case.head import STATUS_TAGS
from desk.rows import Tag, link_to
from programmes.models import ChecklistItem, Placement, Programme
from programmes.statuses import RUNNING, Status
from worklist.lines import action_in_words, due_in_words
from worklist.models import Task


@dataclass(frozen=True)
class Kind:
    """What a row tells of a version of a programme type."""

    name: str
    uses_workshops: bool


def entries_of(user: User, keys: list[int]) -> list[Any]:
    """The programmes with these keys, in their order, with what a row shows beside them; without those that the user
    may not see (T1). One query."""
    if not keys:
        return []
    sql, values = telling(user, tuple(user.posts), timezone.localdate())
    statement = f"SELECT * FROM ({sql}) AS entry WHERE id = ANY(%s)"  # noqa: S608 (the ORM's own)
    found: dict[int, Any] = {entry.pk: entry for entry in Programme.objects.raw(statement, [*values, keys])}
    for entry in found.values():
        entry.minutes = json.loads(entry.minutes or "{}")
        entry.next_task = json.loads(entry.next_task or "{}")
    return [found[key] for key in keys if key in found]


# Putting this together takes longer than answering it; what it says depends only on who asks, in which posts, on which
# day (ADR 30).
@lru_cache(maxsize=1024)
def telling(user: User, _posts: tuple[Post, ...], today: date) -> tuple[str, tuple[Any, ...]]:
    """The statement for all programmes that the user sees, and its parameters."""
    placed = Placement.objects.filter(programme=OuterRef("pk"), starts_on__lte=today, ends_on__gte=today)
    # As `figures.COUNTED`, asked of each blank slot alone: a join would read the flags of everybody.
    is_flagged = Exists(MissedAttendance.objects.filter(slot=OuterRef("pk"), status=MissedStatus.RAISED))
    registered = (
        ExpectedAttendance.objects.filter(programme=OuterRef("pk"), day__gt=today - timedelta(days=28), day__lte=today)
        .filter(~Q(state=State.NOT_MARKED) | is_flagged)
        .order_by()
        .values("programme")
    )
    overdue = overdue_items(works_at(user)).filter(programme=OuterRef("pk")).order_by().values("programme")
    tasks = Task.objects.visible_to(user).open().awake().filter(citizen=OuterRef("citizen_id")).order_by("due_on", "pk")
    minutes = JSONObject(agreed=Sum("agreed_minutes"), attended=Sum("attended_minutes"))
    return (
        Programme.objects.visible_to(user)
        .only("reference", "type", "status", "starts_on", "ends_on", "ended_on")
        .annotate(
            first_name=F("citizen__first_name"),
            last_name=F("citizen__last_name"),
            is_protected=F("citizen__is_protected"),
            workshop_names=ArraySubquery(placed.filter(workshop__isnull=False).values("workshop__unit__name")),
            minutes=Subquery(registered.values(minutes=minutes)[:1]),
            overdue=Subquery(overdue.annotate(count=Count("pk")).values("count")),
            next_task=Subquery(tasks.values(task=JSONObject(kind="kind", due_on="due_on", url="url"))[:1]),
        )
        .query.sql_with_params()
    )


def works_at(user: User) -> Collection[int]:
    """The centres whose checklists the user answers for."""
    return user.reach.organisations_as(Role.TEAM_LEADER, Role.CASEWORKER)


def overdue_items(centres: Collection[int]) -> QuerySet[ChecklistItem]:
    """The lines of checklists of these centres whose day is over (P9)."""
    today = timezone.localdate()
    return ChecklistItem.objects.filter(is_open=True, due_on__lt=today, programme__centre__in=centres)


def has_attendance(programme: Any, kind: Kind) -> bool:
    """Whether there is attendance to tell: none where nobody comes at agreed hours."""
    return kind.uses_workshops or bool(programme.minutes.get("agreed"))


def cells(programme: Any, kind: Kind, *, with_attendance: bool = True) -> list[SafeString]:
    """One row: who and where, week, attendance, end, next step."""
    today, language = timezone.localdate(), get_language() or "da"
    who = format_html(
        '<a class="t-name" href="{}">{}</a><div class="t-sub fw-normal">{} · <span class="t-nowrap">{}</span></div>',
        link_to("desk:case", programme.reference),
        shown_name(programme.first_name, programme.last_name, is_protected=programme.is_protected),
        ", ".join(programme.workshop_names) or kind.name,
        programme.reference,
    )
    if programme.status in RUNNING and programme.starts_on <= today:
        week = week_of(programme.present_week, programme.weeks, language)
    else:
        week = status_tag(programme.status, language)
    minutes = programme.minutes
    if minutes.get("agreed"):
        attendance = attended_of(minutes["attended"], minutes["agreed"], language)
    else:
        attendance = format_html('<span class="t-muted">{}</span>', _("no hours yet") if kind.uses_workshops else "–")
    return [
        who,
        week,
        *([attendance] if with_attendance else []),
        format_html('<span class="t-nowrap">{}</span>', short_day(programme.ended_on or programme.ends_on)),
        next_step(programme, today, language),
    ]


def next_step(programme: Any, today: date, language: str) -> SafeString:
    """The reader's own most urgent task about the citizen, or the state of the programme."""
    task, overdue = programme.next_task, overdue_in_words(programme.overdue)
    if not task:
        return format_html("<span>{}{}</span>", status_tag(programme.status, language), overdue)
    return format_html(
        '<span>{} <a class="t-link t-small ms-1" href="{}">{}</a>{}</span>',
        deadline(date.fromisoformat(task["due_on"]), today, language),
        task["url"],
        action_in_words(task["kind"]),
        overdue,
    )


def overdue_in_words(count: int | None) -> SafeString:
    """How much of the checklist is overdue, for those who answer for it (P9)."""
    if not count:
        return SafeString("")
    words = ngettext("%(count)s overdue on the checklist", "%(count)s overdue on the checklist", count)
    return format_html('<span class="t-sub d-block">{}</span>', words % {"count": count})


# The same few stand in row after row; each depends on its arguments alone.
@lru_cache(maxsize=1024)
def week_of(week: int, weeks: int, _language: str) -> SafeString:
    return format_html(
        '<span class="t-nowrap"><b>{}</b> <span class="t-muted">{}</span></span>',
        week,
        _("of %(count)s") % {"count": weeks},
    )


@lru_cache(maxsize=4096)
def attended_of(attended: int, agreed: int, _language: str) -> SafeString:
    """The share of the agreed minutes, and both in hours."""
    return format_html(
        '<span><b>{}</b> <span class="t-muted t-small t-nowrap d-block d-xl-inline">{}</span></span>',
        percent(attended / agreed),
        _("%(attended)s of %(agreed)s hours") % {"attended": hours(attended), "agreed": hours(agreed)},
    )


@lru_cache(maxsize=256)
def status_tag(status: str, _language: str) -> SafeString:
    kind, icon = STATUS_TAGS[Status(status)]
    return Tag(kind, icon, str(Status(status).label)).__str__()


@lru_cache(maxsize=1024)
def deadline(due_on: date, _today: date, _language: str) -> SafeString:
    return Tag(*due_in_words(due_on)).__str__()
