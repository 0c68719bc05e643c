"""What attendance says of a subgoal that it can answer: the share of the agreed hours, or hours a week (L3, A9).

The figure fills itself in: it may be commented on, and nobody writes another one in its place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from attendance.figures import sums
from core.life_areas import Indicator
from core.templatetags.dates import day as in_words
from core.templatetags.dates import hours, percent
from plans.models import Subgoal
from plans.steps import NUMBER, has_own_wordings, shown, step_of
from programmes.models import Programme

ANSWERED = (Indicator.SHARE, Indicator.HOURS)
WEEK = 7


@dataclass(frozen=True)
class Measured:
    """`value` in percent or hours a week; `step` by fifths, None where the subgoal words its steps by hand."""

    indicator: str
    value: Decimal
    since: date
    until: date
    attended: int
    agreed: int
    step: int | None

    @property
    def figure(self) -> str:
        """`93 %`, or `7.5 hours a week`."""
        return in_figures(self.indicator, self.value)

    @property
    def definition(self) -> str:
        """What the figure is made of, to stand beside it (A9)."""
        said = {
            "attended": hours(self.attended),
            "agreed": hours(self.agreed),
            "since": in_words(self.since),
            "until": in_words(self.until),
        }
        if self.indicator == Indicator.SHARE:
            return _("%(attended)s of %(agreed)s agreed hours that were registered from %(since)s to %(until)s") % said
        return _("%(attended)s hours attended from %(since)s to %(until)s, divided by the weeks") % said


def in_figures(indicator: str, value: Decimal) -> str:
    """`93 %`, or `7.5 hours a week`."""
    if indicator == Indicator.SHARE:
        return percent(float(value) / 100)
    return _("%(number)s hours a week") % {"number": shown(value)}


def measured_of(programme: Programme, subgoals: Iterable[Subgoal], *, until: date) -> dict[UUID, Measured]:
    """The figure of each subgoal that attendance answers, by key, for the four weeks that end with `until`.

    Empty when nothing was agreed and registered in that time; one query, none without such a subgoal.
    """
    asked = [subgoal for subgoal in subgoals if subgoal.indicator in ANSWERED]
    since = max(programme.starts_on, until - timedelta(weeks=sums.RECENT_WEEKS) + timedelta(days=1))
    if not asked or since > until:
        return {}
    totals = sums.totals(programme, since=since, until=until)
    if not totals.agreed:
        return {}
    weeks = Decimal((until - since).days + 1) / WEEK
    values = {
        Indicator.SHARE: Decimal(totals.attended) * 100 / totals.agreed,
        Indicator.HOURS: Decimal(totals.attended) / 60 / weeks,
    }
    found = {}
    for subgoal in asked:
        value = round(values[Indicator(subgoal.indicator)], 2)
        found[subgoal.key] = Measured(
            subgoal.indicator, value, since, until, totals.attended, totals.agreed, step_by_fifths(subgoal, value)
        )
    return found


def step_by_fifths(subgoal: Subgoal, value: Decimal) -> int | None:
    """Where the value lies between baseline and target; None without a number on both sides, or with own wordings."""
    ends = [NUMBER.search(text) for text in (subgoal.baseline, subgoal.target)]
    if has_own_wordings(subgoal.steps) or not all(ends):
        return None
    baseline, target = (Decimal(found.group().replace(",", ".")) for found in ends if found)
    return step_of(value, baseline=baseline, target=target)
