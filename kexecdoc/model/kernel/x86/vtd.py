"""How a kernel brings up VT-d, and how it prints faults."""

from __future__ import annotations

import re

from kexecdoc.model.kernel.kernel import RateLimit
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.kernel.x86.apics import chips
from kexecdoc.model.machine.vtd import NO_WRITE
from kexecdoc.model.scales import BOOT_IOMMU, S

UNIT = "dmar0"
NO_PASID = 0xFFFF_FFFF


def set_up_remapping(new: NextKernel) -> None:
    """Restart interrupt remapping, which nothing has switched off; a capture kernel keeps its table instead.

    [src: vtd-remapping]
    """
    vtd = chips(new).iommu
    if not vtd.present:
        return
    if vtd.remaps_interrupts:
        if new.handover.capture and new.has("4.2"):
            new.say("vtd.remapping-copied", UNIT)
        else:
            new.say("vtd.remapping-found", UNIT)
            vtd.set_remapping(False, new.id("vtd-remapping"), new.cause)
    if not vtd.remaps_interrupts:
        vtd.set_remapping(True, new.id("vtd-remapping"), new.cause)
    new.say("vtd.remapping", "xapic")


def set_up_vtd(new: NextKernel) -> Process:
    """Attach every function, then enable translation; a capture kernel keeps the old tables instead.

    With the old tables a function may do what the old kernel allowed, until its driver sets it up.
    [src: vtd-boot, vtd-copy]
    """
    yield from new.pause(BOOT_IOMMU // 2)
    vtd = chips(new).iommu
    if vtd.present:
        vtd.on_fault = Faults(new).take
        if keeps_tables(new):
            new.say("vtd.copying")
            new.say("vtd.copied", UNIT)
        else:
            if vtd.enabled:  # the old kernel did not shut it down
                new.say("vtd.still-on", UNIT)
                vtd.set_enabled(False, new.id("vtd-disable"), new.cause)
            for function in new.computer.bus.functions:
                new.attach(function)
            vtd.set_enabled(True, new.id("vtd-enable"), new.cause)
        new.say("vtd.up")
    yield from new.pause(BOOT_IOMMU - BOOT_IOMMU // 2)


def keeps_tables(new: NextKernel) -> bool:
    """Return whether this capture kernel found translation on and keeps the tables, as since v4.2. [src: vtd-copy]"""
    return chips(new).iommu.enabled and new.handover.capture and new.has("4.2")


class Faults:
    """The handler of the fault interrupt. It prints at most ten faults in five seconds. [src: vtd-faults]"""

    def __init__(self, new: NextKernel) -> None:
        self._kernel = new
        self._limit = RateLimit(10, 5 * S)

    def take(self, function: str, address: int, reason: int, cause: str) -> None:
        """Print a fault."""
        new = self._kernel
        if not self._limit.allows(new.now):
            return
        bdf = new.computer.bus.functions[function].bdf
        segment, bus, slot, nth = (int(n, 16) for n in re.split("[:.]", bdf))
        text = "PTE Write access is not set" if reason == NO_WRITE else "Present bit in context entry is clear"
        new.say("vtd.status", 2, cause=cause)
        new.say(
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
        new.say("vtd.fault-reason", reason, text, cause=cause)  # before v4.2 a fault has two lines
