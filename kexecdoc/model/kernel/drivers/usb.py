"""The driver of the other device on the interrupt line, in both kernels."""

from __future__ import annotations

from typing import ClassVar

from simpy import Event

from kexecdoc.model.kernel.driver import Driver
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.machine.cpu import Interrupt
from kexecdoc.model.machine.usb import UsbHost
from kexecdoc.model.scales import BOOT_DRIVERS, FUNCTION_SHUTDOWN

HANDLER = "usb_hcd_irq"


class UsbDriver(Driver):
    """The driver of the USB host controller."""

    probes_at: ClassVar[int] = BOOT_DRIVERS // 2

    def __init__(self, usb: UsbHost) -> None:
        super().__init__(usb.function)
        self.usb = usb

    def request_interrupts(self, old: OldKernel) -> None:
        """Request the line."""

        def serve(interrupt: Interrupt) -> bool:
            return self.usb.serve(old.id("usb0-serve"), interrupt.cause)

        old.interrupts.begin_with_line(serve, HANDLER)

    def shutdown(self, old: OldKernel) -> Process:
        """Stop the controller. It does not assert the line any more."""
        with old.callback("usb0", "shutdown"):
            yield from old.pause(FUNCTION_SHUTDOWN)

    def probe(self, new: NextKernel) -> Process:
        """Request the line, then have the controller carry out a command.

        If the device under study asserts the line, the storm starts with the request. [src: request-irq]
        """
        done: Event = new.computer.env.event()

        def serve(interrupt: Interrupt) -> bool:
            raised = self.usb.serve(new.id("usb0-serve"), interrupt.cause)
            if raised and not done.triggered:
                done.succeed()
            return raised

        with new.callback("usb0", "probe") as call:
            new.attach_iommu("usb0")
            self.function.set_bus_master(True, new.id("usb0-set-master"), new.cause)
            new.interrupts.request_line(serve, HANDLER, new.cause)
            yield from new.pause(0)  # a storm that starts with the request ends before anything else runs
            self.usb.command(call)
            yield done
