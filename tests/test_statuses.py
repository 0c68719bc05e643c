"""The tables of moves: complete in themselves, and drawn in docs/reference/ as they are."""

from importlib import import_module

import pytest

from devstack import diagrams
from devstack.paths import ROOT


def test_the_diagrams_show_the_tables_of_moves():
    assert diagrams.PAGE.read_text() == diagrams.page(), "run `make diagrams`"


def test_every_table_of_moves_is_drawn():
    assert set(diagrams.APPS) == {file.parent.name for file in ROOT.glob("*/statuses.py")}


@pytest.mark.parametrize("app", diagrams.APPS)
def test_every_state_stands_in_its_table_and_can_be_reached(app: str):
    statuses = import_module(f"{app}.statuses")
    states = set(statuses.Status.values)
    first, *_ = statuses.MOVES
    reached = {to for following in statuses.MOVES.values() for to in following}
    assert set(statuses.MOVES) == states
    assert reached | {first} == states
