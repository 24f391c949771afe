"""One computer: its parts, wired together, and checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from simpy import Environment

from kexecdoc.model.draws import Draws
from kexecdoc.model.log import Log
from kexecdoc.model.machine.arm64 import Arm64
from kexecdoc.model.machine.bus import Bus, Function, Identity
from kexecdoc.model.machine.cpu import Cpu
from kexecdoc.model.machine.disk import Disk
from kexecdoc.model.machine.memory import Memory
from kexecdoc.model.machine.nic import Nic
from kexecdoc.model.machine.usb import UsbHost
from kexecdoc.model.machine.x86 import X86
from kexecdoc.model.scales import CPUS
from kexecdoc.model.scenario import Scenario

DISK = Identity(0x1B36, 0x0010, 0x010802)  # an NVMe controller, and
NIC = Identity(0x8086, 0x10D3, 0x020000)  # an 82574L: as QEMU has them
USB = Identity(0x8086, 0x2934, 0x0C0300)  # a UHCI controller, and
PORT = Identity(0x8086, 0x3420, 0x060400, header=1)  # a root port: as QEMU has them


class LooseEnd(Exception):
    """The computer is not wired completely. The text names the loose end."""


class Computer:
    """Four CPUs, memory, the controllers around them, and what is on the bus.

    It reads those switches of the scenario that are about hardware. The USB controller exists only if the interrupt
    line is shared, and the ports only if ``hotplug`` is not ``none``.
    """

    def __init__(self, env: Environment, log: Log, draws: Draws, hardware: Scenario) -> None:
        self.env = env
        self.log = log
        self.memory = Memory(log)
        self.cpus = [Cpu(env, log, n) for n in range(CPUS)]
        self.chips = (
            Arm64(log, self.memory, self.cpus, hardware)
            if hardware.machine == "arm64"
            else X86(log, self.cpus, hardware)
        )
        self.bus = Bus(log, self.memory, self.chips.iommu, self.chips.doorbell)
        ports = hardware.hotplug_ports if hardware.hotplug != "none" else 0
        self.ports = [Function(self.bus, f"port{n}", _port_bdf(n), PORT) for n in range(ports)]
        self.usb = None
        if hardware.line_shared == "yes":
            self.usb = UsbHost(env, log, Function(self.bus, "usb0", "0000:00:1d.0", USB), self.chips.line)
        self.disk = Disk(env, log, Function(self.bus, "nvme0", "0000:00:01.0", DISK))
        above = self.ports[0] if self.ports else None
        bdf = "0000:01:00.0" if above else "0000:00:02.0"
        nic = Function(self.bus, "eth0", bdf, NIC, obeys=hardware.obeys_bus_master == "yes", above=above)
        self.nic = Nic(env, log, draws, nic, hardware, self.chips.line)
        if isinstance(self.chips, X86):
            for apic in self.chips.apics:
                apic.on_taken = self.nic.resend

    def check(self) -> None:
        """Raise LooseEnd if a part is not wired."""
        for end in self._loose_ends():
            raise LooseEnd(end)

    def _loose_ends(self) -> Iterator[str]:
        if self.nic.engine == "running" and not self.nic.programming.buffers:
            yield "eth0 runs and has no buffers"
        for cpu in self.cpus:
            if cpu.on_interrupt is None:
                yield f"CPU {cpu.number} takes interrupts and nobody handles them"
        yield from self.chips.loose_ends()


def _port_bdf(number: int) -> str:
    """Return the address of a port: eight functions a device, from 00:1c.0 downwards."""
    return f"0000:00:{0x1C - number // 8:02x}.{number % 8}"
