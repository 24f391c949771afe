"""Every page of the site, opened once, and all that can be seen on one visit: opening costs more than looking."""

import gzip
import re
from typing import NamedTuple

import pytest
import servers
from axe import violations
from explorer_driver import next_frames
from listening import complaints_of
from pages import PAGES, POLICY
from playwright.sync_api import Page, Response, expect

from tools.budgets import limit

NARROW = {"width": 360, "height": 740}


class Visit(NamedTuple):
    """A page, open; what was asked for and answered meanwhile, and what the browser had to complain about."""

    path: str
    page: Page
    asked: list[str]
    answers: list[Response]
    complaints: list[str]


@pytest.fixture(scope="module", params=[*PAGES, "404.html"], ids=lambda path: path or "home")
def visit(request, browser, site):
    """Each page, under the content policy that the README names."""
    context = browser.new_context(extra_http_headers={servers.POLICY_WANTED: POLICY})
    page = context.new_page()
    asked, answers, complaints = [], [], complaints_of(page)
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: answers.append(answer))
    page.goto(site + request.param, wait_until="networkidle")
    yield Visit(request.param, page, asked, answers, complaints)
    context.close()


def test_every_page_opens_and_nothing_complains(visit):
    assert visit.complaints == []


def test_a_page_asks_nobody_but_its_own_server(visit, site):
    assert [url for url in visit.asked if not url.startswith((site, "data:", "blob:"))] == []


def test_a_page_has_one_title_and_says_when_it_was_checked(visit):
    expect(visit.page.locator("h1")).to_have_count(1)
    if visit.path == "404.html":
        return
    expect(visit.page.locator(".kx-checked")).to_have_text(re.compile(r"Last checked against Linux \d+\.\d+"))
    if visit.path != "report/":
        expect(visit.page.locator(".kx-checked a")).to_have_text("Report an error on this page")


def test_every_picture_says_what_it_shows(visit):
    for picture in visit.page.locator("article img, article svg[role=img]").all():
        said = picture.get_attribute("alt") or picture.get_attribute("aria-label") or ""
        assert len(said) > 20, f"a picture says nothing: {picture.evaluate('e => e.outerHTML')[:120]}"


def weight(answer):
    """Return the bytes of an answer, gzipped as a server would; what is compressed already stays as it is."""
    if answer.url.startswith(("data:", "blob:")) or not answer.ok:
        return 0
    body = answer.body()
    return len(body) if answer.url.endswith((".png", ".woff2")) else len(gzip.compress(body, 6))


def test_a_page_without_an_explorer_keeps_to_its_budget(visit):
    if not visit.page.locator(".kx-explorer").count():
        assert sum(weight(a) for a in visit.answers if "search_index" not in a.url) < limit("page")


def test_axe_finds_nothing_moderate_or_worse(visit):
    assert violations(visit.page) == []


def test_no_page_scrolls_sideways_on_a_narrow_screen(visit):
    visit.page.set_viewport_size(NARROW)
    next_frames(visit.page)
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], scheme
