"""The citizens whose cases the user sees, filtered, sorted and paged by the address (experience 11)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from desk.lists.choices import Choices, choices_of
from desk.lists.entries import cells, entries_of, has_attendance, overdue_items, works_at
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
from programmes.models import Placement, Programme
from programmes.statuses import RUNNING, Status

PAGE = 50
# Nobody pages further.
MOST = 2_000
UNDER_WAY, ALL = "running", "all"

SORTS = {
    "name": gettext_lazy("Citizen"),
    "start": gettext_lazy("Week"),
    "end": gettext_lazy("Planned end"),
}


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
        choices: Choices,
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
    """The list for one address. Three queries: choices, the keys of all that is found, and the rows of one page; one
    more where a name is found by none and those that are nearly the same are listed instead."""
    choices, kinds = choices_of(user)
    given: dict[str, Any] = {
        "queryset": Programme.objects.visible_to(user),
        "choices": choices,
        "centres": works_at(user),
    }
    filters = PortfolioFilter(data, **given)
    is_valid = filters.form.is_valid()
    sort = str(data.get("sort", "name"))
    keys = keys_of(filters.qs, sort) if is_valid else []
    name = cleaned(data.get("q", ""))
    is_similar = is_valid and not keys and is_long_enough(name) and not references_of(name)
    if is_similar:
        keys = keys_of(PortfolioFilter(data, **given, finds_similar=True).qs, sort)
    page = Paginator(keys, PAGE).get_page(data.get("page"))
    programmes = [(programme, kinds[programme.type_id]) for programme in entries_of(user, list(page.object_list))]
    with_attendance = not programmes or any(has_attendance(*each) for each in programmes)
    return Portfolio(
        form=filters.form,
        columns=columns(data, sort, with_attendance=with_attendance),
        rows=[cells(*each, with_attendance=with_attendance) for each in programmes],
        shown=len(programmes),
        total=f"{MOST}+" if len(keys) == MOST else str(len(keys)),
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


def keys_of(found: QuerySet[Programme], sort: str) -> list[int]:
    """The keys of all that is found, in order: counted and paged without asking again."""
    return list(found.order_by(*ordering(sort)).values_list("pk", flat=True)[:MOST])


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
