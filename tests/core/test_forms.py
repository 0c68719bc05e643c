"""A wrong form says what is wrong in one place (experience 17)."""

from django import forms
from django.forms import formset_factory
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from core.fields import DateField, LongTextField
from core.forms import Form, ModelForm
from programmes.models import Programme


class Part(Form):
    text = forms.CharField(label="Subgoal")


class Whole(Form):
    name = forms.CharField(label="Name")
    until = DateField(label="Until", required=False, help_text="As you write it")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    share = forms.BooleanField(label="Share it", required=False)

    def clean(self):
        raise forms.ValidationError("The two do not go together")


def drawn(form, **context):
    request = RequestFactory().get("/")
    with translation.override("en"):
        return render_to_string("components/form.html", {"form": form, "submit": "Save it", **context}, request)


def test_every_error_is_listed_with_the_field_it_leads_to():
    form = Whole({"name": "", "until": "x", "kind": "c"})
    parts = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-text": ""}
    form.formsets = (formset_factory(Part)(parts),)
    with translation.override("en"):
        errors = form.error_list
    assert [(error.field_id, error.label) for error in errors] == [
        ("id_name", "Name"),
        ("id_until", "Until"),
        ("id_kind_0", "Kind"),
        ("id_name", ""),
        ("id_form-0-text", "Subgoal"),
    ]
    assert not form.is_valid()


def test_an_unsent_form_has_no_errors():
    assert Whole().error_list == []


def test_the_summary_links_to_the_fields_and_takes_the_focus():
    page = drawn(Whole({"name": "", "kind": "a"}))
    assert 'role="alert" tabindex="-1"' in page
    assert '<a href="#id_name">Name: Fill this in</a>' in page
    assert "The two do not go together" in page


def test_a_question_with_answers_to_choose_from_asks_for_one():
    page = drawn(Whole({"name": "A"}))
    assert '<a href="#id_kind_0">Kind: Choose an answer</a>' in page


def test_help_and_error_are_tied_to_their_field():
    page = drawn(Whole({"name": "", "until": "x", "kind": "a"}))
    assert 'aria-describedby="id_until_helptext id_until_error"' in page
    assert 'id="id_until_helptext"' in page
    assert 'id="id_until_error"' in page
    assert 'aria-invalid="true"' in page


def test_no_form_carries_inline_style_or_script():
    page = drawn(Whole({"name": "", "until": "x", "kind": "a"}), cancel_url="/")
    assert "style=" not in page
    assert " on" not in [part[:3] for part in page.split('"')]


class AboutProgramme(ModelForm):
    class Meta:
        model = Programme
        fields = ["starts_on", "pause_reason"] if hasattr(Programme, "pause_reason") else ["starts_on"]


def test_a_model_form_takes_dates_as_people_write_them():
    assert isinstance(AboutProgramme.base_fields["starts_on"], DateField)
    text_fields = [field for field in AboutProgramme.base_fields.values() if isinstance(field.widget, forms.Textarea)]
    assert all(isinstance(field, LongTextField) for field in text_fields)
