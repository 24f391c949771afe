"""A disk that works through message-signalled interrupts, so that a dead interrupt path has a victim."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment, Event

from kexecdoc.model.log import Log
from kexecdoc.model.machine.bus import Function
from kexecdoc.model.scales import CPUS, DISK_COMMAND

QUEUES = 1 + CPUS
"""One admin queue and one I/O queue a CPU, each with its own vector."""


class Disk:
    """It takes a command on a queue and says that it is done with one MSI on the queue's vector.

    ``messages[q]`` is what queue q's vector writes: an address, and data.
    """

    def __init__(self, env: Environment, log: Log, function: Function) -> None:
        self._env = env
        self._log = log
        self.function = function
        self.messages: list[tuple[int, int]] = []
        self._commands = 0

    def command(self, queue: int, cause: str) -> str:
        """Take a command, begin to carry it out, and return its id."""
        ordinal = self._commands
        self._commands += 1
        event = self._log.record(f"{self.function.name}/command:{ordinal}", "command", cause)
        self._env.process(self._carry_out(queue, ordinal, event))
        return event

    def _carry_out(self, queue: int, ordinal: int, cause: str) -> Generator[Event, None, None]:
        """Be busy, then interrupt."""
        yield self._env.timeout(DISK_COMMAND)
        address, data = self.messages[queue]
        self.function.write("msi", ordinal, "msi", address, data.to_bytes(4, "little"), cause, {})
