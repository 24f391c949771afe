"""A word of a chapter leads to its definition, which a reader also has under the pointer and the focus."""

import re

import pytest
from explorer_driver import next_frames
from playwright.sync_api import expect

CHAPTER = "notebooks/01-just-a-branch/"


def term(page, text):
    return page.locator("a.kx-term", has_text=text).first


def test_a_term_leads_to_its_entry(page, site):
    page.goto(site + CHAPTER)
    term(page, "redistributor").click()
    page.wait_for_url(f"{site}reference/glossary/#term-redistributor")
    expect(page.locator("#term-redistributor")).to_be_in_viewport()


def test_a_link_leads_to_what_it_names_also_if_the_page_is_slow_to_come(page, site):
    held = []
    page.goto(site + CHAPTER, wait_until="networkidle")
    page.route("**/reference/glossary/", lambda route: held.append(route))
    with page.expect_request("**/reference/glossary/"):
        term(page, "redistributor").click()
    next_frames(page, 30)
    for route in held:
        route.continue_()
    expect(page).to_have_title(re.compile("^Glossary"))
    expect(page.locator("#term-redistributor")).to_be_in_viewport()


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_the_definition_is_under_the_pointer_and_under_the_focus(page, site, how):
    page.goto(site + CHAPTER)
    found = term(page, "hotplug port")
    found.scroll_into_view_if_needed()
    getattr(found, how)()
    expect(page.locator(".md-tooltip2__inner")).to_contain_text("A PCI Express port whose slot may be filled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_term_has_the_colour_of_the_text_and_a_dotted_line(new_context, site, scheme):
    page = new_context(color_scheme=scheme).new_page()
    page.goto(site + CHAPTER)
    found = term(page, "hotplug port")
    link, text = (tag.evaluate("tag => getComputedStyle(tag).color") for tag in (found, found.locator("..")))
    assert link == text
    assert found.evaluate("tag => getComputedStyle(tag).textDecorationStyle") == "dotted"


def test_the_letters_lead_to_their_terms_on_a_narrow_screen(new_context, site):
    page = new_context(viewport={"width": 360, "height": 740}).new_page()
    page.goto(f"{site}reference/glossary/")
    letters = page.locator(".kx-letters a")
    assert letters.count() > 15
    letters.get_by_text("W", exact=True).click()
    expect(page.locator("#term-wilson-interval")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
