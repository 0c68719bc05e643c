"""The referrer writes: a new referral, its draft, sending it."""

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Organisation, User
from accounts.requests import SignedIn
from accounts.roles import Role
from audit import log
from audit.models import Access
from citizens.identity import WrongNumber, find_by_number, parse_number
from core.exceptions import NotAllowed, Refused
from core.forms import FormError
from core.http import CONFLICT, UNPROCESSABLE
from core.templatetags.dates import clock
from referrals import drafts, goals
from referrals.drafts import AlreadySubmitted, ChangedElsewhere, Typed
from referrals.models import Referral
from referrals.permissions import may_refer, may_write
from referrals.sections import EVERYTHING, SECTIONS, Choices, ReferralForm, Step, merged, sections_of
from referrals.statuses import Status
from referrals.submission import AlreadyOpen, open_case, submit, told, understood

STEPS = [str(step) for step in Step]


@dataclass
class Page:
    """One showing of the form: which step of which draft, and what has to be said about it."""

    request: SignedIn
    choices: Choices
    typed: Typed
    step: str
    referral: Referral | None = None
    new_id: uuid.UUID | None = None
    page: str = ""
    judged: bool = False
    refusal: str = ""
    theirs: list[tuple[str, str]] = field(default_factory=list)

    def show(self, status: int = 200) -> HttpResponse:
        sections = SECTIONS if self.step == Step.SEND else sections_of(self.step)
        form = ReferralForm(self.typed, self.choices, sections=sections, judged=self.judged)
        errors = form.error_list if self.judged else []
        if self.refusal:
            errors = [FormError("id_identity_number", "", self.refusal), *errors]
        if self.referral:
            log.look(self.request, self.referral)
        # Also a refusal tells that the number has a case, so the look is logged in any case (T5).
        known = self.open_already()
        context = {
            "referral": self.referral,
            "form": form,
            "formsets": form.forms if self.judged else [],
            "errors": errors,
            "refused": bool(self.refusal),
            "step": self.step,
            "steps": [(number, step, step.label) for number, step in enumerate(Step, start=1)],
            "number": STEPS.index(self.step) + 1 if self.step in STEPS else 0,
            "name": full_name(self.typed),
            "centre": self.choices.centre_of(self.typed) if self.choices.chosen(self.typed) else None,
            "page": self.page or uuid.uuid4().hex,
            "new_id": self.new_id,
            "organisations": own_organisations(self.request.user) if self.referral is None else [],
            "theirs": self.theirs,
            "known": known if not self.refusal else "",
        }
        return render(self.request, "referrals/form.html", context, status=status)

    def open_already(self) -> str:
        """R4 at once: what is open for the number that stands in the draft. The look is logged."""
        if self.referral is None or self.step == Step.GOALS or not self.typed.get("identity_number"):
            return ""
        centre = self.choices.centre_of(self.typed)
        try:
            number = parse_number(self.typed["identity_number"], centre.country)
        except WrongNumber:
            return ""
        citizen = find_by_number(number)
        chosen = self.choices.chosen(self.typed)
        there = open_case(citizen, chosen.type, centre) if citizen and chosen else None
        if citizen is None or there is None:
            return ""
        log.look(self.request, self.referral, citizen_id=citizen.pk, kind=Access.Kind.SEARCH)
        return told(there, self.request.user)


def full_name(typed: Typed) -> str:
    if typed.get("is_protected"):
        return _("Protected name")
    return f"{typed.get('first_name', '')} {typed.get('last_name', '')}".strip()[:200]


def own_organisations(user: User) -> list[Organisation]:
    own = user.reach.organisations_as(Role.REFERRER)
    return list(Organisation.objects.filter(pk__in=own).order_by("name"))


def read_choices(organisation: Organisation | None) -> Choices:
    choices = Choices.read(organisation)
    if not choices.offered:
        raise Refused(_("No centre offers a programme yet"))
    return choices


def new(request: SignedIn) -> HttpResponse:
    """An empty first step. Its first save, by button or by itself, begins the draft (R3)."""
    if not may_refer(request.user):
        raise NotAllowed
    own = own_organisations(request.user)
    try:
        choices = read_choices(own[0] if own else None)
    except Refused as refused:
        return back_to_list(request, refused)
    if request.method != "POST":
        return Page(request, choices, {}, Step.CITIZEN, new_id=uuid.uuid4()).show()
    typed = merged({}, request.POST, [Step.CITIZEN])
    organisations = {str(one.pk): one for one in own}
    organisation = organisations.get(request.POST.get("organisation", ""), next(iter(organisations.values())))
    try:
        new_id = uuid.UUID(request.POST.get("id", ""))
    except ValueError:
        new_id = uuid.uuid4()
    try:
        referral = drafts.start_draft(
            id=new_id,
            typed=typed,
            type=choices.type_of(typed),
            centre=choices.centre_of(typed),
            organisation=organisation,
            by=request.user,
            page=request.POST.get("page", "")[:40],
        )
    except Refused as refused:
        return told_in_background(str(refused)) if in_background(request) else back_to_list(request, refused)
    if in_background(request):
        return saved(referral)
    return go_on(request, referral, drafts.typed_in(referral), Step.CITIZEN, choices)


def edit(request: SignedIn, reference: str) -> HttpResponse:
    """One step of the draft. Every button saves first; only `next` and `submit` judge."""
    referral = own_draft(request, reference)
    typed = drafts.typed_in(referral)
    if referral.status != Status.DRAFT and request.method != "POST":
        return redirect("referrals:detail", reference)
    try:
        choices = read_choices(referral.referring_organisation)
    except Refused as refused:
        return back_to_list(request, refused)
    if request.method != "POST":
        step = request.GET.get("step", "")
        step = step if step in (*STEPS, EVERYTHING) else Step.CITIZEN
        return Page(request, choices, typed, step, referral).show()
    step = request.POST.get("step", "")
    step = step if step in (*STEPS, EVERYTHING) else Step.CITIZEN
    typed = rearranged(merged(typed, request.POST, sections_of(step)), request.POST.get("go", ""))
    try:
        referral = save(request, referral, typed, choices)
    except ChangedElsewhere as changed:
        return both_versions(request, referral, typed, step, choices, changed)
    except AlreadySubmitted as submitted:
        messages.warning(request, str(submitted))
        return redirect("referrals:detail", reference)
    except Refused as refused:
        return back_to_list(request, refused)
    chosen = choices.chosen(typed)
    if chosen and request.POST.get("shown", chosen.key) != chosen.key and request.POST.get("go") in ("next", "submit"):
        # The page showed the fields of another programme, or of none: those of this one come first.
        return redirect(f"{reverse('referrals:edit', args=[reference])}?step={step}#programme")
    return go_on(request, referral, typed, step, choices)


def go_on(request: SignedIn, referral: Referral, typed: Typed, step: str, choices: Choices) -> HttpResponse:
    """What the pressed button asks for, now that everything is saved."""
    go = request.POST.get("go", "")
    edit_url = reverse("referrals:edit", args=[referral.reference])
    if go == "submit":
        return send(request, referral, typed, choices)
    if go == "later":
        messages.success(request, _("The draft %(reference)s is saved") % {"reference": referral.reference})
        return redirect("referrals:list")
    if go.startswith("step:") and go.removeprefix("step:") in STEPS:
        return redirect(f"{edit_url}?step={go.removeprefix('step:')}")
    if go == "back" and step in STEPS:
        return redirect(f"{edit_url}?step={STEPS[max(STEPS.index(step) - 1, 0)]}")
    if go == "next" and step in STEPS:
        if not ReferralForm(typed, choices, sections=sections_of(step), judged=True).is_valid():
            return Page(request, choices, typed, step, referral, judged=True).show(UNPROCESSABLE)
        return redirect(f"{edit_url}?step={STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]}")
    anchor = "#goals" if go.startswith(("add-", "remove-")) else "#programme" if go == "show" else ""
    return redirect(f"{edit_url}?step={step}{anchor}")


def send(request: SignedIn, referral: Referral, typed: Typed, choices: Choices) -> HttpResponse:
    """Judge everything, show all errors at once on one page with all fields, or submit (R1, R2)."""
    form = ReferralForm(typed, choices, judged=True)
    page = Page(request, choices, typed, EVERYTHING, referral, judged=True)
    if not form.is_valid():
        return page.show(UNPROCESSABLE)
    try:
        referral = submit(referral=referral, submission=understood(form), by=request.user)
    except AlreadyOpen as refused:
        page.refusal = str(refused)
        return page.show(UNPROCESSABLE)
    except Refused as refused:
        return back_to_list(request, refused)
    messages.success(
        request,
        _("The referral has been received. Reference %(reference)s") % {"reference": referral.reference},
    )
    return redirect("referrals:detail", referral.reference)


def save(request: SignedIn, referral: Referral, typed: Typed, choices: Choices) -> Referral:
    version = request.POST.get("version", "")
    return drafts.save_draft(
        referral=referral,
        typed=typed,
        by=request.user,
        page=request.POST.get("page", "")[:40],
        version=int(version) if re.fullmatch(r"[0-9]{1,9}", version) else None,
        in_background=in_background(request),
        type=choices.type_of(typed),
        centre=choices.centre_of(typed),
    )


def both_versions(
    request: SignedIn, referral: Referral, typed: Typed, step: str, choices: Choices, changed: ChangedElsewhere
) -> HttpResponse:
    """Nothing was saved: the fields hold what was typed here, and beside them stands what was saved elsewhere (T13)."""
    referral.version = changed.version
    labels = {
        name: field.label
        for form in (ReferralForm({}, choices, judged=False).forms)
        for name, field in form.fields.items()
    }
    theirs = [
        (str(labels.get(name.rsplit("-", 1)[-1], name)), changed.theirs.get(name, ""))
        for name in {**changed.theirs, **typed}
        if changed.theirs.get(name, "") != typed.get(name, "")
    ]
    messages.error(request, str(changed))
    return Page(request, choices, typed, step, referral, theirs=theirs).show(CONFLICT)


@require_POST
def autosave(request: SignedIn, reference: str) -> JsonResponse:
    """The page saves itself while somebody types; answers with the time and the new version (R3)."""
    referral = own_draft(request, reference)
    typed = merged(drafts.typed_in(referral), request.POST, sections_of(request.POST.get("step", "")))
    try:
        referral = save(request, referral, typed, read_choices(referral.referring_organisation))
    except Refused as refused:
        return told_in_background(str(refused))
    return saved(referral)


@require_POST
def throw_away(request: SignedIn, reference: str) -> HttpResponse:
    referral = own_draft(request, reference)
    try:
        drafts.throw_away(referral=referral, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The draft %(reference)s is thrown away") % {"reference": reference})
    return redirect("referrals:list")


def own_draft(request: SignedIn, reference: str) -> Referral:
    """A referral of the user's own organisation, draft or not; 404 where it is not visible, 403 where not theirs."""
    referral = (
        Referral.objects.visible_to(request.user)
        .select_related("type", "centre", "referring_organisation")
        .filter(reference=reference)
        .first()
    )
    if referral is None:
        raise Http404
    if not may_write(request.user, referral):
        raise NotAllowed
    return referral


def rearranged(typed: Typed, go: str) -> Typed:
    """The draft after a goal or subgoal was added or removed by its button."""
    if go == "add-goal":
        return goals.with_added_goal(typed)
    if found := re.fullmatch(r"add-subgoal-(\d{1,2})", go, re.ASCII):
        return goals.with_added_subgoal(typed, int(found[1]))
    if found := re.fullmatch(r"remove-goal-(\d{1,2})", go, re.ASCII):
        return goals.without(typed, int(found[1]))
    if found := re.fullmatch(r"remove-subgoal-(\d{1,2})-(\d{1,2})", go, re.ASCII):
        return goals.without(typed, int(found[1]), int(found[2]))
    return typed


def in_background(request: SignedIn) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def saved(referral: Referral) -> JsonResponse:
    at = clock(timezone.localtime(referral.draft_saved_at))
    answer: dict[str, Any] = {
        "text": _("Saved %(time)s") % {"time": at},
        "version": referral.version,
        "edit": reverse("referrals:edit", args=[referral.reference]),
        "autosave": reverse("referrals:autosave", args=[referral.reference]),
    }
    return JsonResponse(answer)


def told_in_background(text: str) -> JsonResponse:
    return JsonResponse({"text": text}, status=CONFLICT)


def back_to_list(request: SignedIn, refused: Refused) -> HttpResponse:
    messages.error(request, str(refused))
    return redirect("referrals:list")
