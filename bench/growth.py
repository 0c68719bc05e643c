"""Makes the demo as large as a country's: centres of some two thousand people, their staff, and years of attendance.

Nobody has ten thousand cases, and a page that is measured for such a person says nothing. So each new centre has its
own workshops of thirty with a contact person, caseworkers with thirty-five cases, a team leader who sees all two
thousand, and a job centre that sent them. The bench measures the people of one centre while it is the only large one,
and those of another, made by the same statements, when there are fifty: what is slower then is so because of others.

Written past triggers and foreign keys by the server's superuser, as a restore would: what is measured is reading and
flagging, not this. Left out, because no page that is measured reads more than a few of them: journals, plans, meetings
and the single taps of the registers.
"""

from collections.abc import Mapping
from datetime import date

import psycopg
from psycopg import sql

CENTRES = 50
PLACES, WORKSHOPS, CASEWORKERS = 30, 67, 58
PEOPLE = PLACES * WORKSHOPS  # of one centre: 2,010, some 35 a caseworker
PAST_DAYS = 100  # each person's: ten million slots at all the centres
DAYS_AHEAD = 3  # over a weekend to Monday, which is what Today shows then
DOMAIN = "large.trinvis.test"
# Where the numbers of what is new begin, far from the demo's.
BASE = 1_000_000

# The demo's people who run at a workshop, and their programmes, are what the new ones are like.
PATTERN = """
    CREATE TEMP TABLE pattern AS
    SELECT p.id, p.citizen_id, p.centre_id, p.referring_organisation_id, l.id AS placement_id,
        w.id AS workshop_id, w.unit_id, row_number() OVER (ORDER BY p.id) - 1 AS place
    FROM programmes_programme p
    JOIN LATERAL (
        SELECT * FROM programmes_placement l WHERE l.programme_id = p.id AND l.workshop_id IS NOT NULL
        ORDER BY l.id LIMIT 1
    ) l ON true
    JOIN programmes_workshop w ON w.id = l.workshop_id
    WHERE p.status = 'active'
"""
# `c`, `w` and `k` are the numbers of centre, workshop and caseworker from nought; all of a person hangs on them. In the
# order of the citizens' keys, so that one day's slots of a workshop lie as scattered as they would.
NEW_PERSON = """
    CREATE TEMP TABLE new_person AS
    WITH named AS MATERIALIZED (SELECT first_name, last_name, row_number() OVER () - 1 AS place FROM citizens_citizen)
    SELECT n, n / %(people)s AS c, n / %(places)s AS w, n / %(people)s * %(caseworkers)s + n %% %(caseworkers)s AS k,
        gen_random_uuid() AS citizen_id, p.id AS pattern_id, p.citizen_id AS pattern_citizen, p.placement_id,
        first.first_name, last.last_name
    FROM generate_series(%(first)s::int * %(people)s, %(last)s::int * %(people)s - 1) n
    JOIN pattern p ON p.place = n %% (SELECT count(*) FROM pattern)
    JOIN named first ON first.place = n %% (SELECT count(*) FROM named)
    JOIN named last ON last.place = (n / 7) %% (SELECT count(*) FROM named)
    ORDER BY citizen_id
"""
# By the place they work at: the demo's user whom they are like, and how many there are at a centre.
STAFF = {
    "teamleader": ("team_leader", 1),
    "referrer": ("referrer", 1),
    "contact": ("contact_person", WORKSHOPS),
    "caseworker": ("caseworker", CASEWORKERS),
}


def address(who: str, number: int) -> str:
    """The e-mail address of the member of staff with this number, counted over all new centres from nought."""
    return f"{who}-{number}@{DOMAIN}"


def grow(connection: psycopg.Connection, today: date, *, first: int, last: int) -> None:
    """Add the centres from `first` up to `last`, whose people are expected on `today` and the days around it."""
    connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    connection.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'")
    numbers = {
        "first": first, "last": last, "people": PEOPLE, "places": PLACES, "workshops": WORKSHOPS,
        "caseworkers": CASEWORKERS, "base": BASE, "today": today,
    }  # fmt: skip
    connection.execute(PATTERN)
    connection.execute(NEW_PERSON, numbers)
    connection.execute("ANALYZE pattern, new_person")
    add_centres(connection, numbers)
    add_staff(connection, numbers)
    add_people(connection, numbers)
    add_tasks(connection, numbers)
    add_attendance(connection, numbers)
    connection.execute("DROP TABLE pattern, new_person; SET session_replication_role = origin")
    connection.execute("VACUUM (ANALYZE, PARALLEL 2)")


def add_centres(connection: psycopg.Connection, numbers: Mapping[str, object]) -> None:
    """Centres, each with the job centre that refers to it, and workshops."""
    organisations = """
        generate_series(%(first)s, %(last)s - 1) c
        CROSS JOIN (SELECT centre_id, referring_organisation_id FROM pattern ORDER BY id LIMIT 1) p
        JOIN accounts_organisation o ON o.id IN (p.centre_id, p.referring_organisation_id)
    """
    copy(
        connection, "accounts_organisation", organisations,
        {"id": "CASE WHEN o.id = p.centre_id THEN 1 ELSE 2 END * %(base)s + c", "name": "o.name || ' ' || c"}, numbers,
    )  # fmt: skip
    workshops = """
        generate_series(%(first)s::int * %(workshops)s, %(last)s::int * %(workshops)s - 1) w
        JOIN pattern p ON p.place = w %% (SELECT count(*) FROM pattern)
    """
    copy(
        connection, "accounts_unit", f"{workshops} JOIN accounts_unit o ON o.id = p.unit_id",
        {"id": "%(base)s + w", "organisation_id": "%(base)s + w / %(workshops)s", "name": "o.name || ' ' || w"},
        numbers,
    )  # fmt: skip
    copy(
        connection, "programmes_workshop", f"{workshops} JOIN programmes_workshop o ON o.id = p.workshop_id",
        {"id": "%(base)s + w", "unit_id": "%(base)s + w", "places": "%(places)s"}, numbers,
    )  # fmt: skip


def add_staff(connection: psycopg.Connection, numbers: Mapping[str, object]) -> None:
    for kind, (who, (role, at_a_centre)) in enumerate(STAFF.items(), start=1):
        values = {**numbers, "kind": kind, "who": who, "role": role, "each": at_a_centre, "domain": DOMAIN}
        staff = "generate_series(%(first)s::int * %(each)s, %(last)s::int * %(each)s - 1) n"
        copy(
            connection, "accounts_user", f"{staff} JOIN accounts_user o ON o.email = %(who)s || '@demo.trinvis.test'",
            {
                "id": "%(kind)s * %(base)s + n", "email": "%(who)s || '-' || n || '@' || %(domain)s",
                "name": "o.name || ' ' || n",
            },
            values,
        )  # fmt: skip
        connection.execute(
            f"""
            INSERT INTO accounts_membership (user_id, organisation_id, unit_id, role, starts_on)
            SELECT %(kind)s * %(base)s + n,
                CASE WHEN %(role)s = 'referrer' THEN 2 ELSE 1 END * %(base)s + n / %(each)s,
                CASE WHEN %(role)s = 'contact_person' THEN %(base)s + n END, %(role)s, '2019-01-01'
            FROM {staff}
            """,  # noqa: S608 (only our own constants)
            values,
        )


def add_people(connection: psycopg.Connection, numbers: Mapping[str, object]) -> None:
    """People with the demo's names newly put together, each with a programme at a workshop, and who may see it."""
    copy(
        connection, "citizens_citizen", "new_person n JOIN citizens_citizen o ON o.id = n.pattern_citizen",
        {
            "id": "n.citizen_id", "first_name": "n.first_name", "last_name": "n.last_name", "is_protected": "false",
            "identity_number": "NULL", "identity_index": "NULL", "no_number_reason": "'measured'", "email": "''",
        },
        numbers,
    )  # fmt: skip
    copy(
        connection, "programmes_programme", "new_person n JOIN programmes_programme o ON o.id = n.pattern_id",
        {
            "id": "%(base)s + n.n", "citizen_id": "n.citizen_id", "previous_id": "NULL",
            "centre_id": "%(base)s + n.c", "referring_organisation_id": "2 * %(base)s + n.c",
            "caseworker_id": "4 * %(base)s + n.k", "referrer_id": "2 * %(base)s + n.c",
            "reference": "'F-2019-' || lpad(n.n::text, 6, '0')",
        },
        numbers,
    )  # fmt: skip
    copy(
        connection, "programmes_placement", "new_person n JOIN programmes_placement o ON o.id = n.placement_id",
        {"id": "%(base)s + n.n", "programme_id": "%(base)s + n.n", "workshop_id": "%(base)s + n.w"}, numbers,
    )  # fmt: skip
    connection.execute(
        """
        INSERT INTO citizens_caseaccess
            (citizen_id, centre_id, role, user_id, organisation_id, unit_id, starts_on, ends_on, source)
        SELECT n.citizen_id, %(base)s + n.c, held.role, held.user_id, held.organisation_id, held.unit_id, p.starts_on,
            CASE WHEN held.unit_id IS NOT NULL THEN p.ends_on + 7 END,
            CASE WHEN held.unit_id IS NULL THEN 'programmes.programme:' ELSE 'programmes.placement:' END || p.id
        FROM new_person n
        JOIN programmes_placement p ON p.id = %(base)s + n.n
        CROSS JOIN LATERAL (
            VALUES ('caseworker', 4 * %(base)s + n.k, NULL, NULL), ('team_leader', NULL, %(base)s + n.c, NULL),
                ('referrer', NULL, 2 * %(base)s + n.c, NULL), ('contact_person', NULL, NULL, %(base)s + n.w)
        ) AS held (role, user_id, organisation_id, unit_id)
        """,
        numbers,
    )


def add_tasks(connection: psycopg.Connection, numbers: Mapping[str, object]) -> None:
    """What is open with their patterns: tasks, and lines of the checklist; and closing notes."""
    copy(
        connection, "closing_notes_closingnote",
        "new_person n JOIN closing_notes_closingnote o ON o.programme_id = n.pattern_id",
        {
            "id": "nextval(pg_get_serial_sequence('closing_notes_closingnote', 'id'))",
            "programme_id": "%(base)s + n.n", "author_id": "4 * %(base)s + n.k",
        },
        numbers,
    )  # fmt: skip
    copy(
        connection, "worklist_task",
        "new_person n JOIN worklist_task o ON o.citizen_id = n.pattern_citizen AND o.done_at IS NULL"
        " AND o.kind <> 'contact_absent_citizen'",
        {
            "id": "nextval(pg_get_serial_sequence('worklist_task', 'id'))", "citizen_id": "n.citizen_id",
            "source": "'measured:' || o.id || ':' || n.n", "for_user_id": "4 * %(base)s + n.k", "for_unit_id": "NULL",
            "for_leaders_of_id": "o.for_leaders_of_id - o.for_leaders_of_id + %(base)s + n.c",
        },
        numbers,
    )  # fmt: skip
    copy(
        connection, "programmes_checklistitem",
        "new_person n JOIN programmes_checklistitem o ON o.programme_id = n.pattern_id",
        {
            "id": "nextval(pg_get_serial_sequence('programmes_checklistitem', 'id'))",
            "programme_id": "%(base)s + n.n",
        },
        numbers,
    )  # fmt: skip


def add_attendance(connection: psycopg.Connection, numbers: Mapping[str, object]) -> None:
    """Day by day, as it came about; the indexes are made anew at the end, which takes a third of the time.

    One slot of fifty was missed; those of the last three days wait for a call. Of today's one in ten is not marked. The
    past days are each person's, weekdays and weekends alike.
    """
    slots = "attendance_expectedattendance"
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisunique",
        [slots],
    ).fetchall()
    for name, _definition in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    for ago in range(PAST_DAYS, -DAYS_AHEAD - 1, -1):
        values = {**numbers, "ago": ago}
        connection.execute(
            """
            INSERT INTO attendance_expectedattendance
                (citizen_id, programme_id, placement_id, workshop_id, day, starts, ends, state, remark, marked_at)
            SELECT citizen_id, %(base)s + n, %(base)s + n, %(base)s + w, %(today)s::date - %(ago)s, '08:00', '12:00',
                state, '', CASE WHEN state <> '' THEN %(today)s::date - %(ago)s + interval '7 hours' END
            FROM new_person
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN %(ago)s < 0 OR (%(ago)s = 0 AND n %% 10 = 0) THEN ''
                    WHEN %(ago)s > 0 AND (n + %(ago)s) %% 50 = 0 THEN ''
                    WHEN (n + %(ago)s) %% 9 = 0 THEN 'ill' ELSE 'present'
                END
            ) AS marked (state)
            """,
            values,
        )
        connection.execute(
            """
            INSERT INTO attendance_registerday (workshop_id, day, closes, judged_at)
            SELECT DISTINCT %(base)s + w, %(today)s::date - %(ago)s, '14:30'::time,
                CASE WHEN %(ago)s > 0 THEN %(today)s::date - %(ago)s + interval '14 hours' END
            FROM new_person
            """,
            values,
        )
    for _name, definition in indexes:
        connection.execute(definition)
    connection.execute(f"ANALYZE {slots}")
    for statement in PAST_FLAGS, FLAG_TASKS, DAY_FIGURES:
        connection.execute(statement, numbers)


PAST_FLAGS = """
    INSERT INTO attendance_missedattendance (slot_id, programme_id, status, flagged_at, due_on, followed_up_at)
    SELECT s.id, s.programme_id, 'raised', s.day + interval '8 hours', s.day,
        CASE WHEN s.day < %(today)s::date - 3 THEN s.day + interval '1 day' END
    FROM attendance_expectedattendance s JOIN new_person n ON n.citizen_id = s.citizen_id
    WHERE s.day < %(today)s AND s.state = ''
    ORDER BY s.day
"""
FLAG_TASKS = """
    INSERT INTO worklist_task (kind, source, citizen_id, for_user_id, for_unit_id, due_on, url, params, created_at)
    SELECT 'contact_absent_citizen', 'attendance.missed:' || f.id, s.citizen_id, 4 * %(base)s + n.k, %(base)s + n.w,
        s.day, '/attendance/missed/' || f.id || '/', '{}', f.flagged_at
    FROM attendance_missedattendance f
    JOIN attendance_expectedattendance s ON s.id = f.slot_id
    JOIN new_person n ON n.citizen_id = s.citizen_id
    WHERE f.followed_up_at IS NULL
"""
# As attendance.figures.roll_ups counts them.
DAY_FIGURES = """
    INSERT INTO attendance_dayfigure
        (day, centre_id, workshop_id, type_key, slots, agreed, attended, ill, late, missed, blank, absence)
    SELECT s.day, p.centre_id, s.workshop_id, t.key, count(*), sum(agreed_minutes), sum(attended_minutes),
        coalesce(sum(agreed_minutes) FILTER (WHERE state = 'ill'), 0), 0, count(*) FILTER (WHERE state = ''), 0,
        jsonb_build_object('ill', jsonb_build_array(count(*) FILTER (WHERE state = 'ill'),
            coalesce(sum(agreed_minutes) FILTER (WHERE state = 'ill'), 0)))
    FROM attendance_expectedattendance s
    JOIN programmes_programme p ON p.id = s.programme_id
    JOIN programmes_programmetype t ON t.id = p.type_id
    JOIN new_person n ON n.citizen_id = s.citizen_id
    WHERE s.day < %(today)s
    GROUP BY s.day, p.centre_id, s.workshop_id, t.key
"""


def copy(
    connection: psycopg.Connection, table: str, source: str, instead: Mapping[str, str], values: Mapping[str, object]
) -> None:
    """Rows of `table` like the rows `o` of the source, with other values in some columns."""
    columns = [
        name
        for (name,) in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = ''",
            [table],
        )
    ]
    selected = [sql.SQL(instead[name]) if name in instead else sql.Identifier("o", name) for name in columns]
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(selected),
            sql.SQL(source),
        ),
        values,
    )
