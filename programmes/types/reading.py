"""A file of the catalogue as a Definition, or everything that is wrong with it: by key and line, in plain words."""

import difflib
import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import BaseModel, ValidationError

from programmes.types.checking import oddities
from programmes.types.definition import Definition

LARGEST = 100_000  # bytes; the longest of ours has 20,000
LONGEST_FIGURE = 100  # characters; a longer number or date is a text, as reckoning it out could take minutes
MOST_TOLD = 500  # more than anybody mends at once; a file of nothing but errors would take long to tell
# What an escape can name and no database keeps: NUL, and halves of a sign.
NO_TEXT = re.compile("[\x00\ud800-\udfff]")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file; `line` is 0 where no line can be named."""

    name: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.name}:{self.line}" if self.line else self.name
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class BrokenCatalogue(ValueError):
    """Files that cannot be used; the text has a line for each of `problems`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(one) for one in self.problems))


class Unreadable(Exception):
    """The text is no YAML that a catalogue can hold."""

    def __init__(self, message: str, line: int = 0, path: Path = ()) -> None:
        super().__init__(message)
        self.message, self.line, self.path = message, line, path


def definition_from(data: bytes, name: str, *, known: Iterable[str] = ()) -> Definition:
    """One file's definition. `known` are the keys of other types that it may point at.

    Raises BrokenCatalogue with all that is wrong; what a broken shape hides comes up when that is mended.
    """
    try:
        document = Document(data)
    except Unreadable as error:
        raise BrokenCatalogue([Problem(name, error.line, in_words(error.path), error.message)]) from error
    try:
        definition = Definition.model_validate(document.value)
    except ValidationError as error:
        wrong = [(tuple(one["loc"]), message_of(one)) for one in error.errors(include_url=False)[:MOST_TOLD]]
    else:
        wrong = list(islice(oddities(definition, document.value, set(known)), MOST_TOLD))
    if wrong:
        problems = {Problem(name, document.line_of(path), in_words(path), message) for path, message in wrong}
        raise BrokenCatalogue(sorted(problems, key=lambda one: (one.line, one.path, one.message)))
    return definition


class Document:
    """What a file says, and on which line it says it."""

    def __init__(self, data: bytes) -> None:
        self.lines: dict[Path, int] = {}
        self.seen: set[int] = set()
        if len(data) > LARGEST:
            raise Unreadable(_("The file is too large for a programme type"))
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise Unreadable(_("The file is not written in UTF-8. Save it as UTF-8 and try again"), line) from error
        try:
            self.loader = yaml.SafeLoader(text)
            root = self.loader.get_single_node()
            value = self.read(root, ()) if root is not None else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise Unreadable(
                _("This cannot be read as YAML. Look at colons, indentation and quotes here and on the line before"),
                mark.line + 1 if mark else 0,
            ) from error
        except yaml.reader.ReaderError as error:
            line = text[: error.position].count("\n") + 1
            raise Unreadable(_("There is a sign here that no text has"), line) from error
        except (ValueError, OverflowError) as error:  # "\UFFFFFFFF" is no sign at all
            raise Unreadable(_("There is a sign here that no text has"), self.loader.line + 1) from error
        except RecursionError as error:
            raise Unreadable(_("The parts of the file lie too deep in each other")) from error
        if not isinstance(value, dict):
            raise Unreadable(_("The file must say what belongs to what: key, colon, value"), 1)
        self.value: dict[str, Any] = value

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        # What stands in two places by an anchor would grow without end, and nobody could name its line.
        if id(node) in self.seen:
            raise Unreadable(_("Write the part out instead of pointing at another one with *"), self.lines[path], path)
        self.seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            self.refuse_no_text(node, path)
            if len(node.value) > LONGEST_FIGURE:
                return node.value
            try:
                return self.loader.construct_object(node)
            except (ValueError, AttributeError, LookupError, yaml.YAMLError):
                return node.value  # "2026-13-45" and "!!int" of nothing are judged as what was written
        if isinstance(node, yaml.SequenceNode):
            return [self.read(one, (*path, number)) for number, one in enumerate(node.value)]
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise Unreadable(_("The file must say what belongs to what: key, colon, value"), line, path)
            self.refuse_no_text(key_node, path)
            key = str(key_node.value)
            if key in found:
                first = self.lines[(*path, key)]
                message = _("This stands here for the second time; the first is on line %(line)s") % {"line": first}
                raise Unreadable(message, line, (*path, key))
            self.lines[(*path, key)] = line
            found[key] = self.read(value_node, (*path, key))
        return found

    @staticmethod
    def refuse_no_text(node: yaml.ScalarNode, path: Path) -> None:
        if NO_TEXT.search(node.value):
            raise Unreadable(_("There is a sign here that no text has"), node.start_mark.line + 1, path)

    def line_of(self, path: Path) -> int:
        """The line of the part, or of the part that it is missing from."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def in_words(path: Path) -> str:
    """`required[3].due`, counted from one as people count."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return words


def message_of(error: Any) -> str:
    """pydantic's finding in the words of somebody who edits a file."""
    kind, limits, value = error["type"], error.get("ctx") or {}, error["input"]
    if kind == "value_error":
        return str(limits["error"])
    if kind == "missing":
        return _("This is missing")
    if kind == "extra_forbidden":
        return unknown_key(error["loc"])
    if kind in ("literal_error", "enum"):
        return _("“%(value)s” cannot stand here. Choose one of: %(choices)s") % {
            "value": shortened(value),
            "choices": limits["expected"].replace("'", "").replace(" or ", ", "),
        }
    if kind == "string_pattern_mismatch":
        if "meeting" in limits["pattern"]:
            return _("“%(value)s” is nothing that meets a requirement") % {"value": shortened(value)}
        return _("Write a key of small letters a to z, digits and _, beginning with a letter")
    if kind in ("string_too_short", "string_too_long"):
        if kind == "string_too_short":
            return _("Write a text here")
        return _("The text is too long: at most %(count)s characters") % {"count": limits["max_length"]}
    if kind.startswith("string"):
        return _("A text is expected. Put it in quotes when it looks like a number, a date or yes and no")
    if kind in ("greater_than_equal", "less_than_equal"):
        edge = limits.get("ge", limits.get("le"))
        if kind == "greater_than_equal":
            return _("The number must be %(edge)s or more") % {"edge": edge}
        return _("The number must be %(edge)s or less") % {"edge": edge}
    return str(PLAIN.get(kind.split("_")[0], OTHER))


OTHER = gettext_lazy("This does not have the form that is expected here")
PLAIN = {
    "int": gettext_lazy("A whole number is expected"),
    "bool": gettext_lazy("Write true or false"),
    "date": gettext_lazy("A day is expected, written as 2027-03-01"),
    "list": gettext_lazy("A list is expected: each part on its own line with a dash"),
    "model": gettext_lazy("Parts with names are expected: key, colon, value"),
}


def unknown_key(path: Path) -> str:
    key = str(path[-1])
    near = difflib.get_close_matches(key, keys_at(Definition, path[:-1]), n=1)
    if near:
        return _("“%(key)s” means nothing here. Is it “%(near)s”?") % {"key": key[:60], "near": near[0]}
    return _("“%(key)s” means nothing here") % {"key": key[:60]}


def keys_at(model: Any, path: Path) -> list[str]:
    """The keys that the part at `path` may have."""
    for part in path:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = next(parts_in(field.annotation), None) if field else None
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def parts_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from parts_in(inner)


def shortened(value: Hashable) -> str:
    return str(value)[:60]


def count_of(problems: list[Problem]) -> str:
    """How many there are, for the head of a page."""
    return ngettext(
        "%(count)s thing in the file must be mended", "%(count)s things in the file must be mended", len(problems)
    ) % {"count": len(problems)}
