"""Figures that leave the team: no group under five, also not by subtraction (F2, experience 22)."""

from collections.abc import Collection, Hashable, Mapping, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

SMALLEST = 5
Key = TypeVar("Key")
Person = TypeVar("Person", bound=Hashable)


def is_small(number: int) -> bool:
    """A count of one to four persons is not shown; nobody is nobody."""
    return 0 < number < SMALLEST


def is_small_part(part: int, whole: int) -> bool:
    """Whether a part, or what it leaves of the whole, is one to four persons."""
    return is_small(part) or is_small(whole - part)


@dataclass(frozen=True)
class Grouped(Generic[Key]):
    """Groups that may stand alone, largest first; the others only together, and that only if `may_show`."""

    shown: list[Key]
    together: list[Key]
    may_show: bool


def grouped(*figures: Mapping[Key, Set[Person]], never_alone: Collection[Key] = ()) -> Grouped[Key]:
    """How groups of persons are shown when each has a set of persons in every one of `figures`.

    A group that is small in one of them stands in none alone, because figures that belong together can be worked out
    from each other; for the same reason those of `never_alone` do not that stand together in another figure. Persons
    who stand in several groups count once.
    """
    keys = list(dict.fromkeys(key for figure in figures for key, persons in figure.items() if persons))
    sizes = {key: sum(len(figure.get(key, ())) for figure in figures) for key in keys}
    shown = sorted(keys, key=lambda key: -sizes[key])

    def small(*some: Key) -> bool:
        return any(is_small(len(set().union(*(figure.get(key, set()) for key in some)))) for figure in figures)

    together = [key for key in shown if key in never_alone or small(key)]
    shown = [key for key in shown if key not in together]
    while shown and small(*together):
        together.append(shown.pop())
    return Grouped(shown, together, not small(*together))
