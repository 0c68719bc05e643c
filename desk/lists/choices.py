"""What can be chosen in the filters of the list of citizens, and what its rows tell of the programme types."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import BooleanField, CharField, IntegerField, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Membership, Post, User
from accounts.roles import Role
from desk.lists.entries import Kind, works_at
from programmes.models import ProgrammeType, Workshop

Choices = dict[str, list[tuple[str, str]]]


def choices_of(user: User) -> tuple[Choices, dict[int, Kind]]:
    """By filter what can be chosen: the types, and for staff their caseworkers and workshops; and by its key what a
    row tells of a version of a type. One query."""
    with connection.cursor() as cursor:
        cursor.execute(*choosing(user, tuple(user.posts), timezone.localdate(), get_language() or "da"))
        rows = cursor.fetchall()
    found: dict[str, dict[str, str]] = {"type": {}, "caseworker": {}, "workshop": {}, "overdue": {}}
    for name, value, label, _version, _uses_workshops in rows:
        found[name][value] = label
    if works_at(user):
        found["overdue"]["yes"] = _("With something overdue")
    choices = {name: sorted(labels.items(), key=lambda pair: pair[1].casefold()) for name, labels in found.items()}
    kinds = {
        version: Kind(label, uses_workshops) for name, _value, label, version, uses_workshops in rows if name == "type"
    }
    return choices, kinds


# Kept as it is put together, as `entries.telling` (ADR 30).
@lru_cache(maxsize=1024)
def choosing(user: User, _posts: tuple[Post, ...], _today: date, language: str) -> tuple[str, tuple[Any, ...]]:
    """The statement that reads all that can be chosen, and its parameters; of a type its version and whether it uses
    workshops, which a version without that fact does."""
    names = KeyTextTransform("name", "definition")
    name = Coalesce(KeyTextTransform(language, names), KeyTextTransform("da", names))
    uses_workshops = Cast(KeyTextTransform("uses_workshops", "definition"), BooleanField())
    types = ProgrammeType.objects.values_list(
        Value("type", CharField()),
        "key",
        Cast(name, CharField()),
        Cast("pk", IntegerField()),
        Coalesce(uses_workshops, Value(True)),
    )
    caseworkers = Membership.objects.current().filter(role=Role.CASEWORKER, organisation__in=works_at(user))
    return (
        types.order_by()
        .union(
            labelled(caseworkers, "caseworker", "user_id", "user__name"),
            labelled(Workshop.objects.visible_to(user), "workshop", "pk", "unit__name"),
        )
        .query.sql_with_params()
    )


def labelled(rows: QuerySet, name: str, value: str, label: str) -> QuerySet:
    """Choices of the filter `name` beside those of the types."""
    return rows.order_by().values_list(
        Value(name, CharField()),
        Cast(value, CharField()),
        label,
        Value(None, IntegerField()),
        Value(None, BooleanField()),
    )
