"""The access log: a page that cannot be logged is not shown, a refusal is kept (T5)."""

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from audit.log import look
from audit.middleware import AccessLogMiddleware
from audit.models import Access
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def ask(status: int = 200, *, looks: bool = True, kwargs: dict | None = None, user=None) -> HttpResponse:
    request = RequestFactory().get("/cases/F-2026-000001/")
    request.user = user or UserFactory(name="Signe Abildgaard")
    request.resolver_match = ResolverMatch(lambda: None, (), kwargs or {}, url_name="case", namespaces=["desk"])

    def view(request):
        if looks:
            look(request, "F-2026-000001")
        return HttpResponse("the page", status=status)

    return AccessLogMiddleware(view)(request)


def test_a_look_is_written_with_who_and_what():
    assert ask().status_code == 200
    row = Access.objects.get()
    assert (row.user_name, row.kind, row.what) == ("Signe Abildgaard", "view", "F-2026-000001")


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_is_written_and_says_what_was_asked_for(status):
    ask(status, kwargs={"reference": "F-2026-000001"})
    row = Access.objects.get()
    assert (row.kind, row.what) == ("denied", "desk:case F-2026-000001")


def test_a_page_about_nobody_is_not_written():
    ask(looks=False)
    assert not Access.objects.exists()


def test_a_page_whose_look_cannot_be_written_is_not_shown(monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("audit.middleware.write", broken)
    response = ask()
    assert response.status_code == 503
    assert b"the page" not in response.content
