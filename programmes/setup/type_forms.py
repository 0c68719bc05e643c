"""The form in which a programme type's file is uploaded or written."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import Form
from programmes.types.reading import LARGEST, Problem

SHOWN = 50


class TypeForm(Form):
    """A file, or its text in the field; a chosen file goes first. `seen` is the version that the preview showed."""

    file = forms.FileField(label=_("File"), required=False, widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}))
    text = forms.CharField(
        label=_("Text of the file"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "wrap": "off", "spellcheck": "false", "class": "font-monospace"}),
    )
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31, widget=forms.HiddenInput)

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > LARGEST:
            raise forms.ValidationError(gettext("The file is too large for a programme type"))
        return file

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        file = data.get("file")
        if file is not None:
            try:
                data["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", gettext("The file is not written in UTF-8. Save it as UTF-8 and try again"))
        elif "file" in data and not data.get("text", "").strip() and "text" not in self.errors:
            self.add_error("file", gettext("Choose a file, or write its text below"))
        return data

    @property
    def file_name(self) -> str:
        """Under which the problems stand; short, as it is only looked at."""
        file = self.cleaned_data.get("file")
        return str(file.name)[:60] if file is not None else ""

    def with_text(self) -> "TypeForm":
        """The same form with the file's text in the field, so that it can be mended there."""
        data = QueryDict(mutable=True)
        data.update({"text": self.cleaned_data["text"], "seen": str(self.cleaned_data["seen"] or 0)})
        form = TypeForm(data)
        form.is_valid()
        return form

    def add_problems(self, problems: list[Problem]) -> None:
        """Each beside the text, with line and key; a file that is wrong throughout need not say everything at once."""
        for problem in problems[:SHOWN]:
            place = gettext("Line %(line)s") % {"line": problem.line} if problem.line else ""
            self.add_error("text", " · ".join(filter(None, [place, problem.path])) + f": {problem.message}")
        if len(problems) > SHOWN:
            self.add_error("text", gettext("… and %(count)s more") % {"count": len(problems) - SHOWN})
