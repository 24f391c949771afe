"""The way out by reboot, and the firmware that takes over.

`kernel_restart()` shuts devices down exactly as kexec does, but for Bus Master, which the PCI core leaves to the
firmware. Then the architecture looks for a way to reset the machine; one of x86's ways merely enters the firmware,
and resets nothing. [src: restart-prepare, pci-device-shutdown, x86-reboot]
"""

from __future__ import annotations

from kexecdoc.model.kernel import kexec
from kexecdoc.model.kernel.image import Stub, image_pages
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.scales import COPY, FIRMWARE, SHORT_STEP


def restart(old: OldKernel) -> Process:
    """Say that every device has been shut down."""
    old.say("reboot.restarting")
    yield from old.pause(SHORT_STEP)


RESTART = Step("old/kernel_restart", restart, "restart-prepare")


def path(old: type[OldKernel]) -> tuple[Step, ...]:
    """Return the steps up to the moment when firmware takes over."""
    before = (kexec.NOTIFIERS, kexec.DEVICE_SHUTDOWN, kexec.MIGRATE, kexec.SYSCORE_REBOOT)
    return (*before, RESTART, kexec.KMSG_DUMP, *old.MACHINE_RESTART)


class Firmware(Stub):
    """What runs between the two kernels of a reboot. It loads the next one from the disk, wherever that goes."""

    name = "firmware"

    def path(self) -> tuple[Step, ...]:
        """Return the steps from taking over to the entry of the next kernel."""
        return (RESET, POST, LOADING) if self.scenario.reset == "full" else (POST, LOADING)

    def jump(self) -> None:
        """Take over. From here on the old kernel's memory is nobody's, and no list of reservations is handed on."""
        self.log.record("firmware/start:0", "run", None, {"running": "firmware", **self.release_old_memory()})

    def load_image(self) -> Process:
        """Load the image from the disk to where it runs."""
        pages, destinations, image = self.image.pages, self.image.destinations, image_pages()
        for number, frame in enumerate(destinations):
            if frame != pages[number]:
                self.memory.put(frame, image[number])
        event = self.id("load-image")
        ranges = [(s.first, s.count) for s in self.image.segments]
        owners = self.memory.give(ranges, "image")
        self.log.record(event, "copy", self.cause, {**owners, **self.memory.wrote(ranges, event)})
        yield from self.pause(COPY)


def reset(firmware: Firmware) -> Process:
    """Reset the hardware, all of it: power-on state, whatever the old kernel left. [src: x86-reboot]"""
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
    """Do what firmware does."""
    yield from firmware.pause(FIRMWARE)


RESET = Step("firmware/reset", reset, "x86-reboot")
POST = Step("firmware/post", power_on_self_test, "x86-reboot")
LOADING = Step("firmware/load", Firmware.load_image, "x86-reboot")
