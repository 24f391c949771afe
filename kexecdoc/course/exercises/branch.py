"""Chapter 1: which bit, which switches, which traffic."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.machine.gic import FIRST_LPI, pending_bit
from kexecdoc.model.scales import COPY
from kexecdoc.model.scenario import Scenario
from kexecdoc.study.closed_forms import ring_dry_ns


def pending_bit_of(intid: int, offset: int, bit: int) -> str:
    """Check the byte and the bit of an INTID in a pending table."""
    right = pending_bit(intid)
    if (offset, bit) == right:
        return f"{RIGHT} {intid} = {offset} × 8 + {bit}, and {offset} = {offset:#x}."
    if (offset, bit) == pending_bit(intid - FIRST_LPI):
        return "No: the table counts from INTID 0, and not from the first LPI. The property table counts from 8192."
    if offset == right[0]:
        return "No: the byte is right, and the bit is the remainder of a division by 8."
    return "No: a byte holds eight INTIDs, counted from INTID 0."


@tries_a_scenario
def lands_in_spite_of_bus_master(**switches: object) -> str:
    """Check a scenario in which the core clears Bus Master and a leftover write still lands after the jump."""
    run = simulate(Scenario.of(switches))
    if run.scenario.clear_bus_master == "no":
        return "No: here nobody clears the bit. Leave clear_bus_master at yes."
    landed = run.verdict.dma["landed"]
    if not landed:
        stopped = run.verdict.dma["stopped"]
        why = f"Bus Master stopped {stopped:,} attempts" if stopped else "the device had been stopped by its driver"
        return f"No: nothing landed, since {why}."
    return f"{RIGHT} {landed:,} writes landed although the core had cleared the bit."


def dry_before_copied(traffic: int, ring_size: int = 256) -> str:
    """Check the lowest traffic at which a full ring is dry before the image is copied."""
    if ring_dry_ns(ring_size, traffic) > COPY:
        return f"No: at {traffic:,} a second the ring lasts longer than the copy, so some writes come after it."
    if ring_dry_ns(ring_size, traffic - 1) <= COPY:
        return "Not the lowest: one packet a second less would do as well."
    return f"{RIGHT} {ring_size} descriptors at {traffic:,} a second last no longer than {COPY // 10**6} ms."
