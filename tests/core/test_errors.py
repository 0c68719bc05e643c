"""Error pages speak the user's language and ask neither user nor database (experience 25, T17)."""

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.translation import gettext

from core import errors
from core.exceptions import NotAllowed, Refused
from tests.factories.accounts import UserFactory


def raised(exception: Exception) -> HttpResponse:
    try:
        raise exception
    except type(exception):
        return errors.server_error(RequestFactory().get("/"))


def test_our_fault_is_500_without_a_query(django_assert_num_queries, db):
    with translation.override("en"), django_assert_num_queries(0):
        answer = raised(ValueError("secret detail"))
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
    assert '<html lang="en">' in answer.content.decode()


def test_a_database_that_is_away_is_503_and_says_when_to_come_back():
    answer = raised(OperationalError("server closed the connection"))
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"


def test_an_action_says_why_it_is_not_ones_to_do():
    request = RequestFactory().get("/")
    with translation.override("en"):
        assert "Only the team leader" in errors.forbidden(request, NotAllowed("Only the team leader")).content.decode()
        assert "internal" not in errors.forbidden(request, PermissionError("internal")).content.decode()


def test_a_refusal_that_no_view_caught_is_told_in_words():
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    middleware = errors.RefusedMiddleware(view)
    answer = middleware.process_exception(RequestFactory().post("/"), Refused("The note <b> is approved"))
    assert answer.status_code == 422
    assert "The note &lt;b&gt; is approved" in answer.content.decode()
    assert middleware.process_exception(RequestFactory().post("/"), ValueError()) is None


@pytest.mark.django_db
def test_an_unknown_page_is_404_in_the_users_language(signed_in):
    answer = signed_in(UserFactory(language="en")).get("/no/such/page/")
    assert answer.status_code == 404
    assert "We cannot find that page" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_words():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "Trinvis" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/search/?q=a%00b", "/cases/F-2026-%00/", "/accounts/login/?next=%00"])
def test_an_address_with_a_nul_byte_is_400(signed_in, address):
    """T21."""
    assert signed_in(UserFactory()).get(address).status_code == 400


@pytest.mark.django_db
def test_every_page_carries_the_strict_headers(client):
    """T8."""
    answer = client.get("/accounts/login/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["Cache-Control"].startswith(("no-store", "max-age=0, no-cache, no-store"))
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_no_template_carries_inline_style_or_script():
    """T8: the policy would stop it, and it would only be seen in the browser."""
    from pathlib import Path

    from django.conf import settings

    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        if "pdf" in path.parts:
            continue
        text = Path(path).read_text()
        assert " style=" not in text, path
        for handler in (" onclick=", " onsubmit=", " onchange=", "javascript:", "hx-on"):
            assert handler not in text, path
        for part in text.split("<script")[1:]:
            assert " src=" in part.split(">")[0], path


@pytest.mark.django_db
def test_health_costs_no_session(django_assert_num_queries):
    client = Client()
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok"
    with django_assert_num_queries(1):
        assert client.get("/readyz").content == b"ok"


def test_readiness_is_503_when_the_database_is_away(client, monkeypatch):
    from core import health

    class Gone:
        def cursor(self):
            raise OperationalError

    monkeypatch.setattr(health, "connection", Gone())
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("language", ["da", "sv", "en"])
def test_every_error_page_speaks_the_users_language(language):
    """experience 25."""
    request = RequestFactory().get("/")
    with translation.override(language):
        answers = [
            errors.forbidden(request, PermissionError()),
            errors.not_found(request, ValueError()),
            errors.csrf_failed(request),
            raised(ValueError()),
            raised(OperationalError()),
        ]
        heads = [
            "You do not have access to this page",
            "We cannot find that page",
            "It could not be done",
            "Something went wrong on our side",
            "Trinvis is taking a short break",
        ]
        for answer, head in zip(answers, heads, strict=True):
            text = answer.content.decode()
            assert f'<html lang="{language}">' in text
            assert gettext(head) in text
            assert (gettext(head) == head) == (language == "en")
