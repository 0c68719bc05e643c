"""What is asked of a joint day (A1, P7)."""

from collections import Counter
from collections.abc import Sequence
from datetime import time
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.fields import DateField, ReasonField, TimeField
from core.forms import Form
from programmes.models import Programme


class Person(NamedTuple):
    """A line of the list of those who come; told apart by the case's number where two have the same name."""

    programme: Programme
    words: str
    comes: bool


class JointDayForm(Form):
    """What the workshop does together, when and how long; and who comes, everybody unless somebody is left out.

    `people` are the cases that can be chosen. The page sends whom it showed (`shown`) and who of them comes (`comes`),
    so that somebody who was placed meanwhile is not left out by chance.
    """

    name = ReasonField(label=_("What"), max_length=100, help_text=_("Shown in the register, e.g. the open day."))
    day = DateField(label=_("Day"))
    starts = TimeField(label=_("From what time"))
    ends = TimeField(label=_("Until what time"))

    def __init__(self, *args: Any, candidates: Sequence[Programme] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = candidates

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts: time | None = cleaned.get("starts")
        ends: time | None = cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must lie after the beginning."))
        if self.people and not any(person.comes for person in self.people):
            self.add_error(None, _("Choose at least one citizen"))
        return cleaned

    @cached_property
    def people(self) -> list[Person]:
        sent = self.data if isinstance(self.data, QueryDict) else QueryDict()
        stays = set(sent.getlist("shown")) - set(sent.getlist("comes"))
        named = Counter(one.citizen.name for one in self.candidates)
        return [
            Person(
                one,
                one.citizen.name if named[one.citizen.name] == 1 else f"{one.citizen.name} · {one.reference}",
                str(one.pk) not in stays,
            )
            for one in self.candidates
        ]

    @property
    def left_out(self) -> list[Programme]:
        return [person.programme for person in self.people if not person.comes]
