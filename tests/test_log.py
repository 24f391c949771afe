"""The log: its fold, its order, its schema."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from scenarios import any_scenario, crossed, run_of

from kexecdoc.crossing import simulate
from kexecdoc.model.death import Death
from kexecdoc.model.log import BudgetExceeded, Log, fold, frame_range, frames_path
from kexecdoc.model.log_schema import KINDS, PATHS
from kexecdoc.model.scenario import Scenario, ScenarioError
from kexecdoc.reading.assessment import assess
from kexecdoc.reading.facts import read
from kexecdoc.reading.run import Run

VECTORS = json.loads((Path(__file__).parent / "fold_vectors.json").read_text())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_fold_gives_the_states_of_the_shared_vectors(case):
    log = Log.from_columns(case["start"], case["events"])
    for at in case["at"]:
        assert fold(log.start, log, at["t_ns"]) == at["state"]


def test_the_crossing_written_by_hand_is_judged_by_what_was_read():
    case = VECTORS["cases"][0]
    verdict = assess(read(Log.from_columns(case["start"], case["events"])))
    assert (verdict.outcome, verdict.frames_corrupted) == ("crashed", 1)
    assert verdict.wrong[0][:4] == (5, "next-text", 6000, "eth0/buffer:1")
    assert verdict.dma == {"landed": 1}
    assert [flip[:4] for flip in verdict.flips] == [(0, 8201, 1073758208 + 1025, 1)]


@given(any_scenario())
def test_events_are_in_order_with_unique_ids_and_earlier_causes(scenario):
    log = run_of(scenario).log
    seen: set[str] = set()
    for event in log:
        assert event.id not in seen
        assert event.cause is None or event.cause in seen
        seen.add(event.id)
    assert log.t_ns == sorted(log.t_ns)


def test_frame_paths_survive_a_round_trip():
    for first, count in ((0, 1), (7, 1), (512, 256), (4095, 1)):
        assert frame_range(frames_path(first, count, "owner")) == range(first, first + count)
        assert not frame_range(frames_path(first, count, "owner"), "bytes")
    assert not frame_range("device/eth0/targets")
    assert not frame_range("lpi/0/8193", "bytes")


@given(any_scenario())
def test_every_path_and_kind_is_documented(scenario):
    documented = {re.sub(r"\b[NCFVIK]\b", "#", path) for path in PATHS}
    made = run_of(scenario).log
    used = {path for set_ in (made.start, *made.set) for path in set_}
    plain = {re.sub(r"/(\d+(-\d+)?|eth0|nvme0|usb0|port\d+)(?=/|$)", "/#", path) for path in used}
    plain = {re.sub(r"^object/.*", "object/NAME", path) for path in plain}
    assert plain <= documented
    assert set(made.kind) <= set(KINDS)


def test_the_reasons_of_a_death_are_documented():
    assert set(re.findall(r"`([a-z-]+)`", PATHS["death"])) == {*Death, "crashed", "hung"}


@given(any_scenario())
def test_a_machine_that_dies_has_a_reason_and_no_other_has(scenario):
    run = run_of(scenario)
    end = run.at()
    assert (end["running"] in ("crashed", "hung")) == ("death" in end)
    assert run.verdict.death == end.get("death")


def test_a_run_read_back_from_its_log_is_the_same_run():
    run = crossed("quiesce=none clear-bus-master=no")
    again = Run.from_log(json.loads(json.dumps(run.to_log())))
    assert again.to_json() == run.to_json()
    assert again.at(10**8) == run.at(10**8)


def test_a_log_of_another_schema_or_with_unequal_columns_is_refused():
    data = crossed("").to_log()
    with pytest.raises(ValueError, match="kexecdoc-log/1"):
        Run.from_log({**data, "schema": "something-else/2"})
    with pytest.raises(ValueError, match="equal length"):
        Run.from_log({**data, "events": {**data["events"], "id": []}})


def test_a_log_holds_no_more_events_than_its_budget():
    class Clock:
        now = 0

    log = Log(Clock(), budget=1)
    log.record("a:0", "step")
    with pytest.raises(BudgetExceeded):
        log.record("a:1", "step")


@pytest.mark.slow
def test_a_scenario_beyond_the_budget_is_refused_by_the_name_of_its_switch():
    busy = Scenario(quiesce="none", clear_bus_master="no", dma="cyclic", next_driver="absent", traffic=20_000)
    with pytest.raises(ScenarioError, match=r"^traffic: 20000 makes more than 50,000 events"):
        simulate(busy)
