"""What the frame around every page does: toasts, double clicks, wrong forms (experience 17, 20)."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.stack import Stack, violations

PASSWORD = "a long walk on the heath"
MAKE_STAFF = f"""
from audit.acting import acting
from tests.desk.cast import a_case
from tests.factories.accounts import CentreFactory, UserFactory
# Beyond the names that other tests gave.
for factory in (CentreFactory, UserFactory):
    factory.reset_sequence(720_000, force=True)
case = a_case("Torben", "Rammesen", reference="F-2026-900002")
for role in ("caseworker", "team_leader"):
    user = case.user(role)
    user.email, user.language = role + "@frame.example.org", "da"
    with acting(user):
        user.set_password({PASSWORD!r})
        user.save()
"""


@pytest.fixture(scope="module")
def staff(stack: Stack) -> None:
    stack.manage("shell", "-c", MAKE_STAFF)


@pytest.fixture
def caseworker(staff, sign_in):
    page = sign_in("caseworker@frame.example.org", PASSWORD)
    page.goto("/accounts/profile/")
    return page


def test_a_double_click_saves_once_and_the_toast_leaves_after_ten_seconds(caseworker):
    page = caseworker
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("form:has(#id_phone) button[type=submit]").dblclick()
    expect(page.locator("[data-toast]")).to_have_count(1)
    assert len(sent) == 1
    page.clock.run_for(9_000)
    expect(page.locator("[data-toast]")).to_have_count(1)
    page.clock.run_for(2_000)
    expect(page.locator("[data-toast]")).to_have_count(0)


def test_a_toast_stays_while_it_holds_the_focus(caseworker):
    page = caseworker
    page.locator("form:has(#id_phone) button[type=submit]").click()
    page.locator("[data-toast] [data-close]").focus()
    page.clock.run_for(20_000)
    expect(page.locator("[data-toast]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]")).to_have_count(0)


def test_the_summary_of_a_wrong_form_takes_the_focus(open_page):
    page = open_page()
    page.goto("/accounts/password/reset/")
    page.locator("[name=email]").fill("nobody")
    page.locator("form:has([name=email]) button[type=submit]").click()
    expect(page.locator(".t-errors")).to_be_focused()
    expect(page).to_have_title(re.compile("^(Fejl|Error):"))
    page.locator(".t-errors a").click()
    expect(page.locator("[name=email]")).to_be_focused()
    assert violations(page) == []


def test_the_first_stop_of_the_keyboard_is_the_way_to_the_content(caseworker):
    page = caseworker
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_phone_keeps_the_rest_of_the_navigation_behind_one_button(staff, sign_in):
    page = sign_in("team_leader@frame.example.org", PASSWORD, viewport={"width": 390, "height": 844})
    page.goto("/accounts/profile/")
    rest = page.locator("details.t-rest")
    rest.locator("summary").click()
    expect(rest.locator("a").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(rest.locator("a").first).to_be_hidden()


def test_on_a_phone_the_tabs_of_a_case_are_one_row_with_the_tab_of_the_page_in_view(staff, sign_in):
    page = sign_in("caseworker@frame.example.org", PASSWORD, viewport={"width": 390, "height": 844})
    page.goto("/cases/F-2026-900002/course/")
    row = page.locator(".t-tabs")
    seen = """(row) => {
        const own = row.querySelector("[aria-current]").getBoundingClientRect(), all = row.getBoundingClientRect();
        return { height: all.height, shown: own.left >= all.left && own.right <= all.right + 1, moved: row.scrollLeft };
    }"""
    found = row.evaluate(seen)
    assert found["height"] < 70
    assert found["shown"]
    assert found["moved"] > 0
    assert violations(page) == []
    row.locator("a").first.focus()
    assert row.evaluate("(row) => row.scrollLeft") == 0


def test_the_chosen_appearance_is_in_the_first_answer(caseworker):
    page = caseworker
    page.locator("[name=theme][value=dark]").check()
    page.locator("form:has(#id_phone) button[type=submit]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert 'data-bs-theme="dark"' in page.request.get("/accounts/profile/").text()
    page.locator("[name=theme][value='']").check()
    page.locator("form:has(#id_phone) button[type=submit]").click()
    expect(page.locator("html")).not_to_have_attribute("data-bs-theme", "dark")
