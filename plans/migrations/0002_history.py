"""Every earlier version is kept (T4), and a confirmed plan is locked (L2)."""

from django.db import migrations

from audit.history import track

LOCK = """
CREATE FUNCTION plans_refuse_locked() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE locked boolean;
BEGIN
    IF TG_TABLE_NAME = 'plans_version' THEN
        locked := OLD.status = 'confirmed';
    ELSIF TG_TABLE_NAME = 'plans_goal' THEN
        SELECT bool_or(status = 'confirmed') INTO locked FROM plans_version
        WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
                     CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END);
    ELSE
        SELECT bool_or(v.status = 'confirmed') INTO locked FROM plans_goal g JOIN plans_version v ON v.id = g.version_id
        WHERE g.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.goal_id END,
                       CASE WHEN TG_OP <> 'DELETE' THEN NEW.goal_id END);
    END IF;
    IF locked THEN
        RAISE EXCEPTION 'A confirmed plan never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER plans_locked BEFORE UPDATE OR DELETE ON plans_version
    FOR EACH ROW EXECUTE FUNCTION plans_refuse_locked();
CREATE TRIGGER plans_locked BEFORE INSERT OR UPDATE OR DELETE ON plans_goal
    FOR EACH ROW EXECUTE FUNCTION plans_refuse_locked();
CREATE TRIGGER plans_locked BEFORE INSERT OR UPDATE OR DELETE ON plans_subgoal
    FOR EACH ROW EXECUTE FUNCTION plans_refuse_locked();
"""
UNLOCK = """
DROP TRIGGER plans_locked ON plans_subgoal;
DROP TRIGGER plans_locked ON plans_goal;
DROP TRIGGER plans_locked ON plans_version;
DROP FUNCTION plans_refuse_locked();
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("audit", "0002_history")]
    operations = [
        track("plans_plan"),
        track("plans_version"),
        track("plans_goal"),
        track("plans_subgoal"),
        track("plans_followup"),
        track("plans_steprecord"),
        migrations.RunSQL(LOCK, UNLOCK),
    ]
