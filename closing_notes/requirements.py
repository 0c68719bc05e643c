"""How the checklist reads the closing note (P9): somebody else than its author has approved it."""

from programmes.checklist.requirements import Reading

READINGS = {
    "closing_note": Reading(
        "(SELECT max((n.approved_at AT TIME ZONE %(zone)s)::date) FROM closing_notes_closingnote n"
        " WHERE n.programme_id = p.id AND n.status IN ('approved', 'delivered'))",
        is_asked="true",
    ),
}
