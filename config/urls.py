"""Every door of the site. What needs no sign-in is listed in `accounts.middleware.PUBLIC`."""

from django.conf import settings
from django.urls import include, path

from attendance.register import offline
from core import errors

urlpatterns = [
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("app.webmanifest", offline.manifest, name="manifest"),
    path("accounts/", include("accounts.urls")),
    path("users/", include("accounts.users_urls")),
    path("referrals/", include("referrals.urls")),
    path("journal/", include("journal.urls")),
    path("meetings/", include("meetings.urls")),
    path("attendance/", include("attendance.urls")),
    path("plans/", include("plans.urls")),
    path("closing-notes/", include("closing_notes.urls")),
    path("setup/", include("programmes.setup.urls")),
    path("tasks/", include("worklist.urls")),
    path("", include("desk.urls")),
]
if getattr(settings, "DEMO", False):
    urlpatterns.append(path("demo/", include("demo.urls")))

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
