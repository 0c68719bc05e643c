"""The catalogue: `catalogue/<key>.yaml` becomes numbered versions of programme types (ADR 18)."""

from pathlib import Path
from typing import Any

from django.db import connection

from audit.acting import Actor, System, acting
from audit.log import record
from programmes.definition import Definition
from programmes.models import ProgrammeType
from programmes.reading import BrokenCatalogue, Problem, definition_from

FOLDER = Path(__file__).parent / "catalogue"
LOCK = 7_304_512  # two that load at once wait for each other


def load_catalogue(folder: Path = FOLDER) -> list[ProgrammeType]:
    """Add a version of every type whose file changed; referrals and programmes keep theirs. Safe to run again.

    Reads all files before it writes, so that a broken one (BrokenCatalogue) leaves everything as it was.
    """
    definitions = read_folder(folder)
    with acting(System("catalogue")):
        return [take_into_use(definition, by=System("catalogue")) for definition in definitions]


def take_into_use(definition: Definition, *, by: Actor) -> ProgrammeType:
    """The newest version of the type if it says the same, else the next one. Inside `acting`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    said = as_stored(definition)
    latest = latest_type(definition.key)
    if latest is not None and latest.definition == said:
        return latest
    number = latest.version + 1 if latest else 1
    made = ProgrammeType.objects.create(key=definition.key, version=number, definition=said)
    record("programme_type_version", by=by, subject=made, type=made.key, version=number)
    return made


def as_stored(definition: Definition) -> dict[str, Any]:
    """What the file says and nothing that it leaves out, so that a new part of the shape makes no new version."""
    return definition.model_dump(mode="json", exclude_unset=True)


def latest_type(key: str) -> ProgrammeType | None:
    return ProgrammeType.objects.filter(key=key).order_by("-version").first()


def latest_types() -> list[ProgrammeType]:
    """The newest version of every type, by key. One query."""
    return list(ProgrammeType.objects.order_by("key", "-version").distinct("key"))


def outcome_names() -> dict[str, str]:
    """What an outcome is called, by key, over all types: in the words of the newest version that has it. One query."""
    return {
        outcome.key: str(outcome)
        for type in ProgrammeType.objects.order_by("version", "-key")
        for outcome in type.settings.outcomes
    }


def read_folder(folder: Path) -> list[Definition]:
    """All files by name; BrokenCatalogue names what is wrong in any of them."""
    files = sorted(folder.glob("*.yaml"))
    known = {path.stem for path in files} | set(ProgrammeType.objects.values_list("key", flat=True))
    definitions, problems = [], []
    for path in files:
        try:
            definition = definition_from(path.read_bytes(), path.name, known=known)
        except BrokenCatalogue as error:
            problems += error.problems
            continue
        if definition.key != path.stem:
            problems.append(Problem(path.name, 1, "key", f"the file must be called {definition.key}.yaml"))
        definitions.append(definition)
    if problems:
        raise BrokenCatalogue(problems)
    return definitions
