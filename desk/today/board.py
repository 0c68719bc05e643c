"""Today, the start page of every role: what now, and at most five groups, each row one click from its action
(experience 9, F1, J6)."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.models import MissedAttendance
from core.templatetags.components import tel
from core.templatetags.dates import clock, moment
from core.templatetags.dates import day as in_words
from desk.rows import Group, Link, Now, Row, Tag, Tile, group, link_to
from desk.today.days import Day
from meetings import lines as meeting_lines
from worklist import lines as worklist_lines
from worklist.models import Task

# Follow-ups that are waiting have a group of their own, so their tasks are not told twice.
FOLLOW_UP_TASKS = ("contact_absent_citizen", "overdue_follow_up")
DAYS_AHEAD = 7
# More than anybody does in a day; the group says how many there are, up to here.
AT_MOST = 100


@dataclass
class Today:
    title: str
    lead: str = ""
    now: Now | None = None
    tiles: list[Tile] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    aside: list[Group] = field(default_factory=list)
    actions: list[Link] = field(default_factory=list)
    more: dict = field(default_factory=dict)  # what only one role's template shows


Builder = Callable[[User, Day], Today]


def greeting(user: User, at: datetime | None = None) -> str:
    """`Good morning, Maja`."""
    hour = timezone.localtime(at).hour
    first_name = user.name.split()[0] if user.name.split() else user.name
    if hour < 10:
        return _("Good morning, %(name)s") % {"name": first_name}
    if hour < 18:
        return _("Good day, %(name)s") % {"name": first_name}
    return _("Good evening, %(name)s") % {"name": first_name}


def waiting_follow_ups(user: User, centres: Collection[int] = ()) -> list[MissedAttendance]:
    """Citizens who were missing and whom nobody has reached yet, those that went on to others first, then the oldest;
    without those whose reminders rest (A4, A7, A8). With `centres`, only theirs, and only these are read. Two queries.
    """
    flags = MissedAttendance.objects.visible_to(user)
    if centres:
        flags = flags.filter(programme__centre__in=centres)
    return list(
        flags.waiting()
        .awake()
        .select_related("slot__citizen", "slot__programme", "slot__workshop__unit")
        .prefetch_related("attempts__by")
        .order_by("-escalation", "slot__day", "slot__starts", "pk")[:AT_MOST]
    )


def follow_up_row(missed: MissedAttendance) -> Row:
    slot = missed.slot
    actions = []
    if slot.citizen.phone and not slot.citizen.is_protected:
        actions.append(phone_link(slot.citizen.phone, slot.citizen.name))
    actions.append(Link(link_to("attendance:contact", missed.pk), _("Write what happened"), hint=slot.citizen.name))
    kind, icon, due = worklist_lines.due_in_words(missed.due_on)
    return Row(
        title=slot.citizen.name,
        url=link_to("desk:case", slot.programme.reference),
        text=follow_up_text(missed),
        tag=Tag(kind, "telephone" if kind == "due" else icon, due),
        actions=actions,
    )


def follow_up_text(missed: MissedAttendance) -> str:
    """`Agreed at 8.00 in the Wood workshop. Birthe Nørskov tried at 8.22.`"""
    slot = missed.slot
    when = clock(slot.starts)
    if slot.day != timezone.localdate():
        when = f"{in_words(slot.day)} {when}"
    text = _("Agreed %(time)s, %(workshop)s.") % {"time": when, "workshop": slot.where}
    attempts = list(missed.attempts.all())
    if attempts:
        last = attempts[-1]
        tried = _("%(name)s tried at %(time)s.") % {"name": last.by.name, "time": clock(timezone.localtime(last.at))}
        text = f"{text} {tried}"
    if missed.escalation and missed.escalated_at:
        since = moment(missed.escalated_at)
        text = f"{text} " + _("%(who)s since %(since)s.") % {"who": missed.get_escalation_display(), "since": since}
    return text


def follow_up_now(missed: MissedAttendance) -> Now:
    """The first thing of a day on which somebody is missing (experience 8)."""
    slot = missed.slot
    name = slot.citizen.name
    if slot.day == timezone.localdate():
        sentence = _("%(name)s has not come and has not sent word.") % {"name": name}
    else:
        sentence = _("%(name)s did not come on %(day)s, and nobody has spoken with the citizen yet.") % {
            "name": name,
            "day": in_words(slot.day),
        }
    links = follow_up_row(missed).actions
    return Now(_("Start here"), sentence, follow_up_text(missed), *links[:2])


def meetings_of(user: User, day: Day) -> list[meeting_lines.Line]:
    """The user's own meetings of the day, or on a day off of the next working day (J3). Two queries."""
    return meeting_lines.upcoming(user, day.of_interest, days=1)


def meeting_row(line: meeting_lines.Line, *, with_day: bool = False) -> Row:
    """One meeting by its hour; what is over and not told yet asks for it."""
    start = line.when.partition("–")[0]
    if line.is_unrecorded:
        tag, action = Tag("due", "clock", _("not recorded")), _("Write what happened")
    else:
        tag, action = None, _("Open the meeting")
    return Row(
        title=line.title,
        url=line.url,
        when="" if with_day else start,
        text=f"{line.on} {start} · {line.text}" if with_day else line.text,
        tag=tag,
        actions=[Link(line.url, action, hint=line.title)],
    )


def meeting_group(meetings: list[meeting_lines.Line], day: Day) -> Group:
    title = _("Meetings today") if day.is_working else _("Meetings on %(day)s") % {"day": in_words(day.of_interest)}
    return group(
        "meetings",
        title,
        [meeting_row(line) for line in meetings],
        more=Link(link_to("meetings:mine"), _("All meetings")),
        empty=_("You have no meetings today.") if day.is_working else _("You have no meetings that day."),
    )


def upcoming_tasks(user: User, day: Day, *, without: Iterable[str] = FOLLOW_UP_TASKS) -> list[worklist_lines.Line]:
    """The user's tasks that are overdue, due, or due within a week, most urgent first (J6). One query."""
    tasks = (
        Task.objects.visible_to(user)
        .open()
        .awake()
        .filter(due_on__lte=day.today + timedelta(days=DAYS_AHEAD))
        .exclude(kind__in=without)
        .with_names()
        .order_by("due_on", "pk")[:AT_MOST]
    )
    return worklist_lines.lines(tasks)


def task_row(line: worklist_lines.Line) -> Row:
    return Row(
        title=line.name or line.text,
        url=link_to("desk:task", line.pk),
        text=" · ".join([*([line.text] if line.name else []), *line.notes]),
        tag=Tag(line.due_kind, line.due_icon, line.due),
        actions=[task_link(line)],
    )


def task_link(line: worklist_lines.Line) -> Link:
    """The button to where it is done; what somebody wrote down is ticked off at once, with an undo (experience 19)."""
    if line.is_own and line.pk is not None:
        url = f"{link_to('worklist:done', line.pk)}?back={link_to('desk:today')}"
        return Link(url, _("Done"), "check-lg", hint=line.text, method="post")
    return Link(line.url, line.action, hint=line.name)


def task_now(line: worklist_lines.Line) -> Now:
    sentence = f"{line.name}: {line.text}" if line.name else line.text
    return Now(_("Start here"), sentence, line.due[:1].upper() + line.due[1:], Link(line.url, line.action, line.icon))


def staff_now(
    follow_ups: list[MissedAttendance], tasks: list[worklist_lines.Line], day: Day, otherwise: Link | None = None
) -> Now:
    """Who is missing comes first, then the most urgent task; otherwise the day is told to be calm."""
    if follow_ups:
        return follow_up_now(follow_ups[0])
    if tasks and tasks[0].due_on <= day.today:
        return task_now(tasks[0])
    if not day.is_working:
        return Now(_("Start here"), day.note, "", otherwise)
    return Now(_("Start here"), _("Nothing is due today."), _("Everything that had a deadline is done."), otherwise)


def phone_link(number: str, name: str) -> Link:
    return Link(tel(number), number, "telephone", _("call %(name)s") % {"name": name})
