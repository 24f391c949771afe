"""What holds for every scenario and seed."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios import any_ordinary, any_scenario, any_value, run_of

from kexecdoc.crossing import Crossing, simulate
from kexecdoc.model.log import frame_range
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.reading.verdict import OUTCOMES
from kexecdoc.study.closed_forms import quiet_its_ns

NEXT_KERNELS = ("lpi-policy", "next-driver", "seed", "traffic", "dma")


def leftover(run, *acts):
    """The device's events after the jump, while it follows the old kernel's programming."""
    reset = next((e.t_ns for e in run.log if e.id == "next/eth0-reset:0"), run.verdict.end_ns + 1)
    return [
        e
        for e in run.log
        if e.id.split(":")[0] in {f"eth0/{act}" for act in acts} and run.verdict.jump_ns <= e.t_ns < reset
    ]


@pytest.mark.slow
@given(any_ordinary(quiesce="none"))
def test_every_leftover_write_ends_in_exactly_one_way(scenario):
    run = simulate(scenario)
    ends = Counter(e.id for e in run.log if e.kind.startswith("dma."))
    assert set(ends.values()) <= {1}
    arrivals = leftover(run, "arrival")
    buffers = leftover(run, "buffer")
    assert [e.cause for e in buffers] == [e.id for e in arrivals]
    counts = Counter(e.kind for e in leftover(run, "buffer", "held-buffer", "descriptor"))
    assert counts == {f"dma.{end}": n for end, n in run.verdict.dma.items() if n}


@given(any_ordinary(quiesce="none", dma="ring"))
def test_a_leftover_ring_writes_at_most_its_buffers_and_its_descriptors(scenario):
    run = simulate(scenario)
    left = Counter(
        e.id.split(":")[0] for e in leftover(run, "buffer", "held-buffer", "descriptor") if e.kind != "dma.stopped"
    )
    assert left["eth0/buffer"] + left["eth0/held-buffer"] <= scenario.ring_size
    assert left["eth0/descriptor"] <= scenario.ring_size


@given(any_ordinary())
def test_clean_means_that_nothing_was_left_over(scenario):
    run = simulate(scenario)
    v = run.verdict
    nothing = not any(c[k] for c in (v.dma, v.msi) for k in ("landed", "missed", "faulted")) and not v.bits_recorded
    assert v.outcome in OUTCOMES
    assert v.outcome != "clean" or nothing
    assert v.outcome not in ("clean", "harmless", "degraded") or not v.wrong
    assert v.outcome not in ("crashed", "hung") or v.wrong or v.jump_ns is None


@given(
    any_ordinary(
        quiesce="shutdown", **{"shutdown-callback": "works", "lpi-disable": "clearable", "image-placement": "clear"}
    )
)
def test_a_working_shutdown_is_always_clean_if_lpis_can_be_cleared(scenario):
    assert simulate(scenario).verdict.outcome == "clean"


@given(any_ordinary(quiesce="none"))
def test_wrong_bytes_are_found_only_where_they_were_written(scenario):
    run = simulate(scenario)
    for wrong in run.verdict.wrong:
        assert wrong.writer.startswith(("eth0/", "redistributor", "next/reset-property-table"))
        assert scenario.image_placement == "over-tables" or not wrong.writer.startswith("next/")
        assert wrong.written_ns <= wrong.t_ns


@given(any_ordinary(quiesce="none", firmware="devicetree"))
def test_only_a_naive_next_kernel_flips_bits_after_the_its_is_quiet(scenario):
    run = simulate(scenario)
    late = [f for f in run.verdict.flips if f.t_ns > run.verdict.jump_ns + quiet_its_ns(scenario)]
    assert not late or (scenario.lpi_policy, scenario.lpi_disable) == ("naive", "sticky")
    assert len(run.verdict.flips) <= run.verdict.bits_recorded


def bad(scenario):
    return simulate(scenario).verdict.outcome in ("corrupted", "crashed", "hung")


CURES = {
    "A driver that stops its DMA engine before the jump": {"quiesce": "shutdown", "shutdown-callback": "works"},
    "a PCI core that clears Bus Master": {"clear-bus-master": "yes"},
    "a PCI core that knew the device to be powered": {"power-state": "known"},
    "a device that obeys Bus Master": {"obeys-bus-master": "yes"},
    "a next driver that resets the device before it sets Bus Master": {"next-driver": "resets"},
    "booting the first kernel through UEFI": {"firmware": "efi"},
    "a next kernel that reuses reserved tables": {"lpi-policy": "reuse", "firmware": "efi"},
    "An image loaded clear of the old tables": {"image-placement": "clear"},
    "a first boot through UEFI, which reserves them": {"firmware": "efi"},
    "A shutdown callback, which frees nothing": {"quiesce": "shutdown", "shutdown-callback": "works"},
}


@pytest.mark.slow
@settings(max_examples=150)
@given(any_ordinary(quiesce="none", iommu="off"))
def test_the_prevention_that_a_summary_names_works(scenario):
    verdict = simulate(scenario).verdict
    if not verdict.wrong:
        return
    claimed = [cure for words, cure in CURES.items() if words in verdict.summary]
    assert claimed
    writer = min(verdict.decisive, key=lambda w: w.written_ns).writer.split("/")[0]
    for cure in claimed:
        cured = simulate(scenario.but(**cure)).verdict
        assert not any(w.writer.startswith(writer) for w in cured.decisive), cure


@given(any_ordinary(quiesce="none"))
def test_the_summary_names_what_the_kernel_died_of(scenario):
    run = simulate(scenario)
    said = " ".join(line["text"] for line in run.console())
    summary, decisive = run.verdict.summary, run.verdict.decisive
    if run.verdict.outcome == "crashed":
        owner = decisive[0].owner
        assert ("Undefined instruction" in said) == (owner == "next-text")
        assert ("paging request" in said) == (owner == "next-tables")
        assert ("Unable to mount root" in said) == (owner == "next-initramfs")
    if len(decisive) > 1:
        assert f"the first of {len(decisive)} frames" in summary
    assert {w.owner for w in decisive} <= {decisive[0].owner} if decisive else not run.verdict.wrong


@given(any_ordinary())
def test_the_log_folds_to_the_machine_as_it_is_at_the_end(scenario):
    crossing = Crossing(scenario)
    end = crossing.finish().at()
    computer = crossing.computer
    for frame in range(4096):
        assert end[f"frame/{frame}/owner"] == computer.memory.owner(frame)
    for cpu, redistributor in zip(computer.cpus, computer.chips.redistributors, strict=True):
        assert end[f"cpu/{cpu.number}/online"] == cpu.online
        assert end[f"cpu/{cpu.number}/interrupts"] == cpu.interrupts
        assert end[f"redistributor/{cpu.number}/pending"] == redistributor.pending_table
        assert end[f"redistributor/{cpu.number}/enable-lpis"] == redistributor.enable_lpis
        for path, bit in end.items():
            if path.startswith(f"lpi/{cpu.number}/"):
                assert bit == redistributor.pending(int(path.split("/")[2])), path
    for name, function in computer.bus.functions.items():
        assert end[f"gate/{name}/bus-master"] == function.bus_master
        assert end[f"gate/{name}/smmu"] == computer.chips.iommu.gate(name)
    routed = {p: v for p, v in end.items() if p.startswith("vector/") and v}
    routes = {
        f"vector/{f}/{e}": {"intid": r.intid, "cpu": r.collection} for (f, e), r in computer.chips.its.routes.items()
    }
    assert routed == routes


@given(any_scenario())
def test_no_event_assigns_a_frame_twice(scenario):
    run = run_of(scenario)
    for assignments in (run.log.start, *run.log.set):
        said = [(frame, path.split("/")[2]) for path in assignments for frame in frame_range(path)]
        assert len(said) == len({*said})


@given(any_ordinary())
def test_no_leftover_message_is_delivered_on_this_path(scenario):
    """Its vectors are on CPU 0, which masks itself before the jump; the next kernel's ITS does not know them."""
    assert simulate(scenario).verdict.msi["delivered"] == 0


@given(any_scenario())
def test_durations_add_up_and_the_counts_of_the_json_do_too(scenario):
    data = run_of(scenario).to_json()
    times = data["time_ms"]
    assert abs(times["total"] - sum(times[k] or 0 for k in ("shutdown", "jump", "boot"))) < 1e-6
    dma = data["dma"]
    assert dma["attempted"] == dma["stopped_by_bus_master"] + dma["faulted"] + dma["missed"] + dma["landed"]
    assert sum(dma["landed_in"].values()) == dma["landed"]
    assert (times["boot"] is not None) == data["reached_userspace"]


@given(
    any_ordinary(),
    st.sampled_from([n for n in switches() if n not in ("seed", "traffic", "dma", "machine", "interrupt")]),
    st.data(),
)
def test_flipping_another_switch_leaves_the_arrivals_as_they_were(scenario, name, data):
    before, after = (arrivals(simulate(s)) for s in (scenario, scenario.but(**{name: data.draw(any_value(name))})))
    assert all(after[event_id] == t for event_id, t in before.items() if event_id in after)


def arrivals(run):
    return {e.id: e.t_ns for e in run.log if e.kind == "arrival"}


@given(any_ordinary(), st.sampled_from(["resets", "trusts", "absent"]))
def test_the_next_kernels_driver_changes_nothing_before_its_probe(scenario, driver):
    """Causality: the log up to the probe is the same, event by event."""
    one, two = simulate(scenario), simulate(scenario.but(next_driver=driver))
    probe = min((e.t_ns for r in (one, two) for e in r.log if e.id.startswith("next/eth0-")), default=None)
    before = [[e for e in r.log if probe is None or e.t_ns < probe] for r in (one, two)]
    assert probe is None or before[0] == before[1]


@given(any_ordinary(**{"remove-callback": "works"}))
def test_the_image_overlaps_tables_only_where_the_scenario_says_so(scenario):
    run = simulate(scenario)
    start = run.at(0)
    copied = {frame for e in run.log if e.kind == "copy" for path in e.set for frame in frame_range(path, "owner")}
    owners = {start[f"frame/{frame}/owner"] for frame in copied}
    assert len(copied) == 1024
    assert owners <= {"old", "dma-buffer", "descriptor-ring", "lpi-table", "its-table"}
    assert not any(start.get(f"frame/{frame}/kept") for frame in copied)
    reserved = scenario.firmware == "efi" and scenario.lpi_policy == "reuse"
    over_tables = scenario.image_placement == "over-tables" and not reserved
    assert ("lpi-table" in owners) == over_tables
    assert "its-table" not in owners or over_tables


def test_a_scenario_has_a_default_for_everything():
    assert Scenario().differences() == {}
