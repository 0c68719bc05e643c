"""The catalogue: `catalogue/<key>.yaml` becomes numbered versions of programme types."""

from pathlib import Path

import yaml

from audit.acting import System, acting
from programmes.models import ProgrammeType

FOLDER = Path(__file__).parent / "catalogue"
REQUIRED = ["key", "name", "duration", "intake", "contexts", "legal_basis", "absence_rules", "follow_up", "outcomes"]


class BrokenCatalogue(ValueError):
    """A file cannot be used; the text names the file and the key."""


def load_catalogue(folder: Path = FOLDER) -> list[ProgrammeType]:
    """Add a version of every type whose file changed; types in use keep theirs. Safe to run again.

    Reads all files before it writes, so that a broken one (BrokenCatalogue) leaves everything as it was.
    """
    definitions = [read(path) for path in sorted(folder.glob("*.yaml"))]
    types = []
    with acting(System("catalogue")):
        for definition in definitions:
            latest = latest_type(definition["key"])
            if latest is None or latest.definition != definition:
                number = latest.version + 1 if latest else 1
                latest = ProgrammeType.objects.create(key=definition["key"], version=number, definition=definition)
            types.append(latest)
    return types


def latest_type(key: str) -> ProgrammeType | None:
    return ProgrammeType.objects.filter(key=key).order_by("-version").first()


def latest_types() -> list[ProgrammeType]:
    """The newest version of every type, by key. One query."""
    return list(ProgrammeType.objects.order_by("key", "-version").distinct("key"))


def read(path: Path) -> dict:
    """One file's definition; BrokenCatalogue names what is missing."""
    try:
        definition = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BrokenCatalogue(f"{path.name}: {error}") from error
    if not isinstance(definition, dict):
        raise BrokenCatalogue(f"{path.name}: a mapping is expected")
    for key in REQUIRED:
        if not definition.get(key):
            raise BrokenCatalogue(f"{path.name}: {key} is missing")
    return definition
