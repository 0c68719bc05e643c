"""The catalogue: `catalogue/<key>.yaml` becomes numbered versions of programme types (ADR 21)."""

from pathlib import Path
from typing import Any

import yaml
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import administers_a_centre
from audit.acting import Actor, System, acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from programmes.models import ProgrammeType
from programmes.types.definition import Definition
from programmes.types.reading import BrokenCatalogue, Problem, definition_from

FOLDER = Path(__file__).parents[1] / "catalogue"
ONE_LINE = 100
LOCK = 7_304_512  # two that load at once wait for each other


def load_catalogue(folder: Path = FOLDER) -> list[ProgrammeType]:
    """Add a version of every type whose file changed; referrals and programmes keep theirs. Safe to run again.

    Reads all files before it writes, so that a broken one (BrokenCatalogue) leaves everything as it was. A type that an
    administrator changed on the page keeps that version. Returns the newest version of each file's type.
    """
    definitions = read_folder(folder)
    with acting(System("catalogue")):
        wait_for_others()
        return [follow_file(definition) for definition in definitions]


def follow_file(definition: Definition) -> ProgrammeType:
    latest = latest_type(definition.key)
    if latest is not None and (latest.taken_by or latest.definition == as_stored(definition)):
        return latest
    return next_version(definition, latest, by=System("catalogue"))


def take_into_use(*, definition: Definition, seen: int, by: User) -> ProgrammeType:
    """A new type, or a new version of one of which `seen` was the newest when it was looked at (0: there was none).

    Raises NotAllowed for anybody who administers no centre, Refused when somebody was faster or nothing changed.
    """
    with acting(by):
        if not administers_a_centre(by):
            raise NotAllowed
        wait_for_others()
        latest = latest_type(definition.key)
        if (latest.version if latest else 0) != seen:
            raise Refused(_("Somebody else has taken a version of this type into use. Look at the difference again"))
        if latest is not None and latest.definition == as_stored(definition):
            raise Refused(_("The file says the same as the version in use, so there is nothing to change"))
        return next_version(definition, latest, by=by, taken_by=by.name)


def next_version(
    definition: Definition, latest: ProgrammeType | None, *, by: Actor, taken_by: str = ""
) -> ProgrammeType:
    made = ProgrammeType.objects.create(
        key=definition.key,
        version=latest.version + 1 if latest else 1,
        definition=as_stored(definition),
        taken_by=taken_by,
    )
    record("programme_type_version", by=by, subject=made, type=made.key, version=made.version)
    return made


def wait_for_others() -> None:
    """Two that add versions at once do it one after the other; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def as_stored(definition: Definition) -> dict[str, Any]:
    """What the file says and nothing that it leaves out, so that a new part of the shape makes no new version."""
    return definition.model_dump(mode="json", exclude_unset=True)


def as_file(type: ProgrammeType) -> str:
    """The version as a file of the catalogue, its parts in the order of the shape."""
    said = type.settings.model_dump(mode="json", exclude_unset=True)
    text = yaml.dump(said, Dumper=Writer, allow_unicode=True, sort_keys=False, width=106)
    return (
        f"# {type.key}, version {type.version}. docs/how-to/add-a-programme-type.md says what each part means.\n{text}"
    )


class Writer(yaml.SafeDumper):
    """Writes as the catalogue's own files are written: lists indented, a short text in three languages on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def on_one_line(writer: Writer, value: dict[str, Any]) -> yaml.Node:
    is_short = len(str(value)) <= ONE_LINE and not any(isinstance(one, dict | list) for one in value.values())
    flow = is_short and ("da" in value or len(value) == 1)
    return writer.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=flow)


Writer.add_representer(dict, on_one_line)


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
            wrong = _("The file must be called %(key)s.yaml") % {"key": definition.key}
            problems.append(Problem(path.name, 1, "key", wrong))
        definitions.append(definition)
    if problems:
        raise BrokenCatalogue(problems)
    return definitions
