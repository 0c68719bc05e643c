"""The search page and what the palette shows while one types (experience 10). Nothing here changes anything."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from desk.case.head import STATUS_TAGS, in_language
from desk.rows import Tag, link_to
from desk.search import cases as finding
from desk.search.texts import passages
from programmes.statuses import Status
from referrals.statuses import Status as ReferralStatus

SUGGESTED = 8


@require_http_methods(["GET", "POST"])
def search(request: SignedIn) -> HttpResponse:
    """Find cases by name or reference, or words in the texts with `?in=texts` (experience 10, J1).

    An identity number is looked up when a form sends it by POST; an address that holds one is left at once (T10).
    """
    text = finding.cleaned((request.POST if request.method == "POST" else request.GET).get("q", ""))
    if finding.looks_like_number(text):
        return look_up(request, text) if request.method == "POST" else refuse_number(request, "desk:search")
    in_texts = (request.POST if request.method == "POST" else request.GET).get("in") == "texts"
    if request.method == "POST":
        return redirect(address(text, in_texts=in_texts))
    context: dict[str, Any] = {"q": text, "in_texts": in_texts, "tabs": tabs(text), "tab": address(text, in_texts)}
    if text and in_texts:
        context["passages"], context["has_more"] = passages(request.user, text)
        log_passages(request, context["passages"])
    elif text:
        found = finding.find(request.user, text)
        log_found(request, text, found)
        if finding.as_reference(text) and found.hits:
            return redirect(url_of(found.hits[0]))
        context |= {"rows": rows(found.hits), "similar": rows(found.similar), "has_more": found.has_more}
    return render(request, "desk/search.html", context)


@require_POST
def suggestions(request: SignedIn) -> HttpResponse:
    """What the palette shows for the text so far. By POST, so that no address holds the beginning of a number (T10).

    A number itself is looked up only when it is sent, not while it is typed.
    """
    text = finding.cleaned(request.POST.get("q", ""))
    is_number = finding.looks_like_number(text)
    found = finding.Found([], [], False)
    if text and not is_number:
        found = finding.find(request.user, text, shown=SUGGESTED)
        log_found(request, text, found)
    context = {
        "q": text,
        "is_number": is_number,
        "is_whole": is_number and finding.is_whole_number(text),
        "rows": rows(found.hits),
        "similar": rows(found.similar),
        "more_url": address(text),
        "texts_url": address(text, in_texts=True),
        "has_more": found.has_more,
        "said": count_in_words(found),
    }
    return render(request, "desk/_suggestions.html", context)


def look_up(request: SignedIn, text: str) -> HttpResponse:
    """Go to the case of an identity number. Whoever has none and whoever is not theirs to find get the same answer.

    The log keeps whose number it was and never the number; many in a short time are refused (T5, T10).
    """
    if finding.looks_up_too_much(request.user):
        look(request, "too many searches by identity number", kind=Access.Kind.DENIED)
        messages.warning(
            request, _("You have looked up many numbers in a short time. Wait a little, or use names and case numbers.")
        )
        return redirect("desk:search")
    if not finding.is_whole_number(text):
        messages.warning(request, _("That is not a whole identity number. Check the figures and send it again."))
        return redirect("desk:search")
    found = finding.by_number(request.user, text)
    look(request, finding.NUMBER_LOOK_UP, citizen_id=found.citizen_id, kind=Access.Kind.SEARCH)
    if found.hit is None:
        messages.warning(request, _("None of the cases that you may see has this identity number."))
        return redirect("desk:search")
    return redirect(url_of(found.hit))


def refuse_number(request: HttpRequest, route: str, *args: str) -> HttpResponse:
    """Leave an address that holds an identity number for one that does not, saying why (T10)."""
    messages.warning(request, _("Addresses are kept, so identity numbers are not searched there. Press / to search."))
    return redirect(route, *args)


def log_found(request: SignedIn, text: str, found: finding.Found) -> None:
    """The search without what was typed, unless that was a whole reference (T5)."""
    if reference := finding.as_reference(text):
        look(request, f"search {reference}", kind=Access.Kind.SEARCH)
    else:
        by = "reference" if finding.references_of(text) else "name"
        look(request, f"search by {by}, {len(found) + len(found.similar)} found", kind=Access.Kind.SEARCH)


def log_passages(request: SignedIn, found: list) -> None:
    """A line for each citizen of whom words are shown, or one that says that there was nobody (T5)."""
    for citizen_id in dict.fromkeys(passage.citizen_id for passage in found):
        look(request, "search in texts", citizen_id=citizen_id, kind=Access.Kind.SEARCH)
    if not found:
        look(request, "search in texts, 0 found", kind=Access.Kind.SEARCH)


def address(text: str, in_texts: bool = False) -> str:
    """The page of one search; it never holds an identity number."""
    if finding.looks_like_number(text):
        text = ""
    asked = {"q": text} | ({"in": "texts"} if in_texts else {})
    return f"{link_to('desk:search')}?{urlencode(asked)}"


def tabs(text: str) -> list[tuple[str, str, str]]:
    return [(_("Cases"), address(text), ""), (_("Texts"), address(text, in_texts=True), "")]


def count_in_words(found: finding.Found) -> str:
    """What a screen reader hears while one types: `3 cases found`, `No case found, 2 similar names`."""
    if found.similar and not found.hits:
        count = len(found.similar)
        return ngettext("No case found, %(count)s similar name", "No case found, %(count)s similar names", count) % {
            "count": count
        }
    if not found.hits:
        return _("No case found")
    count = len(found.hits)
    return ngettext("%(count)s case found", "%(count)s cases found", count) % {"count": count}


def url_of(hit: finding.Hit) -> str:
    return link_to("desk:case" if hit.kind == "programme" else "referrals:detail", hit.reference)


def rows(hits: list[finding.Hit]) -> list[dict[str, Any]]:
    """What components/row.html and the palette take."""
    found = []
    for hit in hits:
        if hit.kind == "programme":
            status = Status(hit.status)
            tag = Tag(*STATUS_TAGS[status], str(status.label))
        else:
            tag = Tag("info", "inbox", str(ReferralStatus(hit.status).label))
        about = [in_language(hit.type_name), format_html('<span class="t-nowrap">{}</span>', hit.reference)]
        about += [hit.caseworker] if hit.caseworker else []
        text = format_html_join(" · ", "{}", ((one,) for one in about))
        found.append({"title": hit.name or hit.reference, "url": url_of(hit), "text": text, "tag": str(tag)})
    return found
