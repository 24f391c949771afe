"""The running kernel's interrupt layer: who asked for an interrupt, and what becomes of one that nobody did."""

from __future__ import annotations

from collections.abc import Callable

from kexecdoc.kernel.kernel import Kernel

Handler = Callable[[str], None]
"""What a driver does when its device interrupts; it is given the id of the causing event."""


class Interrupts:
    """What is requested, by the number with which it reaches a CPU."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._handlers: dict[int, Handler] = {}

    def attach(self) -> None:
        """Become what the CPUs call: this kernel's vectors are in place."""
        for cpu in self._kernel.computer.cpus:
            cpu.on_interrupt = self.take

    def request(self, number: int, handler: Handler) -> None:
        """Let a driver have an interrupt."""
        self._handlers[number] = handler

    def take(self, number: int, cause: str) -> None:
        """Handle an interrupt that a CPU has taken."""
        if handler := self._handlers.get(number):
            handler(cause)
