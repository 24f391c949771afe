"""The published site as a reader meets it: its explorers live, and its links and its search lead where they should."""

import re

from explorer_driver import at_step, go_to_step, next_frames
from pages import CHAPTERS
from playwright.sync_api import expect

from tools.budgets import limit

CHAPTER = CHAPTERS[0]


def explorer(page):
    """The chapter's explorer, once it shows a machine."""
    place = page.locator(".kx-explorer").first
    found = place.locator(".kx")
    expect(found.locator(".kx-picture")).to_be_visible()
    expect(place.locator(".kx-still")).to_be_hidden()
    expect(found).to_have_attribute("aria-busy", "false")
    return found


def drawn(found):
    """The pixels of the memory map."""
    return found.locator(".kx-picture canvas").evaluate_all("all => all.map(c => c.toDataURL()).join()")


def flip(found, switch, value):
    found.get_by_role("group", name=switch).locator(f"input[value='{value}']").check()


def flip_changes_words_and_picture(page):
    found = explorer(page)
    flip(found, "quiesce", "shutdown")
    expect(found.locator(".kx-outcome")).to_contain_text("clean")
    sentence, picture = found.locator(".kx-sentence").inner_text(), drawn(found)
    flip(found, "quiesce", "none")
    expect(found.locator(".kx-outcome")).not_to_contain_text("clean")
    assert found.locator(".kx-sentence").inner_text() != sentence
    assert drawn(found) != picture


def test_the_page_that_takes_reports_is_told_which_page_is_meant(page, site):
    page.goto(site + CHAPTERS[5])
    page.get_by_role("link", name="Report an error on this page").click()
    expect(page.locator("#kx-about")).to_contain_text("06-the-table-that-cannot-be-switched-off")


def test_a_flipped_switch_changes_the_words_and_the_picture(page, site, complaints):
    page.goto(site + CHAPTER)
    flip_changes_words_and_picture(page)
    assert not complaints


def test_the_explorer_lives_after_instant_navigation(page, site, complaints):
    page.goto(site, wait_until="networkidle")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name="Start with chapter 1").click()
    flip_changes_words_and_picture(page)
    assert page.evaluate("window.sameDocument"), "the page was loaded anew: is site_url the serving address?"
    assert not complaints


def test_the_explorer_lives_when_the_reader_comes_back(page, site):
    page.goto(site + CHAPTER)
    explorer(page)
    page.get_by_role("link", name="Home").first.click()
    expect(page).to_have_title(re.compile("^Why kexec"))
    expect(page.locator(".kx-explorer")).to_have_count(0)
    page.go_back()
    flip_changes_words_and_picture(page)


def test_coming_back_the_reader_finds_the_machine_as_he_left_it(page, site, complaints):
    page.goto(site + CHAPTER)
    found = explorer(page)
    flip(found, "quiesce", "remove")
    go_to_step(found, "late-initcalls")
    page.wait_for_url(re.compile(r"#kx=just-a-branch&quiesce=remove&.*at=next/late-initcalls:0"))
    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name="Home").first.click()
    expect(page).to_have_title(re.compile("^Why kexec"))
    assert "#" not in page.url
    page.go_back()
    found = explorer(page)
    expect(found.locator(".kx-outcome")).to_contain_text("clean")
    at_step(found, "late-initcalls")
    assert page.evaluate("window.sameDocument")
    assert not complaints


def test_a_link_to_a_heading_leads_to_it_and_not_to_the_explorer(page, site):
    page.goto(f"{site}{CHAPTER}#the-switch-that-works-one-way")
    explorer(page)
    next_frames(page)
    expect(page.locator("#the-switch-that-works-one-way")).to_be_in_viewport()
    assert page.url.endswith("#the-switch-that-works-one-way")


def test_without_javascript_a_still_picture_stands(new_context, site):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(site + CHAPTER)
    still = page.locator(".kx-explorer .kx-still img").first
    expect(still).to_be_visible()
    assert still.evaluate("image => image.naturalWidth") > 300
    assert len(still.get_attribute("alt")) > 20


def test_a_link_leads_to_the_row_of_a_switch(page, site):
    page.goto(f"{site}reference/switches/#lpi-disable")
    expect(page.locator("tr:has(#lpi-disable)")).to_be_in_viewport()


def test_a_chapter_with_a_live_machine_keeps_to_its_budget(page, site):
    page.goto(site + CHAPTER, wait_until="networkidle")
    explorer(page)
    size = page.evaluate(
        """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
            .filter((entry) => !entry.name.includes("search_index"))
            .reduce((bytes, entry) => bytes + entry.decodedBodySize, 0)"""
    )
    assert 100_000 < size < limit("chapter")
