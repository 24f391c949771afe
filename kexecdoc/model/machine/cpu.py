"""A CPU, as far as interrupts see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from simpy import Environment, Event

from kexecdoc.model.log import Log


class Source(Protocol):
    """A source of interrupts that may have to wait for a CPU."""

    def present(self, cause: str | None) -> None:
        """Deliver what is pending, now that the CPU takes interrupts."""


class Interrupt(NamedTuple):
    """An interrupt that a CPU takes. ``ordinal`` counts at the controller, and ``cause`` is the id of the event."""

    number: int
    ordinal: int
    cause: str


class Cpu:
    """``on_interrupt`` is the running kernel's handler: it is given the CPU and the interrupt.

    ``stolen`` is how long interrupts have occupied it, in ns; ``storming`` is whether one occupies it now.
    """

    def __init__(self, env: Environment, log: Log, number: int) -> None:
        self._env = env
        self._log = log
        self.number = number
        self.message_from = f"cpu/{number}/message-from"  # log path: whose message it took last
        self.interrupts = "on"
        self.online = True
        self.on_interrupt: Callable[[Cpu, Interrupt], None] | None = None
        self.sources: list[Source] = []
        self.stolen = 0
        self.storming = False
        self.calm: Event = env.event()  # happens at the end of a storm
        log.start[f"cpu/{number}/online"] = True
        log.start[f"cpu/{number}/interrupts"] = "on"

    @property
    def takes_interrupts(self) -> bool:
        return self.online and self.interrupts == "on" and not self.storming and self.on_interrupt is not None

    def interrupt(self, interrupt: Interrupt) -> None:
        """Take an interrupt: the running kernel's handler runs at once."""
        assert self.on_interrupt is not None
        self.on_interrupt(self, interrupt)

    def set_interrupts(self, value: str, event: str, cause: str | None) -> None:
        """Set interrupts ``masked`` or ``on``. Pending interrupts are taken once they are on."""
        self.interrupts = value
        self._log.record(event, "cpu", cause, {f"cpu/{self.number}/interrupts": value})
        self._present(event)

    def set_online(self, value: bool, event: str, cause: str | None) -> None:
        """Bring the CPU up, with interrupts on, or take it down."""
        self.online = value
        self.interrupts = "on" if value else "masked"
        path = f"cpu/{self.number}"
        self._log.record(event, "cpu", cause, {f"{path}/online": value, f"{path}/interrupts": self.interrupts})
        self._present(event)

    def set_storming(self, value: bool, event: str, cause: str | None, **also: object) -> None:
        """Begin or end a storm, in which the CPU only handles interrupts."""
        self.storming = value
        if not value:
            self.calm.succeed()
            self.calm = self._env.event()
        self._log.record(event, "storm", cause, {f"cpu/{self.number}/storm": value, **also})

    def _present(self, cause: str) -> None:
        for source in self.sources:
            if self.takes_interrupts:
                source.present(cause)
