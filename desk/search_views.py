"""The search page (experience 10). Nothing here changes anything."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from desk import search as finding
from desk.portfolio import status_tag
from desk.rows import Tag, link_to
from programmes.models import Programme


@require_http_methods(["GET", "POST"])
def search(request: SignedIn) -> HttpResponse:
    """Find a case by part of a name or by reference (experience 10). What looks like an identity number is refused
    and never repeated: a form sends it by POST, and an address that holds one is left at once (T10)."""
    text = finding.cleaned((request.POST if request.method == "POST" else request.GET).get("q", ""))
    if finding.looks_like_number(text):
        messages.warning(request, number_refused())
        return redirect("desk:search")
    if request.method == "POST":
        return redirect(f"{request.path}?{urlencode({'q': text})}")
    found = None
    if reference := finding.as_reference(text):
        look(request, f"search {reference}", kind=Access.Kind.SEARCH)
        hit = finding.by_reference(request.user, reference)
        if hit is not None:
            return redirect("desk:case" if isinstance(hit, Programme) else "referrals:detail", hit.reference)
    elif text:
        found = finding.by_name(request.user, text)
        look(request, f"search by name, {len(found)} found", kind=Access.Kind.SEARCH)
    return render(request, "desk/search.html", {"q": text, "found": found, "results": results(found) if found else []})


def number_refused() -> str:
    return _("Identity numbers are not searched here. Use the name or the case number.")


def results(found: finding.Found) -> list[dict]:
    """Rows for what was found: programmes first, then referrals that are not programmes yet."""
    programmes = [
        {
            "title": programme.citizen.name,
            "url": link_to("desk:case", programme.reference),
            "text": f"{programme.type.name} · {programme.reference} · {programme.caseworker.name}",
            "tag": status_tag(programme),
        }
        for programme in found.programmes
    ]
    referrals = [
        {
            "title": referral.citizen.name if referral.citizen else referral.reference,
            "url": link_to("referrals:detail", referral.reference),
            "text": f"{referral.type.name} · {referral.reference}",
            "tag": str(Tag("info", "inbox", referral.get_status_display())),
        }
        for referral in found.referrals
    ]
    return [*programmes, *referrals]
