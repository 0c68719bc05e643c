"""Falls in attendance: looked for in all running programmes at once, shown as a task, settled by people (A10).

The rule itself is in `early_warning.py`. Here its figures are read by one query, and what it says is written by as many
statements for a thousand programmes as for one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.figures.early_warning import Day, Fall, Usual, assess
from attendance.models import EarlyWarning
from attendance.permissions import may_settle
from attendance.states import State
from audit.acting import Actor, System, acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import long_day_pattern, percent
from programmes.models import ProgrammeType
from programmes.statuses import Status
from programmes.types.definition import EarlyWarningRule
from worklist.actions import clear_task
from worklist.models import Task

TASK = "early_warning"
# One run at a time, or two would both find no warning that stands.
LOCK = 4_801_552
READ_BACK = timedelta(weeks=26)
WATCHED = [str(Status.ACTIVE), str(Status.CLOSING)]

# The last days of each programme, with the usual of the warning that stands and the day on which one was last settled
# by somebody. A programme with a warning is read also when it is no longer watched, so that the warning goes.
DAYS = f"""
    WITH watched AS (
        SELECT p.id, p.citizen_id, p.reference, p.caseworker_id, p.type_id, p.status = ANY(%(watched)s) AS is_watched,
            w.id AS warning, w.usual, w.usual_late,
            (SELECT max(s.settled_at) FROM attendance_earlywarning s
             WHERE s.programme_id = p.id AND s.settled_how IN ('seen', 'talked')) AS settled_at
        FROM programmes_programme p
        LEFT JOIN attendance_earlywarning w ON w.programme_id = p.id AND w.settled_at IS NULL
        WHERE (p.status = ANY(%(watched)s) OR w.id IS NOT NULL)
          AND (NOT %(only_today)s OR EXISTS (
              SELECT FROM attendance_expectedattendance e WHERE e.programme_id = p.id AND e.day = %(today)s
          ))
    ),
    days AS (
        SELECT w.id, e.day, sum(e.agreed_minutes) AS expected, sum(e.attended_minutes) AS attended,
            bool_or(e.state = '{State.LATE}') AS came_late, max(e.workshop_id) AS workshop_id,
            row_number() OVER (PARTITION BY w.id ORDER BY e.day DESC) AS place
        FROM watched w
        JOIN attendance_expectedattendance e ON e.programme_id = w.id
        LEFT JOIN attendance_missedattendance f ON f.slot_id = e.id AND f.status = 'raised'
        WHERE e.day BETWEEN %(since)s AND %(today)s AND e.agreed_minutes > 0 AND (e.state <> '' OR f.id IS NOT NULL)
        GROUP BY w.id, e.day
    )
    SELECT w.id, w.citizen_id, w.reference, w.caseworker_id, w.type_id, w.is_watched, w.warning, w.usual, w.usual_late,
        w.settled_at, (
            SELECT s.unit_id FROM programmes_workshop s WHERE s.id = (array_agg(d.workshop_id ORDER BY d.place))[1]
        ),
        array_agg(d.day ORDER BY d.day), array_agg(d.expected ORDER BY d.day), array_agg(d.attended ORDER BY d.day),
        array_agg(d.came_late ORDER BY d.day)
    FROM watched w
    LEFT JOIN days d ON d.id = w.id AND d.place <= %(most)s
    GROUP BY w.id, w.citizen_id, w.reference, w.caseworker_id, w.type_id, w.is_watched, w.warning, w.usual,
        w.usual_late, w.settled_at
    ORDER BY w.id
"""  # noqa: S608 (only our own constants)
ROW = (
    "programme", "citizen", "reference", "caseworker", "type", "is_watched", "warning", "usual", "usual_late",
    "settled_at", "unit", "days", "expected", "attended", "late",
)  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """How many warnings were raised, and how many are over."""

    raised: int
    settled: int


def look_for_falls(*, by: Actor | None = None, only_today: bool = False) -> Looked:
    """Raise a warning and its task where the rule speaks, and settle those that are over; safe to run again (A10).

    Reads every running programme, with `only_today` those that expected the citizen today. The number of statements
    does not depend on how many there are.
    """
    today = timezone.localdate()
    with acting(by or System("early warning"), why="early warning"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        rules = {one.pk: one.settings.early_warning for one in ProgrammeType.objects.all()}
        cursor.execute(
            DAYS,
            {
                "watched": WATCHED,
                "only_today": only_today,
                "today": today,
                "since": today - READ_BACK,
                "most": max((rule.recent_days + rule.usual_days for rule in rules.values()), default=0),
            },
        )
        found = [dict(zip(ROW, row, strict=True)) for row in cursor.fetchall()]
        falls = [(row, judge(row, rules[row["type"]], today)) for row in found]
        raised = raise_them([(row, what, rules[row["type"]]) for row, what in falls if isinstance(what, Fall)], today)
        settled = sum(
            settle_them([row["warning"] for row, what in falls if what == how], str(how))
            for how in (EarlyWarning.Settled.RECOVERED, EarlyWarning.Settled.ENDED)
        )
    return Looked(raised, settled)


def judge(row: dict[str, Any], rule: EarlyWarningRule, today: date) -> Fall | str | None:
    """A fall to warn about, how a warning that stands is settled, or nothing to do."""
    if row["warning"] and not (row["is_watched"] and rule.is_used):
        return EarlyWarning.Settled.ENDED
    if not rule.is_used or not row["days"][0]:
        return None
    days = [Day(*values) for values in zip(row["days"], row["expected"], row["attended"], row["late"], strict=True)]
    standing = Usual(row["usual"], row["usual_late"]) if row["warning"] else None
    fall = assess(days, rule, today=today, standing=standing)
    if fall is None:
        return None
    if standing:
        return EarlyWarning.Settled.RECOVERED if fall.is_over else None
    rests = row["settled_at"] and timezone.localdate(row["settled_at"]) + timedelta(days=rule.rest_days) > today
    return fall if fall.warns and not rests else None


def raise_them(falls: list[tuple[dict[str, Any], Fall, EarlyWarningRule]], today: date) -> int:
    """The warnings and their tasks, two statements."""
    warnings = EarlyWarning.objects.bulk_create(
        EarlyWarning(
            programme_id=row["programme"],
            comes_less=fall.comes_less,
            comes_late=fall.comes_late,
            usual=fall.usual,
            recent=fall.recent,
            weighted=fall.weighted,
            usual_late=fall.usual_late,
            late_days=fall.late_days,
            days=fall.days,
            until=fall.until,
            since=fall.since,
        )
        for row, fall, _rule in falls
    )
    Task.objects.bulk_create(
        [
            Task(
                kind=TASK,
                source=str(warning),
                citizen_id=row["citizen"],
                for_user_id=row["caseworker"],
                for_unit_id=row["unit"],
                due_on=today + timedelta(days=rule.talk_within_days),
                url=f"/attendance/case/{row['reference']}/#warning",
                params={"what": in_all_languages(warning)},
            )
            for warning, (row, _fall, rule) in zip(warnings, falls, strict=True)
        ],
        ignore_conflicts=True,
    )
    return len(warnings)


def settle_them(warnings: list[int], how: str) -> int:
    """Warnings that are over by themselves, with their tasks; inside the caller's `acting`."""
    if not warnings:
        return 0
    now = timezone.now()
    sources = [f"attendance.early_warning:{pk}" for pk in warnings]
    Task.objects.open().filter(kind=TASK, source__in=sources).update(done_at=now)
    return EarlyWarning.objects.open().filter(pk__in=warnings).update(settled_at=now, settled_how=how)


def settle(*, warning: EarlyWarning, how: str, note: str, by: User) -> EarlyWarning:
    """Somebody has seen the warning or talked with the citizen: it rests, and its task is done (A10).

    Raises NotAllowed for those who do not work with the citizen, Refused when it was settled meanwhile.
    """
    with acting(by):
        warning = (
            EarlyWarning.objects.select_for_update(of=("self",)).select_related("programme__centre").get(pk=warning.pk)
        )
        if not may_settle(by, warning.programme):
            raise NotAllowed
        if warning.settled_at:
            raise Refused(_("The warning has been settled already."))
        warning.settled_at, warning.settled_by, warning.settled_how = timezone.now(), by, how
        warning.note = note
        warning.save(update_fields=["settled_at", "settled_by", "settled_how", "note"])
        clear_task(kind=TASK, source=str(warning), by=by)
        record("early warning settled", by=by, subject=str(warning), citizen_id=warning.programme.citizen_id, how=how)
    return warning


def in_words(warning: EarlyWarning | Fall) -> str:
    """`Came 92% of the time until 6 November, 61% since 9 November. Comes late more often: on 4 of the last 8 days.`"""
    parts = []
    if warning.comes_less:
        parts.append(
            _("Attended %(usual)s of the agreed time until %(until)s, %(recent)s since %(since)s.")
            % {
                "usual": percent(warning.usual),
                "until": day_and_month(warning.until),
                "recent": percent(warning.recent),
                "since": day_and_month(warning.since),
            }
        )
    if warning.comes_late:
        parts.append(
            _("Comes late more often: on %(late)s of the last %(days)s days, before on %(usual)s of the days.")
            % {"late": warning.late_days, "days": warning.days, "usual": percent(warning.usual_late)}
        )
    return " ".join(parts)


def day_and_month(day: date) -> str:
    """`6 November`, `6. november`: the day without its weekday."""
    return date_format(day, long_day_pattern().removeprefix("l "))


def in_all_languages(warning: EarlyWarning) -> dict[str, str]:
    """For a task, which its readers see each in their own language."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = in_words(warning)
    return found
