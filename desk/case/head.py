"""The head of every page of a case: who, where it stands, what now (experience 12)."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from attendance.figures import sums
from attendance.figures.falls import TASK as FALL_TASK
from citizens.models import case_access
from closing_notes.statuses import Status as NoteStatus
from core.calendar import monday_of
from core.templatetags.dates import clock, short_day
from core.templatetags.dates import day as in_words
from desk.case.facts import read
from desk.course.in_head import Course, pause_in_words
from desk.rows import Link, Now, Tag, link_to
from meetings.models import STAFF as SEE_MEETINGS
from meetings.statuses import Kind as MeetingKind
from programmes.models import Placement, Programme
from programmes.permissions import reads_courses
from programmes.statuses import Status
from worklist import lines as worklist_lines
from worklist.models import Task

CONTACTS_SHOWN = 3
# Bars of hours on the case page; the figure of four weeks lies within them.
WEEKS_SHOWN = 6
# The closing note comes into sight this long before the end.
CLOSING_TIME = timedelta(days=21)

STATUS_TAGS = {
    Status.PLANNED: ("calm", "calendar-event"),
    Status.ACTIVE: ("ok", "play-circle"),
    Status.PAUSED: ("calm", "pause-circle"),
    Status.CLOSING: ("due", "flag"),
    Status.COMPLETED: ("ok", "check-circle"),
    Status.INTERRUPTED: ("calm", "dash-circle"),
    Status.NEVER_STARTED: ("calm", "dash-circle"),
}


@dataclass(frozen=True)
class Contact:
    name: str
    where: str
    phone: str


@dataclass
class Head:
    """What stands at the head of every page of a case, as far as the reader's roles in it go."""

    programme: Any  # from `case_of`, with its annotations
    roles: set[str]
    status: Tag
    now: Now
    next: list[str]
    attendance: sums.Totals
    contacts: list[Contact]
    tabs: list[tuple[str, str, str]]
    period: str
    course: Course
    days: list[tuple[date, int, int]]
    current: str = ""
    tasks: list[worklist_lines.Line] = field(default_factory=list)

    @property
    def is_ahead(self) -> bool:
        """It has not begun: it is in no week yet."""
        return self.programme.status == Status.PLANNED and self.programme.starts_on > timezone.localdate()

    @property
    def reads_reasons(self) -> bool:
        """Why an accommodation is needed is health: for the case's caseworker, never for the workshop (P16, J2)."""
        return Role.CASEWORKER in self.roles

    @property
    def asks_for_reasons(self) -> str:
        """Where a team leader reads them, saying for what; empty for everybody else (J2)."""
        if Role.TEAM_LEADER in self.roles and not self.reads_reasons and self.programme.referral_reference:
            return link_to("referrals:detail", self.programme.referral_reference)
        return ""


def case_of(user: User, reference: str) -> Programme | None:
    """The programme with everything its head needs, if the user may see the case; otherwise None (T1). Two queries."""
    held = case_access(user, referrer="referring_organisation_id")
    programme = (
        Programme.objects.visible_to(user)
        .filter(reference=reference)
        .select_related("citizen", "type", "centre", "caseworker", "referring_organisation", "referrer")
        .defer("citizen__identity_number", "citizen__identity_index")
        .annotate(held_roles=ArraySubquery(held.values("role").distinct()))
        .first()
    )
    return read(programme) if programme else None


def head_of(user: User, programme: Any, *, current: str = "") -> Head:
    """The head of the case of a programme from `case_of`. Two queries."""
    roles = set(programme.held_roles)
    today = timezone.localdate()
    waiting = Task.objects.visible_to(user).open().awake().filter(citizen=programme.citizen_id)
    tasks = list(waiting.select_related("handed_by").order_by("due_on", "pk")[:20])
    for task in tasks:
        task.citizen = programme.citizen
    lines = worklist_lines.lines(tasks)
    kind, icon = STATUS_TAGS[Status(programme.status)]
    course = Course.of(programme, today)
    here = dict(keys_of(programme, roles)).get(current, "")
    since = monday_of(today) - timedelta(weeks=WEEKS_SHOWN - 1)
    days = sums.days(programme, since=since) if course.has_attendance else []
    return Head(
        programme=programme,
        roles=roles,
        status=Tag(kind, icon, programme.get_status_display()),
        now=elsewhere(what_now(programme, roles, lines, today), here),
        next=next_dates(programme, roles, today, course),
        attendance=four_weeks(days, today),
        days=days,
        contacts=contacts_of(programme, roles, course),
        tabs=tabs_of(programme, roles),
        period=f"{short_day(programme.starts_on)} – {short_day(programme.ended_on or programme.ends_on)}",
        course=course,
        current=here,
        tasks=lines,
    )


def elsewhere(now: Now, here: str) -> Now:
    """The same without a button that leads to the page on which it stands."""
    found = [link for link in (now.primary, now.secondary) if link and link.url.partition("#")[0] != here]
    return replace(now, primary=next(iter(found), None), secondary=found[1] if len(found) > 1 else None)


def four_weeks(days: list[tuple[date, int, int]], today: date) -> sums.Totals:
    """Minutes agreed and attended in the four weeks until today, of what was registered (A9)."""
    since = today - timedelta(weeks=sums.RECENT_WEEKS) + timedelta(days=1)
    recent = [(agreed, attended) for day, agreed, attended in days if day >= since]
    return sums.Totals(
        agreed=sum(agreed for agreed, _attended in recent), attended=sum(attended for _agreed, attended in recent)
    )


def contacts_of(programme: Any, roles: set[str], course: Course) -> list[Contact]:
    """Whom to call: the coordinator, the workshop's contact persons, and those on the other side of the reader."""
    found: list[Contact] = []
    for contact in programme.workshop_contacts:
        if len(found) < CONTACTS_SHOWN and Contact(**contact) not in found:
            found.append(Contact(**contact))
    caseworker = Contact(programme.caseworker.name, _("caseworker"), programme.caseworker.phone)
    referrer = Contact(programme.referrer.name, str(programme.referring_organisation), programme.referrer.phone)
    ours = [] if Role.CASEWORKER in roles else [caseworker]
    if course.coordinator:
        one = Contact(course.coordinator["name"], course.coordinator_word, course.coordinator["phone"])
        ours = [one] if course.coordinator["id"] == programme.caseworker_id else [one, *ours]
    if roles.isdisjoint({Role.CASEWORKER, Role.TEAM_LEADER}):
        return [*ours, *found]
    return [*ours, *found, referrer]


def next_dates(programme: Any, roles: set[str], today: date, course: Course) -> list[str]:
    """A pause, the next agreed day, the next meeting, the next follow-up and the end, in words."""
    found = [course.pause] if course.pause else []
    if slot := programme.next_slot:
        day = date.fromisoformat(slot["day"])
        when = _("Today") if day == today else _("Tomorrow") if day == today + timedelta(days=1) else in_words(day)
        times = f"{clock(time.fromisoformat(slot['starts']))}–{clock(time.fromisoformat(slot['ends']))}"
        found.append(f"{when[:1].upper()}{when[1:]} {times}")
        found.append(where_of(programme, slot, roles))
    if not roles.isdisjoint(SEE_MEETINGS) and (meeting := next_meeting(programme)):
        found.append(meeting)
    if programme.follow_up_due_on and programme.ended_on is None:
        found.append(_("Follow-up on the plan %(day)s") % {"day": in_words(programme.follow_up_due_on)})
    if programme.ended_on:
        found.append(_("Ended %(day)s") % {"day": short_day(programme.ended_on)})
    elif len(found) < 3:
        words = _("Ends %(day)s") if programme.ends_on >= today else _("Was to end %(day)s")
        found.append(words % {"day": short_day(programme.ends_on)})
    return found


def where_of(programme: Any, slot: dict[str, Any], roles: set[str]) -> str:
    """The workshop, the workplace, or the course as far as the reader may know which it is (J2)."""
    if slot["workshop"]:
        return str(slot["workshop"])
    said = {name: slot[name] for name in ("kind", "course", "place")}
    return Placement(programme=programme, **said).name(with_health=reads_courses(roles))


def next_meeting(programme: Any) -> str:
    """`Follow-up talk Thursday 3 December 10.00`; empty when none is agreed."""
    if programme.next_meeting is None:
        return ""
    starts_at = datetime.fromisoformat(programme.next_meeting["starts_at"])
    return f"{MeetingKind(programme.next_meeting['kind']).label} {in_words(starts_at)} {clock(starts_at)}"


def what_now(programme: Any, roles: set[str], tasks: list[worklist_lines.Line], today: date) -> Now:
    """The reader's most urgent task on the case; without one, the next step by the programme's state."""
    label = _("What now")
    if tasks:
        first = tasks[0]
        more = len(tasks) - 1
        detail = first.due[:1].upper() + first.due[1:]
        if more:
            detail = f"{detail} · " + ngettext("%(count)s more task", "%(count)s more tasks", more) % {"count": more}
        # A fall in attendance is told even where something else comes first (A10).
        fall = next((one for one in tasks[1:] if one.kind == FALL_TASK), None)
        if fall:
            detail = f"{detail}. {fall.text}"
        also = Link(fall.url, fall.action, fall.icon) if fall else None
        return Now(label, first.text, detail, Link(first.url, first.action, first.icon), also)
    plan = Link(link_to("plans:detail", programme.reference), _("Open the plan"), "clipboard-check")
    attendance = Link(link_to("attendance:citizen", programme.reference), _("See the attendance"), "calendar-event")
    if not roles.isdisjoint({Role.CASEWORKER, Role.TEAM_LEADER}):
        return next_step(label, programme, plan, today)
    if Role.REFERRER in roles:
        if programme.note_status == NoteStatus.DELIVERED:
            note = Link(
                link_to("closing_notes:review", programme.reference), _("Read the closing note"), "file-earmark-text"
            )
            return Now(label, _("The closing note has been delivered."), "", note)
        return Now(label, _("You need to do nothing. The programme goes as agreed."), "", plan)
    if Role.CITIZEN in roles:
        return Now(label, _("See your plan and what you have reached."), "", plan)
    comes = programme.type.settings.uses_workshops or programme.is_placed
    return Now(label, _("Nothing waits for you in this case."), "", attendance if comes else plan)


def next_step(label: str, programme: Any, plan: Link, today: date) -> Now:
    """What the caseworker does next when no task is open."""
    note = Link(link_to("closing_notes:edit", programme.reference), _("Open the note"), "file-earmark-text")
    if programme.ended_on:
        return Now(label, _("The programme has ended."), "", note)
    if programme.note_status in (NoteStatus.APPROVED, NoteStatus.DELIVERED):
        return Now(label, _("The closing note is approved. The programme can be completed."), "", note)
    if programme.note_status == NoteStatus.IN_REVIEW:
        return Now(label, _("The closing note waits for approval."), "", note)
    if programme.status == Status.PAUSED:
        course = Link(link_to("desk:course", programme.reference), _("See what is agreed"), "pause-circle")
        return Now(label, f"{pause_in_words(programme, programme.pause, today)}.", "", course)
    if not programme.has_plan:
        return Now(label, _("Agree on the plan with the citizen and confirm it."), "", plan)
    if programme.ends_on - today <= CLOSING_TIME:
        sentence = _("The programme ends on %(day)s. Write the closing note.") % {"day": in_words(programme.ends_on)}
        return Now(label, sentence, "", note)
    if programme.starts_on > today:
        return Now(label, _("The programme starts on %(day)s.") % {"day": in_words(programme.starts_on)}, "", plan)
    if programme.follow_up_due_on:
        sentence = _("Follow up on the plan by %(day)s.") % {"day": in_words(programme.follow_up_due_on)}
        return Now(
            label,
            sentence,
            "",
            Link(link_to("plans:follow_up", programme.reference), _("Follow up"), "clipboard-check"),
        )
    return Now(label, _("Nothing is due in this case."), "", plan)


def keys_of(programme: Any, roles: set[str]) -> list[tuple[str, str]]:
    """The pages of the case that the reader may open: key and address."""
    reference = programme.reference
    pages = [
        ("timeline", link_to("desk:case", reference)),
        ("plan", link_to("plans:detail", reference)),
        ("attendance", link_to("attendance:citizen", reference)),
        ("week", link_to("desk:week", reference)),
        ("meetings", link_to("meetings:case", reference)),
    ]
    if programme.type.settings.activities:
        pages.append(("activities", link_to("desk:activities", reference)))
    # What the type does not use is not shown, unless somebody was placed somewhere all the same.
    said = programme.type.settings
    if not (said.uses_workshops or programme.is_placed):
        pages = [page for page in pages if page[0] != "attendance" and (page[0] != "week" or said.agrees_hours)]
    if not roles.isdisjoint({Role.CASEWORKER, Role.TEAM_LEADER}):
        pages.append(("note", link_to("closing_notes:edit", reference)))
    elif Role.REFERRER in roles and programme.note_status == NoteStatus.DELIVERED:
        pages.append(("note", link_to("closing_notes:review", reference)))
    if not roles.isdisjoint({Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST}):
        pages.append(("people", link_to("desk:people", reference)))
    if Role.CITIZEN not in roles:
        pages.append(("course", link_to("desk:course", reference)))
    return pages


def tabs_of(programme: Any, roles: set[str]) -> list[tuple[str, str, str]]:
    words = {
        "timeline": _("Timeline"),
        "plan": _("Plan"),
        "attendance": _("Attendance"),
        "week": _("Agreed week"),
        "meetings": _("Meetings"),
        "activities": _("Activities"),
        "note": _("Closing note"),
        "people": _("People"),
        "course": _("Course"),
    }
    return [(words[key], url, "") for key, url in keys_of(programme, roles)]


def in_language(texts: dict[str, str]) -> str:
    return texts.get(get_language() or "da") or texts["da"]
