"""The steps between the jump and the next driver's probe, with how long each takes here."""

from __future__ import annotations

from collections.abc import Sequence

from kexecdoc.model.scales import (
    BOOT_DRIVERS,
    BOOT_ENABLE,
    BOOT_ENUMERATION,
    BOOT_INTERRUPTS,
    BOOT_IOMMU,
    BOOT_MEMORY,
    BOOT_ROOTFS,
    BOOT_SMP,
    COPY,
    DIGEST,
    DISK_COMMAND,
    EARLY_BOOT,
    EARLY_TO_ITS,
    MS,
)
from kexecdoc.model.scenario import Scenario

Steps = list[tuple[str, int]]


def before_iommu(s: Scenario) -> Steps:
    """Return what comes between the jump of an ordinary kexec and the next kernel's IOMMU, with its time in ns."""
    digest = [("to check the digest", DIGEST)] if s.loader == "user" or s.machine == "x86" else []
    controller = "the interrupt controller"
    return [
        ("to copy the image", COPY),
        *digest,
        ("from the entry to the allocator", EARLY_BOOT),
        ("for early allocations", BOOT_MEMORY),
        (f"up to {controller}", EARLY_TO_ITS),
        (f"for {controller}", BOOT_INTERRUPTS),
        ("to take interrupts", BOOT_ENABLE),
        ("for the other CPUs", BOOT_SMP),
        ("to enumerate the bus", BOOT_ENUMERATION),
        ("to start unpacking the initramfs", BOOT_ROOTFS),
    ]


def before_probe(s: Scenario) -> Steps:
    """Return what comes between the jump and the probe of the device's next driver."""
    return [
        *before_iommu(s),
        ("for the IOMMU", BOOT_IOMMU),
        ("for other drivers", BOOT_DRIVERS),
        ("for four commands of the disk", 4 * DISK_COMMAND),
    ]


def ms(ns: float) -> str:
    """Return nanoseconds as milliseconds, to the last one."""
    return f"{ns / MS:,.9g}"


def summed(steps: Sequence[tuple[str, int]]) -> str:
    """Return what steps take, added up, as a sum written out."""
    return f"{' + '.join(ms(ns) for _, ns in steps)} = {ms(sum(ns for _, ns in steps))} ms"


def listed(steps: Sequence[tuple[str, int]]) -> str:
    """Return steps as part of a sentence."""
    parts = [f"{ms(ns)} ms {what}" for what, ns in steps]
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
