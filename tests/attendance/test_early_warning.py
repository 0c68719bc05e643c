"""A10 on made-up series with known answers; the rule and its numbers are explained in docs/adr/0024."""

import datetime

import pytest
from pydantic import ValidationError

from attendance.figures.early_warning import Day, Usual, assess, weigh
from programmes.types.definition import Definition, EarlyWarningRule

RULE = EarlyWarningRule()
TODAY = datetime.date(2026, 11, 23)
HERE, AWAY, HALF, LATE = (240, False), (0, False), (120, False), (225, True)


def days(*what: tuple[int, bool], until: datetime.date = TODAY, every: int = 1) -> list[Day]:
    """One day of four hours after the other, the last on `until`."""
    first = until - datetime.timedelta(days=every * (len(what) - 1))
    return [
        Day(first + datetime.timedelta(days=every * place), 240, attended, late)
        for place, (attended, late) in enumerate(what)
    ]


@pytest.mark.parametrize(
    ("last", "comes_less", "comes_late"),
    [
        ([HERE] * 8, False, False),
        ([HERE] * 7 + [AWAY], False, False),  # ill for a day
        ([AWAY] + [HERE] * 7, False, False),
        ([HERE] * 6 + [AWAY] * 2, False, False),  # two days are not yet three
        ([HERE] * 5 + [AWAY] * 3, True, False),  # 1 - 0.818 ** 3 = 45 points below
        ([AWAY] * 3 + [HERE] * 5, False, False),  # came back: 16 points below by now
        ([HALF, HERE] * 4, False, False),  # every other day only half: 18 points below
        ([HALF] * 8, True, False),
        ([HERE] * 4 + [LATE] * 4, False, True),  # 55 points more of the days
        ([LATE, HERE, HERE, HERE] * 2, False, False),
        ([HERE] * 2 + [LATE] * 3 + [AWAY] * 3, True, True),
    ],
)
def test_the_rule_on_the_last_eight_days_of_somebody_who_always_came(last, comes_less, comes_late):
    """A10"""
    fall = assess(days(*[HERE] * 20, *last), RULE, today=TODAY)
    assert (fall.comes_less, fall.comes_late) == (comes_less, comes_late)


def test_the_figures_told_are_those_that_the_rule_used():
    """A10: no black box"""
    fall = assess(days(*[HERE] * 18, AWAY, AWAY, *[HERE] * 4, AWAY, HERE, AWAY, AWAY), RULE, today=TODAY)
    assert fall.warns
    assert (fall.usual, fall.recent) == (0.9, 5 / 8)
    assert fall.weighted == pytest.approx(weigh(0.9, [1, 1, 1, 1, 0, 1, 0, 0], 10))
    assert (fall.since, fall.until, fall.days) == (TODAY - datetime.timedelta(7), TODAY - datetime.timedelta(8), 8)


def test_somebody_who_never_came_much_is_compared_with_that():
    """A10: with the citizen's own days, not with others'"""
    usual = [HERE, AWAY] * 10
    assert not assess(days(*usual, *[HERE, AWAY] * 4), RULE, today=TODAY).warns
    assert assess(days(*usual, *[AWAY] * 8), RULE, today=TODAY).comes_less


def test_holidays_are_no_days_and_a_long_pause_says_nothing():
    """A10, A1"""
    before, after = days(*[HERE] * 20, until=TODAY - datetime.timedelta(40)), days(*[HERE] * 8)
    assert not assess(before + after, RULE, today=TODAY).warns
    fell = days(*[HERE] * 20, *[AWAY] * 8, until=TODAY - datetime.timedelta(22))
    assert assess(fell, RULE, today=TODAY) is None


def test_a_new_citizen_has_no_usual_yet():
    """A10"""
    assert assess([], RULE, today=TODAY) is None
    assert assess(days(*[HERE] * 9, *[AWAY] * 8), RULE, today=TODAY) is None
    assert assess(days(*[HERE] * 10, *[AWAY] * 8), RULE, today=TODAY).comes_less


def test_one_day_a_week_is_enough_when_there_were_weeks_enough():
    """A10: by agreed days, not by calendar weeks"""
    assert assess(days(*[HERE] * 12, *[HERE] * 4, *[AWAY] * 4, every=7), RULE, today=TODAY).comes_less


def test_a_long_fall_does_not_become_the_usual_and_is_over_when_half_of_it_is():
    """A10"""
    standing = Usual(1.0, 0.0)
    long_away = days(*[HERE] * 10, *[AWAY] * 60)
    assert not assess(long_away, RULE, today=TODAY).warns
    assert not assess(long_away, RULE, today=TODAY, standing=standing).is_over
    coming_back = days(*[AWAY] * 20, *[AWAY] * 3, *[HERE] * 5)
    assert not assess(coming_back, RULE, today=TODAY, standing=standing).is_over
    assert assess(days(*[AWAY] * 20, *[AWAY], *[HERE] * 7), RULE, today=TODAY, standing=standing).is_over


def test_the_type_tunes_it():
    """A10, trust in data: the numbers are the type's"""
    series = days(*[HERE] * 20, *[HERE] * 6, AWAY, AWAY)
    tight = EarlyWarningRule(days_at_least=2, fall_percent=15)
    assert not assess(series, RULE, today=TODAY).warns
    assert assess(series, tight, today=TODAY).comes_less


@pytest.mark.parametrize(
    "wrong",
    [{"days_at_least": 1}, {"days_at_least": 9}, {"usual_days": 8}, {"fall_percent": 0}, {"span_days": 0}, {"x": 1}],
)
def test_numbers_that_cannot_work_are_refused(wrong):
    """A10"""
    with pytest.raises(ValidationError):
        EarlyWarningRule(**wrong)


def test_a_type_that_says_nothing_has_the_defaults():
    said = {"name": {"da": "a", "sv": "a", "en": "a"}, "duration": {"default_weeks": 13}}
    assert Definition.model_validate(said).early_warning == RULE
