"""A device from outside the package: the example on the page "Extending the machine"."""

import doctest
import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import your_own_device as example
from scenarios import BAD

from kexecdoc.crossing import Crossing, simulate
from kexecdoc.model.owners import OWNERS
from kexecdoc.model.scales import S
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.reading.run import Run, dumps
from kexecdoc.study.sweep import rows
from kexecdoc.views.tables import switch_tables
from kexecdoc.web.precomputed import explorer_files
from kexecdoc.web.widget import Explorer

WithCard, PERIOD = example.WithCard, example.PERIOD
LEFT = {"card_shutdown": "missing", "clear_bus_master": "no"}


# --8<-- [start:claims]
def left(run, result="landed"):
    """The number of leftover records with that result."""
    since = (e for e in run.log if e.t_ns > run.verdict.jump_ns)
    return sum(e.id.startswith("card0/") and e.kind == f"dma.{result}" for e in since)


def at(run, event_id):
    return next(e.t_ns for e in run.log if e.id == event_id)


def test_a_shutdown_callback_or_bus_master_stops_the_card():
    assert left(simulate(WithCard())) == 0
    gated = simulate(WithCard(card_shutdown="missing"))
    assert gated.verdict.outcome == "clean"
    assert left(gated) == 0
    assert left(gated, "stopped") > 100


def test_a_card_that_nothing_stops_writes_records_until_the_next_driver_resets_it():
    run = simulate(WithCard(**LEFT))
    assert left(run) == at(run, "next/card0-reset:0") // PERIOD - run.verdict.jump_ns // PERIOD
    assert run.at()["device/card0/engine"] == "stopped"


@pytest.mark.slow
def test_the_card_does_harm_only_if_the_next_kernel_reads_that_page():
    harmed = set()
    reset = at(simulate(WithCard(**LEFT)), "next/card0-reset:0")  # the same for every seed
    for seed in range(40):
        run = simulate(WithCard(**LEFT, seed=seed))
        ((page, _),) = run.log.start["device/card0/targets"]
        owners = [run.at(t)[f"frame/{page}/owner"] for t in (run.verdict.enter_ns, reset)]
        harmed.add(bad := any(OWNERS[owner].wrong for owner in owners))
        assert (run.verdict.outcome in BAD) == bad
    assert harmed == {True, False}


def test_the_card_does_not_change_when_packets_arrive():
    def packets(scenario):
        return [(e.id, e.t_ns) for e in simulate(scenario).log if e.id.startswith("eth0/arrival:")]

    assert packets(WithCard(**LEFT)) == packets(Scenario(clear_bus_master="no"))
    # --8<-- [end:claims]


def test_two_devices_that_one_bit_each_holds_back_are_named_together():
    verdict = simulate(WithCard(card_shutdown="missing", shutdown_callback="missing")).verdict
    assert verdict.devices.keys() >= {"card0", "eth0"}
    assert " were still running, but their Bus Master bits were clear" in verdict.summary


def test_a_boot_that_a_driver_holds_up_for_ever_ends_after_thirty_seconds(monkeypatch):
    monkeypatch.setattr(example.CardDriver, "probe", lambda self, new: new.pause(60 * S))
    verdict = simulate(WithCard()).verdict
    assert (verdict.outcome, verdict.reached_userspace) == ("hung", False)
    assert verdict.summary.startswith("Thirty seconds after the jump")


def test_a_plugged_driver_is_called_as_the_built_in_ones_are():
    run = simulate(WithCard(line_shared="yes", hotplug="conforming", hotplug_ports=2))
    functions = ["port0", "port1", "usb0", "nvme0", "eth0", "card0"]
    calls = [(path.split("/")[1], name) for e in run.log if e.kind == "call" for path, name in e.set.items()]
    assert calls[:6] == [(name, "shutdown") for name in reversed(functions)]
    assert calls[6:] == [(name, "probe") for name in functions]


def test_a_driver_says_what_ends_it_and_requests_its_line():
    class Removed(example.CardDriver):
        def request_interrupts(self, old):
            old.interrupts.begin_with_line(lambda _: False, "card0_intr")

        def ended_by(self, scenario):
            return "remove"

        def remove(self, old):
            with old.callback("card0", "remove", driver="none"):
                yield from old.pause(PERIOD)
                old.interrupts.free_line("card0_intr", old.cause)

    @dataclass(frozen=True, kw_only=True)
    class WithRemovedCard(WithCard):
        plugged: ClassVar = (Removed,)

    run = simulate(WithRemovedCard())
    assert run.log.start["line/35/masked"] is False
    removed = at(run, "old/card0-return:0")
    assert run.at(removed)["line/35/masked"] is True
    assert run.at(removed)["device/card0/driver"] == "none"


def test_in_a_panic_the_card_writes_where_the_capture_kernel_is_not():
    run = simulate(WithCard(card_shutdown="missing", path="panic"))
    assert left(run) == at(run, "next/card0-reset:0") // PERIOD - run.verdict.jump_ns // PERIOD
    assert set(run.verdict.landed_in) == {"old"}
    assert not run.verdict.wrong


@pytest.mark.parametrize("machine", ["arm64", "x86"])
@pytest.mark.parametrize("iova", ["hole", "ram"])
def test_behind_an_iommu_the_card_reaches_its_page_only_until_the_iommu_goes_off(machine, iova):
    run = simulate(WithCard(**LEFT, machine=machine, iommu="translate", iova=iova))
    ((page, _),) = run.log.start["device/card0/targets"]
    first = next(e for e in run.log if e.id == "card0/record:0")
    assert set(first.set) == {f"frame/{page}/bytes"}
    assert left(run, "faulted") > 10
    assert run.verdict.dma["faulted"] == left(run, "faulted")


def test_a_reset_of_the_hardware_resets_the_card_too():
    run = simulate(WithCard(card_shutdown="missing", path="reboot"))
    assert (left(run), run.verdict.outcome) == (0, "clean")
    assert run.at(at(run, "firmware/card0-reset:0"))["device/card0/engine"] == "stopped"
    assert left(simulate(WithCard(card_shutdown="missing", path="reboot", reset="none"))) > 100


def test_the_verdict_names_the_card():
    assert simulate(WithCard(**LEFT, seed=2)).verdict.summary.startswith(
        "The device card0 that the old kernel left running wrote into the next kernel's data"
    )
    both = simulate(WithCard(card_shutdown="missing", quiesce="none")).verdict.summary
    assert both.startswith("The device and the device card0 were still running")
    refused = simulate(WithCard(**LEFT, iommu="translate", on_abort="fatal")).verdict
    assert refused.outcome != "clean"
    assert "the device card0 that was left running was refused" in refused.summary


def test_a_byte_changed_outside_the_model_is_found_like_the_cards_records():
    (wrong,) = simulate(WithCard(**LEFT, seed=2)).verdict.decisive
    crossing = Crossing(WithCard(seed=2))
    while "next/card0-reset:0" not in crossing.log.id:
        crossing.env.step()
    crossing.computer.memory.ram[wrong.frame * 4096] ^= 0xFF
    (found,) = crossing.finish().verdict.decisive
    assert (found.frame, found.owner) == (wrong.frame, "next-data")


def test_a_switch_from_outside_is_checked_listed_and_swept_like_any_other():
    with pytest.raises(ScenarioError, match=r"^card-shutdwn: no such switch; did you mean card-shutdown\?$"):
        WithCard.of({"card-shutdwn": "missing"})
    with pytest.raises(ScenarioError, match=r"mising is not one of works, missing; did you mean missing\?$"):
        WithCard(card_shutdown="mising")
    assert list(switches(WithCard)) == [*switches(), "card-shutdown"]
    assert "## Capture card" in switch_tables(switches(WithCard).values())
    with pytest.raises(ScenarioError):
        Scenario.of({"card-shutdown": "missing"})
    made = list(rows("card-shutdown", WithCard(clear_bus_master="no"), seeds=2))
    assert [(row["card_shutdown"], row["dma_landed"] > 0) for row in made] == [
        ("works", False),
        ("works", False),
        ("missing", True),
        ("missing", True),
    ]


def test_a_run_with_the_card_is_a_log_like_any_other_the_same_each_time():
    scenario = WithCard(**LEFT, seed=2)
    run = simulate(scenario)
    text = dumps(run.to_log())
    assert dumps(simulate(scenario).to_log()) == text
    back = Run.from_log(json.loads(text), WithCard)
    assert back.scenario == scenario
    assert back.verdict == run.verdict
    assert scenario.but(quiesce="none").differences() == {
        "clear-bus-master": "no",
        "quiesce": "none",
        "card-shutdown": "missing",
        "seed": 2,
    }


def test_an_explorer_has_the_switch_in_hand_and_a_file_for_every_run():
    explorer = Explorer(example.EXPLORER, path="panic")
    assert explorer.run.scenario == WithCard(**LEFT, seed=2, path="panic")
    index, *runs = (json.loads(text) for _, text in explorer_files(example.EXPLORER))
    assert len(runs) == 8
    assert index["controls"][0]["name"] == "card-shutdown"
    assert index["defaults"]["card-shutdown"] == "works"
    assert index["own"] is explorer.own is True
    assert Explorer("just-a-branch").own is False


@pytest.mark.slow
def test_the_sessions_on_the_page_print_what_the_page_says():
    page = Path(example.__file__).parents[1] / "extending.md"
    failed, tried = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0
    assert tried > 10
