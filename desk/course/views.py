"""The page of a programme's course, and what is agreed from it: pause, end, phase, coordinator (P1, P3, P4, P15)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from desk.case.chain import chain_of
from desk.course.forms import CoordinatorForm, CourseForm, EndForm, PauseForm, PhaseForm, ResumeForm
from desk.course.page import Course, course_of
from programmes.course import lasting, pausing, phases
from programmes.models import Pause, Programme
from programmes.people import coordination
from programmes.permissions import may_work_on, roles_in


def case_or_404(request: SignedIn, reference: str, *, to_change: bool = True) -> Programme:
    """The programme of a case that the user may see (404), and work on, or at least read the course of (403)."""
    programme = (
        Programme.objects.visible_to(request.user)
        .select_related("citizen", "centre", "type", "caseworker")
        .filter(reference=reference)
        .first()
    )
    if programme is None:
        raise Http404
    if not (may_work_on(request.user, programme) if to_change else roles_in(request.user, programme) - {Role.CITIZEN}):
        raise NotAllowed
    return programme


@require_GET
def course(request: SignedIn, reference: str) -> HttpResponse:
    """How the programme has gone and goes on, and the citizen's line of time, for all who see the case but the
    citizen."""
    return show(request, case_or_404(request, reference, to_change=False))


def show(request: SignedIn, programme: Programme, wrong: CourseForm | None = None) -> HttpResponse:
    """The page; `wrong` is the form that was sent and is shown open with what is wrong in it."""
    found = course_of(request.user, programme)
    forms = forms_of(programme, found) if found.may_change else {}
    if wrong is not None:
        forms[wrong.key] = wrong
    look(request, f"course of {programme.reference}", citizen_id=programme.citizen_id)
    context: dict[str, Any] = {
        "programme": programme,
        "course": found,
        "chain": chain_of(request.user, programme),
        "forms": forms,
        "pauses": [(pause, row, forms.get(f"resume{pause.pk}")) for pause, row, _open in found.pauses],
        "form": wrong,
    }
    return render(request, "desk/course.html", context, status=200 if wrong is None else UNPROCESSABLE)


def forms_of(programme: Programme, found: Course) -> dict[str, CourseForm]:
    """The forms that the type has a use for, by key. At most four queries."""
    made: list[CourseForm] = [PauseForm(programme=programme)]
    made += [ResumeForm(programme=programme, pause=pause.pk) for pause, _row, is_open in found.pauses if is_open]
    if found.may_move_end:
        made.append(EndForm(programme=programme))
    if found.phases:
        made.append(PhaseForm(programme=programme))
    if found.has_coordinator:
        present = found.coordinator.user_id if found.coordinator else None
        made.append(CoordinatorForm(programme=programme, present=present))
    return {form.key: form for form in made}


def done(
    request: SignedIn, programme: Programme, form: CourseForm, act: Callable[..., Any], field: str | None, word: str
) -> HttpResponse:
    """Do it with the form's data; refused, the page comes back with the reason by `field` and all that was typed."""
    if form.is_valid():
        try:
            act(**form.cleaned_data, by=request.user)
        except Refused as refused:
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            messages.success(request, word)
            return redirect("desk:course", programme.reference)
    return show(request, programme, form)


@require_POST
def pause(request: SignedIn, reference: str) -> HttpResponse:
    programme = case_or_404(request, reference)

    def act(**data: Any) -> None:
        pausing.pause(programme=programme, **data)

    form = PauseForm(request.POST, programme=programme)
    return done(request, programme, form, act, "starts_on", _("The pause is agreed. The referrer is told"))


@require_POST
def resume(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    programme = case_or_404(request, reference)
    found = Pause.objects.filter(programme=programme, pk=pk).first()
    if found is None:
        messages.error(request, _("The pause is over already"))
        return redirect("desk:course", reference)

    def act(**data: Any) -> None:
        pausing.resume(pause=found, **data)

    form = ResumeForm(request.POST, programme=programme, pause=pk)
    return done(request, programme, form, act, "on", _("Saved. The referrer is told"))


@require_POST
def move_end(request: SignedIn, reference: str) -> HttpResponse:
    programme = case_or_404(request, reference)

    def act(**data: Any) -> None:
        lasting.move_end(programme=programme, **data)

    form = EndForm(request.POST, programme=programme)
    return done(request, programme, form, act, "new_end", _("The end is moved. The referrer is told"))


@require_POST
def phase(request: SignedIn, reference: str) -> HttpResponse:
    programme = case_or_404(request, reference)
    if not programme.type.settings.phases:
        raise Http404

    def act(**data: Any) -> None:
        phases.begin_phase(programme=programme, **data)

    form = PhaseForm(request.POST, programme=programme)
    return done(request, programme, form, act, "phase", _("The phase has begun"))


@require_POST
def coordinator(request: SignedIn, reference: str) -> HttpResponse:
    programme = case_or_404(request, reference)
    if coordination.coordinator_of(programme.type) is None:
        raise Http404
    present = coordination.coordinator(programme)
    form = CoordinatorForm(request.POST, programme=programme, present=present.user_id if present else None)

    def act(person: int, **data: Any) -> None:
        coordination.hand_over_coordination(programme=programme, to=form.people[person], **data)

    return done(request, programme, form, act, "person", _("The coordination is handed over"))
