"""Filters of the list of referrals; they live in the URL (experience 11)."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from referrals.models import Referral
from referrals.statuses import Status

# Words of the list for several states at once.
GROUPS: dict[str, tuple[Any, list[str]]] = {
    "draft": (_("Drafts"), [Status.DRAFT]),
    "waiting": (_("Under way"), [Status.SUBMITTED, Status.INFORMATION_REQUESTED, Status.WAITING_LIST]),
    "decided": (_("Decided"), [Status.ACCEPTED, Status.REJECTED, Status.WITHDRAWN]),
}


class ReferralFilter(django_filters.FilterSet):
    """`?status=waiting` for a group, `?status=rejected` for one state; anything else is no filter."""

    status = django_filters.ChoiceFilter(
        label=_("Status"),
        empty_label=_("All"),
        choices=[
            *((key, label) for key, (label, _states) in GROUPS.items()),
            *(choice for choice in Status.choices if choice[0] != Status.DRAFT),
        ],
        method="by_status",
    )

    class Meta:
        model = Referral
        fields = ["status"]

    def by_status(self, referrals: QuerySet, name: str, value: str) -> QuerySet:
        states = GROUPS[value][1] if value in GROUPS else [value]
        return referrals.filter(status__in=states)
