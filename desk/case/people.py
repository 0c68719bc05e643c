"""Who is around a case: the team, the citizen's own access, and a protected name (P1, P13, experience 27)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import SignedIn
from accounts.roles import Role
from citizens.models import Citizen
from core.templatetags.dates import short_day
from desk.rows import Link, Row, Tag, link_to
from programmes.models import Programme, TeamMember
from programmes.people import team
from programmes.permissions import may_work_on
from programmes.rights import protection
from programmes.rights.citizen_access import access_of

# Who reads this page; what somebody is on the team for can tell of health, so a workshop and a referrer do not (P16).
READERS = {Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST}
UNCOVERED = "uncovered"
UNCOVERED_FOR = timedelta(minutes=15)


@dataclass
class People:
    """What the page shows. `person` holds what is protected, as long as it is uncovered for this user."""

    team: list[Row]
    before: list[Row]
    may_change: bool
    may_uncover: bool
    uncovered_until: datetime | None
    person: dict[str, str]
    has_access: bool
    way_in: str


def people_of(request: SignedIn, programme: Programme) -> People:
    """The page of one programme for one reader. Three queries, and none for who is only reading."""
    now, before = team.members_of(programme)
    may_change = may_work_on(request.user, programme)
    may_uncover = programme.citizen.is_protected and protection.may_uncover(request.user, programme)
    until = uncovered_until(request, programme.citizen) if may_uncover else None
    return People(
        team=[member_row(member, programme, may_change) for member in now],
        before=[member_row(member, programme, may_change=False) for member in before],
        may_change=may_change,
        may_uncover=may_uncover,
        uncovered_until=until,
        person=facts_of(programme.citizen) if until else {},
        has_access=may_change and access_of(programme) is not None,
        way_in=way_in(programme.citizen),
    )


def member_row(member: TeamMember, programme: Programme, may_change: bool) -> Row:
    """One person on the team: what they do there, since when and until when."""
    today = timezone.localdate()
    tag = None
    if member.starts_on > today:
        tag = Tag("acc", "calendar-event", _("from %(day)s") % {"day": short_day(member.starts_on)})
    elif member.ends_on and member.ends_on >= today:
        tag = Tag("calm", "calendar-event", _("until %(day)s") % {"day": short_day(member.ends_on)})
    if member.ends_on:
        period = f"{short_day(member.starts_on)} – {short_day(member.ends_on)}"
    else:
        period = _("since %(day)s") % {"day": short_day(member.starts_on)}
    end = Link(link_to("desk:team_end", programme.reference, member.pk), _("Take off the team"), hint=member.user.name)
    return Row(
        title=member.user.name,
        text=f"{member.function_name} · {period}",
        tag=tag,
        actions=[end] if may_change and not member.is_coordinator else [],  # who is handed over on the course's page
    )


def way_in(citizen: Citizen) -> str:
    """How a code would reach the citizen; a protected number is not told."""
    ways = {"phone": _("the telephone number"), "email": _("the e-mail address")}
    shown = [
        str(word) if citizen.is_protected else getattr(citizen, name)
        for name, word in ways.items()
        if getattr(citizen, name)
    ]
    if len(shown) < 2:
        return "".join(shown)
    return _("%(first)s or %(second)s") % {"first": shown[0], "second": shown[1]}


def facts_of(citizen: Citizen) -> dict[str, str]:
    """What a protected citizen is called and where to be found, by label."""
    facts = {
        _("Name"): f"{citizen.first_name} {citizen.last_name}".strip(),
        _("Telephone"): citizen.phone,
        _("E-mail"): citizen.email,
        _("Address"): citizen.address,
    }
    return {label: value or "–" for label, value in facts.items()}


def uncover(request: SignedIn, citizen: Citizen) -> None:
    """Let this user see the protected facts of this citizen for a quarter of an hour; the caller has logged why."""
    shown: dict[str, Any] = request.session.get(UNCOVERED, {})
    request.session[UNCOVERED] = {**shown, str(citizen.pk): (timezone.now() + UNCOVERED_FOR).timestamp()}


def uncovered_until(request: SignedIn, citizen: Citizen) -> datetime | None:
    """Until when the protected facts are shown to this user; None when they are not."""
    at = request.session.get(UNCOVERED, {}).get(str(citizen.pk))
    until = datetime.fromtimestamp(at, tz=timezone.get_current_timezone()) if at else None
    return until if until and until > timezone.now() else None
