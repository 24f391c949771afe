"""Every number that differs from a real machine, declared once.

Mechanisms, the order of steps, thresholds and table arithmetic follow the sources. Only rates, sizes and durations are
scaled. Each constant below is one row of the table on the page "Where this model lies": its value on a real machine and
the source for it, its value here, and the reason for the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

US = 1_000
MS = 1_000_000
S = 1_000_000_000


@dataclass(frozen=True)
class Scale:
    """One row. ``real`` is the value on a real machine; ``source`` supports it ("" if nothing does)."""

    thing: str
    value: int
    here: str
    real: str
    source: str
    why: str


TABLE: list[Scale] = []


def scaled(thing: str, value: int, here: str, *, real: str, source: str = "", why: str) -> int:
    """Add a row to the table and return the value, in nanoseconds if it is a duration."""
    TABLE.append(Scale(thing, value, here, real, source, why))
    return value


FRAME = 4096  # bytes: not scaled
BLOCK = 16  # frames: the allocator and the loader begin what they place at multiples of 64 KiB: not scaled
RAM_BASE = 0x4000_0000  # where RAM begins in the recorded consoles: not scaled

FRAMES = scaled(
    "memory", 4096, "16 MiB: 4,096 frames of 4 KiB",
    real="gigabytes", why="it can be drawn, 64 frames by 64",
)
CPUS = scaled("CPUs", 4, "4", real="4 to 256", why="one pending table each, all of them to be seen")
TEXT_FRAMES = scaled(
    "text of the next kernel", 256, "1 MiB",
    real="12 MiB in the recorded consoles", source="consoles", why="keeps its share of memory believable",
)
DATA_FRAMES = scaled(
    "data of the next kernel in its image", 256, "1 MiB",
    real="9.6 MiB in the recorded consoles", source="consoles", why="as text",
)
INITRAMFS_FRAMES = scaled(
    "initramfs", 512, "2 MiB",
    real="3.5 MiB in the recorded consoles, 30 to 200 MB with a distribution's modules",
    source="consoles", why="as text",
)
TABLE_FRAMES = scaled(
    "early allocations (page tables, page metadata, per-CPU data)", 256, "1 MiB",
    real="page metadata alone is 64 bytes for each 4 KiB frame, 1.6 %",
    why="6 % of memory, so that a hit happens in some seeds and not in most",
)
ITS_TABLE_FRAMES = scaled(
    "ITS tables and command queue", 48, "192 KiB",
    real="64 KiB a table and 64 KiB of queue in the recorded consoles",
    source="consoles", why="one device table, one collection table, one queue: not scaled",
)
BOOT_TABLES_APART = scaled(
    "from the property table to the boot CPU's pending table", 128, "512 KiB",
    real="64 KiB: one follows the other in the recorded consoles", source="consoles",
    why="an early allocation can then lie on the one and not on the other; the text can still lie on both",
)
BUFFER_BLOCK_FRAMES = scaled(
    "contiguous block from which receive buffers are cut", 64, "256 KiB",
    real="depends on driver and allocator", why="a ring of 256 descriptors then has two blocks",
)
BUFFER_BYTES = scaled(
    "receive buffer", 2048, "2 KiB", real="2 KiB in an ixgbe ring", source="ixgbe-ring", why="not scaled",
)
DESCRIPTOR_BYTES = scaled(
    "descriptor", 16, "16 bytes", real="16 bytes in e1000e and ixgbe", source="e1000e-descriptor", why="not scaled",
)
CRASH_FRAMES = scaled(
    "memory of the capture kernel", 1536, "6 MiB", real="64 MiB to 512 MiB", source="kdump-doc",
    why="room for its image, its early allocations and a pool",
)
CMA_FRAMES = scaled(
    "memory that crashkernel=SIZE,cma adds", 512, "2 MiB", real="as much as is asked for", source="crash-cma",
    why="room for the buffers of a device, and for the pool of the capture kernel",
)
PRESERVED_FRAMES = scaled(
    "preserved memory", 256, "1 MiB", real="a virtual machine's memory, or a memfd", source="kho", why="to be seen on the map",
)
CYCLIC_BYTES = scaled(
    "cyclic buffer", 65_536, "64 KiB, 32 periods of 2 KiB",
    real="a few KiB to megabytes", why="one naturally aligned block",
)
VECTORS = scaled("MSI vectors of the device", 4, "4, one a CPU", real="one a queue", why="one pending bit each")

scaled("traffic at the device", 500, "500 packets a second, lengths even from 64 to 1,514 bytes",
       real="0.81 to 14.88 million packets a second at 10 Gbit/s (arithmetic from IEEE 802.3 framing)",
       why="each packet can be followed")
scaled("descriptors in the ring", 256, "256", real="512 by default in ixgbe", source="ixgbe-ring", why="as above")
NOTIFIERS = scaled(
    "reboot notifiers", 2 * MS, "2 ms", real="depends on what is loaded",
    why="the steps before the jump add up to 30 ms, the split of one arm64 board in 2019",
)
DRIVER_SHUTDOWN = scaled(
    "a driver's shutdown callback", 6 * MS, "6 ms", real="0.03 s for all of shutdown on one arm64 board",
    source="boot-time-2019", why="as above",
)
DRIVER_REMOVE = scaled(
    "a driver's remove callback", 40 * MS, "40 ms",
    real="not measured: no figure was found", why="more than shutdown, since it also frees what it held",
)
HANG_WATCHED = scaled(
    "watched after a remove callback that does not return", 1 * S, "1 s", real="for ever",
    why="a run must end; device_shutdown() itself has no time limit",
)
PORT_COMMAND = scaled(
    "a hot-plug command that completes", 1 * MS, "1 ms", real="milliseconds", source="pciehp-wait", why="a visible step",
)
SLOT_SET_UP = scaled(
    "from setting the slots up to the call that starts the crossing", 65_284 * MS, "65.284 s", real="the time since boot; this is the thread's",
    source="seed-biederman", why="not scaled: it is only printed",
)
FUNCTION_SHUTDOWN = scaled(
    "device_shutdown() for a device without a callback", 1 * MS, "1 ms", real="microseconds to milliseconds",
    why="a visible step",
)
CPU_DOWN = scaled(
    "taking one CPU offline", 4 * MS, "4 ms", real="not measured: no figure was found", why="a visible step",
)
MASKED_BEFORE_STUB = scaled(
    "interrupts masked before the stub starts", 5 * US, "5 µs", real="microseconds", source="arm64-machine-kexec",
    why="an LPI that arrives here stays pending",
)
SHORT_STEP = scaled(
    "a step of the old kernel that does next to nothing here", MS // 2, "0.5 ms", real="not measured: no figure was found",
    why="a visible step",
)
CPU_STOP = scaled(
    "stopping the other CPUs by an interrupt", MS // 2, "0.5 ms", real="microseconds", source="arm64-crash",
    why="a visible step; a CPU that does not answer costs what it costs in the source",
)
PANIC_STEP = scaled(
    "a step of a crashed kernel", MS // 2, "0.5 ms", real="not measured: no figure was found", why="a visible step",
)
DUMP_WRITE = scaled(
    "writing the dump in place", 40 * MS, "40 ms", real="minutes, by the size of memory", why="a visible step",
)
INTERRUPT_COST = scaled(
    "an interrupt that nobody handles", 2 * US, "2 µs", real="1 to 2 µs, an estimate from what the code does",
    why="not scaled; it decides how long a storm lasts",
)
FIRMWARE = scaled(
    "firmware, until it loads the next kernel", 100 * MS, "100 ms", real="seconds to minutes",
    why="so that what is left running after no reset can be seen",
)
COPY = scaled(
    "copying the image", 60 * MS, "60 ms", real="0.35 s on one arm64 board", source="boot-time-2019",
    why="so that a ring outlives the copy, and every outcome occurs",
)
COPY_RUN = scaled(
    "frames copied in one event", 8, "8 frames, 0.47 ms", real="page by page", source="relocate-kernel",
    why="an eighth of the events; a write that falls inside a run is judged up to 0.47 ms off",
)
DIGEST = scaled(
    "checking the digest", 10 * MS, "10 ms", real="not measured: no figure was found", why="a window that can be seen",
)
EARLY_BOOT = scaled(
    "entry to the reservations and the allocator", 5 * MS, "5 ms",
    real="0.29 s of startup, as its author calls it, on one arm64 board", source="boot-time-2019",
    why="the steps of the boot add up to 0.29 s",
)
BOOT_MEMORY = scaled(
    "reservations and early allocations", 15 * MS, "15 ms", real="part of 0.29 s",
    source="boot-time-2019", why="as above",
)
EARLY_TO_ITS = scaled(
    "early allocations to a quiet ITS", 40 * MS, "40 ms", real="part of 0.29 s",
    source="boot-time-2019", why="as above; at the default traffic each live LPI is raised several times",
)
BOOT_INTERRUPTS = scaled(
    "ITS and redistributors", 10 * MS, "10 ms", real="part of 0.29 s", source="boot-time-2019", why="as above",
)
BOOT_ENABLE = scaled("first interrupt enable", 5 * MS, "5 ms", real="part of 0.29 s",
                     source="boot-time-2019", why="as above")
BOOT_SMP = scaled("bringing the other CPUs up", 24 * MS, "24 ms", real="part of 0.29 s",
                  source="boot-time-2019", why="as above")
BOOT_ENUMERATION = scaled("bus enumeration", 45 * MS, "45 ms", real="part of 0.29 s",
                          source="boot-time-2019", why="as above")
BOOT_IOMMU = scaled("IOMMU probe", 20 * MS, "20 ms", real="part of 0.29 s", source="boot-time-2019", why="as above")
BOOT_DRIVERS = scaled("driver probe, commands of the disk apart", 43 * MS, "43 ms", real="part of 0.29 s",
                      source="boot-time-2019", why="as above")
BOOT_ROOTFS = scaled("starting the thread that unpacks the initramfs", 5 * MS, "5 ms", real="part of 0.29 s",
                     source="boot-time-2019", why="as above")
UNPACK = scaled("unpacking the initramfs, beside the rest", 40 * MS, "40 ms",
                real="1.8 s, 0.2 s and 0.3 s in three recorded consoles, under emulation", source="consoles", why="as above")
BOOT_LATE = scaled("the initcalls after the drivers'", 70 * MS, "70 ms", real="part of 0.29 s",
                   source="boot-time-2019", why="as above")
DISK_COMMAND = scaled("one command of the disk", 2 * MS, "2 ms, four before userspace", real="well under 1 ms",
                      why="the interrupt that ends it can be seen")
DISK_TIMEOUT = scaled(
    "command timeout of the disk", 1 * S, "1 s, then polled", real="60 s for an NVMe admin command, then polled",
    source="consoles", why="so that a run of four timeouts fits on one axis",
)
HORIZON = scaled("watched after the jump, if userspace is not reached", 30 * S, "30 s", real="for ever", why="a run must end")
AFTER_USERSPACE = scaled("watched after userspace", 1 * S, "1 s", real="for ever", why="a run must end")
