"""What people write about their tasks."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from citizens.models import Citizen
from core.fields import DateField
from core.forms import Form
from core.templatetags.dates import day
from worklist.colleagues import can_have
from worklist.models import Task
from worklist.turns import LONGEST_SNOOZE

# A longer list to choose from is no help; the case page leads here with its citizen chosen.
CITIZENS_SHOWN = 300
LONGEST_WORD = 300


class OwnTaskForm(Form):
    """A task of one's own: what, by when, and about whom if anybody."""

    text = forms.CharField(
        label=gettext_lazy("What is to be done?"),
        max_length=LONGEST_WORD,
        help_text=gettext_lazy("What stands here can be read by your team leader when it is about a citizen."),
    )
    due_on = DateField(label=gettext_lazy("By when?"), help_text=gettext_lazy("For example 23.11.26"))
    citizen = forms.ModelChoiceField(
        Citizen.objects.none(),
        label=gettext_lazy("About a citizen?"),
        required=False,
        empty_label=gettext_lazy("No, about nobody"),
    )

    def __init__(self, *args: Any, user: User, chosen: Citizen | None = None, task: Task | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.task = task
        visible = Citizen.objects.visible_to(user)
        shown = visible.filter(is_protected=False).by_name().values("pk")[:CITIZENS_SHOWN]
        also = [citizen.pk for citizen in (chosen, task.citizen if task else None) if citizen is not None]
        choice = self.fields["citizen"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101
        choice.queryset = (
            visible.filter(Q(pk__in=shown) | Q(pk__in=also)).defer("identity_number", "identity_index").by_name()
        )

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        if due_on < timezone.localdate() and not (self.task and self.task.due_on == due_on):
            raise forms.ValidationError(_("Choose today or a later day"))
        return due_on


class SnoozeForm(Form):
    """Until when, and why."""

    until = DateField(label=gettext_lazy("Until which day?"))
    why = forms.CharField(
        label=gettext_lazy("Why does it have to wait?"),
        max_length=LONGEST_WORD,
        help_text=gettext_lazy("Stands beside the task, for you and your team leader."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].help_text = _("At most two weeks, to %(day)s. It comes back by itself.") % {
            "day": day(timezone.localdate() + timedelta(days=LONGEST_SNOOZE))
        }

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if until <= today:
            raise forms.ValidationError(_("Choose a day after today"))
        if until > today + timedelta(days=LONGEST_SNOOZE):
            raise forms.ValidationError(
                _("A task can be put off for two weeks at most, to %(day)s")
                % {"day": day(today + timedelta(days=LONGEST_SNOOZE))}
            )
        return until


class HandOverForm(Form):
    """To whom, with a word; offered are only those who may see the citizens."""

    to = forms.TypedChoiceField(label=gettext_lazy("To whom?"), widget=forms.RadioSelect, coerce=int, choices=[])
    word = forms.CharField(
        label=gettext_lazy("A word to go with it"), max_length=LONGEST_WORD, required=False,
        help_text=gettext_lazy("What your colleague should know."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, tasks: Collection[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = can_have(user, tasks)
        self.colleagues = {colleague.pk: colleague for colleague in able}
        choice = self.fields["to"]
        assert isinstance(choice, forms.TypedChoiceField)  # noqa: S101
        choice.choices = [
            (pk, label(colleague, able[colleague], len(tasks), user)) for pk, colleague in self.colleagues.items()
        ]

    @property
    def to_user(self) -> User:
        return self.colleagues[self.cleaned_data["to"]]


def label(colleague: User, able: int, chosen: int, user: User) -> str:
    """`Birthe Nørskov, Contact person`, with how many of several tasks the colleague can have."""
    words = _("Myself") if colleague == user else colleague.name
    if colleague.title and colleague != user:
        words = f"{words}, {colleague.title}"
    if able < chosen:
        count = ngettext("can have %(able)s of %(chosen)s", "can have %(able)s of %(chosen)s", able)
        words = f"{words} ({count % {'able': able, 'chosen': chosen}})"
    return words
