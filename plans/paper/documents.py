"""The plan as paper: a frozen view in the words of the chosen language, its HTML, and the queue that renders it (L3).

It is the agreement, for the citizen: goals in the citizen's own words, each subgoal's five steps in words, where it
stands. What the team writes to itself, what was seen at work and comments on steps, is no part of it (J2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from audit.models import Change
from core import rendering
from core.paper import css_string, page_of
from core.pdf import PdfError, render_pdf
from core.templatetags.dates import short_day
from plans.agreement import confirming
from plans.models import LAST_STEP, Plan, PlanDocument, Subgoal, Version
from plans.permissions import Reading
from plans.progress import SubgoalProgress, progress, wordings_of
from plans.showing.gathered import version_for
from plans.statuses import Party, Status
from plans.steps import STEPS

KEPT_FOR = timedelta(days=1)
NOTHING = gettext_noop("The plan is not agreed yet")
STATUS = PlanDocument.Status


@dataclass(frozen=True)
class StepLine:
    number: int
    words: str
    mark: str  # at the start, now, the target; nothing for the others


@dataclass(frozen=True)
class SubgoalView:
    title: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[StepLine, ...]
    stands: str


@dataclass(frozen=True)
class GoalView:
    title: str
    area: str
    own_words: tuple[str, ...]
    subgoals: tuple[SubgoalView, ...]


@dataclass(frozen=True)
class PlanView:
    """All that stands on the paper, already in words of the chosen language."""

    language: str
    title: str
    reference: str
    is_draft: bool
    centre: str
    letterhead: tuple[str, ...]
    citizen: str
    born: str  # nothing where the name is protected (T10)
    facts: tuple[tuple[str, str], ...]
    goals: tuple[GoalView, ...]
    confirmations: tuple[tuple[str, str], ...]  # party, and its yes or nothing
    footer: str
    page_of: str
    draft_mark: str
    made_at: datetime


def view_of(plan: Plan, *, language: str, reading: Reading, made_at: datetime) -> PlanView | None:
    """The plan in force, or before there is one the draft for who reads drafts; None when there is nothing to read.

    `plan` comes with programme, citizen, type, centre and caseworker loaded. Six queries however much there is.
    """
    version = version_for(plan, reading)
    if version is None:
        return None
    is_draft = version.status == Status.DRAFT
    by_key = {} if is_draft else progress(plan, reading).by_key()
    programme, citizen = plan.programme, plan.programme.citizen
    goals = list(reading.goals(version.goals.prefetch_related("subgoals")))
    with translation.override(language):
        title = _("Plan")
        number = _("version %(number)s") % {"number": version.number}
        return PlanView(
            language=language,
            title=title,
            reference=programme.reference,
            is_draft=is_draft,
            centre=programme.centre.name,
            letterhead=lines_of(programme.centre.letterhead),
            citizen=citizen.name,
            born="" if citizen.is_protected else _("born %(day)s") % {"day": short_day(citizen.birth_date)},
            facts=facts(plan, version),
            goals=tuple(
                GoalView(
                    title=goal.title,
                    area=str(goal.get_life_area_display()),
                    own_words=lines_of(goal.own_words),
                    subgoals=tuple(subgoal_view(one, by_key.get(one.key)) for one in goal.subgoals.all()),
                )
                for goal in goals
            ),
            confirmations=confirmations(plan, version),
            footer=css_string(f"{title} · {programme.reference} · {number}"),
            page_of=page_of(),
            draft_mark=css_string(_("DRAFT, not agreed")),
            made_at=made_at,
        )


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip())


def facts(plan: Plan, version: Version) -> tuple[tuple[str, str], ...]:
    """The facts below the heading; what is not known is left out."""
    programme = plan.programme
    worker = ", ".join(filter(None, [programme.caseworker.name, programme.caseworker.title]))
    found = [
        (_("Programme"), programme.type.name),
        (_("Period"), f"{short_day(programme.starts_on)} – {short_day(programme.ended_on or programme.ends_on)}"),
        (_("Caseworker"), worker),
        (_("Agreed"), short_day(version.citizen_agreed_on)),
        (_("Next follow-up"), short_day(plan.follow_up_due_on)),
    ]
    return tuple((str(label), str(value)) for label, value in found if value)


def subgoal_view(subgoal: Subgoal, one: SubgoalProgress | None) -> SubgoalView:
    """One subgoal with its five steps in words; where it stands is said in words and at the step (L3)."""
    step = one.step if one and one.has_follow_up else None
    facts = [
        (_("Measured by"), str(subgoal.get_indicator_display())),
        (_("Due"), short_day(subgoal.due_on)),
        (_("Who does what"), subgoal.responsible),
        (_("Given up"), short_day(one.given_up_on) if one and one.given_up_on else ""),
    ]
    return SubgoalView(
        title=subgoal.title,
        facts=tuple((label, value) for label, value in facts if value),
        steps=tuple(
            StepLine(number, words, mark(number, subgoal.baseline_step, step))
            for number, words in zip(STEPS, wordings_of(subgoal), strict=True)
        ),
        stands=stands(one),
    )


def mark(number: int, baseline: int, step: int | None) -> str:
    words = []
    if number == baseline:
        words.append(_("at the start"))
    if number == step:
        words.append(_("now"))
    if number == LAST_STEP:
        words.append(_("the target"))
    return ", ".join(words)


def stands(one: SubgoalProgress | None) -> str:
    """`Step 3 on 14 December. Own step: 4.`; empty before the first follow-up."""
    if one is None or not one.points:
        return ""
    last = one.points[-1]
    words = {"step": last.step, "day": short_day(last.held_on), "own": last.own_step}
    if last.own_step:
        return _("Step %(step)s on %(day)s. The citizen's own step: %(own)s") % words
    return _("Step %(step)s on %(day)s") % words


def confirmations(plan: Plan, version: Version) -> tuple[tuple[str, str], ...]:
    """Who was asked, and each yes; for a yes that is missing a line to sign on stands on the paper (L2)."""
    if version.status == Status.DRAFT:
        return tuple((str(party), "") for party in map(party_label, confirming.asked(plan.programme)))
    return tuple(
        (str(line.party.label), f"{line.name}, {short_day(line.row.given_on)}" if line.row else "")
        for line in confirming.lines(version, plan.programme, with_proof=False)
    )


def party_label(party: str) -> str:
    return str(Party(party).label)


def html_of(view: PlanView) -> str:
    """The whole page with its styles inside; it refers to nothing outside itself."""
    with translation.override(view.language):
        return render_to_string("plans/pdf/plan.html", {"plan": view})


def file_name(document: PlanDocument) -> str:
    """`F-2026-000123-plan-sv.pdf`: no names in it (T10)."""
    with translation.override(document.language):
        word = slugify(_("Plan"))
    return f"{document.plan.programme.reference}-{word}-{document.language}.pdf"


def is_overtaken(document: PlanDocument) -> bool:
    """Whether the citizen's name was protected since the document was asked for: it may tell the name (T10)."""
    citizen = document.plan.programme.citizen
    changed = Change.objects.filter(table="citizens_citizen", row=str(citizen.pk), at__gte=document.asked_at)
    return citizen.is_protected and changed.filter(after__is_protected=True).exists()


def ask(*, plan: Plan, language: str, reading: Reading, by: User) -> PlanDocument:
    """Put the plan as this reader reads it in the queue; while one is under way it is that one (T12).

    What this person asked for earlier is thrown away.
    """
    with transaction.atomic():
        over().filter(plan=plan, asked_by=by).delete()
        asked = {"plan": plan, "asked_by": by, "language": language}
        try:
            with transaction.atomic():
                row = PlanDocument.objects.create(**asked, reads_drafts=reading.drafts, reads_health=reading.health)
        except IntegrityError:
            return PlanDocument.objects.filter(**asked).latest("pk")  # perhaps it is ready by now
        transaction.on_commit(lambda: hurry(row.pk))
    return row


def over() -> QuerySet[PlanDocument]:
    return PlanDocument.objects.filter(status__in=[STATUS.DONE, STATUS.FAILED])


def throw_old_away() -> None:
    """A document is there to be fetched, not to be kept: the plan is."""
    over().filter(asked_at__lt=timezone.now() - KEPT_FOR).delete()


def hurry(pk: int) -> None:
    """Tell a worker that the row waits. Without a broker the row waits for `requeue` (T17)."""
    from plans.tasks import render

    try:
        render.delay(pk)
    except Exception:
        rendering.log.warning("rendering_not_hurried", extra={"rendering": pk})


def make(document: PlanDocument, told: Callable[[int], object]) -> bytes:
    """The PDF as the one who asked may read it."""
    related = ("citizen", "centre", "type", "caseworker")
    plan = Plan.objects.select_related(*(f"programme__{name}" for name in related)).get(pk=document.plan_id)
    reading = Reading(drafts=document.reads_drafts, health=document.reads_health)
    view = view_of(plan, language=document.language, reading=reading, made_at=document.asked_at)
    if view is None:
        raise PdfError(NOTHING)
    return render_pdf(
        html_of(view),
        title=f"{view.title} {view.reference}",
        language=view.language,
        author=view.centre,
        made_at=view.made_at,
        progress=told,
    )
