"""What the case page shows beside its timeline: what can be done, hours by week, the citizen's other cases (P17)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from core.calendar import monday_of
from core.charts import week_bars
from desk.case.head import Head, in_language
from desk.rows import Link, link_to
from journal.permissions import may_write as may_write_notes
from programmes.models import Programme
from programmes.statuses import RUNNING, Status
from referrals.models import Referral
from referrals.statuses import Status as ReferralStatus


def actions_of(head: Head) -> list[Link]:
    """What the reader can begin from the case page: the row of buttons above the timeline.

    Each line asks the `permissions` of the app that it leads to; no query.
    """
    actions = []
    if may_write_notes(head.roles):
        actions.append(Link(link_to("desk:new_note", head.programme.reference), _("New note"), "pencil"))
    return actions + corrections_of(head)


def corrections_of(head: Head) -> list[Link]:
    """The citizen's details, and the ways out of a programme before its time (K2, K4)."""
    programme = head.programme
    if head.roles.isdisjoint({Role.CASEWORKER, Role.TEAM_LEADER}):
        return []
    links = [Link(link_to("desk:citizen", programme.citizen_id), _("Details of the citizen"), "person")]
    is_ahead = programme.status == Status.PLANNED and programme.starts_on > timezone.localdate()
    if is_ahead and programme.referral_reference and Role.TEAM_LEADER in head.roles:
        page = link_to("referrals:take_back", programme.referral_reference)
        links.append(Link(page, _("Take back the acceptance"), "arrow-counterclockwise"))
    elif programme.status in RUNNING and not is_ahead:
        links.append(Link(link_to("desk:end", programme.reference), _("End the programme"), "flag"))
    return links


def hours_by_week(head: Head) -> dict[str, Any] | None:
    """Bars of agreed and attended hours of the last weeks, of what was registered (A9, P12). No query."""
    weeks: dict[date, tuple[int, int]] = {}
    for day, agreed, attended in head.days:
        before = weeks.get(monday_of(day), (0, 0))
        weeks[monday_of(day)] = (before[0] + agreed, before[1] + attended)
    bars = [(str(monday.isocalendar().week), *sums) for monday, sums in weeks.items() if sums[0]]
    return week_bars(bars, sentence=_("Attended and agreed hours by week")) if bars else None


@dataclass(frozen=True)
class Other:
    """Another programme or referral of the same citizen (P17)."""

    reference: str
    url: str
    name: str
    status: str


def others_of(user: User, programme: Any) -> list[Other]:
    """The citizen's other programmes and referrals that the reader may see (P17). One query where there are any."""
    if not programme.has_others:
        return []
    columns = ("kind", "reference", "status", "type__definition__name")
    programmes = (
        Programme.objects.visible_to(user)
        .filter(citizen=programme.citizen_id)
        .exclude(pk=programme.pk)
        .annotate(kind=Value("programme", CharField()))
    )
    referrals = (
        Referral.objects.visible_to(user)
        .filter(citizen=programme.citizen_id, programme=None)
        .annotate(kind=Value("referral", CharField()))
    )
    found = []
    for kind, reference, status, names in (
        programmes.values_list(*columns).union(referrals.values_list(*columns), all=True).order_by("-reference")[:10]
    ):
        is_programme = kind == "programme"
        found.append(
            Other(
                reference=reference,
                url=link_to("desk:case" if is_programme else "referrals:detail", reference),
                name=in_language(names),
                status=str((Status if is_programme else ReferralStatus)(status).label),
            )
        )
    return found
