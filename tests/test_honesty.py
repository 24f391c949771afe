"""Corruption is found, not declared; a machine with a loose end is refused; runs repeat byte for byte."""

import os
import random
import subprocess
import sys

import pytest
from scenarios import crossed

from kexecdoc.crossing import Crossing, simulate
from kexecdoc.model.machine.computer import LooseEnd
from kexecdoc.model.scenario import Scenario


def tampered(owner: str, step: str, scenario: Scenario | None = None, lot: random.Random | None = None):
    """Change one byte in a frame of an owner when a step begins, outside the rules of the model.

    It is byte 17 of the first frame, or one drawn at random with ``lot``.
    """
    crossing = Crossing(scenario or Scenario())
    while crossing.log.start["step"] != step and step not in {s.get("step") for s in crossing.log.set}:
        crossing.env.step()
    memory = crossing.computer.memory
    frames = memory.owned_by(owner)
    frame, byte = (lot.choice(frames), lot.randrange(4096)) if lot else (frames[0], 17)
    memory.ram[frame * 4096 + byte] ^= 0x40
    return frame, crossing.finish()


@pytest.mark.parametrize(
    ("owner", "step", "outcome"),
    [
        ("next-text", "next/memory", "crashed"),
        ("next-tables", "next/cpus", "crashed"),
        ("next-initramfs", "next/cpus", "crashed"),
        ("next-data", "next/drivers", "corrupted"),
        ("next-free", "next/drivers", "clean"),
        ("image", "jump/copy", "crashed"),
    ],
)
def test_a_byte_changed_outside_the_model_is_found_and_judged_alike(owner, step, outcome):
    frame, run = tampered(owner, step)
    assert run.verdict.outcome == outcome
    if outcome == "clean":
        assert run.verdict.wrong == []
    else:
        assert run.verdict.frames_corrupted == 1
        assert owner == "image" or run.verdict.wrong[0].frame == frame
        assert "Something outside the log" in run.verdict.summary or owner == "image"


def test_the_digest_finds_a_change_in_a_source_page_before_the_jump():
    _, run = tampered("image", "old/machine_kexec", Scenario(loader="user"))
    assert run.verdict.outcome == "hung"
    assert run.verdict.frames_corrupted == 1


@pytest.mark.slow
def test_a_runs_bytes_do_not_depend_on_the_hash_seed():
    words = [sys.executable, "-m", "kexecdoc", "run", "left-running", "--firmware", "devicetree", "--format", "log"]
    outputs = {
        subprocess.run(words, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


def test_two_runs_in_one_process_do_not_touch_each_other():
    scenario = Scenario(quiesce="none", clear_bus_master="no", seed=3)
    first = simulate(scenario).to_log()
    simulate(Scenario(seed=4))
    assert simulate(scenario).to_log() == first


@pytest.mark.parametrize(
    ("break_it", "end"),
    [
        (lambda c: c.nic.programming.buffers.clear(), "eth0 runs and has no buffers"),
        (lambda c: setattr(c.chips.redistributors[2], "pending_table", 0), "redistributor2 records LPIs"),
        (lambda c: setattr(c.cpus[1], "on_interrupt", None), "CPU 1 takes interrupts"),
        (lambda c: c.chips.its.collections.pop(3), "is routed to no collection"),
    ],
)
def test_a_machine_with_a_loose_end_is_refused_with_its_name(break_it, end):
    computer = Crossing(Scenario()).computer
    break_it(computer)
    with pytest.raises(LooseEnd, match=end):
        computer.check()


def test_the_old_kernels_steps_follow_kernel_kexec():
    def steps(kernel):
        run = crossed(f"kernel={kernel}")
        return [e.set["step"].removeprefix("old/") for e in run.log if e.kind == "step" and e.id.startswith("old/")]

    newest = [
        "notifiers",
        "device_shutdown",
        "migrate_to_reboot_cpu",
        "syscore_shutdown",
        "machine_shutdown",
        "kmsg_dump",
        "machine_kexec",
    ]
    assert steps("7.3") == newest
    assert steps("6.1") == [step for step in newest if step != "syscore_shutdown"]


@pytest.mark.parametrize("number", range(12))
def test_a_change_to_any_frame_of_the_next_kernels_is_found(number):
    lot = random.Random(number)
    owner, steps = lot.choice(
        [
            ("next-text", ("next/memory", "next/interrupt-controller", "next/drivers")),
            ("next-tables", ("next/interrupts-on", "next/cpus", "next/late-initcalls")),
            ("next-data", ("next/memory", "next/enumeration", "next/late-initcalls")),
        ]
    )
    frame, run = tampered(owner, lot.choice(steps), Scenario(seed=number), lot)
    assert run.verdict.wrong[0].frame == frame
