"""Which database may be replaced: only one that was empty when it was first seeded, or that we seeded before."""

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from accounts.models import Organisation, User
from citizens.models import Citizen
from config.database import WEB_ROLE
from core.exceptions import Refused
from demo.models import Mail
from programmes.models import Programme

MARK = "This database holds invented demo data; demo_data may replace it."
# Where real use would have left something.
TELLING: list[type[models.Model]] = [User, Organisation, Citizen, Programme]
OWN_APPS = [
    "core", "audit", "accounts", "citizens", "journal", "worklist", "messaging", "programmes", "referrals",
    "attendance", "plans", "closing_notes", "demo",
]  # fmt: skip
# Whoever was signed in is somebody else now; rate limits begin anew.
TOO = ["django_session", "core_cache"]


def check_may_replace() -> None:
    """Refused where the database is not ours to replace; nothing was changed then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == WEB_ROLE:
            raise Refused("demo_data runs as the owner of the database, not as the web role.")
    if is_marked():
        return
    for model in TELLING:
        if model._default_manager.exists():
            raise Refused(
                f"This database already holds {model._meta.verbose_name_plural} and was not made by demo_data. "
                "It stays as it is. Demo data goes into an empty database only."
            )


def is_marked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT col_description(attrelid, attnum) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attname = 'id'",
            [Mail._meta.db_table],
        )
        return cursor.fetchone()[0] == MARK


def mark() -> None:
    """Say on a table of the demo's own that this database may be replaced; the remark travels with a dump."""
    statement = sql.SQL("COMMENT ON COLUMN {}.id IS {}").format(sql.Identifier(Mail._meta.db_table), sql.Literal(MARK))
    with connection.cursor() as cursor:
        cursor.execute(statement)


def empty() -> None:
    """Empty all tables of ours, history and logs included, in one statement."""
    tables = [
        model._meta.db_table
        for app in OWN_APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    with connection.cursor() as cursor:
        # A second run in the same transaction would meet checks that are still to be made.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        names = sql.SQL(", ").join(map(sql.Identifier, [*tables, *TOO]))
        cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
