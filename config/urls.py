"""Every door of the site. What needs no sign-in is listed in `accounts.middleware.PUBLIC`."""

from django.conf import settings
from django.urls import include, path

from core import errors

urlpatterns = [
    path("accounts/", include("accounts.urls")),
    path("referrals/", include("referrals.urls")),
    path("attendance/", include("attendance.urls")),
    path("plans/", include("plans.urls")),
    path("closing-notes/", include("closing_notes.urls")),
    path("", include("desk.urls")),
]
if getattr(settings, "DEMO", False):
    urlpatterns.append(path("demo/", include("demo.urls")))

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
