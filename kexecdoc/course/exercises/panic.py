"""Chapter 8: a capture kernel that is hit, a wait that outlasts a ring, and the readers of reset_devices."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.kernel.crash import CMA_WAIT
from kexecdoc.model.scales import S
from kexecdoc.model.scenario import Scenario
from kexecdoc.study.closed_forms import ring_dry_ns

READERS: dict[str, tuple[bool, str]] = {
    "hpsa": (True, "it resets its controller when it probes"),
    "smartpqi": (True, "it resets its controller and waits"),
    "xenbus": (True, "it leaves a ring that is not quiet as it found it"),
    "nvme": (False, "it resets its controller at every probe, and does not ask"),
    "bnxt": (False, "it asks is_kdump_kernel(), as network drivers do"),
    "the PCI core": (False, "nothing generic reads it"),
}
"""Whether each one reads ``reset_devices`` in v7.3.4, and what it does.

[src: reset-devices-users, kdump-kernel-users]
"""


@tries_a_scenario
def hits_the_capture_kernel(**switches: object) -> str:
    """Check a panic without damage after which stray writes corrupt the capture kernel's own memory."""
    run = simulate(Scenario.of({"path": "panic", **switches}))
    v = run.verdict
    if run.scenario.path != "panic":
        return "No: only a panic has a capture kernel."
    if run.scenario.heap_damage:
        return "No: leave heap_damage at 0. It is the capture kernel that is to be hit, not the crashed one."
    if not v.dma["landed"]:
        return "No: no leftover write landed at all."
    if set(v.landed_in) == {"old"}:
        return f"No: {v.dma['landed']:,} writes landed, and every one in memory that the capture kernel never uses."
    if not v.frames_corrupted:
        return "No: its memory was written to, and nothing that it uses was found wrong. Try other seeds."
    return f"{RIGHT} {v.summary.split('; ')[0].split('. ')[0]}."


def dry_in_the_wait(traffic: int, ring_size: int = 256) -> str:
    """Check the lowest traffic at which a full ring is dry before a crash with ,cma jumps. [src: crash-cma]"""
    if ring_dry_ns(ring_size, traffic) > CMA_WAIT:
        return f"No: at {traffic:,} a second the ring lasts {ring_size / traffic:.1f} s, longer than the wait."
    if ring_dry_ns(ring_size, traffic - 1) <= CMA_WAIT:
        return "Not the lowest: one packet a second less would do as well."
    return (
        f"{RIGHT} {ring_size} descriptors at {traffic:,} a second last {ring_size / traffic:.2f} s of {CMA_WAIT // S}."
    )


def read_reset_devices(*names: str) -> str:
    """Check the complete list of those in `READERS` that read ``reset_devices``."""
    unknown = [name for name in names if name not in READERS]
    if unknown:
        return f"No such reader: {unknown[0]!r} is none of {', '.join(READERS)}."
    for name, (reads, why) in READERS.items():
        if reads != (name in names):
            return f"No: {name}: {why}."
    return f"{RIGHT} Storage drivers and a bus. Nothing resets anything on its own."
