"""A level-triggered interrupt line, from the device's wire to the CPU.

The wire stays asserted until a driver has served the device. On PCI Express it is a pair of messages, Assert and
Deassert, which Bus Master does not gate. The input at the controller has a mask. From the delivery of an interrupt
to its end it also has a latch set: *remote IRR* in an I/O APIC, the *active* state in a GIC. A masked or latched
input delivers nothing. [src: level-line, bus-master]
"""

from __future__ import annotations

from kexecdoc.model.log import Log
from kexecdoc.model.machine.cpu import Cpu, Interrupt


class Line:
    """One wire and its input at the controller, routed to one CPU. ``latch`` is the controller's name of the latch.

    ``eager`` is True where the controller delivers even while the CPU takes no interrupts, as an I/O APIC does into
    the local APIC. A GIC waits for the CPU.
    """

    def __init__(self, log: Log, number: int, cpu: Cpu, *, latch: str, eager: bool) -> None:
        self._log = log
        self.number = number
        self.cpu = cpu
        self.latch = latch
        self._eager = eager
        self.asserting: set[str] = set()
        self.masked = True
        self.latched = False
        self._delivered = 0
        cpu.sources.append(self)
        log.start.update({self._path("asserted"): False, self._path("masked"): True, self._path(latch): False})

    def _path(self, what: str) -> str:
        return f"line/{self.number}/{what}"

    @property
    def asserted(self) -> bool:
        return bool(self.asserting)

    def start(self) -> None:
        """Unmask the input in the initial state."""
        self.masked = False
        self._log.start[self._path("masked")] = False

    def assert_by(self, function: str, event: str, cause: str | None) -> None:
        """Take Assert_INTx from a function. A second one changes nothing and is not logged."""
        if function in self.asserting:
            return
        self.asserting.add(function)
        self._log.record(event, "line", cause, {self._path("asserted"): True})
        self.offer(event)

    def deassert_by(self, function: str, event: str, cause: str | None) -> None:
        """Take Deassert_INTx from a function."""
        if function in self.asserting:
            self.asserting.discard(function)
            self._log.record(event, "line", cause, {self._path("asserted"): self.asserted})

    def set_mask(self, masked: bool, event: str, cause: str | None) -> None:
        """Mask or unmask the input. Once it is unmasked, an asserted line is delivered at once."""
        if masked != self.masked:
            self.masked = masked
            self._log.record(event, "register", cause, {self._path("masked"): masked})
            self.offer(event)

    def clear(self, event: str, cause: str | None) -> None:
        """Mask the input and clear its latch."""
        self.masked, self.latched = True, False
        self._log.record(event, "register", cause, {self._path("masked"): True, self._path(self.latch): False})

    def offer(self, cause: str) -> None:
        """Deliver interrupts for as long as the wire is asserted and neither mask nor latch stops it."""
        while self.asserted and not self.masked and not self.latched:
            if not (self._eager or self.cpu.takes_interrupts):
                return
            self._delivered += 1
            self.latched = True
            event = f"line{self.number}/deliver:{self._delivered}"
            self._log.record(event, "line", cause, {self._path(self.latch): True})
            if not self.cpu.takes_interrupts:
                return
            self._take(event)

    def present(self, cause: str | None) -> None:
        """Deliver what waited for the CPU."""
        if self.latched:
            self._take(cause or "")
        self.offer(cause or "")

    def _take(self, cause: str) -> None:
        """Let the CPU handle the interrupt, then end it."""
        self.cpu.interrupt(Interrupt(self.number, self._delivered, cause))
        if self.latched and not self.cpu.storming:
            self.end(cause)

    def end(self, cause: str) -> None:
        """End the interrupt: an I/O APIC clears remote IRR, a GIC deactivates."""
        self.latched = False
        self._log.record(f"line{self.number}/end:{self._delivered}", "line", cause, {self._path(self.latch): False})
