"""The citizens whose cases the user sees, filtered, sorted and paged by the address (experience 11)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, JSONObject
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import Role
from attendance.models import ExpectedAttendance, MissedAttendance, MissedStatus
from attendance.states import State
from core.templatetags.dates import hours, percent, short_day
from desk.case.head import STATUS_TAGS
from desk.rows import Tag, link_to
from desk.search.cases import (
    LONGEST,
    cleaned,
    is_long_enough,
    looks_like_number,
    named,
    references_of,
    similar,
    sort_column,
)
from programmes.models import ChecklistItem, Placement, Programme, ProgrammeType, Workshop
from programmes.statuses import RUNNING, Status
from worklist import lines as worklist_lines
from worklist.models import Task

PAGE = 50
# Counting stops here: nobody pages further, and a count of everything is slow.
COUNT_LIMIT = 2_000
UNDER_WAY, ALL = "running", "all"

SORTS = {
    "name": gettext_lazy("Citizen"),
    "start": gettext_lazy("Week"),
    "end": gettext_lazy("Planned end"),
}


class CappedPaginator(Paginator):
    """Counts no further than a reader pages."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet = self.object_list  # type: ignore[assignment]
        return rows.order_by().values("pk")[:COUNT_LIMIT].count()


class PortfolioFilter(django_filters.FilterSet):
    """The filters of the list; what the address does not say is `under way`, by name."""

    q = django_filters.CharFilter(label=gettext_lazy("Name or case"), method="matching", max_length=LONGEST)
    status = django_filters.ChoiceFilter(label=gettext_lazy("Status"), method="in_status", empty_label=None)
    type = django_filters.ChoiceFilter(
        label=gettext_lazy("Programme type"), method="of_type", empty_label=gettext_lazy("All")
    )
    caseworker = django_filters.ChoiceFilter(
        label=gettext_lazy("Caseworker"), field_name="caseworker_id", empty_label=gettext_lazy("All")
    )
    workshop = django_filters.ChoiceFilter(
        label=gettext_lazy("Workshop"), method="in_workshop", empty_label=gettext_lazy("All")
    )
    overdue = django_filters.ChoiceFilter(
        label=gettext_lazy("Checklist"), method="with_overdue", empty_label=gettext_lazy("All")
    )
    sort = django_filters.CharFilter(method="unchanged", widget=forms.HiddenInput)

    class Meta:
        model = Programme
        fields: list[str] = []

    def __init__(
        self,
        data: QueryDict | None,
        *args: Any,
        choices: dict[str, list[tuple[str, str]]],
        centres: Collection[int] = (),
        finds_similar: bool = False,
        **kwargs: Any,
    ) -> None:
        self.finds_similar = finds_similar
        self.centres = centres
        values = data.copy() if data else QueryDict(mutable=True)
        if not values.get("status"):
            values["status"] = UNDER_WAY
        super().__init__(values, *args, **kwargs)
        self.filters["status"].extra["choices"] = [(UNDER_WAY, _("Under way")), (ALL, _("All")), *Status.choices]
        for name in ("type", "caseworker", "workshop", "overdue"):
            if choices[name]:
                self.filters[name].extra["choices"] = choices[name]
            else:
                del self.filters[name]

    def matching(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """By reference or name, as the search page finds them; `finds_similar` also by a name that is nearly so."""
        text = cleaned(value)
        if looks_like_number(text):
            return rows.none()
        if references := references_of(text):
            return rows.filter(Q(reference__in=references) | Q(referral__reference__in=references))
        return similar(rows, text) if self.finds_similar else named(rows, text)

    def in_status(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == UNDER_WAY:
            return rows.filter(status__in=RUNNING)
        return rows if value == ALL else rows.filter(status=value)

    def of_type(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(type__key=value)

    def in_workshop(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        placed = Placement.objects.filter(workshop_id=int(value), starts_on__lte=today, ends_on__gte=today)
        return rows.filter(pk__in=placed.values("programme"))

    def with_overdue(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(pk__in=overdue_items(self.centres).values("programme"))

    def unchanged(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows


@dataclass
class Portfolio:
    """What the page shows: the form, one page of rows, and how to sort and page from here."""

    form: forms.Form
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    shown: int
    total: str
    number: int
    previous: str
    next: str
    is_valid: bool
    is_similar: bool
    errors: list[tuple[str, str, str]]


def portfolio(user: User, data: QueryDict) -> Portfolio:
    """The list for one address. Three queries: choices, count, and the rows of one page; one more where a name is
    found by none and those that are nearly the same are listed instead."""
    visible, choices = Programme.objects.visible_to(user), choices_of(user)
    centres = works_at(user)
    filters = PortfolioFilter(data, queryset=visible, choices=choices, centres=centres)
    is_valid = filters.form.is_valid()
    sort = str(data.get("sort", "name"))
    found = filters.qs if is_valid else Programme.objects.none()
    pages = CappedPaginator(detailed(user, found).order_by(*ordering(sort)), PAGE)
    name = cleaned(data.get("q", ""))
    is_similar = is_valid and not pages.count and is_long_enough(name) and not references_of(name)
    if is_similar:
        filters = PortfolioFilter(data, queryset=visible, choices=choices, centres=centres, finds_similar=True)
        found = filters.qs
        pages = CappedPaginator(detailed(user, found).order_by(*ordering(sort)), PAGE)
    page = pages.get_page(data.get("page"))
    programmes = list(page.object_list) if pages.count else []
    # Where nobody comes at agreed hours, there is no attendance to tell.
    with_attendance = not programmes or any(
        one.kind["uses_workshops"] is not False or (one.minutes or {}).get("agreed") for one in programmes
    )
    return Portfolio(
        form=filters.form,
        columns=columns(data, sort, with_attendance=with_attendance),
        rows=[cells(programme, with_attendance=with_attendance) for programme in programmes],
        shown=len(programmes),
        total=f"{COUNT_LIMIT}+" if pages.count == COUNT_LIMIT else str(pages.count),
        number=page.number,
        previous=address(data, page=page.previous_page_number()) if page.has_previous() else "",
        next=address(data, page=page.next_page_number()) if page.has_next() else "",
        is_valid=is_valid,
        is_similar=is_similar and bool(programmes),
        errors=[
            (f"id_{name}", str(filters.form.fields[name].label), message)
            for name, messages in filters.form.errors.items()
            for message in messages
            if name in filters.form.fields
        ],
    )


def choices_of(user: User) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: the types, and for staff their caseworkers and workshops. One query."""
    language = get_language() or "da"
    name = KeyTextTransform(language, KeyTextTransform("name", "definition"))
    types = ProgrammeType.objects.order_by().values_list(Value("type", CharField()), "key", Cast(name, CharField()))
    centres = works_at(user)
    caseworkers = (
        Membership.objects.current()
        .filter(role=Role.CASEWORKER, organisation__in=centres)
        .order_by()
        .values_list(Value("caseworker", CharField()), Cast("user_id", CharField()), "user__name")
    )
    workshops = (
        Workshop.objects.visible_to(user)
        .order_by()
        .values_list(Value("workshop", CharField()), Cast("pk", CharField()), "unit__name")
    )
    found: dict[str, dict[str, str]] = {"type": {}, "caseworker": {}, "workshop": {}, "overdue": {}}
    for kind, value, label in types.union(caseworkers, workshops):
        found[kind][value] = label or value
    if centres:
        found["overdue"]["yes"] = _("With something overdue")
    return {kind: sorted(labels.items(), key=lambda pair: pair[1].casefold()) for kind, labels in found.items()}


def works_at(user: User) -> Collection[int]:
    """The centres whose checklists the user answers for."""
    return user.reach.organisations_as(Role.TEAM_LEADER, Role.CASEWORKER)


def overdue_items(centres: Collection[int]) -> QuerySet[ChecklistItem]:
    """The lines of checklists of these centres whose day is over (P9)."""
    today = timezone.localdate()
    return ChecklistItem.objects.filter(is_open=True, due_on__lt=today, programme__centre__in=centres)


def detailed(user: User, programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """The programmes with what a row shows beside them; the database works it out for the rows of one page only."""
    today = timezone.localdate()
    placed = Placement.objects.filter(programme=OuterRef("pk"), starts_on__lte=today, ends_on__gte=today)
    # Two facts instead of all that the type says, which is long; a version without the second one uses workshops.
    name = KeyTransform("name", "definition")
    kind = ProgrammeType.objects.filter(pk=OuterRef("type_id")).values(
        kind=JSONObject(
            name=KeyTransform(get_language() or "da", name),
            danish=KeyTransform("da", name),
            uses_workshops=KeyTransform("uses_workshops", "definition"),
        )
    )
    # As `figures.COUNTED`, asked of each blank slot alone: a join would read the flags of everybody.
    is_flagged = Exists(MissedAttendance.objects.filter(slot=OuterRef("pk"), status=MissedStatus.RAISED))
    registered = (
        ExpectedAttendance.objects.filter(programme=OuterRef("pk"), day__gt=today - timedelta(days=28), day__lte=today)
        .filter(~Q(state=State.NOT_MARKED) | is_flagged)
        .order_by()
        .values("programme")
    )
    tasks = Task.objects.visible_to(user).open().awake().filter(citizen=OuterRef("citizen_id")).order_by("due_on", "pk")
    return (
        programmes.select_related("citizen")
        .defer("citizen__identity_number", "citizen__identity_index", "accommodations_why")
        .annotate(
            kind=Subquery(kind[:1]),
            workshop_names=ArraySubquery(placed.filter(workshop__isnull=False).values("workshop__unit__name")),
            minutes=Subquery(
                registered.values(minutes=JSONObject(agreed=Sum("agreed_minutes"), attended=Sum("attended_minutes")))[
                    :1
                ]
            ),
            overdue=Subquery(
                overdue_items(works_at(user))
                .filter(programme=OuterRef("pk"))
                .order_by()
                .values("programme")
                .annotate(count=Count("pk"))
                .values("count")
            ),
            next_task=Subquery(
                tasks.values(task=JSONObject(kind="kind", due_on="due_on", params="params", url="url"))[:1]
            ),
        )
    )


def ordering(sort: str) -> list[str]:
    """The columns to order by for a value of `sort`; an unknown one means by name.

    By name, protected ones stand last: between two others a name is half told (T10).
    """
    name = f"citizen__{sort_column()}"
    column = {"name": name, "start": "starts_on", "end": "ends_on"}.get(sort.removeprefix("-"))
    if column is None:
        sort, column = "name", name
    apart = ["citizen__is_protected"] if column == name else []
    return [*apart, f"-{column}" if sort.startswith("-") else column, "pk"]


def columns(data: Mapping, sort: str, *, with_attendance: bool = True) -> list[dict[str, Any]]:
    """The table's columns; a heading that sorts leads to the other direction when it sorts already."""
    found: list[dict[str, Any]] = []
    for key, label in SORTS.items():
        direction = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
        target = f"-{key}" if direction == "ascending" else key
        found.append({"label": str(label), "url": address(data, sort=target, page=None), "sort": direction})
    if with_attendance:
        found.insert(2, {"label": _("Attendance, 4 weeks")})
    return [*found, {"label": _("Next step")}]


def address(data: Mapping, **changes: Any) -> str:
    """The address of the same list with some parameters changed; None leaves one out."""
    kept = {key: value for key, value in data.items() if value and key in (*PortfolioFilter.base_filters, "page")}
    kept.update(changes)
    return "?" + urlencode({key: value for key, value in kept.items() if value is not None})


def cells(programme: Any, *, with_attendance: bool = True) -> list[SafeString]:
    """One row: who and where, week, attendance, end, next step."""
    today = timezone.localdate()
    workshops = ", ".join(programme.workshop_names)
    who = format_html(
        '<a class="t-name" href="{}">{}</a><div class="t-sub fw-normal">{} · <span class="t-nowrap">{}</span></div>',
        link_to("desk:case", programme.reference),
        programme.citizen.name,
        workshops or programme.kind["name"] or programme.kind["danish"],
        programme.reference,
    )
    if programme.status in RUNNING and programme.starts_on <= today:
        week = format_html(
            '<span class="t-nowrap"><b>{}</b> <span class="t-muted">{}</span></span>',
            programme.present_week,
            _("of %(count)s") % {"count": programme.weeks},
        )
    else:
        week = format_html("{}", status_tag(programme))
    minutes = programme.minutes or {}
    if minutes.get("agreed"):
        attendance = format_html(
            '<span><b>{}</b> <span class="t-muted t-small t-nowrap d-block d-xl-inline">{}</span></span>',
            percent(minutes["attended"] / minutes["agreed"]),
            _("%(attended)s of %(agreed)s hours")
            % {"attended": hours(minutes["attended"]), "agreed": hours(minutes["agreed"])},
        )
    else:
        comes = programme.kind["uses_workshops"] is not False
        attendance = format_html('<span class="t-muted">{}</span>', _("no hours yet") if comes else "–")
    return [
        who,
        week,
        *([attendance] if with_attendance else []),
        format_html('<span class="t-nowrap">{}</span>', short_day(programme.ended_on or programme.ends_on)),
        next_step(programme),
    ]


def next_step(programme: Any) -> SafeString:
    """The reader's own most urgent task about the citizen, or the state of the programme."""
    task = programme.next_task
    if not task:
        return format_html("<span>{}{}</span>", status_tag(programme), overdue_in_words(programme))
    line = worklist_lines.line(
        Task(kind=task["kind"], due_on=date.fromisoformat(task["due_on"]), params=task["params"], url=task["url"])
    )
    return format_html(
        '<span>{} <a class="t-link t-small ms-1" href="{}">{}</a>{}</span>',
        str(Tag(line.due_kind, line.due_icon, line.due)),
        line.url,
        line.action,
        overdue_in_words(programme),
    )


def overdue_in_words(programme: Any) -> SafeString:
    """How much of the checklist is overdue, for those who answer for it (P9)."""
    if not programme.overdue:
        return SafeString("")
    words = ngettext("%(count)s overdue on the checklist", "%(count)s overdue on the checklist", programme.overdue)
    return format_html('<span class="t-sub d-block">{}</span>', words % {"count": programme.overdue})


def status_tag(programme: Programme) -> SafeString:
    kind, icon = STATUS_TAGS[Status(programme.status)]
    return str(Tag(kind, icon, programme.get_status_display()))  # type: ignore[return-value]
