"""What an arm64 machine has around its CPUs: a GICv3 with an ITS, and an SMMUv3."""

from __future__ import annotations

from collections.abc import Iterator

from kexecdoc.log import Log
from kexecdoc.machine.cpu import Cpu
from kexecdoc.machine.gic import Its, Redistributor
from kexecdoc.machine.memory import Memory
from kexecdoc.machine.smmu import Smmu
from kexecdoc.scenario import InterruptController, Iommu


class Arm64:
    """The controllers, wired to the CPUs."""

    def __init__(
        self, log: Log, memory: Memory, cpus: list[Cpu], iommu: Iommu, controller: InterruptController
    ) -> None:
        sticky = controller.lpi_disable == "sticky"
        self.redistributors = [Redistributor(log, memory, cpu, sticky=sticky) for cpu in cpus]
        self.its = Its(log, self.redistributors)
        self.iommu = Smmu(log, present=iommu.iommu != "off", gbpa=iommu.gbpa)
        self.doorbell = self.its

    def loose_ends(self) -> Iterator[str]:
        """Yield what is not wired, in words."""
        for redistributor in self.redistributors:
            if redistributor.enable_lpis and not redistributor.pending_table:
                yield f"{redistributor.name} records LPIs and has no pending table"
        for (requester, event_id), route in self.its.routes.items():
            if route.collection not in self.its.collections:
                yield f"EventID {event_id} of {requester} is routed to no collection"
