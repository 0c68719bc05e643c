"""Steps forward beside their target (L3, F3)."""

import pytest

from desk.figures.progression import Line
from plans.shares import Share


@pytest.mark.parametrize(
    ("progressed", "total", "is_reached"), [(4, 5, True), (159, 200, False), (7, 9, False), (0, 0, False)]
)
def test_a_target_is_reached_only_when_it_is(progressed, total, is_reached):
    """F3: green only when reached; 79.5 percent is not 80."""
    assert Line("rebus", "REBUS", Share(progressed, total), [], target=80).is_reached is is_reached
