"""My driver and the checklist: every answer is a scenario that was really crossed, every item is for somebody."""

import gzip
import json
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from kexecdoc.cli import _scenario, build_parser
from kexecdoc.course import driver_form as told
from kexecdoc.course import my_driver as asked
from kexecdoc.course.checklist import CHECKLIST, PARTS, particular
from kexecdoc.course.my_driver import MACHINES, QUESTIONS, SEEDS, Tally
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError
from kexecdoc.registries.sources import SOURCES
from kexecdoc.web import driver_page
from tools.budgets import limit

PAGE = (Path(__file__).parent.parent / "site" / "driver-checklist.md").read_text(encoding="utf-8")
EVERY = list(asked.every())
CASES = [dict(zip(QUESTIONS, case, strict=True)) for case in dict.fromkeys(map(driver_page.case_of, EVERY))]
RUNS: dict[Scenario, object] = {}


def verdict(given, machine, seed):
    """The verdict of some answers, crossed once for all tests."""
    scenario = asked.scenario(given, machine, seed)
    if scenario not in RUNS:
        RUNS[scenario] = simulate(scenario).verdict
    return RUNS[scenario]


def made_up(counts):
    return tuple(Tally(machine, Counter(counts), 1) for machine in MACHINES)


# --- the questions -------------------------------------------------------------------------------------------


def test_there_are_five_questions_of_two_to_four_answers_and_every_combination_is_a_scenario():
    assert len(QUESTIONS) == 5
    assert all(2 <= len(question.answers) <= 4 for question in QUESTIONS.values())
    for given in EVERY:
        for machine in MACHINES:
            scenario = asked.scenario(given, machine, seed=7)
            assert (scenario.machine, scenario.seed, scenario.path) == (machine, 7, "kexec")


def test_what_nobody_answers_is_the_first_answer():
    assert asked.answers(probe="absent") == {
        "dma": "ring",
        "shutdown": "none",
        "bus_master": "unsure",
        "interrupt": "msi",
        "probe": "absent",
    }


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"dma": "rings"}, "dma: rings is not one of ring, periodic, answers; did you mean ring?"),
        ({"bus_master": "no_pci"}, "did you mean no-pci?"),
        ({"shutdwn": "none"}, "shutdwn: no such question; did you mean shutdown?"),
        ({"zzz": "fine"}, "zzz: no such question; there are dma, shutdown, bus_master, interrupt, probe"),
        ({"probe": "\n"}, "is not one of resets, trusts, absent"),
    ],
)
def test_a_wrong_word_is_answered_in_one_line_that_names_the_nearest(words, complaint):
    with pytest.raises(ScenarioError) as refused:
        asked.answers(**words)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_command_is_the_scenario(machine):
    for given in EVERY:
        words = shlex.split(asked.command(given, machine, 3))[1:]
        assert _scenario(build_parser().parse_args(words)) == asked.scenario(given, machine, 3)


# --- what becomes of them -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("given", CASES, ids=lambda given: "-".join(given.values()))
def test_answers_that_are_said_to_decide_nothing_decide_nothing(given, machine):
    alike = [other for other in EVERY if driver_page.case_of(other) == tuple(given.values())]
    assert {verdict(other, machine, 3).outcome for other in alike} == {verdict(given, machine, 3).outcome}


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [{}, {"shutdown": "stops"}, {"dma": "periodic", "bus_master": "obeys", "interrupt": "line", "probe": "trusts"}],
)
def test_a_tally_is_of_crossings_that_can_be_made_again(words):
    given = asked.answers(**words)
    for tally in asked.tallies(given):
        ends = [verdict(given, tally.machine, seed).outcome for seed in SEEDS]
        assert tally.counts == Counter(ends)
        assert verdict(given, tally.machine, tally.seed).outcome == tally.worst


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("given", CASES, ids=lambda given: "-".join(given.values()))
def test_what_is_said_to_hold_the_device_back_does(given, machine):
    seen = verdict(given, machine, 1)
    if asked.stopped(given):
        assert not seen.dma
        assert not seen.msi
        assert seen.outcome == "clean"
    elif asked.held(given) and given["probe"] != "trusts":
        assert seen.dma["stopped"]
        assert not seen.dma["landed"]
    else:
        assert seen.dma["landed"]
    if seen.outcome not in ("crashed", "hung"):
        assert seen.line_disabled == asked.asserts_line(given)


def test_a_driver_that_stops_its_device_ends_clean_whatever_else_is_answered():
    for given in CASES:
        assert (told.because(given).count("nothing is left of it") == 1) == asked.stopped(given)


def test_each_set_of_answers_has_its_reason_and_no_reason_speaks_of_what_was_not_answered():
    for given in EVERY:
        reason = told.because(given)
        assert ("You do not know" in reason) == (given["bus_master"] == "unsure" and not asked.stopped(given))
        assert ("interrupt line" in reason) == asked.asserts_line(given)
        assert ("round and round" in reason) <= (given["dma"] == "periodic")


# --- the words ------------------------------------------------------------------------------------------------


def test_counts_are_told_as_a_sentence():
    assert told.ends(Tally("x86", Counter(clean=12), 1)) == "On x86: clean in all 12 crossings."
    three = Counter(crashed=3, harmless=5, corrupted=4)
    said = "On arm64: harmless in 5 of 12 crossings, corrupted in 4 and crashed in 3."
    assert told.ends(Tally("arm64", three, 1)) == said
    assert (
        told.ends(Tally("x86", Counter(harmless=1, hung=11), 1)) == "On x86: harmless in 1 of 12 crossings, hung in 11."
    )


def test_the_signs_are_for_the_eye_and_the_sentence_for_everybody():
    html = told.ends_html(made_up({"harmless": 2, "crashed": 1}))
    assert html.count('aria-hidden="true"') == len(MACHINES)
    assert "○○" in html
    assert "harmless in 2 of 3 crossings" in html


def test_in_a_notebook_it_says_what_was_answered_what_came_of_it_and_what_to_see_to():
    seen = told.MyDriver(asked.answers(interrupt="line"), made_up({"degraded": 3}))
    text = repr(seen)
    for wanted in ("There is none", "degraded in all 3", "kexecdoc run --shutdown-callback missing", "- Drop the line"):
        assert wanted in text
    html = seen._repr_mimebundle_()["text/html"]
    assert "[src: note-interrupt]" in html
    assert "<code>" in html
    assert seen.bad == 0


# --- the checklist --------------------------------------------------------------------------------------------


def test_every_item_is_for_every_driver_or_for_some_of_the_answers_and_not_for_all():
    for item in CHECKLIST.values():
        some = [given for given in EVERY if item.applies_to(given)]
        assert some
        assert item.general == (len(some) == len(EVERY)), item.id


def test_every_item_has_a_part_a_rule_and_a_reason_that_cites_or_belongs_to_the_tests():
    assert [part for part in PARTS if not any(item.part == part for item in CHECKLIST.values())] == []
    for item in CHECKLIST.values():
        assert item.text.endswith(".")
        assert item.why.endswith(".")
        assert item.sources or item.part == "test"
        assert set(item.sources) <= set(SOURCES)


def test_a_driver_that_does_nothing_is_told_most_and_one_that_stops_its_device_least():
    told_most = {item.id for item in particular(asked.answers())}
    assert {"have-one", "stop-dma", "not-enough"} <= told_most
    told_least = {item.id for item in particular(asked.answers(shutdown="stops", bus_master="obeys"))}
    assert not told_least & {"have-one", "stop-dma", "not-enough", "share"}
    assert "other-bus" in {item.id for item in particular(asked.answers(bus_master="no-pci"))}
    assert "leave-out" in {item.id for item in particular(asked.answers(shutdown="remove"))}


def test_every_link_of_an_item_leads_to_a_heading_of_the_page():
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    slugs = {re.sub(r"[^\w\s-]", "", h).strip().lower().replace(" ", "-") for h in headings}
    slugs |= set(re.findall(r"\{ #([\w-]+) \}", PAGE))
    for item in CHECKLIST.values():
        assert set(re.findall(r"\]\(#([\w-]+)\)", item.why)) <= slugs


# --- the page -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page():
    """The page's data with made-up ends: what it looks like, not what it says."""
    ends = {
        driver_page.case_of(given): made_up({"clean": 1} if asked.stopped(given) else {"hung": 1}) for given in EVERY
    }
    return ends, driver_page.form(ends)


def test_the_form_has_a_row_for_every_set_of_answers_in_the_order_in_which_the_page_counts(page):
    ends, data = page
    assert len(data["of"]) == len(EVERY)
    assert len(data["cases"]) == len(CASES) < 40
    for given, (case, reason, items) in zip(EVERY, data["of"], strict=True):
        assert list(ends)[case] == driver_page.case_of(given)
        assert data["because"][reason] == told.because(given)
        assert list(data["lists"][items]) == [item.id for item in particular(given)]
        words = "".join(
            question["answers"][QUESTIONS[question["name"]].words.index(given[question["name"]])]["sets"]
            for question in data["questions"]
        )
        one = data["cases"][case]
        assert f"kexecdoc run{one['machine']}{words} --seed {one['seed']}" == told.see_one(given, made_up({"hung": 1}))
    assert len(gzip.compress(json.dumps(data).encode())) < limit("driver-answers")


def test_the_table_without_javascript_has_the_worst_of_each_callback(page):
    ends, _ = page
    table = driver_page.worst_table(ends).splitlines()[2:]
    assert len(table) == 6
    for callback in QUESTIONS["shutdown"].answers:
        rows = [row for row in table if callback.text in row]
        assert all(("✓ 1 clean" in row) == (callback.word in ("stops", "remove")) for row in rows)
        assert rows


def test_the_page_says_how_many_crossings_there_were():
    assert len(SEEDS) == 12
    assert "twelve seeds" in " ".join(PAGE.split())


def test_the_commands_of_the_page_run_and_show_what_it_says():
    lines = re.findall(r"^kexecdoc (run .*)$", PAGE, re.MULTILINE)
    ends = {line: simulate(_scenario(build_parser().parse_args(line.split()))).verdict.outcome for line in lines}
    assert ends == {
        "run remove-hangs": "hung",
        "run bus-master-only": "clean",
        "run bus-master-only --obeys-bus-master no": "corrupted",
        "run bus-master-only --next-driver trusts": "corrupted",
    }
