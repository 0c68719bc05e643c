"""`make diagrams`: docs/reference/statuses.md, drawn from the table of moves in each app's `statuses.py`."""

from importlib import import_module

from devstack.output import say
from devstack.paths import ROOT

PAGE = ROOT / "docs" / "reference" / "statuses.md"
APPS = {
    "referrals": "Referral (R2)",
    "programmes": "Programme (P1)",
    "meetings": "Meeting (J3)",
    "attendance": "Report on absence to the referrer (A8)",
    "plans": "Version of a plan (L2)",
    "closing_notes": "Closing note (C2)",
}
HEAD = """# States and moves

Made by `make diagrams` from `MOVES` in each app's `statuses.py`; a test compares. An action refuses every other move.
A state's word in Danish and Swedish stands in the [glossary](../glossary.md).
"""


def draw(moves: dict[str, list[str]]) -> str:
    """A Mermaid diagram: it starts in the table's first state, and what no move leaves is an end."""
    lines = [f"[*] --> {next(iter(moves))}"]
    for state, following in moves.items():
        lines += [f"{state} --> {then}" for then in following or ["[*]"]]
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```"])


def page() -> str:
    """The whole text of the page."""
    parts = [HEAD]
    for app, title in APPS.items():
        moves = import_module(f"{app}.statuses").MOVES
        parts.append(f"## {title}\n\n`{app}/statuses.py`\n\n{draw(moves)}\n")
    return "\n".join(parts)


def write(arguments: list[str]) -> int:
    """Exit code of `make diagrams`."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
    say(f"Written: {PAGE.relative_to(ROOT)}")
    return 0
