"""How a plan is confirmed, as forms: by signature, by a typed name, on paper with the scan, or later (L2)."""

import base64
import binascii
import io
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from core.exceptions import Refused
from core.forms import Form
from core.uploads import JPEG, PDF, PNG, Upload, checked, checked_bytes
from plans.actions import agreed_on_problem
from plans.agreement.confirming import NAME_LENGTH, Given, given_on_problem
from plans.form_parts import days
from plans.models import Plan, Version
from plans.statuses import Means

PREFIX = "data:image/png;base64,"
LARGEST_SIGNATURE = 200 * 1024  # bytes of the picture; a drawn name takes some ten thousand
MOST_POINTS = 2400 * 1200
LEAST_INK = 20  # points: fewer is a slip of the finger
LATER = "later"


class CitizenYesForm(Form):
    """The citizen's own yes at the meeting, or afterwards. `given` is what was given, None for later."""

    means = forms.ChoiceField(
        label=_("How does the citizen confirm?"),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        choices=[
            (Means.SIGNATURE, _("Signs here on the screen")),
            (Means.TYPED, _("Types the name here")),
            (Means.PAPER, _("Has signed on paper")),
            (LATER, _("Confirms later")),
        ],
    )
    signature = forms.CharField(required=False, widget=forms.HiddenInput, max_length=LARGEST_SIGNATURE * 4 // 3 + 100)
    typed = forms.CharField(
        label=_("The citizen's name"),
        required=False,
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    scan = forms.FileField(
        label=_("The signed paper"),
        required=False,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".pdf,.png,.jpg,.jpeg"}),
        help_text=_("PDF or picture, at most 10 MB."),
    )

    def __init__(self, *args: Any, person: str, can_wait: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.given: Given | None = None
        if not can_wait:
            ways = self.fields["means"].choices  # type: ignore[attr-defined]
            self.fields["means"].choices = [way for way in ways if way[0] != LATER]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        take: dict[str, tuple[str, Callable[[dict[str, Any]], Given]]] = {
            Means.SIGNATURE: ("means", self.signed),
            Means.TYPED: ("typed", self.named),
            Means.PAPER: ("scan", self.scanned),
        }
        if self.errors.get("signature") and data.get("means") == Means.SIGNATURE:
            self.add_error("means", gettext("The signature could not be read. Sign once more"))
        elif data.get("means") in take:
            field, given_by = take[data["means"]]
            if field not in self.errors:
                try:
                    self.given = given_by(data)
                except Refused as refusal:
                    self.add_error(field, str(refusal))
        return data

    def signed(self, data: dict[str, Any]) -> Given:
        return Given(Means.SIGNATURE, self.person, signature_of(data.get("signature", "")))

    def named(self, data: dict[str, Any]) -> Given:
        if not data.get("typed"):
            raise Refused(gettext("Let the citizen type the name, or choose another way"))
        return Given(Means.TYPED, data["typed"])

    def scanned(self, data: dict[str, Any]) -> Given:
        file: UploadedFile | None = data.get("scan")
        if not file:
            raise Refused(gettext("Attach the signed paper"))
        upload = checked(file)
        if upload.content_type not in (PDF, PNG, JPEG):
            raise Refused(gettext("The signed paper is a PDF or a picture"))
        return Given(Means.PAPER, self.person, upload)


class ConfirmForm(CitizenYesForm):
    """The day on which the plan was agreed with the citizen, and the citizen's yes where the type asks for it (L2)."""

    agreed_on = days(_("Agreed with the citizen on"))
    revision = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)

    field_order = ["agreed_on", "means"]

    def __init__(self, *args: Any, plan: Plan, asks_citizen: bool, **kwargs: Any) -> None:
        super().__init__(*args, person=plan.programme.citizen.name, **kwargs)
        self.plan = plan
        if not asks_citizen:
            for name in ("means", "signature", "typed", "scan"):
                del self.fields[name]

    def clean_agreed_on(self) -> date:
        agreed_on = self.cleaned_data["agreed_on"]
        if problem := agreed_on_problem(self.plan, agreed_on):
            raise forms.ValidationError(problem)
        return agreed_on


class SignForm(CitizenYesForm):
    """The citizen's yes to the version in force, given afterwards (L2)."""

    given_on = days(_("Confirmed on"))
    version = forms.IntegerField(min_value=1, max_value=32_000, widget=forms.HiddenInput)

    field_order = ["given_on", "means"]

    def __init__(self, *args: Any, standing: Version, **kwargs: Any) -> None:
        super().__init__(*args, person=standing.plan.programme.citizen.name, can_wait=False, **kwargs)
        self.standing = standing

    def clean_given_on(self) -> date:
        given_on = self.cleaned_data["given_on"]
        if problem := given_on_problem(self.standing, given_on):
            raise forms.ValidationError(problem)
        return given_on


def signature_of(text: str) -> Upload:
    """The drawn name as a picture of one colour, made anew from its points; Refused when it is none, or empty."""
    if not text:
        raise Refused(gettext("Sign in the field, or choose another way"))
    wrong = Refused(gettext("The signature could not be read. Sign once more"))
    if not text.startswith(PREFIX):
        raise wrong
    try:
        data = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise wrong from error
    if len(data) > LARGEST_SIGNATURE:
        raise wrong
    try:
        checked_bytes("signature.png", data)
    except Refused as error:
        raise wrong from error
    with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
        if picture.width * picture.height > MOST_POINTS:
            raise wrong
        try:
            drawn = picture.convert("RGBA")
        except (OSError, ValueError, SyntaxError) as error:  # every checksum fits, and the points cannot be read
            raise wrong from error
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    grey = ImageOps.grayscale(paper)
    if sum(grey.histogram()[:128]) < LEAST_INK:
        raise Refused(gettext("Sign in the field, or choose another way"))
    kept = io.BytesIO()
    grey.save(kept, "PNG", optimize=True)
    return Upload("signature.png", PNG, kept.getvalue())
