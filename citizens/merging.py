"""Two rows of one person: everything that names one is moved to the other, and can go back exactly (K1, ADR 15).

The columns are found in the models, so that an app added later is covered by itself. Nothing here asks who may or
tells anybody: that is `desk.citizen.merging`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.models import Q

from citizens.models import CaseAccess, Citizen, Merge

# What a merge itself says of the two; it names both for good.
STAY: tuple[type[models.Model], ...] = (Merge,)
# What access rests on, beside the citizen; the same for both is one access.
GROUNDS = ["centre_id", "role", "user_id", "organisation_id", "unit_id", "source"]
# Columns that name another row as text: what access, a task or a line rests on, what a document hangs on.
GROUND_COLUMNS = {"source", "carrier"}
# A slot names its programme and its placement, a placement its programme: nothing lies further away than this.
FURTHEST = 4


@dataclass(frozen=True)
class Relation:
    """One column that names a citizen."""

    model: type[models.Model]
    field: models.ForeignKey

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def column(self) -> str:
        return self.field.column

    @property
    def key(self) -> str:
        return f"{self.table}.{self.column}"

    def point(self, to: Citizen, *, condition: str, values: list[Any]) -> list[Any]:
        """Let the rows under `condition` name another citizen; returns their keys. One statement."""
        quote = connection.ops.quote_name
        statement = (
            f"UPDATE {quote(self.table)} SET {quote(self.column)} = %s "  # noqa: S608  (names from our own models)
            f"WHERE {condition} RETURNING {quote(primary_of(self.model))}"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [to.pk, *values])
            return [key for (key,) in cursor.fetchall()]


def primary_of(model: type[models.Model]) -> str:
    """The column of the model's key."""
    field = model._meta.pk
    assert field is not None  # noqa: S101  (every model has one)
    assert field.column is not None  # noqa: S101
    return field.column


@cache
def relations() -> tuple[Relation, ...]:
    """Every column of every app that names a citizen, but for those of the merges themselves."""
    return tuple(
        Relation(model, field)
        for model in apps.get_models(include_auto_created=True)
        if model not in STAY and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Citizen
    )


def move(*, survivor: Citizen, loser: Citizen, facts: Mapping[str, Any], merge: Merge) -> None:
    """Move all rows, give the survivor `facts`, and write into `merge` what was done (not saved)."""
    changed = widen(survivor, loser)
    merge.moved = {}
    for relation in relations():
        condition = f"{connection.ops.quote_name(relation.column)} = %s"
        if relation.model is CaseAccess:
            condition += f" AND {IS_NEW}"
        keys = relation.point(survivor, condition=condition, values=values_for(relation, survivor, loser))
        if keys:
            merge.moved[relation.key] = sorted(map(str, keys))
    changed += rename(survivor, loser)
    changed += write(survivor, facts)
    merge.changed = changed
    loser.merged_into = survivor
    loser.save(update_fields=["merged_into"])


# Access on the same grounds is there already: that of the loser stays where it is.
IS_NEW = "NOT EXISTS (SELECT FROM citizens_caseaccess there WHERE there.citizen_id = %s AND {})".format(
    " AND ".join(f"there.{column} IS NOT DISTINCT FROM citizens_caseaccess.{column}" for column in GROUNDS)
)


def values_for(relation: Relation, survivor: Citizen, loser: Citizen) -> list[Any]:
    return [loser.pk, survivor.pk] if relation.model is CaseAccess else [loser.pk]


def widen(survivor: Citizen, loser: Citizen) -> list[dict]:
    """Where both give the same access, the survivor's lasts as long as either."""
    changed = []
    ours = {grounds_of(access): access for access in CaseAccess.objects.filter(citizen=survivor)}
    for theirs in CaseAccess.objects.filter(citizen=loser):
        access = ours.get(grounds_of(theirs))
        if access is None:
            continue
        ends = [access.ends_on, theirs.ends_on]
        last = None if None in ends else max(end for end in ends if end)
        changed += write(access, {"starts_on": min(access.starts_on, theirs.starts_on), "ends_on": last})
    return changed


def grounds_of(access: CaseAccess) -> tuple:
    return tuple(getattr(access, column) for column in GROUNDS)


def rename(survivor: Citizen, loser: Citizen) -> list[dict]:
    """Access that rests on the citizen in person (`programmes.citizen:<id>`) rests on the survivor now."""
    changed = []
    for access in CaseAccess.objects.filter(citizen=survivor, source__endswith=f":{loser.pk}"):
        changed += write(access, {"source": access.source.replace(str(loser.pk), str(survivor.pk))})
    return changed


def write(row: models.Model, values: Mapping[str, Any]) -> list[dict]:
    """Change the columns that differ; returns what `put_back` needs."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    changed = [
        {
            "table": row._meta.db_table,
            "row": str(row.pk),
            "column": name,
            "before": as_json(getattr(row, name)),
            "after": as_json(value),
        }
        for name, value in different.items()
    ]
    for name, value in different.items():
        setattr(row, name, value)
    if different:
        row.save(update_fields=list(different))
    return changed


def as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def put_back(merge: Merge) -> None:
    """Undo `move`: every row that it moved and every value that it wrote, where nobody has written another since.

    What was added since stays with the survivor, unless it hangs on something that goes back (`follow`).
    """
    survivor, loser = merge.survivor, merge.loser
    by_key = {relation.key: relation for relation in relations()}
    for key, rows in merge.moved.items():
        if relation := by_key.get(key):
            bring_back(relation, rows, survivor, loser)
    for change in reversed(merge.changed):
        restore(change)
    loser.merged_into = None
    loser.save(update_fields=["merged_into"])
    follow(survivor, loser)


def bring_back(relation: Relation, rows: Iterable[Any], survivor: Citizen, loser: Citizen) -> list[Any]:
    quote = connection.ops.quote_name
    condition = f"{quote(relation.column)} = %s AND {quote(primary_of(relation.model))}::text = ANY(%s)"
    return relation.point(loser, condition=condition, values=[survivor.pk, [str(row) for row in rows]])


def restore(change: dict) -> None:
    """Put one value back, unless somebody has written another one since."""
    model = next(model for model in apps.get_models() if model._meta.db_table == change["table"])
    column, after = change["column"], change["after"]
    stands = {f"{column}__isnull": True} if after is None else {column: after}
    model._base_manager.filter(pk=change["row"], **stands).update(**{column: change["before"]})


def follow(survivor: Citizen, loser: Citizen) -> None:
    """Bring along what was added since and belongs to something that went back: a slot to its programme, a line of the
    timeline to its case, access and a task to the row they rest on. One always has the citizen of the other."""
    for _round in range(FURTHEST):
        came = [key for relation in relations() for key in bring_along(relation, survivor, loser)]
        if not came:
            return


def bring_along(relation: Relation, survivor: Citizen, loser: Citizen) -> list[Any]:
    """One round for one table; returns the keys of the rows that came."""
    if relation.model is Citizen:
        return []
    rows = relation.model._base_manager.filter(**{relation.field.name: survivor})
    keys: set[Any] = set()
    hangs = hangs_on(relation, loser)
    if hangs:
        keys |= set(rows.filter(hangs).values_list("pk", flat=True))
    for column in GROUND_COLUMNS.intersection(field.name for field in relation.model._meta.concrete_fields):
        keys |= resting_on(rows, column, loser)
    return bring_back(relation, keys, survivor, loser) if keys else []


def hangs_on(relation: Relation, loser: Citizen) -> Q:
    """What is known of a row by its own columns: the rows it names, the one that names it, the case it tells about."""
    model = relation.model
    condition = Q()
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field is not relation.field:
            path = path_to_citizen(field.related_model)
            if path:
                condition |= Q(**{f"{field.name}__{path}": loser})
    for back in model._meta.related_objects:
        if back.one_to_one and any(other.model is back.related_model for other in relations()):
            condition |= Q(**{f"{back.name}__{path_to_citizen(back.related_model)}": loser})
    columns = {field.name for field in model._meta.concrete_fields}
    cases = references_of(loser) if columns & {"case", "url"} else []
    if "case" in columns:
        condition |= Q(case__in=cases)
    if "url" in columns:
        for reference in cases:
            condition |= Q(url__contains=reference)
    return condition


def references_of(citizen: Citizen) -> list[str]:
    """The references of the citizen's cases: whatever names a citizen and has a reference of its own."""
    found: list[str] = []
    for relation in relations():
        if any(field.name == "reference" for field in relation.model._meta.concrete_fields):
            rows = relation.model._base_manager.filter(**{relation.field.name: citizen})
            found += rows.values_list("reference", flat=True)
    return found


def resting_on(rows: models.QuerySet, column: str, loser: Citizen) -> set[Any]:
    """Keys of the rows whose ground, `attendance.missed:12`, names something that is the loser's."""
    by_label: dict[str, dict[str, list[Any]]] = {}
    for key, source in rows.exclude(**{column: ""}).values_list("pk", column):
        label, _, named = source.rpartition(":")
        by_label.setdefault(label, {}).setdefault(named, []).append(key)
    found: set[Any] = set()
    for label, named in by_label.items():
        model = model_called(label)
        path = path_to_citizen(model) if model else None
        if model is None or path is None:
            continue
        theirs = model._base_manager.filter(**{path: loser}).values_list("pk", flat=True)
        for pk in map(str, theirs):
            found.update(named.get(pk, []))
    return found


@cache
def model_called(label: str) -> type[models.Model] | None:
    """`programmes.placement` is that model, `attendance.missed` the one of the app that ends or begins so, and
    `closing_notes.programme` is named after a row of another app."""
    app, _, name = label.partition(".")
    known = apps.get_models()
    for fits in (
        [model for model in known if model._meta.label_lower == label],
        [model for model in known if model._meta.app_label == app and str(model._meta.model_name).startswith(name)],
        [model for model in known if model._meta.model_name == name],
    ):
        if name and len(fits) == 1:
            return fits[0]
    return None


@cache
def path_to_citizen(model: type[models.Model]) -> str | None:
    """How a row leads to its citizen, `placement__programme__citizen`; None where it leads to none."""
    if model is Citizen:
        return "pk"
    paths: list[tuple[str, type[models.Model]]] = [("", model)]
    for _step in range(FURTHEST):
        further: list[tuple[str, type[models.Model]]] = []
        for path, at in paths:
            for field in at._meta.concrete_fields:
                if not isinstance(field, models.ForeignKey) or field.related_model in STAY:
                    continue
                step = f"{path}__{field.name}".removeprefix("__")
                if field.related_model is Citizen:
                    return step
                if field.related_model._meta.app_label not in ("accounts", "audit"):
                    further.append((step, field.related_model))
        paths = further
    return None


def ids_of(citizen: Citizen) -> list[UUID]:
    """Every id under which the person is or was known here: the log of look-ups never changes, so ask it for all."""
    known = [citizen.pk]
    for merge in Merge.objects.filter(reversed_at__isnull=True).order_by("-pk"):
        if merge.survivor_id in known:
            known.append(merge.loser_id)
    return known


def survivor_of(citizen: Citizen) -> Citizen:
    """The row to which everything of this one has been moved; itself where nothing was (K1)."""
    for _step in range(100):
        if citizen.merged_into is None:
            return citizen
        citizen = citizen.merged_into
    return citizen


def younger_merges(merge: Merge) -> models.QuerySet[Merge]:
    """Merges that stand and came after this one with one of the two: they must be undone first."""
    pair = [merge.survivor_id, merge.loser_id]
    later = Merge.objects.filter(pk__gt=merge.pk, reversed_at__isnull=True)
    return later.filter(Q(survivor__in=pair) | Q(loser__in=pair))
