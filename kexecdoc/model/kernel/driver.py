"""A driver: what the two kernels have to say to one function on the bus.

What they say to the machine's own devices stands, step by step, in `old`, `shutdown` and `drivers`. A device that is
plugged in beside those (`Scenario.plugged`) brings one object along with all of it. Each callback may be left out,
as a driver's may.
"""

from __future__ import annotations

from typing import Any

from kexecdoc.model.kernel.step import Process
from kexecdoc.model.machine.bus import Function


class Driver:
    """A driver without callbacks, of the function that it is given."""

    def __init__(self, function: Function) -> None:
        self.function = function

    @property
    def name(self) -> str:
        """What the log and the kernels call the function."""
        return self.function.name

    def set_up(self, old: Any) -> None:
        """Let the old kernel set the device up, before t=0: its memory, its registers."""

    def shutdown(self, old: Any) -> Process:
        """Do what device_shutdown() finds in the driver. The PCI core has its turn after it. [src: device-shutdown]"""
        yield from ()

    def probe(self, new: Any) -> Process:
        """Let the next kernel's driver, if it has one, take the device."""
        yield from ()
