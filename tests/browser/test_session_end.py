"""The end of the session is announced, and what was typed is kept (experience 28)."""

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.stack import Stack, violations

PASSWORD = "a long walk on the heath"
MAKE_STAFF = f"""
from audit.acting import acting
from tests.factories.accounts import CentreFactory, user_with_role
centre = CentreFactory(name="The centre that ends")
for name in ("first", "second"):
    user = user_with_role("caseworker", centre, language="da", email=name + "@end.example.org")
    with acting(user):
        user.set_password({PASSWORD!r})
        user.save()
"""


@pytest.fixture(scope="module")
def staff(stack: Stack) -> None:
    stack.manage("shell", "-c", MAKE_STAFF)


@pytest.fixture
def typing(staff, sign_in) -> Page:
    """A caseworker in the middle of a form."""
    page = sign_in("first@end.example.org", PASSWORD)
    page.goto("/accounts/profile/")
    page.locator("#id_phone").fill("99 31 40 17")
    return page


def end_all_sessions(stack: Stack) -> None:
    with psycopg.connect(stack.owner_url, autocommit=True) as connection:
        connection.execute("DELETE FROM django_session")


def sign_in_again(page: Page, email: str) -> None:
    with page.context.expect_page() as opened:
        page.locator("[data-ended] a").click()
    other = opened.value
    other.locator("[name=login]").fill(email)
    other.locator("[name=password]").fill(PASSWORD)
    other.locator("form:has([name=password]) [type=submit]").first.click()
    expect(other.locator("#main")).to_be_visible()


def test_two_minutes_before_the_end_it_is_announced_and_one_may_stay(typing):
    page = typing
    page.clock.fast_forward("27:50")
    expect(page.locator("[data-warning]")).to_be_hidden()
    page.clock.fast_forward("00:15")
    warning = page.get_by_role("dialog")
    expect(warning).to_be_visible()
    expect(warning.locator("[data-left]")).to_contain_text("1:5")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(page.locator("#id_phone")).to_have_value("99 31 40 17")


def test_what_was_typed_is_sent_after_signing_in_again(typing, stack):
    page = typing
    end_all_sessions(stack)
    page.clock.fast_forward("30:05")
    expect(page.locator("[data-ended]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-ended]")).to_be_visible()
    assert violations(page) == []
    sign_in_again(page, "first@end.example.org")
    expect(page.locator("[data-ended]")).to_be_hidden()
    page.locator("form:has(#id_phone) button[type=submit]").click()
    expect(page.locator("[data-toast]")).to_have_count(1)
    expect(page.locator("#id_phone")).to_have_value("99 31 40 17")


def test_the_next_user_of_the_device_does_not_see_what_the_first_wrote(typing, stack):
    page = typing
    end_all_sessions(stack)
    page.clock.fast_forward("30:05")
    expect(page.locator("[data-ended]")).to_be_visible()
    sign_in_again(page, "second@end.example.org")
    expect(page.locator("#id_phone")).to_have_value("")
