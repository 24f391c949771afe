"""Level interrupts, the proposal to mask at the controller, on-chip pending bits, hot-plug ports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenarios import crossed, runs, scenario, texts

from kexecdoc.crossing import simulate
from kexecdoc.model.scales import INTERRUPT_COST
from kexecdoc.model.scenario import KERNELS
from kexecdoc.registries.versions import version
from kexecdoc.study import closed_forms

LEFT = "quiesce=none clear-bus-master=no interrupt=intx loader=file handover=kho"
"""Left running with its line asserted; the handover keeps its writes away from the image."""

MACHINES = ("arm64", "x86")


def printed(run):
    return " | ".join(texts(run))


@pytest.mark.parametrize("machine", MACHINES)
def test_bus_master_does_not_stop_a_line(machine):
    run = crossed(f"machine={machine} interrupt=intx quiesce=none line-shared=yes")
    assert run.at(run.verdict.jump_ns)["gate/eth0/bus-master"] is False
    assert run.verdict.line_disabled


@pytest.mark.parametrize("machine", MACHINES)
def test_a_line_without_a_sharer_or_a_driver_stays_silent(machine):
    run = crossed(f"machine={machine} {LEFT} next-driver=absent")
    end = run.at()
    line = "35" if machine == "arm64" else "11"
    assert end[f"line/{line}/asserted"] is True
    assert end[f"line/{line}/masked"] is True
    assert run.verdict.storms == 0


@pytest.mark.parametrize("machine", MACHINES)
def test_the_storm_starts_with_the_request_of_the_driver_beside_it(machine):
    run = crossed(f"machine={machine} {LEFT} line-shared=yes")
    request = next(e for e in run.log if e.id == "next/request-line:0")
    storm = next(e for e in run.log if e.kind == "storm")
    assert storm.t_ns == request.t_ns
    assert storm.id == "next/storm:0"


@pytest.mark.parametrize("machine", MACHINES)
def test_a_storm_ends_at_the_detectors_threshold_as_arithmetic_says(machine):
    run = crossed(f"machine={machine} {LEFT} line-shared=yes")
    begin, end = (e.t_ns for e in run.log if e.kind == "storm")
    assert run.verdict.unhandled == 100_000
    assert end - begin == closed_forms.storm_ns(1) - INTERRUPT_COST  # the first of them started it
    number = 35 if machine == "arm64" else 11
    lines = [t for t in texts(run) if "irq" in t.lower() or "handlers" in t]
    assert f'irq {number}: nobody cared (try booting with the "irqpoll" option)' in lines
    assert f"Disabling IRQ #{number}" in lines
    assert lines.index("handlers:") + 1 < len(lines) + 1
    assert run.verdict.outcome == "degraded"


@pytest.mark.parametrize("machine", MACHINES)
def test_a_storm_of_interrupts_takes_few_events(machine):
    assert len(crossed(f"machine={machine} {LEFT} line-shared=yes").log) < 4_000


@pytest.mark.parametrize("machine", MACHINES)
def test_the_boot_stops_during_a_storm_and_continues_after_it(machine):
    calm, storm = (crossed(f"machine={machine} {LEFT} line-shared=yes {more}") for more in ("quiesce=shutdown", ""))
    assert storm.verdict.reached_userspace
    longer = (storm.verdict.userspace_ns - storm.verdict.enter_ns) - (calm.verdict.userspace_ns - calm.verdict.enter_ns)
    assert longer >= 100_000 * INTERRUPT_COST - INTERRUPT_COST


def test_devices_on_a_disabled_line_are_polled():
    run = crossed(f"machine=x86 {LEFT} line-shared=yes next-driver=absent")
    probe = {e.id: e.t_ns for e in run.log}
    killed = next(e.t_ns for e in run.log if e.id == "next/storm-end:0")
    served = next(e.t_ns for e in run.log if e.id.startswith("next/usb0-serve"))
    assert served - killed == 100_000_000
    assert probe["next/usb0-return:0"] == served


def test_irqpoll_postpones_the_end_by_whole_windows_and_does_not_avoid_it():
    windows = set()
    for run in runs(f"machine=x86 {LEFT} line-shared=yes irqpoll=yes", 12):
        assert run.verdict.line_disabled
        whole, rest = divmod(run.verdict.unhandled, 100_000)
        assert rest == 0
        windows.add(whole)
    assert len(windows) > 1


def test_a_later_sharers_request_enables_the_line_again():
    run = crossed(f"machine=x86 {LEFT} line-shared=yes next-driver=resets")
    assert run.at()["line/11/disabled"] is False
    assert run.at()["line/11/masked"] is False
    assert run.verdict.outcome == "degraded"  # the line was disabled at some time


def test_a_driver_that_does_not_know_the_old_state_storms_on_its_own_line():
    run = crossed(f"machine=x86 {LEFT} next-driver=trusts")
    assert run.verdict.line_disabled
    assert not crossed(f"machine=x86 {LEFT} next-driver=resets").verdict.line_disabled


def test_an_overrun_interrupts_too():
    """With a dry ring the packet is lost, but the line is still asserted."""
    run = crossed(f"machine=x86 {LEFT} ring-size=1 line-shared=yes")
    assert run.verdict.line_disabled


@pytest.mark.slow
def test_a_stale_remote_irr_is_cleared_by_both_kernels():
    """On the crash path local interrupts go off before the I/O APIC is cleared: one in between stays latched."""
    latched = 0
    for seed in range(40):
        run = crossed("path=panic machine=x86 interrupt=intx traffic=1000", seed)
        clear = next(e.t_ns for e in run.log if e.id == "old/clear-io-apic:0")
        before = run.at(clear - 1)["line/11/remote-irr"]
        latched += before
        assert run.at(clear)["line/11/remote-irr"] is False
    assert latched > 0


# --- masking at the controller -----------------------------------------------------------------------------


def test_masking_at_the_controller_does_not_stop_lpis_from_being_recorded():
    words = "quiesce=none clear-bus-master=no firmware=devicetree dma=cyclic"
    plain, masked = crossed(words), crossed(f"{words} mask-at-controller=yes")
    assert masked.verdict.bits_recorded > 0
    assert plain.verdict.bits_recorded > 0


@pytest.mark.parametrize("machine", MACHINES)
def test_masking_at_the_controller_does_not_stop_dma(machine):
    words = f"machine={machine} quiesce=none clear-bus-master=no"
    plain, masked = crossed(words), crossed(f"{words} mask-at-controller=yes")
    assert masked.verdict.dma["landed"] > 0
    assert abs(masked.verdict.dma["landed"] - plain.verdict.dma["landed"]) < 40


def test_masking_at_the_controller_does_not_stop_a_message_on_x86():
    run = crossed("machine=x86 path=panic mask-at-controller=yes")
    assert run.verdict.stray_vectors > 0


def test_a_masked_level_interrupt_fires_when_it_is_unmasked():
    run = crossed(f"machine=x86 {LEFT} line-shared=yes mask-at-controller=yes")
    assert run.verdict.line_disabled


@pytest.mark.slow
def test_on_the_crash_path_the_masking_itself_can_be_what_hangs():
    broken = [run.verdict.broken[0] for run in runs("path=panic heap-damage=0.3", 40)]
    assert {"irq descriptors", "bus lock of an interrupt chip"} & set(broken)


# --- pending bits on chip ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_cache_writes_bits_back_when_it_is_full_or_lpis_are_disabled():
    words = "quiesce=none clear-bus-master=no firmware=devicetree dma=cyclic"
    through, held = crossed(words), crossed(f"{words} lpi-cache=8")
    late = [f.t_ns for f in held.verdict.flips]
    assert min(late) > max(f.t_ns for f in through.verdict.flips)
    disabled = next(e.t_ns for e in held.log if e.id == "next/redistributor0:0")
    assert set(late) == {disabled}
    small = crossed(f"{words} lpi-cache=2")
    spilled = [e for e in small.log if "/spill:" in e.id and e.t_ns < disabled]
    assert spilled


def test_a_stuck_redistributor_never_writes_back_what_it_holds():
    run = crossed("quiesce=none clear-bus-master=no firmware=devicetree dma=cyclic lpi-cache=8 lpi-disable=sticky")
    assert run.verdict.flips == []
    assert any(path.startswith("lpi-cache/0/") and value for path, value in run.at().items())


@pytest.mark.parametrize("lines", [0, 1, 2, 4, 8])
def test_the_footprint_is_one_bit_for_each_live_lpi_with_any_cache(lines):
    for run in runs(f"quiesce=none clear-bus-master=no firmware=devicetree dma=cyclic lpi-cache={lines}", 8):
        assert len({(f.cpu, f.intid) for f in run.verdict.flips}) <= closed_forms.lpi_footprint_bits()


# --- hot-plug ports --------------------------------------------------------------------------------------------

EXPECTED = [
    ("7.3", 1000, 1.11),
    ("7.3", 250, 1.62),
    ("6.12", 250, 1.62),
    ("6.1", 1000, 1.21),
    ("6.1", 250, 2.02),
    ("4.17", 250, 2.02),
]


@pytest.mark.parametrize(("kernel", "hz", "seconds"), EXPECTED)
def test_a_disabling_command_that_never_completes_is_waited_for(kernel, hz, seconds):
    waited = closed_forms.hotplug_ns(scenario(f"kernel={kernel} hz={hz} hotplug=cf118")) / 1e9
    assert waited == pytest.approx(seconds, abs=0.01)
    slow, calm = (
        crossed(f"kernel={kernel} hz={hz} hotplug={what} hotplug-ports=3") for what in ("cf118", "cf118-quirked")
    )
    assert (slow.verdict.jump_ns - calm.verdict.jump_ns) / 1e9 == pytest.approx(3 * seconds, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", [kernel for kernel in KERNELS if version(kernel) >= version("4.15")])
@given(hz=st.integers(250, 1000))
def test_arithmetic_from_the_source_gives_the_wait_that_the_log_has(kernel, hz):
    run = simulate(scenario(f"kernel={kernel} hotplug=cf118", hz=hz))
    waits = [wait.lost_ns for wait in run.facts.waits]
    assert waits == [10**9 // hz, closed_forms.hotplug_ns(run.scenario)]


def test_the_two_messages_have_the_ages_of_the_old_and_the_new_command():
    lines = [t for t in texts(crossed("hotplug=cf118 kernel=4.17"), "old") if "hotplug" in t]
    assert lines[0].startswith("pciehp 0000:00:1c.0:pcie004: Timeout on hotplug command 0x1038 (issued 653")
    assert lines[1] == "pciehp 0000:00:1c.0:pcie004: Timeout on hotplug command 0x0000 (issued 2020 msec ago)"
    new = [t for t in texts(crossed("hotplug=cf118"), "old") if "hotplug" in t]
    assert new[0].startswith("pcieport 0000:00:1c.0: pciehp: Timeout on hotplug command 0x1038 (issued 653")


@pytest.mark.parametrize(
    "words", ["kernel=4.12 hotplug=cf118", "hotplug=cf118-quirked", "hotplug=conforming", "path=panic hotplug=cf118"]
)
def test_no_port_is_waited_for_unless_it_has_the_erratum_and_no_quirk(words):
    assert crossed(words).verdict.lost_ns == 0


def test_a_ports_bit_gates_the_device_below_until_the_next_port_driver_sets_it():
    run = crossed("hotplug=conforming quiesce=none obeys-bus-master=no dma=cyclic next-driver=absent")
    opened = next(e.t_ns for e in run.log if e.id == "next/port0-set-master:0")
    for e in run.log:
        if e.kind.startswith("dma.") and e.t_ns > run.verdict.jump_ns and e.t_ns != opened:
            assert (e.kind == "dma.stopped") == (e.t_ns < opened)
    assert crossed("quiesce=none obeys-bus-master=no dma=cyclic").verdict.dma["stopped"] == 0
