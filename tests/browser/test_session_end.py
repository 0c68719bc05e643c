"""The end of the session is announced, and what was typed is kept (experience 28)."""

import re

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

MAKE_WORKSHOP = f"""
from audit.acting import acting
from tests.factories.attendance import contact_person_of
from tests.factories.programmes import WorkshopFactory
user = contact_person_of(WorkshopFactory(), name="Karen Lund", language="da", email="third@end.example.org")
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


def test_a_shared_tablet_locks_to_the_names_and_a_pin_leads_back(staff, sign_in, stack):
    """experience 28: five taps and a name; what somebody was writing stays behind the veil."""
    stack.manage("shell", "-c", MAKE_WORKSHOP)
    page = sign_in("third@end.example.org", PASSWORD)
    page.goto("/accounts/tablet/shared/")
    page.locator("#id_name").fill("Ved døren")
    page.locator("form:has(#id_name) [type=submit]").click()
    for name in ("pin", "again"):
        page.locator(f"#id_{name}").fill("8264")
    page.locator("form:has(#id_pin) [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/attendance/$"))
    end_all_sessions(stack)
    page.clock.fast_forward("05:05")
    expect(page).to_have_url(re.compile(r"/accounts/tablet/\?next=%2Fattendance%2F$"))
    assert violations(page) == []
    page.get_by_role("link", name="Karen Lund").click()
    assert violations(page) == []
    for digit in "8264":
        page.locator(f"[data-digit='{digit}']").click()
    page.locator("[data-pin] [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/attendance/$"))
    page.goto("/accounts/profile/")
    expect(page.locator("h1")).to_be_visible()
    assert violations(page) == []
    page.locator("form[action='/accounts/tablet/lock/'] [name=password]").click()
    page.locator("[name=login]").fill("third@end.example.org")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=password]) [type=submit]").first.click()
    page.locator("#id_phone").fill("99 31 40 17")
    end_all_sessions(stack)
    page.clock.fast_forward("05:05")
    expect(page.locator("[data-ended]")).to_be_visible()
    expect(page.locator("[data-ended] a")).to_have_attribute("href", "/accounts/tablet/")
