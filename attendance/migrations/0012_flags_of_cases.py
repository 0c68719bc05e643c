"""A flag knows its programme, so that those of one's own cases are found without reading everybody's."""

import django.db.models.deletion
from django.db import migrations, models

# A thousand at a time: the history compares the rows before with those after, all with all.
FILL = """
    SELECT set_config('trinvis.actor', '{"id": null, "name": "migration", "why": "flags know their programme"}', true);
    DO $$
    DECLARE first bigint;
    BEGIN
        FOR first IN SELECT generate_series(min(id), max(id), 1000) FROM attendance_missedattendance LOOP
            UPDATE attendance_missedattendance f SET programme_id = s.programme_id
            FROM attendance_expectedattendance s WHERE s.id = f.slot_id AND f.id BETWEEN first AND first + 999;
        END LOOP;
    END $$;
    SELECT set_config('trinvis.actor', '', true);
    -- The statements that follow change the table, which waits for nothing that is still to be checked.
    SET CONSTRAINTS ALL IMMEDIATE;
"""


def field(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        editable=False,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="missed_attendance",
        to="programmes.programme",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0011_fewer_indexes"),
        ("programmes", "0012_placements_of_kinds"),
    ]

    operations = [
        migrations.AddField("missedattendance", "programme", field(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("missedattendance", "programme", field(null=False)),
        migrations.AddIndex(
            "missedattendance",
            models.Index(
                fields=["programme"],
                condition=models.Q(status="raised", followed_up_at__isnull=True),
                name="attendance_missed_programme",
            ),
        ),
        migrations.AddIndex("registerday", models.Index(fields=["day"], name="attendance_register_day")),
    ]
