"""The ordinary crossing: the place of the image, the PCI core, remove, the SMMU before the jump."""

import pytest
from scenarios import BAD, arrived, crossed, runs, scenario, texts

from kexecdoc.crossing import Crossing
from kexecdoc.model.log import frame_range
from kexecdoc.model.scales import DRIVER_REMOVE, DRIVER_SHUTDOWN, FUNCTION_SHUTDOWN
from kexecdoc.study.closed_forms import astray_before_jump, off_before_jump_ns

LEFT = "quiesce=none clear-bus-master=no"
OVER = "image-placement=over-tables firmware=devicetree"


def event(run, event_id):
    return next(event for event in run.log if event.id == event_id)


def written(event, what="bytes"):
    """The frames whose bytes, or other property, an event sets."""
    return [frame for path in event.set for frame in frame_range(path, what)]


# --- image-placement -------------------------------------------------------------------------------------


def test_an_image_over_the_old_tables_overwrites_its_own_text():
    for run in runs(OVER, 40):
        printed = texts(run)
        assert "GICv3: Using preallocated redistributor tables" in printed
        assert not any("Expected reserved" in text for text in printed)
        assert run.verdict.outcome == "crashed"
        table = run.log.start["redistributor/0/pending"] - 0x80000
        lost = range((table - 0x40000000) // 4096, (table - 0x40000000) // 4096 + 16)
        assert [w.frame for w in run.verdict.wrong] == list(lost)
        assert {w.writer for w in run.verdict.wrong} == {"next/reset-property-table:0"}
        assert "Code: a2a2a2a2 a2a2a2a2 a2a2a2a2 a2a2a2a2 (a2a2a2a2) " in printed
        assert "so overwrote its own text" in run.verdict.summary


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", LEFT, f"{LEFT} dma=cyclic"])
def test_where_the_tables_are_reserved_the_image_goes_where_it_always_went(more):
    for seed in range(10):
        clear, over = crossed(more, seed), crossed(f"image-placement=over-tables {more}", seed)
        assert over.log.columns() == clear.log.columns()
        assert over.log.start == clear.log.start


def test_a_kernel_that_keeps_no_tables_is_not_fooled_by_its_own_image():
    for run in runs(f"{OVER} lpi-policy=detect"):
        assert run.verdict.outcome == "clean"
        assert run.verdict.tables == "fresh"


@pytest.mark.slow
def test_bits_that_flip_under_the_image_are_found_in_its_text():
    found = 0
    for run in runs(f"{OVER} lpi-policy=detect {LEFT} dma=cyclic", 40):
        for wrong in run.verdict.wrong:
            if wrong.writer.startswith("redistributor"):
                found += 1
                assert wrong.owner == "next-text"
                assert run.verdict.outcome == "crashed"
    assert found > 10


def test_every_layout_has_a_place_over_the_tables():
    for seed in (23, 575, 596, 1076, *range(60)):
        crossing = Crossing(scenario(OVER, seed=seed))
        text = crossing.old.image.segments[0]
        tables = crossing.old.off_limits
        assert text.first <= tables.start < tables.stop <= text.first + text.count


# --- power-state -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_pci_core_skips_a_function_of_unknown_power_state():
    for seed in range(20):
        unknown, kept = crossed("quiesce=none power-state=unknown", seed), crossed(LEFT, seed)
        assert unknown.to_json()["dma"] == kept.to_json()["dma"]
        assert unknown.to_json()["lpi"] == kept.to_json()["lpi"]
        at_jump = unknown.at(unknown.verdict.jump_ns)
        assert at_jump["gate/eth0/bus-master"] is True
        assert at_jump["gate/nvme0/bus-master"] is False


@pytest.mark.slow
def test_a_driver_that_stops_its_device_does_not_need_the_core_to_know_it():
    assert {run.verdict.outcome for run in runs("power-state=unknown")} == {"clean"}
    assert {run.verdict.outcome for run in runs("power-state=unknown quiesce=remove")} == {"clean"}


# --- remove ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_remove_that_waits_for_a_user_ends_the_crossing_before_the_jump():
    for run in runs("quiesce=remove remove-callback=hangs", 5):
        data = run.to_json()
        assert data["verdict"]["outcome"] == "hung"
        assert data["time_ms"]["jump"] is None
        assert data["time_ms"]["boot"] is None
        assert run.console() == []
        assert run.at()["device/eth0/callback"] == "remove"
        assert run.at()["device/eth0/engine"] == "running"
        assert not run.verdict.dma
        assert "waits for the callback without limit" in run.verdict.summary


def test_a_remove_that_works_clears_bus_master_itself():
    for run in runs("quiesce=remove clear-bus-master=no", 5):
        assert run.at(run.verdict.jump_ns)["gate/eth0/bus-master"] is False
        assert run.at(run.verdict.jump_ns)["gate/nvme0/bus-master"] is True


def test_what_remove_finds_does_not_matter_to_shutdown():
    assert crossed("remove-callback=hangs").log.columns() == crossed("").log.columns()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "held"), [("", 128 + 1), ("ring-size=7", 4 + 1), ("ring-size=1024", 512 + 4), ("dma=cyclic", 16)]
)
def test_remove_frees_memory_and_takes_longer_than_shutdown(words, held):
    for run in runs(f"quiesce=remove {words}", 5):
        callback = run.verdict.callbacks[0]
        assert (callback.device, callback.name, callback.frames_freed, callback.driver) == (
            "eth0",
            "remove",
            held,
            "none",
        )
        assert callback.took_ns == DRIVER_REMOVE
        freed = written(event(run, "old/eth0-free:0"), "owner")
        before = run.at(run.verdict.jump_ns - 1)
        assert {before[f"frame/{frame}/owner"] for frame in freed} == {"old"}
    shut = crossed(words).verdict.callbacks[0]
    assert (shut.device, shut.name, shut.frames_freed, shut.driver) == ("eth0", "shutdown", 0, "bound")
    assert shut.took_ns == DRIVER_SHUTDOWN


def test_without_a_callback_no_driver_is_called():
    for words in ("quiesce=none", "shutdown-callback=missing"):
        run = crossed(words)
        assert [c.device for c in run.verdict.callbacks] == ["nvme0"]
        begin = event(run, "old/device_shutdown:0").t_ns
        assert event(run, "old/eth0-clear-master:0").t_ns - begin == FUNCTION_SHUTDOWN


def test_a_removed_disk_is_gone_until_the_next_kernel_drives_it():
    for run in runs("quiesce-disk=remove", 5):
        disk = run.verdict.callbacks[1]
        assert (disk.device, disk.name, disk.driver) == ("nvme0", "remove", "none")
        assert run.at(run.verdict.jump_ns)["device/nvme0/driver"] == "none"
        assert run.at()["device/nvme0/driver"] == "bound"
        assert run.verdict.outcome == "clean"
        assert run.verdict.jump_ns - crossed("", run.scenario.seed).verdict.jump_ns == DRIVER_REMOVE - DRIVER_SHUTDOWN


# --- the window before the jump in which the SMMU is off -----------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", "iova=ram", "gbpa=abort", "dma=cyclic", "traffic=2000"])
def test_with_the_smmu_off_before_the_jump_as_many_writes_stray_as_arithmetic_says(more):
    for run in runs(f"{LEFT} iommu=translate {more}"):
        jump, off = run.verdict.jump_ns, event(run, "old/smmu-shutdown:0").t_ns
        assert abs(jump - off - off_before_jump_ns(run.scenario)) < 10
        during = [e for e in run.log if e.kind.startswith("dma.") and off < e.t_ns < jump]
        targets = {f for a, b in run.log.start["device/eth0/targets"] for f in range(a, b + 1)}
        by_luck = sum(frame in targets for e in during for frame in written(e))
        assert run.verdict.astray_before_jump == len(during) - by_luck
        expected = astray_before_jump(run.scenario)
        assert abs(len(during) - expected) <= 4 + expected // 4


@pytest.mark.slow
def test_with_the_smmu_on_or_no_smmu_nothing_goes_astray_before_the_jump():
    for words in (LEFT, f"{LEFT} iommu=identity", "iommu=translate", "quiesce=none iommu=translate"):
        assert not any(run.verdict.astray_before_jump for run in runs(words, 10))


@pytest.mark.slow
def test_a_stray_write_before_the_jump_can_corrupt_the_images_source_pages():
    spoilt = 0
    for run in runs(f"{LEFT} iommu=translate iova=ram", 60):
        for wrong in run.verdict.wrong:
            if wrong.written_ns < run.verdict.jump_ns:
                spoilt += 1
                (frame,) = written(event(run, wrong.writer))
                assert run.at(0)[f"frame/{frame}/owner"] == "image"
                assert wrong.frame != frame  # the copy is what was found
                assert run.verdict.outcome in BAD
    assert spoilt


def test_a_naive_kernel_over_the_tables_still_arrives():
    assert arrived(f"{OVER} lpi-policy=naive", 8)
