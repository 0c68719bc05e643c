import datetime
import hashlib
import io

import factory
from django.db import connection
from django.utils import timezone
from PIL import Image

from audit.acting import System, acting
from core.uploads import PNG, Upload
from journal.documents import attach
from plans.content import GoalContent, SubgoalContent, write
from plans.models import Confirmation, FollowUp, Plan, PlanDocument, StepRecord, Subgoal, Version
from plans.statuses import Means, Party, Status
from tests.factories.base import Factory
from tests.factories.programmes import ProgrammeFactory

FIVE_STEPS = ["Never", "Once a week", "Twice a week", "Three times a week", "Every day"]


class PlanFactory(Factory):
    """A plan without versions; see `draft_plan` and `confirmed_plan`."""

    class Meta:
        model = Plan

    programme = factory.SubFactory(ProgrammeFactory)


class VersionFactory(Factory):
    """A draft."""

    class Meta:
        model = Version

    plan = factory.SubFactory(PlanFactory)
    number = 1


class PlanDocumentFactory(Factory):
    """A PDF that is ready, a stand-in for the bytes."""

    class Meta:
        model = PlanDocument

    plan = factory.SubFactory(PlanFactory)
    asked_by = factory.LazyAttribute(lambda o: o.plan.programme.caseworker)
    language = "da"
    reads_drafts = True
    reads_health = True
    status = "done"
    pdf = b"%PDF-1.7 a stand-in"
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.pdf).hexdigest())
    finished_at = factory.LazyFunction(timezone.now)


def subgoal(title: str = "Comes on time", **fields) -> SubgoalContent:
    """A subgoal that may be confirmed."""
    return SubgoalContent(title, **{"baseline": "Never", "target": "Every day", "steps": list(FIVE_STEPS)} | fields)


def goals(number: int = 1, subgoals: int = 1, **fields) -> list[GoalContent]:
    return [
        GoalContent(
            f"Goal {place}", subgoals=[subgoal(f"Subgoal {place}.{n}") for n in range(1, subgoals + 1)], **fields
        )
        for place in range(1, number + 1)
    ]


def draft_plan(content: list[GoalContent] | None = None, **fields) -> Plan:
    """A plan whose first version is a draft with this content."""
    plan = PlanFactory(**fields)
    version = VersionFactory(plan=plan)
    with acting(System("test")):
        write(version, goals() if content is None else content, known=set())
        nobody_acts()
    return plan


def confirmed_plan(content: list[GoalContent] | None = None, **fields) -> Plan:
    """A plan whose first version is confirmed; the first follow-up is due in four weeks."""
    plan = draft_plan(content, **fields)
    on = plan.programme.starts_on
    with acting(System("test")):
        plan.versions.update(
            status=Status.CONFIRMED,
            confirmed_at=timezone.now(),
            confirmed_by=plan.programme.caseworker,
            citizen_agreed_on=on,
        )
        plan.follow_up_due_on = on + datetime.timedelta(weeks=4)
        plan.save()
        nobody_acts()
    return plan


def followed_up(plan: Plan, steps: dict[Subgoal, int], *, on: datetime.date | None = None, **fields) -> FollowUp:
    """A follow-up that sets these steps, without what the action does beside it."""
    with acting(System("test")):
        row = FollowUp.objects.create(
            plan=plan, held_on=on or plan.programme.starts_on, by=plan.programme.caseworker, **fields
        )
        StepRecord.objects.bulk_create(StepRecord(follow_up=row, subgoal=s, step=step) for s, step in steps.items())
        nobody_acts()
    return row


def a_signature(plan: Plan) -> Confirmation:
    """The citizen's yes to the plan's last version, with a picture of the name."""
    kept = io.BytesIO()
    Image.new("L", (60, 20), "white").save(kept, "PNG")
    version, by = plan.versions.latest("number"), plan.programme.caseworker
    with acting(System("test")):
        row = Confirmation.objects.create(
            version=version, party=Party.CITIZEN, means=Means.SIGNATURE, name="Torben", by=by,
            given_on=plan.programme.starts_on, proof_hash=hashlib.sha256(kept.getvalue()).hexdigest(),
        )  # fmt: skip
        upload = Upload("signature.png", PNG, kept.getvalue())
        attach(upload=upload, carrier=str(row), citizen=plan.programme.citizen, by=by)
        nobody_acts()
    return row


def subgoals_of(plan: Plan) -> list[Subgoal]:
    """The subgoals of the plan's last version, in order."""
    version = plan.versions.order_by("number").last()
    return list(Subgoal.objects.filter(goal__version=version).order_by("goal__position", "position"))


def nobody_acts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('trinvis.actor', '', true)")
