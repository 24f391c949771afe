"""The figures: text alternatives, palette, light and dark mode, and agreement with arithmetic."""

import itertools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("matplotlib")

from matplotlib.backends.backend_agg import FigureCanvasAgg

from kexecdoc.course.chapter import cross, outcomes, picture
from kexecdoc.model.scales import INTERRUPT_COST, MS
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.verdict import OUTCOMES
from kexecdoc.registries.driver_counts import AREAS, SAME_FUNCTION, TREES
from kexecdoc.registries.sources import cite
from kexecdoc.study.campaign import Rate, campaign
from kexecdoc.study.closed_forms import hotplug_ns, off_before_jump_ns, probe_ns, quiet_its_ns, storm_ns, unpack_ns
from kexecdoc.study.corruption import count_corrupted
from kexecdoc.study.grid import OutcomeGrid, count_outcomes
from kexecdoc.study.hotplug import measure_waits
from kexecdoc.study.presets import preset
from kexecdoc.views import figures, palette
from kexecdoc.views.figure import HATCHES, INK, PAPER, SERIES, SHOWN, WIDTH, FigureError, Sheet, spread
from kexecdoc.views.figures import exposure_windows, pending_bits
from kexecdoc.views.inline_svg import NAMED, UnknownColour, colours
from tools.budgets import limit

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
COLOUR = re.compile(r"#[0-9a-f]{6}\b")
MODES = ("light", "dark")


# Made once, from few runs: that is enough to test the figures.
def grid():
    return count_outcomes(["quiesce=shutdown,none", "iommu=off,translate"], "left-running", seeds=10)


def points():
    return count_corrupted((100, 500, 5000), (64, 1024), seeds=6)


def rates():
    return list(campaign([0, 0.1, 0.2], seeds=5))


def stormy():
    return figures.storms(
        {
            "a line": cross("nobody-cared"),
            "a line, irqpoll": cross("nobody-cared", irqpoll="yes"),
            "a message": cross("screaming-message"),
        }
    )


MADE = {
    "outcomes": lambda: figures.outcome_grid(grid(), "Who stops the device"),
    "one seed": lambda: figures.outcome_grid(count_outcomes(["quiesce", "iommu"], "left-running"), "One seed"),
    "corruption": lambda: figures.corrupted_over_traffic(points(), "A ring that lasts longer"),
    "capture": lambda: figures.captured_over_damage(rates(), "Less is more", recollection=True),
    "exposure": lambda: figures.exposure(figures.windows(cross("iommu-gone")), "An SMMU that is off"),
    "drivers": lambda: figures.driver_coverage(title="One in five"),
    "pending": lambda: figures.flipped_bits(figures.pending_table(cross("flipped-bits")), "Four bits"),
    "storm": lambda: figures.storm_counts(stormy(), "A line is given up"),
    "hotplug": lambda: figures.hotplug_waits(measure_waits(("4.17", "7.3"), (1, 4)), "Port after port"),
}


@pytest.fixture(scope="module")
def made():
    kept = {}

    def make(name):
        if name not in kept:
            kept[name] = MADE[name]()
        return kept[name]

    return make


@pytest.fixture(params=MADE)
def figure(request, made):
    return made(request.param)


def parsed(figure):
    return ElementTree.fromstring(figure.svg)


# --- what a figure is ------------------------------------------------------------------------------------


def test_the_drawing_is_well_formed_and_is_called_what_it_shows(figure):
    root = parsed(figure)
    assert root.get("role") == "img"
    assert root.get("aria-label") == figure.alt == repr(figure)
    assert root.get("viewBox").split()[:3] == ["0", "0", str(WIDTH)]


def test_a_figure_says_more_than_its_title_and_of_which_data_it_is(figure):
    assert len(figure.alt) > len(figure.title) + 60
    assert len(re.findall(r"\d", figure.alt)) >= 4 or "clean" in figure.alt
    assert "simulated machine" in figure.note
    drawn = " ".join(e.text or "" for e in parsed(figure).iter("text"))
    assert figure.note in drawn
    assert figure.title in drawn


def test_a_figure_is_small_enough_for_a_notebook_with_several(figure):
    assert len(json.dumps(figure._repr_mimebundle_())) < limit("figure")
    assert len(figure.png) < limit("figure-png")


def test_all_colours_are_those_of_the_palette(figure):
    body = figure.svg.partition(">")[2]
    assert not COLOUR.findall(body)
    declared = re.findall(r"(--[a-z]):var\((--kx-[\w-]+),(#[0-9a-f]{6})\)", figure.svg)
    assert set(re.findall(r"var\((--[a-z])\)", body)) == {short for short, _, _ in declared}
    for _, name, light in declared:
        assert palette.properties("light")[name] == light
    for element in parsed(figure).iter("text"):
        assert "fill:var(" in element.get("style")


def test_letters_can_be_read_in_a_column_of_700_pixels(figure):
    sizes = [float(s) for e in parsed(figure).iter("text") for s in re.findall(r"font-size:([\d.]+)", e.get("style"))]
    assert len(sizes) == len(list(parsed(figure).iter("text")))
    assert min(sizes) * 700 / WIDTH >= 9


def test_no_two_texts_lie_on_one_another_and_none_leaves_the_sheet(figure):
    FigureCanvasAgg(figure.drawing).draw()
    texts = [*figure.drawing.texts, *(t for axes in figure.drawing.axes for t in _texts(axes))]
    boxes = {t: t.get_window_extent() for t in texts}
    for t, box in boxes.items():
        assert box.x0 >= -1, t
        assert box.x1 <= WIDTH + 1, t
    for (a, one), (b, two) in itertools.combinations(boxes.items(), 2):
        across = min(one.x1, two.x1) - max(one.x0, two.x0)
        down = min(one.y1, two.y1) - max(one.y0, two.y0)
        assert across < 1 or down < 2.5, (a.get_text(), b.get_text())


def _texts(axes):
    """Yield the texts in axes, and the labels of ticks within the limits: others are not drawn."""
    yield from axes.texts
    for axis, (low, high), n in ((axes.xaxis, axes.get_xlim(), 0), (axes.yaxis, axes.get_ylim(), 1)):
        for label in axis.get_majorticklabels():
            if label.get_visible() and label.get_text() and low <= label.get_position()[n] <= high:
                yield label


def test_each_colour_has_a_light_and_a_dark_value(figure):
    style = re.search(r"<style data-kx>(.*?)</style>", figure.html)[1]
    for name in NAMED.findall(figure.svg):
        for mode in MODES:
            assert style.count(f"{name}:{palette.properties(mode)[name]}") >= 2
    for host in ("[data-jp-theme-light=true]", "[data-jp-theme-light=false]", "=slate]", "prefers-color-scheme:dark"):
        assert host in style


def test_a_figure_is_out_of_the_search_and_scrolls_by_keyboard(figure):
    assert figure.html.startswith('<figure class="kx-figure" data-search-exclude tabindex="0"')
    assert "overflow-x:auto" in figure.html


def test_a_viewer_that_takes_the_drawing_out_shows_the_png_with_its_words(figure):
    assert figure.html.count("data:image/png;base64,") == 1
    assert re.search(r'<img alt="[^"]+" src="data:image/png;base64,', figure.html)
    assert re.search(r'<div hidden="hidden"><svg .*</svg></div>', figure.html, re.DOTALL)
    assert SHOWN in figure.html


def test_ids_resolve_and_are_unique_across_the_figures_of_a_page(made):
    seen = Counter()
    for name in MADE:
        svg = made(name).svg
        ids = re.findall(r' id="([^"]+)"', svg)
        assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg)) <= {(i, "") for i in ids} | {
            ("", i) for i in ids
        }
        seen.update(ids)
    assert max(seen.values()) == 1


SCRIPT = """
import sys, matplotlib
matplotlib.rcParams.update({"font.size": 20, "svg.fonttype": "path", "lines.linewidth": 4, "axes.linewidth": 3,
                            "axes.spines.right": False, "text.color": "red", "lines.solid_capstyle": "round"})
from kexecdoc.study.hotplug import measure_waits
from kexecdoc.views.figures import *
from kexecdoc.course.chapter import cross
for _ in range(2):
    sys.stdout.write(exposure(windows(cross("iommu-gone")), "An SMMU that is off").html)
    sys.stdout.write(hotplug_waits(measure_waits(("4.17", "7.3"), (1, 4)), "Port after port").html)
"""


@pytest.mark.slow
def test_a_figures_bytes_do_not_depend_on_the_notebooks_settings(made):
    found = set()
    for seed in ("0", "1"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, check=True, capture_output=True, text=True)
        found.add(done.stdout)
    assert found == {2 * (made("exposure").html + made("hotplug").html)}


def test_the_library_s_settings_are_left_as_they_were(made):
    import matplotlib

    before = dict(matplotlib.rcParams)
    MADE["drivers"]().html  # noqa: B018
    assert dict(matplotlib.rcParams) == before


def test_a_colour_that_the_palette_does_not_have_is_named():
    sheet = Sheet(20, "", "a note")
    sheet.text(0, 10, "words", "#123456")
    with pytest.raises(UnknownColour, match="#123456 is no colour of the palette"):
        sheet.finish("alt").svg  # noqa: B018


# --- read in grey ----------------------------------------------------------------------------------------


def test_series_differ_in_marker_and_dash_and_not_in_colour_alone():
    for a, b in itertools.combinations(SERIES, 2):
        assert a.marker != b.marker
        assert a.dash != b.dash
        assert a.tone != b.tone


@pytest.mark.parametrize("mode", MODES)
def test_a_series_can_be_read_as_text(mode):
    for series in SERIES:
        assert palette.contrast(series.tone.on(mode), palette.SURFACES["surface"].on(mode)) >= 4.5


def test_outcomes_differ_in_hatch_and_in_sign():
    assert tuple(HATCHES) == OUTCOMES
    assert len(set(HATCHES.values())) == len({o.sign for o in palette.OUTCOMES}) == len(OUTCOMES)


@pytest.mark.parametrize("mode", MODES)
def test_a_hatch_can_be_seen_on_its_colour_and_words_on_every_ground(mode):
    light = {colours()[o.tone.light] for o in palette.OUTCOMES} | {"--kx-accent", "--kx-alarm"}
    dark = palette.properties(mode)
    for name in light:
        assert palette.contrast(dark[name], dark[colours()[PAPER]]) >= 4.5
    for phase in palette.PHASES:
        assert palette.contrast(dark[colours()[INK]], dark[f"--kx-phase-{phase}"]) >= 4.5


def test_every_outcome_of_the_grid_is_written_with_its_sign(made):
    words = [e.text for e in parsed(made("outcomes")).iter("text")]
    found = grid()
    for counts in found.counts.values():
        for outcome, number in counts.items():
            sign = next(o.sign for o in palette.OUTCOMES if o.name == outcome)
            assert f"{sign} {number} {outcome}" in words


def test_every_line_has_its_name_at_its_end(made):
    words = " ".join(e.text or "" for e in parsed(made("corruption")).iter("text"))
    assert "64 descriptors" in words
    assert "1,024 descriptors" in words


def test_labels_are_spread_in_order_and_stay_inside():
    assert spread([5, 5, 5], 2, 0, 10) == [5, 7, 9]
    assert spread([9, 10, 1], 2, 0, 10) == [8, 10, 1]
    assert spread([], 2, 0, 10) == []


# --- what they show is true -----------------------------------------------------------------------------


def test_the_grid_counts_what_a_chapter_counts(made):
    found = grid()
    assert found.of("none", "off") == outcomes("left-running", 10, quiesce="none", iommu="off").counts
    assert found.bad("shutdown", "off") == 0
    assert found.bad("none", "off") > 0
    assert "quiesce=none, iommu=off: " in made("outcomes").alt
    for outcome, number in found.of("none", "off").items():
        assert f"{number} {outcome}" in made("outcomes").alt


def test_points_and_arithmetic_of_corruption_agree_and_both_are_said(made):
    counted = points()
    assert sum(p.agrees for p in counted) >= len(counted) - 1
    last = next(p for p in counted if (p.traffic, p.ring_size) == (5000, 64))
    said = f"{100 * last.share:.0f} % at 5,000 a second (arithmetic {100 * last.closed_form:.0f} %)"
    assert said in made("corruption").alt
    assert f"of {len(counted)} points" in made("corruption").alt


def test_the_band_is_drawn_on_request_and_labelled_as_a_recollection(made):
    assert "recollection" in made("capture").note
    assert "not measured" in made("capture").alt
    plain = figures.captured_over_damage([Rate("minimal", 0.0, 5, 5, 5, 0.5, 1.0, 1.0)])
    assert "recollection" not in plain.svg
    assert "50 to 60" not in plain.alt
    assert cite("seed-biederman")


def test_capture_says_how_many_objects_each_strategy_relies_on(made):
    by_name = {r.strategy: r for r in rates()}
    for name, rate in by_name.items():
        assert f"({name}), which relies on {rate.objects} objects" in made("capture").alt
        assert rate.closed_form == pytest.approx((1 - rate.damage) ** rate.objects)


def window(run, way):
    (found,) = figures.windows(run, way)
    return found


def test_windows_close_when_arithmetic_says():
    run = cross("left-running")
    assert window(run, "its").closes == quiet_its_ns(run.scenario)
    assert window(run, "engine").closes == window(run, "astray").closes == probe_ns(run.scenario)
    assert window(run, "msi").closes == unpack_ns(run.scenario)
    gone = cross("iommu-gone")
    assert -window(gone, "iommu").opens == off_before_jump_ns(gone.scenario)
    assert window(gone, "astray").opened
    assert not window(run, "astray").opened


def test_a_window_stays_open_unless_a_driver_closes_it(made):
    cyclic, shut = window(cross("cyclic"), "astray"), window(cross(), "astray")
    assert cyclic.closes is None
    assert cyclic.after_jump_ms is None
    assert shut.closes < 0
    assert shut.after_jump_ms == 0
    both = figures.exposure([cyclic.called("left"), shut.called("stopped")])
    assert "Left: for ever." in both.alt
    assert re.search(r"Stopped: until −[\d.]+ ms, in old/device_shutdown, before the jump\.", both.alt)
    assert "until 219 ms, in next/iommu" in made("exposure").alt


def test_the_window_of_a_device_that_ignores_bus_master_stays_open():
    minding = figures.windows(cross("bus-master-only"), "astray")
    (unminding,) = figures.windows(cross("bus-master-only", obeys_bus_master="no"), "astray")
    assert minding[0].closes < 0 < unminding.closes


def test_setting_the_ports_bit_again_opens_the_bus_master_window_again():
    run = cross("left-running", clear_bus_master="yes", power_state="unknown", hotplug="conforming")
    first, again = figures.windows(run, "bus-master")
    assert first.closes < 0 < again.opens < again.closes
    assert again.name == f"{first.name}, again"


def test_every_leftover_write_lands_while_a_window_is_open():
    for name in ("left-running", "cyclic", "no-reset"):
        run = cross(name)
        open_ = window(run, "astray")
        jump = run.verdict.jump_ns
        landed = [
            e.t_ns - jump for e in run.log if e.kind == "dma.landed" and e.t_ns >= jump and e.id.startswith("eth0")
        ]
        leftover = landed[: run.verdict.dma["landed"]]
        assert leftover
        assert open_.opens <= leftover[0]
        assert open_.closes is None or leftover[-1] <= open_.closes


def test_the_tables_flips_are_those_of_the_verdict_with_their_arithmetic(made):
    run = cross("flipped-bits")
    table = figures.pending_table(run)
    flips = [f for f in run.verdict.flips if f.cpu == 0]
    assert set(table.flips) == {f.intid for f in flips}
    mask = Counter()
    for f in flips:
        mask[f.address] |= 1 << f.bit
        assert table.before[f.intid] == 0
        assert table.after[f.intid] == 1
        assert f"{f.intid} = {f.intid // 8} × 8 + {f.bit}: bit {f.bit} of the byte" in made("pending").alt
        assert f"{f.address:#x}" in made("pending").alt
    assert table.mask == dict(mask)


def test_a_kept_table_has_set_bits_and_no_flipped_one():
    table = figures.pending_table(cross("kept-tables"))
    assert not table.flips
    assert any(table.after.values())
    assert "Flipped: none" in figures.flipped_bits(table).alt


def test_a_lines_storm_lasts_as_arithmetic_says_and_a_messages_never_ends(made):
    line, polled, message = stormy()
    for storm in (line, polled):
        assert storm.disabled
        assert abs(storm.lasted_ns - storm_ns(storm.windows)) <= INTERRUPT_COST
    assert (line.windows, message.lasted_ns) == (1, None)
    assert f"{line.taken:,} interrupts" in made("storm").alt
    assert "a message: never ends." in made("storm").alt


def test_waits_are_those_of_the_closed_form_and_the_quirk_ends_them(made):
    waits = measure_waits(("4.17", "7.3"), (1, 4))
    for wait in waits:
        assert wait.waited_ns == wait.closed_form_ns
        assert wait.closed_form_ns == (0 if wait.quirked else wait.ports * hotplug_ns(wait.scenario))
        assert f"{wait.waited_ns / 1e9:.4g} s with {wait.ports}" in made("hotplug").alt
    assert {w.quirked for w in waits} == {True, False}


def test_the_counts_of_drivers_are_those_of_their_source(made):
    said = cite("driver-counts")
    for tree in (TREES[0], TREES[-1]):
        assert f"{tree.shutdown} of {tree.drivers} in v" in said.says
    assert [tree.tree for tree in TREES] == said.read.split(", ") == list(SAME_FUNCTION)
    for found in (*TREES, *AREAS):
        assert 0 <= found.shutdown <= found.remove <= found.drivers
        assert (
            f"{found.shutdown} with shutdown and {found.remove} with remove of {found.drivers}" in made("drivers").alt
        )
    for area in AREAS:
        whole = next(tree for tree in TREES if tree.tree == area.tree)
        assert area.drivers < whole.drivers


# --- at the edges ----------------------------------------------------------------------------------------


REFUSED = {
    "no combination": lambda: figures.outcome_grid(OutcomeGrid((), (), {}, Scenario(), 1)),
    "no point": lambda: figures.corrupted_over_traffic([]),
    "no rate": lambda: figures.captured_over_damage([]),
    "no window": lambda: figures.exposure([]),
    "no tree": lambda: figures.driver_coverage([], []),
    "no storm": lambda: figures.storm_counts([]),
    "no wait": lambda: figures.hotplug_waits([]),
    "a calm line": lambda: figures.storm_counts(figures.storms({"calm": cross()})),
    "no pending table": lambda: figures.flipped_bits(figures.pending_table(cross(machine="x86"))),
    "no jump": lambda: figures.exposure(figures.windows(cross("remove-hangs"))),
    "no jump of the table": lambda: figures.pending_table(cross("remove-hangs")),
    "no such way": lambda: figures.windows(cross(), "its-table"),
    "too many columns": lambda: figures.outcome_grid(count_outcomes(["ring-size=1,2,3,4,5"], "ordinary")),
    "too many lines": lambda: figures.corrupted_over_traffic(count_corrupted((500,), (1, 2, 3, 4, 5, 6), seeds=1)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused_in_one_line(name):
    with pytest.raises(FigureError) as refused:
        REFUSED[name]()
    assert str(refused.value)
    assert "\n" not in str(refused.value)


DRAWN = {
    "one switch": lambda: figures.outcome_grid(count_outcomes("quiesce=shutdown", "ordinary", seeds=3)),
    "one cell": lambda: figures.outcome_grid(count_outcomes(["quiesce=shutdown", "iommu=off"], "ordinary")),
    "one point": lambda: figures.corrupted_over_traffic(count_corrupted((500,), (64,), seeds=2)),
    "one rate": lambda: figures.captured_over_damage([Rate("minimal", 0.0, 5, 5, 5, 0.5, 1.0, 1.0)], recollection=True),
    "one window": lambda: figures.exposure(figures.windows(cross(), "its")),
    "one tree": lambda: figures.driver_coverage(TREES[:1], []),
    "one area": lambda: figures.driver_coverage(TREES, AREAS[:1]),
    "nothing flipped": lambda: figures.flipped_bits(figures.pending_table(cross())),
    "only a message": lambda: figures.storm_counts(figures.storms({"only": cross("screaming-message")})),
    "one wait": lambda: figures.hotplug_waits(measure_waits(("7.3",), (1,), quirk=False)),
    "only the quirk": lambda: figures.hotplug_waits([w for w in measure_waits(("7.3",), (2,)) if w.quirked]),
}


@pytest.mark.parametrize("name", DRAWN)
def test_one_row_and_nothing_astray_are_drawn_all_the_same(name):
    figure = DRAWN[name]()
    test_the_drawing_is_well_formed_and_is_called_what_it_shows(figure)
    test_no_two_texts_lie_on_one_another_and_none_leaves_the_sheet(figure)
    test_all_colours_are_those_of_the_palette(figure)
    assert figure.png


def test_a_figure_without_a_title_says_what_it_shows():
    figure = figures.driver_coverage()
    assert figure.alt.startswith("Pairs of bars")


@pytest.mark.parametrize("preset_name", ["left-running", "capture", "no-reset", "vtd-gone", "handed-over"])
def test_windows_of_every_path_can_be_drawn(preset_name):
    test_no_two_texts_lie_on_one_another_and_none_leaves_the_sheet(
        figures.exposure(figures.windows(cross(preset_name)))
    )


def test_times_are_written_in_the_unit_that_suits_them():
    assert [exposure_windows._time(t) for t in (5, 2_000, -14 * MS, 1_500 * MS)] == ["5 ns", "2 µs", "−14 ms", "1.5 s"]


def test_the_exported_figures_are_sorted_and_callable(made):
    assert sorted(figures.__all__) == figures.__all__
    for name in figures.__all__:
        assert callable(getattr(figures, name))
    assert preset("left-running").scenario.but(traffic=500) == count_corrupted((500,), (256,), 1)[0].scenario.but(
        seed=preset("left-running").scenario.seed
    )
    assert pending_bits.WRITTEN_OUT >= 4


# --- in a notebook and on a page -------------------------------------------------------------------------


def masked_by_nbval(text):
    config = (ROOT / "tests" / "nbval.cfg").read_text()
    for regex, replace in re.findall(r"^regex: (.*)$\n^replace: (.*)$", config, re.MULTILINE):
        text = re.sub(regex, replace, text)
    return text


def redrawn(html):
    """The same figure as another version of the library would draw it."""
    other = re.sub(r"(?<=d=\")M\d+", "M7", html)
    return re.sub(r"base64,\w+", "base64,AAAA", other.replace("font-size:11px", "font-size:11.0px"))


def test_a_figures_strokes_may_differ_but_its_text_may_not(figure):
    nbformat = pytest.importorskip("nbformat")
    from tools import notebooks as tool

    def shown(html):
        return tool.comparable([nbformat.v4.new_output("display_data", {"text/html": html})])

    html = figure.html
    assert redrawn(html) != html
    assert shown(redrawn(html)) == shown(html)
    assert masked_by_nbval(redrawn(html)) == masked_by_nbval(html)
    altered = html.replace(figure.alt[-20:-1], "something else")
    if altered != html:
        assert shown(altered) != shown(html)
        assert masked_by_nbval(altered) != masked_by_nbval(html)
    other = html.replace('aria-label="', 'aria-label="No: ')
    assert shown(other) != shown(html)
    assert masked_by_nbval(other) != masked_by_nbval(html)
    assert len(masked_by_nbval(html)) < 5_000


def test_a_page_keeps_a_figures_drawing_and_drops_its_png(figure, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    convert = pytest.importorskip("mkdocs_jupyter.convert")
    output = nbformat.v4.new_output("execute_result", figure._repr_mimebundle_(), execution_count=1)
    cell = nbformat.v4.new_code_cell("draw()", outputs=[output], execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(notebook, tmp_path / "x.ipynb")
    html = convert.nb2html(str(tmp_path / "x.ipynb"), no_prompt=True, allow_errors=False)
    warnings = []
    from kexecdoc.web.site import notebook_page

    page = notebook_page.rebuild(html, json.loads((tmp_path / "x.ipynb").read_text()), warnings.append)
    drawn = page.select_one("figure.kx-figure[data-search-exclude] svg[role=img]")
    assert drawn["aria-label"] == figure.alt
    assert drawn.select("text")
    assert page.select_one("figure style[data-kx]").string.startswith(SHOWN[:20])
    assert not page.select("img")
    assert not warnings
    assert len(page.select("style")) == 1


def test_a_picture_of_the_machine_is_stored_once():
    shown = picture(cross("left-running"))._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    assert re.search(r'<img alt="[^"]+" src="data:image/png;base64,', shown["text/html"])
    assert len(json.dumps(shown)) < limit("picture")
