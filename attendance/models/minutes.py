"""Minutes of slots as the database computes them."""

from typing import Any

from django.db import models
from django.db.models import Func

from attendance.states import HERE

# Minutes of the day, so that parts of a slot can be added and taken away (docs/adr/0025).
SPAN_IN_MINUTES = "(EXTRACT(EPOCH FROM ends - starts) / 60)::int"
CAME = "(EXTRACT(EPOCH FROM greatest(starts, coalesce(came_at, starts))) / 60)::int"
LEFT = "(EXTRACT(EPOCH FROM least(ends, coalesce(left_at, ends))) / 60)::int"
AGREED_MINUTES = (
    f"CASE WHEN state = 'leave' THEN 0 WHEN let_off IS NULL THEN {SPAN_IN_MINUTES} "
    f"ELSE {SPAN_IN_MINUTES} - public.minutes_in(let_off) END"
)
ATTENDED_MINUTES = (
    f"CASE WHEN state NOT IN ({', '.join(repr(str(state.value)) for state in HERE)}) THEN 0 "
    f"WHEN met IS NULL AND away IS NULL AND let_off IS NULL THEN greatest(0, {LEFT} - {CAME}) "
    f"ELSE public.minutes_in(int4multirange(int4range({CAME}, greatest({CAME}, {LEFT}))) "
    "+ coalesce(met, '{}') - coalesce(away, '{}') - coalesce(let_off, '{}')) END"
)


class Sql(Func):
    """A generated column's expression as PostgreSQL reads it."""

    def __init__(self, template: str) -> None:
        super().__init__(template=template, output_field=models.IntegerField())

    def deconstruct(self):
        return ("attendance.models.Sql", (self.extra["template"],), {})


class MinuteRanges(models.Field):
    """Parts of a day in minutes from midnight, as PostgreSQL's `int4multirange`; read as ranges with `lower` and
    `upper`, written by the database alone. Null is none."""

    def db_type(self, connection: Any) -> str:
        return "int4multirange"
