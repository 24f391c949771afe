"""Everyone: what a reader without a mouse, a screen or colours gets of an explorer."""

import re

import pytest
from axe import violations
from explorer_driver import at_step
from pages import CHAPTERS
from playwright.sync_api import expect

CHAPTER = CHAPTERS[0]


@pytest.mark.parametrize("width", [360, 1400])
@pytest.mark.parametrize("at", ["jump/copy:0", "end"])
def test_axe_finds_nothing_in_any_state_of_the_explorer(new_context, site, width, at):
    page = new_context(viewport={"width": width, "height": 900}).new_page()
    state = f"quiesce=none&iommu=off&lpi-disable=sticky&b.quiesce=remove&b.iommu=translate&at={at}&frame=2288"
    page.goto(f"{site}{CHAPTER}#kx=just-a-branch&{state}&nonsense=1")
    explorer = page.locator(".kx")
    expect(explorer.locator(".kx-outcome")).to_have_count(2)
    expect(explorer.locator(".kx-notice")).to_be_visible()
    expect(explorer.locator(".kx-life").first).to_be_visible()
    explorer.locator(".kx-keys summary").click()
    explorer.get_by_role("button", name="Bye!").first.click()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    explorer.get_by_role("button", name="Copy link").click()
    expect(explorer.locator(".kx-fallback")).to_be_visible()
    expect(explorer.locator(".kx-summary")).to_contain_text("Machine B.")  # it is read out when things are quiet
    assert violations(page) == []


def test_every_control_is_reached_by_keyboard_and_shows_its_focus(page, site):
    page.goto(site + CHAPTER)
    explorer = page.locator(".kx")
    expect(explorer.locator(".kx-picture")).to_be_visible()
    explorer.locator(".kx-switch input:checked").first.focus()
    reached = []
    for _ in range(70):
        reached.append(
            page.evaluate(
                """() => {
                    const e = document.activeElement;
                    if (!e.closest(".kx")) return null;
                    const box = (e.matches(".kx-range") ? e.closest(".kx-track") : e);
                    const seen = getComputedStyle(box).outlineStyle !== "none" && box.getBoundingClientRect().width > 0;
                    const name = e.getAttribute("aria-label") || e.textContent || e.value;
                    return [e.tagName, name.trim().slice(0, 60), seen];
                }"""
            )
        )
        page.keyboard.press("Tab")
    inside = [found for found in reached if found]
    assert all(seen for _, _, seen in inside), [found for found in inside if not found[2]]
    names = " | ".join(name for _, name, _ in inside)
    for wanted in (
        "none", "off", "clearable", "Reset", "Compare", "Copy link", "Copy as command", "Copy as notebook cell",
        "Play the crossing", "To the start", "One event back", "One event forward", "To the end", "Step",
        "Events so far", "Memory map", "pci 0000:00:02.0", "Keyboard",
    ):  # fmt: skip
        assert wanted in names, wanted


def test_keys_move_through_time_wherever_the_focus_is(page, site):
    page.goto(site + CHAPTER)
    explorer = page.locator(".kx")
    expect(explorer.locator(".kx-picture")).to_be_visible()
    explorer.locator(".kx-switch input:checked").first.focus()
    page.keyboard.press("0")
    expect(explorer).to_have_attribute("data-cursor", "0")
    page.keyboard.press("]")
    at_step(explorer, "notifiers")
    page.keyboard.press("]")
    at_step(explorer, "device_shutdown")
    page.keyboard.press("[")
    at_step(explorer, "notifiers")
    page.keyboard.press(".")
    expect(explorer).to_have_attribute("data-cursor", "2")
    page.keyboard.press(",")
    expect(explorer).to_have_attribute("data-cursor", "1")
    page.keyboard.press("p")
    expect(explorer.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("root => +root.dataset.cursor > 5", arg=explorer.element_handle())
    page.keyboard.press("p")
    expect(explorer.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("9")
    expect(explorer).to_have_attribute("data-cursor", re.compile(r"\d{3}"))
    assert page.evaluate("document.activeElement.type") == "radio", "the focus was kept"


def test_a_reader_who_wants_no_motion_is_led_from_step_to_step(new_context, site):
    page = new_context(reduced_motion="reduce").new_page()
    page.goto(site + CHAPTER)
    explorer = page.locator(".kx")
    expect(explorer.locator(".kx-picture")).to_be_visible()
    explorer.get_by_role("button", name="To the start").click()
    page.evaluate(
        """() => {
            window.hops = [];
            const explorer = document.querySelector(".kx");
            new MutationObserver(() => window.hops.push(performance.now())).observe(explorer, {
                attributeFilter: ["data-cursor"],
            });
        }"""
    )
    explorer.get_by_role("button", name="Play").click()
    page.wait_for_function("window.hops.length >= 4")
    explorer.get_by_role("button", name="Pause").click()
    hops = page.evaluate("window.hops")
    assert hops[3] - hops[0] > 3000, "more than a second passes between two of them"
    expect(explorer.locator(".kx-what")).to_contain_text("A step begins")


@pytest.mark.parametrize("touched", [False, True])
def test_on_paper_the_still_picture_stands_with_words_that_say_what_it_shows(page, site, touched):
    page.goto(site + CHAPTER)
    explorer = page.locator(".kx")
    expect(explorer.locator(".kx-picture")).to_be_visible()
    if touched:
        explorer.locator("input[value=shutdown]").check()
    page.emulate_media(media="print")
    expect(explorer).to_be_hidden()
    still = page.locator(".kx-explorer .kx-still img")
    expect(still).to_be_visible()
    assert still.evaluate("image => image.complete && image.naturalWidth") > 300
    assert still.get_attribute("alt").startswith("The machine 1,350.000 ms after the jump")


def test_the_account_follows_when_things_are_quiet_and_not_at_every_frame(page, site):
    page.goto(site + CHAPTER)
    explorer = page.locator(".kx")
    account = explorer.locator(".kx-summary")
    expect(account).to_contain_text("In the end: corrupted.")
    page.evaluate(
        """() => {
            window.changes = 0;
            new MutationObserver(() => window.changes++).observe(document.querySelector(".kx-summary"), {
                childList: true, characterData: true, subtree: true,
            });
        }"""
    )
    slider = explorer.get_by_role("slider")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("window.changes > 0")
    assert page.evaluate("window.changes") == 1
    explorer.get_by_role("button", name="Compare").click()
    expect(account).to_contain_text("Machine A.")
    expect(account).to_contain_text("Machine B.")
