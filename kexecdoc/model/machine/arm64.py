"""What an arm64 machine has around its CPUs: a GICv3 with an ITS, and an SMMUv3."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kexecdoc.model.log import Log
from kexecdoc.model.machine.cpu import Cpu
from kexecdoc.model.machine.gic import Its, Redistributor
from kexecdoc.model.machine.line import Line
from kexecdoc.model.machine.memory import Memory
from kexecdoc.model.machine.smmu import Smmu
from kexecdoc.model.scenario import Scenario

SPI = 35
"""INTID of the line: a shared peripheral interrupt, whose state is in the distributor's registers."""


class Arm64:
    """The controllers, wired to the CPUs."""

    def __init__(self, log: Log, memory: Memory, cpus: list[Cpu], hardware: Scenario) -> None:
        sticky, lines = hardware.lpi_disable == "sticky", hardware.lpi_cache
        self.redistributors = [Redistributor(log, memory, cpu, sticky=sticky, cache_lines=lines) for cpu in cpus]
        self.its = Its(log, self.redistributors)
        self.iommu = Smmu(log, present=hardware.iommu != "off", gbpa=hardware.gbpa)
        self.line = Line(log, SPI, cpus[0], latch="active", eager=False)
        self.doorbell = self.its

    def reset(self, event_for: Callable[[str], str], cause: str | None) -> None:
        """Reset every controller. ``event_for`` returns the id of the event for each of them."""
        for redistributor in self.redistributors:
            redistributor.reset(event_for(redistributor.name), cause)
        self.its.reset(event_for("its"), cause)
        self.line.clear(event_for("line"), cause)
        self.iommu.set_enabled(False, event_for("smmu"), cause)

    def loose_ends(self) -> Iterator[str]:
        """Yield what is not wired, as sentences."""
        for redistributor in self.redistributors:
            if redistributor.enable_lpis and not redistributor.pending_table:
                yield f"{redistributor.name} records LPIs and has no pending table"
        for (requester, event_id), route in self.its.routes.items():
            if route.collection not in self.its.collections:
                yield f"EventID {event_id} of {requester} is routed to no collection"
