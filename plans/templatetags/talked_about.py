"""What a meeting was about, on the page of the meeting (C5)."""

from typing import Any

from django import template

from meetings.models import Meeting
from plans.evidence.talked_about import lines_of, may_name

register = template.Library()


@register.inclusion_tag("plans/_talked_about.html", takes_context=True)
def subgoals_talked_about(context: template.Context, meeting: Meeting) -> dict[str, Any]:
    """The subgoals that the meeting was about, with a button for each to those who name them."""
    request = context["request"]
    lines = lines_of(request.user, meeting)
    may = bool(lines) and may_name(request.user, meeting)
    return {"meeting": meeting, "lines": lines, "may_name": may, "csrf_token": context.get("csrf_token")}
