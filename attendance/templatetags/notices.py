"""The notices of a case on a page about its attendance (A2)."""

from typing import Any

from django import template

from attendance.models import Notice
from attendance.permissions import may_give_notice
from programmes.models import Programme
from programmes.statuses import RUNNING

register = template.Library()
AT_MOST = 20


@register.inclusion_tag("attendance/_notices.html", takes_context=True)
def notices_of(context: dict[str, Any], programme: Programme) -> dict[str, Any]:
    """`{% notices_of programme %}`: the latest first, for whoever may give one; one query."""
    notices = Notice.objects.filter(programme=programme).select_related("given_by", "taken_back_by")[:AT_MOST]
    may_give = programme.status in RUNNING and may_give_notice(context["request"].user, programme)
    return {"programme": programme, "notices": notices, "may_give": may_give}
