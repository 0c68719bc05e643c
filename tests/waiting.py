"""For tests of two at once: go on when the other one really waits."""

from django.db import connection


def until_somebody_waits() -> None:
    """Until another connection to this test's database waits for a row that somebody holds."""
    with connection.cursor() as cursor:
        for _look in range(2_000):
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE datname = current_database() AND NOT granted), pg_sleep(0.005)"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited")
