"""What import-linter cannot see: keys and names that point upwards, rooms without a name, forgotten templates."""

import ast
import datetime
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.dispatch import Signal
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from accounts.middleware import PUBLIC
from core import events
from devstack.paths import ROOT

CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
# Highest first; siblings share a height.
HEIGHT = {
    app: -number
    for number, layer in enumerate(CONTRACT["layers"])
    for app in (name.strip() for name in layer.split("|"))
}
TEMPLATES = ROOT / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt"))
# Django, allauth and crispy forms look these up by name.
FOUND_BY_NAME = re.compile(
    r"^(40[0-9]|422|50[0-9])\.html$|^account/|^bootstrap5/|^allauth/|^registration/|^django/forms/"
)


def python_files() -> Iterator[tuple[str, Path]]:
    for app in HEIGHT:
        for file in sorted((ROOT / app).rglob("*.py")):
            yield app, file


def points_up(lower: str, higher: str) -> bool:
    """Upwards, or sideways to a sibling."""
    return lower != higher and higher in HEIGHT and HEIGHT[higher] >= HEIGHT[lower]


def test_every_app_of_ours_has_its_place_in_the_layers():
    folders = {file.parent.name for file in ROOT.glob("*/migrations")}
    assert folders | {"core"} == set(HEIGHT)


def test_foreign_keys_never_point_upwards():
    wrong = [
        str(field)
        for model in apps.get_models()
        if model._meta.app_label in HEIGHT
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if points_up(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert not wrong


def test_migrations_never_depend_upwards():
    wrong = []
    for app, file in python_files():
        if file.parent.name == "migrations":
            for found in re.findall(r'^\s+\(["\'](\w+)["\'], ["\']\w+["\']\),?$', file.read_text(), re.MULTILINE):
                if points_up(app, found):
                    wrong.append(f"{file.relative_to(ROOT)}: {found}")
    assert not wrong


def test_nothing_is_looked_up_by_a_name_that_lies_above():
    """`apps.get_model("plans.Plan")`, `import_module("plans.actions")` and the like."""
    wrong = []
    for app, file in python_files():
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            first = call.args[0] if call.args else None
            if name not in ("get_model", "get_app_config", "import_module", "import_string", "send_task", "signature"):
                continue
            text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
            if points_up(app, text.partition(".")[0]):
                wrong.append(f"{file.relative_to(ROOT)}:{call.lineno}: {text}")
    assert not wrong


def test_no_module_has_a_name_that_says_nothing():
    vague = {"utils", "util", "helpers", "helper", "misc", "common", "services"}
    rooms = [file for app in [*HEIGHT, "config", "devstack", "tests"] for file in (ROOT / app).rglob("*.py")]
    assert not [str(file.relative_to(ROOT)) for file in rooms if vague & {file.stem, *file.relative_to(ROOT).parts}]


def test_every_event_stands_in_the_documentation():
    table = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)
    sent = {name for name, value in vars(events).items() if isinstance(value, Signal)}
    assert sorted(table) == sorted(sent)


def test_every_template_is_used():
    sources = [file.read_text() for _, file in python_files()]
    texts = "\n".join([*sources, *(page.read_text() for page in PAGES)])
    forgotten = []
    for page in PAGES:
        name = page.relative_to(TEMPLATES).as_posix()
        # A mail's subject and text are named together by their stem.
        stem = re.sub(r"(_subject|_message)?\.(txt|html)$", "", name)
        named = any(f"{quote}{found}{quote}" in texts for found in (name, stem) for quote in "\"'")
        if not named and not FOUND_BY_NAME.match(name) and not built_name(name, texts):
            forgotten.append(name)
    assert not forgotten


def built_name(name: str, texts: str) -> bool:
    """A name put together from a folder and a variable: f"referrals/email/{event}.txt"."""
    folder, _, _ = name.rpartition("/")
    return bool(re.search(rf'f"{re.escape(folder)}/[^"]*\{{[^"]*"', texts))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TEMPLATES).as_posix())
def test_a_template_holds_no_inline_style_script_or_handler(page: Path):
    """T8: the Content-Security-Policy would refuse it. PDF templates are rendered without a browser."""
    text = re.sub(r"{#.*?#}|{% comment .*?endcomment %}", "", page.read_text(), flags=re.DOTALL)
    relative = page.relative_to(TEMPLATES)
    if "pdf" not in relative.parts:
        assert not re.search(r"<style\b", text), "a style element"
        assert not re.search(r"<[a-z][^>]*\sstyle=", text), "a style attribute"
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script or ('id="' in script and "json" in script), (
            script
        )
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", text), "a handler"
    assert "javascript:" not in text


def routes(resolver: URLResolver, spaces: tuple[str, ...] = (), path: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inside = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from routes(pattern, inside, path + str(pattern.pattern))
        else:
            yield ":".join([*spaces, pattern.name or path + str(pattern.pattern)]), pattern


ROUTES = dict(routes(get_resolver()))


def example(name: str, pattern: URLPattern) -> str:
    """An address of the route, with values that its converters take."""
    values: dict[str, object] = {}
    for part, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__
        values[part] = {
            "IntConverter": 1,
            "UUIDConverter": "00000000-0000-4000-8000-000000000000",
            "DateConverter": "2026-11-23",
            "WeekConverter": datetime.date(2026, 11, 23),
        }.get(kind, "x")
    match name:
        case "account_reset_password_from_key":
            values = {"uidb36": "1", "key": "x"}
    for attempt in (values, {part: "2026-11-23" if value == "x" else value for part, value in values.items()}):
        try:
            return reverse(name, kwargs=attempt)
        except Exception as error:
            last = error
    raise last


def test_the_public_routes_are_these():
    """T2: adding one is a decision that somebody makes here."""
    assert {
        "account_login", "account_logout", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key", "account_reset_password_from_key_done", "set_language", "accounts:welcome",
        "sign_in_code", "sign_in_code_enter", "service_worker", "manifest",
        "tablet_users", "tablet_enter", "tablet_lock",
        "demo:sign_in", "demo:mail",
    } == PUBLIC  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(ROUTES) - PUBLIC))
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.django_db
def test_every_other_route_asks_for_a_sign_in(client: Client, name: str, method: str):
    """T2: closed by default."""
    with translation.override("da"):
        address = example(name, ROUTES[name])
    response = getattr(client, method)(address)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
