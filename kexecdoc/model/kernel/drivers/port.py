"""The driver of hot-plug ports, in both kernels, and what its shutdown costs where commands never complete.

Controllers with erratum CF118, and others like them, advertise Command Completed and set it only for commands that
change a control field. A write that changes enable bits alone never completes; the one that set the slot up at boot
is such a write, and so is the one that switches the notifications off. [src: pciehp-wait, cf118]
"""

from __future__ import annotations

from typing import ClassVar

from kexecdoc.model.kernel.driver import Driver
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.scales import MS, PORT_COMMAND, SLOT_SET_UP, S
from kexecdoc.registries.versions import version

BOOT_COMMAND, DISABLING_COMMAND = 0x1038, 0x0000
"""Slot Control: all enable bits, as the driver writes it at boot on a slot without a button; and none of them."""

POLLS, POLL_MS = 101, 10
"""How often `pcie_poll_cmd()` looks, and how long it sleeps in between. [src: pciehp-wait]"""


def command_wait_ns(kernel: str, hz: int) -> int:
    """Return how long the driver polls for a command that never completes, in ns.

    Each sleep of 10 ms ends with a tick: the second in 6.12 and later, the third before. [src: pciehp-wait]
    """
    ticks = -(-POLL_MS * hz // 1000) + (1 if version(kernel) >= version("6.12") else 2)
    return POLLS * ticks * S // hz


class PortDriver(Driver):
    """The driver of one hot-plug port. It has a shutdown callback since v4.15. [src: portdrv-shutdown]"""

    probes_at: ClassVar[int] = 0

    def shutdown(self, old: OldKernel) -> Process:
        """Switch the slot's notifications off."""
        if not old.has("4.15"):
            return
        with old.callback(self.name, "shutdown"):
            yield from self._disable_notifications(old)
            if not old.has("6.3"):  # until then it ended in pci_disable_device()
                self.function.set_bus_master(False, old.id(f"{self.name}-disable"), old.cause)

    def _disable_notifications(self, old: OldKernel) -> Process:
        """Wait for the last command, as the driver does before each command; then send this one and wait for it."""
        if old.scenario.hotplug != "cf118":
            yield from old.pause(PORT_COMMAND)
            return
        tick = S // old.scenario.hz
        yield from old.pause(tick)  # the last command's time ran out long ago, so one tick is enough
        self._time_out(old, BOOT_COMMAND, SLOT_SET_UP + old.now, tick)
        wait = command_wait_ns(old.scenario.kernel, old.scenario.hz)
        yield from old.pause(wait)
        self._time_out(old, DISABLING_COMMAND, wait, wait)

    def _time_out(self, old: OldKernel, command: int, age: int, waited: int) -> None:
        """Print that a command did not complete, and how old it is."""
        event = old.log.record(old.id("command-timeout"), "timeout", old.cause, {f"device/{self.name}/waited": waited})
        old.say("hotplug.timeout", self.function.bdf, command, age // MS, cause=event)

    def probe(self, new: NextKernel) -> Process:
        """Set Bus Master again, whether or not the device below has a driver. [src: pci-enable-bridge]"""
        with new.callback(self.name, "probe"):
            self.function.set_bus_master(True, new.id(f"{self.name}-set-master"), new.cause)
        yield from ()
