"""The whole referral form: its steps, what each owns of the draft, and everything judged at once (R1, R3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from core.forms import Form, FormError
from programmes.catalogue import latest_types
from programmes.models import ProgrammeType
from referrals import goals
from referrals.drafts import Typed
from referrals.forms import AccommodationsForm, CitizenForm, ProgrammeForm


class Step(TextChoices):
    CITIZEN = "citizen", gettext_lazy("Citizen")
    PROGRAMME = "programme", gettext_lazy("Programme")
    GOALS = "goals", gettext_lazy("Goals and subgoals")
    ACCOMMODATIONS = "accommodations", gettext_lazy("Accommodations")
    SEND = "send", gettext_lazy("Submit")


# All sections on one page: where a form that cannot be submitted yet is corrected.
EVERYTHING = "all"
SECTIONS: list[str] = [Step.CITIZEN, Step.PROGRAMME, Step.GOALS, Step.ACCOMMODATIONS]
FIELDS: dict[str, set[str]] = {
    Step.CITIZEN: set(CitizenForm.base_fields),
    Step.PROGRAMME: set(ProgrammeForm.base_fields),
    Step.ACCOMMODATIONS: set(AccommodationsForm.base_fields),
}


def sections_of(step: str) -> list[str]:
    """The sections that stand on the page of a step."""
    if step == EVERYTHING:
        return SECTIONS
    return [step] if step in SECTIONS else []


def owns(section: str, name: str) -> bool:
    return goals.owns(name) if section == Step.GOALS else name in FIELDS[section]


def merged(typed: Typed, posted: QueryDict, sections: Iterable[str]) -> Typed:
    """The draft with what was sent for these sections, exactly as typed; the other sections stay."""
    sections = list(sections)

    def is_sent(name: str) -> bool:
        return any(owns(section, name) for section in sections)

    kept = {name: value for name, value in typed.items() if not is_sent(name)}
    sent = {name: str(posted[name]) for name in posted if is_sent(name)}
    return {**kept, **sent}


@dataclass(frozen=True)
class Choices:
    """What there is to choose from; read once a request."""

    types: list[ProgrammeType]
    centres: list[Organisation]

    @classmethod
    def read(cls) -> "Choices":
        """Two queries."""
        centres = Organisation.objects.open().filter(kind=Organisation.Kind.PROVIDER).order_by("name")
        return cls(latest_types(), list(centres))

    def type_of(self, typed: Mapping[str, str]) -> ProgrammeType:
        """The programme type that was typed, the first one where none was."""
        return next((one for one in self.types if str(one.pk) == typed.get("type")), self.types[0])

    def centre_of(self, typed: Mapping[str, str]) -> Organisation:
        return next((one for one in self.centres if str(one.pk) == typed.get("centre")), self.centres[0])


class ReferralForm:
    """The forms of the sections over one draft. Judged, they say what is wrong; otherwise they only show (R3)."""

    def __init__(self, typed: Typed, choices: Choices, *, sections: Iterable[str] = SECTIONS, judged: bool) -> None:
        self.typed, self.choices, self.judged = typed, choices, judged
        self.sections = list(sections)
        type, centre = choices.type_of(typed), choices.centre_of(typed)
        filled = {
            "language": "sv" if centre.country == Organisation.Country.SWEDEN else "da",
            "type": str(type.pk),
            "centre": str(centre.pk),
            "legal_basis": type.settings.legal_basis.text or "",
            **typed,
        }
        self.citizen = self.made(CitizenForm, Step.CITIZEN, filled, country=centre.country)
        self.programme = self.made(ProgrammeForm, Step.PROGRAMME, filled, types=choices.types, centres=choices.centres)
        self.accommodations = self.made(AccommodationsForm, Step.ACCOMMODATIONS, filled)
        self.goals = goals.blocks(typed, judged=self.judges(Step.GOALS))

    def judges(self, section: str) -> bool:
        return self.judged and section in self.sections

    def made(self, form: type[Form], section: str, filled: Typed, **kwargs: Any) -> Any:
        if self.judges(section):
            return form(filled, **kwargs)
        return form(initial=filled, **kwargs)

    @property
    def forms(self) -> list[Form]:
        """All forms of the sections, in the order of the page."""
        by_section: dict[str, list[Form]] = {
            Step.CITIZEN: [self.citizen],
            Step.PROGRAMME: [self.programme],
            Step.GOALS: [form for block in self.goals for form in block.forms],
            Step.ACCOMMODATIONS: [self.accommodations],
        }
        return [form for section in SECTIONS if section in self.sections for form in by_section[section]]

    def is_valid(self) -> bool:
        """Whether all sections are; every one is checked, so that all errors show at once."""
        return not [form for form in self.forms if not form.is_valid()]

    @property
    def error_list(self) -> list[FormError]:
        return [error for form in self.forms for error in form.error_list]

    # What stands in the draft, in words, for reading it through before it is sent.

    @property
    def shown_citizen(self) -> list[tuple[str, str]]:
        return self.shown(self.citizen)

    @property
    def shown_programme(self) -> list[tuple[str, str]]:
        return self.shown(self.programme, without={"centre"} if len(self.choices.centres) == 1 else set())

    @property
    def shown_accommodations(self) -> list[tuple[str, str]]:
        return self.shown(self.accommodations)

    @property
    def shown_goals(self) -> list[tuple[str, list[str]]]:
        return [
            (
                str(block.form["title"].value() or ""),
                [str(subgoal["title"].value() or "") for subgoal in block.subgoals],
            )
            for block in self.goals
        ]

    @staticmethod
    def shown(form: Form, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
        """Label and value as typed; what was chosen from a list in its words; a field that has to be filled says so."""
        lines = []
        for name, field in form.fields.items():
            if name in without:
                continue
            value = str(form[name].value() or "")
            if isinstance(field, forms.ChoiceField):
                value = str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
            elif isinstance(field, forms.BooleanField):
                value = _("Yes") if value else _("No")
            if field.required or value not in ("", "–"):
                lines.append((str(field.label), _("Missing") if value in ("", "–") else value))
        return lines
