"""The page "What really happened under an emulator": it has every console, and its statements are true."""

import re
from pathlib import Path

import pytest

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.study.closed_forms import entry_ns
from kexecdoc.web.site import experiments

SITE = Path(__file__).resolve().parents[1] / "site"
PAGE = (SITE / "emulator.md").read_text(encoding="utf-8")

NUMBERS = [f"{n:02}" for n in range(1, 17)]


def test_every_experiment_has_a_row_a_section_and_its_recorded_console():
    assert re.findall(r"^\| \[(\d+)\]\(#e(\d\d)\) \|", PAGE, re.MULTILINE) == [(str(int(n)), n) for n in NUMBERS]
    assert re.findall(r"^### (\d+)\. .* \{ #e(\d\d) \}$", PAGE, re.MULTILINE) == [(str(int(n)), n) for n in NUMBERS]
    recorded = sorted(path.name[:2] for path in experiments.CONSOLES.glob("*.log"))
    assert re.findall(r"^<!-- console: (\d\d) -->$", PAGE, re.MULTILINE) == recorded == list(experiments.EXPERIMENTS)


@pytest.mark.slow
@pytest.mark.parametrize("number", experiments.EXPERIMENTS)
def test_every_marked_line_of_a_console_is_shown_with_what_it_means(number):
    experiment = experiments.EXPERIMENTS[number]
    notes = [row.note for row in experiments.rows(number) if row.note]
    assert len(notes) == len(experiment.marks)
    page = experiments.fold(number, "../assets/consoles/")
    assert page.count("◆") == len(experiment.marks)
    assert "\n" not in page  # one block of HTML among the Markdown


def test_a_mark_that_is_not_in_the_console_is_an_error_that_names_it():
    lines = ["Starting new kernel", "Run /init"]
    with pytest.raises(ValueError, match="no line fits 'nonesuch'"):
        experiments._index_of(experiments.Mark("nonesuch"), lines, ["", ""], 0)


@pytest.mark.slow
def test_consoles_differ_only_where_the_page_says_so():
    differ = {
        number: [row.real.split(":")[0].split("]")[0] for row in experiments.rows(number) if row.sign == "≠"]
        for number in experiments.EXPERIMENTS
    }
    assert {number: words for number, words in differ.items() if words} == {
        "06": ["DMAR"],  # a read, a write
        "09": ["Kernel panic - not syncing", "---[ end Kernel panic - not syncing"],  # init, the idle task
        "10": ["efi"],  # all tables of the firmware; the one that matters
        "13": ["[<(____ptrval____)>"],  # the driver's name
    }


def shown(number):
    return experiments.simulated(experiments.EXPERIMENTS[number]).verdict


def test_what_the_page_counts_of_our_machine_is_what_it_does():
    assert (shown("02").outcome, shown("02").frames_corrupted) == ("corrupted", 21)
    assert shown("03").dma["landed"] == 0 < shown("03").dma["stopped"]
    assert (shown("04").dma["landed"], set(shown("04").landed_in)) == (44, {"old"})
    assert (shown("06").dma["missed"], shown("06").dma["landed"]) == (42, 0)
    assert shown("13").unhandled == 100_000
    assert shown("14").storms == 0


@pytest.mark.slow
def test_the_page_counts_the_seeds_that_write_before_the_first_line_and_survive():
    """Row 7: one buffer armed."""
    found = 0
    for seed in range(60):
        words = {"machine": "x86", "quiesce": "none", "clear-bus-master": "no", "ring-size": 1, "traffic": 12}
        run = simulate(Scenario.of({**words, "seed": seed}))
        jump = run.verdict.jump_ns
        early = (jump < e.t_ns < jump + entry_ns(run.scenario) for e in run.log if e.id.startswith("eth0/buffer:"))
        found += any(early) and run.verdict.reached_userspace
    assert found == 18
