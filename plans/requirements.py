"""How the checklist reads the plan (P9): a confirmed version, and the follow-up whose day the plan itself knows."""

from programmes.checklist.requirements import Reading

PLAN = "FROM plans_plan l WHERE l.programme_id = p.id"
READINGS = {
    "plan": Reading(
        "(SELECT max(coalesce(v.citizen_agreed_on, (v.confirmed_at AT TIME ZONE %(zone)s)::date))"
        " FROM plans_version v JOIN plans_plan l ON l.id = v.plan_id"
        " WHERE l.programme_id = p.id AND v.status = 'confirmed')",
        is_asked="true",
    ),
    "follow_up": Reading(
        "(SELECT max(u.held_on) FROM plans_followup u JOIN plans_plan l ON l.id = u.plan_id"
        " WHERE l.programme_id = p.id)",
        due_on=f"(SELECT l.follow_up_due_on {PLAN})",
        is_asked="true",
    ),
}
