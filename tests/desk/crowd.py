"""A centre with very many citizens, written by a few statements as the owner: for what must not grow with them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from audit.acting import System, acting
from config.database import WEB_ROLE
from tests.desk.cast import Case
from tests.factories.accounts import UserFactory

# Every citizen number n of the crowd; the tables whose history would double the work are silent meanwhile.
SILENT = ["citizens_citizen", "citizens_caseaccess", "programmes_programme", "journal_entry", "referrals_referral"]
FIRST = ["Anne", "Søren", "Mette", "Øjvind", "Åse", "Mohammad", "Karin", "Jørgen", "Fatima", "Erik", "Ida", "Poul"]
LAST = [
    "Jensen", "Nielsen", "Hansen", "Ærtebjerg", "Østergaard", "Aagaard", "Kjærgaard", "Lindqvist", "Ahmadi", "Bruun",
    "Mortensen", "Thygesen", "Vestergård", "Skovmose", "Dalsgaard", "Overby", "Hedegaard", "Nordström", "Frandsen",
]  # fmt: skip
CASEWORKERS = 60

CITIZENS = """
INSERT INTO citizens_citizen (id, first_name, last_name, gender, birth_date, no_number_reason, phone, email, address,
    municipality, language, interpreter, is_protected, identity_index)
SELECT md5(%(prefix)s || n)::uuid, (%(first)s::text[])[1 + n %% %(firsts)s],
    (%(last)s::text[])[1 + (n / 7) %% %(lasts)s]
        || CASE WHEN n %% 3 = 0 THEN '' ELSE ' ' || chr(65 + (n %% 26)::int) || to_hex(n) END,
    'f', DATE '1960-01-01' + (n %% 15000)::int, 'not given', '', '', '', '', 'da', '', n %% 500 = 0,
    sha256((%(prefix)s || n)::bytea)
FROM generate_series(1, %(count)s) n
"""
PROGRAMMES = """
INSERT INTO programmes_programme (reference, citizen_id, type_id, centre_id, caseworker_id, referring_organisation_id,
    referrer_id, status, starts_on, ends_on, accommodations, accommodations_why, created_at)
SELECT %(programmes)s || lpad(n::text, 6, '0'), md5(%(prefix)s || n)::uuid, %(type)s, %(centre)s,
    (%(caseworkers)s::bigint[])[1 + n %% %(workers)s], %(sender)s, %(referrer)s, 'active', DATE '2026-01-05' + n %% 300,
    DATE '2027-06-30', '', '', now()
FROM generate_series(1, %(count)s) n
"""
ACCESS = """
INSERT INTO citizens_caseaccess (citizen_id, centre_id, role, user_id, organisation_id, starts_on, source)
SELECT md5(%(prefix)s || n)::uuid, %(centre)s, holder.role, holder.person, holder.body, DATE '2026-01-01', 'crowd'
FROM generate_series(1, %(count)s) n, LATERAL (VALUES
    ('caseworker', (%(caseworkers)s::bigint[])[1 + n %% %(workers)s], NULL::bigint),
    ('team_leader', NULL::bigint, %(centre)s),
    ('referrer', NULL::bigint, %(sender)s)) AS holder (role, person, body)
"""
REFERRALS = """
INSERT INTO referrals_referral (id, reference, status, type_id, centre_id, referring_organisation_id, referrer_id,
    citizen_id, context, legal_basis, reason, accommodations, accommodations_why, wished_start, offer_id,
    submitted_at, decision_reason, version)
SELECT md5(%(prefix)s || 'referral' || n)::uuid, %(referrals)s || lpad(n::text, 6, '0'), 'rejected',
    %(type)s, %(centre)s, %(sender)s, %(referrer)s, md5(%(prefix)s || n)::uuid,
    '', '', '', '', '', DATE '2026-12-07', '', now(), 'No place', 1
FROM generate_series(10, %(count)s, 10) n
"""
ENTRIES = """
INSERT INTO journal_entry (citizen_id, centre_id, referring_organisation_id, "case", kind, audience, happened_at,
    author_id, params, body, url, source, struck_why)
SELECT md5(%(prefix)s || n)::uuid, %(centre)s, %(sender)s, %(programmes)s || lpad(n::text, 6, '0'), 'note',
    (ARRAY['team', 'shared_referrer', 'health'])[1 + n %% 3], TIMESTAMPTZ '2026-11-01' - n * INTERVAL '1 minute',
    (%(caseworkers)s::bigint[])[1 + n %% %(workers)s], '{}',
    (ARRAY['Har bygget en fuglekasse og talt om arbejdet.', 'Kom for sent, bussen var forsinket igen.',
        'Vi talte om værkstedets maskiner og om at møde til tiden.', 'Ringede om lægens erklæring.'])[1 + n %% 4]
    || CASE WHEN n %% 1000 = 0 THEN ' Interesserer sig for bierne.' ELSE '' END || ' ' || md5(n::text),
    '', '', ''
FROM generate_series(1, %(count)s) n
"""
PENDING = ["citizens_search_name", "journal_entry_danish", "journal_entry_swedish"]


def gather(case: Case, count: int, *, year: int = 2025) -> None:
    """`count` citizens at the centre of `case`, each with a programme and an entry, every tenth with a referral too.

    Sixty caseworkers share them, the one of `case` among them; the centre's team leaders see all. `year` is that of
    their references; crowds of different years stand beside each other.
    """
    programme = case.programme
    workers = [case.caseworker, *UserFactory.create_batch(CASEWORKERS - 1)]
    values = {
        "count": count,
        "prefix": f"crowd{year}-",
        "programmes": f"F-{year}-",
        "referrals": f"H-{year}-",
        "first": FIRST,
        "firsts": len(FIRST),
        "last": LAST,
        "lasts": len(LAST),
        "caseworkers": [worker.pk for worker in workers],
        "workers": CASEWORKERS,
        "type": programme.type_id,
        "centre": programme.centre_id,
        "sender": programme.referring_organisation_id,
        "referrer": programme.referrer_id,
    }
    with as_owner(), connection.cursor() as cursor:
        for statement in (CITIZENS, PROGRAMMES, ACCESS, REFERRALS, ENTRIES):
            cursor.execute(statement, values)
        for table in SILENT:
            cursor.execute(f"ANALYZE {table}")
        for index in PENDING:
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])


@contextmanager
def as_owner() -> Iterator[None]:
    """The owner's rights for a while, with the history of the crowd's tables switched off."""
    with transaction.atomic(), acting(System("test")), connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in SILENT:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in SILENT:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET LOCAL statement_timeout = '10s'")
        cursor.execute(f"SET ROLE {WEB_ROLE}")
        cursor.execute("SELECT set_config('trinvis.actor', '', true)")
