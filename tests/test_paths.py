"""Panic, reboot, x86, handover: what must hold on the other paths."""

import pytest
from hypothesis import given
from scenarios import any_scenario, crossed, run_of, runs, scenario, texts

from kexecdoc.crossing import Crossing, exit_steps, simulate
from kexecdoc.model.scenario import switches

LEFT = "quiesce=none clear-bus-master=no"
OURS = ("next-text", "next-data", "next-tables", "next-initramfs", "next-free", "crash-reserved", "image", "its-table")
"""The number of a capture kernel's frames by owner."""


def printed(run, kernel="next"):
    return " | ".join(texts(run, kernel))


# --- panic -------------------------------------------------------------------------------------------------


@given(any_scenario(path="panic", iommu="off", **{"crash-memory": "reserved"}))
def test_leftover_dma_never_writes_a_capture_kernel_in_reserved_memory(scenario):
    run = run_of(scenario)
    if scenario.crash_work == "in-place":
        return  # no capture kernel, no reserved memory that is used
    assert not set(run.verdict.landed_in) & set(OURS)
    assert not any(w.writer.startswith("eth0/") for w in run.verdict.wrong)


@given(
    any_scenario(path="panic", machine="x86", iommu="identity", **{"crash-memory": "reserved", "crash-work": "minimal"})
)
def test_leftover_dma_never_hits_a_capture_kernel_in_reserved_memory(scenario):
    assert not set(run_of(scenario).verdict.landed_in) & set(OURS)


@given(
    any_scenario(
        path="panic",
        iommu="off",
        interrupt="msi",
        **{"crash-memory": "reserved", "crash-work": "minimal", "heap-damage": 0, "msi-resend": "no"},
    )
)
def test_the_dump_is_captured_where_nothing_is_damaged_and_nothing_screams(scenario):
    assert run_of(scenario).to_json()["dump"] == "captured"


def test_a_capture_kernel_in_ordinary_memory_is_hit_in_some_seeds():
    what_if = runs("path=panic crash-memory=none")
    assert {"corrupted", "crashed"} & {run.verdict.outcome for run in what_if}
    for run in what_if:
        assert (run.to_json()["dump"] == "captured") == (run.verdict.outcome in ("clean", "harmless"))


def test_shared_crash_memory_costs_ten_seconds_and_a_ring_is_dry_by_then():
    for seed in range(5):
        run = crossed("path=panic crash-memory=cma", seed)
        assert run.verdict.jump_ns == pytest.approx(10_002_005_000, abs=10_000)
        assert run.verdict.dry_at_jump
        assert not run.verdict.dma
    slow = crossed("path=panic crash-memory=cma traffic=10 ring-size=600")
    assert not slow.verdict.dry_at_jump


@pytest.mark.slow
def test_a_cyclic_device_still_writes_into_shared_crash_memory():
    hit = [set(run.verdict.landed_in) & set(OURS) for run in runs("path=panic crash-memory=cma dma=cyclic traffic=200")]
    assert any(hit)


def test_on_arm64_in_flight_dma_is_aborted_once_the_capture_kernel_resets_the_smmu():
    for gbpa in ("bypass", "abort"):
        run = crossed(f"path=panic iommu=translate next-driver=absent dma=cyclic gbpa={gbpa}")
        on = next(e.t_ns for e in run.log if e.id == "next/smmu-enable:0")
        ends = {(e.kind, e.t_ns >= on) for e in run.log if e.kind.startswith("dma.") and e.t_ns > run.verdict.jump_ns}
        assert ends == {("dma.landed", False), ("dma.faulted", True)}
        assert set(run.verdict.landed_in) == {"old"}
        assert "SMMU currently enabled! Resetting..." in printed(run)
        assert "event" not in printed(run)  # its event queue is off


@pytest.mark.parametrize("kernel", ["7.3", "6.12"])
def test_with_an_identity_smmu_dma_is_refused_until_the_device_is_attached(kernel):
    run = crossed(f"path=panic iommu=identity next-driver=trusts dma=cyclic kernel={kernel} traffic=1000")
    on = next(e.t_ns for e in run.log if e.id == "next/smmu-enable:0")
    attached = next(e for e in run.log if e.id == "next/smmu-attach-eth0:0")
    assert (attached.cause == "next/iommu:0") == (kernel == "7.3")
    for e in run.log:
        if e.kind.startswith("dma.") and e.t_ns > run.verdict.jump_ns and e.t_ns != attached.t_ns:
            assert (e.kind == "dma.faulted") == (on < e.t_ns < attached.t_ns)


def test_a_refused_request_may_kill_the_capture_kernel():
    run = crossed("path=panic iommu=translate dma=cyclic on-abort=fatal")
    assert (run.verdict.outcome, run.to_json()["dump"]) == ("crashed", "lost")
    assert "Asynchronous SError Interrupt" in printed(run)
    assert crossed("path=panic iommu=translate dma=cyclic").to_json()["dump"] == "captured"


def test_on_x86_the_old_tables_are_copied_and_dma_still_lands():
    run = crossed("path=panic machine=x86 iommu=translate next-driver=absent dma=cyclic")
    assert set(run.verdict.dma) == {"landed"}
    assert set(run.verdict.landed_in) == {"old"}
    assert "Copied translation tables from previous kernel" in printed(run)
    assert "Copied IR table" in printed(run)


@pytest.mark.parametrize("firmware", ["efi", "devicetree"])
def test_a_capture_kernel_takes_the_lpi_tables_as_they_are(firmware):
    run = crossed(f"path=panic firmware={firmware} lpi-disable=sticky")
    assert run.verdict.tables == "reused"
    assert "Using preallocated redistributor tables" in printed(run)
    assert "Expected reserved range" not in printed(run)


@given(
    any_scenario(
        path="panic", hotplug="none", **{"remove-callback": "works", "quiesce": "none", "quiesce-disk": "shutdown"}
    )
)
def test_the_crashed_kernel_never_touches_bus_master(scenario):
    run = run_of(scenario)
    assert not any(e.id.startswith("old/") and any(p.endswith("bus-master") for p in e.set) for e in run.log)


def test_a_resending_device_hangs_an_x86_capture_kernel():
    """At the default rate, one of the messages that are not acknowledged is always for CPU 0."""
    for run in runs("path=panic machine=x86 msi-resend=yes"):
        last = run.log.id[-1], run.at()["step"]
        assert run.verdict.outcome == "hung"
        assert run.to_json()["dump"] == "lost"
        assert not run.verdict.wrong
        assert last[1] == "next/interrupts-on"
        assert "nobody cared" not in printed(run)
        assert run.verdict.unhandled == 0


def test_on_arm64_such_a_device_leaves_one_pending_bit_at_most_and_no_hang():
    for run in runs("path=panic msi-resend=yes"):
        assert run.verdict.bits_recorded <= 1
        assert run.to_json()["dump"] == "captured"
    at_jump = crossed("path=panic").at(crossed("path=panic").verdict.jump_ns)
    assert at_jump["device/eth0/msi"] == "masked"


@pytest.mark.parametrize("machine", ["arm64", "x86"])
def test_with_bus_master_clear_a_resending_device_does_nothing(machine):
    for run in runs(f"machine={machine} quiesce=none msi-resend=yes"):
        assert run.verdict.outcome == "clean"
        assert run.verdict.msi["delivered"] == 0


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        ("7.3", "No irq handler for 0."),
        ("6.12", "No irq handler for 0."),
        ("6.1", "__common_interrupt: 0."),
        ("4.17", "do_IRQ: 0."),
    ],
)
def test_a_stray_message_on_x86_is_counted_printed_and_harmless(kernel, words):
    run = crossed(f"path=panic machine=x86 kernel={kernel}")
    assert run.verdict.outcome == "harmless"
    assert run.verdict.stray_vectors > 0
    assert words in printed(run)


@pytest.mark.parametrize("machine", ["arm64", "x86"])
def test_the_crash_path_has_exactly_the_steps_of_its_architecture(machine):
    steps = [step.name.removeprefix("old/") for step in exit_steps(scenario(f"path=panic machine={machine}"))]
    middle = {"arm64": ["crash_stop_cpus", "mask_interrupts"], "x86": ["crash_stop_cpus", "crash_shutdown"]}[machine]
    assert steps == ["panic", "crash_kexec", *middle, "machine_kexec"]


@pytest.mark.slow
def test_waits_on_the_crash_path_are_limited():
    stuck = [run for run in runs("path=panic heap-damage=0.2", 60) if run.verdict.jump_ns]
    waits = {round(run.verdict.jump_ns / 1e9, 2) for run in stuck}
    assert waits <= {0.0, 0.01, 1.11, 1.12}
    assert 1.11 in waits or 1.12 in waits


def test_after_a_dump_in_place_the_machine_reboots_through_firmware():
    full = crossed("path=panic crash-work=in-place")
    assert "Brought up 1 node, 4 CPUs" in printed(full)
    assert full.to_json()["time_ms"]["jump"] is None
    none = crossed("path=panic crash-work=in-place reset=none firmware=efi")
    assert "Expected reserved range" in printed(none)
    x86 = crossed("path=panic crash-work=in-place reset=none machine=x86 iommu=translate ring-size=1")
    assert "Translation was enabled for dmar0 but we are not in kdump mode" in printed(x86)


def test_a_line_that_is_never_masked_hangs_the_next_kernel():
    run = crossed("path=panic crash-work=in-place reset=none machine=x86 interrupt=intx ring-size=1")
    assert (run.verdict.outcome, run.verdict.unhandled) == ("hung", 0)
    assert "nobody counts" in run.verdict.summary


@pytest.mark.slow
def test_cpus_that_do_not_stop_are_named():
    for run in runs("path=panic crash-work=notifiers heap-damage=0.1", 30):
        assert printed(run, "old").count("stopping secondary CPUs") <= 1
        stops = [e for e in run.log if e.id.startswith("old/cpu-stop")]
        assert len(stops) in (0, 3)
        assert (run.verdict.jump_ns or 0) < 1_200_000_000


@given(any_scenario())
def test_no_more_messages_are_delivered_than_landed(scenario):
    msi = run_of(scenario).to_json()["msi"]
    assert msi["delivered"] <= msi["landed"] <= msi["sent"]


@given(any_scenario())
def test_a_run_ends_a_second_after_userspace(scenario):
    verdict = run_of(scenario).verdict
    if verdict.reached_userspace and verdict.outcome not in ("hung", "crashed"):
        assert verdict.end_ns - verdict.userspace_ns == 1_000_000_000


# --- reboot ------------------------------------------------------------------------------------------------


@given(any_scenario(path="reboot", reset="full", hotplug="none", **{"on-abort": "ignored"}))
def test_a_full_reset_leaves_nothing_of_what_the_old_kernel_left_running(scenario):
    verdict = run_of(scenario).verdict
    assert not verdict.dma
    assert not verdict.msi
    assert not verdict.flips
    assert verdict.outcome in ("clean", "degraded") or verdict.jump_ns is None
    assert verdict.outcome != "degraded" or verdict.line_disabled or verdict.lost_ns


@pytest.mark.slow
@pytest.mark.parametrize("quiesce", ["none", "shutdown"])
def test_a_reboot_without_a_reset_is_like_a_kexec_that_keeps_bus_master(quiesce):
    for reboot, kexec in zip(
        runs(f"path=reboot reset=none quiesce={quiesce} dma=cyclic"),
        runs(f"clear-bus-master=no quiesce={quiesce} dma=cyclic"),
        strict=True,
    ):
        assert bool(reboot.verdict.dma["landed"]) == bool(kexec.verdict.dma["landed"]) == (quiesce == "none")


def test_no_reservation_of_lpi_tables_survives_a_reboot_without_a_reset():
    run = crossed("path=reboot reset=none firmware=efi quiesce=none")
    assert "Expected reserved range" in printed(run)
    assert "Booted with LPIs enabled" in printed(run)


def test_a_reboot_shuts_devices_down_and_never_clears_bus_master():
    for machine in ("arm64", "x86"):
        run = crossed(f"path=reboot machine={machine}")
        assert any(e.kind == "call" for e in run.log)
        before = [e for e in run.log if e.t_ns < run.verdict.jump_ns]
        assert not any(p.endswith("bus-master") for e in before for p in e.set)


def test_x86_tries_its_methods_in_order_until_one_works():
    def methods(words):
        return [e.set["step"].removeprefix("old/restart-") for e in crossed(words).log if "/restart-" in e.id]

    assert methods("path=reboot machine=x86") == ["acpi"]
    assert methods("path=reboot machine=x86 reset=none") == ["acpi", "keyboard", "acpi", "keyboard", "efi", "bios"]
    assert "acpi" not in printed(crossed("path=reboot machine=x86 reset=none"), "old")


# --- kexec on x86 -------------------------------------------------------------------------------------------


def order(run, *ids):
    at = {e.id: n for n, e in enumerate(run.log)}
    return [at[event_id] for event_id in ids]


def test_on_x86_the_io_apic_the_local_apic_and_vtd_go_off_in_this_order():
    run = crossed("machine=x86 iommu=translate")
    ids = ("old/clear-io-apic:0", "old/cpu-stop:0", "old/lapic-shutdown:0", "old/vtd-shutdown:0", "stub/jump:0")
    assert order(run, *ids) == sorted(order(run, *ids))


def test_on_x86_interrupt_remapping_stays_on_over_the_jump():
    run = crossed("machine=x86 iommu=translate")
    assert run.at(run.verdict.jump_ns)["vtd/interrupt-remapping"] is True
    assert "IRQ remapping was enabled on dmar0 but we are not in kdump mode" in printed(run)
    assert "IRQ remapping was enabled" not in printed(crossed("machine=x86"))


def test_the_next_x86_kernel_takes_interrupts_before_it_sets_up_the_local_apic():
    run = crossed("machine=x86")
    ids = ("next/irq-enable:0", "next/print-apic.symmetric:0", "next/clear-io-apic:0")
    assert order(run, *ids) == sorted(order(run, *ids))


def test_on_x86_only_vectors_aimed_at_the_jumping_cpu_get_through():
    for run in runs(f"machine=x86 {LEFT} loader=file iommu=off ring-size=600"):
        delivered = [e for e in run.log if e.kind == "apic.accepted" and e.t_ns > (run.verdict.jump_ns or 0)]
        early = [e for e in delivered if e.t_ns < run.verdict.jump_ns + 70_000_000]
        assert {e.id.split("/")[0] for e in early} <= {"apic0"}


def test_messages_on_x86_have_a_window_that_translation_does_not_touch():
    run = crossed(f"machine=x86 {LEFT} iommu=translate")
    assert run.verdict.msi["missed"] == 0
    assert run.verdict.msi["faulted"] == 0
    assert run.verdict.dma["missed"] > 0  # the same device's data went to an I/O virtual address


def test_vtd_identity_never_refuses():
    for run in runs(f"machine=x86 {LEFT} iommu=identity dma=cyclic"):
        assert run.verdict.dma["faulted"] == 0


def test_with_a_translating_vtd_leftover_writes_fault_once_it_is_on():
    run = crossed(f"machine=x86 {LEFT} iommu=translate next-driver=absent dma=cyclic")
    assert run.verdict.dma["faulted"] > 0
    assert "DMAR: DRHD: handling fault status reg 2" in printed(run)
    assert "[DMA Write NO_PASID] Request device [0000:00:02.0] fault addr 0xfff" in printed(run)
    assert printed(run).count("handling fault status") == 10  # in five seconds


@pytest.mark.slow
def test_on_x86_purgatory_finds_a_hit_image_with_either_loader():
    by_file, by_user = (
        [run.verdict.outcome for run in runs(f"machine=x86 {LEFT} loader={loader}")] for loader in ("file", "user")
    )
    assert "hung" in by_file
    assert by_file == by_user


# --- handover ---------------------------------------------------------------------------------------------


@given(any_scenario(path="kexec", handover="kho", loader="user"))
def test_with_a_handover_no_dma_buffer_is_a_destination_and_there_is_no_digest(scenario):
    crossing = Crossing(scenario)
    destinations = set(crossing.old.image.destinations)
    start = crossing.log.start
    targets = {f for first, last in start["device/eth0/targets"] for f in range(first, last + 1)}
    assert not destinations & targets
    assert destinations <= set(crossing.old.reservations.scratch)
    assert crossing.old.image.digest == b""
    assert crossing.old.image.copied


@pytest.mark.slow
def test_preserved_pages_are_kept_from_the_allocator_and_are_as_they_were():
    for run in runs("handover=kho"):
        preserved = {p for p, v in run.at(0).items() if v == "preserved"}
        end = run.at()
        assert len(preserved) == 256
        assert all(end[path] == "preserved" for path in preserved)
        assert run.verdict.outcome == "clean"


def test_early_allocations_come_from_scratch():
    for seed in range(10):
        crossing = Crossing(scenario("handover=kho", seed=seed))
        run = crossing.finish()
        tables = {p.split("/")[1] for p, v in run.at().items() if p.endswith("/owner") and v == "next-tables"}
        assert {int(frame) for frame in tables} <= set(crossing.old.reservations.scratch)


def test_with_a_handover_a_running_device_still_writes_unpreserved_memory():
    landed = [run.verdict.landed_in for run in runs(f"handover=kho {LEFT}")]
    assert all("old" in owners or "next-free" in owners for owners in landed)


def test_a_change_in_preserved_memory_is_found():
    crossing = Crossing(scenario("handover=kho"))
    frame = crossing.old.reservations.preserved.start
    crossing.computer.memory.store(crossing.computer.memory.address(frame), b"\xff" * 8)
    run = crossing.finish()
    assert (run.verdict.outcome, run.verdict.frames_corrupted) == ("corrupted", 1)


# --- kernel versions ---------------------------------------------------------------------------------------


def test_one_switch_sets_what_belongs_together():
    policy = {kernel: scenario(f"kernel={kernel}").lpi_policy for kernel in switches()["kernel"].choices}
    assert policy == {
        "7.3": "reuse", "6.12": "reuse", "6.1": "reuse", "5.10": "reuse", "4.20": "reuse",
        "4.18": "detect", "4.17": "detect", "4.12": "naive", "3.13": "naive", "3.4": "naive",
    }  # fmt: skip
    assert scenario("kernel=3.4").clear_bus_master == "no"
    assert scenario("kernel=3.13").clear_bus_master == "yes"
    assert scenario("kernel=3.4 clear-bus-master=yes").clear_bus_master == "yes"
    assert scenario("kernel=4.12").but(kernel="7.3") == scenario("")


@pytest.mark.slow
@pytest.mark.parametrize("kernel", switches()["kernel"].choices)
@pytest.mark.parametrize("words", ["", "path=panic", "path=reboot", "machine=x86", "machine=x86 path=panic"])
def test_every_version_crosses_on_every_path(kernel, words):
    assert crossed(f"{words} kernel={kernel}").verdict.reached_userspace


def test_before_v4_11_a_running_device_falls_back_to_its_line_at_shutdown():
    old, new = crossed("kernel=3.13 quiesce=none line-shared=yes"), crossed("kernel=4.12 quiesce=none line-shared=yes")
    assert old.at(old.verdict.jump_ns)["device/eth0/msi"] == "disabled"
    assert new.at(new.verdict.jump_ns)["device/eth0/msi"] == "enabled"
    assert old.verdict.line_disabled
    assert not new.verdict.line_disabled


def test_a_run_of_one_scenario_is_the_same_twice_on_every_path():
    for words in ("path=panic", "path=reboot machine=x86", "machine=x86 handover=kho"):
        assert simulate(scenario(words)).to_log() == simulate(scenario(words)).to_log()
