"""The steps from the jump to the next driver's probe, and how long each takes in the model."""

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
    """Return the steps from the jump of an ordinary kexec to the next kernel's IOMMU, each with its time in ns."""
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
    """Return the steps from the jump to the probe of the device's next driver, each with its time in ns."""
    return [
        *before_iommu(s),
        ("for the IOMMU", BOOT_IOMMU),
        ("for other drivers", BOOT_DRIVERS),
        ("for four commands of the disk", 4 * DISK_COMMAND),
    ]


def ms(ns: float) -> str:
    """Return nanoseconds as milliseconds, without rounding."""
    return f"{ns / MS:,.9g}"


def summed(steps: Sequence[tuple[str, int]]) -> str:
    """Return the times of steps as a sum, written out with its result."""
    return f"{' + '.join(ms(ns) for _, ns in steps)} = {ms(sum(ns for _, ns in steps))} ms"


def listed(steps: Sequence[tuple[str, int]]) -> str:
    """Return steps and their times as a list in a sentence."""
    parts = [f"{ms(ns)} ms {what}" for what, ns in steps]
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
