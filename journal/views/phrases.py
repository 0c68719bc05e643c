"""A centre's standard phrases: for administrators and team leaders (U4)."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedIn
from accounts.roles import Role
from core.exceptions import NotAllowed
from core.http import UNPROCESSABLE
from journal.forms import PhraseForm
from journal.models import Phrase
from journal.phrases import remove_phrase, save_phrase


def centres_of(request: SignedIn) -> set[int]:
    """Where the user keeps phrases; NotAllowed where that is nowhere."""
    centres = request.user.reach.organisations_as(Role.TEAM_LEADER, Role.ADMINISTRATOR)
    if not centres:
        raise NotAllowed
    return centres


@require_GET
def phrases(request: SignedIn) -> HttpResponse:
    """The phrases by centre and language."""
    centres = centres_of(request)
    found = (
        Phrase.objects.visible_to(request.user).select_related("centre").order_by("language", "centre__name", "name")
    )
    return render(request, "journal/phrases.html", {"phrases": found, "several": len(centres) > 1})


@require_http_methods(["GET", "POST"])
def new_phrase(request: SignedIn) -> HttpResponse:
    centres = centres_of(request)
    return edit(request, PhraseForm(request.POST or None, centres=centres, initial={"language": request.user.language}))


@require_http_methods(["GET", "POST"])
def phrase(request: SignedIn, pk: int) -> HttpResponse:
    found = phrase_or_404(request, pk)
    centres = centres_of(request)
    return edit(request, PhraseForm(request.POST or None, instance=found, centres=centres), found)


@require_POST
def remove(request: SignedIn, pk: int) -> HttpResponse:
    remove_phrase(phrase=phrase_or_404(request, pk), by=request.user)
    messages.success(request, _("The phrase is gone"))
    return redirect("journal:phrases")


def edit(request: SignedIn, form: PhraseForm, found: Phrase | None = None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save_phrase(phrase=form.save(commit=False), by=request.user)
        except IntegrityError:  # the same name at the same moment
            form.add_error("name", _("There is a phrase with this name already"))
        else:
            messages.success(request, _("The phrase is saved"))
            return redirect("journal:phrases")
    context: dict[str, Any] = {"form": form, "phrase": found}
    return render(request, "journal/phrase.html", context, status=UNPROCESSABLE if form.errors else 200)


def phrase_or_404(request: SignedIn, pk: int) -> Phrase:
    return get_object_or_404(Phrase.objects.visible_to(request.user), pk=pk)
