"""The team leader decides, and the short texts that either side sends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.requests import SignedIn
from accounts.roles import Role
from audit import log
from audit.models import Access
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from referrals import actions
from referrals.drafts import name_shown
from referrals.models import Referral
from referrals.permissions import may_decide, may_move, may_take_back, open_moves
from referrals.statuses import MOVES, Status
from referrals.triage import TriageForm
from referrals.views.reading import refused, visible
from referrals.words import WordsForm

# More than a centre ever has waiting; the page says so if it is reached.
AT_MOST = 200


def queue(request: SignedIn) -> HttpResponse:
    """Referrals by waiting time, the oldest that can be decided open on top (R5)."""
    if not request.user.has_role(Role.TEAM_LEADER):
        raise NotAllowed
    waiting = list(
        Referral.objects.visible_to(request.user)
        .for_centre_of(request.user)
        .in_triage()
        .select_related("citizen", "type", "centre", "referring_organisation", "referrer")[:AT_MOST]
    )
    types = {referral.type.key: referral.type.name for referral in waiting}
    # What waits for no type is no filter, and is not marked either.
    chosen = request.GET.get("type", "") if request.GET.get("type", "") in types else ""
    if chosen:
        waiting = [referral for referral in waiting if referral.type.key == chosen]
    listed = [referral for referral in waiting if referral.status != Status.WAITING_LIST]
    first = next((referral for referral in listed if Status.ACCEPTED in MOVES[referral.status]), None)
    log.look(request, "referral queue", kind=Access.Kind.LIST)
    context: dict[str, Any] = {
        "first": first,
        "others": [referral for referral in listed if referral != first],
        "on_list": [referral for referral in waiting if referral.status == Status.WAITING_LIST],
        "count": len(listed),
        "views": [
            (_("All"), "?", not chosen),
            *((name, f"?type={key}", key == chosen) for key, name in sorted(types.items(), key=lambda one: one[1])),
        ]
        if len(types) > 1
        else [],
    }
    if first is not None:
        log.look(request, first, citizen_id=first.citizen_id)
        context |= card(request, first, TriageForm(referral=first, judged=False))
    return render(request, "referrals/queue.html", context)


def card(request: SignedIn, referral: Referral, form: TriageForm) -> dict[str, Any]:
    """What `referrals/_triage.html` shows of one referral."""
    return {
        "referral": referral,
        "triage": form,
        "moves": open_moves(request.user, referral),
        "weekly_minutes": int(referral.weekly_hours * 60) if referral.weekly_hours else None,
    }


def triage(request: SignedIn, reference: str) -> HttpResponse:
    """Accept a referral: start, caseworker, workshop and week (R5)."""
    referral = visible(request, reference)
    if not may_decide(request.user, referral):
        raise NotAllowed
    if Status.ACCEPTED not in MOVES[referral.status]:
        if request.method == "POST":
            return refused(request, reference, already_decided(referral))
        return redirect("referrals:detail", reference)
    if request.method != "POST":
        return show_triage(request, referral, TriageForm(referral=referral, judged=False))
    if request.POST.get("go") == "show":
        return show_triage(request, referral, TriageForm(request.POST, referral=referral, judged=False))
    form = TriageForm(request.POST, referral=referral)
    if not form.is_valid():
        return show_triage(request, referral, form, status=UNPROCESSABLE)
    try:
        programme = actions.accept(referral=referral, by=request.user, **form.decision)
    except Refused as refusal:
        referral = visible(request, reference)
        if Status.ACCEPTED not in MOVES[referral.status]:
            return refused(request, reference, already_decided(referral))
        form.add_error(None, str(refusal))
        return show_triage(request, referral, form, status=UNPROCESSABLE)
    messages.success(
        request,
        _("The referral is accepted. The programme has the reference %(reference)s")
        % {"reference": programme.reference},
    )
    return redirect("referrals:queue")


def already_decided(referral: Referral) -> str:
    return _("This referral is not waiting for that any more. Its status is now: %(status)s") % {
        "status": referral.get_status_display().lower()
    }


def show_triage(request: SignedIn, referral: Referral, form: TriageForm, status: int = 200) -> HttpResponse:
    log.look(request, referral, citizen_id=referral.citizen_id)
    context = card(request, referral, form) | {"form": form if form.is_bound else None}
    return render(request, "referrals/triage.html", context, status=status)


@dataclass(frozen=True)
class Say:
    """One move that consists of a text: its words, and the action that it calls."""

    to: Status
    act: Callable[..., Referral]
    argument: str
    title: str
    label: str
    submit: str
    done: str
    missing: str = ""
    hint: str = ""


def sayings() -> dict[str, Say]:
    """Words are looked up in the reader's language at each request."""
    return {
        "reject": Say(
            Status.REJECTED,
            actions.reject,
            "why",
            _("Reject the referral"),
            _("Why is it rejected?"),
            _("Reject"),
            _("The referral is rejected. The referrer is told, and reads why"),
            missing=_("Write why the referral is rejected"),
            hint=_("The referrer reads this. A rejected referral cannot be opened again."),
        ),
        "ask": Say(
            Status.INFORMATION_REQUESTED,
            actions.ask,
            "question",
            _("Ask for more information"),
            _("What do you need to know?"),
            _("Send the question"),
            _("The question is sent. The referral waits for the answer"),
            missing=_("Write the question"),
            hint=_("The referrer reads this and answers here."),
        ),
        "waiting-list": Say(
            Status.WAITING_LIST,
            actions.put_on_waiting_list,
            "why",
            _("Put on the waiting list"),
            _("What does it wait for?"),
            _("Put on the waiting list"),
            _("The referral is on the waiting list"),
            hint=_("The referrer reads this."),
        ),
        "answer": Say(
            Status.SUBMITTED,
            actions.answer,
            "answer",
            _("Answer the question"),
            _("Your answer"),
            _("Send the answer"),
            _("The answer is sent. The centre goes on with the referral"),
            missing=_("Write the answer"),
        ),
        "withdraw": Say(
            Status.WITHDRAWN,
            actions.withdraw,
            "why",
            _("Withdraw the referral"),
            _("Why is it withdrawn?"),
            _("Withdraw"),
            _("The referral is withdrawn"),
            missing=_("Write why the referral is withdrawn"),
            hint=_("The centre reads this. A withdrawn referral cannot be opened again."),
        ),
    }


def say(request: SignedIn, reference: str, move: str) -> HttpResponse:
    """Reject, ask, put on the waiting list, answer or withdraw: one text on a page of its own (R2)."""
    referral = visible(request, reference)
    words = sayings()[move]
    if not may_move(request.user, referral, words.to):
        raise NotAllowed
    if words.to not in open_moves(request.user, referral):
        return refused(request, reference, already_decided(referral))
    form = WordsForm(request.POST if request.method == "POST" else None, label=words.label, missing=words.missing)
    if request.method == "POST" and form.is_valid():
        try:
            words.act(referral=referral, by=request.user, **{words.argument: form.cleaned_data["words"]})
        except Refused as refusal:
            return refused(request, reference, str(refusal))
        messages.success(request, words.done)
        return redirect("referrals:queue" if may_decide(request.user, referral) else "referrals:list")
    log.look(request, referral, citizen_id=referral.citizen_id)
    asked = referral.moves.filter(status=Status.INFORMATION_REQUESTED).select_related("by").last()
    context = {
        "referral": referral,
        "form": form,
        "words": words,
        "question": asked if move == "answer" else None,
        "name": name_shown(referral, request.user),
    }
    return render(request, "referrals/say.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def take_back(request: SignedIn, reference: str) -> HttpResponse:
    """Take an acceptance back before the programme's first day, with a reason (K4)."""
    referral = visible(request, reference)
    if not may_decide(request.user, referral):
        raise NotAllowed
    if not may_take_back(request.user, referral):
        return refused(request, reference, _("This acceptance cannot be taken back any more"))
    words = Say(
        Status.SUBMITTED,
        actions.take_back,
        "why",
        _("Take back the acceptance"),
        _("Why is it taken back?"),
        _("Take back"),
        _("The acceptance is taken back. The referral waits again where it waited before"),
        missing=_("Write why the acceptance is taken back"),
        hint=_("The referrer is told and reads this. The programme does not begin, and its place is free again."),
    )
    form = WordsForm(request.POST if request.method == "POST" else None, label=words.label, missing=words.missing)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_back(referral=referral, why=form.cleaned_data["words"], by=request.user)
        except Refused as refusal:
            return refused(request, reference, str(refusal))
        messages.success(request, words.done)
        return redirect("referrals:detail", reference)
    log.look(request, referral, citizen_id=referral.citizen_id)
    context = {"referral": referral, "form": form, "words": words, "name": referral.citizen}
    return render(request, "referrals/say.html", context, status=UNPROCESSABLE if form.is_bound else 200)
