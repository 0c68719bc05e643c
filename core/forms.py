"""The form that every page starts from: crispy, without the browser's own checks, its errors listed in one place."""

from typing import Any, NamedTuple

from crispy_forms.helper import FormHelper
from django import forms
from django.db import models
from django.forms.models import ModelFormMetaclass as DjangoModelFormMetaclass
from django.utils.translation import gettext_lazy as _

from core.fields import DateField, LongTextField, ReasonField, TimeField


class FormError(NamedTuple):
    """One line of the summary: the id of the field it leads to, the field's label, what is wrong."""

    field_id: str
    label: str
    message: str


class ErrorsListed:
    """Mixed into a form: how crispy draws it, and everything that is wrong in it and in its `formsets`."""

    formsets: tuple[forms.BaseFormSet, ...] = ()
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                chosen = isinstance(field, forms.ChoiceField)
                field.error_messages["required"] = _("Choose an answer") if chosen else _("Fill this in")

    @property
    def helper(self) -> FormHelper:
        """Fields only: the form element, the token and the buttons are the template's."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper

    @property
    def error_list(self) -> list[FormError]:
        """Every error in the order of the page, formsets last; empty when nothing is wrong."""
        found = errors_of(self)  # type: ignore[arg-type]
        for formset in self.formsets:
            found += errors_of_formset(formset)
        return found

    def is_valid(self) -> bool:
        """Whether the form and all its formsets are; all of them are checked, so that all errors show at once."""
        each = [super().is_valid(), *(formset.is_valid() for formset in self.formsets)]  # type: ignore[misc]
        return all(each)


def errors_of(form: forms.BaseForm) -> list[FormError]:
    """The errors of one form: those of its fields first, then those of the whole, which lead to its first field."""
    if not form.is_bound or not form.errors:
        return []
    found = [FormError(input_id(field), str(field.label), str(message)) for field in form for message in field.errors]
    first = next(map(input_id, form.visible_fields()), "")
    return found + [FormError(first, "", str(message)) for message in form.non_field_errors()]


def input_id(field: forms.BoundField) -> str:
    """The id of what a link to the field should lead to: the first button of a group, otherwise the input."""
    several = isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{field.auto_id}_0" if several else field.id_for_label or field.auto_id


def errors_of_formset(formset: forms.BaseFormSet) -> list[FormError]:
    """The errors of a formset, form by form, then its own."""
    if not formset.is_bound or formset.is_valid():
        return []
    found = [error for form in formset.forms for error in errors_of(form)]
    return found + [FormError("", "", str(message)) for message in formset.non_form_errors()]


def formfield(db_field: models.Field, **kwargs: Any) -> forms.Field | None:
    """The form field of a model field: dates, times and long text get ours."""
    ours: dict[type[models.Field], type[forms.Field]] = {
        models.DateField: DateField,
        models.TimeField: TimeField,
        models.TextField: LongTextField,
    }
    if type(db_field) in ours and not db_field.choices:
        kwargs.setdefault("form_class", ours[type(db_field)])
        if type(db_field) is models.TextField and "widget" not in kwargs:
            kwargs["widget"] = forms.Textarea(attrs={"rows": 4})
    return db_field.formfield(**kwargs)


class ModelFormMetaclass(DjangoModelFormMetaclass):
    """Gives each model form `formfield` above without every Meta having to say so."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> type:
        meta = attrs.get("Meta")
        if meta and not hasattr(meta, "formfield_callback"):
            meta.formfield_callback = staticmethod(formfield)
        return super().__new__(mcs, name, bases, attrs)


class Form(ErrorsListed, forms.Form):
    """A form that is not about one row."""


class ReasonForm(Form):
    """One question, why, before something is done."""

    why = ReasonField(widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label, self.fields["why"].help_text = label, help_text


class ModelForm(ErrorsListed, forms.ModelForm, metaclass=ModelFormMetaclass):
    """A form about one row."""
