"""The old kernel's path on reboot, and the firmware that takes over.

`kernel_restart()` shuts devices down as kexec does, except that the PCI core leaves Bus Master alone. Then the
architecture tries ways to reset the machine. One of x86's ways only enters the firmware and resets nothing.
[src: restart-prepare, pci-device-shutdown, x86-reboot]
"""

from __future__ import annotations

from kexecdoc.model.kernel import kexec
from kexecdoc.model.kernel.image import Stub, image_pages
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.scales import COPY, FIRMWARE, SHORT_STEP


def restart(old: OldKernel) -> Process:
    """Print that the machine restarts."""
    old.say("reboot.restarting")
    yield from old.pause(SHORT_STEP)


RESTART = Step("old/kernel_restart", restart, "restart-prepare")


def path(old: type[OldKernel]) -> tuple[Step, ...]:
    """Return the steps up to the moment when firmware takes over."""
    before = (kexec.NOTIFIERS, kexec.DEVICE_SHUTDOWN, kexec.MIGRATE, kexec.SYSCORE_REBOOT)
    return (*before, RESTART, kexec.KMSG_DUMP, *old.MACHINE_RESTART)


class Firmware(Stub):
    """What runs between the two kernels of a reboot. It loads the next kernel from the disk."""

    name = "firmware"

    def path(self) -> tuple[Step, ...]:
        """Return the steps from taking over to the entry of the next kernel."""
        return (RESET, POST, LOADING) if self.scenario.reset == "full" else (POST, LOADING)

    def jump(self) -> None:
        """Take over. From here on the old kernel's memory belongs to nobody; no list of reservations is handed on."""
        self.log.record("firmware/start:0", "run", None, {"running": "firmware", **self.release_old_memory()})

    def load_image(self) -> Process:
        """Load the image from the disk to its destinations."""
        self.memory.put(self.image.destinations, image_pages())
        event = self.id("load-image")
        ranges = [(s.first, s.count) for s in self.image.segments]
        owners = self.memory.give(ranges, "image")
        self.log.record(event, "copy", self.cause, {**owners, **self.memory.wrote(ranges, event)})
        yield from self.pause(COPY)


def reset(firmware: Firmware) -> Process:
    """Put all hardware into its power-on state. [src: x86-reboot]"""
    computer, cause = firmware.computer, firmware.cause
    functions = computer.bus.functions.values()
    for function in functions:
        if function.on_reset is not None:
            function.on_reset(firmware.id(f"{function.name}-reset"), cause)
    for function in functions:
        function.set_bus_master(False, firmware.id(f"{function.name}-reset"), cause)
    computer.chips.reset(lambda what: firmware.id(f"{what}-reset"), cause)
    yield from ()


def power_on_self_test(firmware: Firmware) -> Process:
    """Take the time that firmware takes."""
    yield from firmware.pause(FIRMWARE)


RESET = Step("firmware/reset", reset, "x86-reboot")
POST = Step("firmware/post", power_on_self_test, "x86-reboot")
LOADING = Step("firmware/load", Firmware.load_image, "x86-reboot")
