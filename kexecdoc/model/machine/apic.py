"""Local APICs: on x86 a message goes straight to a CPU.

An MSI is a write to 0xFEExxxxx, which names the CPU and the vector. The local APIC sets a bit of its IRR, moves
it to the ISR when the CPU takes it, and clears it at the end of interrupt. A vector has no mask, and the APIC does
not remember who sent it. [src: apic-msi, msi-window]
"""

from __future__ import annotations

from collections.abc import Callable

from kexecdoc.model.log import Log
from kexecdoc.model.machine.cpu import Cpu, Interrupt

MSI_WINDOW = range(0xFEE0_0000, 0xFEF0_0000)
"""The addresses that take messages. The IOMMU does not translate them. [src: msi-window]"""


def message(cpu: int, vector: int) -> tuple[int, int]:
    """Return the address and the data of a message to a CPU."""
    return MSI_WINDOW.start | cpu << 12, vector


class LocalApic:
    """The local APIC of one CPU. If a vector is waiting already, another message for it changes nothing."""

    def __init__(self, log: Log, cpu: Cpu) -> None:
        self._log = log
        self.cpu = cpu
        self.name = f"apic{cpu.number}"
        self.enabled = True
        self.waiting: dict[int, tuple[str, str]] = {}  # the IRR: by vector, the event that set the bit, and the sender
        self.on_taken: Callable[[str, int, Cpu, str], None] | None = None  # called when the CPU has taken a message
        self._presented = 0
        cpu.sources.append(self)
        log.start[f"apic/{cpu.number}/enabled"] = True

    def accept(self, vector: int, who: str, ordinal: int, cause: str) -> None:
        """Accept a message: set the vector's bit, and deliver it if the CPU takes interrupts."""
        if not self.enabled:
            return
        if vector not in self.waiting:
            event = f"{self.name}/accept-{who}:{ordinal}"
            self._log.record(event, "apic.accepted", cause, {f"apic/{self.cpu.number}/{vector}": "waiting"})
            self.waiting[vector] = event, who
        if self.cpu.takes_interrupts:
            self._deliver(vector, f"{self.name}/acknowledge-{who}:{ordinal}", ordinal)

    def present(self, cause: str | None) -> None:
        """Deliver the waiting vectors, highest first."""
        for vector in sorted(self.waiting, reverse=True):
            if self.enabled and self.cpu.takes_interrupts:
                self._presented += 1
                self._deliver(vector, f"{self.name}/acknowledge-waiting:{self._presented}", self._presented)

    def _deliver(self, vector: int, event: str, ordinal: int) -> None:
        """Deliver a vector. Accepting, handling and ending it take no time here."""
        cause, who = self.waiting.pop(vector)
        cleared = {f"apic/{self.cpu.number}/{vector}": None, self.cpu.message_from: who}
        self._log.record(event, "apic.acknowledged", cause, cleared)
        self.cpu.interrupt(Interrupt(vector, ordinal, event))
        if self.on_taken is not None:
            self.on_taken(who, vector, self.cpu, event)

    def set_enabled(self, value: bool, event: str, cause: str | None) -> None:
        """Write the enable bit of the spurious-interrupt vector register. Waiting vectors keep waiting."""
        self.enabled = value
        self._log.record(event, "register", cause, {f"apic/{self.cpu.number}/enabled": value})

    def drain(self, event: str, cause: str | None) -> None:
        """Acknowledge all waiting vectors without handling them."""
        if self.waiting:
            cleared = {f"apic/{self.cpu.number}/{vector}": None for vector in sorted(self.waiting)}
            self._log.record(event, "register", cause, cleared)
            self.waiting.clear()
