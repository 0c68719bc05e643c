"""Every kind of task is raised somewhere and cleared by a real action somewhere (J6)."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from devstack.paths import ROOT
from worklist.models import OWN
from worklist.wording import WORDING

APPS = sorted(path.parent.name for path in ROOT.glob("*/apps.py") if path.parent.name not in ("demo",))
APPS += [name for name in ("plans", "referrals", "closing_notes", "attendance", "meetings") if name not in APPS]
STATEMENT = re.compile(r"(INSERT INTO|UPDATE) worklist_task.*?'(\w+)'", re.DOTALL)


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file, ast.parse(file.read_text())


def constants(trees: Iterable[ast.Module]) -> dict[str, str]:
    """Every name of a module that stands for a text, so that `kind=QUESTION` can be read."""
    return {
        target.id: node.value.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def kinds(call: ast.Call, tree: ast.Module, known: dict[str, str]) -> set[str]:
    """What `kind=` may be: a text, a constant, what a loop around the call runs through, or out of a table."""
    value = next((keyword.value for keyword in call.keywords if keyword.arg == "kind"), None)
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    if not isinstance(value, ast.Name):
        return texts_of(tree)
    if value.id in known:
        return {known[value.id]}
    looped = {
        str(element.value)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and loop.target.id == value.id
        if isinstance(loop.iter, ast.Tuple | ast.List)
        for element in loop.iter.elts
        if isinstance(element, ast.Constant)
    }
    return looped or texts_of(tree)


def texts_of(tree: ast.Module) -> set[str]:
    """The kinds that a module names anywhere, when the call takes its own from a table of the module."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in KINDS}


def named(function: str, statement: str) -> set[str]:
    """The kinds that a call of `function`, or a statement of this sort, names anywhere in the apps."""
    trees, found = [tree for _file, tree in sources()], set()
    everywhere = constants(trees)
    for tree in trees:
        known = everywhere | constants([tree])
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == function:
                found |= kinds(node, tree, known)
            elif isinstance(node, ast.Constant | ast.JoinedStr):
                text = node.value if isinstance(node, ast.Constant) else ast.unparse(node)
                if isinstance(text, str):
                    found |= {kind for verb, kind in STATEMENT.findall(text) if verb == statement}
    return found


KINDS = set(WORDING)
# Many at once are rows of one statement.
RAISED = named("raise_task", "INSERT INTO") | (named("Task", "") - {OWN})
CLEARED = named("clear_task", "UPDATE")


@pytest.mark.parametrize("kind", sorted(set(WORDING) - {OWN}))
def test_every_kind_is_raised_and_a_real_action_clears_it(kind):
    assert kind in RAISED, "nothing raises it"
    assert kind in CLEARED, "nothing clears it: it would stay on the list for ever"


def test_every_kind_that_is_raised_has_its_words():
    assert set(WORDING) >= RAISED
