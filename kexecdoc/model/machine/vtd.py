"""VT-d between the bus and memory.

While translation is on, a function's context entry leads to a domain; without one, or where nothing is mapped, the
request faults and is recorded. While it is off everything passes. Interrupt messages have a window of their own,
which is not translated. Interrupt remapping is switched separately; in this model it lets every message through: see
"Where this model lies". [src: vtd-shutdown, vtd-boot, msi-window]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kexecdoc.model.log import Log
from kexecdoc.model.machine.apic import MSI_WINDOW
from kexecdoc.model.machine.iommu import Domain, Unit

NO_CONTEXT, NO_WRITE = 0x02, 0x05
"""Fault reasons: no context entry; no writable page. [src: vtd-faults]"""


class Vtd(Unit):
    """One remapping unit."""

    name = "vtd"

    def __init__(self, log: Log, *, present: bool) -> None:
        super().__init__(log, present=present)
        self.remaps_interrupts = False
        self.on_fault: Callable[[str, int, int, str], None] | None = None

    def start(self, domain: Domain, functions: Iterable[str]) -> None:
        """Set the state at t=0: enabled, with every function in one domain, and remapping interrupts."""
        super().start(domain, functions)
        self.remaps_interrupts = self.present
        self._log.start["vtd/interrupt-remapping"] = self.remaps_interrupts

    def translate(self, function: str, address: int) -> int | None:
        """Return where a function's write goes, or None if it is refused. A message is not translated."""
        return address if address in MSI_WINDOW else super().translate(function, address)

    def report(self, function: str, address: int, cause: str) -> None:
        """Report a fault to the kernel that has enabled fault interrupts."""
        if self.on_fault is not None:
            reason = NO_CONTEXT if self.streams.get(function) is None else NO_WRITE
            self.on_fault(function, address, reason, cause)

    def set_remapping(self, value: bool, event: str, cause: str | None) -> None:
        """Enable or disable interrupt remapping."""
        self.remaps_interrupts = value
        self._log.record(event, "register", cause, {"vtd/interrupt-remapping": value})
