"""Chapter 11: what a handover protects, what it does not, and when a device may keep writing."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario

PRESERVED: dict[str, tuple[bool, str]] = {
    "a memfd": (True, "the one kind of file that has a handler"),
    "memory reserved by name (reserve_mem=)": (True, "it is handed over by Kexec HandOver itself"),
    "a PCI device": (False, "its series waits in a tree beside mainline"),
    "a VFIO device": (False, "it is named in comments, and has no handler"),
    "the tables of an IOMMU": (False, "its series is under review"),
}
"""Whether each thing can be carried through a live update with v7.3.4, and why.

[src: luo-memfd, kho, pci-liveupdate-queued, vfio-liveupdate, iommu-liveupdate]
"""


def carried_through(*things: str) -> str:
    """Check the complete list of what a kexec can carry through with v7.3.4, as named in `PRESERVED`."""
    unknown = [thing for thing in things if thing not in PRESERVED]
    if unknown:
        return f"No such thing: {unknown[0]!r} is none of {'; '.join(PRESERVED)}."
    for thing, (carried, why) in PRESERVED.items():
        if carried != (thing in things):
            return f"No: {thing}: {why}."
    return f"{RIGHT} Memory, in two forms. No device."


@tries_a_scenario
def image_is_safe(**switches: object) -> str:
    """Check a scenario with a running device in which no leftover write can hit the image before it is entered."""
    run = simulate(Scenario.of({"quiesce": "none", "clear_bus_master": "no", **switches}))
    if not run.verdict.dma["landed"]:
        return "No: nothing landed at all, so there was no danger. Leave the device running."
    if run.verdict.landed_in.get("image"):
        return f"No: {run.verdict.landed_in['image']} writes landed in the image."
    if run.scenario.handover != "kho":
        return "No: this seed spares the image by luck. Find a reason that holds for every seed."
    return f"{RIGHT} The image lies in scratch memory, to which no device of the old kernel was ever pointed."


@tries_a_scenario
def spoils_in_spite_of_handover(**switches: object) -> str:
    """Check a scenario with handover in which a leftover write still corrupts something in use."""
    run = simulate(Scenario.of({"handover": "kho", **switches}))
    v = run.verdict
    if run.scenario.handover != "kho":
        return "No: without handover that is no news."
    if not v.dma["landed"]:
        return "No: nothing landed. Handing memory over stops no device, but something else did."
    if not v.frames_corrupted:
        return f"No: {v.dma['landed']:,} writes landed, and nothing in use was found wrong. Try other seeds."
    return f"{RIGHT} {v.summary.split('; ')[0].split('. ')[0]}."
