"""The list of referrals and one referral with its history."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import SignedIn
from accounts.roles import Role
from audit import log
from audit.models import Access
from citizens.identity import kind_of, shown_number
from citizens.models import Citizen, Consent
from core.exceptions import NotAllowed
from core.http import UNPROCESSABLE
from core.templatetags.dates import short_day
from journal.timeline import moment_in_words
from referrals import wording
from referrals.drafts import Typed, name_shown, typed_in
from referrals.filters import GROUPS, ReferralFilter
from referrals.forms import LANGUAGES, stated_differently
from referrals.granting import wished_first
from referrals.models import Referral
from referrals.permissions import (
    may_ask_for_health,
    may_decide,
    may_read_health,
    may_refer,
    may_take_back,
    may_write,
    open_moves,
)
from referrals.programme_form import outside_ages
from referrals.statuses import Status
from referrals.submission import source_of
from referrals.words import WordsForm

ROWS_A_PAGE = 25
READERS = (Role.REFERRER, Role.TEAM_LEADER, Role.CASEWORKER)


def listing(request: SignedIn) -> HttpResponse:
    """The referrals the user may see; for referrers those first that wait for them (R2)."""
    if not request.user.has_role(*READERS):
        raise NotAllowed
    visible = Referral.objects.visible_to(request.user)
    filtered = ReferralFilter(request.GET, queryset=in_order(visible))
    rows = filtered.qs.select_related("citizen", "type", "centre", "referring_organisation", "referrer", "decided_by")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    log.look(request, "referrals", kind=Access.Kind.LIST)
    # What the filter does not know filters nothing, and is not marked either.
    chosen = filtered.form.cleaned_data.get("status", "") if filtered.form.is_valid() else ""
    # One state alone has a chip of its own as long as it is chosen.
    alone = [(Status(chosen).label, f"?status={chosen}", True)] if chosen and chosen not in GROUPS else []
    context = {
        "rows": [as_row(referral, request) for referral in page],
        "page": page,
        "views": [
            (_("All"), "?", not chosen),
            *((label, f"?status={key}", chosen == key) for key, (label, _states) in GROUPS.items()),
            *alone,
        ],
        "status": chosen,
        "may_refer": may_refer(request.user),
        "leads": request.user.has_role(Role.TEAM_LEADER),
    }
    return render(request, "referrals/list.html", context)


def in_order(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """What waits for the referrer first, then drafts, then what is under way by age, then the latest decisions."""
    rank = Case(
        When(status=Status.INFORMATION_REQUESTED, then=Value(0)),
        When(status=Status.DRAFT, then=Value(1)),
        When(status__in=[Status.SUBMITTED, Status.WAITING_LIST], then=Value(2)),
        default=Value(3),
    )
    decided_last = Case(When(Q(decided_at__isnull=False), then="decided_at"))
    return referrals.order_by(rank, decided_last.desc(), "submitted_at", "-draft_saved_at", "pk")


def as_row(referral: Referral, request: SignedIn) -> dict[str, Any]:
    is_draft = referral.status == Status.DRAFT
    as_referrer = may_write(request.user, referral)
    return {
        "referral": referral,
        "name": name_shown(referral, request.user) or _("Not named yet"),
        "is_draft": is_draft,
        # A draft in which no programme is chosen yet stands under the first that there is.
        "has_type": not is_draft or bool({"offer", "type"} & typed_in(referral).keys()),
        "may_answer": as_referrer and referral.status == Status.INFORMATION_REQUESTED,
        "tag": wording.tag(referral, as_referrer=as_referrer),
    }


def visible(request: SignedIn, reference: str) -> Referral:
    """The submitted referral by its reference; 404 where the user may not see it (T1)."""
    referral = (
        Referral.objects.visible_to(request.user)
        .exclude(status=Status.DRAFT)
        .select_related(
            "citizen",
            "type",
            "centre",
            "referring_organisation",
            "referrer",
            "decided_by",
            "programme__caseworker",
            "pre_programme__type",
        )
        .filter(reference=reference)
        .first()
    )
    if referral is None:
        raise Http404
    return referral


def detail(request: SignedIn, reference: str) -> HttpResponse:
    """The whole referral: what was asked for, where it stands, what was said (R2, R7)."""
    own_drafts = Referral.objects.visible_to(request.user).filter(status=Status.DRAFT)
    if own_drafts.filter(reference=reference).exists():
        return redirect("referrals:edit", reference)
    return show(request, visible(request, reference))


def health(request: SignedIn, reference: str) -> HttpResponse:
    """A team leader reads why the accommodations are needed, says for what, and it is logged (J2, P16)."""
    referral = visible(request, reference)
    if not may_ask_for_health(request.user, referral):
        raise NotAllowed
    if request.method != "POST":
        return redirect("referrals:detail", reference)
    form = WordsForm(
        request.POST, label=_("Why do you need to read it?"), missing=_("Write why you need to read the health note")
    )
    if not form.is_valid():
        return show(request, referral, health_form=form, status=UNPROCESSABLE)
    log.look(request, f"{referral} health: {form.cleaned_data['words']}", citizen_id=referral.citizen_id)
    return show(request, referral, reads_health=True)


def show(
    request: SignedIn,
    referral: Referral,
    *,
    reads_health: bool = False,
    health_form: WordsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    citizen = referral.citizen
    if citizen is None:
        raise Http404
    log.look(request, referral, citizen_id=referral.citizen_id)
    typed = typed_in(referral)
    as_referrer = may_write(user, referral)
    moves = list(referral.moves.select_related("by"))
    questions = [move for move in moves if move.status == Status.INFORMATION_REQUESTED]
    asks_health = bool(referral.accommodations_why) and may_ask_for_health(user, referral)
    reads_health = reads_health or may_read_health(user, referral)
    context = {
        "referral": referral,
        "citizen": citizen,
        "name": name_shown(referral, user),
        "may_take_back": may_take_back(user, referral),
        "number": (number := shown_number(citizen)),
        "number_kind": kind_of(number),
        "contact": contact_facts(citizen, typed if as_referrer else {}),
        "tag": wording.tag(referral, as_referrer=as_referrer),
        "as_referrer": as_referrer,
        "may_decide": may_decide(user, referral),
        "moves": open_moves(user, referral),
        "entries": [as_entry(move, referral) for move in reversed(moves)],
        "question": questions[-1] if questions and referral.status == Status.INFORMATION_REQUESTED else None,
        "parties": list(referral.parties.all()),
        "consents": list(Consent.objects.filter(source=source_of(referral))),
        "wished_first": wished_first(referral),
        "shares_places": bool(referral.type.settings.capacity.quotas),
        "age_warning": outside_ages(
            referral.type.settings.ages, citizen.birth_date, referral.wished_start or timezone.localdate()
        ),
        "goals": list(referral.goals.prefetch_related("subgoals")),
        "weekly_minutes": int(referral.weekly_hours * 60) if referral.weekly_hours else None,
        "differences": [] if as_referrer or citizen.is_protected else stated_differently(typed, citizen),
        "reads_health": reads_health,
        "health_form": (health_form or WordsForm(label=_("Why do you need to read it?"), missing=" ", rows=2))
        if asks_health and not reads_health
        else None,
        "form": health_form,
    }
    return render(request, "referrals/detail.html", context, status=status)


def contact_facts(citizen: Citizen, stated: Typed) -> dict[str, str]:
    """How the citizen is reached. A referrer reads what the own referral states, never what others know (T1)."""
    names = ["phone", "email", "municipality", "language", "interpreter"]
    facts = {name: stated.get(name, "") if stated else getattr(citizen, name) for name in names}
    facts["language"] = str(dict(LANGUAGES).get(facts["language"], facts["language"]))
    if citizen.is_protected:
        facts |= {"phone": "", "email": ""}
    return facts


TOLD = {
    Status.SUBMITTED: ("inbox", "calm"),
    Status.INFORMATION_REQUESTED: ("question-circle", "due"),
    Status.WAITING_LIST: ("hourglass-split", "info"),
    Status.ACCEPTED: ("check-circle", "ok"),
    Status.REJECTED: ("dash-circle", "calm"),
    Status.WITHDRAWN: ("dash-circle", "calm"),
}


def as_entry(move: Any, referral: Referral) -> dict[str, str]:
    """One change of state as a line of the timeline: who, when and why (R2)."""
    icon, kind = TOLD[Status(move.status)]
    title = str(Status(move.status).label)
    if move.status == Status.INFORMATION_REQUESTED:
        title = _("Question to %(organisation)s") % {"organisation": referral.referring_organisation}
    elif move.programme_id and move.status != Status.ACCEPTED:
        icon, kind, title = "arrow-counterclockwise", "due", _("The acceptance is taken back")
    elif move.status == Status.SUBMITTED and move.why:
        icon, title = (
            "chat-left-text",
            _("Answer from %(organisation)s") % {"organisation": referral.referring_organisation},
        )
    elif move.status == Status.ACCEPTED and referral.programme:
        title = _("Referral accepted, start on %(start)s") % {"start": short_day(referral.programme.starts_on)}
    return {
        "icon": icon,
        "kind": kind,
        "title": title,
        "on": moment_in_words(move.at),
        "author": move.by.name,
        "body": move.why,
    }


def refused(request: SignedIn, reference: str, text: str) -> HttpResponse:
    """A friendly word instead of an error page: the page was out of date."""
    messages.error(request, text)
    return redirect("referrals:detail", reference)
