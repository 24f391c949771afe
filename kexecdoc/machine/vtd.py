"""VT-d between the bus and memory.

While translation is on, a function's context entry leads to a domain; without one, or where nothing is mapped, the
request faults and is recorded. While it is off everything passes. Interrupt messages have a window of their own,
which translation does not touch; remapping of interrupts is switched apart from it. Here it lets every message
through: see "Where this model lies". [src: vtd-shutdown, vtd-boot, msi-window]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kexecdoc.log import Log
from kexecdoc.machine.apic import MSI_WINDOW
from kexecdoc.machine.iommu import Domain

NO_CONTEXT, NO_WRITE = 0x02, 0x05
"""Fault reasons: no context entry; the page table has nothing writable there. [src: vtd-faults]"""


class Vtd:
    """One remapping unit, or none in the path if ``present`` is False."""

    def __init__(self, log: Log, *, present: bool) -> None:
        self._log = log
        self.present = present
        self.enabled = False
        self.remaps_interrupts = False
        self.streams: dict[str, Domain | None] = {}
        self.on_fault: Callable[[str, int, int, str], None] | None = None

    def start(self, domain: Domain, functions: Iterable[str]) -> None:
        """Be enabled at t=0, with every function in one domain."""
        self.enabled = self.remaps_interrupts = self.present
        self.streams = dict.fromkeys(functions, domain)
        self._log.start.update({f"gate/{function}/vtd": self.gate(function) for function in self.streams})
        self._log.start["vtd/interrupt-remapping"] = self.remaps_interrupts

    def translate(self, function: str, address: int) -> int | None:
        """Return where a function's write goes, or None if it is refused."""
        if not self.enabled or address in MSI_WINDOW:
            return address
        domain = self.streams.get(function)
        return None if domain is None else domain.translate(address)

    def report(self, function: str, address: int, cause: str) -> None:
        """Record a fault, and interrupt for it if a kernel asked for that."""
        if self.on_fault is not None:
            reason = NO_CONTEXT if self.streams.get(function) is None else NO_WRITE
            self.on_fault(function, address, reason, cause)

    def gate(self, function: str) -> str:
        """Return what the unit does with a function's writes now, for the log."""
        if not self.present:
            return "absent"
        if not self.enabled:
            return "bypasses"
        domain = self.streams.get(function)
        if domain is None:
            return "refuses"
        return "passes" if domain.pages is None else "translates"

    def set_enabled(self, value: bool, id: str, cause: str | None) -> None:
        """Switch translation."""
        self.enabled = value
        self._log.record(id, "register", cause, {f"gate/{f}/vtd": self.gate(f) for f in self.streams})

    def set_remapping(self, value: bool, id: str, cause: str | None) -> None:
        """Switch the remapping of interrupts."""
        self.remaps_interrupts = value
        self._log.record(id, "register", cause, {"vtd/interrupt-remapping": value})

    def attach(self, function: str, domain: Domain, id: str, cause: str | None) -> None:
        """Point a function's context entry at a domain."""
        self.streams[function] = domain
        self._log.record(id, "register", cause, {f"gate/{function}/vtd": self.gate(function)})
