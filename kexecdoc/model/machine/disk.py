"""A disk that needs message-signalled interrupts, so that a dead interrupt path has a victim."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment, Event

from kexecdoc.model.log import Log
from kexecdoc.model.machine.bus import Function
from kexecdoc.model.scales import CPUS, DISK_COMMAND

QUEUES = 1 + CPUS
"""One admin queue, and an I/O queue for each CPU. Each queue has a vector of its own."""


class Disk:
    """It carries out a command from a queue, then sends an MSI on the queue's vector.

    ``messages[q]`` is what queue q's vector writes: an address, and data.
    """

    def __init__(self, env: Environment, log: Log, function: Function) -> None:
        self._env = env
        self._log = log
        self.function = function
        self.messages: list[tuple[int, int]] = []
        self._commands = 0

    def command(self, queue: int, cause: str) -> str:
        """Begin to carry out a command; return its id."""
        ordinal = self._commands
        self._commands += 1
        event = self._log.record(f"{self.function.name}/command:{ordinal}", "command", cause)
        self._env.process(self._carry_out(queue, ordinal, event))
        return event

    def _carry_out(self, queue: int, ordinal: int, cause: str) -> Generator[Event, None, None]:
        """Work, then interrupt."""
        yield self._env.timeout(DISK_COMMAND)
        address, data = self.messages[queue]
        self.function.write("msi", ordinal, "msi", address, data.to_bytes(4, "little"), cause, {})
