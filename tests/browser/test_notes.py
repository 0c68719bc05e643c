"""Notes in the browser: saved within two seconds, through a crash and the end of a session (J2, experience 14, 28)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stack import Stack, violations

PASSWORD = "a long walk on the heath"
MAKE_CASE = f"""
from audit.acting import acting
from tests.desk.cast import a_case
from tests.factories.journal import NoteFactory, PhraseFactory
case = a_case("Torben", "Notesen", reference="F-2026-900001")
PhraseFactory(centre=case.programme.centre, language="da", name="Talt", text="Talt kl. ___. Aftalt: ___.")
NoteFactory(programme=case.programme, body="The first text")
for role in ("caseworker", "team_leader"):
    user = case.user(role)
    user.email, user.language = role + "@notes.example.org", "da"
    with acting(user):
        user.set_password({PASSWORD!r})
        user.save()
"""
SAVED = re.compile(r"^Gemt kl\. \d")


@pytest.fixture(scope="module")
def case(stack: Stack) -> str:
    stack.manage("shell", "-c", MAKE_CASE)
    return "/cases/F-2026-900001/"


def typed(page: Page):
    return page.locator("textarea[name=body]")


def test_a_note_is_saved_while_it_is_written_and_survives_a_crash(case, sign_in, open_page):
    page = sign_in("caseworker@notes.example.org", PASSWORD)
    page.goto(case)
    page.locator("a[href$='/notes/new/']").click()
    typed(page).focus()
    page.locator("[data-phrase]").first.click()
    # The first gap is marked, so that typing fills it.
    page.keyboard.type("10.15")
    expect(typed(page)).to_have_value("Talt kl. 10.15. Aftalt: ___.")
    # Somebody who never pauses is saved as well.
    page.clock.run_for(2_000)
    expect(page.locator("#saved")).to_have_text(SAVED)
    address = page.url
    assert "/journal/drafts/" in address
    assert "Talt" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    page.close(run_before_unload=False)
    again = sign_in("caseworker@notes.example.org", PASSWORD)
    again.goto(case + "notes/new/")
    again.locator(f"a[href='{address[address.index('/journal') :]}']").click()
    expect(typed(again)).to_have_value("Talt kl. 10.15. Aftalt: ___.")
    again.locator("button.btn-primary[value=save]").click()
    expect(again).to_have_url(re.compile(re.escape(case)))
    expect(again.locator(".t-line").get_by_text("Talt kl. 10.15.")).to_be_visible()
    assert violations(again) == []


def test_the_end_of_a_session_loses_nothing(case, sign_in):
    page = sign_in("caseworker@notes.example.org", PASSWORD)
    page.goto(case + "notes/new/")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    typed(page).fill("Written after the session ended")
    page.clock.run_for(2_000)
    expect(page.locator("#saved")).not_to_have_text(SAVED)
    expect(page.locator("#saved")).not_to_be_empty()
    expect(typed(page)).to_have_value("Written after the session ended")
    # Signed in again in another tab: it is saved without anybody doing anything.
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.clock.run_for(7_000)
    expect(page.locator("#saved")).to_have_text(SAVED)


def test_two_editors_see_each_other_and_both_texts(case, sign_in, stack):
    """T13."""
    note = stack.query("SELECT n.id::text FROM journal_note n JOIN journal_version v ON v.note_id = n.id"
                       " WHERE v.body = 'The first text'")[0]["id"]  # fmt: skip
    mine = sign_in("caseworker@notes.example.org", PASSWORD)
    theirs = sign_in("team_leader@notes.example.org", PASSWORD)
    for page in (mine, theirs):
        page.goto(f"/journal/notes/{note}/correct/")
    typed(theirs).fill("The leader's text")
    theirs.locator("input[name=why]").fill("The day was wrong")
    theirs.locator("button.btn-primary[value=save]").click()
    expect(theirs).to_have_url(re.compile(f"/journal/notes/{note}/$"))
    typed(mine).fill("The caseworker's text")
    mine.locator("input[name=why]").fill("Something was missing")
    mine.clock.run_for(2_000)
    expect(mine.locator("#saved")).to_have_text(re.compile(r"Gemt kl\. .+\. Person \d+ "))
    mine.locator("button.btn-primary[value=save]").click()
    expect(mine.get_by_role("alert")).to_be_visible()
    expect(mine.locator("section[aria-labelledby=theirs]")).to_contain_text("The leader's text")
    expect(typed(mine)).to_have_value("The caseworker's text")
    assert violations(mine) == []
    mine.locator("button.btn-primary[value=save]").click()
    expect(mine).to_have_url(re.compile(f"/journal/notes/{note}/$"))
    for text in ("The caseworker's text", "The leader's text", "The first text"):
        expect(mine.get_by_text(text)).to_be_visible()
