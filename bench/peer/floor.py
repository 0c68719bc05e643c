"""pretix as it is served, and the floor that its pages are measured against. Run in pretix's environment."""

from importlib import import_module

from django.http import HttpRequest, HttpResponse
from django.urls import path
from pretix.wsgi import application

__all__ = ["application"]


def hello(request: HttpRequest) -> HttpResponse:
    """Session and user, nothing else, below the same middleware as every page of pretix."""
    return HttpResponse(request.user.get_username())


# Only now: it can be imported once the application is there.
urls = import_module("pretix.multidomain.maindomain_urlconf")
urls.urlpatterns.insert(0, path("hello-auth/", hello, name="hello-auth"))
