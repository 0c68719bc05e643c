"""The register in the hand: a tap shows at once, is sent behind it, and arrives once; keys, and no script at all."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.stack import Stack

PASSWORD = "a long walk on the heath"
DAY = "2026-11-23"
MARKS = "**/attendance/marks/"
# Each test has its own workshop, so that none waits for another's people.
WORKSHOPS = {
    "tap": 30, "undo": 3, "late": 3, "rest": 30, "keys": 30, "plain": 4, "offline": 3, "lost": 3, "reason": 3,
    "both": 3,
}  # fmt: skip
MAKE_WORKSHOPS = f"""
from audit.acting import acting
from tests.factories.accounts import CentreFactory, UserFactory
from tests.factories.attendance import contact_person_of, slots_in
from tests.factories.programmes import ProgrammeFactory, WorkshopFactory
# Beyond the references that a demo left behind, and the names that other tests gave.
for factory in (ProgrammeFactory, CentreFactory, UserFactory):
    factory.reset_sequence(700_000, force=True)
centre = CentreFactory(name="The centre of the register")
for name, people in {WORKSHOPS!r}.items():
    workshop = WorkshopFactory(unit__name=name, unit__organisation=centre)
    slots_in(workshop, people)
    for writer in [name, "colleague"] if name == "both" else [name]:
        user = contact_person_of(workshop, language="da", email=writer + "@register.example.org")
        with acting(user):
            user.set_password({PASSWORD!r})
            user.save()
    print(name, workshop.pk)
"""


@pytest.fixture(scope="module")
def workshops(stack: Stack) -> dict[str, int]:
    """At a quarter to nine on a Monday; everybody was expected at eight."""
    stack.travel_to(f"{DAY}T08:47")
    made = stack.manage("shell", "-c", MAKE_WORKSHOPS)
    told = [line.split() for line in made.splitlines()]
    return {words[0]: int(words[1]) for words in told if words and words[0] in WORKSHOPS}


@pytest.fixture
def register(workshops: dict[str, int], sign_in: Callable[..., Page]) -> Callable[..., Page]:
    """`register("tap")`: the workshop's register of the day, opened by its contact person."""

    def open_register(name: str, **options: object) -> Page:
        page = sign_in(f"{name}@register.example.org", PASSWORD, **options)
        page.goto(f"/attendance/{workshops[name]}/{DAY}/")
        expect(page.locator("[data-slot]")).to_have_count(WORKSHOPS[name])
        return page

    return open_register


def row(page: Page, number: int) -> Locator:
    return page.locator("[data-slot]").nth(number)


def mark(place: Locator, word: str) -> Locator:
    return place.get_by_role("button", name=word, exact=True)


def slot(place: Locator) -> int:
    return int(place.get_attribute("data-slot") or 0)


def stands(stack: Stack, place: Locator, state: str) -> dict:
    """Waits until the server has the state. The row of the database."""
    found = "SELECT * FROM attendance_expectedattendance WHERE id = %s AND state = %s"
    return stack.wait_for(found, slot(place), state)[0]


def arrived(stack: Stack, place: Locator) -> int:
    return len(stack.query("SELECT FROM attendance_mark WHERE slot_id = %s", slot(place)))


def test_a_tap_shows_before_the_server_has_answered(stack: Stack, register):
    """A2, experience 7"""
    page = register("tap")
    held: list[Route] = []
    page.route(MARKS, lambda route: route.continue_() if held else held.append(route))
    first = row(page, 0)
    mark(first, "Her").click()
    expect(mark(first, "Her")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-tally=here]").first).to_have_text("1")
    assert arrived(stack, first) == 0
    # The next one need not wait either.
    mark(row(page, 1), "Syg").click()
    expect(mark(row(page, 1), "Syg")).to_have_attribute("aria-pressed", "true")
    held[0].continue_()
    stands(stack, first, "present")
    stands(stack, row(page, 1), "ill")


def test_a_wrong_tap_is_undone_with_one_more(stack: Stack, register):
    """A3"""
    page = register("undo")
    first = row(page, 0)
    mark(first, "Syg").click()
    stands(stack, first, "ill")
    page.get_by_role("button", name="Fortryd").click()
    expect(mark(first, "Syg")).to_have_attribute("aria-pressed", "false")
    stands(stack, first, "")
    assert arrived(stack, first) == 2


def test_late_with_its_time_is_two_taps(stack: Stack, register):
    """A2"""
    page = register("late")
    first = row(page, 0)
    mark(first, "Sen").click()
    expect(first).to_contain_text("Kom 8.4")
    mark(first, "8.30").click()
    expect(first.locator("[data-tags]")).to_have_text("Kom 8.30")
    mark(first, "Gået").click()
    mark(first, "11.30").click()
    expect(first.locator("[data-tags]")).to_contain_text("Gik 11.30")
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(first.locator("[data-tags]")).to_contain_text("Kom 8.30")
    expect(first.locator("[data-tags]")).to_contain_text("Gik 11.30")


def test_a_reason_stands_behind_other_and_keeps_its_remark(stack: Stack, register):
    page = register("reason")
    first = row(page, 0)
    mark(first, "Andet").click()
    first.locator("[data-remark-input]").fill("Afbud på telefon")
    mark(first, "Barn syg").click()
    expect(first.locator("[data-tags]")).to_have_text("Barn syg")
    assert stands(stack, first, "child_ill")["remark"] == "Afbud på telefon"


def test_everyone_else_is_here_fills_blanks_only_and_is_undone_at_once(stack: Stack, register):
    page = register("rest")
    mark(row(page, 0), "Syg").click()
    mark(row(page, 7), "Sen").click()
    page.get_by_role("button", name="Alle andre er her").click()
    expect(page.locator("[data-slot][data-state=present]")).to_have_count(28)
    expect(page.locator("[data-toast]")).to_contain_text("28 registreret som mødt")
    stands(stack, row(page, 29), "present")
    stands(stack, row(page, 0), "ill")
    stands(stack, row(page, 7), "late")
    page.get_by_role("button", name="Fortryd").click()
    expect(page.locator("[data-slot][data-state='']")).to_have_count(28)
    stands(stack, row(page, 29), "")
    stands(stack, row(page, 0), "ill")


def test_thirty_people_by_keys_alone(stack: Stack, register):
    """experience 5: every key does what the list says, and none when they are switched off."""
    page = register("keys")
    page.keyboard.press("1")
    expect(mark(row(page, 0), "Her")).to_have_attribute("aria-pressed", "true")
    expect(row(page, 1)).to_be_focused()
    page.keyboard.press("4")
    expect(mark(row(page, 1), "Syg")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("0")
    expect(row(page, 1)).to_have_attribute("data-state", "")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(row(page, 3)).to_be_focused()
    page.keyboard.press("2")
    expect(row(page, 3)).to_have_attribute("data-state", "late")
    page.keyboard.press("3")
    expect(row(page, 4)).to_have_attribute("data-state", "left_early")
    page.keyboard.press("5")
    expect(row(page, 5).locator("[data-panel] [data-mark]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(row(page, 5).locator("[data-panel]")).to_have_count(0)
    row(page, 1).focus()
    for _ in range(29):
        page.keyboard.press("1")
    expect(page.locator("[data-slot][data-state=present]")).to_have_count(30)
    stands(stack, row(page, 29), "present")
    stands(stack, row(page, 1), "present")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys-on").uncheck()
    row(page, 0).focus()
    page.keyboard.press("4")
    expect(row(page, 0)).to_have_attribute("data-state", "present")
    page.reload()
    row(page, 0).focus()
    page.keyboard.press("4")
    expect(row(page, 0)).to_have_attribute("data-state", "present")


def test_without_scripts_every_button_is_a_form(stack: Stack, register):
    """experience 7: it works with the script switched off."""
    page = register("plain", java_script_enabled=False)
    mark(row(page, 0), "Syg").click()
    expect(mark(row(page, 0), "Syg")).to_have_attribute("aria-pressed", "true")
    mark(row(page, 1), "Sen").click()
    mark(row(page, 1), "8.30").click()
    expect(row(page, 1)).to_contain_text("Kom 8.30")
    mark(row(page, 2), "Andet").click()
    mark(row(page, 2), "Barn syg").click()
    expect(row(page, 2)).to_contain_text("Barn syg")
    page.get_by_role("button", name="Alle andre er her").click()
    expect(page.locator("[data-slot][data-state=present]")).to_have_count(1)
    expect(page.locator("[data-slot][data-state='']")).to_have_count(0)
    for number, state in enumerate(["ill", "late", "child_ill", "present"]):
        stands(stack, row(page, number), state)


def test_a_mark_without_network_waits_in_sight_and_is_sent_when_it_is_back(stack: Stack, register):
    page = register("offline")
    network: BrowserContext = page.context
    first = row(page, 0)
    network.set_offline(True)
    mark(first, "Her").click()
    expect(first).to_contain_text("venter på net")
    expect(page.locator("[data-waiting]")).to_contain_text("1 venter på net.")
    mark(row(page, 1), "Syg").click()
    expect(page.locator("[data-waiting]")).to_contain_text("2 venter på net.")
    assert arrived(stack, first) == 0
    network.set_offline(False)
    expect(page.locator("[data-waiting]")).to_be_hidden()
    expect(first).not_to_contain_text("venter på net")
    stands(stack, first, "present")
    stands(stack, row(page, 1), "ill")
    assert arrived(stack, first) == 1


def test_a_mark_whose_answer_was_lost_is_sent_again_and_counts_once(stack: Stack, register):
    """Idempotent by uuid: the server had it already."""
    page = register("lost")
    first = row(page, 0)
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()
        lost.append(route.request.post_data or "")
        route.abort("internetdisconnected")

    page.route(MARKS, lose, times=1)
    mark(first, "Her").click()
    expect(first).to_contain_text("venter på net")
    assert len(lost) == 1
    stands(stack, first, "present")
    with page.expect_request(MARKS) as again:
        page.clock.run_for(6_000)
    assert again.value.post_data_json["marks"] == json.loads(lost[0])["marks"]
    expect(first).not_to_contain_text("venter på net")
    assert arrived(stack, first) == 1


def test_a_colleagues_mark_and_ones_own_are_both_shown_to_choose_from(
    stack: Stack, register, workshops: dict[str, int], sign_in: Callable[..., Page]
):
    """What did not stand cannot be undone over the colleague's mark; it is taken on purpose (A3)."""
    mine = register("both")
    theirs = sign_in("colleague@register.example.org", PASSWORD)
    theirs.goto(f"/attendance/{workshops['both']}/{DAY}/")
    mark(row(theirs, 0), "Syg").click()
    stands(stack, row(theirs, 0), "ill")

    here = row(mine, 0)
    mark(here, "Her").click()
    note = here.locator("[data-refused]")
    expect(note.locator("[data-keep]")).to_have_text("Behold Syg")
    expect(mark(here, "Syg")).to_have_attribute("aria-pressed", "true")
    expect(mine.locator(".t-toasts [data-undo]")).to_have_count(0)

    note.locator("[data-use]").click()
    stands(stack, here, "present")
    expect(note).to_have_count(0)
