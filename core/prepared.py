"""Statements that cost more to plan than to answer, planned once for each connection."""

import re
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

PARAMETER = re.compile(r"%\((\w+)\)s")
# What each of the server's connections has prepared; forgotten with it.
prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Prepared:
    """A statement with parameters as `%(today)s`; `types` says the database's type of each."""

    def __init__(self, name: str, statement: str, **types: str) -> None:
        self.name = name
        places = {parameter: f"${number}" for number, parameter in enumerate(types, 1)}
        numbered = PARAMETER.sub(lambda found: places[found[1]], statement)
        self.preparing = f"PREPARE {name} ({', '.join(types.values())}) AS {numbered}"
        self.executing = f"EXECUTE {name} ({', '.join(f'%({parameter})s' for parameter in types)})"

    def rows(self, values: dict[str, Any]) -> list[tuple]:
        """The answer's rows. One query."""
        with connection.cursor() as cursor:
            known = prepared.setdefault(connection.connection, set())
            if self.name not in known:
                connection.connection.execute(self.preparing)
                known.add(self.name)
            cursor.execute(self.executing, values)
            return cursor.fetchall()
