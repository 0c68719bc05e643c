"""The course of one programme: its end with the earlier ones, pauses, phases, coordinator (P1, P3, P4)."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.templatetags.dates import short_day
from desk.rows import Row, Tag
from programmes.course import lasting, pausing, phases
from programmes.models import EndChange, Pause, Programme, TeamMember
from programmes.permissions import may_work_on
from programmes.statuses import RUNNING
from programmes.team_functions import coordinator_of


@dataclass
class Course:
    """What the page shows beside the line of time; a list is empty where the type does not use it."""

    ends: list[Row]
    first_end: str
    pauses: list[tuple[Pause, Row, bool]]  # the bool: it can still be ended or called off
    phases: list[Row]
    phase_names: list[tuple[str, bool]]
    coordinators: list[Row]
    coordinator: TeamMember | None
    has_coordinator: bool
    may_change: bool
    may_move_end: bool
    limits: str


def course_of(user: User, programme: Programme) -> Course:
    """The page of one programme for one reader. Four queries, and those of who may change it."""
    changes = list(programme.end_changes.select_related("made_by"))
    members = list(programme.team.filter(is_coordinator=True).select_related("user").order_by("-starts_on", "-pk"))
    today = timezone.localdate()
    now = [one for one in members if one.starts_on <= today and (one.ends_on is None or one.ends_on >= today)]
    function = coordinator_of(programme.type)
    stretches = phases.history_of(programme)
    present = stretches[-1].phase if stretches else None
    may_change = programme.status in RUNNING and may_work_on(user, programme)
    return Course(
        ends=[end_row(change) for change in changes],
        first_end=short_day(changes[-1].earlier_end) if changes else "",
        pauses=[pause_row(pause, programme) for pause in programme.pauses.select_related("agreed_by", "resumed_by")],
        phases=[phase_row(stretch) for stretch in reversed(stretches)],
        phase_names=[(str(phase), phase == present) for phase in programme.type.settings.phases],
        coordinators=[coordinator_row(member) for member in members],
        coordinator=now[0] if now else None,
        has_coordinator=function is not None,
        may_change=may_change,
        may_move_end=lasting.may_be_extended(programme) or lasting.may_be_shortened(programme),
        limits=limits_of(programme),
    )


def end_row(change: EndChange) -> Row:
    words = {"before": short_day(change.earlier_end), "after": short_day(change.new_end)}
    title = (
        _("Extended from %(before)s to %(after)s")
        if change.is_extension
        else _("Shortened from %(before)s to %(after)s")
    )
    agreed = _("Agreed with %(names)s on %(day)s") % {
        "names": change.agreed_with,
        "day": short_day(change.agreed_on),
    }
    told = [change.reason, agreed, change.made_by.name]
    if change.lent_from:
        told.append(_("on a place lent by %(municipality)s") % {"municipality": change.lent_from})
    tag = Tag("due", "exclamation-octagon", _("Too few places")) if change.despite_full else None
    return Row(title=title % words, tag=tag, text=" · ".join(told))


def pause_row(pause: Pause, programme: Programme) -> tuple[Pause, Row, bool]:
    today = timezone.localdate()
    is_over = pause.ends_on is not None and pause.ends_on < today
    tag = None
    if programme.status in RUNNING and not is_over:
        is_now = pause.starts_on <= today
        tag = Tag("calm", "pause-circle", _("now")) if is_now else Tag("acc", "calendar-event", _("ahead"))
    told = [pause.reason]
    if pause.agreed_by:
        told.append(pause.agreed_by.name)
    if pause.resumed_by:
        until = short_day(pause.agreed_until) if pause.agreed_until else _("without an end")
        told.append(
            _("Ended by %(name)s: %(why)s (agreed had been %(until)s)")
            % {"name": pause.resumed_by.name, "why": pause.resumed_why, "until": until}
        )
    title = pausing.in_words(pause)
    row = Row(title=title[:1].upper() + title[1:], tag=tag, text=" · ".join(told))
    return pause, row, programme.status in RUNNING and not is_over


def phase_row(stretch: phases.Stretch) -> Row:
    if stretch.until:
        period = f"{short_day(stretch.starts_on)} – {short_day(stretch.until)}"
    else:
        period = _("since %(day)s") % {"day": short_day(stretch.starts_on)}
    tag = None if stretch.until else Tag("acc", "flag", _("now"))
    told = [period, stretch.reason or _("The programme began"), stretch.begun_by]
    return Row(title=str(stretch.phase), tag=tag, text=" · ".join(word for word in told if word))


def coordinator_row(member: TeamMember) -> Row:
    if member.ends_on:
        period = f"{short_day(member.starts_on)} – {short_day(member.ends_on)}"
    else:
        period = _("since %(day)s") % {"day": short_day(member.starts_on)}
        if member.starts_on > timezone.localdate():
            period = _("from %(day)s") % {"day": short_day(member.starts_on)}
    return Row(title=member.user.name, text=" · ".join(word for word in (period, member.reason) if word))


def limits_of(programme: Programme) -> str:
    """How far the end may be moved, in a sentence; empty where the type sets no limit (P3)."""
    duration, limits = programme.type.settings.duration, lasting.bounds(programme)
    told = []
    if not duration.can_be_extended:
        told.append(_("It cannot be extended."))
    elif limits.latest:
        told.append(_("At the latest %(day)s.") % {"day": short_day(limits.latest)})
    if not duration.can_be_shortened:
        told.append(_("It cannot be shortened."))
    elif duration.minimum_weeks:
        told.append(_("At the earliest %(day)s.") % {"day": short_day(limits.earliest)})
    return " ".join(told)
