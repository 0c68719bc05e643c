"""Who is acting: the database refuses every change of case data that does not say (T4)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Union

from django.db import connection, transaction

if TYPE_CHECKING:
    from accounts.models import User


class System:
    """The programme itself as the one who acts: the flagging job, an import, the demo data."""

    pk = None

    def __init__(self, name: str) -> None:
        self.name = name


Actor = Union["User", System]


@contextmanager
def acting(by: Actor, *, why: str = "") -> Iterator[None]:
    """One transaction in which the triggers write `by` and `why` beside every changed row."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('trinvis.actor', %s, true)",
                [json.dumps({"id": by.pk, "name": by.name, "why": why})],
            )
        yield
