"""Days to be counted again are found by hash where many slots change at once, as history is (audit 0005)."""

from django.db import migrations

SET = """
ALTER FUNCTION attendance_slots_dirty() SET enable_nestloop = off;
ALTER FUNCTION attendance_slots_dirty() SET jit = off;
"""
RESET = """
ALTER FUNCTION attendance_slots_dirty() RESET enable_nestloop;
ALTER FUNCTION attendance_slots_dirty() RESET jit;
"""


class Migration(migrations.Migration):
    dependencies = [("attendance", "0012_flags_of_cases")]
    operations = [migrations.RunSQL(SET, RESET)]
