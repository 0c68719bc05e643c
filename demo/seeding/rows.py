"""Writing the demo's rows: keys are given in Python, tables are filled by COPY."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.management.color import no_style
from django.db import connection, models
from psycopg import sql

Row = TypeVar("Row", bound=models.Model)


class Book:
    """Rows by model, in the order in which they were added; each has its key before it is written."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], list[Any]] = {}
        self.first: dict[type[models.Model], int] = {}
        self.written: Counter[type[models.Model]] = Counter()

    def add(self, row: Row) -> Row:
        """Keep the row for `write` and give it the next key of its table."""
        rows = self.rows.setdefault(type(row), [])
        if row.pk is None:
            row.pk = self.first_key(type(row)) + len(rows)
        rows.append(row)
        return row

    def first_key(self, model: type[models.Model]) -> int:
        """The key after what the system itself wrote on the way, such as events."""
        if model not in self.first:
            last = model._default_manager.aggregate(last=models.Max("pk"))["last"]
            self.first[model] = (last or 0) + 1
        return self.first[model]

    def of(self, model: type[Row]) -> list[Row]:
        return self.rows.get(model, [])

    def write(self, *kinds: type[models.Model]) -> None:
        """Write what was added to the given models since the last time, or to all of them."""
        for model in kinds or list(self.rows):
            rows = self.of(model)[self.written[model] :]
            if rows:
                copy_rows(model, rows)
                self.note_written(model)

    def note_written(self, *kinds: type[models.Model]) -> None:
        """Everything of these models is in the database."""
        for model in kinds:
            self.written[model] = len(self.of(model))

    def set_counters(self) -> None:
        """The next row that a page adds gets the key after the last one here."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self.rows)):
                cursor.execute(statement)


def copy_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """COPY the rows into the model's table; statement triggers fire once, constraints are checked as ever."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])
