"""What each of the five steps of a subgoal means, in words (L3).

A step scale has five wordings of its own, the last one is the target. Every other indicator is cut into fifths of the
way from baseline to target: the first fifth is step 1, the last fifth is step 5. The same wordings may be given by hand
to any indicator, and then they hold.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.life_areas import Indicator
from plans.models import FIRST_STEP, LAST_STEP

STEPS = range(FIRST_STEP, LAST_STEP + 1)
NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?")


def step_of(value: Decimal, *, baseline: Decimal, target: Decimal) -> int:
    """The step 1..5 of a measured value by fifths of the way from baseline to target, which may lie below it (L3)."""
    if baseline == target:
        return LAST_STEP if value == target else FIRST_STEP
    fifths = int((value - baseline) * len(STEPS) / (target - baseline) // 1)
    return min(max(fifths + FIRST_STEP, FIRST_STEP), LAST_STEP)


def has_own_wordings(wordings: Sequence[str]) -> bool:
    return len(wordings) == len(STEPS) and all(wordings)


def wordings(*, indicator: str, baseline: str, target: str, own: Sequence[str]) -> list[str]:
    """Five wordings, step 1 first, in the reader's language: the subgoal's own, or else by fifths (L3)."""
    if has_own_wordings(own):
        return list(own)
    if indicator == Indicator.DONE:
        return [_("Not begun"), _("Begun"), _("Halfway"), _("Almost done"), _("Done")]
    if indicator != Indicator.STEPS and (fifths := numbered(baseline, target)):
        return fifths
    return [
        baseline or _("As at the start"),
        _("A first step forward"),
        _("Halfway"),
        _("Close to the target"),
        target or _("The target is reached"),
    ]


def numbered(baseline: str, target: str) -> list[str]:
    """`6 hours` to `21 hours` gives `6–9 hours` ... `18–21 hours`; nothing without a number on both sides."""
    first, last = NUMBER.search(baseline), NUMBER.search(target)
    if not first or not last:
        return []
    start, end = (Decimal(found.group().replace(",", ".")) for found in (first, last))
    if start == end:
        return []
    unit = target[last.end() :]
    bounds = [start + (end - start) * number / len(STEPS) for number in range(len(STEPS) + 1)]
    return [f"{shown(low)}–{shown(high)}{unit}" for low, high in pairwise(bounds)]


def shown(number: Decimal) -> str:
    """One decimal at most, as the reader's language writes it."""
    rounded = round(number, 1)
    return number_format(rounded, decimal_pos=0 if rounded == rounded.to_integral() else 1, force_grouping=False)
