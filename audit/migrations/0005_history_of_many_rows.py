"""A change of many rows is kept in time that grows with the rows, not with their square (T4).

A connection plans the trigger's statements once, mostly at the change of a single row, when comparing every earlier row
with every later one looks best. Without nested loops they are matched by hash; and as that makes every plan look dear,
the database must not compile it either.
"""

from django.db import migrations

SET = """
ALTER FUNCTION audit_record() SET enable_nestloop = off;
ALTER FUNCTION audit_record() SET jit = off;
"""
RESET = """
ALTER FUNCTION audit_record() RESET enable_nestloop;
ALTER FUNCTION audit_record() RESET jit;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_prints_are_logged")]
    operations = [migrations.RunSQL(SET, RESET)]
