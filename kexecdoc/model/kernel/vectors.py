"""How the kernels of this model spread a device's vectors over the CPUs, on every architecture."""

from __future__ import annotations


def cpu_of(function: str, vector: int, cpus: int) -> int:
    """Return the CPU that takes a vector, of ``cpus`` CPUs that are up.

    Each of the card's vectors has a CPU of its own. So has each I/O queue of the disk, and the disk's admin queue
    shares CPU 0 with the first of them. Where there are too few CPUs, the last one takes the rest.
    """
    wanted = vector if function == "eth0" else max(0, vector - 1)
    return min(wanted, cpus - 1)
