"""What the explorer says of a run is what the log says: gates, times, partings, costs, bits, and who is silent."""

import re

import pytest
from explorer_driver import choose, chooser, compare, drawn, go_to_step, next_frames
from playwright.sync_api import expect

from kexecdoc.course.explorers import EXPLORERS, Explorer
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import dumps
from kexecdoc.web.view import controls, legend, message_table, view_of

NAME = "just-a-branch"
BASE = EXPLORERS[NAME].scenario


@pytest.fixture
def explorer(page, bare):
    page.goto(bare + "one.html")
    found = page.locator(".kx")
    drawn(found)
    return found


def show(page, bare, scenario, *, chosen=None, other=None, **state):
    """An explorer of one run (or two) on a bare page, with a host that answers nothing more."""
    chosen = chosen or Explorer("x", 1, (), {})
    page.goto(bare + "one.html")
    drawn(page.locator(".kx"))
    model = {
        "name": "x", "place": "x", "page": "", "controls": controls(chosen), "messages": message_table("7.3"),
        "legend": legend(), "base": scenario.differences(), "defaults": Scenario().values(),
        "scenario": {name: scenario.values()[name] for name in chosen.switches},
        "other": other or {}, "view": view_of(simulate(scenario)), "other_view": None,
        "at": "", "frame": -1, "clock": "call", "error": "", "notice": "", **state,
    }  # fmt: skip
    page.evaluate(
        """async (text) => {
            const state = JSON.parse(text);
            const heard = {};
            window.model = {
                get: (name) => state[name],
                set: (name, value) => { state[name] = value; for (const f of heard[`change:${name}`] ?? []) f(); },
                on: (name, f) => (heard[name] ??= []).push(f),
                off: () => {},
                save_changes() {},
            };
            const explorer = await import("./assets/explorer.js");
            const place = document.querySelector(".kx").parentElement;
            place.replaceChildren(place.querySelector("link"));
            explorer.render({ model: window.model, el: place });
        }""",
        dumps(model),
    )
    found = page.locator(".kx")
    drawn(found)
    return found


# --- opening ---------------------------------------------------------------------------------------------


def test_it_opens_at_the_first_write_that_is_found_wrong_and_offers_to_play(explorer):
    log = simulate(BASE).log
    first = next(e for e in log if e.id == explorer.locator(".kx-what code").inner_text())
    assert first.kind == "dma.landed"
    expect(explorer.locator(".kx-what")).to_contain_text("its owner finds it wrong")
    explorer.get_by_role("button", name="Play the crossing").click()
    explorer.page.wait_for_function("root => +root.dataset.cursor < 100", arg=explorer.element_handle())
    expect(explorer.get_by_role("button", name="Pause")).to_be_visible()


def test_where_nothing_is_found_wrong_it_opens_at_the_jump(explorer):
    choose(explorer, "quiesce", "shutdown")
    expect(explorer.locator(".kx-when b")).to_have_text("at the jump")
    expect(explorer.locator(".kx-what")).to_contain_text("The jump: the old kernel is gone")


def test_switches_time_map_gates_and_verdict_share_a_screen(page, site):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site}notebooks/01-just-a-branch/#kx={NAME}&quiesce=none")
    explorer = page.locator(".kx")
    expect(explorer.locator(".kx-picture")).to_be_visible()
    for part in (".kx-switches", ".kx-play", ".kx-track", ".kx-map", ".kx-outcome", '[data-open="true"] >> nth=0'):
        expect(explorer.locator(part)).to_be_in_viewport(ratio=1)


def test_the_time_bar_stays_in_sight_below_the_header(page, site):
    page.goto(f"{site}notebooks/01-just-a-branch/#kx={NAME}&quiesce=none")
    explorer = page.locator(".kx")
    expect(explorer.locator(".kx-picture")).to_be_visible()
    explorer.locator(".kx-console").scroll_into_view_if_needed()
    page.wait_for_function(
        """() => {
            const boxOf = (part) => document.querySelector(part).getBoundingClientRect();
            return Math.abs(boxOf(".kx-time").top - boxOf(".md-header").height) <= 2;
        }"""
    )


# --- gates -----------------------------------------------------------------------------------------------


def test_the_address_is_a_gate_while_the_smmu_does_not_translate_it(explorer):
    choose(explorer, "iommu", "translate")
    go_to_step(explorer, "copy")
    rows = explorer.locator(".kx-gate", has_text="Address")
    expect(rows.nth(0)).to_contain_text("shutan I/O virtual address read as physical: no RAM here")
    expect(rows.nth(1)).to_contain_text("shutan I/O virtual address read as physical: not the ITS")


# --- time ------------------------------------------------------------------------------------------------


def test_the_cursor_follows_the_pointer_between_two_events(explorer):
    box = explorer.locator(".kx-lane").bounding_box()
    mouse = explorer.page.mouse
    seen = set()
    mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    mouse.down()
    for share in (0.975, 0.98, 0.985, 0.99):
        mouse.move(box["x"] + box["width"] * share, box["y"] + 20)
        next_frames(explorer.page)
        seen.add(explorer.locator(".kx-when b").inner_text())
    assert len(seen) == 4
    mouse.move(box["x"] + box["width"] - 2, box["y"] + 20)
    mouse.up()
    expect(explorer.locator(".kx-when b")).to_have_text("1.3500 s after the jump")


def test_a_moment_without_a_jump_is_told_once(page, bare):
    explorer = show(page, bare, BASE.but(quiesce="remove", remove_callback="hangs"))
    assert explorer.locator(".kx-when").inner_text().count("after the call") == 1
    expect(explorer.locator(".kx-phase").last).to_have_text("hung")
    expect(explorer.locator(".kx-outcome")).to_have_text("∞ hung")


def test_only_what_no_cpu_wrote_flashes(page, bare):
    """While the image is copied and a device writes, what is painted over the map is the device's."""
    page.add_init_script(
        """const fill = CanvasRenderingContext2D.prototype.fillRect;
        window.flashed = [];
        CanvasRenderingContext2D.prototype.fillRect = function (...box) {
            if (this.canvas.classList?.contains("kx-map") && this.globalAlpha < 1) window.flashed.push(box.join());
            return fill.apply(this, box);
        };"""
    )
    explorer = show(page, bare, BASE, at="jump/copy:0")
    page.evaluate("window.flashed = []")
    explorer.get_by_role("button", name="Play on").click()
    page.wait_for_function("root => +root.dataset.cursor > 300", arg=explorer.element_handle())
    explorer.get_by_role("button", name="Pause").click()
    log = simulate(BASE).log
    strange = [e for e in log if e.kind.startswith(("dma.", "lpi.")) and any(p.endswith("/bytes") for p in e.set)]
    frames = {path.split("/")[1] for e in strange for path in e.set if path.endswith("/bytes")}
    places = page.evaluate("new Set(window.flashed).size")
    assert 0 < places <= len(frames)


# --- two machines ----------------------------------------------------------------------------------------


def test_each_machine_has_its_own_phases_landmarks_and_steps(explorer):
    choose(explorer, "quiesce", "remove")
    compare(explorer, "quiesce", "shutdown")
    strips = explorer.locator(".kx-strip")
    expect(strips).to_have_count(2)
    places = []
    for k in (0, 1):
        strip = strips.nth(k)
        expect(strip.locator(".kx-phase")).to_have_count(4)
        for name in ("jump", "entry", "userspace"):
            expect(strip.locator(f".kx-landmark[title^='{name}']")).to_have_count(1)
        places.append(strip.locator(".kx-phase-jump").bounding_box()["x"])
    assert places[0] > places[1] + 20, "B jumps earlier"
    explorer.get_by_role("combobox", name="Step of machine B").select_option(label="copy · 60 ms")
    expect(explorer.locator(".kx-when b")).to_contain_text("B at the jump")
    expect(explorer.get_by_role("combobox", name="Step of machine A").locator("option:checked")).to_contain_text(
        "device_shutdown"
    )


def test_the_parting_is_told_by_the_call_and_by_each_jump(explorer):
    compare(explorer, "quiesce", "shutdown")
    parting = explorer.locator(".kx-parting")
    expect(parting).to_contain_text(
        "They part 2.000 ms after the call (22.005 ms before A’s jump, 27.005 ms before B’s jump)."
    )
    parting.get_by_role("button").click()
    expect(explorer.locator(".kx-when b")).to_have_text("A 22.005 ms before the jump · B 27.005 ms before the jump")


def test_where_one_event_differs_what_it_assigns_is_told(explorer):
    choose(explorer, "quiesce", "shutdown")
    compare(explorer, "quiesce", "remove")
    parting = explorer.locator(".kx-parting")
    expect(parting).to_contain_text("device/eth0/callback is shutdown in A, remove in B")
    expect(parting).to_contain_text("In both: old/eth0-call:0")


def test_on_the_clock_of_the_jumps_a_machine_may_not_be_called_yet(explorer):
    compare(explorer, "quiesce", "shutdown")
    explorer.get_by_role("radio", name="from the jump of each").check()
    explorer.get_by_role("button", name="To the start").click()
    explorer.locator(".kx-when").click()
    for _ in range(2):
        explorer.page.keyboard.press(".")
    expect(explorer.locator(".kx-when b")).to_have_text(re.compile("^A not called yet · B .* before the jump$"))
    expect(explorer.locator(".kx-when")).to_have_text(re.compile(r" · B \d.* after the call · event"))


def test_a_machine_whose_run_is_over_stays_at_its_end(explorer):
    compare(explorer, "quiesce", "shutdown")
    explorer.get_by_role("button", name="To the end").click()
    ends = "A over, 1.3500 s after the jump · B 1.3500 s after the jump"
    expect(explorer.locator(".kx-when b")).to_have_text(ends)


def test_reset_sets_both_machines_back(explorer):
    compare(explorer, "quiesce", "shutdown")
    reset = explorer.get_by_role("button", name="Reset")
    expect(reset).to_have_attribute("aria-disabled", "false")
    reset.click()
    expect(chooser(explorer, "quiesce", "B")).to_have_value("none")
    expect(reset).to_have_attribute("aria-disabled", "true")


def test_what_remove_costs_stands_beside_what_shutdown_costs(explorer):
    choose(explorer, "quiesce", "remove")
    compare(explorer, "quiesce", "shutdown")
    counts = explorer.locator(".kx-counts")
    expect(counts.nth(0)).to_contain_text("remove of eth0: 40 ms, 129 frames freed")
    expect(counts.nth(0)).to_contain_text("(shutdown takes 6.0 ms, frees nothing)")
    expect(counts.nth(1)).to_contain_text("shutdown of eth0: 6 ms, frees nothing")


# --- the pending table -----------------------------------------------------------------------------------


def test_a_table_under_a_foreign_image_does_not_pretend_to_be_empty(page, bare):
    explorer = show(page, bare, BASE.but(quiesce="shutdown", image_placement="over-tables"), at="next/setup_arch:0")
    table = explorer.locator(".kx-pending")
    expect(table).to_contain_text("wrote over it, and these are that writer’s bytes")
    expect(table).not_to_contain_text("No bit was set yet")
    expect(table.locator(".kx-bit b", has_text="?").first).to_be_visible()


def test_a_table_that_was_left_behind_and_written_over_is_paler(explorer):
    explorer.get_by_role("button", name="To the end").click()
    tables = explorer.locator(".kx-table")
    expect(tables).to_have_count(2)
    expect(explorer.locator(".kx-past")).to_contain_text("shown as it was left")
    expect(explorer.locator(".kx-past")).to_have_count(1)


# --- hosts -----------------------------------------------------------------------------------------------


def test_a_kernel_that_does_not_answer_is_told_of_and_the_switches_go_back(page, bare):
    page.clock.install()
    explorer = show(page, bare, BASE, chosen=EXPLORERS[NAME])
    explorer.locator("input[value=shutdown]").click()
    expect(explorer).to_have_attribute("aria-busy", "true")
    page.clock.run_for(6000)
    expect(explorer.get_by_role("alert")).to_have_text("The kernel does not answer: run this cell again.")
    expect(explorer).to_have_attribute("aria-busy", "false")
    expect(explorer.locator("input[value=none]")).to_be_checked()
    expect(explorer.locator(".kx-stale")).to_have_count(0)
    # It was only slow: what was asked holds.
    view = dumps(view_of(simulate(BASE.but(quiesce="shutdown"))))
    page.evaluate("text => window.model.set('view', JSON.parse(text))", view)
    page.clock.run_for(100)
    expect(explorer.locator(".kx-outcome")).to_have_text("✓ clean")
    expect(explorer.locator("input[value=shutdown]")).to_be_checked()
    expect(explorer.get_by_role("alert")).to_have_count(0)


def test_a_frame_that_does_not_exist_is_not_told_of(page, bare):
    explorer = show(page, bare, BASE, frame=99_999)
    expect(explorer.locator(".kx-memory")).not_to_contain_text("99999")
    expect(explorer.locator(".kx-life")).to_have_count(0)


def test_on_paper_the_still_says_whose_setting_it_shows(page, site):
    page.goto(site + "notebooks/01-just-a-branch/")
    explorer = page.locator(".kx")
    expect(explorer.locator(".kx-picture")).to_be_visible()
    choose(explorer, "quiesce", "shutdown")
    page.emulate_media(media="print")
    caption = page.locator(".kx-explorer figcaption")
    expect(caption).to_be_visible()
    expect(caption).to_contain_text("quiesce=none clear-bus-master=no firmware=devicetree")
