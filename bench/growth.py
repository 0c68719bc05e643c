"""Makes the demo as large as a big town's: people, one day's slots, and years of past attendance.

Written past triggers and foreign keys by the server's superuser, as a restore would: what is measured is reading and
flagging, not this.
"""

from collections.abc import Mapping
from datetime import date

import psycopg
from psycopg import sql

PEOPLE = 100_000
PLACES = 30
PAST_DAYS = 100  # each person's: ten million rows

# Workshops of thirty beside the demo's own, each like one of them.
WORKSHOPS = """
    SELECT w.*, row_number() OVER (ORDER BY w.id) - 1 AS place, count(*) OVER () AS patterns
    FROM programmes_workshop w JOIN accounts_unit u ON u.id = w.unit_id WHERE u.closed_on IS NULL
"""
# People with the demo's names newly put together, in programmes and placements like those that run there.
PATTERNS = """
    SELECT p.*, l.id AS placement_id, l.workshop_id,
        row_number() OVER (ORDER BY p.id) - 1 AS place, count(*) OVER () AS patterns
    FROM programmes_programme p
    JOIN LATERAL (
        SELECT * FROM programmes_placement l WHERE l.programme_id = p.id AND l.workshop_id IS NOT NULL
        ORDER BY l.id LIMIT 1
    ) l ON true
    WHERE p.status = 'active'
"""


def grow(connection: psycopg.Connection, today: date) -> None:
    """Add `PEOPLE` with a programme each, who are expected on `today` and were on `PAST_DAYS` days before it."""
    connection.execute("SET session_replication_role = replica; SET work_mem = '256MB'")
    add_workshops(connection)
    add_people(connection)
    add_attendance(connection, today)
    connection.execute("SET session_replication_role = origin")
    connection.execute("VACUUM (ANALYZE, PARALLEL 2)")


def add_workshops(connection: psycopg.Connection) -> None:
    connection.execute(f"CREATE TEMP TABLE pattern_of_workshop AS {WORKSHOPS}")
    connection.execute(
        "CREATE TEMP TABLE new_workshop (id bigint, unit_id bigint, pattern_id bigint, pattern_unit bigint)"
    )
    connection.execute(
        """
        INSERT INTO new_workshop
        SELECT n + (SELECT max(id) FROM programmes_workshop), n + (SELECT max(id) FROM accounts_unit), w.id, w.unit_id
        FROM generate_series(1, %s) n
        JOIN pattern_of_workshop w ON w.place = n %% w.patterns
        """,
        [PEOPLE // PLACES],
    )
    copy(
        connection, "accounts_unit", "new_workshop n JOIN accounts_unit o ON o.id = n.pattern_unit",
        {"id": "n.unit_id", "name": "o.name || ' ' || n.unit_id"},
    )  # fmt: skip
    copy(
        connection, "programmes_workshop", "new_workshop n JOIN programmes_workshop o ON o.id = n.pattern_id",
        {"id": "n.id", "unit_id": "n.unit_id"},
    )  # fmt: skip


def add_people(connection: psycopg.Connection) -> None:
    connection.execute(f"CREATE TEMP TABLE pattern AS {PATTERNS}")
    connection.execute(
        """
        CREATE TEMP TABLE new_person AS
        SELECT n, gen_random_uuid() AS citizen_id, n + (SELECT max(id) FROM programmes_programme) AS programme_id,
            p.id AS pattern_id, p.citizen_id AS pattern_citizen, p.placement_id, w.id AS workshop_id,
            first.first_name, last.last_name
        FROM generate_series(1, %(people)s) n
        JOIN pattern p ON p.place = n %% p.patterns
        JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM new_workshop) w
            ON w.place = (n - 1) / %(places)s + 1
        JOIN (SELECT first_name, row_number() OVER () - 1 AS place, count(*) OVER () AS total FROM citizens_citizen)
            first ON first.place = n %% first.total
        JOIN (SELECT last_name, row_number() OVER () - 1 AS place, count(*) OVER () AS total FROM citizens_citizen)
            last ON last.place = (n / 7) %% last.total
        """,
        {"people": PEOPLE - PEOPLE % PLACES, "places": PLACES},
    )
    copy(
        connection, "citizens_citizen", "new_person n JOIN citizens_citizen o ON o.id = n.pattern_citizen",
        {
            "id": "n.citizen_id", "first_name": "n.first_name", "last_name": "n.last_name", "is_protected": "false",
            "identity_number": "NULL", "identity_index": "NULL", "no_number_reason": "'measured'", "email": "''",
        },
    )  # fmt: skip
    copy(
        connection, "programmes_programme", "new_person n JOIN programmes_programme o ON o.id = n.pattern_id",
        {
            "id": "n.programme_id", "citizen_id": "n.citizen_id", "previous_id": "NULL",
            "reference": "'F-2019-' || lpad(n.n::text, 6, '0')",
        },
    )  # fmt: skip
    copy(
        connection, "citizens_caseaccess",
        "new_person n JOIN citizens_caseaccess o ON o.citizen_id = n.pattern_citizen",
        {"id": "nextval(pg_get_serial_sequence('citizens_caseaccess', 'id'))", "citizen_id": "n.citizen_id"},
    )  # fmt: skip


def add_attendance(connection: psycopg.Connection, today: date) -> None:
    """Of today's one in ten is not marked; the past days are each person's, weekdays and weekends alike."""
    connection.execute(
        """
        INSERT INTO attendance_registerday (workshop_id, day, closes)
        SELECT id, %(today)s, '14:30' FROM new_workshop
        """,
        {"today": today},
    )
    add = """
        INSERT INTO attendance_expectedattendance
            (citizen_id, programme_id, placement_id, workshop_id, day, starts, ends, state, remark, marked_at)
        SELECT citizen_id, programme_id, placement_id, workshop_id, {day}, '08:00', '12:00', {state}, '',
            {day} + interval '7 hours'
        FROM new_person{days}
    """
    connection.execute(
        add.format(day="%(today)s::date", state="CASE WHEN n %% 10 = 0 THEN '' ELSE 'present' END", days=""),
        {"today": today},
    )
    connection.execute(
        add.format(
            day="(%(today)s::date - ago)",
            state="CASE WHEN (n + ago) %% 9 = 0 THEN 'ill' ELSE 'present' END",
            days=", generate_series(1, %(days)s) AS ago",
        ),
        {"today": today, "days": PAST_DAYS},
    )


def copy(connection: psycopg.Connection, table: str, source: str, instead: Mapping[str, str]) -> None:
    """Rows of `table` like the rows `o` of the source, with other values in some columns."""
    columns = [
        name
        for (name,) in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = ''",
            [table],
        )
    ]
    values = [sql.SQL(instead[name]) if name in instead else sql.Identifier("o", name) for name in columns]
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(values),
            sql.SQL(source),
        )
    )
