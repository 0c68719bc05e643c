"""The catalogue: files judged by key and line, versions that never change once in use (issue 4)."""

import copy
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.db import Error, connection, transaction
from django.utils import translation

from audit.acting import System, acting
from core.exceptions import NotAllowed
from devstack.paths import ROOT
from meetings.statuses import Kind
from programmes.models import ProgrammeType
from programmes.setup.types_in_words import MEETINGS
from programmes.types import catalogue
from programmes.types.catalogue import FOLDER, load_catalogue
from programmes.types.checking import MEETING_KINDS
from programmes.types.reading import BrokenCatalogue, definition_from
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.programmes import ProgrammeFactory
from tests.factories.referrals import ReferralFactory

REBUS = (FOLDER / "rebus.yaml").read_text(encoding="utf-8")
BROKEN = yaml.safe_load((Path(__file__).parent / "broken_types.yaml").read_text(encoding="utf-8"))


PLACE = re.compile(r"\{@([^}]+)\}")


def line_with(words: str, text: str) -> int:
    """The number of the first line that begins with the words."""
    lines = enumerate(text.splitlines(), start=1)
    return next(number for number, line in lines if line.strip().startswith(words))


def said_about(text: bytes) -> str:
    with pytest.raises(BrokenCatalogue) as broken, translation.override("en"):
        definition_from(text, "rebus.yaml", known={"rebus", "resource_programme"})
    return str(broken.value)


def test_whatever_is_wrong_is_named_by_file_line_and_key():
    """Issue 4: clear errors naming file, key and line."""
    for row in BROKEN:
        old, new = REBUS if row["change"] == "<all>" else row["change"], row["into"]
        assert old in REBUS, old
        text = REBUS.replace(old, new, 1)
        line = REBUS[: REBUS.index(old)].count("\n") + 1 + new.count("\n")
        said = row["said"].replace("{line}", str(line))
        for words in PLACE.findall(said):
            said = said.replace(f"{{@{words}}}", str(line_with(words, text)))
        found = said_about(text.encode()).splitlines()
        assert f"rebus.yaml:{said}" in found, (new, found)


@pytest.mark.parametrize(
    "attack",
    [
        "intake: 0x" + "f" * 5_000,  # a number that cannot be told
        "parties_needed: 1" + ":1" * 45_000,  # hours, minutes, seconds ... reckoned out for minutes
        "intake: !!int ''",
        "intake: !!bool x",
        "intake: !!timestamp x",
        "intake: !!float ''",
        "intake: !!python/object/apply:os.system [id]",
        "".join(f"k{number}: 1\n" for number in range(9_000)),
        "remark: {da: &text " + "x" * 2_000 + ", sv: *text, en: *text}",
        "contexts: [{key: one, name: {da: a, sv: a, en: a}, legal_basis: " + "x" * 201 + "}]",
    ],
)
def test_a_file_that_means_harm_is_said_to_be_wrong_at_once(attack):
    """T9, T21: no tag runs anything, nothing is reckoned out or multiplied, no value is an error page."""
    begun = time.process_time()
    said = said_about(f"key: harm\n{attack}\n".encode())
    assert said.startswith("rebus.yaml:")
    assert len(said.splitlines()) <= 500
    assert time.process_time() - begun < 60  # of this process's own work: what harms takes many minutes of it


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"name: \xff", "rebus.yaml:1: The file is not written in UTF-8. Save it as UTF-8 and try again"),
        (b"key: x\nname: a\x00b", "rebus.yaml:2: There is a sign here that no text has"),
        (b"[" * 50_000, "rebus.yaml: The parts of the file lie too deep in each other"),
        (b"#" * 100_001, "rebus.yaml: The file is too large for a programme type"),
        (b"name: !!python/object:os.system {}", "rebus.yaml:1: duration: This is missing"),
        (b"key: x\nkey2: " + b"9" * 5_000, "rebus.yaml:2: key2: “key2” means nothing here. Is it “key”?"),
        (b"? [1]\n: 2", "rebus.yaml:1: The file must say what belongs to what: key, colon, value"),
    ],
)
def test_no_bytes_make_it_fall_over(data, said):
    assert said in said_about(data).splitlines()


def test_a_consent_is_no_longer_than_what_is_kept_of_it():
    """R9: it would be refused by the database when somebody is referred."""
    consent = "consents:\n  - key: sharing\n    name: {da: " + "x" * 301 + ", sv: a, en: a}\n"
    assert "consents[1].name.da: The text is too long: at most 300 characters" in said_about(
        re.sub(r"^consents:\n(?:  .*\n|\n)*", consent, REBUS, flags=re.MULTILINE).encode()
    )


def test_the_seven_types_say_everything_in_three_languages():
    """Issue 4: every text in Danish, Swedish and English, in each of the files."""
    files = sorted(FOLDER.glob("*.yaml"))
    known = {path.stem for path in files}
    found = [definition_from(path.read_bytes(), path.name, known=known) for path in files]
    assert [one.key for one in found] == [path.stem for path in files]
    assert len(found) == 7
    for one in found:
        assert all([one.short, one.target_group, one.purpose, one.content, one.standard_goals])
        assert all(len(part.steps) == 5 for goal in one.standard_goals for part in goal.subgoals)
    rebus = next(one for one in found if one.key == "rebus")
    assert [(quota.municipality, quota.places) for quota in rebus.capacity.quotas] == [
        ("Hagfors", 17),
        ("Forshaga", 17),
        ("Munkfors", 6),
    ]
    assert [phase.key for phase in rebus.phases] == ["mapping", "activity", "trial", "closing"]


def test_no_type_is_named_in_the_code():
    """Issue 4: what differs between the efforts is data, so neither key nor name stands in Python, pages or scripts.

    The demo tells of the five efforts; migrations are what once was.
    """
    files = [yaml.safe_load(path.read_bytes()) for path in FOLDER.glob("*.yaml")]
    words = {file["key"] for file in files} | {name for file in files for name in file["name"].values()}
    named = re.compile(rf"\b({'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})\b", re.IGNORECASE)
    sources = [
        path
        for folder in [*(config.path for config in apps.get_app_configs()), ROOT / "templates", ROOT / "static" / "js"]
        for path in sorted(Path(folder).rglob("*"))
        if path.suffix in (".py", ".html", ".txt", ".js") and path.is_relative_to(ROOT)
        if not {".venv", "migrations", "demo"} & set(path.relative_to(ROOT).parts)
    ]
    assert len(sources) > 300
    found = [f"{path.relative_to(ROOT)}: {hit[0]}" for path in sources for hit in named.finditer(path.read_text())]
    assert not found


def test_lists_of_upper_apps_are_the_same_here():
    assert set(MEETING_KINDS) == set(Kind.values) == set(MEETINGS)


def folder_with(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return path


@pytest.mark.django_db
def test_a_broken_file_refuses_the_whole_load_and_the_old_versions_go_on(tmp_path):
    """Issue 4: all or nothing."""
    before = load_catalogue()
    changed = REBUS.replace("places: 40", "places: 40 ").replace("grace_minutes: 30", "grace_minutes: 20")
    folder_with(tmp_path, rebus=changed, second=REBUS, third="key: third\n")
    with pytest.raises(BrokenCatalogue) as broken, translation.override("en"):
        load_catalogue(tmp_path)
    said = str(broken.value).splitlines()
    assert "second.yaml:1: key: The file must be called rebus.yaml" in said
    assert "third.yaml:1: name: This is missing" in said
    assert catalogue.latest_types() == sorted(before, key=lambda one: one.key)
    assert ProgrammeType.objects.count() == 7


@pytest.mark.django_db
def test_a_version_in_use_is_neither_changed_nor_removed_by_page_or_sql():
    """Issue 4: immutable once used; one that nothing began under may still go."""
    with acting(System("test")):
        referred, running, idle = (
            ProgrammeType.objects.create(key=key, version=1, definition=copy.deepcopy(yaml.safe_load(REBUS)))
            for key in ("referred", "running", "idle")
        )
    ReferralFactory(type=referred)
    ProgrammeFactory(type=running)
    changes = [
        "UPDATE programmes_programmetype SET definition = definition || '{\"parties_needed\": 1}' WHERE id = %s",
        "UPDATE programmes_programmetype SET key = 'other' WHERE id = %s",
        "UPDATE programmes_programmetype SET version = 9 WHERE id = %s",
        "DELETE FROM programmes_programmetype WHERE id = %s",
    ]
    for used in (referred, running):
        for change in changes:
            with pytest.raises(Error, match="in use never changes"), acting(System("test")), connection.cursor() as sql:
                sql.execute(change, [used.pk])
        used.definition = {**used.definition, "parties_needed": 1}
        with pytest.raises(Error, match="in use never changes"), acting(System("test")):
            used.save()
    with acting(System("test")), connection.cursor() as sql:
        for change in changes:
            sql.execute(change, [idle.pk])
    assert set(ProgrammeType.objects.values_list("key", "version")) >= {("referred", 1), ("running", 1)}
    assert not ProgrammeType.objects.filter(pk=idle.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_give_one_version(tmp_path):
    """Issue 4"""
    load_catalogue()
    folder_with(tmp_path, rebus=REBUS.replace("grace_minutes: 30", "grace_minutes: 20"))
    barrier = threading.Barrier(4)

    def load(_number: int) -> list[int]:
        try:
            barrier.wait()
            return [one.version for one in load_catalogue(tmp_path)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(load, range(4))) == [[2]] * 4
    assert ProgrammeType.objects.filter(key="rebus").count() == 2


@pytest.mark.django_db
def test_who_administers_no_centre_takes_nothing_into_use():
    """U4"""
    definition = definition_from(REBUS.encode(), "rebus.yaml")
    with pytest.raises(NotAllowed), transaction.atomic():
        catalogue.take_into_use(definition=definition, seen=0, by=user_with_role("team_leader", CentreFactory()))
    made = catalogue.take_into_use(definition=definition, seen=0, by=user_with_role("administrator", CentreFactory()))
    assert (made.key, made.version, made.settings) == ("rebus", 1, definition)
