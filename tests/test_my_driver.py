"""My driver and the checklist: every answer is a scenario, every item applies to some driver."""

import gzip
import json
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from kexecdoc.cli import _scenario, build_parser
from kexecdoc.course import driver_form, my_driver
from kexecdoc.course.checklist import CHECKLIST, PARTS, specific_items
from kexecdoc.course.my_driver import MACHINES, QUESTIONS, SEEDS, Tally
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError
from kexecdoc.registries.sources import SOURCES
from kexecdoc.web import driver_page
from tools.budgets import limit

PAGE = (Path(__file__).parent.parent / "site" / "driver-checklist.md").read_text(encoding="utf-8")
ALL_ANSWERS = list(my_driver.all_answers())
CASES = [dict(zip(QUESTIONS, case, strict=True)) for case in dict.fromkeys(map(driver_page.case_of, ALL_ANSWERS))]
RUNS: dict[Scenario, object] = {}


def verdict(given, machine, seed):
    """The verdict of a set of answers, simulated once for all tests."""
    scenario = my_driver.scenario(given, machine, seed)
    if scenario not in RUNS:
        RUNS[scenario] = simulate(scenario).verdict
    return RUNS[scenario]


def made_up(counts):
    return tuple(Tally(machine, Counter(counts), 1) for machine in MACHINES)


# --- the questions -------------------------------------------------------------------------------------------


def test_every_combination_of_answers_is_a_scenario():
    assert len(QUESTIONS) == 5
    assert all(2 <= len(question.answers) <= 4 for question in QUESTIONS.values())
    for given in ALL_ANSWERS:
        for machine in MACHINES:
            scenario = my_driver.scenario(given, machine, seed=7)
            assert (scenario.machine, scenario.seed, scenario.path) == (machine, 7, "kexec")


def test_the_default_is_the_first_answer():
    assert my_driver.answers(probe="absent") == {
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
def test_an_unknown_word_is_refused_in_one_line_with_the_nearest(words, complaint):
    with pytest.raises(ScenarioError) as refused:
        my_driver.answers(**words)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES)
def test_the_command_runs_the_scenario(machine):
    for given in ALL_ANSWERS:
        words = shlex.split(my_driver.command(given, machine, 3))[1:]
        assert _scenario(build_parser().parse_args(words)) == my_driver.scenario(given, machine, 3)


# --- outcomes -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("given", CASES, ids=lambda given: "-".join(given.values()))
def test_equivalent_answers_have_the_same_outcome(given, machine):
    equivalent = [other for other in ALL_ANSWERS if driver_page.case_of(other) == tuple(given.values())]
    assert {verdict(other, machine, 3).outcome for other in equivalent} == {verdict(given, machine, 3).outcome}


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [{}, {"shutdown": "stops"}, {"dma": "periodic", "bus_master": "obeys", "interrupt": "line", "probe": "trusts"}],
)
def test_a_tally_counts_runs_that_can_be_reproduced(words):
    given = my_driver.answers(**words)
    for tally in my_driver.tallies(given):
        outcomes = [verdict(given, tally.machine, seed).outcome for seed in SEEDS]
        assert tally.counts == Counter(outcomes)
        assert verdict(given, tally.machine, tally.seed).outcome == tally.worst


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("given", CASES, ids=lambda given: "-".join(given.values()))
def test_what_is_claimed_to_hold_a_device_back_does(given, machine):
    seen = verdict(given, machine, 1)
    if my_driver.stopped(given):
        assert not seen.dma
        assert not seen.msi
        assert seen.outcome == "clean"
    elif my_driver.held_back(given) and given["probe"] != "trusts":
        assert seen.dma["stopped"]
        assert not seen.dma["landed"]
    else:
        assert seen.dma["landed"]
    if seen.outcome not in ("crashed", "hung"):
        assert seen.line_disabled == my_driver.asserts_line(given)


def test_the_reason_says_if_the_driver_stops_its_device():
    for given in CASES:
        assert (driver_form.because(given).count("nothing is left of it") == 1) == my_driver.stopped(given)


def test_a_reason_mentions_only_what_was_answered():
    for given in ALL_ANSWERS:
        reason = driver_form.because(given)
        assert ("You do not know" in reason) == (given["bus_master"] == "unsure" and not my_driver.stopped(given))
        assert ("interrupt line" in reason) == my_driver.asserts_line(given)
        assert ("round and round" in reason) <= (given["dma"] == "periodic")


# --- the texts ------------------------------------------------------------------------------------------------


def test_counts_are_shown_as_a_sentence():
    assert driver_form.outcome_sentence(Tally("x86", Counter(clean=12), 1)) == "On x86: clean in all 12 crossings."
    three = Counter(crashed=3, harmless=5, corrupted=4)
    said = "On arm64: harmless in 5 of 12 crossings, corrupted in 4 and crashed in 3."
    assert driver_form.outcome_sentence(Tally("arm64", three, 1)) == said
    assert (
        driver_form.outcome_sentence(Tally("x86", Counter(harmless=1, hung=11), 1))
        == "On x86: harmless in 1 of 12 crossings, hung in 11."
    )


def test_the_signs_are_hidden_from_screen_readers():
    html = driver_form.outcomes_html(made_up({"harmless": 2, "crashed": 1}))
    assert html.count('aria-hidden="true"') == len(MACHINES)
    assert "○○" in html
    assert "harmless in 2 of 3 crossings" in html


def test_a_notebook_shows_the_answers_the_outcomes_and_the_items():
    seen = driver_form.MyDriver(my_driver.answers(interrupt="line"), made_up({"degraded": 3}))
    text = repr(seen)
    for wanted in ("There is none", "degraded in all 3", "kexecdoc run --shutdown-callback missing", "- Drop the line"):
        assert wanted in text
    html = seen._repr_mimebundle_()["text/html"]
    assert "[src: note-interrupt]" in html
    assert "<code>" in html
    assert seen.bad == 0


# --- the checklist --------------------------------------------------------------------------------------------


def test_an_item_is_either_general_or_only_for_some_answers():
    for item in CHECKLIST.values():
        some = [given for given in ALL_ANSWERS if item.applies_to(given)]
        assert some
        assert item.general == (len(some) == len(ALL_ANSWERS)), item.id


def test_every_item_has_a_part_and_a_reason_with_sources():
    assert [part for part in PARTS if not any(item.part == part for item in CHECKLIST.values())] == []
    for item in CHECKLIST.values():
        assert item.text.endswith(".")
        assert item.why.endswith(".")
        assert item.sources or item.part == "test"
        assert set(item.sources) <= set(SOURCES)


def test_most_items_are_for_a_driver_that_does_nothing():
    most = {item.id for item in specific_items(my_driver.answers())}
    assert {"have-one", "stop-dma", "not-enough"} <= most
    least = {item.id for item in specific_items(my_driver.answers(shutdown="stops", bus_master="obeys"))}
    assert not least & {"have-one", "stop-dma", "not-enough", "share"}
    assert "other-bus" in {item.id for item in specific_items(my_driver.answers(bus_master="no-pci"))}
    assert "leave-out" in {item.id for item in specific_items(my_driver.answers(shutdown="remove"))}


def test_every_link_of_an_item_leads_to_a_heading_of_the_page():
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    slugs = {re.sub(r"[^\w\s-]", "", h).strip().lower().replace(" ", "-") for h in headings}
    slugs |= set(re.findall(r"\{ #([\w-]+) \}", PAGE))
    for item in CHECKLIST.values():
        assert set(re.findall(r"\]\(#([\w-]+)\)", item.why)) <= slugs


# --- the page -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page():
    """The page's data with made-up outcomes: for tests of its form, not of its content."""
    outcomes = {
        driver_page.case_of(given): made_up({"clean": 1} if my_driver.stopped(given) else {"hung": 1})
        for given in ALL_ANSWERS
    }
    return outcomes, driver_page.form(outcomes)


def test_the_form_has_a_row_for_every_set_of_answers_in_order(page):
    outcomes, data = page
    assert len(data["of"]) == len(ALL_ANSWERS)
    assert len(data["cases"]) == len(CASES) < 40
    for given, (case, reason, items) in zip(ALL_ANSWERS, data["of"], strict=True):
        assert list(outcomes)[case] == driver_page.case_of(given)
        assert data["because"][reason] == driver_form.because(given)
        assert list(data["lists"][items]) == [item.id for item in specific_items(given)]
        words = "".join(
            question["answers"][QUESTIONS[question["name"]].words.index(given[question["name"]])]["sets"]
            for question in data["questions"]
        )
        one = data["cases"][case]
        assert f"kexecdoc run{one['machine']}{words} --seed {one['seed']}" == driver_form.worst_command(
            given, made_up({"hung": 1})
        )
    assert len(gzip.compress(json.dumps(data).encode())) < limit("driver-answers")


def test_the_table_for_readers_without_javascript_has_each_callback(page):
    outcomes, _ = page
    table = driver_page.worst_table(outcomes).splitlines()[2:]
    assert len(table) == 6
    for callback in QUESTIONS["shutdown"].answers:
        rows = [row for row in table if callback.text in row]
        assert all(("✓ 1 clean" in row) == (callback.word in ("stops", "remove")) for row in rows)
        assert rows


def test_the_page_says_how_many_seeds_there_were():
    assert len(SEEDS) == 12
    assert "twelve seeds" in " ".join(PAGE.split())


def test_the_commands_on_the_page_have_the_outcomes_that_it_names():
    lines = re.findall(r"^kexecdoc (run .*)$", PAGE, re.MULTILINE)
    outcomes = {line: simulate(_scenario(build_parser().parse_args(line.split()))).verdict.outcome for line in lines}
    assert outcomes == {
        "run remove-hangs": "hung",
        "run bus-master-only": "clean",
        "run bus-master-only --obeys-bus-master no": "corrupted",
        "run bus-master-only --next-driver trusts": "corrupted",
    }
