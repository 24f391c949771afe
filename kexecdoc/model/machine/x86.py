"""What an x86 machine has around its CPUs: local APICs, an I/O APIC, and VT-d."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kexecdoc.model.log import Log
from kexecdoc.model.machine.apic import MSI_WINDOW, LocalApic
from kexecdoc.model.machine.cpu import Cpu
from kexecdoc.model.machine.line import Line
from kexecdoc.model.machine.vtd import Vtd
from kexecdoc.model.scenario import Scenario

PIN = 11
"""The I/O APIC pin and interrupt number of the line in the recorded consoles. [src: consoles]"""


class X86:
    """The controllers, wired to the CPUs. Messages go straight to the local APIC that their address names."""

    def __init__(self, log: Log, cpus: list[Cpu], hardware: Scenario) -> None:
        self.apics = [LocalApic(log, cpu) for cpu in cpus]
        self.line = Line(log, PIN, cpus[0], latch="remote-irr", eager=True)
        self.iommu = Vtd(log, present=hardware.iommu != "off")
        self.doorbell = self

    def takes(self, address: int) -> bool:
        """Return whether an address takes messages."""
        return address in MSI_WINDOW

    def ring(self, requester: str, address: int, data: int, ordinal: int, cause: str) -> None:
        """Deliver a message to the CPU that its address names."""
        number = address >> 12 & 0xFF
        if number < len(self.apics):
            self.apics[number].accept(data, requester, ordinal, cause)

    def reset(self, event_for: Callable[[str], str], cause: str | None) -> None:
        """Reset every controller. ``event_for`` returns the id of the event for each of them."""
        for apic in self.apics:
            apic.drain(event_for(apic.name), cause)
        self.line.clear(event_for("line"), cause)
        self.iommu.set_enabled(False, event_for("vtd"), cause)
        self.iommu.set_remapping(False, event_for("vtd"), cause)

    def loose_ends(self) -> Iterator[str]:
        """Yield nothing: every part here is wired when it is made."""
        yield from ()
