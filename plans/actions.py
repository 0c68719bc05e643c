"""What changes a plan before it is in force: starting, writing, a new version (L1, L2); see also `confirming`."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Max, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import Actor, acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from plans import content as contents
from plans.content import Content, GoalContent
from plans.models import Abandonment, Plan, Subgoal, Version
from plans.permissions import may_edit
from plans.statuses import Status
from programmes.checklist.requirements import settle
from programmes.models import Programme
from programmes.statuses import RUNNING
from worklist.actions import clear_task, raise_task

if TYPE_CHECKING:
    from referrals.models import Referral

DAYS_TO_CONFIRM = 14  # a fortnight of getting to know each other, then the plan is agreed
# What may be due about a plan: each is one task of its own.
KINDS = ("confirm_plan", "confirm_plan_citizen", "confirm_plan_referrer", "plan_follow_up")


class StalePlan(Refused):
    """Somebody else saved or confirmed meanwhile. `version` is what now stands, `content` what it says (T13)."""

    def __init__(self, version: Version, content: Content) -> None:
        super().__init__(_("Somebody else has changed the plan since you opened it. Nothing of yours is lost."))
        self.version = version
        self.content = content


def start_plan(*, programme: Programme, referral: "Referral", by: User, **signal: Any) -> Plan:
    """Copy the goals of an accepted referral into a plan's first draft (L1); receiver of `referral_accepted`.

    Runs inside the sender's `acting`; the number of statements is fixed.
    """
    plan = Plan.objects.create(programme=programme)
    version = Version.objects.create(plan=plan, number=1)
    contents.write(version, contents.of_referral(referral), known=set())
    record("plan_started", by=by, subject=programme, citizen_id=programme.citizen_id)
    ask_to_confirm(plan, due_on=programme.starts_on + timedelta(days=DAYS_TO_CONFIRM))
    return plan


def save_draft(*, plan: Plan, content: Sequence[GoalContent], number: int, revision: int, by: User) -> Version:
    """Replace the draft's goals and subgoals (L1). `number` and `revision` are those that the writer opened.

    StalePlan when somebody saved or confirmed since (T13), unless they saved the very same, as a double click does.
    """
    with acting(by):
        plan = locked(plan, by=by)
        version = plan.versions.latest("number")
        settled = contents.settle(content)
        if (version.number, version.revision, version.status) != (number, revision, Status.DRAFT):
            standing = contents.of_version(version)
            if version.status == Status.DRAFT and keyless(standing) == keyless(settled):
                return version
            raise StalePlan(version, standing)
        known = known_keys(plan)
        version.goals.all().delete()
        contents.write(version, settled, known=known)
        version.revision += 1
        version.save(update_fields=["revision"])
        record("plan_saved", by=by, subject=plan, citizen_id=plan.programme.citizen_id, version=version.number)
    return version


def new_version(*, plan: Plan, by: User, why: str) -> Version:
    """A draft that begins as a copy of the confirmed version; each subgoal keeps its key, so steps add up (L2).

    What was given up meanwhile is left out of it.
    """
    with acting(by, why=why):
        plan = locked(plan, by=by)
        if not why.strip():
            raise Refused(_("Write why the plan is changed"))
        latest = plan.versions.latest("number")
        if latest.status == Status.DRAFT:
            raise Refused(_("A new version is being written already"))
        version = Version.objects.create(plan=plan, number=latest.number + 1, change_reason=why.strip())
        given_up = plan.abandonments.filter(taken_up_on=None).values_list("key", flat=True)
        content = contents.without(contents.of_version(latest), set(given_up))
        contents.write(version, content, known=known_keys(plan))
        record(
            "plan_version_started", by=by, subject=plan, citizen_id=plan.programme.citizen_id, version=version.number
        )
        ask_to_confirm(plan, due_on=timezone.localdate() + timedelta(days=DAYS_TO_CONFIRM))
    return version


def discard_draft(*, plan: Plan, by: User) -> None:
    """Throw a new version away before it is confirmed; the first draft stays, a programme has a plan.

    What was taken up again in it alone is given up as before (L1).
    """
    with acting(by):
        plan = locked(plan, by=by)
        version = plan.versions.filter(status=Status.DRAFT, number__gt=1).first()
        if version is None:
            raise Refused(_("There is no new version to throw away"))
        number = version.number
        give_up_again(plan, version, by=by)
        version.goals.all().delete()
        version.delete()
        record("plan_draft_discarded", by=by, subject=plan, citizen_id=plan.programme.citizen_id, version=number)
        clear_task(kind="confirm_plan", source=source_of(plan), by=by)


def give_up_again(plan: Plan, draft: Version, *, by: User) -> None:
    """Let the last reason of each subgoal stand again that is in the draft and not in the version in force."""
    agreed = Subgoal.objects.filter(goal__version=plan.in_force()).values("key")
    taken_up = Subgoal.objects.filter(goal__version=draft).exclude(key__in=agreed).values("key")
    last = plan.abandonments.filter(key__in=taken_up).order_by("key", "-pk").distinct("key")
    Abandonment.objects.bulk_create(
        Abandonment(plan=plan, subgoal_id=row.subgoal_id, key=row.key, reason=row.reason, by=by)
        for row in last
        if row.taken_up_on
    )


def agreed_on_problem(plan: Plan, agreed_on: date) -> str:
    """Why the plan cannot have been agreed on that day; empty when it can."""
    programme = plan.programme
    earlier = plan.in_force()
    granted_on = min(programme.starts_on, timezone.localdate(programme.created_at))
    first = max(granted_on, earlier.citizen_agreed_on) if earlier and earlier.citizen_agreed_on else granted_on
    if agreed_on > timezone.localdate():
        return _("The day lies in the future. Confirm when you have agreed")
    if agreed_on < first:
        return _("The plan cannot have been agreed before %(day)s") % {"day": date_format(first)}
    return ""


def next_follow_up_on(programme: Programme, after: date) -> date | None:
    """The day of the next follow-up by the type's interval, at the latest the programme's last day (L3)."""
    weeks = programme.type.settings.follow_up.every_weeks
    by_interval = after + timedelta(weeks=weeks) if weeks else programme.ends_on
    day = min(by_interval, programme.ends_on)
    return day if day > after else None


def follow_up_next(plan: Plan, *, on: date | None, by: User) -> None:
    """Set the next follow-up and put it on the caseworker's worklist in place of the present one (L3, J6)."""
    plan.follow_up_due_on = on
    plan.save(update_fields=["follow_up_due_on"])
    clear_task(kind="plan_follow_up", source=source_of(plan), by=by)
    if on:
        programme = plan.programme
        raise_task(
            kind="plan_follow_up",
            source=source_of(plan),
            due_on=on,
            url=reverse("plans:follow_up", args=[programme.reference]),
            citizen=programme.citizen,
            for_user=programme.caseworker,
        )


def follow_new_end(sender: object, *, programme: Programme, by: User, **signal: Any) -> None:
    """Receiver of `period_changed`: no follow-up is due after the programme, and a longer one has its next (L3, P3).

    A day that was chosen and still fits stays. Where the old end left no room for another follow-up, the interval
    counts from the last talk, or from the day on which the plan was agreed.
    """
    plan = Plan.objects.select_for_update().filter(programme=programme).first()
    if plan is None:
        return
    due_on = plan.follow_up_due_on
    if due_on is None:
        talks = plan.follow_ups.aggregate(last=Max("held_on"))
        agreed = plan.versions.filter(status=Status.CONFIRMED).aggregate(first=Min("citizen_agreed_on"))
        last = talks["last"] or agreed["first"]
        due_on = next_follow_up_on(programme, max(last, programme.starts_on)) if last else None
    elif due_on > programme.ends_on:
        due_on = programme.ends_on
    if due_on != plan.follow_up_due_on:
        follow_up_next(plan, on=due_on, by=by)
        settle([programme.pk], by=by)


def ask_to_confirm(plan: Plan, *, due_on: date) -> None:
    programme = plan.programme
    raise_task(
        kind="confirm_plan",
        source=source_of(plan),
        due_on=due_on,
        url=reverse("plans:detail", args=[programme.reference]),
        citizen=programme.citizen,
        for_user=programme.caseworker,
    )


def clear_up(sender: object, *, programme: Programme, by: Actor, **signal: Any) -> None:
    """Receiver of `programme_ended`: nothing about the plan is due any more (K4)."""
    plan = Plan.objects.filter(programme=programme).first()
    if plan is not None:
        for kind in KINDS:
            clear_task(kind=kind, source=source_of(plan), by=by if isinstance(by, User) else None)


def source_of(plan: Plan) -> str:
    return f"plans.plan:{plan.pk}"


def locked(plan: Plan, *, by: User) -> Plan:
    """The plan's row under lock; NotAllowed for those who do not work on it, Refused when the programme has ended."""
    related = ("citizen", "centre", "caseworker", "referring_organisation", "type")
    plan = (
        Plan.objects.select_for_update(of=("self",))
        .select_related(*(f"programme__{name}" for name in related))
        .get(pk=plan.pk)
    )
    if not may_edit(by, plan.programme):
        raise NotAllowed
    if plan.programme.status not in RUNNING:
        raise Refused(_("The programme has ended, so the plan stays as it is"))
    return plan


def known_keys(plan: Plan) -> set[UUID]:
    """The keys of all its versions: only these are kept when a subgoal is written anew."""
    return set(Subgoal.objects.filter(goal__version__plan=plan).values_list("key", flat=True))


def keyless(content: Content) -> list:
    """For comparing what was written, without the keys that saving gave."""
    return [
        (goal.title, goal.life_area, goal.own_words, [{**vars(s), "key": None} for s in goal.subgoals])
        for goal in content
    ]
