"""The team leader's day (F1)."""

from dataclasses import replace
from datetime import date

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation, Substitution, User
from accounts.roles import Role
from attendance.models import MissedAttendance
from attendance.register.reading import Summary, summaries
from attendance.substitutes.standing_in import for_whom
from core.templatetags.dates import clock
from core.templatetags.dates import day as in_words
from desk.lists.tasks import CENTRE
from desk.rows import Group, Link, Now, Row, Tag, Tile, group, link_to
from desk.today.board import (
    AT_MOST,
    Today,
    follow_up_row,
    meeting_group,
    meetings_of,
    staff_now,
    task_row,
    upcoming_tasks,
    waiting_follow_ups,
)
from desk.today.days import Day, week_of
from desk.today.staff import follow_up_group
from programmes.models import ChecklistItem, Programme
from programmes.places.capacity import Caseload, Places, caseloads, free_places
from referrals.capacity import lent_today
from referrals.models import Referral
from referrals.statuses import Status
from worklist.lines import Line
from worklist.models import Task


def team_leader(user: User, day: Day) -> Today:
    # The roles name the centres already: no query for that.
    led = {post.organisation_id: post.organisation for post in user.posts if post.role == Role.TEAM_LEADER}
    centres = [Organisation(pk=pk, name=name) for pk, name in led.items()]
    registers = summaries(user, day.of_interest, at=timezone.now())
    follow_ups = waiting_follow_ups(user, led)
    referrals = list(
        Referral.objects.visible_to(user)
        .in_triage()
        .select_related("citizen", "referring_organisation")
        .prefetch_related("type")[:AT_MOST]
    )
    # One that waits for an answer or for a place is not the leader's to decide today; the queue shows it.
    undecided = [referral for referral in referrals if referral.status == Status.SUBMITTED]
    tasks = upcoming_tasks(user, day)
    meetings = meetings_of(user, day)
    programmes = starts_and_ends(user, day)
    places = [places for centre in centres for places in free_places(centre, day.of_interest)]
    overdue = overdue_items(user, day.today)
    names = ", ".join(centre.name for centre in centres)
    # Where nobody comes to a workshop, nobody is missed from one.
    has_workshops = bool(places or follow_ups)
    return Today(
        title=_("The day at %(centre)s") % {"centre": names} if names else _("Today"),
        lead=day.note,
        now=first_thing(registers, follow_ups, undecided, tasks, day),
        tiles=tiles(user, registers, follow_ups, referrals, programmes, day)[0 if has_workshops else 2 :],
        groups=[
            to_decide(undecided, tasks),
            *([follow_up_group([narrow(follow_up_row(missed)) for missed in follow_ups])] if has_workshops else []),
            # Five groups at most: on a day with meetings the tile tells who starts and ends.
            meeting_group(meetings, day) if meetings else starts_and_ends_group(programmes, day),
        ],
        more={
            "has_workshops": has_workshops,
            "workshops": workshops(registers, places, day),
            "caseloads": [
                workload(caseload, overdue.get((centre.pk, caseload.caseworker.pk), 0))
                for centre in centres
                for caseload in caseloads(centre)
            ],
            "lent": lent_today(centres, day.of_interest),
            "register_day": day.of_interest,
            "substitutes": substitutes(led),
        },
    )


def substitutes(led: dict[int, str]) -> list[dict]:
    """Who marks today in somebody's place at the centres that the user leads, and why (A13). One query."""
    running = (
        Substitution.objects.effective()
        .filter(unit__organisation__in=led, unit__workshop__isnull=False)
        .select_related("unit__workshop", "substitute", "in_place_of")
    )
    return [
        {
            "name": for_whom(one.substitute.name, one.in_place_of.name if one.in_place_of else None),
            "workshop": one.unit.name,
            "until": one.ends_on,
            "why": one.why,
            "url": link_to("attendance:substitutes", one.unit.workshop.pk),
        }
        for one in running
    ]


def narrow(row: Row) -> Row:
    """A row beside another card has room for its last action only; the number to call stands behind it."""
    return replace(row, actions=row.actions[-1:])


def first_thing(
    registers: list[Summary],
    follow_ups: list[MissedAttendance],
    referrals: list[Referral],
    tasks: list[Line],
    day: Day,
) -> Now:
    """A missing register before anything else, because nobody can be missed from it (A5)."""
    for register in registers:
        if day.is_working and register.is_missing:
            words = {"workshop": register.name, "time": clock(register.first)}
            return Now(
                _("Start here"),
                _("The register of %(workshop)s is missing. The first were expected at %(time)s, and nobody is marked.")
                % words,
                _("The citizens are not reported as missing."),
                Link(register_url(register, day), _("Open the register"), "clipboard-check"),
            )
    overdue = [missed for missed in follow_ups if missed.due_on < day.today]
    if overdue or (tasks and tasks[0].is_overdue):
        return staff_now(overdue, tasks, day)
    if referrals:
        oldest = referrals[0]
        days = oldest.days_waiting
        return Now(
            _("Start here"),
            ngettext(
                "%(name)s's referral has waited %(days)s day for a decision.",
                "%(name)s's referral has waited %(days)s days for a decision.",
                days,
            )
            % {"name": oldest.citizen.name if oldest.citizen else oldest.reference, "days": days},
            f"{oldest.type.name} · {oldest.referring_organisation}",
            Link(link_to("referrals:triage", oldest.reference), _("Decide"), "inbox"),
        )
    return staff_now(follow_ups, tasks, day, Link(link_to("desk:cases"), _("Open the citizens"), "people"))


def tiles(
    user: User,
    registers: list[Summary],
    follow_ups: list[MissedAttendance],
    referrals: list[Referral],
    programmes: list[Programme],
    day: Day,
) -> list[Tile]:
    """The day in five figures, each with what it is a part of. One query."""
    expected = sum(register.expected for register in registers)
    away = sum(register.away for register in registers)
    not_marked = sum(register.blank for register in registers)
    missed = sum(register.missed for register in registers)
    to_call = sum(register.flagged for register in registers)
    overdue = overdue_tasks(user, day.today)
    oldest_days = (day.today - overdue["oldest"]).days if overdue["oldest"] else 0
    starting = [programme for programme in programmes if programme.starts_on >= week_of(day.of_interest)[0]]
    ending = [programme for programme in programmes if programme not in starting]
    ends = ngettext("%(count)s ends this week", "%(count)s end this week", len(ending))
    if not day.is_working:
        ends = ngettext("%(count)s ends next week", "%(count)s end next week", len(ending))
    waiting_days = referrals[0].days_waiting if referrals else 0
    return [
        Tile(
            _("Here now"),
            str(sum(register.here for register in registers)),
            _("of %(count)s") % {"count": expected},
            _("%(away)s absent, %(count)s not marked") % {"away": away, "count": not_marked},
            url=link_to("attendance:overview"),
        ),
        Tile(
            _("Missed today"),
            str(missed),
            _("of %(count)s") % {"count": expected},
            tag=Tag(
                "due",
                "telephone",
                ngettext("%(count)s to be called", "%(count)s to be called", to_call) % {"count": to_call},
            )
            if to_call
            else None,
            url=link_to("attendance:missed"),
        ),
        Tile(
            _("Overdue"),
            str(overdue["overdue"]),
            _("of %(count)s open") % {"count": overdue["open"]},
            tag=Tag(
                "late",
                "exclamation-octagon",
                ngettext("oldest %(days)s day", "oldest %(days)s days", oldest_days) % {"days": oldest_days},
            )
            if overdue["overdue"]
            else None,
            url=f"{link_to('desk:tasks')}?whose={CENTRE}",
        ),
        Tile(
            _("Referrals waiting"),
            str(len(referrals)),
            tag=Tag(
                "due",
                "clock",
                ngettext("oldest %(days)s day", "oldest %(days)s days", waiting_days) % {"days": waiting_days},
            )
            if referrals
            else None,
            url=link_to("referrals:queue"),
        ),
        Tile(
            _("Starting this week") if day.is_working else _("Starting next week"),
            str(len(starting)),
            foot=ends % {"count": len(ending)},
            url=link_to("desk:cases"),
        ),
    ]


def overdue_tasks(user: User, today: date) -> dict:
    """Open and overdue tasks of everybody at the centres that the user leads, those that are put off too: a deadline
    counts from its first day. One query."""
    return (
        Task.objects.led_by(user)
        .open()
        .aggregate(
            open=Count("pk"),
            overdue=Count("pk", filter=Q(due_on__lt=today)),
            oldest=Min("due_on", filter=Q(due_on__lt=today)),
        )
    )


def starts_and_ends(user: User, day: Day) -> list[Programme]:
    """Running programmes that start or end in the week. Two queries."""
    week = week_of(day.of_interest)
    return list(
        Programme.objects.visible_to(user)
        .running()
        .filter(Q(starts_on__range=week) | Q(ends_on__range=week))
        .select_related("citizen", "caseworker")
        # By itself: what a type says is long, and the same for most of them.
        .prefetch_related("type")
        .only(
            "reference",
            "starts_on",
            "ends_on",
            "type",
            "caseworker__name",
            *(f"citizen__{name}" for name in ("first_name", "last_name", "is_protected")),
        )
        .order_by("starts_on", "ends_on", "pk")[:AT_MOST]
    )


def starts_and_ends_group(programmes: list[Programme], day: Day) -> Group:
    monday = week_of(day.of_interest)[0]
    rows = []
    for programme in programmes:
        if programme.starts_on >= monday:
            tag = Tag("acc", "stars", _("starts %(day)s") % {"day": in_words(programme.starts_on)})
        else:
            tag = Tag("calm", "flag", _("ends %(day)s") % {"day": in_words(programme.ends_on)})
        rows.append(
            Row(
                title=programme.citizen.name,
                url=link_to("desk:case", programme.reference),
                text=f"{programme.type.name} · {programme.caseworker.name}",
                tag=tag,
            )
        )
    return group(
        "starts_and_ends",
        _("Starts and ends this week") if day.is_working else _("Starts and ends next week"),
        rows,
        more=Link(link_to("closing_notes:list"), _("All closing notes")),
        empty=_("Nobody starts or ends this week.") if day.is_working else _("Nobody starts or ends next week."),
    )


def to_decide(referrals: list[Referral], tasks: list[Line]) -> Group:
    """Referrals by waiting time, and the leader's own tasks (R5, J6)."""
    rows = [
        Row(
            title=referral.citizen.name if referral.citizen else referral.reference,
            url=link_to("referrals:detail", referral.reference),
            text=f"{referral.type.name} · {referral.referring_organisation}",
            tag=Tag(
                "due",
                "clock",
                ngettext("%(days)s day", "%(days)s days", referral.days_waiting) % {"days": referral.days_waiting},
            ),
            actions=[
                Link(
                    link_to("referrals:triage", referral.reference),
                    _("Decide"),
                    hint=referral.citizen.name if referral.citizen else "",
                )
            ],
        )
        for referral in referrals
    ]
    own = [task_row(line) for line in tasks]
    return group(
        "to_decide",
        _("For you to decide"),
        [*own[:4], *rows, *own[4:]],
        more=Link(link_to("referrals:queue"), _("All referrals")),
        empty=_("No referrals are waiting"),
    )


def register_url(register: Summary, day: Day) -> str:
    return link_to("attendance:register", register.workshop_id, day.of_interest)


def workshops(registers: list[Summary], places: list[Places], day: Day) -> list[dict]:
    """Each workshop's register and free places, unfinished registers first (experience 6)."""
    free = {place.workshop.pk: place.free for place in places}
    rows = []
    for register in registers:
        if register.workshop_id not in free:
            continue
        if not register.expected:
            tag = Tag("calm", "dash-circle", _("Nobody expected"))
        elif register.is_missing:
            tag = Tag("late", "exclamation-octagon", _("Missing"))
        elif register.blank:
            words = ngettext("%(count)s not marked", "%(count)s not marked", register.blank)
            tag = Tag("due", "clock", words % {"count": register.blank})
        else:
            tag = Tag("ok", "check-circle", _("Finished"))
        rows.append(
            {"register": register, "url": register_url(register, day), "free": free[register.workshop_id], "tag": tag}
        )
    return rows


def overdue_items(user: User, today: date) -> dict[tuple[int, int], int]:
    """How many lines of checklists are overdue, by centre that the user leads and by caseworker (P9). One query."""
    centres = user.reach.organisations_as(Role.TEAM_LEADER)
    rows = (
        ChecklistItem.objects.filter(is_open=True, due_on__lt=today, programme__centre__in=centres)
        .order_by()
        .values_list("programme__centre", "programme__caseworker")
        .annotate(count=Count("pk"))
    )
    return {(centre, caseworker): count for centre, caseworker, count in rows}


def workload(caseload: Caseload, overdue: int = 0) -> dict:
    """One caseworker's running programmes beside the ceiling (P13)."""
    room = caseload.ceiling - caseload.running
    if room < 0:
        tag = Tag("late", "exclamation-octagon", _("%(count)s over the ceiling") % {"count": -room})
    elif room == 0:
        tag = Tag("due", "flag", _("full"))
    else:
        tag = Tag("calm", "check-lg", ngettext("room for %(count)s", "room for %(count)s", room) % {"count": room})
    return {
        "name": caseload.caseworker.name,
        "running": caseload.running,
        "ceiling": caseload.ceiling,
        "percent": 100 * caseload.running / caseload.ceiling,
        "kind": "late" if room < 0 else "acc",
        "tag": tag,
        "overdue": ngettext("%(count)s overdue on checklists", "%(count)s overdue on checklists", overdue)
        % {"count": overdue}
        if overdue
        else "",
        "overdue_url": f"{link_to('desk:cases')}?overdue=yes&caseworker={caseload.caseworker.pk}",
    }
