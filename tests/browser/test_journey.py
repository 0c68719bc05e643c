"""One citizen's whole way in Danish: referral, triage, plan, register, a missed day, closing note, PDF.

Real worker, broker and scheduler flag the absence and render the document; only the clock is told what time it is.
"""

import io
import re
from collections.abc import Callable

import page as page_validation
import pypdf
from playwright.sync_api import Locator, Page, expect

from devstack.processes import wait_until
from tests.browser.stack import Stack

SignIn = Callable[..., Page]

# The demo's people; the citizen is ours.
REFERRER, LEADER, CASEWORKER, CONTACT = (
    f"{name}@demo.trinvis.test" for name in ("referrer", "teamleader", "caseworker", "contact")
)
FIRST, LAST = "Torben", "Lysgaard"
NAME = f"{FIRST} {LAST}"
NUMBER = "631282-0991"  # day + 60: nobody's
GOAL = "Torben kan passe et arbejde på 15 timer om ugen"
SUBGOAL = "Møder til tiden fire uger i træk"
STEPS = [
    "Møder nogle af dagene",
    "Møder de fleste dage",
    "Møder alle dage, nogle gange for sent",
    "Møder til tiden i tre uger",
    "Møder til tiden i fire uger",
]
FRIDAY, MONDAY = "2026-11-20T09:00", "2026-11-23T08:20"
FOUR_WEEKS_IN, NEAR_THE_END = "2026-12-17T10:00", "2027-02-12T09:00"
SLOW = 60  # what the background does may take so many seconds


def button(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def fill(page: Page, **fields: str) -> None:
    """Fields by their name in the form; lists by their value."""
    for name, value in fields.items():
        field = page.locator(f"[name='{name}']:not([type=hidden])")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def until_shown(page: Page, locator: Locator) -> None:
    """Reload the page until the background has done its part."""

    def look() -> bool:
        page.reload()
        return locator.first.is_visible()

    if not wait_until(look, SLOW, pause=0.2):
        raise AssertionError(f"not shown on {page.url} within {SLOW} s: {locator}")


def refer(page: Page) -> str:
    """The referrer writes the referral and sends it; forgets the goal once, and nothing typed is lost. Reference."""
    page.goto("/")
    page.get_by_role("link", name="Ny henvisning").first.click()
    fill(page, identity_number=NUMBER, first_name=FIRST, last_name=LAST, phone="00 44 55 66", municipality="Aalborg")
    button(page, "Gem, og fortsæt").click()
    # What follows is what the chosen programme asks for; one that is offered alone is chosen already.
    offer = page.locator("input[name=offer][value^='individual_development@']").first
    if offer.get_attribute("type") == "radio":
        offer.check()
        page.locator("button[name=go][value=show]").click()
    expect(page.locator("[name=context]")).to_be_visible()
    fill(
        page,
        context="pre_rehabilitation",
        legal_basis="LAB § 32",
        reason="Torben har været sygemeldt i to år og vil gerne tilbage til et håndværk.",
        wished_start="23.11.26",
        weekly_hours="9",
    )
    button(page, "Gem, og fortsæt").click()

    fill(page, **{"goal-0-own_words": "Jeg vil gerne have noget at stå op til.", "goal-0-sub-0-title": SUBGOAL})
    button(page, "Gem, og fortsæt").click()
    expect(page).to_have_title(re.compile("^Fejl: "))
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#errors")).to_contain_text("Skriv mindst ét mål")
    expect(page.locator("[name='goal-0-own_words']")).to_have_value("Jeg vil gerne have noget at stå op til.")
    expect(page.locator("[name='goal-0-sub-0-title']")).to_have_value(SUBGOAL)
    fill(page, **{"goal-0-title": GOAL})
    button(page, "Gem, og fortsæt").click()

    fill(page, accommodations="Løfter højst 5 kg\nSkifter stilling hver halve time", accommodations_why="Diskusprolaps")
    button(page, "Gem, og fortsæt").click()
    expect(page.get_by_text(GOAL)).to_be_visible()
    expect(page.get_by_text("Skifter stilling hver halve time")).to_be_visible()
    button(page, "Send henvisning").click()
    said = page.get_by_text(re.compile("Henvisningen er modtaget. Sagsnummer H-2026-"))
    expect(said).to_be_visible()
    return re.search(r"H-2026-\d{6}", said.inner_text())[0]


def accept(page: Page, referral: str) -> str:
    """The team leader finds it in the queue and accepts it from the next intake Monday. The programme's reference."""
    page.goto("/referrals/queue/")
    page.get_by_role("link", name=f"Tag stilling {NAME}").click()
    expect(page).to_have_url(re.compile(f"/referrals/{referral}/triage/"))
    return decide(page)


def decide(page: Page) -> str:
    """Signe and the wood workshop, three mornings a week. The programme's reference."""
    expect(page.locator("[name=starts_on]")).to_have_value("2026-11-23")
    page.locator("[name=caseworker]").select_option(label=option(page, "caseworker", "Signe Abildgaard"))
    page.locator("[name=workshop]").select_option(label=option(page, "workshop", "Træværksted"))
    for number in range(1, 6):
        is_agreed = number in (1, 3, 5)
        fill(page, **{f"from_{number}": "8.00" if is_agreed else "", f"until_{number}": "11" if is_agreed else ""})
    button(page, "Godkend").click()
    said = page.get_by_text(re.compile("Henvisningen er godkendt. Forløbet har sagsnummer F-2026-"))
    expect(said).to_be_visible()
    return re.search(r"F-2026-\d{6}", said.inner_text())[0]


def option(page: Page, name: str, begins: str) -> str:
    """The whole label of the choice that begins so."""
    return next(
        label for label in page.locator(f"[name={name}] option").all_inner_texts() if label.strip().startswith(begins)
    )


def plan(page: Page, programme: str) -> None:
    """The caseworker puts the five steps into words and confirms the plan."""
    page.goto(f"/cases/{programme}/")
    expect(page.get_by_role("heading", level=1, name=NAME)).to_be_visible()
    page.goto(f"/plans/{programme}/edit/")
    expect(page.locator("[name=goals-0-title]")).to_have_value(GOAL)
    subgoal = "goals-0-subgoals-0"
    fill(page, **{f"{subgoal}-baseline": "Møder sjældent", f"{subgoal}-target": STEPS[-1]})
    for number, words in enumerate(STEPS, start=1):
        fill(page, **{f"{subgoal}-step_{number}": words})
    button(page, "Gem, og gå videre til bekræftelse").click()
    expect(page.get_by_text(STEPS[-1]).first).to_be_visible()
    page.get_by_label("Bekræfter senere").check()
    button(page, "Bekræft planen").click()
    expect(page.get_by_text("Planen er bekræftet").first).to_be_visible()


def miss(contact: Page, caseworker: Page) -> None:
    """Somebody else is marked, Torben is not there: the scheduler flags him, and he stands on both lists."""
    contact.goto("/")
    contact.get_by_role("link", name=re.compile("^Åbn fremmødet")).first.click()
    row = contact.locator("[data-slot]", has_text=NAME)
    expect(row).to_contain_text("Første dag")
    expect(row).to_contain_text("Løfter højst 5 kg")
    expect(row).not_to_contain_text("Diskusprolaps")
    other = contact.locator("[data-slot][data-state='']", has_not_text=NAME).filter(has_text=re.compile("^[^0-9]*8.00"))
    button(other.first, "Her").click()
    until_shown(contact, row.get_by_text("Er ikke kommet og har ikke meldt afbud"))
    for page in (contact, caseworker):
        page.goto("/")
        expect(page.locator("[aria-labelledby=group-follow_ups]")).to_contain_text(NAME)


def speak(contact: Page, caseworker: Page) -> None:
    """The contact person rings and writes what was said; nobody has to ring again. Then he comes, late."""
    contact.get_by_role("link", name=f"Skriv, hvad der skete {NAME}").click()
    contact.locator("[name=means][value=phone]").check()
    contact.get_by_label("Ja, vi talte sammen").check()
    fill(contact, reason="Bussen kørte fra mig.", agreed="Torben tager den næste bus og kommer klokken 9.")
    button(contact, "Notér det").click()
    expect(contact.get_by_text("Det er noteret. Opfølgningen er lukket.")).to_be_visible()
    for page in (contact, caseworker):
        page.goto("/")
        expect(page.locator("[aria-labelledby=group-follow_ups]")).not_to_contain_text(NAME)

    contact.goto("/attendance/")
    contact.get_by_role("link", name="Træværksted", exact=True).click()
    row = contact.locator("[data-slot]", has_text=NAME)
    expect(row.get_by_text("Udeblevet, talt sammen")).to_be_visible()
    button(row, "Sen").click()
    expect(row).to_contain_text(re.compile(r"Kom 8\.2\d"))
    expect(row.get_by_text("Udeblevet, talt sammen")).to_be_hidden()
    contact.reload()
    expect(row).to_contain_text(re.compile(r"Kom 8\.2\d"))
    expect(row).not_to_contain_text("Udeblevet")


def follow_up(page: Page, programme: str) -> None:
    """The caseworker and Torben talk about the plan: one step forward."""
    page.goto(f"/plans/{programme}/follow-up/")
    page.get_by_label(STEPS[2]).check()
    fill(page, comment="Torben møder nu alle dage. To gange kom han for sent på grund af bussen.")
    button(page, "Gem opfølgningen").click()
    expect(page.get_by_text("Opfølgningen er gemt").first).to_be_visible()
    page.goto(f"/cases/{programme}/")
    expect(page.locator("main")).to_contain_text(f"Trin 1 til 3: {SUBGOAL}")


def write_note(page: Page, programme: str) -> str:
    """The note begins with what the case knows; the caseworker writes the rest. The attendance figure on the page."""
    page.goto(f"/closing-notes/{programme}/")
    button(page, "Begynd på afslutningsnotatet").click()
    expect(page.locator("[name=goals]")).to_have_value(re.compile(f"{SUBGOAL}: fra trin 1 til trin 3 af 5"))
    expect(page.locator("[name=accommodations]")).to_have_value(re.compile("Løfter højst 5 kg"))
    attendance = page.locator("[name=attendance]").input_value()
    figure = re.search(r"[\d,]+ af [\d,]+ aftalte timer", attendance)
    assert figure, attendance

    button(page, "Send til godkendelse").click()
    expect(page.locator("#errors")).to_contain_text("Vælg resultatet, før notatet sendes til godkendelse")
    expect(page.locator("[name=attendance]")).to_have_value(attendance)
    fill(
        page,
        resources="Torben er omhyggelig og god til at læse en tegning.",
        opportunities="Han kan tage ansvar for en hel serie.",
        recommendation="Vi anbefaler et fleksjob på 15 timer i et mindre snedkeri.",
        outcome="flexible_job",
    )
    button(page, "Send til godkendelse").click()
    expect(page.get_by_text("Sendt til godkendelse").first).to_be_visible()
    return figure[0]


def approve(leader: Page, caseworker: Page, programme: str) -> None:
    """Somebody else approves; the worker makes the document while the page tells how far it is; it is delivered."""
    leader.goto("/")
    leader.goto(f"/closing-notes/{programme}/review/")
    button(leader, "Godkend").click()
    expect(leader.get_by_text("Godkendt. Dokumentet bliver dannet").first).to_be_visible()
    caseworker.goto(f"/closing-notes/{programme}/progress/")
    expect(caseworker.get_by_role("link", name="Hent PDF")).to_be_visible(timeout=SLOW * 1000)
    caseworker.goto(f"/closing-notes/{programme}/review/")
    button(caseworker, "Send til jobcentret").click()
    expect(caseworker.get_by_text("Afleveret. Jobcentret har fået besked").first).to_be_visible()


def read(page: Page, programme: str) -> bytes:
    """The referrer finds the note on Today and fetches the document, which is a receipt (C4). The PDF."""
    page.goto("/")
    expect(page.locator("[aria-labelledby=group-unread]")).to_contain_text(NAME)
    page.get_by_role("link", name=f"Læs notatet {NAME}").click()
    expect(page).to_have_url(re.compile(f"/closing-notes/{programme}/review/"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Hent PDF").click()
    page.reload()
    expect(page.get_by_text("Læst af modtageren")).to_be_visible()
    return download.value.path().read_bytes()


def assert_document(pdf: bytes, figure: str) -> None:
    """C3, T15."""
    for profile in ("3a", "ua1"):
        report = page_validation.validate_pdf_bytes(pdf, profile=profile)
        assert report.is_compliant, (profile, [(one.rule_id, one.message) for one in report.failures])
    sheets = pypdf.PdfReader(io.BytesIO(pdf)).pages
    text = " ".join(" ".join(sheet.extract_text().replace("\u200b", "") for sheet in sheets).split())
    for words in (NAME, GOAL, SUBGOAL, figure, "Fleksjob", "et fleksjob på 15 timer", "Jobcenter Aalborg"):
        assert words in text, words


def test_from_the_referral_to_the_closing_note_in_the_referrers_hands(stack: Stack, sign_in: SignIn):
    stack.seed(FRIDAY, citizens=60, weeks=8)
    referral = refer(sign_in(REFERRER))
    programme = accept(sign_in(LEADER), referral)
    plan(sign_in(CASEWORKER), programme)

    stack.travel_to(MONDAY)
    contact, caseworker = sign_in(CONTACT), sign_in(CASEWORKER)
    miss(contact, caseworker)
    speak(contact, caseworker)

    stack.travel_to(FOUR_WEEKS_IN)
    follow_up(sign_in(CASEWORKER), programme)

    stack.travel_to(NEAR_THE_END)
    caseworker = sign_in(CASEWORKER)
    figure = write_note(caseworker, programme)
    approve(sign_in(LEADER), caseworker, programme)
    assert_document(read(sign_in(REFERRER), programme), figure)
