"""A driver: everything that the two kernels do with one function on the bus.

The machine's own devices have theirs in `drivers`; a device that is plugged in beside them brings another
(`Scenario.plugged`). All are called in the same way. Each callback may be left out, as in a real driver.

``old`` is an `OldKernel` and ``new`` a `NextKernel`, as a subclass declares.
"""

from __future__ import annotations

from typing import Any, ClassVar

from kexecdoc.model.kernel.step import Process
from kexecdoc.model.machine.bus import Function
from kexecdoc.model.scales import BOOT_DRIVERS
from kexecdoc.model.scenario import Scenario


class Driver:
    """A driver without callbacks, of the function that it is given."""

    probes_at: ClassVar[int] = BOOT_DRIVERS
    """When the next kernel probes it: ns of other drivers' work since its first driver."""

    def __init__(self, function: Function) -> None:
        self.function = function

    @property
    def name(self) -> str:
        """What the log and the kernels call the function."""
        return self.function.name

    # -- before t=0 ----------------------------------------------------------------------------------

    def request_interrupts(self, old: Any) -> None:
        """Have the old kernel route the device's interrupts, before ``set_up``."""

    def set_up(self, old: Any) -> None:
        """Have the old kernel give the device its memory and write its registers."""

    # -- device_shutdown() ---------------------------------------------------------------------------

    def ended_by(self, scenario: Scenario) -> str:
        """Return what device_shutdown() calls: ``shutdown``, or ``remove`` or ``none`` where a scenario says so."""
        return "shutdown"

    def shutdown(self, old: Any) -> Process:
        """Run the shutdown callback. The PCI core has its turn after it. [src: device-shutdown]"""
        yield from ()

    def remove(self, old: Any) -> Process:
        """Run the remove callback."""
        yield from ()

    def is_known_to_be_powered(self, scenario: Scenario) -> bool:
        """Return whether the PCI core knows the function to be powered."""
        return True

    # -- the next kernel -----------------------------------------------------------------------------

    def probe(self, new: Any) -> Process:
        """Let the next kernel's driver, if it has one, take the device."""
        yield from ()
