"""The bus: how a write gets from a device to memory, and what may stop it.

Every write, a packet's or an interrupt's, goes through the same gates in the same order: the function's
Bus Master bit, the bits of the bridges above it, the IOMMU, the address. [src: bus-master, msi-is-a-write]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Protocol

from kexecdoc.log import Log
from kexecdoc.machine.iommu import Smmu
from kexecdoc.machine.memory import Memory


class Result(StrEnum):
    """What became of a write: the first gate that refused it, or where it ended."""

    STOPPED = "stopped"
    FAULTED = "faulted"
    MISSED = "missed"
    LANDED = "landed"


class Doorbell(Protocol):
    """A register that takes interrupts as writes: ``GITS_TRANSLATER``."""

    address: int

    def ring(self, requester: str, event_id: int, ordinal: int, cause: str) -> None:
        """Take an EventID from a requester."""


class Bus:
    """One root bus, the SMMU beside it, and what lies behind: memory and the ITS's doorbell."""

    def __init__(self, log: Log, memory: Memory, smmu: Smmu, doorbell: Doorbell) -> None:
        self.log = log
        self.memory = memory
        self.smmu = smmu
        self.doorbell = doorbell
        self.functions: dict[str, Function] = {}


class Function:
    """One PCI function: its command register's Bus Master bit and its way to memory.

    ``obeys`` is False for a device that does not stop when the bit is cleared: the bit is not known to stop
    every device. [src: bus-master-2012, seed-biederman]
    """

    def __init__(self, bus: Bus, name: str, bdf: str, *, obeys: bool = True) -> None:
        self.bus = bus
        self.name = name
        self.bdf = bdf
        self.obeys = obeys
        self.bus_master = True
        self.on_bus_master: Callable[[str], None] | None = None
        bus.functions[name] = self
        bus.log.start[f"gate/{name}/bus-master"] = True

    def set_bus_master(self, value: bool, id: str, cause: str | None) -> None:
        """Write the Bus Master bit of the command register. A device that was held back goes on at once."""
        self.bus_master = value
        self.bus.log.record(id, "register", cause, {f"gate/{self.name}/bus-master": value})
        if value and self.on_bus_master is not None:
            self.on_bus_master(id)

    def write(self, id: str, kind: str, address: int, data: bytes, cause: str, also: Mapping[str, Any]) -> Result:
        """Issue a memory write as the event ``id``; ``also`` is what the device itself changes by it.

        ``kind`` is ``dma`` or ``msi``; the log gets ``dma.landed`` and so on. A landed write names the
        frame; one that rings the doorbell is handed on to the ITS.
        """
        bus = self.bus
        physical = self._gates(address)
        if isinstance(physical, Result):
            bus.log.record(id, f"{kind}.{physical}", cause, also if physical is not Result.STOPPED else None)
            if physical is Result.FAULTED:
                bus.smmu.report(self.name, address, id)
            return physical
        if physical == bus.doorbell.address:
            bus.log.record(id, f"{kind}.{Result.LANDED}", cause, also)
            ordinal = int(id.rpartition(":")[2])
            bus.doorbell.ring(self.name, int.from_bytes(data, "little"), ordinal, id)
            return Result.LANDED
        frame = bus.memory.frame(physical)
        if frame is None:
            bus.log.record(id, f"{kind}.{Result.MISSED}", cause, also)
            return Result.MISSED
        bus.memory.store(physical, data)
        bus.log.record(id, f"{kind}.{Result.LANDED}", cause, {**also, **bus.memory.wrote([(frame, 1)], id)})
        return Result.LANDED

    def _gates(self, address: int) -> int | Result:
        """Return the physical address behind the gates, or the result at the first that refuses."""
        if self.obeys and not self.bus_master:
            return Result.STOPPED
        physical = self.bus.smmu.translate(self.name, address)
        return Result.FAULTED if physical is None else physical
