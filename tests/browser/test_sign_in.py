import pytest
from playwright.sync_api import Page, expect

from tests.browser.stack import Stack, violations


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_the_sign_in_page_opens_and_axe_finds_nothing(open_page, scheme, size):
    page = open_page(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
    page.goto("/accounts/login/")
    expect(page.locator("[name=login]")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "da")
    assert violations(page) == []


def test_a_wrong_password_says_so_and_keeps_the_address(browser_page: Page):
    browser_page.goto("/accounts/login/")
    browser_page.locator("[name=login]").fill("nobody@demo.trinvis.test")
    browser_page.locator("[name=password]").fill("not-the-password")
    browser_page.locator("[name=password]").press("Enter")
    expect(browser_page.locator("[name=login]")).to_have_value("nobody@demo.trinvis.test")
    assert violations(browser_page) == []


def test_the_stack_and_its_browser_live_in_the_chosen_time(stack: Stack, open_page):
    stack.travel_to("2026-11-23T07:00")
    browser_page = open_page()
    response = browser_page.goto("/accounts/login/")
    assert response
    assert response.headers["date"].startswith(stack.now.astimezone().strftime("%a, %d Nov 2026"))
    assert browser_page.evaluate("() => new Date().toISOString()").startswith("2026-11-23T06:0")
