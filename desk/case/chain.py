"""The citizen's programmes and referrals at one centre, as one line of time (P15, P17)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from core.calendar import last_day
from core.templatetags.dates import short_day
from desk.case.head import STATUS_TAGS
from desk.rows import Tag, link_to
from programmes.models import Programme
from programmes.statuses import Status
from referrals.models import Referral

# The picture in its own units: a line a link, bars to the right of the names.
WIDTH, LINE, TOP = 720, 34, 22
MONTHS_A_MARK = {12: 1, 36: 3, 72: 6}


@dataclass(frozen=True)
class Link:
    """One programme or referral; a referral that has not begun lies where it was wished to."""

    reference: str
    url: str
    name: str
    what: str
    status: Tag
    starts_on: date
    ends_on: date
    is_programme: bool
    is_this: bool
    after: str = ""  # the reference of the programme before it

    @property
    def period(self) -> str:
        if self.starts_on == self.ends_on:
            return short_day(self.starts_on)
        return f"{short_day(self.starts_on)} – {short_day(self.ends_on)}"


@dataclass(frozen=True)
class Chain:
    links: list[Link]
    picture: dict[str, Any]


def chain_of(user: User, programme: Programme) -> Chain:
    """All of the citizen's programmes and referrals at the programme's centre that the reader may see, by time.

    Two queries, however many there are.
    """
    programmes = (
        Programme.objects.visible_to(user)
        .filter(citizen=programme.citizen_id, centre=programme.centre_id)
        .select_related("type", "previous")
    )
    links = [of_programme(one, programme) for one in programmes]
    referrals = (
        Referral.objects.visible_to(user)
        .filter(citizen=programme.citizen_id, centre=programme.centre_id, submitted_at__isnull=False)
        .select_related("type")
    )
    links += [of_referral(one) for one in referrals]
    links.sort(key=lambda link: (link.starts_on, link.is_programme, link.reference))
    return Chain(links, picture_of(links))


def of_programme(one: Programme, this: Programme) -> Link:
    kind, icon = STATUS_TAGS[Status(one.status)]
    ends_on = one.ended_on or one.ends_on
    return Link(
        reference=one.reference,
        url=link_to("desk:case", one.reference),
        name=one.type.name,
        what=pgettext("in the citizen's line of time", "Programme"),
        status=Tag(kind, icon, one.get_status_display()),
        starts_on=min(one.starts_on, ends_on),
        ends_on=ends_on,
        is_programme=True,
        is_this=one.pk == this.pk,
        after=one.previous.reference if one.previous else "",
    )


def of_referral(one: Referral) -> Link:
    """From the day it came to the day it was decided; still open, to the end that was wished for."""
    came_on = timezone.localdate(one.submitted_at)
    if one.decided_at:
        ends_on = timezone.localdate(one.decided_at)
    else:
        start = one.wished_start or came_on
        ends_on = last_day(start, one.weeks) if one.weeks else start
    return Link(
        reference=one.reference,
        url=link_to("referrals:detail", one.reference),
        name=one.type.name,
        what=_("Referral"),
        status=Tag("calm", "inbox", one.get_status_display()),
        starts_on=came_on,
        ends_on=max(came_on, ends_on),
        is_programme=False,
        is_this=False,
    )


def picture_of(links: list[Link]) -> dict[str, Any]:
    """Numbers for components/line_of_time.html."""
    today = timezone.localdate()
    first = min([link.starts_on for link in links] + [today])
    last = max([link.ends_on for link in links] + [today])
    days = (last - first).days + 1

    def place(day: date) -> float:
        return round((day - first).days * WIDTH / days, 1)

    bars = []
    for number, link in enumerate(links):
        x = place(link.starts_on)
        bars.append(
            {
                "link": link,
                "x": f"{x:g}",
                "y": TOP + number * LINE + 14,
                "text_y": TOP + number * LINE + 10,
                "text_x": f"{min(x, WIDTH * 0.55):g}",
                "width": f"{max(place(link.ends_on) + WIDTH / days - x, 4):g}",
            }
        )
    figures = "; ".join(f"{link.name}, {link.period}" for link in links)
    return {
        "bars": bars,
        "marks": marks(first, last, place),
        "today": f"{place(today):g}",
        "width": WIDTH,
        "height": TOP + len(links) * LINE + 4,
        "in_words": _("The citizen's programmes and referrals: %(figures)s") % {"figures": figures},
    }


def marks(first: date, last: date, place: Any) -> list[dict[str, str]]:
    """A few beginnings of months along the line."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((step for most, step in MONTHS_A_MARK.items() if months <= most), 12)
    found = []
    for number in range(0, months, step):
        year, month = divmod(first.month - 1 + number, 12)
        day = date(first.year + year, month + 1, 1)
        if first < day <= last and place(day) < WIDTH - 50:
            found.append({"x": f"{place(day):g}", "label": date_format(day, "M Y")})
    return found
