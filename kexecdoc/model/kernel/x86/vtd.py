"""How a kernel brings VT-d up, and what it prints of its faults."""

from __future__ import annotations

import re

from kexecdoc.model.kernel.kernel import Process, RateLimit
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.x86.apics import chips
from kexecdoc.model.machine.vtd import NO_WRITE
from kexecdoc.model.scales import BOOT_IOMMU, S

UNIT = "dmar0"
NO_PASID = 0xFFFF_FFFF


def set_up_remapping(next: NextKernel) -> None:
    """Find interrupt remapping on, as nothing switched it off; start it anew, or keep the table in a capture kernel.

    [src: vtd-remapping]
    """
    vtd = chips(next).iommu
    if not vtd.present:
        return
    if vtd.remaps_interrupts:
        if next.handed.capture and next.has("4.2"):
            next.say("vtd.remapping-copied", UNIT)
        else:
            next.say("vtd.remapping-found", UNIT)
            vtd.set_remapping(False, next.id("vtd-remapping"), next.cause)
    if not vtd.remaps_interrupts:
        vtd.set_remapping(True, next.id("vtd-remapping"), next.cause)
    next.say("vtd.remapping", "xapic")


def set_up_vtd(next: NextKernel) -> Process:
    """Attach every function, then enable translation; or, in a capture kernel, keep the old tables.

    There a function keeps what the old kernel had allowed until its driver sets it up.
    [src: vtd-boot, vtd-copy]
    """
    yield from next.pause(BOOT_IOMMU // 2)
    vtd = chips(next).iommu
    if vtd.present:
        vtd.on_fault = Faults(next).take
        if keeps_tables(next):
            next.say("vtd.copying")
            next.say("vtd.copied", UNIT)
        else:
            if vtd.enabled:  # nobody shut it down on the way out
                next.say("vtd.still-on", UNIT)
                vtd.set_enabled(False, next.id("vtd-disable"), next.cause)
            for function in next.computer.bus.functions:
                next.attach(function)
            vtd.set_enabled(True, next.id("vtd-enable"), next.cause)
        next.say("vtd.up")
    yield from next.pause(BOOT_IOMMU - BOOT_IOMMU // 2)


def keeps_tables(next: NextKernel) -> bool:
    """Return whether a capture kernel has found translation on and keeps the tables: since v4.2. [src: vtd-copy]"""
    return chips(next).iommu.enabled and next.handed.capture and next.has("4.2")


class Faults:
    """The fault interrupt's handler: it prints at most ten faults in five seconds. [src: vtd-faults]"""

    def __init__(self, next: NextKernel) -> None:
        self._next = next
        self._limit = RateLimit(10, 5 * S)

    def take(self, function: str, address: int, reason: int, cause: str) -> None:
        """Print a fault."""
        next = self._next
        if not self._limit.allows(next.now):
            return
        bdf = next.computer.bus.functions[function].bdf
        segment, bus, slot, nth = (int(n, 16) for n in re.split("[:.]", bdf))
        text = "PTE Write access is not set" if reason == NO_WRITE else "Present bit in context entry is clear"
        next.say("vtd.status", 2, cause=cause)
        next.say(
            "vtd.fault",
            kind="DMA Write",
            segment=segment,
            bus=bus,
            slot=slot,
            function=nth,
            pasid=NO_PASID,
            address=address,
            reason=reason,
            text=text,
            cause=cause,
        )
        next.say("vtd.fault-reason", reason, text, cause=cause)  # before v4.2 a fault has two lines
