import pytest

from desk.masking import gather_small, is_small


@pytest.mark.parametrize(("number", "expected"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_to_four_are_too_few(number, expected):
    """F2."""
    assert is_small(number) is expected


@pytest.mark.parametrize(
    ("counts", "shown", "gathered"),
    [
        ({}, {}, 0),
        ({"job": 9, "unknown": 6}, {"job": 9, "unknown": 6}, 0),
        ({"job": 9, "unknown": 6, "other": 2}, {"job": 9}, 8),
        ({"job": 9, "unknown": 3, "other": 2}, {"job": 9}, 5),
        ({"job": 3}, {}, None),
        ({"job": 2, "other": 1, "none": 0}, {}, None),
    ],
)
def test_small_groups_cannot_be_found_by_subtraction(counts, shown, gathered):
    """Experience 22."""
    assert gather_small(counts) == (shown, gathered)
