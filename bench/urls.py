"""All of Trinvis, and the floor that its pages are measured against."""

from django.http import HttpResponse
from django.urls import include, path

from accounts.requests import SignedIn


def hello(request: SignedIn) -> HttpResponse:
    """Session and user, nothing else: what a signed-in page costs at the least (2 queries)."""
    return HttpResponse(request.user.name)


urlpatterns = [path("hello-auth/", hello, name="hello-auth"), path("", include("config.urls"))]
