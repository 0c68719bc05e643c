"""The web role, the extensions, and the functions by which names sort and are found."""

from django.db import migrations, models

from config.database import WEB_ROLE

CREATE_WEB_ROLE = f"""
DO $$ BEGIN
    CREATE ROLE {WEB_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""

# Danish: aa is å; æ ä, then ø ö, then å after z. Swedish: å, then ä æ, then ö ø. Compared as plain bytes ("C").
# The characters { | } follow z in ASCII.
NAMES = r"""
CREATE FUNCTION without_marks(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'), 'łđðıþ', 'lddit')
$$;
CREATE FUNCTION sort_key_da(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT without_marks(translate(replace(lower(normalize(value, NFC)), 'aa', 'å'), 'æäøöå', '{{||}'))
$$;
CREATE FUNCTION sort_key_sv(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT without_marks(translate(lower(normalize(value, NFC)), 'åäæöø', '{||}}'))
$$;
CREATE FUNCTION search_key(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT without_marks(replace(replace(replace(replace(replace(lower(normalize(value, NFC)),
        'æ', 'ae'), 'ä', 'ae'), 'ø', 'oe'), 'ö', 'oe'), 'å', 'aa'))
$$;
"""
DROP_NAMES = """
DROP FUNCTION search_key(text);
DROP FUNCTION sort_key_sv(text);
DROP FUNCTION sort_key_da(text);
DROP FUNCTION without_marks(text);
"""

# The cache table, so that `createcachetable` is not one more step of the set-up.
CACHE = """
CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX core_cache_expires ON core_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        # The role outlives the database: other databases of the cluster may use it.
        migrations.RunSQL(CREATE_WEB_ROLE, migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.RunSQL(NAMES, DROP_NAMES),
        migrations.RunSQL(CACHE, "DROP TABLE core_cache"),
        migrations.CreateModel(
            name="ReferenceCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefix", models.CharField(max_length=4)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["prefix", "year"], name="core_one_counter_a_year")
                ]
            },
        ),
    ]
