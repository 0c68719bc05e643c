"""A plan from the referral's goals to a curve: standard goal, order by keyboard, signed on the tablet, three talks.

By keyboard alone, but for what only a hand does: dragging, with the mouse and with a finger, and the signature (L1-L3).
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
    drag(page, page.locator("#goals-1 > .t-cardhead [data-drag]"), page.locator("#goals-0 h2"))
    expect(page.locator("[name=goals-0-title]")).to_have_value("Holder en arbejdsdag")
    expect(page.locator("[data-plan-said]")).to_have_text(re.compile(r"Holder en arbejdsdag.* 1 .* 2"))


def drag(page: Page, handle: Locator, target: Locator, *, key: str = "") -> None:
    """The mouse holds the handle at the edge of the screen until the target has rolled into sight, and lets go there.

    With `key` it is pressed before.
    """
    handle.scroll_into_view_if_needed()
    handle.hover()
    page.mouse.down()
    if target.bounding_box()["y"] < 0:
        page.mouse.move(700, 5, steps=3)
        expect(target).to_be_in_viewport(ratio=1)
    page.mouse.move(700, 300)
    to = target.bounding_box()
    page.mouse.move(to["x"] + 5, to["y"] + 5, steps=3)
    expect(page.locator(".t-drop")).to_have_count(1)
    if key:
        page.keyboard.press(key)
    page.mouse.up()


def drag_subgoals(page: Page, *, touch: bool) -> None:
    """A second subgoal is dragged before the first, by the mouse or with a finger; Escape leaves it where it was."""
    press(page.locator("[name=do][value='add-subgoal:0']"))
    write(page, "goals-0-subgoals-1-title", "Second")
    handle = page.locator("#goals-0-subgoals-1 legend [data-drag]")
    target = page.locator("#goals-0-subgoals-0 legend [data-drag]")
    if touch:
        touch_drag(page, handle, target)
    else:
        drag(page, handle, target, key="Escape")
        expect(page.locator(".t-drop, .t-dragged")).to_have_count(0)
        expect(page.locator("[name=goals-0-subgoals-1-title]")).to_have_value("Second")
        drag(page, handle, target)
    expect(page.locator("[name=goals-0-subgoals-0-title]")).to_have_value("Second")
    press(page.locator("[name=do][value='remove:0:0']"))
    expect(page.locator("[name=goals-0-subgoals-0-title]")).not_to_have_value("Second")


def touch_drag(page: Page, handle: Locator, target: Locator) -> None:
    """The same with one finger; the page itself must not scroll away below it."""
    handle.evaluate("one => one.scrollIntoView({block: 'end', behavior: 'instant'})")
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    box = handle.bounding_box()
    x, y = box["x"] + 20, box["y"] + 20
    touch("touchStart", {"x": x, "y": y})
    if target.bounding_box()["y"] < 0:
        touch("touchMove", {"x": x, "y": 5})
        expect(target).to_be_in_viewport(ratio=1)
    to = target.bounding_box()
    for part in (0.3, 0.6, 1):
        touch("touchMove", {"x": x, "y": y + (to["y"] + 20 - y) * part})
    touch("touchEnd")
    finger.detach()


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
    drag_subgoals(page, touch=False)
    press(page.locator(".btn-primary[value=save]"))
    expect(page).to_have_url(re.compile(f"/plans/{case}/$"))
    tablet = sign_in(EMAIL, PASSWORD, **TABLET)
    tablet.goto(f"/plans/{case}/edit/")
    drag_subgoals(tablet, touch=True)
    press(tablet.locator("[name=do][value=save-and-confirm]"))
    expect(tablet).to_have_url(re.compile("/confirm/"))
    sign(tablet, case)
    for instant, step, own in TALKS:
        stack.travel_to(instant)
        page = sign_in(EMAIL, PASSWORD)
        talk(page, case, step, own)
    press(page.locator("a[href*='?subgoal='][href$='#curve']").first)
    expect(page.locator("#curve svg").first).to_be_visible()
    expect(page.locator("#curve table").first).to_contain_text("4")
    assert violations(page) == []
