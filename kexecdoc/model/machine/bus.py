"""The bus: how a write gets from a device to memory, and what may stop it.

Every write, of data or of an interrupt message, passes the same gates in the same order: the function's Bus Master
bit, the bits of the bridges above it, the IOMMU, the address. [src: bus-master, msi-is-a-write]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kexecdoc.model.log import Log
from kexecdoc.model.machine.memory import Memory

Result = Literal["stopped", "faulted", "missed", "landed"]
"""The result of a write: which gate refused it, or that it landed."""


class Iommu(Protocol):
    """What the bus needs of an IOMMU."""

    def translate(self, function: str, address: int) -> int | None:
        """Return where a function's write goes, or None if it is refused."""

    def report(self, function: str, address: int, cause: str) -> None:
        """Record a refusal, if this kind is recorded and a kernel has enabled that."""


class Doorbell(Protocol):
    """What the bus needs of the controller that takes interrupt messages."""

    def takes(self, address: int) -> bool:
        """Return whether a physical address takes messages."""

    def ring(self, requester: str, address: int, data: int, ordinal: int, cause: str) -> None:
        """Take a message from a requester."""


class MsiCapability(Protocol):
    """What a kernel reads and does through a function's MSI capability."""

    @property
    def msi(self) -> str:
        """``enabled``, ``disabled`` or ``masked``."""

    def disable_msi(self, event: str, cause: str | None, *, fall_back: bool = False) -> None:
        """Clear the enable bit. The device may fall back to its line."""

    def mask_msi(self, event: str, cause: str | None) -> None:
        """Set the mask bits."""


class Bus:
    """One root bus, and what is behind it: the IOMMU, memory and the doorbell of interrupt messages."""

    def __init__(self, log: Log, memory: Memory, iommu: Iommu, doorbell: Doorbell) -> None:
        self.log = log
        self.memory = memory
        self.iommu = iommu
        self.doorbell = doorbell
        self.functions: dict[str, Function] = {}
        self.on_abort: Callable[[str], None] | None = None  # called with the id of a refused write


@dataclass(frozen=True)
class Identity:
    """The identity of a function in its configuration space."""

    vendor: int
    device: int
    class_code: int
    header: int = 0


class Function:
    """One PCI function: its command register's Bus Master bit and its way to memory.

    ``obeys`` is False for a device that keeps writing when its own bit is cleared. The bit does not stop every
    device. [src: bus-master-2012, seed-biederman] ``above`` is the bridge that it is below.
    """

    def __init__(
        self, bus: Bus, name: str, bdf: str, identity: Identity, *, obeys: bool = True, above: Function | None = None
    ) -> None:
        self.bus = bus
        self.name = name
        self.bdf = bdf
        self.identity = identity
        self.obeys = obeys
        self.above = above
        self.below: list[Function] = []
        if above is not None:
            above.below.append(self)
        self.bus_master = True
        self.open = True
        self.on_open: Callable[[str], None] | None = None  # called with the event that opened the way again
        self.on_reset: Callable[[str, str | None], None] | None = None  # called with the id of the event and its cause
        self.msi: MsiCapability | None = None  # None where this model keeps no state of it
        bus.functions[name] = self
        bus.log.start[f"gate/{name}/bus-master"] = True

    def set_bus_master(self, value: bool, event: str, cause: str | None) -> None:
        """Write the Bus Master bit of the command register. Writes that it held back continue at once."""
        self.bus_master = value
        self.bus.log.record(event, "register", cause, {f"gate/{self.name}/bus-master": value})
        for function in self._subtree():
            function.open = function.is_open()
            if function.open and function.on_open is not None:
                function.on_open(event)

    def is_open(self) -> bool:
        """Return whether every Bus Master bit on the way lets the function's requests through."""
        return (self.bus_master or not self.obeys) and (self.above is None or self.above.is_open())

    def _subtree(self) -> Iterator[Function]:
        yield self
        for function in self.below:
            yield from function._subtree()

    def write(
        self, act: str, ordinal: int, kind: str, address: int, data: bytes, cause: str, also: Mapping[str, Any]
    ) -> Result:
        """Issue a memory write, as the event ``NAME/act:ordinal``; ``also`` is what the write changes in the device.

        ``kind`` is ``dma`` or ``msi``; the log gets ``dma.landed`` and so on. The event of a write that
        landed in memory names the frame. A write to the doorbell goes on to the interrupt controller.
        """
        bus, event = self.bus, f"{self.name}/{act}:{ordinal}"
        if not self.open:
            bus.log.record(event, f"{kind}.stopped", cause)
            return "stopped"
        physical = bus.iommu.translate(self.name, address)
        if physical is None:
            bus.log.record(event, f"{kind}.faulted", cause, also)
            bus.iommu.report(self.name, address, event)
            if bus.on_abort is not None:
                bus.on_abort(event)
            return "faulted"
        if bus.doorbell.takes(physical):
            bus.log.record(event, f"{kind}.landed", cause, also)
            bus.doorbell.ring(self.name, physical, int.from_bytes(data, "little"), ordinal, event)
            return "landed"
        written = bus.memory.write(physical, data, event)
        if written is None:
            bus.log.record(event, f"{kind}.missed", cause, also)
            return "missed"
        bus.log.record(event, f"{kind}.landed", cause, {**also, **written})
        return "landed"
