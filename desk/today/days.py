"""What kind of day it is where the user works (experience 9)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from core.calendar import is_working_day, monday_of, next_working_day
from core.templatetags.dates import day as in_words
from programmes.models import ClosingDay

LOOK_AHEAD = timedelta(days=30)
STAFF = (Role.TEAM_LEADER, Role.CASEWORKER, Role.CONTACT_PERSON, Role.SPECIALIST)


@dataclass(frozen=True)
class Day:
    today: date
    is_working: bool
    next_working: date
    name: str  # of the closing day, if it is one

    @property
    def note(self) -> str:
        """Why nothing happens today, and when it does; empty on a working day."""
        if self.is_working:
            return ""
        day = in_words(self.next_working)
        if self.name:
            return _("Closed today: %(name)s. The next working day is %(day)s.") % {"name": self.name, "day": day}
        return _("It is the weekend. The next working day is %(day)s.") % {"day": day}

    @property
    def of_interest(self) -> date:
        """Today, or on a day off the next working day."""
        return self.today if self.is_working else self.next_working


def day_of(user: User) -> Day:
    """Today at the user's centre, with its weekends and closing days. One query."""
    today = timezone.localdate()
    closed = dict(
        ClosingDay.objects.filter(
            centre__in=user.reach.organisations_as(*STAFF), day__range=(today, today + LOOK_AHEAD)
        ).values_list("day", "name")
    )
    return Day(
        today, is_working_day(today, closed), next_working_day(today + timedelta(days=1), closed), closed.get(today, "")
    )


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the day's ISO week."""
    monday = monday_of(day)
    return monday, monday + timedelta(days=6)
