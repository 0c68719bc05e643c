"""The head of a case, or its tabs alone, on the pages of plans, attendance and closing notes."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from desk.case.head import case_of, head_of, keys_of, tabs_of
from programmes.models import Programme

register = template.Library()


@register.inclusion_tag("desk/_case_head.html", takes_context=True)
def case_head(context: template.Context, programme: Programme, current: str = "") -> dict[str, Any]:
    """Who, status, week, next date, contacts, what now and the tabs of a case, as the signed-in user may see it.

    `current` is the page that includes it: timeline, plan, attendance or note. Four queries. Nothing is shown of a
    case that the user may not see.
    """
    user = context["request"].user
    found = case_of(user, programme.reference)
    return {"head": head_of(user, found, current=current) if found else None, "user": user}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def case_tabs(context: template.Context, programme: Programme, current: str) -> dict[str, Any]:
    """The tabs of a case alone, for a page with a heading of its own; the same ones as under the head. One query.

    `current` is as for `case_head`. Nothing is shown of a case that the user may not see.
    """
    found: Any = case_of(context["request"].user, programme.reference)
    roles = set(found.held_roles) if found else set()
    return {
        "label": _("Pages of the case"),
        "tabs": tabs_of(found, roles) if found else [],
        "current": dict(keys_of(found, roles)).get(current, "") if found else "",
    }
