"""The whole referral form: its steps, what each owns of the draft, and everything judged at once (R1, R3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from citizens.identity import WrongNumber, parse_number
from core.fields import parse_date
from core.forms import Form, FormError
from programmes.models import ProgrammeType
from programmes.places.offers import Offered, offered_today
from programmes.places.quotas import plain
from referrals import goals
from referrals.drafts import Typed
from referrals.forms import AccommodationsForm, CitizenForm
from referrals.programme_form import ProgrammeForm


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
    # `type` and `centre` were asked for by themselves before centres chose what they offer.
    Step.PROGRAMME: {*ProgrammeForm.base_fields, "type", "centre"},
    Step.ACCOMMODATIONS: set(AccommodationsForm.base_fields),
}


def sections_of(step: str) -> list[str]:
    """The sections that stand on the page of a step."""
    if step == EVERYTHING:
        return SECTIONS
    return [step] if step in SECTIONS else []


def owns(section: str, name: str) -> bool:
    if section == Step.PROGRAMME and name.startswith(("party-", "consent-")):
        return True
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
    """What there is to choose from; read once a request. Never empty."""

    offered: list[Offered]

    @classmethod
    def read(cls, organisation: Organisation | None = None) -> "Choices":
        """What is offered today, that of the referring organisation's own country first. Three queries."""
        found = offered_today()
        if organisation is not None:
            found.sort(key=lambda one: one.centre.country != organisation.country)
        return cls(found)

    def chosen(self, typed: Mapping[str, str]) -> Offered | None:
        """The programme that was chosen, or the only one there is; None where none is chosen or it is offered no
        more."""
        key = typed.get("offer") or ""
        earlier = (typed.get("type"), typed.get("centre"))
        if len(self.offered) == 1 and not key:
            return self.offered[0]
        return next(
            (one for one in self.offered if one.key == key or (str(one.type.pk), str(one.centre.pk)) == earlier), None
        )

    def type_of(self, typed: Mapping[str, str]) -> ProgrammeType:
        """The programme type that was chosen, the first one where none was."""
        return (self.chosen(typed) or self.offered[0]).type

    def centre_of(self, typed: Mapping[str, str]) -> Organisation:
        return (self.chosen(typed) or self.offered[0]).centre


def born(typed: Mapping[str, str], country: str) -> date | None:
    """The citizen's birth date as far as it can be read from what is typed."""
    try:
        if typed.get("identity_number"):
            return parse_number(typed["identity_number"], country).birth_date
        return parse_date(typed.get("birth_date", ""))
    except (WrongNumber, ValueError):
        return None


class ReferralForm:
    """The forms of the sections over one draft. Judged, they say what is wrong; otherwise they only show (R3)."""

    def __init__(self, typed: Typed, choices: Choices, *, sections: Iterable[str] = SECTIONS, judged: bool) -> None:
        self.typed, self.choices, self.judged = typed, choices, judged
        self.sections = list(sections)
        self.chosen = choices.chosen(typed)
        centre = choices.centre_of(typed)
        filled = {"language": "sv" if centre.country == Organisation.Country.SWEDEN else "da", **typed}
        if self.chosen:
            contexts = self.chosen.type.settings.contexts
            filled["offer"] = self.chosen.key
            filled.setdefault("legal_basis", legal_basis(self.chosen, typed))
            filled.setdefault("quota", quota_of(self.chosen, typed.get("municipality", "")))
            if len(contexts) == 1:
                filled["context"] = contexts[0].key
        self.citizen = self.made(CitizenForm, Step.CITIZEN, filled, country=centre.country)
        self.programme = self.made(
            ProgrammeForm,
            Step.PROGRAMME,
            filled,
            offered=choices.offered,
            chosen=self.chosen,
            born=born(typed, centre.country),
        )
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
        if self.chosen is None:
            return [(str(self.programme.fields["offer"].label), _("Missing"))]
        lines = [(str(self.programme.fields["offer"].label), f"{self.chosen.type}, {self.chosen.centre}")]
        consents = {name for _name, names in self.programme.consent_fields for name in names}
        lines += self.shown(self.programme, without={"offer", *consents})
        for title, fields in self.programme.consents:
            values = [
                _("Missing") if not field.value() and field.field.required else shown_value(field) for field in fields
            ]
            if any(values):
                lines.append((title, ", ".join(value for value in values if value)))
        return lines

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
            value = shown_value(form[name])
            if field.required or value not in ("", "–"):
                lines.append((str(field.label), _("Missing") if value in ("", "–") else value))
        return lines


def shown_value(field: forms.BoundField) -> str:
    """What is typed, in words: the label of a choice, yes or no of a box."""
    value = str(field.value() or "")
    if isinstance(field.field, forms.ChoiceField):
        return str(dict(field.field.choices).get(value, value)) if value else ""  # type: ignore[arg-type]
    if isinstance(field.field, forms.BooleanField):
        return _("Yes") if value else _("No")
    return value


def quota_of(chosen: Offered, municipality: str) -> str:
    """The name under which the citizen's municipality has places of its own; empty where it has none (P10)."""
    return next((name for name, _places in chosen.terms.quotas if plain(name) == plain(municipality)), "")


def legal_basis(chosen: Offered, typed: Mapping[str, str]) -> str:
    """The paragraph to begin with: that of the chosen context, else the type's."""
    settings = chosen.type.settings
    of_context = next((one.legal_basis for one in settings.contexts if one.key == typed.get("context")), "")
    return of_context or settings.legal_basis.text or ""
