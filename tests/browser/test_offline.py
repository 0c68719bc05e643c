"""The register without a network: marks are kept on the device, sent once and in order, and stay their writer's."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from devstack.processes import wait_until
from tests.browser.stack import Stack

PASSWORD = "a long walk on the heath"
DAY = "2026-11-23"
PEOPLE = {"thirty": 30, "kept": 3, "tabs": 3}
MAKE = f"""
from audit.acting import acting
from tests.factories.accounts import CentreFactory, UserFactory
from tests.factories.attendance import contact_person_of, slots_in
from tests.factories.programmes import ProgrammeFactory, WorkshopFactory
for factory in (ProgrammeFactory, CentreFactory, UserFactory):
    factory.reset_sequence(800_000, force=True)
centre = CentreFactory(name="The centre without a network")
for name, people in {PEOPLE!r}.items():
    workshop = WorkshopFactory(unit__name=name, unit__organisation=centre)
    slots_in(workshop, people)
    for writer in [name, "second-" + name]:
        user = contact_person_of(workshop, language="da", email=writer + "@offline.example.org")
        with acting(user):
            user.set_password({PASSWORD!r})
            user.save()
    print(name, workshop.pk)
"""
MARKS = """
    SELECT m.slot_id, m.state, m.is_aside, m.marked_at, u.email FROM attendance_mark m
    JOIN attendance_expectedattendance s ON s.id = m.slot_id JOIN accounts_user u ON u.id = m.by_id
    WHERE s.workshop_id = %s ORDER BY m.received_at
"""


@pytest.fixture(scope="module")
def workshops(stack: Stack) -> dict[str, int]:
    """At a quarter to nine on a Monday; everybody was expected at eight."""
    stack.travel_to(f"{DAY}T08:47")
    told = [line.split() for line in stack.manage("shell", "-c", MAKE).splitlines()]
    return {words[0]: int(words[1]) for words in told if words and words[0] in PEOPLE}


@pytest.fixture
def at_work(sign_in: Callable[..., Page]) -> Callable[[str], Page]:
    """`at_work("thirty")`: signed in on a tablet, with service workers as in life."""
    tablet = {"service_workers": "allow", "viewport": {"width": 768, "height": 1024}}
    return lambda who: sign_in(f"{who}@offline.example.org", PASSWORD, **tablet)


def row(page: Page, number: int) -> Locator:
    return page.locator("[data-slot]").nth(number)


def mark(page: Page, number: int, word: str) -> None:
    row(page, number).get_by_role("button", name=word, exact=True).click()


def shows(page: Page, number: int, word: str) -> None:
    button = row(page, number).get_by_role("button", name=word, exact=True)
    expect(button).to_have_attribute("aria-pressed", "true")


def kept_pages(page: Page) -> list[str]:
    """The addresses of the pages that this browser has kept."""
    return page.evaluate(
        """async () => {
            const found = [];
            for (const name of await caches.keys()) {
                if (!name.startsWith("trinvis-pages-")) continue;
                for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
            }
            return found.sort();
        }"""
    )


def has_kept(page: Page, *paths: str) -> None:
    assert wait_until(lambda: kept_pages(page) == sorted(paths), 20, pause=0.1), kept_pages(page)


def test_thirty_marked_online_offline_and_with_the_server_stopped(
    stack: Stack, workshops: dict[str, int], at_work: Callable[..., Page], sign_in: Callable[..., Page]
):
    """A3, experience 4: nothing lost or doubled, in order, and a colleague's mark in between is shown beside one's own;
    on a tablet whose clock is a day ahead."""
    workshop = workshops["thirty"]
    register = f"/attendance/{workshop}/{DAY}/"
    waiting, tablet = "[data-waiting]", at_work("thirty")
    network = tablet.context
    tablet.goto("/attendance/")
    has_kept(tablet, "/attendance/", register)
    network.clock.set_system_time(stack.now + timedelta(days=1))
    tablet.locator(f"a[href='{register}']").first.click()
    slots = [int(one.get_attribute("data-slot") or 0) for one in tablet.locator("[data-slot]").all()]
    assert len(slots) == 30

    for number in range(10):
        mark(tablet, number, "Her")
    assert wait_until(lambda: len(stack.query(MARKS, workshop)) == 10, 20)

    network.set_offline(True)
    for number in range(10, 15):
        mark(tablet, number, "Syg" if number == 12 else "Her")
    expect(tablet.locator(waiting)).to_contain_text("5 venter på net.")
    tablet.goto("/attendance/")
    expect(tablet.locator(waiting)).to_contain_text("5 venter på net.")
    tablet.locator(f"a[href='{register}']").first.click()
    tablet.reload()
    expect(tablet.locator("[data-shown-kept]")).to_be_visible()
    # What was answered before the network went is known, though the page was kept before it; so is what waits.
    expect(tablet.locator("[data-slot][data-state=present]")).to_have_count(14)
    shows(tablet, 12, "Syg")
    expect(tablet.locator("[data-pending]")).to_have_count(5)
    for number in range(15, 20):
        mark(tablet, number, "Her")
    expect(tablet.locator(waiting)).to_contain_text("10 venter på net.")

    colleague = sign_in("second-thirty@offline.example.org", PASSWORD)
    colleague.goto(register)
    mark(colleague, 12, "Her")
    assert wait_until(lambda: len(stack.query(MARKS, workshop)) == 11, 20)

    stack.stop_web()
    network.set_offline(False)
    for number in range(20, 30):
        mark(tablet, number, "Her")
    expect(tablet.locator(waiting)).to_contain_text("20 venter på net.")
    # From whatever page is open then.
    tablet.goto("/attendance/")
    expect(tablet.locator(waiting)).to_contain_text("20 venter på net.")
    stack.start_web()
    expect(tablet.locator(waiting)).to_be_hidden(timeout=20_000)

    found = stack.query(MARKS, workshop)
    mine = [one for one in found if one["email"].startswith("thirty")]
    assert [one["slot_id"] for one in mine] == slots
    assert [one["is_aside"] for one in mine] == [number == 12 for number in range(30)]
    assert all(abs(one["marked_at"] - stack.now) < timedelta(minutes=10) for one in mine)
    states = stack.query("SELECT state FROM attendance_expectedattendance WHERE workshop_id = %s", workshop)
    assert [one["state"] for one in states] == ["present"] * 30
    # Both versions, until a person has chosen.
    tablet.locator("[data-unstood] a").click()
    expect(row(tablet, 12).locator("[data-keep]")).to_have_text("Behold Her")
    row(tablet, 12).locator("[data-use]").click()
    shows(tablet, 12, "Syg")
    assert wait_until(lambda: stack.query(MARKS, workshop)[-1]["state"] == "ill", 20)
    tablet.reload()
    expect(row(tablet, 12).locator("[data-refused]")).to_have_count(0)
    shows(tablet, 12, "Syg")
    # The time of a late arrival is today's, whatever the tablet thinks.
    mark(tablet, 29, "Sen")
    expect(row(tablet, 29).locator("[data-tags]")).to_contain_text(re.compile(r"Kom (8|9)\.\d\d"))


def test_what_waits_is_its_writers_through_sign_outs_and_other_users(
    stack: Stack, workshops: dict[str, int], at_work: Callable[..., Page]
):
    """experience 4: an expired sign-in keeps the queue; nobody else sees or sends it, and signing out says how many."""
    workshop = workshops["kept"]
    register = f"/attendance/{workshop}/{DAY}/"
    page = at_work("kept")
    # What an older build has kept goes when a new worker begins.
    page.evaluate(
        "navigator.serviceWorker.ready.then((one) => one.unregister()).then(() => caches.open('trinvis-files-older'))"
    )
    page.goto(register)
    has_kept(page, "/attendance/", register)
    assert wait_until(lambda: "trinvis-files-older" not in page.evaluate("caches.keys()"), 20, pause=0.1)
    page.context.clear_cookies(name="sessionid")
    mark(page, 0, "Her")
    mark(page, 1, "Syg")
    mark(page, 2, "Her")
    expect(page.locator("[data-waiting]")).to_contain_text("3 venter på net. Du er logget ud.")

    def enter(who: str) -> None:
        page.locator("[name=login]").fill(f"{who}@offline.example.org")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form:has([name=password]) [type=submit]").first.click()
        expect(page).not_to_have_url(re.compile("/accounts/login/"))
        page.goto(register)
        expect(page.locator("[data-slot]")).to_have_count(3)

    page.goto("/accounts/login/")
    has_kept(page)
    enter("second-kept")
    expect(page.locator("[data-slot][data-state='']")).to_have_count(3)
    expect(page.locator("[data-pending]")).to_have_count(0)
    page.goto("/accounts/profile/")
    page.get_by_role("button", name="Log ud").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    has_kept(page)
    assert stack.query(MARKS, workshop) == []

    page.route("**/attendance/marks/", lambda route: route.abort("internetdisconnected"))
    enter("kept")
    expect(page.locator("[data-pending]")).to_have_count(3)
    page.goto("/accounts/profile/")
    page.get_by_role("button", name="Log ud").click()
    expect(page.get_by_role("dialog")).to_contain_text("3")
    page.get_by_role("dialog").get_by_role("button").first.click()
    page.unroute("**/attendance/marks/")
    page.goto("/attendance/")
    assert wait_until(lambda: len(stack.query(MARKS, workshop)) == 3, 20)
    assert {one["email"] for one in stack.query(MARKS, workshop)} == {"kept@offline.example.org"}
    # And no page with a name on it has been kept but those of the register.
    has_kept(page, "/attendance/", register)


def test_two_tabs_send_one_queue_in_the_order_of_the_taps(
    stack: Stack, workshops: dict[str, int], at_work: Callable[..., Page]
):
    """A3, T12: neither doubles nor overtakes the other, and both show the last word."""
    workshop = workshops["tabs"]
    one = at_work("tabs")
    two = one.context.new_page()
    for tab in (one, two):
        tab.goto(f"/attendance/{workshop}/{DAY}/")
    slots = [int(found.get_attribute("data-slot") or 0) for found in one.locator("[data-slot]").all()]
    one.context.set_offline(True)
    for tab, number, word in ((one, 0, "Her"), (two, 1, "Her"), (two, 0, "Syg"), (one, 2, "Her")):
        mark(tab, number, word)
        expect(row(tab, number).locator("[data-pending]")).to_have_count(1)
    shows(one, 0, "Syg")
    one.context.set_offline(False)
    for tab in (one, two):
        expect(tab.locator("[data-pending]")).to_have_count(0)
        shows(tab, 0, "Syg")
    found = stack.query(MARKS, workshop)
    assert [(mark["slot_id"], mark["state"]) for mark in found] == [
        (slots[0], "present"), (slots[1], "present"), (slots[0], "ill"), (slots[2], "present"),
    ]  # fmt: skip
