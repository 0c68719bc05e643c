"""The search that "/" and Ctrl+K open, by keyboard alone (experience 10): any case in two seconds, no number kept."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stack import Stack, violations

PASSWORD = "a long walk on the heath"
NUMBER = "740389-0001"
MAKE_CASE = f"""
from accounts.models import User
from audit.acting import System, acting
from citizens.identity import parse_number, set_number
from tests.desk.cast import a_case
from tests.factories.accounts import CentreFactory, UserFactory
from tests.factories.attendance import SlotFactory
from tests.factories.journal import EntryFactory
from django.utils import timezone
# Beyond the names that other tests gave.
for factory in (CentreFactory, UserFactory):
    factory.reset_sequence(800_000, force=True)
for number, (first, last) in enumerate([("Torben", "Sejersen"), ("Åse", "Sejrup")]):
    same = {{"caseworker": worker, "centre": centre}} if number else {{}}
    case = a_case(first, last, reference=f"F-2026-80000{{number + 1}}", **same)
    worker, centre = case.caseworker, case.programme.centre
    EntryFactory(programme=case.programme, body="Har bygget en fuglekasse.")
    if not number:
        with acting(System("test")):
            set_number(case.citizen, parse_number({NUMBER!r}, "DK"))
            case.citizen.save()
            for role, user in (("caseworker", worker), ("contact", case.contact_person)):
                user.language, user.email = "da", f"{{role}}@palette.example.org"
                user.set_password({PASSWORD!r})
                user.save()
    SlotFactory(placement=case.placement, day=timezone.localdate())
"""
DIALOG = "dialog[data-palette]"


@pytest.fixture(scope="module")
def cases(stack: Stack) -> None:
    stack.manage("shell", "-c", MAKE_CASE)


@pytest.fixture
def page(cases, sign_in) -> Page:
    page = sign_in("caseworker@palette.example.org", PASSWORD)
    page.goto("/accounts/profile/")
    return page


def chosen(page: Page):
    return page.locator(f"{DIALOG} [role=option][aria-selected=true]")


def test_a_case_is_found_and_opened_by_keyboard(page):
    page.keyboard.press("/")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("sejr")
    expect(chosen(page)).to_contain_text("Åse Sejrup")
    expect(field).to_have_attribute("aria-expanded", "true")
    assert field.get_attribute("aria-activedescendant") == chosen(page).get_attribute("id")
    expect(page.locator(f"{DIALOG} [data-status]")).not_to_be_empty()
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/cases/F-2026-800002/$"))


def test_the_arrows_choose_and_go_round_and_escape_gives_the_focus_back(page):
    page.locator("#id_phone").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("sejer")
    first = chosen(page)
    expect(first).to_contain_text("Torben Sejersen")
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_contain_text("sejer")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_contain_text("Torben Sejersen")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_be_hidden()
    expect(page.locator("#id_phone")).to_be_focused()


def test_what_is_listed_for_an_older_text_is_not_opened_by_enter(page):
    page.keyboard.press("Control+k")
    page.keyboard.type("sejr")
    expect(chosen(page)).to_contain_text("Åse Sejrup")
    page.route("**/search/suggestions/", lambda route: route.abort())
    page.keyboard.press("Control+a")
    page.keyboard.type("torben")
    expect(chosen(page)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=torben$"))
    page.unroute("**/search/suggestions/")


def test_an_identity_number_opens_the_case_and_stands_in_no_address(page):
    """T10: neither in one that was asked for nor in Back's."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("/")
    page.keyboard.type(NUMBER)
    expect(chosen(page)).to_have_id("option-number")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/cases/F-2026-800001/$"))
    page.go_back()
    assert page.locator("[role=combobox]").input_value() == ""
    assert not any("740389" in url or "0001" in url.split("/static/")[0].replace("800001", "") for url in asked)
    assert "740389" not in page.content()


def test_a_misspelt_name_is_listed_as_similar(page):
    page.keyboard.press("/")
    page.keyboard.type("sejresen")
    expect(chosen(page)).to_contain_text("Torben Sejersen")
    assert violations(page) == []


def test_the_slash_is_a_sign_where_one_writes_and_where_keys_have_a_meaning(page, sign_in):
    page.locator("#id_phone").fill("")
    page.locator("#id_phone").press("/")
    expect(page.locator(DIALOG)).to_be_hidden()
    expect(page.locator("#id_phone")).to_have_value("/")
    register = sign_in("contact@palette.example.org", PASSWORD)
    register.goto("/attendance/")
    register.locator("a[href^='/attendance/'][href*='-']").first.click()
    register.locator("[data-slot]").first.focus()
    register.keyboard.press("/")
    expect(register.locator(DIALOG)).to_be_hidden()
    register.keyboard.press("Control+k")
    expect(register.locator(DIALOG)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_a_button_opens_it(cases, sign_in, scheme):
    page = sign_in(
        "caseworker@palette.example.org", PASSWORD, viewport={"width": 390, "height": 844}, color_scheme=scheme
    )
    page.goto("/accounts/profile/")
    page.locator("a.t-find").click()
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("sej")
    expect(page.locator(f"{DIALOG} [role=option]")).to_have_count(3)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_a_script_the_field_is_a_form_and_the_button_a_link(cases, stack, sign_in):
    page = sign_in("caseworker@palette.example.org", PASSWORD, java_script_enabled=False)
    page.goto("/accounts/profile/")
    page.locator("#find").fill("sejrup")
    page.locator("#find").press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=sejrup$"))
    expect(page.locator("main")).to_contain_text("Åse Sejrup")
