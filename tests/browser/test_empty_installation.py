"""An empty installation becomes a working centre on its own pages: people, workshop, first referral, first register.

One command at the beginning prints a link; nobody needs a shell after that (U1, U2, U4).
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stack import Stack
from tests.browser.test_journey import FRIDAY, MONDAY, NAME, button, decide, fill, refer

OpenPage = Callable[..., Page]
SignIn = Callable[..., Page]

ADMINISTRATOR, LEADER, CONTACT, CASEWORKER, REFERRER = (
    f"{name}@skovbo.example" for name in ("kirsten", "agnete", "bjarne", "signe", "helle")
)
CENTRE, WORKSHOP, JOB_CENTRE = "Skovbo", "Træværksted", "Jobcenter Aalborg"
PASSWORD = "en-lang-skovsti-42"


def empty(stack: Stack, instant: str) -> None:
    """Nobody and nothing, as after the first migration; what other tests wrote is gone."""
    stack.stop()
    stack.set_clock(instant)
    for file in stack.folder.glob("schedule*"):
        file.unlink()
    stack.manage("flush", "--no-input", "--verbosity", "0")
    stack.start()


def begin(stack: Stack, page: Page) -> None:
    """The one command, and the administrator behind its link."""
    said = stack.manage("first_administrator", ADMINISTRATOR, "--name", "Kirsten Holm", "--centre", CENTRE)
    page.goto(re.search(r"http\S+", said)[0])
    fill(page, password1=PASSWORD, password2=PASSWORD)
    page.locator("form:has([name=password1]) [type=submit]").click()
    page.locator("main a[href*='/accounts/login/'], a.btn-primary[href*='/accounts/login/']").first.click()
    fill(page, login=ADMINISTRATOR, password=PASSWORD)
    page.locator("form:has([name=password]) [type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"/$"))


def set_up(page: Page) -> None:
    """Set-up, by the main menu."""
    page.locator("nav a[href='/setup/']").first.click()
    expect(page).to_have_url(re.compile("/setup/$"))


def next_step(page: Page, about: str) -> None:
    """Set-up says what is missing; its one button leads there."""
    set_up(page)
    now = page.locator(".t-now")
    expect(now).to_contain_text(about)
    now.locator(".btn-primary").click()


def invite(page: Page, name: str, email: str) -> None:
    """The form of the invitation, filled in as far as the link could: who remains to be said."""
    expect(page).to_have_url(re.compile(r"/accounts/users/invite/|/users/invite/"))
    fill(page, name=name, email=email)
    page.locator("form:has([name=email]) [type=submit]").click()
    expect(page.get_by_text(email).first).to_be_visible()


def welcome(stack: Stack, page: Page, email: str) -> Page:
    """Behind the link of the mail: a password, and one is in."""
    mail = stack.wait_for('SELECT body FROM demo_mail WHERE "to" = %s', email)[0]
    page.goto(re.search(r"http\S+/welcome/\S+", mail["body"])[0])
    expect(page.get_by_text(CENTRE if email != REFERRER else JOB_CENTRE).first).to_be_visible()
    fill(page, password1=PASSWORD, password2=PASSWORD)
    page.locator("form:has([name=password1]) [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/$"))
    return page


def offer_programme(page: Page) -> None:
    """What the centre offers, so that it can be referred to."""
    next_step(page, CENTRE)
    page.get_by_role("link", name="Individuelt udviklingsforløb", exact=True).click()
    page.locator("form:has([name=since]) .btn-primary").click()
    expect(page.get_by_text("Tilbydes").first).to_be_visible()


def set_up_workshop(page: Page) -> None:
    """The team leader's part: a workshop with the hours that are offered, and who leads and keeps it."""
    next_step(page, CENTRE)
    expect(page.locator("[name=opens_1]")).to_have_value("7.30")
    fill(page, name=WORKSHOP, places="8", opens_5="0730", closes_5="14")
    page.locator("form:has([name=places]) .btn-primary").click()
    expect(page.get_by_role("heading", level=1, name=WORKSHOP)).to_be_visible()
    expect(page.locator("[name=closes_5]")).to_have_value("14.00")
    page.locator(".t-cardhead a[href*='role=contact_person']").click()
    invite(page, "Bjarne Skovbo", CONTACT)
    set_up(page)
    page.locator("a[href*='role=caseworker']").click()
    invite(page, "Signe Abildgaard", CASEWORKER)


def open_job_centre(page: Page) -> None:
    """The administrator's part: who refers."""
    set_up(page)
    page.locator("a[href$='/setup/organisations/new/?kind=referrer']").click()
    expect(page.locator("[name=kind][value=referrer]")).to_be_checked()
    fill(page, name=JOB_CENTRE)
    page.locator("form:has([name=letterhead]) .btn-primary").click()
    expect(page.get_by_text(JOB_CENTRE).first).to_be_visible()
    set_up(page)
    page.locator("a[href*='role=referrer']").click()
    invite(page, "Helle Mølgaard", REFERRER)


@pytest.mark.long
def test_an_empty_installation_becomes_a_working_centre(stack: Stack, open_page: OpenPage, sign_in: SignIn):
    empty(stack, FRIDAY)
    administrator = open_page()
    begin(stack, administrator)
    next_step(administrator, CENTRE)
    invite(administrator, "Agnete Schou", LEADER)

    leader = welcome(stack, open_page(), LEADER)
    offer_programme(leader)
    set_up_workshop(leader)
    open_job_centre(administrator)
    contact = welcome(stack, open_page(), CONTACT)
    contact.goto("/attendance/")
    expect(contact.get_by_role("link", name=WORKSHOP, exact=True)).to_be_visible()
    welcome(stack, open_page(), CASEWORKER)

    referral = refer(welcome(stack, open_page(), REFERRER))
    leader.goto("/referrals/queue/")
    expect(leader.get_by_text(referral).first).to_be_visible()
    decide(leader)

    stack.travel_to(MONDAY)
    contact = sign_in(CONTACT, PASSWORD)
    contact.goto("/attendance/")
    contact.get_by_role("link", name=WORKSHOP, exact=True).click()
    row = contact.locator("[data-slot]", has_text=NAME)
    button(row, "Her").click()
    expect(row).to_have_attribute("data-state", "present")
    stack.wait_for("SELECT 1 FROM attendance_expectedattendance WHERE state = 'present'")
    contact.reload()
    expect(row).to_have_attribute("data-state", "present")
    set_up(sign_in(ADMINISTRATOR, PASSWORD))
