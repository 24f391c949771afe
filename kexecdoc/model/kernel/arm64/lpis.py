"""How a kernel sets up LPIs: each has a byte in the property table and a route in the ITS.

The allocator hands out INTIDs in powers of two: eight for the disk's five queues, then four for the network
card's vectors. The old kernel and the next get the same numbers, as real ones do. [src: lpi-allocate]
"""

from __future__ import annotations

from kexecdoc.model.kernel.kernel import Kernel
from kexecdoc.model.kernel.vectors import cpu_of
from kexecdoc.model.machine.arm64 import Arm64
from kexecdoc.model.machine.disk import QUEUES
from kexecdoc.model.machine.gic import FIRST_LPI
from kexecdoc.model.scales import VECTORS

INTIDS = {
    "nvme0": tuple(range(FIRST_LPI, FIRST_LPI + QUEUES)),
    "eth0": tuple(range(FIRST_LPI + 8, FIRST_LPI + 8 + VECTORS)),
}

ENABLED, DISABLED = 0xA3, 0xA2
"""A byte of the property table: priority 0xa0, group 1, and the enable bit. [src: lpi-allocate]"""


def chips(kernel: Kernel) -> Arm64:
    """Return the controllers of an arm64 machine."""
    found = kernel.computer.chips
    assert isinstance(found, Arm64)
    return found


def configure(kernel: Kernel, table: int, intid: int, byte: int) -> None:
    """Write an LPI's byte in the property table that the kernel uses, then send INV so that the hardware reads it."""
    kernel.memory.store(table + intid - FIRST_LPI, bytes([byte]))
    for redistributor in chips(kernel).redistributors:
        redistributor.invalidate(intid, table, kernel.cause)


def configure_all(kernel: Kernel, table: int, byte: int) -> None:
    """Configure the LPIs of every function."""
    for intids in INTIDS.values():
        for intid in intids:
            configure(kernel, table, intid, byte)


def route(kernel: Kernel, function: str) -> dict[str, object]:
    """Map a function's vectors to CPUs; return that as assignments for the log."""
    gic, cpus = chips(kernel), sum(cpu.online for cpu in kernel.computer.cpus)
    routes: dict[str, object] = {}
    for vector, intid in enumerate(INTIDS[function]):
        routes |= gic.its.map_device(function, vector, intid, cpu_of(function, vector, cpus))
    return routes
