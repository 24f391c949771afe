"""The explorer's hosts and the still picture: they show the run, and give the same bytes in every process."""

import io
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("anywidget")

from PIL import Image

from kexecdoc.course import explorers
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError, find, switches
from kexecdoc.reading.run import dumps
from kexecdoc.study import presets
from kexecdoc.views import palette
from kexecdoc.views.still import alt_text, moment, still_figure, still_png, tile
from kexecdoc.web import precomputed, view
from kexecdoc.web.catalogue import catalogue, preset_runs
from kexecdoc.web.precomputed import combinations, explorer_files
from kexecdoc.web.widget import Explorer
from tools.budgets import limit

NAME = "just-a-branch"


@pytest.fixture(scope="module")
def left_running():
    return simulate(presets.preset("left-running").scenario)


# --- the widget ------------------------------------------------------------------------------------------


def test_a_flip_brings_the_run_of_the_chosen_switches():
    explorer = Explorer(NAME)
    before = explorer.view["run"]["verdict"]["outcome"]
    explorer.scenario = {**explorer.scenario, "quiesce": "shutdown"}
    run = explorer.view["run"]
    assert run["scenario"]["quiesce"] == "shutdown"
    assert run["scenario"]["firmware"] == explorers.EXPLORERS[NAME].base["firmware"]
    assert (before, run["verdict"]["outcome"]) == ("corrupted", "clean")
    assert not explorer.error


def test_a_wrong_setting_is_one_line_and_keeps_the_picture():
    explorer = Explorer(NAME)
    shown = explorer.view
    explorer.scenario = {**explorer.scenario, "quiesce": "shut-down"}
    assert explorer.error.startswith("quiesce: shut-down is not one of")
    assert "\n" not in explorer.error
    assert explorer.view == shown
    explorer.scenario = {**explorer.scenario, "quiesce": "remove"}
    assert not explorer.error


def test_an_unknown_explorer_is_named_in_one_line_with_the_nearest():
    with pytest.raises(ScenarioError, match=f"just-a-brunch: no such explorer; did you mean {NAME}"):
        Explorer("just-a-brunch")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"frame": 4096}, "frame: 4096 is not one of 0 to 4,095"),
        ({"frame": -2}, "frame: -2 is not one of"),
        ({"at": "jump/cpy:0"}, "at: jump/cpy:0 does not happen in this run; did you mean jump/copy:0"),
        ({"at": "eth0/arrival:40", "quiesce": "shutdown"}, "at: eth0/arrival:40 does not happen in this run"),
        ({"at": "b:jump/copy:0"}, "at: b:jump/copy:0 does not happen in this run"),
    ],
)
def test_an_unknown_moment_or_frame_is_refused_in_one_line(state, words):
    with pytest.raises(ScenarioError, match=re.escape(words)):
        Explorer(NAME, **state)


def test_every_moment_of_both_machines_can_be_named():
    other = {"quiesce": "remove"}
    for at in ("", "start", "end", "jump/copy:0", "b:old/eth0-return:0"):
        assert Explorer(NAME, at=at, other=other).at == at


def test_the_widgets_repr_makes_it_again():
    assert repr(Explorer(NAME)) == f"Explorer({NAME!r})"


@pytest.mark.slow
def test_the_widgets_output_has_a_fallback_and_a_picture():
    data, _ = Explorer(NAME)._repr_mimebundle_()
    assert {"text/plain", "text/html", "image/png", "application/vnd.jupyter.widget-view+json"} == set(data)
    assert f'data-explorer="{NAME}"' in data["text/html"]
    assert data["image/png"] in data["text/html"]
    outcome = simulate(explorers.EXPLORERS[NAME].scenario).verdict.outcome
    assert f"In the end: {outcome}." in data["text/html"]
    assert "<code>quiesce=none clear-bus-master=no firmware=devicetree</code>" in data["text/html"]


def test_all_data_for_the_javascript_is_json():
    explorer = Explorer(NAME)
    for trait in ("legend", "controls", "messages", "scenario", "view"):
        value = getattr(explorer, trait)
        assert json.loads(json.dumps(value)) == value


def test_every_switch_of_an_explorer_can_be_a_row_of_radio_buttons():
    for chosen in explorers.EXPLORERS.values():
        for control in view.controls(chosen):
            values = [c["value"] for c in control["choices"]]
            assert values == list(chosen.choices(control["name"]))
            assert 2 <= len(values) <= 4
            assert control["default"] in values
            assert control["label"]
            assert all(choice["label"] for choice in control["choices"])


def test_an_explorer_may_limit_a_switch_to_some_of_its_values():
    chosen = explorers.EXPLORERS["port-that-waits"]
    assert chosen.choices("kernel") == ("4.12", "4.17", "4.18", "7.3")
    assert chosen.choices("hotplug-ports") == (1, 2, 8)
    assert chosen.choices("hotplug") == switches()["hotplug"].choices
    explorer = Explorer("port-that-waits", kernel="7.3", hotplug_ports="8")
    assert explorer.scenario == {"hotplug": "cf118", "kernel": "7.3", "hotplug-ports": 8}
    assert explorer.run.scenario.hotplug_ports == 8


@pytest.mark.parametrize(
    ("name", "switch", "value", "words"),
    [
        ("port-that-waits", "kernel", "7.2", "kernel: 7.2 is not one of 7.3, "),
        ("port-that-waits", "kernel", "4.20", "4.20 is not one of this explorer's 4.12, 4.17, 4.18, 7.3; the nearest"),
        ("crash-work", "heap-damage", 0.1, "0.1 is not one of this explorer's 0, 0.05, 0.2; the nearest is 0.05"),
        ("crash-work", "heap-damage", 7, "heap-damage: 7 is not a number from 0 to 1"),
        ("crash-work", "quiesce", "none", "quiesce: not in this explorer, which has crash-work, heap-damage, seed"),
    ],
)
def test_a_value_that_an_explorer_does_not_offer_is_refused_in_one_line(name, switch, value, words):
    with pytest.raises(ScenarioError, match=re.escape(words)) as error:
        Explorer(name, **{switch: value})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("switches", "base", "values", "words"),
    [
        (("quiesse",), {}, {}, "quiesse: no such switch; did you mean quiesce?"),
        (("traffic",), {}, {}, "broken: traffic is a number, and needs a list of values here"),
        (("traffic",), {}, {"traffic": (100, 200)}, "broken: traffic=500 in its base is not among its own values"),
        (("quiesce",), {}, {"dma": ("ring",)}, "broken: limits dma, which is not one of quiesce"),
        (("quiesce",), {}, {"quiesce": ("shutdown", "nothing")}, "quiesce: nothing is not one of"),
    ],
)
def test_an_invalid_explorer_is_refused_when_it_is_declared(switches, base, values, words):
    with pytest.raises(ScenarioError, match=re.escape(words)):
        explorers.Explorer("broken", 1, switches, base, values)


@pytest.mark.slow
@pytest.mark.parametrize("name", explorers.EXPLORERS)
def test_every_switch_of_an_explorer_changes_the_run(name):
    chosen = explorers.EXPLORERS[name]
    runs = combinations(name)
    first = runs[precomputed.key(chosen.settings.values())].verdict
    flips = [chosen.flipped({switch: value}) for switch in chosen.switches for value in chosen.choices(switch)]
    assert {simulate(scenario).verdict.outcome for scenario in flips} > {first.outcome}
    for place, switch in enumerate(chosen.switches):
        ways = {}
        for combination, run in runs.items():
            others = combination.split("--")[:place] + combination.split("--")[place + 1 :]
            ways.setdefault(tuple(others), set()).add(run.verdict.summary)
        assert max(map(len, ways.values())) > 1, switch


def test_an_explorers_switches_and_values_have_plain_labels():
    for chosen in explorers.EXPLORERS.values():
        for switch in map(find, chosen.switches):
            assert switch.label, switch.name
            if switch.name != "kernel":
                assert all(switch.labels), switch.name


def test_every_line_of_a_console_has_a_meaning(left_running):
    table = view.message_table(left_running.scenario.kernel)
    assert all(table[line["message"]]["meaning"] for line in left_running.console())


# --- what the machine's page knows beforehand ---------------------------------------------------------------


def test_the_catalogue_has_every_switch_with_its_full_declaration():
    about = catalogue()
    for control, switch in zip(about["controls"], switches().values(), strict=True):
        assert [c["value"] for c in control["choices"]] == list(switch.choices)
        assert (control["name"], control["group"], control["default"]) == (switch.name, switch.group, switch.default)
        assert [need["words"] for need in control["needs"]] == [f"only with {need.to_words()}" for need in switch.needs]
    assert {p["name"]: p["values"] for p in about["presets"]} == {p.name: p.values for p in presets.PRESETS.values()}


def test_every_preset_has_a_file_of_its_run():
    name, text = next(preset_runs())
    assert json.loads(text) == json.loads(dumps(view.view_of(simulate(presets.PRESETS[name].scenario))))


# --- what a page fetches of an explorer ------------------------------------------------------------------


def fetched(name):
    return {path: json.loads(text) for path, text in explorer_files(name)}


@pytest.mark.slow
@pytest.mark.parametrize("name", explorers.EXPLORERS)
def test_there_is_a_file_for_the_run_of_every_combination(name):
    files = fetched(name)
    index = files.pop(f"{name}.json")
    choices = [[str(c["value"]) for c in control["choices"]] for control in index["controls"]]
    assert list(files) == [f"{name}/{'--'.join(values)}.json" for values in itertools.product(*choices)]
    for path, stored in itertools.islice(files.items(), 0, None, 5):
        values = path.removeprefix(f"{name}/").removesuffix(".json").split("--")
        settings = dict(zip((c["name"] for c in index["controls"]), values, strict=True))
        run = simulate(Scenario.of({**index["base"], **settings}))
        assert stored == json.loads(dumps(view.view_of(run)))


@pytest.mark.slow
def test_a_combination_without_a_run_has_its_reason():
    busy = {"traffic": (500, 20_000), "next-driver": ("absent", "resets")}
    base = {"quiesce": "none", "clear-bus-master": "no", "dma": "cyclic", "next-driver": "absent"}
    files = fetched(explorers.Explorer("busy", 2, tuple(busy), base, busy))
    assert set(files) == {"busy.json", "busy/500--absent.json", "busy/500--resets.json", "busy/20000--resets.json"}
    assert files["busy.json"]["refused"] == {
        "20000--absent": "traffic: 20000 makes more than 50,000 events in this scenario; a lower rate makes fewer"
    }


@pytest.mark.slow
def test_only_combinations_that_no_kernel_had_are_named():
    files = fetched("port-that-waits")
    of = lambda combination: files[f"port-that-waits/{combination}.json"]["what_if"]  # noqa: E731
    assert of("cf118-quirked--4.17--2") == ["the quirk for ports that complete no command came with v4.18"]
    assert of("cf118-quirked--4.18--2") == []


@pytest.mark.slow
def test_where_kernels_differ_a_message_means_what_it_meant_in_each():
    table = fetched("port-that-waits")["port-that-waits.json"]["messages"]
    for run in combinations("port-that-waits").values():
        kernel = run.scenario.kernel
        for line in run.console():
            message_id = line["message"]
            assert table.get(f"{message_id}@{kernel}", table.get(message_id)) == view.message_table(kernel)[message_id]


@pytest.mark.slow
def test_the_assets_are_the_same_bytes_in_every_process(tmp_path):
    script = (
        "import sys; from pathlib import Path; from kexecdoc.web.assets import write_assets; "
        "write_assets(Path(sys.argv[1]))"
    )
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", script, tmp_path / seed], env=env, check=True)
    files = sorted(p.relative_to(tmp_path / "1") for p in (tmp_path / "1").rglob("*.*"))
    assert {Path("explorer.js"), Path("site.js"), Path("explorer.css")} <= set(files)
    assert files == sorted(p.relative_to(tmp_path / "2") for p in (tmp_path / "2").rglob("*.*"))
    assert all((tmp_path / "1" / f).read_bytes() == (tmp_path / "2" / f).read_bytes() for f in files)


# --- the still picture -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_still_is_the_same_bytes_every_time_and_small(left_running):
    png = still_png(left_running)
    assert png == still_png(simulate(left_running.scenario))
    assert len(png) < limit("still")
    assert b"Software" not in png


@pytest.mark.slow
def test_a_still_shows_every_owner_in_its_own_colour(left_running):
    with Image.open(io.BytesIO(still_png(left_running))) as image:
        seen = {colour for _, colour in image.convert("RGB").getcolors(maxcolors=1 << 20)}
    for owner in palette.OWNERS:
        assert tuple(tile(owner.name)[0, 1]) in seen, owner.name


def test_the_words_for_a_still_are_the_facts_of_the_run(left_running):
    text, run = alt_text(left_running), left_running.to_json()
    assert f"Leftover DMA writes since the jump: {run['dma']['landed']:,} landed" in text
    assert f"Frames found wrong by their owner: {run['dma']['frames_corrupted']:,}." in text
    assert run["verdict"]["summary"] in text
    assert f"In the end: {run['verdict']['outcome']}." in text
    flips = re.findall(r"INTID (\d+) \(bit (\d) of the byte at (0x[0-9a-f]+)\)", text)
    assert [(int(i), int(b), int(a, 16)) for i, b, a in flips] == [
        (f["intid"], f["bit"], f["address"]) for f in run["lpi"]["flips"] if f["cpu"] == 0
    ]


@pytest.mark.slow
def test_a_still_shows_nothing_later_than_its_time(left_running):
    jump = left_running.verdict.jump_ns
    assert alt_text(left_running, 0).startswith("The machine 0.000 ms after the call, before the jump.")
    assert "Leftover DMA writes since the jump: none" in alt_text(left_running, jump)
    assert still_png(left_running, jump) != still_png(left_running)


def test_a_still_and_the_verdict_count_the_same_frames(left_running):
    m = moment(left_running)
    assert len(m.wrong) == left_running.verdict.frames_corrupted
    assert len(m.writes) == sum(left_running.verdict.dma.values())


@pytest.mark.slow
def test_a_still_of_a_machine_without_tables_tells_of_its_registers():
    run = simulate(presets.preset("nobody-cared").scenario)
    storm = next(e for e in run.log if e.kind == "storm")
    text = alt_text(run, storm.t_ns)
    assert "Line 11 of the I/O APIC: asserted, unmasked, delivered and not ended." in text
    assert "Interrupts that nobody had handed out, since the jump: 0." in text
    over = run.at(next(e for e in run.log if e.t_ns > storm.t_ns and e.kind == "storm").t_ns)
    assert over["line/11/disabled"]
    drawn = [t.get_text() for axes in still_figure(run, storm.t_ns).axes for t in axes.texts]
    assert "No pending table: interrupts wait in registers" in drawn
    assert "asserted, unmasked, delivered and not ended" in drawn


def test_a_still_counts_interrupts_for_unassigned_vectors():
    run = simulate(presets.preset("vtd-gone").scenario)
    assert run.verdict.stray_vectors > 0
    assert f"handed out, since the jump: {run.verdict.stray_vectors:,}." in alt_text(run)


def test_a_stills_time_counts_from_the_panic_if_there_was_one():
    hangs = alt_text(simulate(presets.preset("notifiers-first").scenario))
    assert re.match(r"The machine [\d.]+ ms after the panic\. ", hangs)
    assert "after the call, before the jump" in alt_text(simulate(Scenario()), 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(presets.PRESETS))
def test_no_word_of_a_still_is_cut_at_its_edge(name):
    figure = still_figure(simulate(presets.preset(name).scenario))
    edge = figure.bbox
    for text in [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]:
        box = text.get_window_extent()
        assert edge.x0 <= box.x0, text.get_text()
        assert box.x1 <= edge.x1, text.get_text()
