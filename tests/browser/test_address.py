"""Where an explorer's state is kept, and how a reader is led to it: the address, the page's memory, broken links."""

import re

import pytest
from explorer_driver import at_step, choose, drawn, go_to_step, next_frames
from playwright.sync_api import expect

CHAPTER = "notebooks/01-just-a-branch/"


def opened(page, address):
    page.goto(address)
    explorer = page.locator(".kx").first
    drawn(explorer)
    return explorer


def top(page):
    return page.locator(".kx-explorer").first.bounding_box()["y"]


# --- the machine stays -----------------------------------------------------------------------------------


def test_following_the_contents_leaves_the_machine_alone(page, site):
    page.clock.install()
    explorer = opened(page, site + CHAPTER)
    choose(explorer, "quiesce", "remove")
    go_to_step(explorer, "late-initcalls")
    page.wait_for_url(re.compile("at=next/late-initcalls:0"))
    for heading in ("And time without end", "Shutdown, or remove?"):
        page.locator(".md-nav__link", has_text=heading).first.click()
        page.wait_for_url(re.compile("#[a-z-]+$"))
        page.clock.run_for(1_000)  # whatever would be written into the address later is written now
        drawn(explorer)
        expect(explorer.locator(".kx-outcome")).to_have_text("✓ clean")
        at_step(explorer, "late-initcalls")
        assert re.search("#[a-z-]+$", page.url), "the link's address stays"


def test_a_link_to_one_explorer_leaves_the_other_alone(page, bare):
    page.goto(bare + "two.html")
    first, second = page.locator(".kx").nth(0), page.locator(".kx").nth(1)
    drawn(first)
    drawn(second)
    choose(second, "quiesce", "remove")
    page.evaluate("location.hash = '#kx=just-a-branch&quiesce=shutdown'")
    expect(first.locator(".kx-outcome")).to_have_text("✓ clean")
    expect(second.locator("input[value=remove]")).to_be_checked()


def test_a_link_wins_over_what_was_still_to_be_written_into_the_address(page, bare):
    explorer = opened(page, bare + "one.html")
    choose(explorer, "quiesce", "remove")
    page.evaluate(
        """() => {
            for (const began = performance.now(); performance.now() - began < 1_000; );  // until it is due
            location.hash = "#kx=just-a-branch&quiesce=none&clear-bus-master=yes";
        }"""
    )
    expect(explorer.locator("input[value=none]")).to_be_checked()
    page.wait_for_url("**/one.html#kx=just-a-branch&quiesce=none&clear-bus-master=yes")


def test_going_back_to_the_bare_address_is_going_back_to_the_chapter(page, bare):
    explorer = opened(page, bare + "one.html")
    page.evaluate("location.hash = '#kx=just-a-branch&quiesce=remove'")
    expect(explorer.locator(".kx-outcome")).to_have_text("✓ clean")
    page.go_back()
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")
    expect(explorer.locator("input[value=none]")).to_be_checked()


# --- where the reader is taken ---------------------------------------------------------------------------


def test_a_link_leads_to_the_whole_explorer_and_clear_of_the_header(page, site):
    explorer = opened(page, f"{site}{CHAPTER}#kx=just-a-branch&quiesce=remove")
    expect(explorer.locator(".kx-intro")).to_be_in_viewport()
    header = page.locator(".md-header").bounding_box()
    assert header["height"] <= top(page) < 120


def test_reloading_and_coming_back_leave_the_reader_where_he_was(page, site):
    explorer = opened(page, site + CHAPTER)
    choose(explorer, "quiesce", "shutdown")
    page.wait_for_url(re.compile("quiesce=shutdown"))
    page.locator("#the-switch-that-works-one-way").scroll_into_view_if_needed()
    expect(page.locator("#the-switch-that-works-one-way")).to_be_in_viewport()
    next_frames(page)
    page.reload()
    drawn(page.locator(".kx").first)
    next_frames(page)
    expect(page.locator("#the-switch-that-works-one-way")).to_be_in_viewport()
    page.locator(".md-header__button.md-logo").first.click()
    expect(page).to_have_title(re.compile("^Why kexec"))
    page.go_back()
    drawn(page.locator(".kx").first)
    next_frames(page)
    expect(page.locator(".kx-explorer").first).not_to_be_in_viewport()


# --- broken links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["nosuch:1", "END", "b:eth0/buffer:12"])
def test_a_moment_that_does_not_happen_is_told_and_leaves_the_address(page, bare, at):
    explorer = opened(page, f"{bare}one.html#kx=just-a-branch&quiesce=none&at={at}")
    expect(explorer.locator(".kx-notice")).to_contain_text(f"“{at}”")
    page.wait_for_url(re.compile(r"#kx=just-a-branch&quiesce=none&iommu=off&lpi-disable=clearable$"))


def test_a_moment_of_another_machine_is_told(page, bare):
    explorer = opened(page, f"{bare}one.html#kx=just-a-branch&quiesce=shutdown&at=eth0/arrival:40")
    expect(explorer.locator(".kx-notice")).to_contain_text("“eth0/arrival:40” does not happen here")
    expect(explorer.locator(".kx-when")).to_contain_text("at the jump")


@pytest.mark.parametrize("name", ["nosuch", "just-a-branch.2"])
def test_an_explorer_that_the_page_does_not_have_is_told(page, bare, name):
    explorer = opened(page, f"{bare}one.html#kx={name}&quiesce=remove")
    expect(explorer.locator(".kx-notice")).to_contain_text(f"this page has no explorer “{name}”")
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")
