"""The keys of the explorer: they work wherever in it the reader was last, and the focus is never lost."""

import re

import pytest
from explorer_driver import compare, drawn, go_to_step, next_frames
from playwright.sync_api import expect

CHAPTER = "notebooks/01-just-a-branch/"


@pytest.fixture
def explorer(page, site):
    page.goto(site + CHAPTER)
    found = page.locator(".kx")
    expect(found.locator(".kx-picture")).to_be_visible()
    return found


def focused(page):
    return page.evaluate("!!document.activeElement.closest('.kx') && !document.activeElement.closest('[hidden]')")


@pytest.mark.parametrize("place", [".kx-sentence", ".kx-legend", ".kx-gates .kx-title", ".kx-when", ".kx-intro"])
def test_a_click_anywhere_gives_the_explorer_its_keys(explorer, page, place):
    address = page.url
    explorer.locator(place).click()
    page.keyboard.press("0")
    expect(explorer).to_have_attribute("data-cursor", "0")
    page.keyboard.press(".")
    expect(explorer).to_have_attribute("data-cursor", "1")
    page.keyboard.press("p")
    expect(explorer.get_by_role("button", name="Pause")).to_be_visible()
    assert page.url.partition("#")[0] == address


def test_a_click_on_a_control_leaves_the_focus_to_it(explorer, page):
    explorer.locator("label", has_text="its remove").click()
    assert page.evaluate("document.activeElement.value") == "remove"
    explorer.get_by_role("button", name="One event back").click()
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_going_to_the_cause_keeps_the_focus(explorer, page):
    explorer.locator(".kx-what .kx-link").focus()
    for _ in range(4):
        page.keyboard.press("Enter")
        next_frames(page)
        assert focused(page)
    page.keyboard.press(".")
    page.keyboard.press("0")
    expect(explorer).to_have_attribute("data-cursor", "0")


def test_when_the_console_is_empty_the_focus_stays_with_it(explorer, page):
    explorer.locator(".kx-line-button:visible").last.click()
    page.keyboard.press("0")
    expect(explorer.locator(".kx-console-line:visible")).to_have_count(0)
    assert focused(page)
    page.keyboard.press("9")
    expect(explorer.locator(".kx-console-line:visible").last).to_be_visible()
    assert focused(page)


def test_choosing_the_clock_keeps_the_focus(explorer, page):
    compare(explorer, "quiesce", "remove")
    explorer.get_by_role("radio", name="from the call").focus()
    page.keyboard.press("ArrowDown")
    expect(explorer.get_by_role("radio", name="from the jump of each")).to_be_focused()


def test_going_by_steps_stops_at_those_of_both_machines(explorer, page):
    compare(explorer, "quiesce", "remove")
    page.keyboard.press("0")
    seen = set()
    for _ in range(60):
        page.keyboard.press("]")
        next_frames(page)
        seen.update(explorer.locator(".kx-what p:not(.kx-earlier)").all_inner_texts())
    jumps = [text for text in seen if "jump/copy" in text]
    assert {text[0] for text in jumps} == {"A", "B"}


def test_tabbing_through_the_map_asks_no_frame(explorer, page):
    memory = explorer.get_by_role("application")
    memory.focus()
    page.keyboard.press(".")
    page.wait_for_url(re.compile("#kx=.*&at="))
    assert "frame=" not in page.url
    expect(explorer.locator(".kx-life")).to_have_count(0)
    memory.press("ArrowDown")
    expect(explorer.locator(".kx-life-name")).to_have_text("The life of frame 0")


def test_the_steps_of_a_machine_are_one_stop_of_the_tab_key(explorer, page):
    explorer.get_by_role("button", name="To the end").focus()
    page.keyboard.press("Tab")
    expect(explorer.get_by_role("combobox", name="Step")).to_be_focused()
    page.keyboard.press("Tab")
    expect(explorer.get_by_role("slider")).to_be_focused()


def test_the_meaning_of_a_line_is_announced_and_the_verdict_is_a_heading(explorer):
    explorer.locator(".kx-line-button:visible").last.click()
    expect(explorer.get_by_role("status").filter(has_text="Printed ")).to_have_count(1)
    expect(explorer.get_by_role("heading", name="In the end: corrupted")).to_be_visible()


def test_two_explorers_have_two_names(page, bare):
    page.goto(bare + "two.html")
    drawn(page.locator(".kx").nth(1))
    names = page.locator(".kx").evaluate_all("all => all.map((e) => e.getAttribute('aria-label'))")
    assert names == ["Explorer of one crossing", "Explorer of one crossing, number 2 on this page"]


@pytest.mark.parametrize("two", [False, True])
def test_a_finger_finds_every_switch(new_context, bare, two):
    page = new_context(viewport={"width": 420, "height": 800}, has_touch=True, is_mobile=True).new_page()
    page.goto(bare + "one.html" + ("#kx=just-a-branch&b.quiesce=remove" if two else ""))
    explorer = page.locator(".kx")
    drawn(explorer)
    targets = explorer.locator(".kx-choice").all()
    assert len(targets) == (6 if two else 8)
    assert all(target.bounding_box()["height"] >= 40 for target in targets)
    if two:
        expect(explorer.locator("fieldset select[aria-label$='machine B']")).to_have_count(3)
    else:
        explorer.get_by_text("its shutdown").tap()
        expect(explorer.locator("input[value=shutdown]")).to_be_checked()


def test_in_the_readers_own_colours_what_is_chosen_and_what_is_shut_can_be_seen(new_context, bare):
    page = new_context(forced_colors="active").new_page()
    page.goto(bare + "one.html")
    explorer = page.locator(".kx")
    drawn(explorer)
    ground = "(e, pseudo) => getComputedStyle(e, pseudo).backgroundColor"
    chosen = explorer.locator(".kx-line-button:visible").last
    before = chosen.evaluate(ground)
    chosen.click()
    assert chosen.evaluate(ground) != before
    bolt = explorer.locator('.kx-gate[data-open="false"] .kx-bar').first
    surface = explorer.evaluate(ground)
    assert bolt.evaluate(f"e => ({ground})(e, '::before')") != surface
    grounds = {phase.evaluate(ground) for phase in explorer.locator(".kx-phase").all()}
    assert len(grounds) == 4


def test_plain_words_lead_and_the_names_follow(explorer):
    legend = explorer.locator("fieldset legend").first
    expect(legend).to_have_text("What the old kernel calls in the card’s driver quiesce")
    expect(explorer.locator(".kx-choice").first).to_have_text("its shutdown, as Linux does shutdown")
    go_to_step(explorer, "copy")
    expect(explorer.locator(".kx-what p")).to_contain_text("A step begins: jump/copy. jump/copy:0")
