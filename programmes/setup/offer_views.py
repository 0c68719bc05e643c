"""What a centre offers: the types of the catalogue, and how each is offered (U4, P10)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.places import Overtaken
from accounts.requests import SignedIn
from core.exceptions import Refused
from programmes.models import Offer
from programmes.places.offers import offer_type, state_of_offer
from programmes.places.quotas import terms_of
from programmes.setup.access import centre_of
from programmes.setup.offer_forms import OfferForm, as_typed
from programmes.setup.place_views import answer, form_page
from programmes.types.catalogue import latest_type, latest_types


@require_GET
def offers(request: SignedIn, pk: int) -> HttpResponse:
    """Every type of the catalogue, those that the centre offers first. A fixed number of queries."""
    centre = centre_of(request.user, pk)
    found = {offer.type_key: offer for offer in Offer.objects.filter(centre=centre).prefetch_related("quotas")}
    today = timezone.localdate()
    rows = []
    for type in latest_types():
        offer = found.get(type.key)
        rows.append(
            {
                "type": type,
                "offer": offer,
                "is_current": offer is not None
                and offer.since <= today
                and (offer.until is None or offer.until >= today),
                "is_over": offer is not None and offer.until is not None and offer.until < today,
                "terms": terms_of(type, offer),
            }
        )
    rows.sort(key=lambda row: (not row["is_current"], row["offer"] is None, str(row["type"])))
    return render(request, "setup/offers.html", {"centre": centre, "rows": rows})


@form_page
def offer(request: SignedIn, pk: int, key: str) -> HttpResponse:
    """How the centre offers one type, or that it begins to."""
    centre = centre_of(request.user, pk)
    type = latest_type(key)
    if type is None:
        raise Http404
    there = Offer.objects.filter(centre=centre, type_key=key).prefetch_related("quotas").first()
    shown = as_typed(there) if there else {"since": timezone.localdate()}
    form = OfferForm(request.POST or None, type=type, initial={**shown, "seen": state_of_offer(there)})
    if request.method == "POST" and form.is_valid():
        try:
            offer_type(centre=centre, type_key=key, **form.decision, seen=form.cleaned_data["seen"], by=request.user)
        except Overtaken:
            form.show_both(as_typed(there) if there else {}, state_of_offer(there))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(centre)s offers %(type)s as you wrote") % {"centre": centre, "type": type})
            return redirect("setup:offers", centre.pk)
    return answer(request, "setup/offer.html", form, centre=centre, type=type, offer=there)
