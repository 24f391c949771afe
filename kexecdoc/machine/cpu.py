"""A CPU, as far as interrupts see it."""

from __future__ import annotations

from collections.abc import Callable

from kexecdoc.log import Log


class Cpu:
    """``on_interrupt`` is the running kernel's handler: it is given the INTID and the causing event."""

    def __init__(self, log: Log, number: int) -> None:
        self._log = log
        self.number = number
        self.interrupts = "on"
        self.online = True
        self.on_interrupt: Callable[[int, str], None] | None = None
        log.start[f"cpu/{number}/online"] = True
        log.start[f"cpu/{number}/interrupts"] = "on"

    @property
    def takes_interrupts(self) -> bool:
        return self.online and self.interrupts == "on" and self.on_interrupt is not None

    def set_interrupts(self, value: str, id: str, cause: str | None) -> None:
        """Mask interrupts or take them again: ``masked`` or ``on``."""
        self.interrupts = value
        self._log.record(id, "cpu", cause, {f"cpu/{self.number}/interrupts": value})

    def set_online(self, value: bool, id: str, cause: str | None) -> None:
        """Take the CPU down or bring it up. It comes up with interrupts on."""
        self.online = value
        self.interrupts = "on" if value else "masked"
        self._log.record(
            id, "cpu", cause, {f"cpu/{self.number}/online": value, f"cpu/{self.number}/interrupts": self.interrupts}
        )
