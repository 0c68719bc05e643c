"""Translations with Babel, so that no machine needs GNU gettext (docs/adr/0006)."""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.checkers import checkers
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from devstack.output import say
from devstack.paths import ROOT

LANGUAGES = ["da", "sv"]
SHOWN = 60  # problems that the check prints; more are only counted
APPS = [
    "accounts", "attendance", "audit", "citizens", "closing_notes", "config", "core", "demo", "desk", "journal",
    "meetings", "messaging", "plans", "programmes", "referrals", "worklist",
]  # fmt: skip
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADERS = re.compile(
    rb'^"(Project-Id-Version|Report-Msgid-Bugs-To|Last-Translator|Language-Team|POT-Creation-Date|PO-Revision-Date'
    rb'|Generated-By): .*\\n"\n',
    re.MULTILINE,
)


def catalogue_file(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The language's catalogue, empty when nobody has begun it."""
    file = catalogue_file(language)
    if not file.exists():
        return Catalog(locale=language, domain="django")
    with file.open("rb") as text:
        return read_po(text, locale=language, domain="django")


def collect() -> Catalog:
    """Every message of the Python code and the templates, with the files it stands in."""
    found = Catalog(domain="django", charset="utf-8")
    for file, messages in sources():
        for line, message, comments, context in messages:
            found.add(message, locations=[(str(file), line)], auto_comments=comments, context=context)
    return found


def sources() -> Iterator[tuple[Path, Iterator]]:
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file.relative_to(ROOT), pick(file.read_bytes())
    for file in sorted((ROOT / "templates").rglob("*.*")):
        if file.suffix in (".html", ".txt", ".svg", ".xml"):
            yield file.relative_to(ROOT), pick(as_python(file))


def as_python(template: Path) -> bytes:
    """A template's messages as calls, one a line; Django indents them, which no Python reads."""
    from django.utils.translation.template import templatize

    code = templatize(template.read_text(encoding="utf-8"))
    return "\n".join(line.lstrip() for line in code.splitlines()).encode()


def pick(code: bytes) -> Iterator:
    options = {"encoding": "utf-8"}
    return extract("python", io.BytesIO(code), KEYWORDS, ["Translators:"], options, strip_comment_tags=False)


def update(arguments: list[str]) -> int:
    """`make messages`: new messages into the catalogues, vanished ones out; never a guess at a translation."""
    configure()
    found = collect()
    for language in LANGUAGES:
        catalogue = read(language)
        catalogue.update(found, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.header_comment = f"# Trinvis in {catalogue.locale.english_name if catalogue.locale else language}."
        catalogue.fuzzy = False
        text = io.BytesIO()
        write_po(text, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
        file = catalogue_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        # No dates, names and line numbers: a change of the file is a change of a text.
        file.write_bytes(HEADERS.sub(b"", text.getvalue()))
        missing = sum(1 for message in catalogue if message.id and not translated(message.string))
        say(f"{language}: {len(catalogue)} messages, {missing} to translate")
    return compile_all(arguments)


def compile_all(arguments: list[str]) -> int:
    """The .mo files, where the .po file is newer."""
    for file in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = file.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= file.stat().st_mtime:
            continue
        with file.open("rb") as text:
            catalogue = read_po(text, locale=file.parent.parent.name, domain="django")
        draft = target.with_suffix(".new")
        with draft.open("wb") as out:
            write_mo(out, catalogue)
        draft.replace(target)
    return 0


def problems() -> list[str]:
    """What is not translated, not sure, no longer used, or loses a placeholder, in each language."""
    configure()
    found = collect()
    wrong = []
    for language in LANGUAGES:
        catalogue = read(language)
        for message in found:
            if not message.id:
                continue
            there = catalogue.get(message.id, message.context)
            if there is None or not translated(there.string):
                wrong.append(f"{language}: not translated: {message.id!r}")
        for message in catalogue:
            if not message.id:
                continue
            if message.fuzzy:
                wrong.append(f"{language}: not sure: {message.id!r}")
            if found.get(message.id, message.context) is None:
                wrong.append(f"{language}: no longer used: {message.id!r}")
            wrong += [f"{language}: {error}: {message.id!r}" for error in errors(catalogue, message)]
    return wrong


def errors(catalogue: Catalog, message) -> Iterator[str]:
    if not translated(message.string):
        return
    for checker in checkers:
        try:
            checker(catalogue, message)
        except Exception as error:  # each checker has its own
            yield str(error)
    if placeholders(message.id) != placeholders(message.string):
        yield "placeholders differ"


def placeholders(text: str | tuple | list) -> set[str]:
    """Names in `%(name)s` and `{name}`, over all plural forms."""
    whole = text if isinstance(text, str) else " ".join(text)
    return set(re.findall(r"%\((\w+)\)|\{(\w+)\}", whole))


def translated(text: str | tuple | list | None) -> bool:
    return bool(text if isinstance(text, str) or not text else all(text))


def configure() -> None:
    """Django's template lexer asks the settings for nothing but its defaults."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()


def main(arguments: list[str]) -> int:
    """`python -m devstack.messages [compile]`: compile, or tell what is wrong."""
    if arguments == ["compile"]:
        return compile_all([])
    wrong = problems()
    for line in wrong[:SHOWN]:
        print(line)
    print(f"{len(wrong)} problems in the translations" if wrong else "All translations are complete.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
