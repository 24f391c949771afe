"""The explorer as a reader meets it: on a bare page over the precomputed runs, and in a real JupyterLab."""

import json
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from explorer_driver import at_step, choose, chooser, compare, drawn, go_to_step, next_frames
from full_explorer_driver import flip, shows
from playwright.sync_api import expect
from scenarios import crossed, scenario

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.study.presets import PRESETS

ROOT = Path(__file__).resolve().parents[2]
NAME = "just-a-branch"


@pytest.fixture
def explorer(page, bare):
    page.goto(bare + "one.html")
    found = page.locator(".kx")
    drawn(found)
    return found


def map_of(explorer):
    """The memory map as the canvas has it, pixel for pixel."""
    next_frames(explorer.page)
    return explorer.locator(".kx-map").evaluate("canvas => canvas.toDataURL()")


# --- on a page -------------------------------------------------------------------------------------------


def test_the_explorer_takes_the_place_of_the_still(explorer):
    expect(explorer.page.locator(".kx-still")).to_be_hidden()
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")


def test_a_flip_changes_picture_words_and_console(explorer):
    picture = map_of(explorer)
    expect(explorer.locator(".kx-sentence")).to_contain_text("wrote into the next kernel's data")
    choose(explorer, "quiesce", "shutdown")
    choose(explorer, "lpi-disable", "sticky")
    explorer.get_by_role("button", name="To the end").click()
    expect(explorer.locator(".kx-outcome")).to_have_text("▽ degraded")
    expect(explorer.locator(".kx-sentence")).to_contain_text("EnableLPIs could not be cleared")
    expect(explorer.get_by_text("CPU0: Failed to disable LPIs", exact=True)).to_be_visible()
    assert map_of(explorer) != picture


def test_reset_leads_back_to_the_chapter(explorer):
    picture = map_of(explorer)
    choose(explorer, "quiesce", "shutdown")
    expect(explorer.locator(".kx-outcome")).to_have_text("✓ clean")
    explorer.get_by_role("button", name="Reset").click()
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")
    assert map_of(explorer) == picture


def test_a_keyboard_scrubs(explorer):
    scrubber = explorer.get_by_role("slider")
    scrubber.focus()
    scrubber.press("End")
    end = map_of(explorer)
    scrubber.press("Home")
    expect(explorer).to_have_attribute("data-cursor", "0")
    expect(explorer.locator(".kx-console-line:visible")).to_have_count(0)
    start = map_of(explorer)
    scrubber.press("ArrowRight")
    expect(explorer).to_have_attribute("data-cursor", "1")
    expect(explorer.locator(".kx-what")).to_contain_text("old/notifiers:0")
    scrubber.press("End")
    assert map_of(explorer) == end != start


def test_a_step_can_be_gone_to_by_its_name(explorer):
    go_to_step(explorer, "copy")
    expect(explorer.locator(".kx-when")).to_contain_text("at the jump")
    at_step(explorer, "copy")
    expect(explorer.locator(".kx-console-line:visible").last).to_contain_text("Bye!")


def test_playing_goes_forward_and_pauses(explorer):
    explorer.get_by_role("button", name="To the start").click()
    explorer.get_by_role("button", name="Play").click()
    explorer.page.wait_for_function("root => +root.dataset.cursor > 5", arg=explorer.element_handle())
    explorer.get_by_role("button", name="Pause").click()
    expect(explorer.get_by_role("button", name="Play on")).to_be_visible()
    next_frames(explorer.page)
    at = explorer.get_attribute("data-cursor")
    next_frames(explorer.page, 10)
    assert explorer.get_attribute("data-cursor") == at


def test_a_flip_keeps_the_moment(explorer):
    go_to_step(explorer, "interrupts-on")
    choose(explorer, "iommu", "translate")
    at_step(explorer, "interrupts-on")
    expect(explorer.locator(".kx-what")).to_contain_text("next/interrupts-on:0")


def test_a_frame_tells_its_story_to_the_keyboard(explorer):
    choose(explorer, "quiesce", "none")
    memory = explorer.get_by_role("application")
    memory.press("ArrowRight")
    expect(explorer.locator(".kx-memory .kx-detail")).to_contain_text("Frame 0 at 0x40000000. Firmware")
    memory.press("ArrowDown")
    expect(explorer.locator(".kx-memory .kx-detail")).to_contain_text("Frame 64 at 0x40040000")


def test_the_arithmetic_of_a_flip_is_written_out(explorer):
    choose(explorer, "quiesce", "none")
    arithmetic = explorer.locator(".kx-sum")
    expect(arithmetic).to_contain_text("a flip")
    run = simulate(EXPLORERS[NAME].scenario).to_json()
    flip = run["lpi"]["flips"][-1]
    expect(arithmetic).to_contain_text(f"INTID {flip['intid']}")
    expect(arithmetic).to_contain_text(f"byte at {flip['address']:#x}")
    expect(arithmetic).to_contain_text(f"bit {flip['bit']}")
    expect(explorer.locator(".kx-flip")).to_have_count(len(run["lpi"]["flips"]))


def test_a_line_of_the_console_tells_what_it_means(explorer):
    explorer.get_by_role("button", name="Booted with LPIs enabled").first.click()
    expect(explorer.locator(".kx-meaning-box")).to_contain_text("It was possible that bits flipped.")


def test_the_state_is_told_in_words(explorer):
    go_to_step(explorer, "copy")
    expect(explorer.locator(".kx-summary")).to_contain_text("At the jump, step jump/copy, stub running.")


def test_two_explorers_on_a_page_have_each_their_own_part_of_the_address(page, bare):
    page.goto(bare + "two.html")
    first, second = page.locator(".kx").nth(0), page.locator(".kx").nth(1)
    drawn(first)
    drawn(second)
    choose(second, "quiesce", "remove")
    page.wait_for_url("**/two.html#kx=just-a-branch.2&quiesce=remove&*")
    choose(first, "iommu", "translate")
    page.wait_for_url("**/two.html#kx=just-a-branch&quiesce=none&iommu=translate&*&kx=just-a-branch.2&quiesce=remove&*")
    page.reload()
    expect(first.locator(".kx-outcome")).to_have_text("○ harmless")
    expect(second.locator(".kx-outcome")).to_have_text("✓ clean")


def test_two_explorers_on_a_page_are_independent(page, bare):
    page.goto(bare + "two.html")
    first, second = page.locator(".kx").nth(0), page.locator(".kx").nth(1)
    drawn(first)
    drawn(second)
    choose(first, "quiesce", "shutdown")
    first.get_by_role("button", name="To the start").click()
    expect(first.locator(".kx-outcome")).to_have_text("✓ clean")
    expect(second.locator(".kx-outcome")).to_have_text("✕ corrupted")
    assert second.get_attribute("data-cursor") != "0"


# --- a frame, asked --------------------------------------------------------------------------------------


def test_a_frame_is_told_its_life_and_what_became_of_its_bytes(explorer):
    run = simulate(EXPLORERS[NAME].scenario)
    wrong = run.verdict.wrong[0]
    side = 64
    box = explorer.locator(".kx-map").bounding_box()
    explorer.locator(".kx-map").click(
        position={
            "x": (wrong.frame % side + 0.5) * box["width"] / side,
            "y": (wrong.frame // side + 0.5) * box["height"] / side,
        }
    )
    life = explorer.locator(".kx-life-list")
    expect(explorer.locator(".kx-life-name")).to_have_text(f"The life of frame {wrong.frame}")
    expect(life).to_contain_text(wrong.writer)
    expect(life).to_contain_text("a leftover write; its bytes: found wrong by the frame’s owner")
    expect(life).to_contain_text("its owner found it wrong")
    # Each moment of the life can be gone to, and what comes later is said to be later.
    life.get_by_role("button").first.click()
    expect(explorer.locator(".kx-later").first).to_be_visible()
    explorer.get_by_role("application").press("Escape")
    expect(life).to_have_count(0)


# --- two machines ----------------------------------------------------------------------------------------


def test_two_scenarios_share_a_clock_and_their_differences_are_named(explorer):
    compare(explorer, "iommu", "translate")
    expect(explorer.locator(".kx-compare")).to_contain_text("A and B differ in iommu (off | translate)")
    expect(explorer.locator(".kx-outcome").nth(0)).to_have_text("✕ corrupted")
    expect(explorer.locator(".kx-outcome").nth(1)).to_have_text("○ harmless")
    expect(explorer.locator(".kx-map")).to_have_count(2)
    go_to_step(explorer, "drivers", "A")
    expect(explorer.locator(".kx-when b")).to_have_text("A 229.000 ms after the jump · B 229.000 ms after the jump")
    explorer.get_by_role("button", name="Stop comparing").click()
    expect(explorer.locator(".kx-map")).to_have_count(1)
    expect(explorer.locator(".kx-when b")).to_have_text("229.000 ms after the jump")


def test_the_first_event_in_which_they_part_is_shown_and_can_be_gone_to(explorer):
    compare(explorer, "iommu", "translate")
    base = EXPLORERS[NAME].scenario
    a, b = simulate(base), simulate(base.but(iommu="translate"))
    k = next(k for k, (x, y) in enumerate(zip(a.log, b.log, strict=False)) if x != y)
    parting = explorer.locator(".kx-parting")
    expect(parting).to_contain_text(f"In A: {a.log.id[k]}, ")
    expect(parting).to_contain_text(f"In B: {b.log.id[k]}, ")
    parting.get_by_role("button", name="Go there").click()
    expect(explorer.locator(".kx-what")).to_contain_text("B: A register was written. old/smmu-shutdown:0")
    chooser(explorer, "iommu", "A").select_option("translate")
    expect(explorer.locator(".kx-compare")).to_contain_text("A and B are set alike")
    expect(parting).to_have_text("Event by event, the same happens in both.")


def test_the_clock_of_two_machines_can_start_at_the_jump_of_each(explorer):
    compare(explorer, "quiesce", "remove")
    go_to_step(explorer, "copy", "A")
    before = explorer.locator(".kx-when b")
    expect(before).to_contain_text("A at the jump · B")
    expect(before).to_contain_text("before the jump")
    explorer.get_by_role("radio", name="from the jump of each").check()
    go_to_step(explorer, "copy", "A")
    expect(before).to_have_text("A at the jump · B at the jump")


# --- take it along ---------------------------------------------------------------------------------------


@pytest.fixture
def clipboard(context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return lambda page: page.evaluate("navigator.clipboard.readText()")


def test_a_link_leads_to_the_same_moment_of_the_same_machines(explorer, clipboard, context):
    compare(explorer, "iommu", "translate")
    chooser(explorer, "lpi-disable", "A").select_option("sticky")
    go_to_step(explorer, "interrupt-controller", "A")
    explorer.get_by_role("application").first.press("ArrowDown")
    explorer.get_by_role("radio", name="from the jump of each").check()
    explorer.get_by_role("button", name="Copy link").click()
    expect(explorer.locator(".kx-copied")).to_have_text("Copied the link.")
    link = clipboard(explorer.page)
    assert "#kx=just-a-branch&" in link
    other = context.new_page()
    other.goto(link)
    again = other.locator(".kx")
    drawn(again)
    for part in (".kx-when", ".kx-what", ".kx-sentence >> nth=0", ".kx-sentence >> nth=1", ".kx-memory .kx-detail"):
        expect(again.locator(part)).to_have_text(explorer.locator(part).text_content())
    assert again.get_attribute("data-cursor") == explorer.get_attribute("data-cursor")
    expect(chooser(again, "lpi-disable", "A")).to_have_value("sticky")
    expect(chooser(again, "iommu", "B")).to_have_value("translate")
    expect(again.get_by_role("radio", name="from the jump of each")).to_be_checked()
    other.close()


def test_the_address_follows_the_reader_without_a_flood_of_history(explorer):
    page = explorer.page
    entries = page.evaluate("history.length")
    assert "#" not in page.url
    choose(explorer, "quiesce", "shutdown")
    explorer.get_by_role("slider").focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("one.html#kx=just-a-branch&quiesce=shutdown&iommu=off&lpi-disable=clearable&at=."))
    assert page.evaluate("history.length") == entries
    at = explorer.locator(".kx-what code").first.inner_text()
    page.wait_for_url(re.compile(f"&at={re.escape(at)}$"))
    page.reload()
    drawn(page.locator(".kx"))
    expect(page.locator(".kx .kx-what code").first).to_have_text(at)


@pytest.mark.parametrize(
    ("fragment", "complaint"),
    [
        ("kx=just-a-branch&quiesce=nonsense", "quiesce has no value “nonsense”"),
        ("kx=just-a-branch&nonsense=1&quiesce=none", "“nonsense=1” means nothing here"),
        ("kx=just-a-branch&frame=4096", "“frame=4096” means nothing here"),
        ("kx=just-a-branch&quiesce=%E0%A4%A", "quiesce has no value “%E0%A4%A”"),
        ("kx=just-a-branch&&=&b.iommu=x", "iommu has no value “x”"),
        ("kx=another&quiesce=shutdown", "this page has no explorer “another”"),
        ("kx", ""),
        ("somewhere-else", ""),
        ("kx=just-a-branch&at=no/such:event", "The moment “no/such:event” does not happen here"),
    ],
)
def test_a_malformed_fragment_is_ignored_with_a_word_to_the_reader(page, bare, complaints, fragment, complaint):
    page.goto(f"{bare}one.html#{fragment}")
    explorer = page.locator(".kx")
    drawn(explorer)
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")
    notice = explorer.locator(".kx-notice")
    if complaint:
        expect(notice).to_contain_text(complaint)
        choose(explorer, "quiesce", "shutdown")
        expect(notice).to_be_hidden()
    else:
        expect(notice).to_be_hidden()
    assert not complaints


def test_a_link_followed_on_the_page_itself_changes_the_machine(explorer):
    explorer.page.evaluate("location.hash = '#kx=just-a-branch&quiesce=remove&at=next/drivers:0&frame=100'")
    expect(explorer.locator(".kx-outcome")).to_have_text("✓ clean")
    expect(explorer.locator(".kx-what")).to_contain_text("next/drivers:0")
    expect(explorer.locator(".kx-life-name")).to_have_text("The life of frame 100")


def test_the_command_that_is_copied_is_the_run_that_is_shown(explorer, clipboard):
    choose(explorer, "lpi-disable", "sticky")
    explorer.get_by_role("button", name="Copy as command").click()
    command = clipboard(explorer.page)
    words = shlex.split(command)
    assert words[0] == "kexecdoc"
    ended = subprocess.run([sys.executable, "-m", *words, "--format", "json"], capture_output=True, check=True)
    summary = json.loads(ended.stdout)["verdict"]["summary"]
    expect(explorer.locator(".kx-sentence")).to_have_text(summary)


def test_the_cell_that_is_copied_is_an_explorer_in_the_same_state(explorer, clipboard):
    compare(explorer, "iommu", "translate")
    go_to_step(explorer, "memory", "A")
    explorer.get_by_role("application").first.press("ArrowRight")
    explorer.get_by_role("application").first.press("ArrowDown")
    explorer.get_by_role("button", name="Copy as notebook cell").click()
    cell = clipboard(explorer.page)
    *statements, expression = cell.strip().split("\n")
    scope = {}
    exec("\n".join(statements), scope)
    same = eval(expression, scope)
    assert (same.scenario["quiesce"], same.other["iommu"], same.at, same.frame) == (
        "none",
        "translate",
        "next/memory:0",
        64,
    )


def test_without_a_clipboard_the_words_can_be_copied_by_hand(explorer):
    explorer.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    explorer.get_by_role("button", name="Copy as command").click()
    by_hand = explorer.get_by_role("textbox", name="To be copied by hand")
    expect(by_hand).to_have_value("kexecdoc run --quiesce none --clear-bus-master no --firmware devicetree")
    expect(by_hand).to_be_focused()
    expect(explorer.locator(".kx-copied")).to_contain_text("may not write to the clipboard")


def test_what_the_chapter_set_beyond_the_switches_in_hand_is_said(explorer):
    words = "Beyond your switches, the chapter also set clear-bus-master=no, firmware=devicetree."
    expect(explorer.locator(".kx-baseline")).to_have_text(words)
    choose(explorer, "quiesce", "shutdown")
    expect(explorer.locator(".kx-baseline")).to_have_text(words)


def test_the_page_shows_the_events_of_the_log_that_it_fetched(page, bare):
    page.goto(bare + "one.html")
    explorer = page.locator(".kx")
    choose(explorer, "lpi-disable", "sticky")
    expect(explorer).to_have_attribute("data-shown", re.compile("sticky"))
    shown = page.evaluate(
        """async () => {
            const rows = [];
            const root = document.querySelector(".kx");
            const range = root.querySelector("input[type=range]");
            for (const n of [1, 40, 200, 400, 600, +range.max]) {
                range.value = n;
                range.dispatchEvent(new Event("input"));
                await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
                const cause = root.querySelector(".kx-what .kx-link").textContent || null;
                rows.push([n, root.querySelector(".kx-what code").textContent, cause]);
            }
            return rows;
        }"""
    )
    log = simulate(EXPLORERS[NAME].scenario.but(lpi_disable="sticky")).log
    assert shown[-1][0] == len(log)
    for n, event_id, cause in shown:
        assert (event_id, cause) == (log.id[n - 1], log.cause[n - 1])


@pytest.mark.parametrize("broken", [f"{NAME}.json", "explorer.js", "explorer.css"])
def test_what_cannot_start_leaves_the_still_and_says_so(page, bare, broken):
    page.route(
        f"**/{broken}", lambda route: route.fulfill(status=200, body="{") if broken.endswith("json") else route.abort()
    )
    page.goto(bare + "one.html")
    expect(page.locator(".kx-failed")).to_contain_text("could not be started, so this is a still picture")
    expect(page.locator(".kx-still")).to_be_visible()
    expect(page.locator(".kx")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 420, 760, 1400, 2560])
def test_nothing_is_wider_than_the_page(page, bare, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(bare + "one.html")
    drawn(page.locator(".kx"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    inside = page.evaluate(
        """() => [...document.querySelectorAll(".kx .kx-part *")].filter((e) =>
            e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
            && getComputedStyle(e).overflowX === "visible" && getComputedStyle(e).display !== "inline"
        ).map((e) => e.className)"""
    )
    assert inside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_says_which_mode_it_is_in(page, bare, scheme):
    page.emulate_media(color_scheme="light" if scheme == "dark" else "dark")
    page.goto(bare + "one.html")
    drawn(page.locator(".kx"))
    theme = {"light": "default", "dark": "slate"}[scheme]
    page.evaluate("theme => document.body.setAttribute('data-md-color-scheme', theme)", theme)
    ground = page.locator(".kx").evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]


# --- in JupyterLab ---------------------------------------------------------------------------------------


def write_notebook(address, source):
    """Give the running JupyterLab a notebook of one cell, the way its own pages do."""
    url = urlsplit(address)
    name = url.path.rsplit("/", 1)[-1]
    cell = {"cell_type": "code", "id": "one", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    content = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    request = urllib.request.Request(
        f"{url.scheme}://{url.netloc}/api/contents/{name}?{url.query}",
        data=json.dumps({"type": "notebook", "content": content}).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request).close()


def test_in_jupyterlab_a_flip_changes_the_verdict(lab, run_in_lab):
    write_notebook(lab("explorer.ipynb"), f"from kexecdoc import Explorer\nExplorer({NAME!r})")
    page = run_in_lab("explorer.ipynb")
    explorer = page.locator(".jp-OutputArea .kx")
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")
    picture = map_of(explorer)
    choose(explorer, "quiesce", "shutdown")
    expect(explorer.locator(".kx-outcome")).to_have_text("✓ clean")
    assert map_of(explorer) != picture
    # JupyterLab has uses of its own for the arrow keys.
    scrubber = explorer.get_by_role("slider")
    scrubber.press("Home")
    scrubber.press("ArrowRight")
    expect(explorer).to_have_attribute("data-cursor", "1")
    memory = explorer.get_by_role("application")
    memory.press("Home")
    memory.press("ArrowDown")
    expect(explorer.locator(".kx-memory .kx-detail")).to_contain_text("Frame 64 at")


def test_in_jupyterlab_the_kernel_runs_two_scenarios_and_the_copied_cell(lab, run_in_lab, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    source = (
        "from kexecdoc import Explorer\n"
        f'Explorer({NAME!r}, quiesce="remove", other={{"quiesce": "none"}}, at="jump/copy:0", frame=70)'
    )
    write_notebook(lab("two.ipynb"), source)
    page = run_in_lab("two.ipynb")
    explorer = page.locator(".jp-OutputArea .kx")
    expect(explorer.locator(".kx-outcome").nth(0)).to_have_text("✓ clean")
    expect(explorer.locator(".kx-outcome").nth(1)).to_have_text("✕ corrupted")
    expect(explorer.locator(".kx-what")).to_contain_text("A: A step begins: jump/copy. jump/copy:0")
    expect(explorer.locator(".kx-life-name").first).to_have_text("The life of frame 70")
    chooser(explorer, "iommu", "B").select_option("translate")
    expect(explorer.locator(".kx-outcome").nth(1)).to_have_text("○ harmless")
    explorer.get_by_role("button", name="Copy as notebook cell").click()
    cell = page.evaluate("navigator.clipboard.readText()")
    assert 'Explorer("just-a-branch", quiesce="remove"' in cell
    assert '"iommu": "translate"' in cell
    explorer.get_by_role("button", name="Copy link").click()
    expect(explorer.locator(".kx-copied")).to_contain_text("Put it behind the address of the chapter’s page.")


def test_in_jupyterlab_the_whole_machine_is_run_by_the_kernel(lab, run_in_lab):
    write_notebook(lab("whole.ipynb"), 'from kexecdoc import Machine\nMachine(path="panic", seed=2)')
    page = run_in_lab("whole.ipynb")
    explorer = page.locator(".jp-OutputArea .kx")
    expect(explorer.locator(".kx-outcome")).to_contain_text(crossed("path=panic", 2).verdict.outcome)
    flip(explorer, "crash-memory", "none")
    flip(explorer, "dma", "cyclic")
    shows(explorer, scenario("path=panic crash-memory=none dma=cyclic", seed=2))
    flip(explorer, "kernel", "3.4")
    shows(explorer, scenario("path=panic crash-memory=none dma=cyclic kernel=3.4", seed=2))
    explorer.get_by_label("Start from").select_option("nobody-cared")
    shows(explorer, PRESETS["nobody-cared"].scenario)
    expect(explorer.locator(".kx-inactive")).not_to_have_count(0)


def test_in_jupyterlab_a_click_gives_the_keys_and_a_dead_kernel_is_reported(lab, run_in_lab):
    write_notebook(lab("dead.ipynb"), f"from kexecdoc import Explorer\nExplorer({NAME!r})")
    page = run_in_lab("dead.ipynb")
    explorer = page.locator(".jp-OutputArea .kx")
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")
    explorer.locator(".kx-sentence").click()
    page.keyboard.press("0")
    expect(explorer).to_have_attribute("data-cursor", "0")
    page.keyboard.press("0")  # twice, JupyterLab would ask whether to restart the kernel
    page.keyboard.press(".")
    expect(explorer).to_have_attribute("data-cursor", "1")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    explorer.locator("input[value=shutdown]").click()
    silent = "The kernel does not answer: run this cell again."
    expect(explorer.get_by_role("alert")).to_have_text(silent, timeout=15_000)
    expect(explorer.locator("input[value=none]")).to_be_checked()
    expect(explorer).to_have_attribute("aria-busy", "false")
