"""The drivers of the machine's own devices."""

from __future__ import annotations

from kexecdoc.model.kernel.driver import Driver
from kexecdoc.model.kernel.drivers.disk import DiskDriver
from kexecdoc.model.kernel.drivers.nic import NicDriver
from kexecdoc.model.kernel.drivers.port import PortDriver
from kexecdoc.model.kernel.drivers.usb import UsbDriver
from kexecdoc.model.machine.computer import Computer


def built_in(computer: Computer) -> tuple[Driver, ...]:
    """Return the drivers of a computer's own devices, in the order in which both kernels register the devices."""
    ports = [PortDriver(port) for port in computer.ports]
    usb = [UsbDriver(computer.usb)] if computer.usb is not None else []
    return (*ports, *usb, DiskDriver(computer.disk), NicDriver(computer.nic))
