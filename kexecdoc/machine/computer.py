"""One computer: the parts, wired together, and checked before anything runs."""

from __future__ import annotations

from simpy import Environment

from kexecdoc.draws import Draws
from kexecdoc.log import Log
from kexecdoc.machine.bus import Bus, Function
from kexecdoc.machine.cpu import Cpu
from kexecdoc.machine.disk import Disk
from kexecdoc.machine.gic import Its, Redistributor
from kexecdoc.machine.iommu import Smmu
from kexecdoc.machine.memory import Memory
from kexecdoc.machine.nic import Nic
from kexecdoc.scales import CPUS
from kexecdoc.scenario import Device, InterruptController, Iommu


class LooseEnd(Exception):
    """The machine is not wired completely. The text names the end."""


class Computer:
    """Four CPUs, memory, a GICv3 with its ITS, an SMMU, and two functions on the root bus."""

    def __init__(
        self, env: Environment, log: Log, draws: Draws, hardware: Device, iommu: Iommu, controller: InterruptController
    ) -> None:
        self.env = env
        self.log = log
        self.memory = Memory(log)
        self.cpus = [Cpu(log, n) for n in range(CPUS)]
        sticky = controller.lpi_disable == "sticky"
        self.redistributors = [Redistributor(log, self.memory, cpu, sticky=sticky) for cpu in self.cpus]
        self.its = Its(log, self.redistributors)
        self.smmu = Smmu(log, present=iommu.iommu != "off", gbpa=iommu.gbpa)
        self.bus = Bus(log, self.memory, self.smmu, self.its)
        self.disk = Disk(env, log, Function(self.bus, "nvme0", "0000:00:01.0"))
        obeys = hardware.obeys_bus_master == "yes"
        self.nic = Nic(env, log, draws, Function(self.bus, "eth0", "0000:00:02.0", obeys=obeys), hardware)

    def check(self) -> None:
        """Refuse a machine with a loose end, by its name, before t=0."""
        if self.nic.engine == "running" and not self.nic.programming.buffers:
            raise LooseEnd("eth0 runs and has no buffers")
        for redistributor in self.redistributors:
            if redistributor.enable_lpis and not redistributor.pending_table:
                raise LooseEnd(f"{redistributor.name} records LPIs and has no pending table")
        for cpu in self.cpus:
            if cpu.on_interrupt is None:
                raise LooseEnd(f"CPU {cpu.number} takes interrupts and nobody handles them")
        for (requester, event_id), route in self.its.routes.items():
            if route.collection not in self.its.collections:
                raise LooseEnd(f"EventID {event_id} of {requester} is routed to no collection")
