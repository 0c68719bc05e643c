"""The rules are numbered in docs/rules.md; code that cites one cites one that exists."""

import re

import pytest

from devstack.paths import ROOT

HEADING = re.compile(r"^\*\*([RPLAJCFUKT]\d{1,2})\*\* ", re.MULTILINE)
# A citation is in parentheses: (A4), (A1, A12), (A4-A6); a test's docstring or comment may begin with one: "A4: ...".
GROUP = re.compile(r"\((?:[RPLAJCFUKT]\d{1,2}(?:[,;] |-| and )?)+\)|(?<=[\"'\s])[RPLAJCFUKT][1-9]\d?(?=:)")
NUMBER = re.compile(r"[RPLAJCFUKT]\d{1,2}")
ROOMS = {"accounts", "attendance", "audit", "citizens", "closing_notes", "config", "core", "demo", "desk", "devstack",
         "journal", "meetings", "messaging", "plans", "programmes", "referrals", "templates", "tests",
         "worklist"}  # fmt: skip


def known_rules() -> list[str]:
    return HEADING.findall((ROOT / "docs" / "rules.md").read_text())


def citations(text: str) -> set[str]:
    return {number for group in GROUP.findall(text) for number in NUMBER.findall(group)}


def test_every_rule_stands_once_and_in_order():
    numbers = known_rules()
    assert len(numbers) == len(set(numbers))
    for letter in "RPLAJCFUKT":
        mine = [int(number[1:]) for number in numbers if number[0] == letter]
        assert mine == list(range(1, len(mine) + 1))


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_rule_that_is_cited_exists(room: str):
    known = set(known_rules())
    unknown = {
        f"{file.relative_to(ROOT)}: {number}"
        for file in (ROOT / room).rglob("*")
        if file.suffix in (".py", ".html", ".js", ".txt")
        and "migrations" not in file.parts
        and file.name != "test_rules.py"
        for number in citations(file.read_text())
        if number not in known
    }
    assert not unknown


def test_a_citation_is_recognised():
    assert citations("flags what is missed (A4-A6, A12)\nA13: a substitute\nsize A4 and (T5)") == {
        "A4", "A6", "A12", "A13", "T5"
    }  # fmt: skip
    assert "A99" in citations("as in (A99)")
