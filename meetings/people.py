"""Who can be invited to a meeting of a programme, and who can promise something there."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import Role
from citizens.models import CaseAccess
from meetings.models import STAFF, Meeting
from programmes.models import Programme


def invitable(programme: Programme) -> list[tuple[str, list[User]]]:
    """Users in groups: those around the case, the job centre that referred, other colleagues. Two queries.

    The organiser takes part anyway and is not among them. Only who works there today (T7).
    """
    current = (
        Membership.objects.current()
        .filter(
            Q(organisation=programme.centre_id, role__in=STAFF)
            | Q(organisation=programme.referring_organisation_id, role=Role.REFERRER),
            user__is_active=True,
        )
        .select_related("user")
        .order_by("user__name", "user_id")
    )
    access = CaseAccess.objects.current().filter(citizen=programme.citizen_id, centre=programme.centre_id)
    near_users, near_units = set(), set()
    for user_id, unit_id in access.values_list("user_id", "unit_id"):
        near_users.add(user_id)
        near_units.add(unit_id)
    groups: dict[str, dict[int, User]] = {"near": {}, "referrer": {}, "other": {}}
    for member in current:
        if member.user_id == programme.caseworker_id:
            continue
        if member.role == Role.REFERRER:
            key = "referrer"
        elif member.user_id in near_users or (member.unit_id and member.unit_id in near_units):
            key = "near"
        else:
            key = "other"
        groups[key][member.user_id] = member.user
    others = {pk: user for pk, user in groups["other"].items() if pk not in groups["near"]}
    named = [
        (_("Around the case"), list(groups["near"].values())),
        (str(programme.referring_organisation), list(groups["referrer"].values())),
        (_("Colleagues"), list(others.values())),
    ]
    return [(name, users) for name, users in named if users]


def inside(meeting: Meeting) -> list[User]:
    """The organiser and the users who are invited. One query, none when the participants are there already."""
    users: Iterable[User | None] = (participant.user for participant in meeting.participants.all())
    return [meeting.organiser, *(user for user in users if user and user.pk != meeting.organiser_id)]
