"""Entries as the timeline shows them: in the reader's language, from `journal/wording.py` (J1, experience 13)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from core.templatetags.dates import clock, day, hours, moment
from core.wording import Params
from journal.models import Audience, Entry
from journal.permissions import SPOKEN_OF, may_strike
from journal.wording import WORDING, Wording

# The chips above the timeline, in this order; `Wording.group` says which one an entry belongs to.
GROUPS = {
    "attendance": gettext_lazy("Attendance"),
    "plan": gettext_lazy("Plan"),
    "meeting": gettext_lazy("Meetings"),
    "referral": gettext_lazy("Referral"),
    "note": pgettext_lazy("filter of the timeline", "Notes"),
}
LINKS = {
    "attendance": gettext_lazy("See the attendance"),
    "plan": gettext_lazy("Open the plan"),
    "meeting": gettext_lazy("Open the meeting"),
    "referral": gettext_lazy("Open the referral"),
    "note": gettext_lazy("Open the closing note"),
}
# Whose pages the links lead to; the plan is everybody's, each as far as the role reads it.
OPENED_BY = {
    "attendance": {Role.CASEWORKER, Role.CONTACT_PERSON, Role.TEAM_LEADER},
    "referral": {Role.CASEWORKER, Role.TEAM_LEADER, Role.REFERRER},
    "note": {Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST, Role.REFERRER},
}
# Icon and word of each line's audience.
AUDIENCES = {
    Audience.TEAM: ("people", gettext_lazy("only the team")),
    Audience.REFERRER: ("person-check", gettext_lazy("shared with the job centre")),
    Audience.CITIZEN: ("person-check", gettext_lazy("shared with the citizen")),
    Audience.HEALTH: ("lock", gettext_lazy("health note, restricted")),
}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?")
# Parameters whose values are message ids and not somebody's own words.
WORDS = {"outcome", "meeting"}
# Parameters that are minutes and are told as hours.
MINUTES = {"week_minutes", "week_before", "attended_minutes", "agreed_minutes"}


@dataclass(frozen=True)
class Line:
    """What `components/timeline.html` shows of one entry."""

    icon: str
    kind: str
    title: str
    on: str
    author: str
    audience: str
    audience_icon: str
    body: str
    url: str
    link: str
    details: str = ""  # corrected twice, one attachment
    struck: str = ""  # who struck it out, when and why (K3)
    strike: tuple[str, str] = ("", "")  # address and word, for lines that have no page of their own


def kinds_of(group: str) -> list[str]:
    """The kinds of entry that one chip shows."""
    return [kind for kind, wording in WORDING.items() if wording.group == group]


def lines(entries: Iterable[Entry], *, roles: set[str], case: str = "", user: User | None = None) -> list[Line]:
    """The entries in the order given, with links that the reader's roles in the case may open.

    One that belongs to another case than `case` names its own (P17). Of one from `listed_for` that is restricted
    nothing is told but that it is there (J2). `user` sees where to strike out (K3). Asks the database nothing when
    `author` and `struck_by` are selected with the entries.
    """
    return [_line(entry, roles, case, user) for entry in entries]


def title_of(entry: Entry) -> str:
    """What happened, in a sentence: `Step 2 to 3: comes on time`."""
    wording = WORDING.get(entry.kind)
    if wording is None:
        return entry.kind
    return _(wording.text) % Params({key: _in_words(key, value) for key, value in entry.params.items()})


def moment_in_words(moment: datetime) -> str:
    """`Today at 9.20`, `Yesterday at 9.20`, or the day; local time."""
    local = timezone.localtime(moment)
    days = (timezone.localdate() - local.date()).days
    if days == 0:
        return _("Today at %(time)s") % {"time": clock(local)}
    if days == 1:
        return _("Yesterday at %(time)s") % {"time": clock(local)}
    text = _day_in_words(local.date())
    return text[:1].upper() + text[1:]


def _day_in_words(on: date) -> str:
    """`mandag 23. november`, with the year when it could be another one."""
    is_near = abs(timezone.localdate() - on) <= timedelta(days=200)
    return day(on) if is_near else f"{day(on)} {on.year}"


def _line(entry: Entry, roles: set[str], case: str, user: User | None) -> Line:
    wording = WORDING.get(entry.kind)
    is_note = entry.source.startswith("journal.note:")
    # A page that has words of its own is everybody's who reads the line.
    opens = bool(entry.url and wording and (is_note or wording.link or roles & OPENED_BY.get(wording.group, roles)))
    if wording and wording.opened_by:
        opens = bool(entry.url) and not roles.isdisjoint(wording.opened_by)
    is_restricted = getattr(entry, "is_restricted", False)
    icon, word = AUDIENCES[Audience(entry.audience)]
    is_own = entry.audience == Audience.CITIZEN and roles == {Role.CITIZEN}
    when = moment_in_words(entry.happened_at)
    return Line(
        icon=wording.icon if wording else "info-circle",
        kind=wording.colour if wording else "calm",
        title=_("Health note, restricted") if is_restricted else title_of(entry),
        on=f"{when} · {entry.case}" if case and entry.case != case else when,
        author=entry.author.name if entry.author else "",
        audience=_("shared with you") if is_own else str(word),
        audience_icon=icon,
        body="" if is_restricted else entry.body,
        url=entry.url if opens else "",
        link=link_of(wording, is_note) if wording and opens else "",
        details="" if is_restricted else details_of(entry),
        struck=struck_in_words(entry),
        strike=_strike(entry, user) if user else ("", ""),
    )


def link_of(wording: Wording, is_note: bool) -> str:
    """The words of the link: a kind's own, or those of its group."""
    if is_note:
        return pgettext("journal", "Open the note")
    return _(wording.link) if wording.link else str(LINKS[wording.group])


def details_of(entry: Entry) -> str:
    """`Corrected twice · 1 attachment`, from what the note keeps on its line; empty for others."""
    corrected, files = entry.params.get("corrected", 0), entry.params.get("files", 0)
    told = []
    if corrected:
        told.append(ngettext("Corrected once", "Corrected %(count)s times", corrected) % {"count": corrected})
    if files:
        told.append(ngettext("%(count)s attachment", "%(count)s attachments", files) % {"count": files})
    return " · ".join(told)


def struck_in_words(entry: Entry) -> str:
    """`Struck out by Mette Holm, 23. nov. 2026 kl. 10.41: the wrong citizen`; empty when it stands."""
    if entry.struck_at is None:
        return ""
    return _("Struck out by %(person)s, %(moment)s: %(why)s") % {
        "person": entry.struck_by.name if entry.struck_by else "",
        "moment": moment(entry.struck_at),
        "why": entry.struck_why,
    }


def _strike(entry: Entry, user: User) -> tuple[str, str]:
    if entry.kind not in SPOKEN_OF or not may_strike(user, entry):
        return ("", "")
    return reverse("journal:strike", args=[entry.pk]), _("Undo the strike") if entry.struck_at else _("Strike out")


def _in_words(key: str, value: object) -> object:
    if isinstance(value, dict):
        return value.get(get_language() or "da") or value.get("da", "")
    if key in MINUTES and isinstance(value, int):
        return hours(value)
    if not isinstance(value, str):
        return value
    if key in WORDS and value:
        return _(value)
    try:
        if DATE.fullmatch(value):
            return _day_in_words(date.fromisoformat(value))
        if TIME.fullmatch(value):
            return clock(time.fromisoformat(value))
    except ValueError:
        return value
    return value
