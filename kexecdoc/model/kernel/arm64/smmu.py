"""How a kernel brings up an SMMUv3, and how it prints events."""

from __future__ import annotations

from kexecdoc.model.kernel.arm64.lpis import chips
from kexecdoc.model.kernel.kernel import RateLimit
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.scales import BOOT_IOMMU, FRAME, S

SMMU_BASE = 0x0905_0000  # where QEMU's virt machine has it [src: qemu-virt]
SMMU_FEATURES = 0x0001_9FFF
F_TRANSLATION = 0x10  # the id of the event, and then its second word: a write, stage 1, of an input address
WRITE_S1_INPUT = 2 << 40  # [src: smmu-events]
DOORBELL_PAGE = 0xFFFF_F000


def set_up_smmu(new: NextKernel) -> Process:
    """Enable the SMMU over an empty stream table, then attach devices.

    In 7.3 the SMMU's probe attaches every device, with or without a driver; 6.1 and 6.12 attach a device when its
    driver probes. Which version changed this was not looked up. [src: smmu-reset, smmu-attach] A capture kernel finds
    the SMMU enabled and resets it with the event queue off, so DMA in flight is aborted. [src: smmu-kdump]
    """
    yield from new.pause(BOOT_IOMMU // 2)
    smmu = chips(new).iommu
    if smmu.present:
        new.say("smmu.probe", smmu=name(new), ias=44, oas=44, features=SMMU_FEATURES)
        if smmu.enabled:
            new.say("smmu.resetting", name(new))
        if not new.handover.capture:
            smmu.on_event = Events(new).take
        smmu.set_enabled(True, new.id("smmu-enable"), new.cause)
    yield from new.pause(BOOT_IOMMU // 2)
    if smmu.present and new.has("7.3"):
        for function in new.computer.bus.functions:
            new.attach(function)


def name(new: NextKernel) -> str:
    """Return the SMMU's device name, which comes from its ACPI table or its node in the device tree."""
    return "arm-smmu-v3.0.auto" if new.scenario.firmware == "efi" else f"{SMMU_BASE:x}.smmuv3"


def map_doorbell(new: NextKernel, function: str) -> int:
    """Return the doorbell's bus address for a function, mapped if its domain translates."""
    gic = chips(new)
    domain = gic.iommu.streams.get(function)
    if domain is None or domain.pages is None:
        return gic.its.address
    domain.map(DOORBELL_PAGE, gic.its.address)
    return DOORBELL_PAGE + gic.its.address % FRAME


class Events:
    """The thread of the event queue. It prints at most ten events in five seconds. [src: smmu-events]"""

    def __init__(self, new: NextKernel) -> None:
        self._kernel = new
        self._limit = RateLimit(10, 5 * S)

    def take(self, function: str, address: int, cause: str) -> None:
        """Print an event."""
        new = self._kernel
        if not self._limit.allows(new.now):
            return
        smmu, bdf = name(new), new.computer.bus.functions[function].bdf
        stream = int(bdf[5:7], 16) << 8 | int(bdf[8:10], 16) << 3
        new.say("smmu.event", smmu, F_TRANSLATION, cause=cause)
        for word in (stream << 32 | F_TRANSLATION, WRITE_S1_INPUT, address, 0):
            new.say("smmu.raw", smmu, word, cause=cause)
        new.say("smmu.decoded", smmu, "F_TRANSLATION", bdf, stream, 0, address, 0, cause=cause)
        why = "Input address caused fault"
        new.say("smmu.access", smmu, "unpriv", "data", "write", "s1", why, "", "", 0, cause=cause)
