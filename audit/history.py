"""History by database triggers: attach to a table in a migration with `track("citizens_citizen")` (T4)."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor jsonb := nullif(current_setting('trinvis.actor', true), '')::jsonb;
    actor_id bigint := (actor->>'id')::bigint;
    ignored text[] := TG_ARGV[0]::text[];
BEGIN
    IF actor IS NULL THEN
        RAISE EXCEPTION 'A change of % must say who acts', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit_change ("table", "row", operation, at, actor_id, actor_name, reason, before, after)
        SELECT TG_TABLE_NAME, n.id, 'insert', now(), actor_id, actor->>'name', actor->>'why', NULL, to_jsonb(n)
        FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit_change ("table", "row", operation, at, actor_id, actor_name, reason, before, after)
        SELECT TG_TABLE_NAME, o.id, 'delete', now(), actor_id, actor->>'name', actor->>'why', to_jsonb(o), NULL
        FROM old_rows o;
    ELSE
        INSERT INTO audit_change ("table", "row", operation, at, actor_id, actor_name, reason, before, after)
        SELECT TG_TABLE_NAME, o.id, 'update', now(), actor_id, actor->>'name', actor->>'why',
               diff.before, diff.after
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(b.key, b.value) AS before, jsonb_object_agg(b.key, to_jsonb(n) -> b.key) AS after
            FROM jsonb_each(to_jsonb(o) - ignored) b
            WHERE b.value IS DISTINCT FROM to_jsonb(n) -> b.key
        ) diff
        WHERE diff.before IS NOT NULL;
        IF EXISTS (SELECT FROM old_rows o WHERE NOT EXISTS (SELECT FROM new_rows n WHERE n.id = o.id)) THEN
            RAISE EXCEPTION 'The key of % never changes', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION audit_record() FROM PUBLIC;
"""
DROP_FUNCTION = "DROP FUNCTION audit_record()"


def track(table: str, *, inserts: bool = True, ignored: tuple[str, ...] = ()) -> migrations.RunSQL:
    """A migration operation that keeps every earlier version of the rows of `table`.

    `inserts=False` leaves out the row's first version, for tables that are filled by the hundred thousand and
    whose rows say themselves where they come from. `ignored` columns alone make no new version.
    """
    argument = "{" + ",".join(ignored) + "}"
    create = {
        "insert": f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
        "update": f"AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": f"AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
    }
    if not inserts:
        del create["insert"]
    return migrations.RunSQL(
        "\n".join(
            f"CREATE TRIGGER audit_{name} {when} FOR EACH STATEMENT EXECUTE FUNCTION audit_record('{argument}');"
            for name, when in create.items()
        ),
        "\n".join(f"DROP TRIGGER audit_{name} ON {table};" for name in create),
    )
