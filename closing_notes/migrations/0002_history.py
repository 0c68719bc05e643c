"""Every earlier version is kept (T4), and an approved note is locked (C2, T14)."""

from django.db import migrations

from audit.history import track

LOCK = """
CREATE FUNCTION closing_notes_refuse_locked() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    receipts text[] := '{status,delivered_at,read_at}';
BEGIN
    IF TG_TABLE_NAME = 'closing_notes_closingnote' THEN
        IF OLD.status NOT IN ('approved', 'delivered') THEN
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        ELSIF TG_OP = 'UPDATE' AND to_jsonb(NEW) - receipts = to_jsonb(OLD) - receipts
              AND NEW.status IN ('approved', 'delivered')
              AND NOT (OLD.status = 'delivered' AND NEW.status = 'approved') THEN
            RETURN NEW;
        END IF;
    ELSIF OLD.status <> 'done' OR (TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM closing_notes_closingnote n WHERE n.id = OLD.note_id AND n.status IN ('draft', 'in_review')
    )) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'An approved closing note and its document never change' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER closing_notes_locked BEFORE UPDATE OR DELETE ON closing_notes_closingnote
    FOR EACH ROW EXECUTE FUNCTION closing_notes_refuse_locked();
CREATE TRIGGER closing_notes_locked BEFORE UPDATE OR DELETE ON closing_notes_rendering
    FOR EACH ROW EXECUTE FUNCTION closing_notes_refuse_locked();
"""
UNLOCK = """
DROP TRIGGER closing_notes_locked ON closing_notes_rendering;
DROP TRIGGER closing_notes_locked ON closing_notes_closingnote;
DROP FUNCTION closing_notes_refuse_locked();
"""


class Migration(migrations.Migration):
    dependencies = [("closing_notes", "0001_initial"), ("audit", "0002_history")]
    operations = [
        track("closing_notes_closingnote"),
        migrations.RunSQL(LOCK, UNLOCK),
    ]
