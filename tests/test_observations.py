"""What a real Linux did under an emulator, row by row, as far as arm64 can show it."""

import re
from pathlib import Path

import pytest
from scenarios import crossed, runs, texts

from kexecdoc.crossing import Crossing
from kexecdoc.model.machine.gic import pending_bit
from kexecdoc.model.scenario import Scenario

CONSOLES = Path(__file__).parent / "consoles"


def recorded(number):
    """What a recorded console shows: sysfs power state, command register after the jump, pages hit."""
    (path,) = CONSOLES.glob(f"{number}-*.log")
    before, _, after = path.read_text(errors="replace").partition("Starting new kernel")
    states = re.findall(r"^(?:unknown|D[0-3](?:hot|cold)?)\s*$", before, re.MULTILINE)
    (command,) = re.findall(r"^(01[0-9a-f]{2})\s*$", after, re.MULTILINE)
    (hit,) = re.findall(r"HUNT-DONE corrupt_pages=(\d+)", after)
    return states[-1].strip(), int(command, 16), int(hit)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "state"), [("02", "unknown"), ("03", "known")])
def test_observations_2_and_3_bus_master_is_cleared_only_with_a_known_power_state(number, state):
    printed, command, hit = recorded(number)
    assert (printed == "unknown") == (state == "unknown")
    found = runs(f"quiesce=none power-state={state} next-driver=absent")
    for run in found:
        end = run.at()
        assert end["gate/eth0/bus-master"] == bool(command & 0x4) == (state == "unknown")
        assert end["device/eth0/engine"] == "running"
        assert bool(run.verdict.dma["landed"]) == bool(hit)
    assert any(run.verdict.wrong for run in found) == bool(hit)


@pytest.mark.slow
def test_observation_3_with_bus_master_clear_no_write_of_the_engine_lands():
    for run in runs("quiesce=none"):
        at_jump = run.at(run.verdict.jump_ns)
        assert at_jump["device/eth0/engine"] == "running"
        assert at_jump["gate/eth0/bus-master"] is False
        assert run.verdict.dma["landed"] == 0


@pytest.mark.slow
def test_observation_7_a_write_that_lands_in_early_boot_survives_to_userspace():
    """With one buffer armed, its packet comes after the jump and before the next kernel's first line."""
    survived = 0
    for seed in range(60):
        words = {"quiesce": "none", "clear-bus-master": "no", "ring-size": 1, "traffic": 12}
        crossing = Crossing(Scenario.of({**words, "seed": seed}))
        run = crossing.finish()
        first_line = next(e.t_ns for e in run.log if e.id == "next/print-boot.cpu:0")
        buffer = next(e for e in run.log if e.id.startswith("eth0/buffer:"))
        if run.verdict.jump_ns < buffer.t_ns < first_line and run.verdict.reached_userspace:
            (path,) = (p for p in buffer.set if p.endswith("/bytes"))
            if run.at()[path] == buffer.id:
                memory, frame = crossing.computer.memory, int(path.split("/")[1])
                owner_put = memory.content[frame]
                assert owner_put is None or memory.load(memory.address(frame), 4096) != owner_put
                survived += 1
    assert survived > 5


def test_observation_8_without_efi_tables_are_not_reserved_and_messages_work():
    run = crossed("kernel=6.1 firmware=devicetree")
    printed = texts(run)
    assert any(t.startswith("GICv3: Expected reserved range [") and t.endswith("], not found") for t in printed)
    assert "GICv3: CPU0: Booted with LPIs enabled, memory probably corrupted" in printed
    assert not any("Failed to disable" in t for t in printed)
    assert (run.verdict.tables, run.verdict.msi_usable, run.verdict.timeouts) == ("fresh", True, 0)


def test_observation_9_the_next_kernel_overwrites_its_text_as_a_property_table():
    crossing = Crossing(Scenario(kernel="6.1", firmware="devicetree", image_placement="over-tables"))
    run = crossing.finish()
    printed = texts(run)
    assert "GICv3: Using preallocated redistributor tables" in printed
    assert {crossing.computer.memory.load(0x40000000 + w.frame * 4096, 4096) for w in run.verdict.wrong} == {
        b"\xa2" * 4096
    }
    assert {w.owner for w in run.verdict.wrong} == {"next-text"}
    assert run.verdict.outcome == "crashed"


def test_observation_10_with_uefi_the_tables_survive():
    run = crossed("kernel=6.1 firmware=efi")
    pending = run.log.start["redistributor/0/pending"]
    assert "GICv3: Using preallocated redistributor tables" in texts(run)
    assert f"GICv3: CPU0: using reserved LPI pending table @0x{pending:016x}" in texts(run)


def test_observation_11_with_a_stuck_enable_bit_the_disk_has_to_be_polled():
    run = crossed("kernel=6.1 firmware=devicetree lpi-disable=sticky")
    printed = texts(run)
    assert "CPU0: Failed to disable LPIs" in printed
    assert "nvme nvme0: I/O 8 QID 0 timeout, completion polled" in printed
    assert run.verdict.reached_userspace
    assert run.verdict.timeouts == 4


def test_observation_12_an_lpi_raised_with_interrupts_off_changes_one_bit():
    crossing = Crossing(Scenario(quiesce="none", clear_bus_master="no", firmware="devicetree", traffic=1))
    while crossing.computer.cpus[0].interrupts == "on":
        crossing.env.step()
    redistributor = crossing.computer.chips.redistributors[0]
    memory, table = crossing.computer.memory, redistributor.pending_table
    before = memory.load(table, 65_536)
    redistributor.record(8193, "eth0", 10_000, "test/lpi:0")
    changed = [(i, a, b) for i, (a, b) in enumerate(zip(before, memory.load(table, 65_536), strict=True)) if a != b]
    assert changed == [(0x400, 0x00, 0x02)]
    assert pending_bit(8193) == (0x400, 1)
    while "stub/enter:0" not in crossing.log.id:
        crossing.env.step()
    assert memory.load(table + 0x400) == b"\x02"
