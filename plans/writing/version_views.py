"""The versions of a plan, two of them side by side (L2)."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from plans.models import Version
from plans.permissions import reading
from plans.requests import plan_or_404
from plans.writing.comparing import compare, readable_versions
from programmes.permissions import roles_in


@require_GET
def versions(request: SignedIn, reference: str) -> HttpResponse:
    """`?before=1&after=3` chooses two versions; the last two unless said. 404 for one that is not the reader's."""
    plan = plan_or_404(request, reference)
    may_read = reading(roles_in(request.user, plan.programme))
    found = readable_versions(plan, may_read)
    chosen = [of_number(found, request.GET[name]) for name in ("before", "after") if name in request.GET]
    pair = sorted(chosen, key=lambda version: version.number) if len(chosen) == 2 else found[-2:]
    context = {
        "plan": plan,
        "programme": plan.programme,
        # The reason may name a goal of health, so it goes with what is read before it is agreed.
        "reads_why": may_read.drafts,
        "versions": found,
        "comparison": compare(pair[0], pair[1], may_read) if len(pair) == 2 else None,
    }
    return render(request, "plans/versions.html", context)


def of_number(versions: list[Version], number: str) -> Version:
    version = next((version for version in versions if str(version.number) == number), None)
    if version is None:
        raise Http404
    return version
