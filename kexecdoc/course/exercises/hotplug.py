"""Chapter 4: what a Slot Control word asks for, and how long a driver waits for a port."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT
from kexecdoc.model.kernel.drivers.port import command_wait_ns
from kexecdoc.model.scales import MS, S
from kexecdoc.model.scenario import ScenarioError, find

ENABLES = {
    "ABPE": 0x0001,
    "PFDE": 0x0002,
    "MRLSCE": 0x0004,
    "PDCE": 0x0008,
    "CCIE": 0x0010,
    "HPIE": 0x0020,
    "DLLSCE": 0x1000,
}
CONTROLS = {"AIC": 0x00C0, "PIC": 0x0300, "PCC": 0x0400, "EIC": 0x0800}
"""The fields of Slot Control that only enable something, and those that command the slot. [src: pciehp-slot-control]"""


def slot_control(word: int) -> list[str]:
    """Return the names of the nonzero fields of a Slot Control word."""
    return [name for name, mask in {**ENABLES, **CONTROLS}.items() if word & mask]


def ever_completes(before: int, after: int, completes: bool) -> str:
    """Check whether a controller with the erratum ever completes a command. [src: pciehp-wait]

    The command is to write ``after`` where ``before`` was.
    """
    changed = [name for name, mask in CONTROLS.items() if (before ^ after) & mask]
    if completes == bool(changed):
        why = f"it changes {', '.join(changed)}" if changed else "only enable bits change, or nothing"
        return f"{RIGHT} {before:#06x} to {after:#06x}: {why}."
    if changed:
        return f"No: {changed[0]} changes, and that is a control field, so it completes."
    return "No: compare the two words: no control field changes, so it never completes."


def waited_seconds(kernel: str, hz: int, ports: int, seconds: float) -> str:
    """Check how many seconds the shutdown of affected ports polls in vain, to a hundredth.

    This leaves out the tick for the command of the boot, and the time of ports whose commands complete.
    """
    try:
        kernel = str(find("kernel").parse(kernel))
    except ScenarioError as error:
        return f"No such kernel: {error}"
    one = command_wait_ns(kernel, hz) / S
    if abs(seconds - ports * one) < 0.006:
        return f"{RIGHT} {ports} × 101 sleeps of {command_wait_ns(kernel, hz) / 101 / MS:g} ms."
    if ports > 1 and abs(seconds - one) < 0.006:
        return "No: that is one port. They are shut down one after the other."
    if abs(seconds - ports * 1.01) < 0.006:
        return "No: a sleep of 10 ms ends with a tick of the clock, and takes a tick or two longer than it says."
    return f"No: 101 sleeps a port, each of 10 ms rounded up to ticks of {1000 / hz:g} ms, and a tick or two more."
