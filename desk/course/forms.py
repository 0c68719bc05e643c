"""The forms of the page of a programme's course; each knows the programme, so that errors stand by their fields."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.fields import DateField, ReasonField, parse_date
from core.forms import Form
from programmes.course import lasting, pausing, phases
from programmes.models import Programme
from programmes.people import coordination
from programmes.places import crowding

# How a programme is extended although there are too few places.
ANYWAY, LENT = "anyway", "lent:"
READ_BY_REFERRER = gettext_lazy("The referrer is told and reads this. Write nothing about health.")


class CourseForm(Form):
    """One of the page's forms; `key` tells their fields apart."""

    key = ""

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        self.programme = programme
        super().__init__(*args, auto_id=f"id_{self.key}_%s", **kwargs)


class PauseForm(CourseForm):
    key = "pause"
    starts_on = DateField(label=gettext_lazy("First day of the pause"))
    ends_on = DateField(
        label=gettext_lazy("Last day of the pause"),
        required=False,
        help_text=gettext_lazy("Empty when nobody knows yet; the pause then lasts until it is ended here."),
    )
    reason = ReasonField(label=gettext_lazy("Why?"), help_text=READ_BY_REFERRER)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_on") and "ends_on" not in self.errors:
            for name, problem in pausing.problems(self.programme, data["starts_on"], data.get("ends_on")).items():
                self.add_error(name, problem)
        return data


class ResumeForm(CourseForm):
    on = DateField(label=gettext_lazy("First day back"))
    why = ReasonField(label=gettext_lazy("Why?"), help_text=READ_BY_REFERRER)

    def __init__(self, *args: Any, pause: int, **kwargs: Any) -> None:
        self.key = f"resume{pause}"
        super().__init__(*args, initial={"on": timezone.localdate()}, **kwargs)


class EndForm(CourseForm):
    key = "end"
    new_end = DateField(
        label=gettext_lazy("New last day"),
        help_text=gettext_lazy("If it is shortened, activities that are planned after it are cancelled."),
    )
    following = forms.TypedMultipleChoiceField(
        label=gettext_lazy("If it is extended, these placements last as long"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("If it is shortened, all placements end with it."),
    )
    agreed_with = forms.CharField(
        label=gettext_lazy("Who agreed?"),
        max_length=200,
        help_text=gettext_lazy("The citizen and the referring adviser, for instance."),
    )
    agreed_on = DateField(label=gettext_lazy("Agreed on"))
    reason = ReasonField(label=gettext_lazy("Why?"), help_text=READ_BY_REFERRER)
    place = forms.ChoiceField(label=gettext_lazy("There are too few places"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        placements = lasting.placements_to_the_end(programme)
        initial = {"agreed_on": timezone.localdate(), "following": [one.pk for one in placements]}
        super().__init__(*args, programme=programme, initial=initial, **kwargs)
        choices = [(one.pk, one.name(with_health=True)) for one in placements]
        if choices and lasting.may_be_extended(programme):
            self.fields["following"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["following"]
        self.too_many = self.find_too_many()
        if self.too_many:
            words = _("a place lent from %(municipality)s (%(free)s free)")
            lent: list[tuple[str, str]] = [
                (f"{LENT}{one.municipality}", words % {"municipality": one.municipality, "free": one.free})
                for one in crowding.lenders(programme, self.too_many[-1].until)
            ]
            anyway = (ANYWAY, _("Extend anyway; it is shown as too many"))
            self.fields["place"].choices = [*lent, anyway]  # type: ignore[attr-defined]
        else:
            del self.fields["place"]

    def find_too_many(self) -> list[crowding.Crowded]:
        """The days on which there is no place until the end that was typed; nothing before anything is sent (P10)."""
        try:
            new_end = parse_date(self.data.get("new_end", ""))
        except ValueError:
            return []
        if new_end is None or lasting.problem_of(self.programme, new_end):
            return []
        return crowding.crowded(self.programme, new_end)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        place = data.pop("place", "")
        if self.too_many and not place and "place" not in self.errors:
            days = "; ".join(map(str, self.too_many))
            self.add_error("place", _("Too many: %(days)s. Choose how it is extended all the same") % {"days": days})
        data["despite_full"] = place == ANYWAY
        data["lent_from"] = place.removeprefix(LENT) if place.startswith(LENT) else ""
        return data

    def clean_new_end(self) -> Any:
        new_end = self.cleaned_data["new_end"]
        if problem := lasting.problem_of(self.programme, new_end):
            raise forms.ValidationError(problem)
        return new_end

    def clean_agreed_on(self) -> Any:
        agreed_on = self.cleaned_data["agreed_on"]
        if agreed_on > timezone.localdate():
            raise forms.ValidationError(_("The agreement cannot lie in the future"))
        return agreed_on


class PhaseForm(CourseForm):
    key = "phase"
    phase = forms.ChoiceField(label=gettext_lazy("Phase"), widget=forms.RadioSelect)
    starts_on = DateField(label=gettext_lazy("Begins on"))
    reason = ReasonField(label=gettext_lazy("Why?"), help_text=READ_BY_REFERRER)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        present = phases.present_phase(programme)
        following = phases.next_phase(programme, present)
        initial = {"starts_on": timezone.localdate(), "phase": following.key if following else ""}
        super().__init__(*args, programme=programme, initial=initial, **kwargs)
        self.fields["phase"].choices = [  # type: ignore[attr-defined]
            (phase.key, str(phase)) for phase in programme.type.settings.phases if phase != present
        ]

    def clean_starts_on(self) -> Any:
        starts_on = self.cleaned_data["starts_on"]
        if problem := phases.problem_of_start(self.programme, starts_on):
            raise forms.ValidationError(problem)
        return starts_on


class CoordinatorForm(CourseForm):
    key = "coordinator"
    person = forms.TypedChoiceField(label=gettext_lazy("Colleague"), coerce=int)
    on = DateField(label=gettext_lazy("From"))
    reason = ReasonField(label=gettext_lazy("Why?"), help_text=READ_BY_REFERRER)

    def __init__(self, *args: Any, programme: Programme, present: int | None, **kwargs: Any) -> None:
        super().__init__(*args, programme=programme, initial={"on": timezone.localdate()}, **kwargs)
        self.people: dict[int, User] = {user.pk: user for user in coordination.could_coordinate(programme)}
        names = [(user.pk, user.name) for user in self.people.values() if user.pk != present]
        self.fields["person"].choices = [("", _("Choose")), *names]  # type: ignore[attr-defined]

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if not timezone.localdate() <= on <= self.programme.ends_on:
            raise forms.ValidationError(_("Choose a day from today until the programme ends"))
        return on
