"""The head of a case on the pages of plans, attendance and closing notes."""

from typing import Any

from django import template

from desk.case_head import case_of, head_of
from programmes.models import Programme

register = template.Library()


@register.inclusion_tag("desk/_case_head.html", takes_context=True)
def case_head(context: template.Context, programme: Programme, current: str = "") -> dict[str, Any]:
    """Who, status, week, next date, contacts, what now and the tabs of a case, as the signed-in user may see it.

    `current` is the page that includes it: timeline, plan, attendance or note. Three queries. Nothing is shown of a
    case that the user may not see.
    """
    user = context["request"].user
    found = case_of(user, programme.reference)
    return {"head": head_of(user, found, current=current) if found else None}
