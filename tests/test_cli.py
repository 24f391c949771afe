"""The command line: what it prints, what it refuses, and how."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scenarios import crossed

from kexecdoc.cli import main
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.study.presets import PRESETS


def out(capsys, *words):
    assert main(words) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def refused(capsys, *words):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    captured = capsys.readouterr()
    assert stopped.value.code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return captured.err


def test_run_says_what_differs_the_verdict_and_the_counts(capsys):
    text = out(capsys, "run", "left-running", "--iova", "ram")
    assert "quiesce=none clear-bus-master=no iova=ram" in text
    assert crossed("quiesce=none clear-bus-master=no iova=ram").verdict.summary in text
    assert "no effect  iova: only with iommu=translate" in text


def test_run_says_why_switches_have_no_effect_where_it_is_known(capsys):
    words = "--next-driver trusts --iova ram --crash-memory cma --heap-damage 0.5"
    text = out(capsys, "run", "remove-hangs", *words.split())
    assert text.splitlines()[-3:] == [
        "no effect  iova: only with iommu=translate",
        "           crash-memory, heap-damage: only with path=panic",
        "           next-driver, with the other switches as they are",
    ]


def test_json_has_the_shape_of_the_contract(capsys):
    data = json.loads(out(capsys, "run", "flipped-bits", "--format", "json"))
    assert list(data) == [
        "schema",
        "scenario",
        "verdict",
        "reached_userspace",
        "time_ms",
        "dma",
        "msi",
        "lpi",
        "irq",
        "dump",
        "console",
        "callbacks",
    ]
    assert data["schema"] == "kexecdoc-run/1"
    assert list(data["scenario"]) == list(switches())
    assert set(data["verdict"]) == {"outcome", "summary"}
    assert set(data["time_ms"]) == {"shutdown", "jump", "boot", "total"}
    assert set(data["dma"]) == {
        "attempted",
        "stopped_by_bus_master",
        "faulted",
        "missed",
        "landed",
        "landed_in",
        "frames_corrupted",
        "astray_before_jump",
    }
    assert set(data["msi"]) == {"sent", "stopped_by_bus_master", "faulted", "missed", "landed", "delivered"}
    assert set(data["lpi"]) == {"bits_recorded", "bits_flipped", "flips", "tables", "msi_usable"}
    assert set(data["lpi"]["flips"][0]) == {"cpu", "intid", "address", "bit", "t_ms"}
    assert set(data["irq"]) == {"storm", "line_disabled", "unhandled", "stray_vectors"}
    assert set(data["console"][0]) == {"t_ms", "kernel", "text", "message"}


def test_log_has_the_shape_of_the_contract(capsys):
    data = json.loads(out(capsys, "run", "--format", "log"))
    assert list(data) == ["schema", "scenario", "start", "events"]
    assert data["schema"] == "kexecdoc-log/1"
    assert {len(column) for column in data["events"].values()} == {len(data["events"]["id"])}


def test_console_is_what_a_serial_line_would_have_shown(capsys):
    lines = out(capsys, "run", "--format", "console").splitlines()
    assert "[    0.028500] Bye!" in lines
    assert lines[lines.index("[    0.028500] Bye!") + 1].startswith("[    0.000000] Booting Linux on physical CPU")


def test_switches_and_presets_are_listed_for_people_and_for_scripts(capsys):
    text = out(capsys, "switches")
    assert all(f"--{name}" in text for name in switches())
    assert all(f"    {switch.requirements_text()}\n" in text for switch in switches().values() if switch.needs)
    listed = json.loads(out(capsys, "switches", "--format", "json"))["switches"]
    assert [s["name"] for s in listed] == list(switches())
    assert all({"group", "default", "unit", "help"} <= set(s) for s in listed)
    assert all(name in out(capsys, "presets") for name in PRESETS)
    presets = json.loads(out(capsys, "presets", "--format", "json"))["presets"]
    assert all(Scenario.of(p["switches"]) == PRESETS[p["name"]].scenario for p in presets)


def test_switches_change_a_preset(capsys):
    data = json.loads(out(capsys, "run", "left-running", "--quiesce", "shutdown", "--format", "json"))
    assert (data["scenario"]["quiesce"], data["scenario"]["clear-bus-master"]) == ("shutdown", "no")


@pytest.mark.parametrize("name", switches())
def test_bad_input_to_every_switch_is_one_line_that_names_it(capsys, name):
    for bad in ("nonesuch", "", "-1", "1.5"):
        line = refused(capsys, "run", f"--{name}={bad}")
        assert line.startswith(f"kexecdoc: {name}: ")
        assert "is not" in line


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["rnu"], "rnu: no such command; there are run, sweep, log, switches, presets, quiz; did you mean run?"),
        (["run", "left-runing"], "did you mean left-running?"),
        (["run", "--quise", "none"], "--quise: no such switch; did you mean --quiesce?"),
        (["run", "--quise=none"], "--quise: no such switch; did you mean --quiesce?"),
        (["run", "--format", "jsn"], "--format: jsn is not one of text, console, json, log, trace; did you mean json?"),
        (["switches", "--format", "log"], "--format: log is not one of text, json"),
        (["presets", "--seed", "1"], "--seed: unexpected here"),
        (["run", "--traffic"], "--traffic: needs a value: an integer from 1 to 20,000 (a second)"),
        (["run", "--format"], "--format: needs a value: text, console, json, log, trace"),
        (["run", "--fomat", "json"], "--fomat: no such switch; did you mean --format?"),
        (["run", "--ring_size", "5"], "--ring_size: no such switch; did you mean --ring-size?"),
        (["run", "--traffic", "1_000"], "traffic: 1_000 is not an integer"),
        (["run", "--traffic", " 5"], "traffic:  5 is not an integer"),
        (["run", "--traffic", "５"], "traffic: ５ is not an integer"),
        (["run", ""], "‘’: no such preset"),
        (["run", "a\nb"], r"'a\nb': no such preset"),
        (["run", "--dma", "a\nb"], r"dma: 'a\nb' is not one of ring, cyclic"),
        (["run", "--no\nsuch", "b"], r"'--no\nsuch': no such switch"),
        (["run", "--format", "a\nb"], r"--format: 'a\nb' is not one of"),
        (["a\nb"], r"'a\nb': no such command"),
        (["run", "left-running", "again"], "again: unexpected here"),
        (["--nonesuch"], "--nonesuch: unexpected here"),
        (
            [
                "run",
                "--dma",
                "cyclic",
                "--quiesce",
                "none",
                "--clear-bus-master",
                "no",
                "--traffic",
                "20000",
                "--next-driver",
                "absent",
            ],
            "traffic: 20000 makes more than 50,000 events",
        ),
    ],
)
def test_a_wrong_request_is_refused_in_one_line_with_a_hint(capsys, words, says):
    assert says in refused(capsys, *words)


def test_without_arguments_the_help_is_printed(capsys):
    assert "COMMAND" in out(capsys)


def test_a_closed_pipe_is_not_an_error():
    command = f"{sys.executable} -m kexecdoc run --format log | head -c 10"
    ended = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True)
    assert ended.stderr == b""


@pytest.mark.slow
def test_a_failing_output_is_reported_in_one_line():
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "kexecdoc", "run", "--format", "json"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (ended.returncode, ended.stderr) == (2, "kexecdoc: standard output: No space left on device\n")


@pytest.mark.slow
def test_a_scenario_is_allowed_even_if_similar_ones_make_too_many_events(capsys):
    words = ["run", "left-running", "--traffic", "20000", "--next-driver", "absent"]
    assert "outcome    harmless" in out(capsys, *words)


@pytest.mark.slow
def test_the_module_is_the_command():
    ended = subprocess.run([sys.executable, "-m", "kexecdoc", "run", "--seed", "x"], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("kexecdoc: seed: x is not an integer")
