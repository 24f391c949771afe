"""The explorer as a reader meets it: on a bare page over the precomputed grid, and in a real JupyterLab."""

import functools
import http.server
import json
import threading
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from kexecdoc.presets import EXPLORERS
from kexecdoc.run import dumps
from kexecdoc.show import palette
from kexecdoc.show.grid import write_assets
from kexecdoc.show.view import view_of
from kexecdoc.simulate import simulate

ROOT = Path(__file__).resolve().parents[2]
NAME = "just-a-branch"
TWIN = (
    f'<div class="kx-explorer" data-explorer="{NAME}">'
    '<figure class="kx-still"><img alt="a still picture" src="data:,"></figure></div>'
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass


def page_of(body):
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title>'
        '<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
        f'<body>{body}<script type="module" src="assets/page.js"></script></body></html>'
    )


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """The address of a folder with bare pages and all that the explorers need, served."""
    folder = tmp_path_factory.mktemp("bare")
    write_assets(folder / "assets")
    run = simulate(EXPLORERS[NAME].scenario)
    (folder / "view.json").write_text(dumps({**view_of(run), "legend": palette.legend()}))
    (folder / "one.html").write_text(page_of(TWIN))
    (folder / "two.html").write_text(page_of(TWIN + TWIN))
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def explorer(page, bare):
    page.goto(bare + "one.html")
    found = page.locator(".kx")
    drawn(found)
    return found


def drawn(explorer):
    explorer.page.wait_for_function("root => root.dataset.cursor !== undefined", arg=explorer.element_handle())


def map_of(explorer):
    """The memory map as the canvas has it, pixel for pixel."""
    explorer.page.wait_for_timeout(100)  # the next frame of the display has drawn what was asked for
    return explorer.locator(".kx-map").evaluate("canvas => canvas.toDataURL()")


def choose(explorer, switch, value):
    explorer.locator("fieldset", has_text=switch).locator(f'input[value="{value}"]').check()


# --- the module ------------------------------------------------------------------------------------------


def test_the_module_folds_like_the_package(page, bare):
    vectors = json.loads((ROOT / "tests" / "fold_vectors.json").read_text(encoding="utf-8"))
    page.goto(bare + "one.html")
    found = page.evaluate(
        """async (cases) => {
            const { fold } = await import("./assets/explorer.js");
            return cases.map((c) => c.at.map((at) => fold(c.start, c.events, at.t_ns)));
        }""",
        vectors["cases"],
    )
    for case, states in zip(vectors["cases"], found, strict=True):
        assert states == [at["state"] for at in case["at"]], case["name"]


def test_scrubbing_to_and_fro_shows_what_the_fold_says(page, bare):
    page.goto(bare + "one.html")
    differences = page.evaluate(
        """async () => {
            const { fold, Reel } = await import("./assets/explorer.js");
            const { log, legend } = await (await fetch("./view.json")).json();
            const reel = new Reel(log, legend);
            const found = [];
            for (let k = 0; k < 40; k++) {
                const cursor = (k * 389) % (reel.length + 1);
                const past = Object.entries(log.events).map(([n, column]) => [n, column.slice(0, cursor)]);
                const state = fold(log.start, Object.fromEntries(past));
                const machine = reel.at(cursor);
                for (const [path, value] of Object.entries(machine.state))
                    if (JSON.stringify(state[path]) !== JSON.stringify(value)) found.push([cursor, path]);
                for (let f = 0; f < 4096; f++) {
                    const said = (what) => state[`frame/${f}/${what}`];
                    const same = {
                        owner: said("owner") === reel.owners[machine.owner[f]],
                        bytes: said("bytes") === reel.id[machine.writer[f]],
                        found: (said("found") === "wrong") === (machine.found[f] === 2),
                        kept: !!said("kept") === !!machine.kept[f],
                    };
                    for (const what in same) if (!same[what]) found.push([cursor, f, what]);
                }
            }
            return found.slice(0, 5);
        }"""
    )
    assert differences == []


# --- on a page -------------------------------------------------------------------------------------------


def test_the_explorer_takes_the_place_of_the_still(explorer):
    expect(explorer.page.locator(".kx-still")).to_be_hidden()
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")


def test_a_flip_changes_picture_words_and_console(explorer):
    picture = map_of(explorer)
    expect(explorer.locator(".kx-sentence")).to_contain_text("wrote into the next kernel's data")
    choose(explorer, "quiesce", "shutdown")
    choose(explorer, "lpi-disable", "sticky")
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
    choose(explorer, "quiesce", "none")
    expect(explorer.locator(".kx-outcome")).to_have_text("✕ corrupted")
    end = map_of(explorer)
    scrubber = explorer.get_by_role("slider")
    scrubber.focus()
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
    explorer.get_by_role("button", name="copy 60 ms").click()
    expect(explorer.locator(".kx-when")).to_contain_text("at the jump")
    expect(explorer.locator("[aria-current=step]")).to_contain_text("copy")
    expect(explorer.locator(".kx-console-line:visible").last).to_contain_text("Bye!")


def test_playing_goes_forward_and_pauses(explorer):
    explorer.get_by_role("button", name="To the start").click()
    explorer.get_by_role("button", name="Play").click()
    explorer.page.wait_for_function("root => +root.dataset.cursor > 5", arg=explorer.element_handle())
    explorer.get_by_role("button", name="Pause").click()
    explorer.page.wait_for_timeout(100)
    at = explorer.get_attribute("data-cursor")
    explorer.page.wait_for_timeout(200)
    assert explorer.get_attribute("data-cursor") == at


def test_a_flip_keeps_the_moment(explorer):
    explorer.get_by_role("button", name="interrupts-on").click()
    choose(explorer, "iommu", "translate")
    expect(explorer.locator("[aria-current=step]")).to_contain_text("interrupts-on")
    expect(explorer.locator(".kx-what")).to_contain_text("next/interrupts-on:0")


def test_a_frame_tells_its_story_to_the_keyboard(explorer):
    choose(explorer, "quiesce", "none")
    memory = explorer.get_by_role("application")
    memory.focus()
    expect(explorer.locator(".kx-memory .kx-detail")).to_contain_text("Frame 0 at 0x40000000. Firmware")
    memory.press("ArrowDown")
    expect(explorer.locator(".kx-memory .kx-detail")).to_contain_text("Frame 64 at 0x40040000")


def test_the_arithmetic_of_a_flip_is_written_out(explorer):
    choose(explorer, "quiesce", "none")
    sum = explorer.locator(".kx-sum")
    expect(sum).to_contain_text("a flip")
    run = simulate(EXPLORERS[NAME].scenario).to_json()
    flip = run["lpi"]["flips"][-1]
    expect(sum).to_contain_text(f"INTID {flip['intid']}")
    expect(sum).to_contain_text(f"byte at {flip['address']:#x}")
    expect(sum).to_contain_text(f"bit {flip['bit']}")
    expect(explorer.locator(".kx-flip")).to_have_count(len(run["lpi"]["flips"]))


def test_a_line_of_the_console_tells_what_it_means(explorer):
    explorer.get_by_role("button", name="Booted with LPIs enabled").first.click()
    expect(explorer.locator(".kx-meaning-box")).to_contain_text("It was possible that bits flipped.")


def test_the_state_is_told_in_words(explorer):
    explorer.get_by_role("button", name="copy 60 ms").click()
    expect(explorer.locator(".kx-account")).to_contain_text("At the jump, step jump/copy, stub running.")


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
    write_notebook(lab("explorer.ipynb"), f"from kexecdoc.show.explorer import Explorer\nExplorer({NAME!r})")
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
    memory.press("ArrowDown")
    expect(explorer.locator(".kx-memory .kx-detail")).to_contain_text("Frame 64 at")
