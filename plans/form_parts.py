"""What the forms of a plan are made of: their fields, and a form that is one part of a page of many."""

from collections.abc import Iterable
from typing import Any

from django import forms

from core.fields import DateField, LongTextField
from core.forms import Form, FormError, errors_of
from plans.models import StepRecord, Subgoal
from plans.steps import STEPS

TITLE_LENGTH = Subgoal._meta.get_field("title").max_length
COMMENT_LENGTH = StepRecord._meta.get_field("comment").max_length
STEP_FIELDS = [f"step_{number}" for number in STEPS]


class LineField(forms.CharField):
    """One line of text. The browser is not told the limit, because it would cut a pasted text without a word."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "form-control"}


def line(label: Any, *, limit: int | None = TITLE_LENGTH) -> LineField:
    return LineField(label=label, required=False, max_length=limit)


def days(label: Any, *, required: bool = True) -> DateField:
    field = DateField(label=label, required=required)
    field.widget.attrs["class"] = "form-control t-w-m"
    return field


def texts(label: Any, *, rows: int = 3) -> LongTextField:
    field = LongTextField(label=label, required=False, rows=rows)
    field.widget.attrs["class"] = "form-control"
    return field


def options(label: Any, choices: Iterable, initial: Any) -> forms.ChoiceField:
    select = forms.Select(attrs={"class": "form-select t-w-l"})
    return forms.ChoiceField(label=label, choices=choices, initial=initial, widget=select)


class PartForm(Form):
    """A form that is a part of a page of many: drawn field by field."""

    name: Any = ""  # what tells it from its like: 1, 1.2, the subgoal's title

    @property
    def error_list(self) -> list[FormError]:
        return [error._replace(label=f"{error.label} ({self.name})") for error in errors_of(self)]

    def mark_wrong(self) -> None:
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] = f"{attrs.get('class', '')} is-invalid".strip()
