"""A fall in attendance before it becomes a no-show: one rule, on the citizen's own days alone (A10, docs/adr/0024).

The rule in words. The last agreed days are laid beside the ones before, the citizen's *usual*. A weighted share
begins at the usual one and moves towards each new day's share by 2/(span+1) of the way, so that one bad day is soon
forgotten and several are not. It warns when the weighted share lies so many percentage points below the usual, and at
least so many of the last days were bad. Coming late is weighed alike, among the days on which the citizen came. The
numbers are the programme type's (`early_warning` of its definition).

Days on which nobody was expected, or which nobody registered, are no days here: a holiday or a forgotten register says
nothing about the citizen. Why somebody stayed away is not asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programmes.types.definition import EarlyWarningRule

# What lies longer back says nothing about now: nobody is warned about after a long pause.
STALE = timedelta(days=21)


@dataclass(frozen=True)
class Day:
    """One agreed and registered day: minutes expected (more than none) and attended, and whether the start was late."""

    day: date
    expected: int
    attended: int
    came_late: bool = False

    @property
    def share(self) -> float:
        return self.attended / self.expected


@dataclass(frozen=True)
class Usual:
    """How the citizen came before the fall, both from 0 to 1; kept while a warning stands."""

    share: float
    late: float


@dataclass(frozen=True)
class Fall:
    """What the rule says of the last days, with every figure that it looked at; shares from 0 to 1."""

    comes_less: bool
    comes_late: bool
    is_over: bool  # as usual again, where a warning stood
    usual: float
    recent: float
    weighted: float
    usual_late: float
    weighted_late: float
    late_days: int
    days: int
    until: date
    since: date

    @property
    def warns(self) -> bool:
        return self.comes_less or self.comes_late


def assess(days: Sequence[Day], rule: EarlyWarningRule, *, today: date, standing: Usual | None = None) -> Fall | None:
    """Lay the last days beside the citizen's usual; None where too little is known to say anything.

    `days` in order of time, the last of them today or before. `standing` is the usual of a warning that stands: it is
    measured against that until it is over, or a long fall would become the usual.
    """
    recent = days[-rule.recent_days :]
    before = days[: -rule.recent_days][-rule.usual_days :]
    if len(recent) < rule.recent_days or len(before) < rule.usual_days_at_least or today - recent[-1].day > STALE:
        return None
    usual = standing or Usual(share_of(before), late_of(before))
    weighted = weigh(usual.share, (day.share for day in recent), rule.span_days)
    came = [day for day in recent if day.attended]
    weighted_late = weigh(usual.late, (float(day.came_late) for day in came), rule.span_days)
    fall, rise = rule.fall_percent / 100, rule.late_percent / 100
    bad = sum(day.share <= usual.share - fall for day in recent)
    late = sum(day.came_late for day in came)
    return Fall(
        comes_less=usual.share - weighted >= fall and bad >= rule.days_at_least,
        comes_late=weighted_late - usual.late >= rise and late >= rule.days_at_least,
        # Half the way back, or one that hovers at the limit would be raised and settled every night.
        is_over=usual.share - weighted < fall / 2 and weighted_late - usual.late < rise / 2,
        usual=usual.share,
        recent=share_of(recent),
        weighted=weighted,
        usual_late=usual.late,
        weighted_late=weighted_late,
        late_days=late,
        days=len(recent),
        until=before[-1].day,
        since=recent[0].day,
    )


def weigh(start: float, values: Iterable[float], span: int) -> float:
    """The exponentially weighted mean that begins at `start`: each value counts 2/(span+1), what was there the rest."""
    weight = 2 / (span + 1)
    for value in values:
        start += weight * (value - start)
    return start


def share_of(days: Sequence[Day]) -> float:
    """Attended of expected minutes (A9)."""
    return sum(day.attended for day in days) / sum(day.expected for day in days)


def late_of(days: Sequence[Day]) -> float:
    """On which part of the days that the citizen came it was late; none where the citizen never came."""
    came = [day for day in days if day.attended]
    return sum(day.came_late for day in came) / len(came) if came else 0.0
