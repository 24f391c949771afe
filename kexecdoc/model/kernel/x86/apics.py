"""How an x86 kernel hands out vectors and shuts down its interrupt controllers.

A vector is a number in a CPU's own table. A device's message names the CPU and the vector. The old kernel and
the next get the same vectors, as kernels do that find the same devices in the same order. [src: apic-msi]
"""

from __future__ import annotations

from kexecdoc.model.kernel.kernel import Kernel
from kexecdoc.model.kernel.vectors import cpu_of
from kexecdoc.model.machine.apic import message
from kexecdoc.model.machine.disk import QUEUES
from kexecdoc.model.machine.x86 import X86
from kexecdoc.model.scales import VECTORS

FIRST_VECTOR = 0x21
"""The first vector that the kernel gives to a device. [src: apic-msi]"""

NUMBERS = {
    "nvme0": tuple(range(FIRST_VECTOR, FIRST_VECTOR + QUEUES)),
    "eth0": tuple(range(FIRST_VECTOR + QUEUES, FIRST_VECTOR + QUEUES + VECTORS)),
}


def chips(kernel: Kernel) -> X86:
    """Return the controllers of an x86 machine."""
    found = kernel.computer.chips
    assert isinstance(found, X86)
    return found


def messages(function: str, cpus: int) -> list[tuple[int, int]]:
    """Return the address and data that each of a function's vectors writes, if ``cpus`` CPUs take interrupts."""
    return [message(cpu_of(function, v, cpus), number) for v, number in enumerate(NUMBERS[function])]


def clear_io_apic(kernel: Kernel) -> None:
    """Mask every pin, and end the interrupts that it has delivered. [src: x86-io-apic]"""
    chips(kernel).line.clear(kernel.id("clear-io-apic"), kernel.cause)


def shut_down_local_apic(kernel: Kernel) -> None:
    """Disable this CPU's local APIC, then put it into virtual wire mode, as firmware does. There it accepts messages.

    [src: x86-shutdown]
    """
    apic = chips(kernel).apics[0]
    apic.set_enabled(False, kernel.id("lapic-shutdown"), kernel.cause)
    apic.set_enabled(True, kernel.id("virtual-wire"), kernel.cause)
