"""What was confirmed, said by the citizen, put off or told stays as it was written (L2, L3)."""

from django.db import migrations

from audit.history import track

REFUSE = """
CREATE FUNCTION plans_written_once() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% stays as it was written', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER plans_written_once BEFORE UPDATE OR DELETE ON plans_confirmation
    FOR EACH ROW EXECUTE FUNCTION plans_written_once();
CREATE TRIGGER plans_written_once BEFORE UPDATE OR DELETE ON plans_exemption
    FOR EACH ROW EXECUTE FUNCTION plans_written_once();
CREATE TRIGGER plans_written_once BEFORE UPDATE OR DELETE ON plans_summary
    FOR EACH ROW EXECUTE FUNCTION plans_written_once();
-- A subgoal is given up once; that it was taken up again is said once.
CREATE TRIGGER plans_not_deleted BEFORE DELETE ON plans_abandonment
    FOR EACH ROW EXECUTE FUNCTION plans_written_once();
CREATE TRIGGER plans_written_once BEFORE UPDATE ON plans_abandonment
    FOR EACH ROW WHEN (OLD.taken_up_on IS NOT NULL
        OR (OLD.plan_id, OLD.subgoal_id, OLD.key, OLD.abandoned_on, OLD.reason, OLD.by_id, OLD.at)
        IS DISTINCT FROM (NEW.plan_id, NEW.subgoal_id, NEW.key, NEW.abandoned_on, NEW.reason, NEW.by_id, NEW.at))
    EXECUTE FUNCTION plans_written_once();
-- The citizen's own voice is never overwritten by another.
CREATE TRIGGER plans_not_deleted BEFORE DELETE ON plans_steprecord
    FOR EACH ROW WHEN (OLD.own_step IS NOT NULL OR OLD.own_comment <> '')
    EXECUTE FUNCTION plans_written_once();
CREATE TRIGGER plans_written_once BEFORE UPDATE ON plans_steprecord
    FOR EACH ROW WHEN (
        (OLD.own_step IS NOT NULL AND NEW.own_step IS DISTINCT FROM OLD.own_step)
        OR (OLD.own_comment <> '' AND NEW.own_comment IS DISTINCT FROM OLD.own_comment)
        OR (OLD.measured IS NOT NULL AND NEW.measured IS DISTINCT FROM OLD.measured))
    EXECUTE FUNCTION plans_written_once();
-- What was signed or scanned stays with its row; only the citizen it belongs to follows a merge (K1).
CREATE TRIGGER plans_proof_not_deleted BEFORE DELETE ON journal_document
    FOR EACH ROW WHEN (OLD.carrier LIKE 'plans.confirmation:%')
    EXECUTE FUNCTION plans_written_once();
CREATE TRIGGER plans_proof BEFORE UPDATE ON journal_document
    FOR EACH ROW WHEN (OLD.carrier LIKE 'plans.confirmation:%'
        AND (OLD.carrier, OLD.name, OLD.content_type, OLD.size, OLD.sha256)
        IS DISTINCT FROM (NEW.carrier, NEW.name, NEW.content_type, NEW.size, NEW.sha256))
    EXECUTE FUNCTION plans_written_once();
CREATE FUNCTION plans_proof_content() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM journal_document WHERE id = OLD.document_id AND carrier LIKE 'plans.confirmation:%') THEN
        RAISE EXCEPTION 'A signature stays as it was given' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER plans_proof BEFORE UPDATE OR DELETE ON journal_documentcontent
    FOR EACH ROW EXECUTE FUNCTION plans_proof_content();
"""
ALLOW = """
DROP TRIGGER plans_proof ON journal_documentcontent;
DROP FUNCTION plans_proof_content();
DROP TRIGGER plans_proof ON journal_document;
DROP TRIGGER plans_proof_not_deleted ON journal_document;
DROP TRIGGER plans_written_once ON plans_steprecord;
DROP TRIGGER plans_not_deleted ON plans_steprecord;
DROP TRIGGER plans_written_once ON plans_abandonment;
DROP TRIGGER plans_not_deleted ON plans_abandonment;
DROP TRIGGER plans_written_once ON plans_summary;
DROP TRIGGER plans_written_once ON plans_exemption;
DROP TRIGGER plans_written_once ON plans_confirmation;
DROP FUNCTION plans_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0004_confirmations"), ("journal", "0004_notes"), ("audit", "0002_history")]
    operations = [
        track("plans_confirmation"),
        track("plans_abandonment"),
        track("plans_exemption"),
        track("plans_summary"),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
