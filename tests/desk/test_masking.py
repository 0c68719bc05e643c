import pytest

from desk.figures.masking import grouped, is_small, is_small_part


@pytest.mark.parametrize(("number", "expected"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_to_four_are_too_few(number, expected):
    """F2."""
    assert is_small(number) is expected


@pytest.mark.parametrize(
    ("part", "expected"), [(0, False), (4, True), (5, False), (15, False), (16, True), (20, False)]
)
def test_a_part_is_small_when_what_it_leaves_is(part, expected):
    """Experience 22: 18 of 20 names the two who are left."""
    assert is_small_part(part, 20) is expected


def people(**sizes: int) -> dict[str, set[str]]:
    return {key: {f"{key} {n}" for n in range(size)} for key, size in sizes.items()}


@pytest.mark.parametrize(
    ("sizes", "shown", "together", "may_show"),
    [
        ({}, [], [], True),
        ({"job": 9, "unknown": 6}, ["job", "unknown"], [], True),
        ({"unknown": 6, "job": 9, "other": 2}, ["job"], ["other", "unknown"], True),
        ({"job": 9, "unknown": 3, "other": 2}, ["job"], ["unknown", "other"], True),
        ({"job": 3}, [], ["job"], False),
        ({"job": 2, "other": 1, "none": 0}, [], ["job", "other"], False),
    ],
)
def test_small_groups_cannot_be_found_by_subtraction(sizes, shown, together, may_show):
    """Experience 22."""
    found = grouped(people(**sizes))
    assert (found.shown, found.together, found.may_show) == (shown, together, may_show)


def test_a_group_that_is_small_in_one_figure_stands_alone_in_none():
    """F2: figures that belong together are worked out from each other."""
    found = grouped(people(a=9, b=9, c=9), people(a=9, b=1, c=9))
    assert (found.shown, found.together) == (["a"], ["b", "c"])


def test_who_stands_in_two_groups_counts_once():
    found = grouped({"a": {1, 2, 3}, "b": {2, 3, 4}})
    assert not found.may_show
