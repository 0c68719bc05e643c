"""Five steps in words, and other indicators by fifths (L3)."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plans.steps import step_of, wordings

NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=2)
WAY = st.integers(-200, 300).map(lambda percent: Decimal(percent) / 100)


def words(indicator, baseline, target, own=()):
    return wordings(indicator=indicator, baseline=baseline, target=target, own=own)


@pytest.mark.parametrize(
    ("value", "step"),
    [("0", 1), ("6", 1), ("8.99", 1), ("9", 2), ("12", 3), ("17.9", 4), ("18", 5), ("21", 5), ("99", 5)],
)
def test_a_value_is_placed_by_fifths_from_baseline_to_target(value, step):
    assert step_of(Decimal(value), baseline=Decimal(6), target=Decimal(21)) == step


def test_less_can_be_the_target():
    assert [step_of(Decimal(v), baseline=Decimal(9), target=Decimal(4)) for v in (10, 9, 8, 7, 6, 5, 4)] == [
        1, 1, 2, 3, 4, 5, 5,
    ]  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(baseline=NUMBERS, target=NUMBERS, way=st.tuples(WAY, WAY).map(sorted))
def test_further_on_the_way_to_the_target_is_never_a_lower_step(baseline, target, way):
    values = [baseline + (target - baseline) * part for part in way]
    first, second = (step_of(value, baseline=baseline, target=target) for value in values)
    assert 1 <= first <= second <= 5


def test_the_own_wordings_hold_for_every_indicator():
    own = ["a", "b", "c", "d", "e"]
    for indicator in ("steps", "hours", "done"):
        assert words(indicator, "6", "21", own) == own


def test_numbers_are_cut_into_fifths_in_the_readers_language():
    with override("da"):
        assert words("hours", "6 timer", "21 timer om ugen") == [
            "6–9 timer om ugen",
            "9–12 timer om ugen",
            "12–15 timer om ugen",
            "15–18 timer om ugen",
            "18–21 timer om ugen",
        ]
        assert words("share", "60 %", "93 %")[0] == "60–66,6 %"


def test_words_without_numbers_lead_from_baseline_to_target():
    with override("en"):
        found = words("rating", "Bad", "Good")
        assert (found[0], found[-1], len(found)) == ("Bad", "Good", 5)
        assert words("hours", "5", "5")[0] == "5"
        assert words("done", "", "")[-1] == "Done"
        assert all(words("steps", "", ""))
