import datetime

import factory

from tests.factories.base import Factory
from worklist.models import Task


class TaskFactory(Factory):
    """A task about a plan; give `for_user`, `for_unit` or `for_leaders_of`, and `citizen`."""

    class Meta:
        model = Task

    kind = "confirm_plan"
    source = factory.Sequence(lambda n: f"plans.plan:{n}")
    due_on = datetime.date(2026, 11, 25)
    url = "/plans/F-2026-000001/"
