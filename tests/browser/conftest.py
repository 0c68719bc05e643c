"""A browser on the real stack.

`stack` (one for the session) is the running Trinvis; `open_page()` gives a page of its own browser context, so that
several people can be signed in at once; `browser_page` is one such page; `sign_in(email)` one who is signed in.
No page may write an error to the console, a violated Content-Security-Policy included.
"""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from devstack.environment import find_browser
from tests.browser.stack import Stack

# A wrong form answers 422, one with which a colleague was faster 409, a stranger's case 404, an ended session 401, and
# tests take the network or the server away: meant.
MEANT = re.compile(
    r"Failed to load resource: (the server responded with a status of (401|403|404|409|422) |"
    r"net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED))"
)
PASSWORD = "trinvis-demo"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """At seven o'clock on Monday 23 November 2026; `stack.travel_to` goes elsewhere."""
    stack = Stack(tmp_path_factory.mktemp("stack"), "2026-11-23T07:00")
    try:
        stack.make_database()
        stack.start()
        yield stack
    finally:
        stack.stop()
        stack.drop_database()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(stack: Stack, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(**options)`: options as of Playwright's `new_context`. The browser's clock shows the stack's time."""
    errors: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not MEANT.match(message.text):
            errors.append(f"{message.page.url if message.page else ''}: {message.text}")

    def open_one(**options: object) -> Page:
        settings = {
            "base_url": stack.address,
            "locale": "da-DK",
            "timezone_id": "Europe/Copenhagen",
            "viewport": {"width": 1366, "height": 768},
            "service_workers": "block",  # test_offline.py has it
            **options,
        }
        context = chromium.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.clock.install(time=stack.now)
        context.on("console", listen)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert not errors, "\n".join(errors)


@pytest.fixture
def browser_page(open_page: Callable[..., Page]) -> Page:
    return open_page()


@pytest.fixture
def sign_in(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """`sign_in("caseworker@demo.trinvis.test")`: a page on which that demo user has signed in by the form."""

    def sign_in_as(email: str, password: str = PASSWORD, **options: object) -> Page:
        page = open_page(**options)
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(password)
        page.locator("form:has([name=password]) [type=submit]").first.click()
        expect(page).not_to_have_url(re.compile("/accounts/login/"))
        return page

    return sign_in_as
