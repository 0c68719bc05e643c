"""How each requirement of a programme's type stands: met, due, overdue (P9, ADR 20).

One statement reads the definitions and asks, for each line, the tables of the app that knows. Every app says in
`READINGS` how its own facts are read; nobody is asked upwards. What it finds is kept as `ChecklistItem` for lists of
thousands of cases, and as tasks of the caseworkers. Any real action calls `settle`; a job settles everything.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.acting import Actor
from core.prepared import Prepared
from programmes.models import Programme
from programmes.statuses import Status

SOON = timedelta(days=7)
FOLLOW_UP = "_follow_up"  # the key of the plan's follow-up where the type does not list it; no file can use it
# Nothing is asked of a programme that rests.
ASKING = [Status.PLANNED, Status.ACTIVE, Status.CLOSING]


@dataclass(frozen=True)
class Reading:
    """How SQL reads one way to meet a requirement, of programme `p` and requirement `r` (`r.key`, `r.what`, `r.every`).

    `met_on` is the day of the last real action; `due_on` a day that somebody agreed, which goes before the type's rule;
    `is_asked` whether the app asks for it by a task of its own, so that there is one task for one thing.
    """

    met_on: str
    due_on: str = "NULL::date"
    is_asked: str = "false"


VALID_CONSENT = """
    FROM citizens_consent k WHERE k.citizen_id = p.citizen_id AND k.centre_id = p.centre_id
        AND k.given_on <= %(today)s AND (k.ends_on IS NULL OR k.ends_on >= %(today)s)
        AND (k.withdrawn_on IS NULL OR k.withdrawn_on > %(today)s)
"""
NEWEST_CONSENT = f"SELECT max(k.given_on) {VALID_CONSENT}"
# Of those that the type asks for, one that nobody has given, or that holds no longer.
MISSING_CONSENT = f"""
    SELECT FROM programmes_programmetype y
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(y.definition -> 'consents', '[]')) AS c (item)
    WHERE y.id = p.type_id AND coalesce((c.item ->> 'is_required')::boolean, true)
      AND NOT EXISTS (SELECT {VALID_CONSENT} AND k.key = c.item ->> 'key')
"""
SAID = "CASE WHEN s.outcome = 'done' THEN s.said_on END"
READINGS: dict[str, Reading] = {
    "hand": Reading(SAID),
    # Given with the referral; one that was given later is said by hand (R9).
    "consent": Reading(f"coalesce(CASE WHEN NOT EXISTS ({MISSING_CONSENT}) THEN ({NEWEST_CONSENT}) END, {SAID})"),
    "coordinator": Reading(
        "(SELECT min(t.starts_on) FROM programmes_teammember t WHERE t.programme_id = p.id AND t.is_coordinator"
        " AND t.starts_on <= %(today)s AND (t.ends_on IS NULL OR t.ends_on >= %(today)s))"
    ),
    "activity": Reading(
        "(SELECT max(a.day) FROM programmes_activity a"
        " WHERE a.programme_id = p.id AND a.kind = r.what AND a.status = 'attended')"
    ),
    "note": Reading(
        "(SELECT max((e.happened_at AT TIME ZONE %(zone)s)::date) FROM journal_entry e"
        " WHERE e.citizen_id = p.citizen_id AND e.case = p.reference AND e.struck_at IS NULL"
        " AND e.kind = CASE r.what WHEN 'other' THEN 'note' ELSE 'note_' || r.what END)"
    ),
}
# What can be said not to concern a citizen; the rest answers for the programme itself.
CAN_BE_WAIVED = ["hand", "consent", "activity", "note"]


def chosen(part: str, otherwise: str) -> str:
    """The part of each reading, by how a requirement is met."""
    cases = " ".join(f"WHEN '{how}' THEN {getattr(reading, part)}" for how, reading in READINGS.items())
    return f"CASE r.how {cases} ELSE {otherwise} END"


SOME = "p.id = ANY (%(programmes)s)"
# Those that run, and those of which something is still remembered as open.
ALL = """(p.status = ANY (%(running)s) OR EXISTS (
    SELECT FROM programmes_checklistitem i WHERE i.programme_id = p.id AND i.is_open))"""
THEIR_TYPES = "t.id IN (SELECT p.type_id FROM programmes_programme p WHERE p.id = ANY (%(programmes)s))"
# By one number the same plan serves every programme; by a list it would be made anew each time.
ONE = "p.id = %(programme)s"
ITS_TYPE = "t.id = (SELECT p.type_id FROM programmes_programme p WHERE p.id = %(programme)s)"


def stands(which: str, types: str = "true") -> str:
    """The statement that says of each requirement of the programmes (`which`, of these types) how it stands."""
    return f"""
    required AS MATERIALIZED (
        SELECT t.id AS type_id, x.position, x.item ->> 'key' AS key, x.item -> 'name' AS name, m.met_by,
            split_part(m.met_by, ':', 1) AS how, split_part(m.met_by, ':', 2) AS what,
            (x.item -> 'due' ->> 'days_after_start')::int AS after_start,
            (x.item -> 'due' ->> 'days_before_end')::int AS before_end,
            (x.item -> 'due' ->> 'every_weeks')::int AS every
        FROM programmes_programmetype t
        CROSS JOIN LATERAL jsonb_array_elements(coalesce(t.definition -> 'required', '[]')) WITH ORDINALITY
            AS x (item, position)
        CROSS JOIN LATERAL (SELECT coalesce(x.item ->> 'met_by', 'hand') AS met_by) m
        WHERE {types}
        UNION ALL
        SELECT t.id, 1000, '{FOLLOW_UP}', NULL, 'follow_up', 'follow_up', '', NULL, NULL, NULL
        FROM programmes_programmetype t
        WHERE {types} AND NOT coalesce(t.definition -> 'required', '[]') @> '[{{"met_by": "follow_up"}}]'
    ),
    facts AS (
        SELECT p.id AS programme_id, p.reference, p.citizen_id, p.caseworker_id, p.starts_on, p.ends_on, r.position,
            r.key, r.name, r.met_by, r.how, r.after_start, r.before_end, r.every, p.status = ANY (%(asking)s) AS asks,
            coalesce(s.outcome = 'not_relevant' AND r.how = ANY (%(waivable)s), false) AS is_waived,
            {chosen("met_on", "NULL::date")} AS met_on, {chosen("due_on", "NULL::date")} AS agreed_on,
            {chosen("is_asked", "false")} AS is_asked
        FROM programmes_programme p
        JOIN required r ON r.type_id = p.type_id
        LEFT JOIN LATERAL (
            SELECT x.outcome, x."on" AS said_on FROM programmes_statement x
            WHERE x.programme_id = p.id AND x.key = r.key AND x.taken_back_at IS NULL
            ORDER BY x.said_at DESC, x.id DESC LIMIT 1
        ) s ON true
        WHERE {which}
    ),
    stands AS (
        SELECT f.*, f.asks AND NOT f.is_waived AND (f.every IS NOT NULL OR f.met_on IS NULL
                    OR f.how = 'follow_up' AND f.agreed_on IS NOT NULL)
                AND (f.key <> '{FOLLOW_UP}' OR f.agreed_on IS NOT NULL) AS is_open,
            coalesce(f.agreed_on, CASE
                WHEN f.every IS NOT NULL THEN CASE WHEN coalesce(f.met_on, f.starts_on) + 7 * f.every <= f.ends_on
                    THEN coalesce(f.met_on, f.starts_on) + 7 * f.every END
                WHEN f.after_start IS NOT NULL THEN f.starts_on + f.after_start
                WHEN f.before_end IS NOT NULL THEN greatest(f.starts_on, f.ends_on - f.before_end)
                WHEN f.how = 'closing_note' THEN f.ends_on
            END) AS due_on
        FROM facts f
    )"""  # noqa: S608 (only our own constants)


# What stands in the table already is left alone, so that a second run writes nothing.
REMEMBER = """
    remembered AS (
        INSERT INTO programmes_checklistitem (programme_id, key, met_by, met_on, due_on, is_open)
        SELECT programme_id, key, met_by, met_on, due_on, is_open FROM stands ORDER BY programme_id, key
        ON CONFLICT (programme_id, key) DO UPDATE
            SET met_on = excluded.met_on, due_on = excluded.due_on, is_open = excluded.is_open
            WHERE (programmes_checklistitem.met_on, programmes_checklistitem.due_on, programmes_checklistitem.is_open)
                IS DISTINCT FROM (excluded.met_on, excluded.due_on, excluded.is_open)
        RETURNING 1
    ),
    cleared AS (
        UPDATE worklist_task t SET done_at = %(now)s, done_by_id = %(by)s
        FROM stands s
        WHERE t.kind = 'requirement' AND t.done_at IS NULL
          AND t.source = 'programmes.checklist:' || s.programme_id || ':' || s.position
          AND NOT (s.is_open AND NOT s.is_asked AND s.due_on <= %(soon)s AND s.due_on = t.due_on)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM remembered) + (SELECT count(*) FROM cleared)
"""
ASK = """
    INSERT INTO worklist_task (kind, citizen_id, source, for_user_id, due_on, params, url, created_at)
    SELECT 'requirement', s.citizen_id, 'programmes.checklist:' || s.programme_id || ':' || s.position, s.caseworker_id,
        s.due_on, jsonb_build_object('what', s.name),
        replace(replace(%(url)s, 'REFERENCE', s.reference), 'KEY', s.key), %(now)s
    FROM stands s
    WHERE s.is_open AND NOT s.is_asked AND s.due_on <= %(soon)s AND s.name IS NOT NULL
    ORDER BY s.programme_id, s.position
    ON CONFLICT DO NOTHING
"""

TELL = """
    SELECT key, met_by, met_on, agreed_on, due_on, is_open, is_waived, every IS NOT NULL FROM stands
    WHERE name IS NOT NULL OR is_open
    ORDER BY position
"""


@cache
def standing_statement() -> Prepared:
    """Put together when it is first asked for: the apps above have added their readings by then."""
    return Prepared(
        "requirements_standing",
        f"WITH {stands(ONE, ITS_TYPE)} {TELL}",
        programme="bigint",
        today="date",
        zone="text",
        asking="text[]",
        waivable="text[]",
    )


def settle(programmes: list[int] | None = None, *, by: Actor, today: date | None = None) -> int:
    """Work out how the requirements of these programmes stand (None: of all that run), keep it, and raise or clear the
    caseworkers' tasks (P9, J6).

    Two statements however many. Safe to run twice or late; returns how many rows it wrote.
    """
    values = parameters(programmes, today=today, by=by)
    read = stands(ALL) if programmes is None else stands(SOME, THEIR_TYPES)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"WITH {read}, {REMEMBER}", values)
        written = cursor.fetchone()[0]
        cursor.execute(f"WITH {read} {ASK}", values)
        return written + cursor.rowcount


def settle_one(sender: Any, *, programme: Programme, by: Actor, **signal: Any) -> None:
    """Receiver of what changes a programme: its beginning, its days, its end."""
    settle([programme.pk], by=by)


def settle_case(sender: Any, *, case: str, by: Actor, **signal: Any) -> None:
    """Receiver of `journal_written`: a note may be what the type requires."""
    if found := list(Programme.objects.filter(reference=case).values_list("pk", flat=True)):
        settle(found, by=by)


def parameters(programmes: list[int] | None, *, today: date | None, by: Actor | None) -> dict[str, Any]:
    today = today or timezone.localdate()
    return {
        "programmes": programmes,
        "today": today,
        "soon": today + SOON,
        "now": timezone.now(),
        "zone": settings.TIME_ZONE,
        "asking": [str(status) for status in ASKING],
        "running": [*map(str, ASKING), str(Status.PAUSED)],
        "waivable": CAN_BE_WAIVED,
        "by": by.pk if isinstance(by, User) else None,
        "url": reverse("desk:requirement", args=["REFERENCE", "KEY"]),
    }


@dataclass(frozen=True)
class Standing:
    """How one requirement stands now; `agreed_on` is a day that somebody agreed for it."""

    key: str
    met_by: str
    met_on: date | None
    agreed_on: date | None
    due_on: date | None
    is_open: bool
    is_waived: bool
    is_recurring: bool

    @property
    def how(self) -> str:
        return self.met_by.partition(":")[0]

    @property
    def what(self) -> str:
        return self.met_by.partition(":")[2]


def standing(programme: Programme, today: date | None = None) -> list[Standing]:
    """How the requirements of one programme stand now, in the order of its type; what the data says, not what was
    remembered. One query."""
    values = parameters(None, today=today, by=None) | {"programme": programme.pk}
    return [Standing(*row) for row in standing_statement().rows(values)]
