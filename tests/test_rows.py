"""What must hold in each scenario, for every seed that reaches that point."""

import pytest
from scenarios import BAD, arrived, crossed, runs, texts

from kexecdoc.model.log import frame_range
from kexecdoc.study.closed_forms import probe_ns, quiet_its_ns, ring_dry_ns, ring_writes

pytestmark = pytest.mark.slow

LEFT = "quiesce=none clear-bus-master=no"
FLIPS = f"{LEFT} dma=cyclic firmware=devicetree"
BOOTED = "Booted with LPIs enabled, memory probably corrupted"


def event(run, event_id):
    return next(event for event in run.log if event.id == event_id)


def after_jump(run, *kinds):
    return [e for e in run.log if e.kind in kinds and e.t_ns >= run.verdict.jump_ns]


def test_an_ordinary_kexec_is_clean():
    assert {run.verdict.outcome for run in runs("")} == {"clean"}


@pytest.mark.parametrize("size", [1, 7, 256])
def test_a_leftover_ring_writes_its_buffers_and_descriptors_at_most_once(size):
    words = f"{LEFT} ring-size={size} traffic=2000 next-driver=absent"
    for run in runs(words, 10):
        written = [e for e in run.log if e.kind == "dma.landed" and e.t_ns >= run.verdict.jump_ns]
        assert len(written) <= ring_writes(size)
        buffers = [e for e in written if e.id.startswith("eth0/buffer:")]
        assert len(buffers) <= size
        if run.verdict.reached_userspace:
            assert len(buffers) >= size - 1  # the last interrupt before the jump may have posted no descriptor
            assert written[-1].t_ns - run.verdict.jump_ns < 1.5 * ring_dry_ns(size, 2000)


def test_a_cyclic_device_writes_until_the_next_driver_resets_it():
    for run in runs(f"{LEFT} dma=cyclic"):
        if run.verdict.reached_userspace:
            reset = event(run, "next/eth0-reset:0").t_ns
            last = after_jump(run, "dma.landed")[-1].t_ns
            assert reset - 3_000_000 <= last <= reset
            assert abs(reset - run.verdict.jump_ns - probe_ns(run.scenario)) < 1_000_000


def test_a_cyclic_device_without_a_next_driver_never_stops():
    for run in runs(f"{LEFT} dma=cyclic next-driver=absent"):
        assert run.verdict.end_ns - after_jump(run, "dma.landed")[-1].t_ns < 3_000_000


def test_who_owned_the_frame_decides():
    for run in runs(f"{LEFT} dma=cyclic next-driver=absent", 60):
        owners = {wrong.owner for wrong in run.verdict.wrong}
        if not owners:
            assert run.verdict.outcome == "harmless"
            assert set(run.verdict.landed_in) <= {"old", "next-free", "image", "lpi-table", "its-table", "next-data"}
        elif owners & {"next-text", "next-tables", "next-initramfs"}:
            assert run.verdict.outcome == "crashed"
        else:
            assert (owners, run.verdict.outcome) == ({"next-data"}, "corrupted")
    seen = {run.verdict.outcome for run in runs(f"{LEFT} dma=cyclic next-driver=absent", 60)}
    assert seen == {"harmless", "corrupted", "crashed"}


def test_a_hit_on_the_image_before_the_digest_hangs_in_purgatory():
    hung = 0
    for run in runs(f"{LEFT} loader=user", 30):
        if run.verdict.outcome == "hung":
            hung += 1
            final = run.at()
            assert run.verdict.enter_ns is None
            assert {final[f"frame/{wrong.frame}/owner"] for wrong in run.verdict.wrong} == {"image"}
            assert all(wrong.writer.startswith("eth0/") for wrong in run.verdict.wrong)
            assert texts(run) == []
    assert hung >= 5


def test_bus_master_stops_dma_and_messages_until_the_next_driver_probes():
    for run in runs("quiesce=none"):
        assert run.verdict.outcome == "clean"
        assert run.verdict.dma["stopped"] > 0
        assert run.verdict.msi["stopped"] > 0
        assert not after_jump(run, "dma.landed", "dma.missed", "dma.faulted", "lpi.recorded") or all(
            e.id.startswith("redistributor") and "nvme0" in e.id
            for e in after_jump(run, "dma.landed", "dma.missed", "dma.faulted", "lpi.recorded")
        )
        assert run.verdict.bits_recorded == 0


def test_a_trusting_driver_resumes_the_old_ring_when_it_sets_bus_master():
    for run in runs("quiesce=none next-driver=trusts"):
        master = event(run, "next/eth0-set-master:0")
        landed = after_jump(run, "dma.landed")
        assert landed[0].t_ns == master.t_ns
        assert landed[0].cause == master.id
        frame = int(next(path for path in landed[0].set if path.endswith("/bytes")).split("/")[1])
        assert any(first <= frame <= last for first, last in run.log.start["device/eth0/targets"])


def test_to_a_device_that_ignores_bus_master_a_clear_bit_makes_no_difference():
    for seed in range(20):
        ignored, kept = crossed("quiesce=none obeys-bus-master=no", seed), crossed(LEFT, seed)
        assert ignored.verdict.outcome == kept.verdict.outcome
        assert ignored.to_json()["dma"] == kept.to_json()["dma"]
        assert ignored.to_json()["lpi"] == kept.to_json()["lpi"]


def test_the_pci_core_makes_up_for_a_missing_shutdown_callback():
    for run in runs("shutdown-callback=missing"):
        assert run.verdict.outcome == "clean"
        assert run.verdict.dma["stopped"] > 0


def test_without_the_pci_core_a_missing_callback_is_like_no_call_at_all():
    for seed in range(20):
        missing = crossed("shutdown-callback=missing clear-bus-master=no", seed)
        nothing = crossed(LEFT, seed)
        assert missing.to_json()["dma"] == nothing.to_json()["dma"]
        removed = crossed("shutdown-callback=missing clear-bus-master=no quiesce=remove", seed)
        assert removed.verdict.outcome == "clean"


def test_an_incomplete_callback_leaves_dma_without_a_single_interrupt():
    words = "shutdown-callback=incomplete clear-bus-master=no"
    for run in runs(words):
        assert run.verdict.dma["landed"] > 0
        assert run.verdict.msi["sent"] == 0
        assert run.verdict.bits_recorded == 0
        assert not any("LPIs" in text or "event" in text for text in texts(run))
    assert {run.verdict.outcome for run in runs(words)} & set(BAD)


def test_with_a_translating_smmu_off_writes_and_messages_miss_ram():
    for run in runs(f"{LEFT} iommu=translate"):
        v = run.verdict
        off = event(run, "old/smmu-shutdown:0").t_ns
        assert off < v.jump_ns
        assert v.dma["missed"] > 0
        assert v.msi["missed"] == v.msi["sent"] > 0
        assert v.dma["landed"] == v.bits_recorded == 0
        assert v.outcome == "harmless"
        assert v.astray_before_jump > 0


def test_an_io_virtual_address_that_is_ram_lands_astray():
    for run in runs(f"{LEFT} iommu=translate iova=ram"):
        targets = {f for a, b in run.log.start["device/eth0/targets"] for f in range(a, b + 1)}
        frames = {
            int(path.split("/")[1]) for e in after_jump(run, "dma.landed") for path in e.set if path.endswith("/bytes")
        }
        assert frames
        assert len(frames & targets) < len(frames)
        assert run.verdict.bits_recorded == 0
    assert {run.verdict.outcome for run in runs(f"{LEFT} iommu=translate iova=ram")} & set(BAD)


def test_an_aborting_gbpa_refuses_without_an_event():
    for run in runs(f"{LEFT} iommu=translate gbpa=abort"):
        assert run.verdict.dma["landed"] == run.verdict.dma["missed"] == 0
        enabled = event(run, "next/smmu-enable:0").t_ns
        assert any(e.t_ns < enabled for e in after_jump(run, "dma.faulted"))
        printed = [e for e in run.log if e.kind == "print" and "event 0x10" in str(e.set)]
        assert all(e.t_ns > enabled for e in printed)


@pytest.mark.parametrize("iova", ["hole", "ram"])
def test_after_the_next_kernels_smmu_probe_leftover_writes_fault(iova):
    words = f"{LEFT} iommu=translate dma=cyclic next-driver=absent iova={iova}"
    probed = [run for run in runs(words, 24) if "next/drivers:0" in run.log.id]
    assert len(probed) >= 4
    for run in probed:
        enabled = event(run, "next/smmu-enable:0").t_ns
        late = [e for e in after_jump(run, "dma.landed", "dma.missed", "dma.faulted") if e.t_ns > enabled]
        assert late
        assert {e.kind for e in late} == {"dma.faulted"}
        assert sum("event: F_TRANSLATION client: 0000:00:02.0" in text for text in texts(run)) == 10
        assert sum("event 0x10 received:" in text for text in texts(run)) == 10


@pytest.mark.parametrize("kernel", ["7.3", "6.1"])
def test_until_a_device_is_attached_the_smmu_refuses_it_without_an_event(kernel):
    """7.3 attaches every device in the SMMU's own probe; 6.1 when a driver probes, so an undriven one never."""
    words = f"{LEFT} iommu=translate dma=cyclic next-driver=absent kernel={kernel}"
    for run in arrived(words, 8):
        ids = run.log.id
        enabled = event(run, "next/smmu-enable:0").t_ns
        attached = (
            event(run, "next/smmu-attach-eth0:0").t_ns if "next/smmu-attach-eth0:0" in ids else run.verdict.end_ns
        )
        assert ("next/smmu-attach-eth0:0" in ids) == (kernel == "7.3")
        assert any(enabled < e.t_ns < attached for e in after_jump(run, "dma.faulted"))
        printed = [e.t_ns for e in run.log if e.kind == "print" and "event 0x10 received" in str(e.set)]
        assert all(t > attached for t in printed)
        assert bool(printed) == (kernel == "7.3")


def test_an_event_of_the_smmu_is_printed_as_a_real_kernel_prints_it():
    """The lines of a fault posted to netdev for an Aquantia card, with this machine's stream and address."""
    printed = texts(crossed(f"{LEFT} iommu=translate dma=cyclic next-driver=absent"))
    at = printed.index("arm-smmu-v3 arm-smmu-v3.0.auto: event 0x10 received:")
    words = [f"arm-smmu-v3 arm-smmu-v3.0.auto: \t0x{word}" for word in ("0000001000000010", "0000020000000000")]
    assert printed[at + 1 : at + 3] == words
    address = int(printed[at + 3].rpartition("0x")[2], 16)
    assert printed[at + 4].endswith("0x0000000000000000")
    client = f"event: F_TRANSLATION client: 0000:00:02.0 sid: 0x10 ssid: 0x0 iova: {address:#x} ipa: 0x0"
    assert printed[at + 5 : at + 7] == [
        f"arm-smmu-v3 arm-smmu-v3.0.auto: {client}",
        'arm-smmu-v3 arm-smmu-v3.0.auto: unpriv data write s1 "Input address caused fault" stag: 0x0',
    ]
    by_node = texts(crossed(f"{LEFT} iommu=translate firmware=devicetree"))
    assert any(line.startswith("arm-smmu-v3 9050000.smmuv3: oas") for line in by_node)


def test_an_identity_smmu_refuses_only_until_the_device_is_attached():
    for kernel, attach in (("7.3", "next/smmu-attach-eth0:0"), ("6.1", "next/smmu-attach-eth0:0")):
        words = f"{LEFT} iommu=identity dma=cyclic next-driver=trusts kernel={kernel}"
        for run in arrived(words, 8):
            enabled, attached = event(run, "next/smmu-enable:0").t_ns, event(run, attach).t_ns
            probe = event(run, "next/eth0-set-master:0").t_ns
            assert attached == probe if kernel == "6.1" else attached < probe
            for e in after_jump(run, "dma.landed", "dma.faulted"):
                assert (e.kind == "dma.faulted") == (enabled <= e.t_ns < attached)


@pytest.mark.parametrize("iommu", ["off", "identity"])
@pytest.mark.parametrize("sticky", ["clearable", "sticky"])
def test_bits_flip_between_the_jump_and_the_quiet_its(iommu, sticky):
    for run in runs(f"{FLIPS} iommu={iommu} lpi-disable={sticky}"):
        flips = run.verdict.flips
        jump = run.verdict.jump_ns
        assert {flip.intid for flip in flips} <= {8200, 8201, 8202, 8203}
        assert all(jump <= flip.t_ns <= jump + quiet_its_ns(run.scenario) for flip in flips)
        assert all(flip.cpu == 0 and divmod(flip.intid, 8)[1] == flip.bit for flip in flips)
        # A bit can be set again only if the frame was rewritten in between.
        frame = (flips[0].address - 0x40000000) // 4096
        rewritten = [e for e in run.log if e.kind in ("own", "copy") and _covers(e.set, frame) and e.t_ns >= jump]
        assert 1 <= len(flips) <= 4 * (1 + len(rewritten))


def _covers(assignments, frame):
    return any(frame in frame_range(path, "bytes") for path in assignments)


def test_most_flips_are_in_unused_memory():
    quiet = sum(not any(w.writer.startswith("redistributor") for w in r.verdict.wrong) for r in arrived(FLIPS, 40))
    assert quiet > 30
    for run in arrived(FLIPS, 20):
        printed = texts(run)
        expected = next(i for i, t in enumerate(printed) if t.startswith("GICv3: Expected reserved range ["))
        booted = next(i for i, t in enumerate(printed) if t == f"GICv3: CPU0: {BOOTED}")
        assert expected < booted


def test_with_a_sticky_enablelpis_that_cpus_messages_never_arrive():
    for run in arrived(f"{FLIPS} lpi-disable=sticky"):
        printed = texts(run)
        assert "CPU0: Failed to disable LPIs" in printed
        assert run.verdict.msi_usable is False
        if run.verdict.reached_userspace:
            assert sum("completion polled" in text for text in printed) == 4
            assert not after_jump(run, "lpi.acknowledged")
            assert run.verdict.outcome in ("degraded", "corrupted")


def test_a_perfect_driver_does_not_help_against_a_stuck_redistributor():
    for run in runs("lpi-disable=sticky firmware=devicetree"):
        assert (run.verdict.outcome, run.verdict.flips, run.verdict.tables) == ("degraded", [], "stuck")


def test_with_efi_the_same_bits_are_recorded_in_tables_that_stay_theirs():
    for run in arrived("dma=cyclic quiesce=none clear-bus-master=no firmware=efi"):
        assert "GICv3: Using preallocated redistributor tables" in texts(run)
        assert run.verdict.bits_recorded == 4
        assert run.verdict.flips == []
        assert (run.verdict.tables, run.verdict.msi_usable) == ("reused", True)


def test_a_naive_kernel_on_a_stuck_redistributor_gets_none_of_its_lpis():
    for run in runs("lpi-policy=naive lpi-disable=sticky"):
        assert not any(BOOTED in t or "Failed" in t or "Expected" in t for t in texts(run))
        assert not after_jump(run, "lpi.acknowledged")
        raised = {e.id for e in after_jump(run, "msi.landed")}
        assert len(raised) == 4
        set_bits = after_jump(run, "lpi.recorded")
        assert len({path for e in set_bits for path in e.set if path.startswith("lpi/")}) == len(set_bits)
        tables = [run.log.start[f"redistributor/{cpu}/pending"] for cpu in range(4)]
        assert all(flip.address == tables[flip.cpu] + flip.intid // 8 for flip in run.verdict.flips)
        # It stays, unless the next kernel uses the memory for something else.
        for e in set_bits:
            (path,) = (p for p in e.set if p.startswith("lpi/"))
            later = [s[path] for s in run.log.set[run.log.id.index(e.id) + 1 :] if path in s]
            (frame,) = (frame for path in e.set for frame in frame_range(path))
            assert not later or run.at()[f"frame/{frame}/owner"] == "next-data"
    assert sum(len(run.verdict.flips) for run in runs("lpi-policy=naive lpi-disable=sticky")) > 60


def test_a_detecting_kernel_warns_and_a_clearable_redistributor_obeys():
    for run in runs("lpi-policy=detect", 5):
        printed = texts(run)
        assert f"GICv3: CPU3: {BOOTED}" in printed
        assert not any("Expected reserved" in text for text in printed)
        assert (run.verdict.tables, run.verdict.outcome) == ("fresh", "clean")
