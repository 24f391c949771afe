"""How many PCI drivers have a shutdown callback and how many have remove, counted from 2018 to 2026.

The counts come from a simple search over all ``struct pci_driver`` initialisers under ``drivers/``, without
``drivers/gpu``. They are good to a percent or two. A driver without a shutdown callback does not necessarily leave DMA
running: many drive hardware that does no DMA, and the PCI core clears Bus Master on kexec anyway. [src: driver-counts]
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CallbackCount:
    """How many PCI drivers a tree, or one area of it, has, and how many of them have each callback."""

    tree: str
    drivers: int
    remove: int
    shutdown: int
    area: str = ""

    def share(self, callback: str) -> float:
        """Return the share of drivers that have ``remove`` or ``shutdown``."""
        return {"remove": self.remove, "shutdown": self.shutdown}[callback] / self.drivers


TREES: tuple[CallbackCount, ...] = (
    CallbackCount("4.17.0", 742, 703, 91),
    CallbackCount("5.10.223", 780, 737, 119),
    CallbackCount("6.1.192", 768, 719, 134),
    CallbackCount("6.12.117", 790, 738, 153),
    CallbackCount("7.3.4", 795, 735, 171),
)
"""Whole trees, from June 2018 to November 2026. [src: driver-counts]"""

AREAS: tuple[CallbackCount, ...] = (
    CallbackCount("4.17.0", 116, 111, 36, "Ethernet"),
    CallbackCount("7.3.4", 145, 138, 66, "Ethernet"),
    CallbackCount("4.17.0", 51, 51, 22, "SCSI"),
    CallbackCount("7.3.4", 53, 53, 23, "SCSI"),
    CallbackCount("4.17.0", 63, 63, 0, "libata"),
    CallbackCount("7.3.4", 62, 62, 1, "libata"),
)
"""The first and the last of these trees, by area. The libata driver with shutdown is AHCI. [src: driver-counts]"""

SAME_FUNCTION: dict[str, int] = {"4.17.0": 5, "5.10.223": 10, "6.1.192": 12, "6.12.117": 11, "7.3.4": 9}
"""How many drivers use one function for both callbacks. [src: driver-counts]"""
