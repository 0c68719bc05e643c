"""References that people read aloud: H-2026-000123."""

from django.db import connection, models


class ReferenceCounter(models.Model):
    """The last number given out for one letter in one year."""

    prefix = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="core_one_counter_a_year")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:06}"


def next_reference(prefix: str, *, year: int) -> str:
    """The next free reference such as `F-2026-000123`; two callers at once never get the same one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_referencecounter (prefix, year, last) VALUES (%s, %s, 1)
            ON CONFLICT (prefix, year) DO UPDATE SET last = core_referencecounter.last + 1
            RETURNING last
            """,
            [prefix, year],
        )
        return f"{prefix}-{year}-{cursor.fetchone()[0]:06}"
