"""Hot-plug ports on the way out and on the way in: what a port driver's shutdown costs where commands never complete.

Controllers with erratum CF118, and others like them, advertise Command Completed and set it only for commands that
change a control field. A write that changes enable bits alone never completes; the one that set the slot up at boot
is such a write, and so is the one that switches the notifications off. [src: pciehp-wait, cf118]
"""

from __future__ import annotations

from kexecdoc.model.kernel.kernel import Kernel
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.pci import clear_bus_master
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.machine.bus import Function
from kexecdoc.model.scales import MS, PORT_COMMAND, SLOT_SET_UP, S
from kexecdoc.registries.versions import version

BOOT_COMMAND, DISABLING_COMMAND = 0x1038, 0x0000
"""Slot Control: all enable bits, as the driver writes it at boot on a slot without a button; and none of them."""

POLLS, POLL_MS = 101, 10
"""`pcie_poll_cmd()` looks so often, with so long a sleep in between. [src: pciehp-wait]"""


def command_wait_ns(kernel: str, hz: int) -> int:
    """Return how long the driver polls for a command that never completes, in ns.

    Each sleep of 10 ms ends with a tick: the next but one in 6.12 and later, one more before. [src: pciehp-wait]
    """
    ticks = -(-POLL_MS * hz // 1000) + (1 if version(kernel) >= version("6.12") else 2)
    return POLLS * ticks * S // hz


def shut_down_ports(old: OldKernel) -> Process:
    """Shut the ports down, one after the other: the port driver has a shutdown callback since v4.15.

    [src: portdrv-shutdown]
    """
    for port in reversed(old.computer.ports):
        if old.has("4.15"):
            with old.callback(port.name, "shutdown"):
                yield from _disable_notifications(old, port)
                if not old.has("6.3"):  # until then it ended in pci_disable_device()
                    port.set_bus_master(False, old.id(f"{port.name}-disable"), old.cause)
        clear_bus_master(old, port.name)


def _disable_notifications(old: OldKernel, port: Function) -> Process:
    """Switch the slot's notifications off. Before a command the driver waits for the last one, and then for this."""
    if old.scenario.hotplug != "cf118":
        yield from old.pause(PORT_COMMAND)
        return
    hz = old.scenario.hz
    yield from old.pause(S // hz)  # the last one's time is over long since: a tick
    _time_out(old, port, BOOT_COMMAND, SLOT_SET_UP + old.now, S // hz)
    wait = command_wait_ns(old.scenario.kernel, hz)
    yield from old.pause(wait)
    _time_out(old, port, DISABLING_COMMAND, wait, wait)


def _time_out(old: OldKernel, port: Function, command: int, age: int, waited: int) -> None:
    """Say that a command did not complete, and how old it is."""
    id = old.log.record(old.id("command-timeout"), "timeout", old.cause, {f"device/{port.name}/waited": waited})
    old.say("hotplug.timeout", port.bdf, command, age // MS, cause=id)


def probe_ports(kernel: Kernel) -> None:
    """Let the port driver take the ports: it sets Bus Master again, whoever drives what is below.

    [src: pci-enable-bridge]
    """
    for port in kernel.computer.ports:
        with kernel.callback(port.name, "probe"):
            port.set_bus_master(True, kernel.id(f"{port.name}-set-master"), kernel.cause)
