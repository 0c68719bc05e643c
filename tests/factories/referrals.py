import datetime
import uuid

import factory
from django.utils import timezone

from referrals.drafts import sealed
from referrals.models import Goal, Move, Referral, Subgoal
from referrals.statuses import Status
from referrals.submission import grant_referral
from tests.factories.accounts import CentreFactory, JobCentreFactory, user_with_role
from tests.factories.base import Factory
from tests.factories.citizens import CitizenFactory
from tests.factories.programmes import ProgrammeTypeFactory

MONDAY = datetime.date(2026, 11, 30)


class DraftFactory(Factory):
    """A draft with nothing typed; `typed={...}` fills it."""

    class Meta:
        model = Referral

    class Params:
        typed: dict = {}

    id = factory.LazyFunction(uuid.uuid4)
    reference = factory.Sequence(lambda n: f"H-2026-{n:06}")
    type = factory.SubFactory(ProgrammeTypeFactory)
    centre = factory.SubFactory(CentreFactory)
    referring_organisation = factory.SubFactory(JobCentreFactory)
    referrer = factory.LazyAttribute(lambda o: user_with_role("referrer", o.referring_organisation))
    draft = factory.LazyAttribute(lambda o: sealed(o.id, o.typed))
    draft_saved_at = factory.LazyFunction(timezone.now)


class ReferralFactory(DraftFactory):
    """A submitted referral with one goal and one subgoal, waiting for the team leader."""

    citizen = factory.SubFactory(CitizenFactory)
    status = Status.SUBMITTED
    context = "job_clarification"
    legal_basis = "Lov om aktiv beskæftigelsesindsats § 32, stk. 1, nr 2"
    reason = "Has been ill since February."
    accommodations = "Lift 5 kg at most"
    accommodations_why = "A bad back"
    wished_start = MONDAY
    weeks = 13
    weekly_hours = 9
    submitted_at = factory.LazyFunction(timezone.now)

    @classmethod
    def after(cls, instance: Referral) -> None:
        goal = Goal.objects.create(referral=instance, position=1, life_area="work", title="Work 12 hours a week")
        Subgoal.objects.create(goal=goal, position=1, title="Comes three days a week", indicator="share")
        Move.objects.create(referral=instance, status=Status.SUBMITTED, by=instance.referrer, at=instance.submitted_at)
        grant_referral(instance)
