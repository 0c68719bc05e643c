"""The list of users, filtered and paged by the address (U2, experience 11)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.keeping import users_kept_by
from accounts.models import Membership, Organisation, Unit, User
from accounts.permissions import organisations_kept_by
from accounts.roles import Role
from core.templatetags.dates import short_day
from core.wording import Tag

PAGE = 50
ACTIVE, INACTIVE, ALL = "active", "deactivated", "all"


class UsersFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=gettext_lazy("Name or e-mail"), method="matching", max_length=100)
    role = django_filters.ChoiceFilter(
        label=gettext_lazy("Role"),
        method="left_to_all",
        empty_label=gettext_lazy("All"),
        choices=[choice for choice in Role.choices if choice[0] != Role.CITIZEN],
    )
    organisation = django_filters.ChoiceFilter(
        label=gettext_lazy("Organisation"), method="left_to_all", empty_label=gettext_lazy("All")
    )
    unit = django_filters.ChoiceFilter(
        label=gettext_lazy("Team or workshop"), method="left_to_all", empty_label=gettext_lazy("All")
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Access"),
        method="with_status",
        empty_label=None,
        choices=[
            (ACTIVE, pgettext_lazy("user", "Active")),
            (INACTIVE, gettext_lazy("Deactivated")),
            (ALL, gettext_lazy("All")),
        ],
    )

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(
        self, data: QueryDict | None, *args: Any, organisations: list[Organisation], units: list[Unit], **kwargs: Any
    ) -> None:
        values = data.copy() if data else QueryDict(mutable=True)
        if not values.get("status"):
            values["status"] = ACTIVE
        super().__init__(values, *args, **kwargs)
        self.kept = [each.pk for each in organisations]
        for name, found in (("organisation", organisations), ("unit", units)):
            if len(found) > 1:
                self.filters[name].extra["choices"] = [(str(each.pk), each.name) for each in found]
            else:
                del self.filters[name]

    def matching(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return rows

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Role, organisation and unit are asked of one and the same role that somebody holds."""
        rows = super().filter_queryset(queryset)
        asked = {key: self.form.cleaned_data.get(key) for key in ("role", "organisation", "unit")}
        wanted = {key: value for key, value in asked.items() if value}
        if not wanted:
            return rows
        held = Membership.objects.not_ended().filter(user=OuterRef("pk"), organisation__in=self.kept)
        return rows.filter(Exists(held.filter(**wanted)))

    def left_to_all(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows

    def with_status(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows if value == ALL else rows.filter(is_active=value == ACTIVE)


@dataclass
class UserList:
    form: forms.Form
    columns: list[dict[str, Any]]
    rows: list[list[SafeString]]
    shown: int
    total: int
    number: int
    previous: str
    next: str
    is_valid: bool
    errors: list[tuple[str, str, str]]


def user_list(reader: User, data: QueryDict) -> UserList:
    """The users of the organisations that the reader keeps. Five queries however many there are."""
    organisations = list(organisations_kept_by(reader).order_by("kind", "name"))
    kept = [each.pk for each in organisations]
    units = list(Unit.objects.open().filter(organisation__in=kept).order_by("name"))
    people = users_kept_by(reader).order_by("name", "pk")
    filters = UsersFilter(data, queryset=people, organisations=organisations, units=units)
    is_valid = filters.form.is_valid()
    roles = (
        Membership.objects.not_ended()
        .filter(organisation__in=kept)
        .exclude(role=Role.CITIZEN)
        .select_related("organisation", "unit")
        .order_by("organisation__name", "starts_on", "pk")
    )
    found = filters.qs if is_valid else User.objects.none()
    pages = Paginator(found.prefetch_related(Prefetch("memberships", roles, to_attr="roles_shown")), PAGE)
    page = pages.get_page(data.get("page"))
    several = len(organisations) > 1

    def address(number: int) -> str:
        kept = {key: value for key, value in data.items() if value and key in UsersFilter.base_filters}
        return "?" + urlencode({**kept, "page": number})

    return UserList(
        form=filters.form,
        columns=[{"label": label} for label in (_("Name"), _("Roles"), _("Last signed in"), _("Access"))],
        rows=[cells(each, several) for each in page.object_list],
        shown=len(page.object_list),
        total=pages.count,
        number=page.number,
        previous=address(page.previous_page_number()) if page.has_previous() else "",
        next=address(page.next_page_number()) if page.has_next() else "",
        is_valid=is_valid,
        errors=[
            (f"id_{name}", str(filters.form.fields[name].label), message)
            for name, messages in filters.form.errors.items()
            for message in messages
            if name in filters.form.fields
        ],
    )


def cells(user: Any, several: bool) -> list[SafeString]:
    """One row: who, which roles, when last signed in, whether the access is open."""
    who = format_html(
        '<a class="t-name" href="{}">{}</a><div class="t-sub fw-normal">{}</div>',
        reverse("accounts:user", args=[user.pk]),
        user.name,
        user.email,
    )
    roles = format_html_join("", "<div>{}</div>", ((in_words(role, several),) for role in user.roles_shown))
    seen = short_day(user.last_login) if user.last_login else _("never")
    return [
        who,
        roles or format_html('<span class="t-muted">{}</span>', _("no role")),
        format_html("{}", seen),
        format_html("{}", str(status_of(user))),
    ]


def in_words(role: Membership, several: bool = True) -> str:
    """`Contact person, Wood workshop, until 31 December 2026`."""
    words = [str(role.get_role_display())]
    if role.unit:
        words.append(role.unit.name)
    if several:
        words.append(role.organisation.name)
    if not role.has_begun:
        words.append(_("from %(day)s") % {"day": short_day(role.starts_on)})
    if role.ends_on:
        words.append(_("until %(day)s") % {"day": short_day(role.ends_on)})
    return ", ".join(words)


def status_of(user: User) -> Tag:
    return (
        Tag("ok", "check-circle", pgettext("user", "Active"))
        if user.is_active
        else Tag("calm", "lock", _("Deactivated"))
    )
