"""The functions by which names sort name each other in full: a restore runs them without a search path (U6)."""

from django.db import migrations

QUALIFIED = r"""
CREATE OR REPLACE FUNCTION sort_key_da(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT public.without_marks(translate(replace(lower(normalize(value, NFC)), 'aa', 'å'), 'æäøöå', '{{||}'))
$$;
CREATE OR REPLACE FUNCTION sort_key_sv(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT public.without_marks(translate(lower(normalize(value, NFC)), 'åäæöø', '{||}}'))
$$;
CREATE OR REPLACE FUNCTION search_key(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT public.without_marks(replace(replace(replace(replace(replace(lower(normalize(value, NFC)),
        'æ', 'ae'), 'ä', 'ae'), 'ø', 'oe'), 'ö', 'oe'), 'å', 'aa'))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(QUALIFIED, migrations.RunSQL.noop)]
