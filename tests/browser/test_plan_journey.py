"""A plan from the referral's goals to a curve: standard goal, order by keyboard, signed on the tablet, three talks.

By keyboard alone, but for the signature itself, which a hand draws (L1-L3).
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.stack import Stack, violations

SignIn = Callable[..., Page]
PASSWORD, EMAIL = "a long walk on the heath", "plans@journey.example.org"
STEPS = ["Kommer sjældent", "Kommer to dage", "Kommer tre dage", "Kommer fire dage", "Kommer hver dag"]
TABLET = {"viewport": {"width": 768, "height": 1024}, "has_touch": True}
TALKS = [("2026-12-21T10:00", 2, 1), ("2027-01-18T10:00", 3, 3), ("2027-02-15T10:00", 4, 5)]
MAKE = f"""
from audit.acting import acting
from tests.factories.accounts import CentreFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeTypeFactory
from tests.factories.referrals import ReferralFactory
from tests.plans.test_actions import accept, accepted_referral
for factory in (ProgrammeFactory, CentreFactory, UserFactory):
    factory.reset_sequence(710_000, force=True)
said = lambda text: dict.fromkeys(("da", "sv", "en"), text)
standard = {{"key": "working_day", "name": said("Holder en arbejdsdag"), "life_area": "work", "subgoals": [
    {{"title": said("Møder til tiden"), "steps": [said(step) for step in {STEPS!r}]}}]}}
definition = ProgrammeTypeFactory.build().definition | {{"standard_goals": [standard]}}
kind = ProgrammeTypeFactory(key="plan_journey", definition=definition)
programme = ProgrammeFactory(type=kind, centre=CentreFactory(name="The centre of the plan"))
user = programme.caseworker
with acting(user):
    user.email, user.language = {EMAIL!r}, "da"
    user.set_password({PASSWORD!r})
    user.save()
accept(programme, accepted_referral(programme, 1))
print("case", programme.reference)
"""


@pytest.fixture(scope="module")
def case(stack: Stack) -> str:
    """The reference of a programme whose plan has just begun with the referral's goal."""
    stack.travel_to("2026-11-24T09:00")
    return re.search(r"case (\S+)", stack.manage("shell", "-c", MAKE))[1]


def press(target: Locator, key: str = "Enter") -> None:
    target.focus()
    target.page.keyboard.press(key)


def write(page: Page, name: str, text: str) -> None:
    """What is typed into a field in place of what stands there."""
    page.locator(f"[name='{name}']").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def put_in_order(page: Page) -> None:
    """The standard goal is added, moved up and down by its buttons, and back up with the handle."""
    expect(page.locator("[name=goals-0-title]")).to_have_value("Goal 1")
    press(page.locator("#standards summary"))
    press(page.locator("[name=do][value='standard:working_day']"))
    expect(page.locator("[name=goals-1-title]")).to_have_value("Holder en arbejdsdag")
    assert violations(page) == []
    press(page.locator("[name=do][value='up:1']"))
    expect(page.locator("[name=goals-0-title]")).to_have_value("Holder en arbejdsdag")
    expect(page.locator("[data-plan-said]")).to_have_text(re.compile(r"Holder en arbejdsdag.* 1 .* 2"))
    expect(page.locator("[data-move=down]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[name=goals-1-title]")).to_have_value("Holder en arbejdsdag")
    handle, target = page.locator("#goals-1 > .t-cardhead [data-drag]"), page.locator("#goals-0 h2")
    page.evaluate("scrollTo(0, 0)")
    page.set_viewport_size({"width": 1366, "height": 3000})
    to = target.bounding_box()
    handle.hover()
    page.mouse.down()
    page.mouse.move(to["x"] + 5, to["y"] + 5, steps=4)
    page.mouse.up()
    expect(page.locator("[name=goals-0-title]")).to_have_value("Holder en arbejdsdag")
    page.set_viewport_size({"width": 1366, "height": 768})


def sign(page: Page, case: str) -> None:
    """The citizen reads and signs with a finger; an empty field is told, and everything stays."""
    page.goto(f"/plans/{case}/confirm/")
    press(page.locator("[name=means][value=signature]"), "Space")
    press(page.locator("form .btn-primary[type=submit]"))
    expect(page.locator("#errors")).to_be_focused()
    press(page.locator("[name=means][value=signature]"), "Space")
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 120)
    page.mouse.down()
    for x, y in ((120, 40), (180, 150), (260, 60), (330, 140), (420, 80)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
    page.mouse.up()
    expect(page.locator("[data-signed]")).not_to_be_empty()
    assert violations(page) == []
    press(page.locator("form .btn-primary[type=submit]"))
    expect(page).to_have_url(re.compile(f"/plans/{case}/$"))
    proof = page.locator("#confirmations a[href*=confirmations]")
    with page.expect_download() as download:
        press(proof)
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def talk(page: Page, case: str, step: int, own: int) -> None:
    page.goto(f"/plans/{case}/follow-up/")
    scale = page.locator("fieldset", has_text=STEPS[0])
    press(scale.locator(f"input[type=radio][value='{step}']"), "Space")
    scale.locator("[name$=own_step]").focus()
    page.keyboard.type(str(own))
    scale.locator("[name$=own_comment]").focus()
    page.keyboard.type("Det går bedre")
    press(page.locator("form .btn-primary[type=submit]"))
    expect(page).to_have_url(re.compile(f"/plans/{case}/$"))


@pytest.mark.long
def test_a_plan_from_the_referrals_goals_to_a_curve(stack: Stack, case: str, sign_in: SignIn):
    page = sign_in(EMAIL, PASSWORD)
    page.goto(f"/plans/{case}/edit/")
    put_in_order(page)
    press(page.locator("[name=do][value=save-and-confirm]"))
    expect(page).to_have_url(re.compile("/confirm/"))
    sign(sign_in(EMAIL, PASSWORD, **TABLET), case)
    for instant, step, own in TALKS:
        stack.travel_to(instant)
        page = sign_in(EMAIL, PASSWORD)
        talk(page, case, step, own)
    press(page.locator("a[href*='?subgoal='][href$='#curve']").first)
    expect(page.locator("#curve svg").first).to_be_visible()
    expect(page.locator("#curve table").first).to_contain_text("4")
    assert violations(page) == []
