"""Today of those who do not work with cases: citizen, and whoever holds no role."""

from django.utils.translation import gettext as _

from accounts.models import User
from attendance.models import ExpectedAttendance
from core.templatetags.dates import clock, hours
from core.templatetags.dates import day as in_words
from desk.own.pages import recent_of, where_for_citizen
from desk.rows import Group, Link, Now, Row, Tag, link_to
from desk.today.board import Today, greeting, phone_link
from desk.today.days import Day
from programmes.models import Programme

DAYS_SHOWN = 5


def own_greeting(user: User, programmes: list[Programme]) -> str:
    """A protected name is not said, not even on the own page: somebody may look over the shoulder (experience 27)."""
    return _("Welcome") if any(programme.citizen.is_protected for programme in programmes) else greeting(user)


def citizen(user: User, day: Day) -> Today:
    """The citizen's own plan, next days and attendance (L5)."""
    programmes = list(
        Programme.objects.visible_to(user)
        .running()
        .select_related("type", "caseworker", "centre", "citizen")
        .order_by("starts_on", "pk")[:5]
    )
    slots = list(
        ExpectedAttendance.objects.filter(programme__in=programmes, day__gte=day.today, state="")
        .select_related("workshop__unit", "placement")
        .order_by("day", "starts")[:DAYS_SHOWN]
    )
    now = None
    if slots:
        first = slots[0]
        when = _("Today") if first.day == day.today else in_words(first.day)
        now = Now(
            _("Next"),
            _("%(day)s at %(time)s: %(workshop)s")
            % {
                "day": when[:1].upper() + when[1:],
                "time": clock(first.starts),
                "workshop": where_for_citizen(first, programmes),
            },
            "",
            Link(link_to("desk:own_plan"), _("My plan"), "flag"),
        )
    elif programmes:
        now = Now(
            _("Next"),
            _("You have no agreed days right now."),
            _("%(name)s can tell you what comes next.") % {"name": programmes[0].caseworker.name},
            Link(link_to("desk:own_plan"), _("My plan"), "flag"),
        )
    recent = recent_of(programmes)
    attended, agreed = recent.attended, recent.agreed
    return Today(
        title=own_greeting(user, programmes),
        lead=day.note,
        now=now,
        groups=[
            Group(
                "days",
                _("Your next days"),
                [
                    Row(
                        title=in_words(slot.day)[:1].upper() + in_words(slot.day)[1:],
                        text=f"{clock(slot.starts)}–{clock(slot.ends)} · {where_for_citizen(slot, programmes)}",
                    )
                    for slot in slots
                ],
                empty=_("No days are agreed yet."),
            ),
            Group(
                "attendance",
                _("Your attendance"),
                [
                    Row(
                        title=_("%(attended)s of %(agreed)s hours")
                        % {"attended": hours(attended), "agreed": hours(agreed)},
                        text=_("The last four weeks"),
                        actions=[
                            Link(link_to("desk:own_attendance"), _("See the attendance"))
                            for programme in programmes[:1]
                        ],
                    )
                ]
                if agreed
                else [],
                empty=_("Nothing is registered yet."),
            ),
            Group(
                "programmes",
                _("Your programme"),
                [
                    Row(
                        title=programme.type.name,
                        text=f"{programme.centre} · {programme.caseworker.name}",
                        tag=Tag(
                            "ok",
                            "play-circle",
                            _("Week %(week)s of %(weeks)s")
                            % {"week": programme.present_week, "weeks": programme.weeks},
                        ),
                        actions=[phone_link(phone, programme.caseworker.name)]
                        if (phone := programme.caseworker.phone)
                        else [],
                    )
                    for programme in programmes
                ],
                empty=_("No programme is under way. Your job centre knows what comes next."),
            ),
        ],
    )


def no_role(user: User, day: Day) -> Today:
    return Today(
        title=greeting(user),
        now=Now(_("Start here"), _("You hold no role today."), _("Ask your administrator to give you one.")),
    )
