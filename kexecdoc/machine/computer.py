"""One computer: the parts, wired together, and checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from simpy import Environment

from kexecdoc.draws import Draws
from kexecdoc.log import Log
from kexecdoc.machine.arm64 import Arm64
from kexecdoc.machine.bus import Bus, Function, Identity
from kexecdoc.machine.cpu import Cpu
from kexecdoc.machine.disk import Disk
from kexecdoc.machine.memory import Memory
from kexecdoc.machine.nic import Nic
from kexecdoc.scales import CPUS
from kexecdoc.scenario import Scenario

DISK = Identity(0x1B36, 0x0010, 0x010802)  # an NVMe controller, and
NIC = Identity(0x8086, 0x10D3, 0x020000)  # an 82574L: as QEMU has them


class LooseEnd(Exception):
    """The machine is not wired completely. The text names the end."""


class Computer:
    """Four CPUs, memory, the controllers around them, and two functions on the bus.

    Of the scenario it reads what is hardware.
    """

    def __init__(self, env: Environment, log: Log, draws: Draws, hardware: Scenario) -> None:
        self.env = env
        self.log = log
        self.memory = Memory(log)
        self.cpus = [Cpu(log, n) for n in range(CPUS)]
        self.chips = Arm64(log, self.memory, self.cpus, hardware, hardware)
        self.bus = Bus(log, self.memory, self.chips.iommu, self.chips.doorbell)
        self.disk = Disk(env, log, Function(self.bus, "nvme0", "0000:00:01.0", DISK))
        obeys = hardware.obeys_bus_master == "yes"
        self.nic = Nic(env, log, draws, Function(self.bus, "eth0", "0000:00:02.0", NIC, obeys=obeys), hardware)

    def check(self) -> None:
        """Refuse a machine with a loose end, by its name, before t=0."""
        for end in self._loose_ends():
            raise LooseEnd(end)

    def _loose_ends(self) -> Iterator[str]:
        if self.nic.engine == "running" and not self.nic.programming.buffers:
            yield "eth0 runs and has no buffers"
        for cpu in self.cpus:
            if cpu.on_interrupt is None:
                yield f"CPU {cpu.number} takes interrupts and nobody handles them"
        yield from self.chips.loose_ends()
