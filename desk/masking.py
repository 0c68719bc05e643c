"""Figures that leave the team: no group under five, also not by subtraction (F2, experience 22)."""

from collections.abc import Mapping
from typing import TypeVar

SMALLEST = 5
Key = TypeVar("Key")


def is_small(number: int) -> bool:
    """A count of one to four persons is not shown; nobody is nobody."""
    return 0 < number < SMALLEST


def gather_small(counts: Mapping[Key, int]) -> tuple[dict[Key, int], int | None]:
    """The groups that may be shown, largest first, and the sum of all the others.

    Small groups are added up, and the next smallest with them until the sum is at least five, so that nothing
    small can be found by taking what is shown from the whole. The sum is None when the whole is too small.
    """
    shown = dict(sorted(((key, count) for key, count in counts.items() if count), key=lambda pair: -pair[1]))
    gathered = 0
    for key in [key for key, count in shown.items() if is_small(count)]:
        gathered += shown.pop(key)
    while is_small(gathered) and shown:
        gathered += shown.pop(list(shown)[-1])
    return shown, None if is_small(gathered) else gathered
