"""The demo's own pages: signing in with one click, and reading all mail (U5)."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from demo.models import Mail
from demo.users import EVERYBODY, address

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NEWEST_MAILS = 100


def demo_only() -> None:
    """404 wherever these pages have no business."""
    if not getattr(settings, "DEMO", False):
        raise Http404


@require_POST
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as the demo user of the posted `role`; 404 for any other word. No other user can be reached here."""
    demo_only()
    role = request.POST.get("role", "")
    if role not in EVERYBODY:
        raise Http404
    user = User.objects.filter(email=address(role), is_active=True).first()
    if user is None:
        messages.error(request, _("The demo has no data yet."))
        return redirect(settings.LOGIN_URL)
    login(request, user, backend=BACKEND)
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_safe
@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    """All mail that production would have sent, newest first."""
    demo_only()
    return render(request, "demo/mail.html", {"mails": Mail.objects.all()[:NEWEST_MAILS]})
