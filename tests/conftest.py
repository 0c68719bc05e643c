"""Every database test runs as the web role, as production does; only the set-up and the flush run as the owner."""

import gc
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from accounts.models import User
from config.database import LIMITS, WEB_ROLE


class BrowserTogether(LoadScopeScheduling):
    """In a run of several processes one begins with all browser tests, on one stack; every other test goes where there
    is time. Pages in other languages than Danish have a process and a stack of their own."""

    def _split_scope(self, nodeid: str) -> str:
        if not nodeid.startswith("tests/browser/"):
            return nodeid
        return "other languages" if nodeid.endswith(("-sv]", "-en]")) else "browser"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return BrowserTogether(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """From here on every connection, threads' included, is the web role's, under production's limits."""
    options = connection.settings_dict["OPTIONS"]
    as_owner = options["options"]
    with django_db_blocker.unblock():
        connection.close()
    options["options"] = f"{LIMITS} -c role={WEB_ROLE}"
    yield
    with django_db_blocker.unblock():
        connection.close()
    options["options"] = as_owner


@pytest.fixture(autouse=True)
def web_role(request: pytest.FixtureRequest) -> Iterator[None]:
    """The web role inside the test, the owner again before a transaction test is flushed."""
    uses = {"db", "transactional_db"}.intersection(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    if not uses and not marker:
        yield
        return
    transactional = "transactional_db" in uses or bool(marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if transactional else "db")
    run_sql(f"SET ROLE {WEB_ROLE}")
    yield
    if transactional:
        run_sql("SET ROLE NONE")


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """What is read outside a request is English here, whatever language an earlier test's request left behind."""
    with translation.override("en"):
        yield


class FreshClient(Client):
    """Forgets who acted in the test before each request, so that a view that does not say who acts is refused."""

    def request(self, **request):
        if connection.in_atomic_block:
            run_sql("SELECT set_config('trinvis.actor', '', true)")
        return super().request(**request)


@pytest.fixture
def client() -> FreshClient:
    return FreshClient()


@pytest.fixture
def signed_in():
    """`signed_in(user)`: a client in which the user is signed in."""

    def sign_in(user: User) -> FreshClient:
        client = FreshClient()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
