"""The form in which a centre says how it offers a type (U4, P10)."""

import re
from typing import Any

from django import forms
from django.utils.formats import localize_input
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.fields import DateField, LongTextField
from programmes.models import Offer, ProgrammeType
from programmes.places.quotas import plain, terms_of
from programmes.setup.forms import ChangingForm

MOST_PLACES = 9_999
MOST_QUOTAS = 50
A_QUOTA = re.compile(r"(?P<name>[^\d]{1,100}?)[\s:=,;.-]*(?P<places>\d{1,4})")


class OfferForm(ChangingForm):
    """Since when, until when, and the places where they differ from those of the type."""

    since = DateField(label=_("Offered from"))
    until = DateField(label=_("Until"), required=False, help_text=_("The last day on which it can be referred to."))
    places = forms.IntegerField(
        label=_("Places"), required=False, min_value=0, max_value=MOST_PLACES, widget=forms.TextInput
    )
    quotas = LongTextField(label=_("Places of each municipality"), required=False, rows=5)
    can_be_lent = forms.ChoiceField(
        label=_("May one municipality lend another a free place?"), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, type: ProgrammeType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = terms_of(type, None)
        self.fields["places"].widget.attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "t-w-s"}
        self.fields["places"].help_text = (
            gettext("%(places)s when you leave it empty, as the type says.") % {"places": terms.places}
            if terms.places is not None
            else gettext("They are not counted when you leave it empty.")
        )
        shared = ", ".join(f"{name} {places}" for name, places in terms.quotas)
        self.fields["quotas"].help_text = (
            gettext("One a line: the name and how many.")
            + " "
            + (
                gettext("As the type says when you leave it empty: %(quotas)s.") % {"quotas": shared}
                if shared
                else gettext("Nobody has places of its own when you leave it empty.")
            )
        )
        as_type = gettext("As the type says: yes") if terms.can_be_lent else gettext("As the type says: no")
        self.fields["can_be_lent"].choices = [  # type: ignore[attr-defined]
            ("", as_type),
            ("yes", gettext("Yes")),
            ("no", gettext("No")),
        ]
        self.shared_places = sum(places for _name, places in terms.quotas)

    def clean_quotas(self) -> dict[str, int]:
        """Places by municipality, as they are written, one a line."""
        found: dict[str, int] = {}
        lines = [line.strip() for line in self.cleaned_data["quotas"].splitlines() if line.strip()]
        if len(lines) > MOST_QUOTAS:
            raise forms.ValidationError(gettext("Write at most %(count)s municipalities") % {"count": MOST_QUOTAS})
        for line in lines:
            match = A_QUOTA.fullmatch(line)
            if match is None:
                raise forms.ValidationError(
                    gettext("Write the name and the number of places, not: %(line)s") % {"line": line[:60]}
                )
            name = " ".join(match["name"].split())
            if plain(name) in map(plain, found):
                raise forms.ValidationError(gettext("%(name)s stands there twice") % {"name": name})
            found[name] = int(match["places"])
        return found

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("The end must be after the start"))
        quotas, places = data.get("quotas"), data.get("places")
        shared = sum(quotas.values()) if quotas else self.shared_places
        if places is not None and quotas is not None and shared > places:
            self.add_error(
                "places",
                gettext("The municipalities have %(shared)s places together, more than these") % {"shared": shared},
            )
        return data

    @property
    def decision(self) -> dict[str, Any]:
        """What `offers.offer_type` asks for; only for a valid form."""
        data = self.cleaned_data
        lent = {"yes": True, "no": False}.get(data["can_be_lent"])
        return {**{name: data[name] for name in ("since", "until", "places", "quotas")}, "can_be_lent": lent}


def as_typed(offer: Offer) -> dict[str, str]:
    """What the form shows of an offer."""
    lent = {True: "yes", False: "no", None: ""}[offer.can_be_lent]
    return {
        "since": localize_input(offer.since),
        "until": localize_input(offer.until) if offer.until else "",
        "places": "" if offer.places is None else str(offer.places),
        "quotas": "\n".join(f"{one.municipality} {one.places}" for one in offer.quotas.all()),
        "can_be_lent": lent,
    }
