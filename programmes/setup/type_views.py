"""The programme types of the installation: what each version says, its file, and a new version out of a changed one."""

from collections import Counter, defaultdict
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import administers_a_centre
from accounts.requests import SignedIn
from accounts.roles import Role
from core.exceptions import NotAllowed, Refused
from core.http import CONFLICT, UNPROCESSABLE
from programmes.models import ProgrammeType
from programmes.setup.type_forms import TypeForm
from programmes.setup.types_in_words import differences, groups_of
from programmes.types import catalogue
from programmes.types.definition import Definition
from programmes.types.reading import BrokenCatalogue, count_of, definition_from


@require_GET
def types(request: SignedIn) -> HttpResponse:
    """Every type with its newest version, since when, and what was begun under any version. Two queries."""
    may_read(request)
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for one in begun_under(ProgrammeType.objects.defer("definition")):
        used[one.key].update(in_programmes=one.in_programmes, in_referrals=one.in_referrals)
    rows = [(one, used[one.key]) for one in sorted(catalogue.latest_types(), key=lambda one: one.name.casefold())]
    return render(request, "setup/types.html", {"rows": rows, "may_change": administers_a_centre(request.user)})


@require_GET
def newest(request: SignedIn, key: str) -> HttpResponse:
    may_read(request)
    found = catalogue.latest_type(key)
    if found is None:
        raise Http404
    return redirect("setup:type", key, found.version)


@require_GET
def version(request: SignedIn, key: str, version: int) -> HttpResponse:
    """One version in words, the others as links, and what it changed against the one before."""
    may_read(request)
    shown = version_or_404(key, version)
    versions = list(begun_under(ProgrammeType.objects.filter(key=key)).order_by("-version"))
    earlier = next((one for one in versions if one.version < version), None)
    page = {
        "type": shown,
        "newest": versions[0],
        "versions": versions,
        "groups": groups_of(shown.settings),
        "earlier": earlier,
        "differences": differences(earlier.settings, shown.settings) if earlier else [],
        "may_change": administers_a_centre(request.user),
    }
    return render(request, "setup/type.html", page)


@require_GET
def as_file(request: SignedIn, key: str, version: int) -> HttpResponse:
    """The version as a file that can be changed and uploaded again."""
    may_read(request)
    found = version_or_404(key, version)
    response = HttpResponse(catalogue.as_file(found), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}.yaml"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedIn) -> HttpResponse:
    """A file or its text, judged by key and line; then what differs from the version in use; then a new version.

    `?type=<key>` begins with the text of the type's newest version. Nothing is changed before the last button.
    """
    if not administers_a_centre(request.user):
        raise NotAllowed
    if request.method != "POST":
        begun = catalogue.latest_type(request.GET.get("type", "")[:60])
        form = TypeForm(initial={"text": catalogue.as_file(begun) if begun else ""})
        return render(request, "setup/upload_type.html", {"form": form, "begun": begun})
    form = TypeForm(request.POST, request.FILES)
    if not form.is_valid():
        return wrong(request, form)
    known = ProgrammeType.objects.values_list("key", flat=True).distinct()
    try:
        definition = definition_from(form.cleaned_data["text"].encode(), form.file_name, known=known)
    except BrokenCatalogue as broken:
        form = form.with_text()
        form.add_problems(broken.problems)
        return wrong(request, form, summary=count_of(broken.problems))
    if "take" not in request.POST:
        return preview(request, form, definition)
    try:
        taken = catalogue.take_into_use(definition=definition, seen=form.cleaned_data["seen"] or 0, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return preview(request, form, definition, status=CONFLICT)
    messages.success(
        request, _("Version %(version)s of %(type)s is in use") % {"version": taken.version, "type": taken.name}
    )
    return redirect("setup:type", taken.key, taken.version)


def preview(request: SignedIn, form: TypeForm, definition: Definition, status: int = 200) -> HttpResponse:
    """What would change, and who keeps the version in use; the text goes along to be sent once more."""
    present = catalogue.latest_type(definition.key)
    versions = list(begun_under(ProgrammeType.objects.filter(key=definition.key).defer("definition")))
    kept = {
        "programmes": sum(one.in_programmes for one in versions),
        "referrals": sum(one.in_referrals for one in versions),
    }
    is_same = present is not None and present.definition == catalogue.as_stored(definition)
    page = {
        "definition": definition,
        "present": present,
        "next": present.version + 1 if present else 1,
        "is_same": is_same,
        "kept": kept,
        "differences": differences(present.settings, definition) if present else [],
        "groups": [] if present else groups_of(definition),
        "text": form.cleaned_data["text"],
    }
    return render(request, "setup/preview_type.html", page, status=status)


def begun_under(versions: QuerySet[ProgrammeType]) -> QuerySet[Any]:
    """The versions, each with how many programmes and referrals were begun under it.

    Counted apart: joined to both, a type would be as many rows as the one number times the other.
    """
    return versions.annotate(in_programmes=number_of("programmes"), in_referrals=number_of("referrals"))


def number_of(relation: str) -> Coalesce:
    begun = ProgrammeType.objects.filter(pk=OuterRef("pk")).order_by().values("pk").annotate(count=Count(relation))
    return Coalesce(Subquery(begun.values("count")), 0)


def wrong(request: SignedIn, form: TypeForm, summary: str = "") -> HttpResponse:
    return render(request, "setup/upload_type.html", {"form": form, "summary": summary}, status=UNPROCESSABLE)


def may_read(request: SignedIn) -> None:
    """Administrators keep the types, team leaders work by them; others meet them in their cases only."""
    if not request.user.has_role(Role.ADMINISTRATOR, Role.TEAM_LEADER):
        raise NotAllowed


def version_or_404(key: str, version: int) -> ProgrammeType:
    found = ProgrammeType.objects.filter(key=key, version=version).first() if version < 2**31 else None
    if found is None:
        raise Http404
    return found
