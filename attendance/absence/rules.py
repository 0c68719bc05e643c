"""When what was agreed is not kept: the type's rules, judged for all programmes by one statement (A8).

A broken rule drafts a report to the referring organisation and asks the caseworker; it never does more than that.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.states import EXCUSED, HERE
from audit.acting import Actor, System, acting

REPORT_TASK = "absence_report"

# What is judged are days: one with a mark or a word in any of its slots is no missed day. Only slots that are over
# count, and only days after the last report, so that nothing is told twice. A share is judged when its weeks are whole;
# silence only where somebody was missed in it.
DRAFT = """
    WITH rules AS MATERIALIZED (
        SELECT t.id AS type_id, r.in_a_row, r.times, r.days, r.percent, r.weeks * 7 AS share_days, r.silent,
            least(366, greatest(28, r.in_a_row * 14, r.days, r.weeks * 7, r.silent)) AS reach
        FROM programmes_programmetype t
        CROSS JOIN LATERAL (
            SELECT nullif((d ->> 'unexplained_in_a_row')::int, 0) AS in_a_row,
                nullif((d #>> '{unexplained_in_period,count}')::int, 0) AS times,
                (d #>> '{unexplained_in_period,days}')::int AS days,
                (d ->> 'share_below_percent')::int AS percent,
                (d ->> 'share_weeks')::int AS weeks,
                nullif((d ->> 'no_contact_days')::int, 0) AS silent
            FROM (SELECT t.definition -> 'absence_rules') AS of_type (d)
        ) r
    ),
    cases AS MATERIALIZED (
        SELECT p.id, p.citizen_id, p.centre_id, p.referring_organisation_id, p.reference, p.caseworker_id, r.*,
            greatest(p.starts_on, (
                SELECT max(a.until) + 1 FROM attendance_absencereport a WHERE a.programme_id = p.id
            )) AS since
        FROM programmes_programme p
        JOIN rules r ON r.type_id = p.type_id
        WHERE p.status IN ('active', 'closing')
          AND NOT EXISTS (
              SELECT FROM attendance_absencereport a WHERE a.programme_id = p.id AND a.status = 'drafted'
          )
          AND NOT EXISTS (
              SELECT FROM attendance_rest x
              WHERE x.programme_id = p.id AND x.lifted_at IS NULL AND x.until > %(at)s::date
          )
    ),
    days AS (
        SELECT c.id, s.day,
            row_number() OVER (PARTITION BY c.id ORDER BY s.day DESC) AS number,
            bool_or(f.status = 'raised') AND NOT bool_or(s.state = ANY(%(told)s)) AS is_missed,
            bool_or(s.state = ANY(%(told)s)) AS is_told,
            sum(s.agreed_minutes) AS agreed,
            sum(s.attended_minutes) AS attended
        FROM cases c
        JOIN attendance_expectedattendance s
            ON s.programme_id = c.id AND s.day <= %(at)s::date AND s.day >= c.since AND s.day > %(at)s::date - c.reach
        LEFT JOIN attendance_missedattendance f ON f.slot_id = s.id
        WHERE s.day + s.ends <= %(at)s AND (s.state <> '' OR f.status = 'raised')
        GROUP BY c.id, s.day
    ),
    counts AS (
        SELECT c.id,
            count(*) FILTER (WHERE d.is_missed AND d.number <= c.in_a_row) AS in_a_row,
            min(d.day) FILTER (WHERE d.is_missed AND d.number <= c.in_a_row) AS first_in_a_row,
            count(*) FILTER (WHERE d.is_missed AND d.day > %(at)s::date - c.days) AS times,
            sum(d.agreed) FILTER (WHERE d.day > %(at)s::date - c.share_days) AS agreed,
            sum(d.attended) FILTER (WHERE d.day > %(at)s::date - c.share_days) AS attended,
            count(*) FILTER (WHERE d.is_missed AND d.day > %(at)s::date - c.silent) AS silent,
            count(*) FILTER (WHERE d.is_told AND d.day > %(at)s::date - c.silent) AS told
        FROM cases c JOIN days d ON d.id = c.id
        GROUP BY c.id
    ),
    broken AS (
        SELECT c.id, jsonb_agg(b.rule) AS rules, max(b.days) AS days
        FROM cases c
        JOIN counts n ON n.id = c.id
        CROSS JOIN LATERAL (
            VALUES
                (n.in_a_row = c.in_a_row, %(at)s::date - n.first_in_a_row + 1,
                    jsonb_build_object('rule', 'in_a_row', 'found', n.in_a_row)),
                (n.times >= c.times, c.days,
                    jsonb_build_object('rule', 'in_period', 'found', n.times, 'days', c.days)),
                (n.agreed > 0 AND 100 * n.attended < c.percent * n.agreed
                        AND c.since <= %(at)s::date - c.share_days + 1, c.share_days,
                    jsonb_build_object('rule', 'share', 'found', (100 * n.attended / nullif(n.agreed, 0))::int,
                        'percent', c.percent, 'weeks', c.share_days / 7)),
                (n.silent > 0 AND n.told = 0 AND c.since <= %(at)s::date - c.silent + 1 AND NOT EXISTS (
                        SELECT FROM attendance_expectedattendance s
                        JOIN attendance_missedattendance f ON f.slot_id = s.id
                        JOIN attendance_contactattempt t ON t.missed_id = f.id
                        WHERE s.programme_id = c.id AND s.day > %(at)s::date - c.reach AND t.was_reached
                          AND (t.at AT TIME ZONE %(zone)s)::date > %(at)s::date - c.silent
                    ), c.silent,
                    jsonb_build_object('rule', 'no_contact', 'days', c.silent))
        ) AS b (is_broken, days, rule)
        WHERE b.is_broken
        GROUP BY c.id
    ),
    reports AS (
        INSERT INTO attendance_absencereport (programme_id, status, rules, since, until, drafted_at)
        SELECT c.id, 'drafted', b.rules, greatest(c.since, %(at)s::date + 1 - greatest(b.days, 28)), %(at)s::date,
            %(moment)s
        FROM broken b JOIN cases c ON c.id = b.id
        ON CONFLICT DO NOTHING
        RETURNING id, programme_id
    ),
    tasks AS (
        INSERT INTO worklist_task (kind, source, citizen_id, for_user_id, due_on, url, params, created_at)
        SELECT 'absence_report', 'attendance.report:' || r.id, c.citizen_id, c.caseworker_id, %(at)s::date,
            '/attendance/reports/' || r.id || '/', '{}', %(moment)s
        FROM reports r JOIN cases c ON c.id = r.programme_id
        ON CONFLICT DO NOTHING
    ),
    told AS (
        INSERT INTO journal_entry
            (citizen_id, centre_id, referring_organisation_id, "case", kind, audience, happened_at, params, body, url)
        SELECT c.citizen_id, c.centre_id, c.referring_organisation_id, c.reference, 'absence_report_drafted', 'team',
            %(moment)s, '{}', '', '/attendance/reports/' || r.id || '/'
        FROM reports r JOIN cases c ON c.id = r.programme_id
    )
    SELECT count(*) FROM reports
"""


def draft_reports(*, at: datetime, by: Actor | None = None) -> int:
    """Draft a report for every programme in which a rule of its type is broken and none is drafted yet (A8); how many.

    Safe to run twice, at once or days late. Cases whose reminders rest are left in peace.
    """
    with acting(by or System("absence rules"), why="agreement not kept"), connection.cursor() as cursor:
        cursor.execute(
            DRAFT,
            {
                "at": timezone.localtime(at).replace(tzinfo=None),
                "moment": at,
                "zone": timezone.get_default_timezone_name(),
                "told": [str(state) for state in (*HERE, *EXCUSED)],
            },
        )
        return int(cursor.fetchone()[0])


def in_words(rules: Iterable[dict[str, Any]]) -> list[str]:
    """What was broken, a sentence a rule: `Missed 3 days in a row without a word`."""
    return [WORDS[rule["rule"]](rule) for rule in rules if rule.get("rule") in WORDS]


def _in_a_row(rule: dict[str, Any]) -> str:
    words = ngettext(
        "Missed %(count)s day without a word", "Missed %(count)s days in a row without a word", rule["found"]
    )
    return words % {"count": rule["found"]}


def _in_period(rule: dict[str, Any]) -> str:
    words = ngettext(
        "Missed %(count)s day without a word within %(days)s days",
        "Missed %(count)s days without a word within %(days)s days",
        rule["found"],
    )
    return words % {"count": rule["found"], "days": rule["days"]}


def _share(rule: dict[str, Any]) -> str:
    return _("Attended %(found)s%% of the agreed hours in %(weeks)s weeks; at least %(percent)s%% is agreed") % rule


def _no_contact(rule: dict[str, Any]) -> str:
    return _("No contact for %(days)s days") % rule


WORDS = {"in_a_row": _in_a_row, "in_period": _in_period, "share": _share, "no_contact": _no_contact}
