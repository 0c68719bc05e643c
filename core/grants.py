"""What the web role may do in the database, said once and renewed after every migration (docs/adr/0003)."""

from django.db import connection
from psycopg import sql

from config.database import WEB_ROLE

# The web role reads these and the triggers or the log write them; nobody at the web can change what happened.
READ_ONLY = ["audit_change", "django_migrations"]
APPEND_ONLY = [
    "audit_event",
    "audit_access",
    "attendance_mark",
    "worklist_turn",
    "journal_version",
    "journal_disclosure",
    "plans_confirmation",
    "plans_exemption",
    "plans_observation",
    "plans_summary",
]


def grant_web_role(**kwargs) -> None:
    """Give the web role all ordinary rights on all tables, and on the logs only the right to add or to read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == WEB_ROLE:
            return
        role = sql.Identifier(WEB_ROLE)
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        cursor.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(role)
        )
        cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
        existing = set(connection.introspection.table_names(cursor))
        for table in existing.intersection(READ_ONLY):
            cursor.execute(
                sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), role)
            )
        for table in existing.intersection(APPEND_ONLY):
            cursor.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), role))
