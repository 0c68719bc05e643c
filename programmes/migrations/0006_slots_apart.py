"""Two agreed slots of one programme never lie in the same hours; slots stay inside their placement's days (P5).

The programme stands on the slot, so that one constraint sees all placements of a programme. The database writes it,
and gives a slot without an end its placement's; a slot that lasts to its placement's end moves with that end.
"""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

import programmes.models.periods

FILL_IN = """
    SELECT set_config('trinvis.actor', '{"id": null, "name": "migration", "why": "slots know their programme"}', true);
    DELETE FROM programmes_scheduleslot s USING programmes_placement pl
        WHERE pl.id = s.placement_id
          AND greatest(s.valid_from, pl.starts_on) > least(coalesce(s.valid_until, pl.ends_on), pl.ends_on);
    UPDATE programmes_scheduleslot s SET
        programme_id = pl.programme_id,
        valid_from = greatest(s.valid_from, pl.starts_on),
        valid_until = least(coalesce(s.valid_until, pl.ends_on), pl.ends_on)
        FROM programmes_placement pl WHERE pl.id = s.placement_id;
    SELECT set_config('trinvis.actor', '', true);
    SET CONSTRAINTS ALL IMMEDIATE;
"""

FOLLOW_PLACEMENT = """
CREATE FUNCTION programmes_slot_of_placement() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT pl.programme_id, greatest(NEW.valid_from, pl.starts_on),
           least(coalesce(NEW.valid_until, pl.ends_on), pl.ends_on)
        INTO NEW.programme_id, NEW.valid_from, NEW.valid_until
        FROM programmes_placement pl WHERE pl.id = NEW.placement_id;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION programmes_slot_of_placement() FROM PUBLIC;
CREATE TRIGGER programmes_slot_of_placement BEFORE INSERT OR UPDATE ON programmes_scheduleslot
    FOR EACH ROW EXECUTE FUNCTION programmes_slot_of_placement();

CREATE FUNCTION programmes_slots_move_along() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM programmes_scheduleslot s USING old_rows o JOIN new_rows n ON n.id = o.id
        WHERE s.placement_id = n.id AND (o.starts_on, o.ends_on) <> (n.starts_on, n.ends_on)
          AND (s.valid_from > n.ends_on OR s.valid_until < n.starts_on);
    UPDATE programmes_scheduleslot s SET
        valid_from = CASE WHEN s.valid_from = o.starts_on THEN n.starts_on ELSE greatest(s.valid_from, n.starts_on) END,
        valid_until = CASE WHEN s.valid_until = o.ends_on THEN n.ends_on ELSE least(s.valid_until, n.ends_on) END
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE s.placement_id = n.id AND (o.starts_on, o.ends_on) <> (n.starts_on, n.ends_on);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION programmes_slots_move_along() FROM PUBLIC;
CREATE TRIGGER programmes_slots_move_along AFTER UPDATE ON programmes_placement
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION programmes_slots_move_along();
"""
UNFOLLOW = """
DROP TRIGGER programmes_slots_move_along ON programmes_placement;
DROP FUNCTION programmes_slots_move_along();
DROP TRIGGER programmes_slot_of_placement ON programmes_scheduleslot;
DROP FUNCTION programmes_slot_of_placement();
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0005_offers")]

    operations = [
        migrations.AddField(
            model_name="scheduleslot",
            name="programme",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="schedule",
                to="programmes.programme",
            ),
        ),
        migrations.RunSQL(FILL_IN, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="scheduleslot", name="programmes_slot_validity"),
        migrations.AlterField(
            model_name="scheduleslot",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="schedule", to="programmes.programme"
            ),
        ),
        migrations.AlterField(model_name="scheduleslot", name="valid_until", field=models.DateField()),
        migrations.AddConstraint(
            model_name="scheduleslot",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("valid_from"))), name="programmes_slot_validity"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduleslot",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                deferrable=models.Deferrable["IMMEDIATE"],
                expressions=[
                    ("programme", "="),
                    ("weekday", "="),
                    (programmes.models.periods.DateRange("valid_from", "valid_until"), "&&"),
                    (programmes.models.periods.MinuteRange("starts", "ends"), "&&"),
                ],
                name="programmes_slots_apart",
            ),
        ),
        migrations.RunSQL(FOLLOW_PLACEMENT, UNFOLLOW),
    ]
