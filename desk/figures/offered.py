"""What a page of figures counts, chosen in its address."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import QueryDict

from core.forms import Form
from desk.case.head import in_language

# Workshops, closed ones too, and the newest version of each type that a programme of the centres is of.
OFFERED = """
    SELECT 'workshop', w.id::text, u.name, NULL, NULL
    FROM programmes_workshop w JOIN accounts_unit u ON u.id = w.unit_id
    WHERE u.organisation_id = ANY (%(centres)s)
    UNION ALL
    (SELECT DISTINCT ON (t.key) 'type', t.key, '', t.definition ->> 'name', t.definition ->> 'targets'
    FROM programmes_programmetype t
    WHERE t.key IN (
        SELECT used.key FROM programmes_programmetype used
        WHERE EXISTS (SELECT FROM programmes_programme p WHERE p.type_id = used.id AND p.centre_id = ANY (%(centres)s))
    )
    ORDER BY t.key, t.version DESC)
    ORDER BY 3, 2
"""


@dataclass(frozen=True)
class Kind:
    """What figures tell of a programme type."""

    name: str
    targets: list[dict[str, Any]]

    def most(self, target: str) -> int | None:
        """The percentage of which the type wants no more, if it names one (F3)."""
        found = (one.get("percent") for one in self.targets if one["key"] == target and one.get("at_most"))
        return next(found, None)


def offered_at(centres: Collection[int]) -> tuple[dict[str, str], dict[str, Kind]]:
    """The workshops of the centres by number, and the types by key, both in the order of their names. One query."""
    workshops, kinds = {}, {}
    with connection.cursor() as cursor:
        cursor.execute(OFFERED, {"centres": list(centres)})
        for what, key, name, names, targets in cursor.fetchall():
            if what == "workshop":
                workshops[key] = name
            else:
                kinds[key] = Kind(in_language(json.loads(names)), json.loads(targets or "[]"))
    return workshops, dict(sorted(kinds.items(), key=lambda pair: pair[1].name.casefold()))


class OfferedForm(Form):
    """Lists to choose from; anything in the address that is not offered is the first of its list."""

    def __init__(self, data: QueryDict, offered: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        asked = {name: data.get(name, "") for name in offered}
        super().__init__(
            {name: asked[name] if asked[name] in dict(choices) else choices[0][0] for name, choices in offered.items()}
        )
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.is_valid()
