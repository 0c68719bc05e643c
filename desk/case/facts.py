"""What the head of a case needs beside the programme's own row, read by one prepared statement.

As subqueries of the ORM these cost more to put together than to answer, and the head is on every page of a case.
"""

import json
from datetime import date
from typing import Any

from django.utils import timezone

from core.prepared import Prepared

# The names are the attributes that `read` gives the programme.
FACTS = """
    SELECT jsonb_build_object(
        'workshop_contacts', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('name', u.name, 'where', n.name, 'phone', u.phone)
                ORDER BY u.name), '[]')
            FROM (
                SELECT DISTINCT m.user_id, w.unit_id
                FROM programmes_placement x
                JOIN programmes_workshop w ON w.id = x.workshop_id
                JOIN accounts_membership m ON m.unit_id = w.unit_id AND m.role = 'contact_person'
                    AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
                WHERE x.programme_id = p.id AND x.ends_on >= least(%(today)s, p.ends_on)
            ) people
            JOIN accounts_user u ON u.id = people.user_id
            JOIN accounts_unit n ON n.id = people.unit_id
        ),
        'next_slot', (
            SELECT jsonb_build_object('day', x.day, 'starts', x.starts, 'ends', x.ends, 'workshop', n.name,
                'kind', pl.kind, 'course', pl.course, 'place', pl.place)
            FROM attendance_expectedattendance x
            JOIN programmes_placement pl ON pl.id = x.placement_id
            LEFT JOIN programmes_workshop w ON w.id = x.workshop_id
            LEFT JOIN accounts_unit n ON n.id = w.unit_id
            WHERE x.programme_id = p.id AND x.day >= %(today)s AND x.state = ''
            ORDER BY x.day, x.starts LIMIT 1
        ),
        'has_plan', EXISTS (
            SELECT FROM plans_version x JOIN plans_plan l ON l.id = x.plan_id
            WHERE l.programme_id = p.id AND x.status = 'confirmed'
        ),
        'asked_to_confirm', (
            SELECT coalesce(jsonb_object_agg(t.kind, t.due_on), '{}')
            FROM plans_plan x JOIN worklist_task t ON t.source = 'plans.plan:' || x.id
            WHERE x.programme_id = p.id AND t.done_at IS NULL
              AND t.kind IN ('confirm_plan_citizen', 'confirm_plan_referrer')
        ),
        'follow_up_due_on', (SELECT x.follow_up_due_on FROM plans_plan x WHERE x.programme_id = p.id),
        'note_status', (
            SELECT x.status FROM closing_notes_closingnote x WHERE x.programme_id = p.id ORDER BY x.number DESC LIMIT 1
        ),
        'next_meeting', (
            SELECT jsonb_build_object('kind', x.kind, 'starts_at', x.starts_at) FROM meetings_meeting x
            WHERE x.programme_id = p.id AND x.status = 'planned' AND x.starts_at > %(now)s
            ORDER BY x.starts_at LIMIT 1
        ),
        'referral_reference', (
            SELECT x.reference FROM referrals_referral x WHERE p.id IN (x.programme_id, x.pre_programme_id) LIMIT 1
        ),
        'phase', (
            SELECT x.phase FROM programmes_phasestart x WHERE x.programme_id = p.id AND x.starts_on <= %(today)s
            ORDER BY x.starts_on DESC, x.id DESC LIMIT 1
        ),
        'coordinator', (
            SELECT jsonb_build_object('id', u.id, 'name', u.name, 'phone', u.phone)
            FROM programmes_teammember x JOIN accounts_user u ON u.id = x.user_id
            WHERE x.programme_id = p.id AND x.is_coordinator
              AND x.starts_on <= %(today)s AND (x.ends_on IS NULL OR x.ends_on >= %(today)s)
            LIMIT 1
        ),
        'pause', (
            SELECT jsonb_build_object('starts_on', x.starts_on, 'ends_on', x.ends_on) FROM programmes_pause x
            WHERE x.programme_id = p.id AND (x.ends_on IS NULL OR x.ends_on >= %(today)s)
            ORDER BY x.starts_on LIMIT 1
        ),
        'is_placed', EXISTS (SELECT FROM programmes_placement x WHERE x.programme_id = p.id),
        'has_others', EXISTS (
            SELECT FROM programmes_programme x WHERE x.citizen_id = p.citizen_id AND x.id <> p.id
        ) OR EXISTS (
            SELECT FROM referrals_referral x WHERE x.citizen_id = p.citizen_id AND x.programme_id IS NULL
        )
    )
    FROM programmes_programme p WHERE p.id = %(programme)s
"""

STATEMENT = Prepared("case_facts", FACTS, programme="bigint", today="date", now="timestamptz")


def read(programme: Any) -> Any:
    """The programme with each fact as an attribute of its own. One query."""
    values = {"programme": programme.pk, "today": timezone.localdate(), "now": timezone.now()}
    [(facts,)] = STATEMENT.rows(values)
    for name, value in json.loads(facts).items():
        setattr(programme, name, value)
    if programme.follow_up_due_on:
        programme.follow_up_due_on = date.fromisoformat(programme.follow_up_due_on)
    return programme
