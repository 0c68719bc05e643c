"""A version that a referral or a programme was begun under never changes (ADR 21)."""

from django.db import migrations

LOCK = """
CREATE FUNCTION programmes_refuse_type_in_use() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.key, NEW.version, NEW.definition)
                            IS NOT DISTINCT FROM (OLD.id, OLD.key, OLD.version, OLD.definition) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM programmes_programme WHERE type_id = OLD.id)
       OR EXISTS (SELECT FROM referrals_referral WHERE type_id = OLD.id) THEN
        RAISE EXCEPTION 'A version of a programme type that is in use never changes'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER programmes_type_in_use BEFORE UPDATE OR DELETE ON programmes_programmetype
    FOR EACH ROW EXECUTE FUNCTION programmes_refuse_type_in_use();
"""
UNLOCK = """
DROP TRIGGER programmes_type_in_use ON programmes_programmetype;
DROP FUNCTION programmes_refuse_type_in_use();
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0008_first_format")]
    operations = [migrations.RunSQL(LOCK, UNLOCK)]
