"""A second device on the interrupt line: a USB host controller that does very little."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment, Event

from kexecdoc.model.log import Log
from kexecdoc.model.machine.bus import Function
from kexecdoc.model.machine.line import Line
from kexecdoc.model.scales import DISK_COMMAND


class UsbHost:
    """It carries out a command, then asserts the line."""

    def __init__(self, env: Environment, log: Log, function: Function, line: Line) -> None:
        self._env = env
        self._log = log
        self.function = function
        self.line = line
        self._commands = 0

    def command(self, cause: str) -> str:
        """Begin to carry out a command; return its id."""
        ordinal = self._commands
        self._commands += 1
        event = self._log.record(f"{self.function.name}/command:{ordinal}", "command", cause)
        self._env.process(self._carry_out(ordinal, event))
        return event

    def _carry_out(self, ordinal: int, cause: str) -> Generator[Event, None, None]:
        yield self._env.timeout(DISK_COMMAND)
        self.line.assert_by(self.function.name, f"{self.function.name}/line:{ordinal}", cause)

    def serve(self, event: str, cause: str) -> bool:
        """Read and clear the status; return whether the device was asserting the line."""
        raised = self.function.name in self.line.asserting
        self.line.deassert_by(self.function.name, event, cause)
        return raised
