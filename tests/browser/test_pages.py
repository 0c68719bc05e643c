"""Every page of every role: axe finds nothing, nothing is wider than the screen, and each speaks its language."""

from collections.abc import Callable, Iterable
from itertools import product

import pytest
from playwright.sync_api import Page

from tests.browser import pages
from tests.browser.stack import Stack

OpenPage = Callable[..., Page]
SIZES = [(1366, 768), (768, 1024), (390, 844)]
EVERY_VIEW = list(product(SIZES, ["light", "dark"]))
USUAL_VIEWS = [(SIZES[0], "light"), (SIZES[2], "dark")]
# Colours do not depend on the language, widths do: the other languages are seen once in each size.
VIEWS = {"da": EVERY_VIEW, "sv": [*USUAL_VIEWS, (SIZES[1], "light")], "en": [*USUAL_VIEWS, (SIZES[1], "dark")]}


@pytest.fixture(scope="module")
def demo(stack: Stack) -> pages.Addresses:
    stack.seed(pages.SEEDED, citizens=200, weeks=20)
    return pages.Addresses(stack)


@pytest.fixture
def visit(open_page: OpenPage, sign_in: OpenPage) -> OpenPage:
    """`visit(role, language)`: a page of somebody in that role who reads that language."""

    def come(role: str, language: str, **options: object) -> Page:
        if role == "nobody":
            page = open_page(**options)
            page.goto("/accounts/login/")
        else:
            page = sign_in(f"{role}@demo.trinvis.test", **options)
        token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
        answer = page.request.post(
            "/accounts/language/", form={"language": language, "csrfmiddlewaretoken": token, "next": "/"}
        )
        assert answer.ok
        return page

    return come


def walk(page: Page, addresses: Iterable[str], views: list, language: str) -> list[str]:
    """What is wrong with any of the pages in any of the views."""
    wrong = []
    for address in addresses:
        answer = page.goto(address)
        if not answer or answer.status != 200:
            wrong.append(f"{address} answers {answer.status if answer else 'nothing'}")
            continue
        for number, ((width, height), scheme) in enumerate(views):
            page.set_viewport_size({"width": width, "height": height})
            # Without motion no colour is on its way from one theme to the other.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = pages.problems(page, language, with_words=number == 0)
            wrong += [f"{address} {width} {scheme} {language}: {problem}" for problem in found]
    return wrong


@pytest.mark.parametrize("role", pages.ROLES)
def test_every_page_is_for_everybody(demo: pages.Addresses, visit: OpenPage, role: str):
    """Each page in one of the usual views, the next page in the other; the long set sees all in all."""
    page = visit(role, "da")
    addresses = list(pages.ROLES[role](demo))
    first, second = (walk(page, addresses[place::2], [view], "da") for place, view in enumerate(USUAL_VIEWS))
    assert first + second == []


@pytest.mark.long
@pytest.mark.parametrize("language", VIEWS)
@pytest.mark.parametrize("role", pages.ROLES)
def test_every_page_in_every_size_theme_and_language(demo: pages.Addresses, visit: OpenPage, role: str, language: str):
    page = visit(role, language)
    wrong = walk(page, pages.ROLES[role](demo), VIEWS[language], language)
    visit(role, "da")
    assert wrong == []


# What is looked at every day must also stand the smallest phone, a page zoomed to twice its size, and forced colours.
DAILY = ["contact", "caseworker", "referrer", "teamleader", "citizen"]
HARD = {
    "smallest phone": {"viewport": {"width": 320, "height": 568}},
    "zoomed to 200 %": {"viewport": {"width": 683, "height": 384}, "device_scale_factor": 2},
    "zoomed to 400 %": {"viewport": {"width": 342, "height": 192}, "device_scale_factor": 4},
    "forced colours": {"viewport": {"width": 1366, "height": 768}, "forced_colors": "active"},
}


@pytest.mark.long
@pytest.mark.parametrize("options", HARD.values(), ids=HARD)
@pytest.mark.parametrize("role", DAILY)
def test_today_and_the_register_in_hard_conditions(demo: pages.Addresses, visit: OpenPage, role: str, options: dict):
    page = visit(role, "da", **options)
    register = f"/attendance/{demo.workshop}/{pages.TODAY}/"
    wrong = []
    for address in ["/", register] if role == "contact" else ["/"]:
        page.goto(address)
        wrong += [f"{address}: {problem}" for problem in pages.problems(page, "da")]
    assert wrong == []


@pytest.mark.long
def test_a_mark_is_told_from_the_others_in_forced_colours(demo: pages.Addresses, visit: OpenPage):
    """experience 23: colour alone never says it, and the system's colours still do."""
    page = visit("contact", "da", forced_colors="active")
    page.goto(f"/attendance/{demo.workshop}/{pages.TODAY}/")
    looks = "one => { const look = getComputedStyle(one); return [look.backgroundColor, look.borderColor]; }"
    pressed = page.locator(".t-mark[aria-pressed=true]").first.evaluate(looks)
    others = page.locator(".t-mark[aria-pressed=false]").first.evaluate(looks)
    assert pressed != others
