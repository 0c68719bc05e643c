"""Giving up an agreed subgoal with a reason, and taking it up again (L1).

The locked versions stay as they are: what is given up is a row beside them, by the subgoal's key. It is out of the
present plan and of the draft that is being written, its steps and its reason stay readable.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import Refused
from core.life_areas import LifeArea
from journal.models import Audience
from plans import content as contents
from plans.actions import DAYS_TO_CONFIRM, ask_to_confirm, known_keys, locked
from plans.content import Content, GoalContent
from plans.models import Abandonment, Plan, Subgoal, Version
from plans.permissions import Reading
from plans.progress import agreed_subgoals
from plans.statuses import Status
from programmes.telling import tell_case


def abandon(*, plan: Plan, keys: Collection[UUID], why: str, by: User) -> list[Abandonment]:
    """Give up agreed subgoals, one or all of a goal, with one reason; those given up already stay as they are (L1).

    Refused without a reason, for a subgoal that was never agreed (it is removed in the editor), and for the last of
    the plan: a plan without a goal is changed, not emptied.
    """
    with acting(by, why=why):
        plan = locked(plan, by=by)
        if not why.strip():
            raise Refused(_("Write why it is given up"))
        agreed = {subgoal.key: subgoal for subgoal in agreed_subgoals([plan.pk]).select_related("goal")}
        if not keys or not agreed.keys() >= set(keys):
            raise Refused(_("The plan has changed since you opened the page. Open it again"))
        gone = given_up(plan)
        left = {subgoal.key for subgoal in present(plan)} - gone - set(keys)
        if not left:
            raise Refused(_("Something has to be left of the plan. Change the plan instead, or end the programme"))
        rows = Abandonment.objects.bulk_create(
            Abandonment(plan=plan, subgoal=agreed[key], key=key, reason=why.strip(), by=by)
            for key in agreed
            if key in set(keys) - gone
        )
        drop_from_draft(plan, keys=set(keys))
        record("subgoal_abandoned", by=by, subject=plan, citizen_id=plan.programme.citizen_id, count=len(rows))
        for row in rows:
            tell_of(plan, "subgoal_abandoned", row.subgoal, by=by, body=row.reason)
    return rows


def take_up(*, plan: Plan, key: UUID, by: User) -> None:
    """Pursue again what was given up (L1).

    Where the version in force still holds it, it is back at once. Otherwise it is put into the draft, a new one when
    none is being written, and is back when that is confirmed.
    """
    with acting(by):
        plan = locked(plan, by=by)
        row = plan.abandonments.select_for_update().filter(key=key, taken_up_on=None).first()
        if row is None:
            raise Refused(_("It has been taken up again already"))
        row.taken_up_on, row.taken_up_by = timezone.localdate(), by
        row.save(update_fields=["taken_up_on", "taken_up_by"])
        subgoal = agreed_subgoals([plan.pk]).select_related("goal").get(key=key)
        draft = plan.versions.filter(status=Status.DRAFT).first()
        if draft or key not in {one.key for one in present(plan)}:
            put_into_draft(plan, draft, subgoal)
        record("subgoal_taken_up", by=by, subject=plan, citizen_id=plan.programme.citizen_id)
        tell_of(plan, "subgoal_taken_up", subgoal, by=by)


def given_up(plan: Plan) -> set[UUID]:
    """The keys of what is given up at present; one query."""
    return set(plan.abandonments.filter(taken_up_on=None).values_list("key", flat=True))


def present(plan: Plan) -> list[Subgoal]:
    """The subgoals of the version in force, given up or not."""
    newest = plan.versions.filter(status=Status.CONFIRMED).order_by("-number")[:1]
    return list(Subgoal.objects.filter(goal__version__in=newest.values("pk")))


def history(plan: Plan, reading: Reading) -> list[Abandonment]:
    """What was given up, newest first, taken up again or not, as far as the reader reads; one query."""
    rows = plan.abandonments.select_related("subgoal__goal", "by", "taken_up_by").order_by("-pk")
    return [row for row in rows if reading.sees(row.subgoal.goal)]


def drop_from_draft(plan: Plan, *, keys: set[UUID]) -> None:
    """Leave them out of the draft; its revision grows, so that whoever has it open sees both (T13)."""
    draft = plan.versions.filter(status=Status.DRAFT).first()
    if draft is None:
        return
    content = contents.of_version(draft)
    kept = contents.without(content, keys)
    if kept != content:
        rewrite(plan, draft, kept)


def put_into_draft(plan: Plan, draft: Version | None, subgoal: Subgoal) -> None:
    if draft is None:
        newest = plan.versions.latest("number")
        draft = Version.objects.create(
            plan=plan,
            number=newest.number + 1,
            change_reason=(_("Taken up again: %(subgoal)s") % {"subgoal": subgoal})[:300],
        )
        content = contents.without(contents.of_version(newest), given_up(plan))
        ask_to_confirm(plan, due_on=timezone.localdate() + timedelta(days=DAYS_TO_CONFIRM))
    else:
        content = contents.of_version(draft)
    if all(one.key != subgoal.key for goal in content for one in goal.subgoals):
        rewrite(plan, draft, added(content, subgoal))


def added(content: Content, subgoal: Subgoal) -> Content:
    """The content with the subgoal at the end of its goal, which is told by its title; or with the goal anew."""
    goal, whole = subgoal.goal, contents.of_subgoal(subgoal)
    same = [one for one in content if (one.title, one.life_area) == (goal.title, goal.life_area)]
    home = next((one for one in same if len(one.subgoals) < contents.MOST_SUBGOALS), None)
    if home is None:
        return [*content, GoalContent(goal.title, goal.life_area, goal.own_words, [whole])]
    home.subgoals.append(whole)
    return content


def rewrite(plan: Plan, draft: Version, content: Content) -> None:
    known = known_keys(plan)
    draft.goals.all().delete()
    contents.write(draft, content, known=known)
    draft.revision += 1
    draft.save(update_fields=["revision"])


def tell_of(plan: Plan, kind: str, subgoal: Subgoal, *, by: User, body: str = "") -> None:
    programme = plan.programme
    tell_case(
        kind,
        programme,
        by=by,
        audience=Audience.HEALTH if subgoal.goal.life_area == LifeArea.HEALTH else Audience.TEAM,
        body=body,
        url=reverse("plans:detail", args=[programme.reference]),
        subgoal=subgoal.title,
    )
