"""What arithmetic alone says must happen. A chapter prints it beside the simulated value; a test holds them.

The shares are those of a layout in which every block lies anywhere, evenly: where two blocks overlap is
then a matter of how far apart they begin. The simulated layout is a little less even, since blocks must
not overlap the interrupt controller's tables; that is within what 200 seeds can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kexecdoc.model.kernel.boot import EARLY_ALLOCATIONS
from kexecdoc.model.kernel.image import IMAGE_FRAMES, SEGMENTS
from kexecdoc.model.kernel.irq import WINDOW
from kexecdoc.model.kernel.kexec import KMSG_DUMP, MIGRATE, SYSCORE
from kexecdoc.model.kernel.old import FIRMWARE_FRAMES
from kexecdoc.model.kernel.reservations import DESTINATION_ALIGN
from kexecdoc.model.machine.gic import TABLE_FRAMES
from kexecdoc.model.machine.memory import natural
from kexecdoc.model.scales import (
    BOOT_DRIVERS,
    BOOT_ENABLE,
    BOOT_ENUMERATION,
    BOOT_INTERRUPTS,
    BOOT_IOMMU,
    BOOT_LATE,
    BOOT_MEMORY,
    BOOT_ROOTFS,
    BOOT_SMP,
    BUFFER_BLOCK_FRAMES,
    BUFFER_BYTES,
    COPY,
    CPU_DOWN,
    CPUS,
    CRASH_FRAMES,
    CYCLIC_BYTES,
    DESCRIPTOR_BYTES,
    DIGEST,
    DISK_COMMAND,
    EARLY_BOOT,
    EARLY_TO_ITS,
    FRAME,
    FRAMES,
    INITRAMFS_FRAMES,
    INTERRUPT_COST,
    ITS_TABLE_FRAMES,
    MASKED_BEFORE_STUB,
    MS,
    SHORT_STEP,
    VECTORS,
    S,
)
from kexecdoc.model.scenario import Scenario

COMMON_FRAMES = FRAMES - FIRMWARE_FRAMES - ITS_TABLE_FRAMES - (1 + CPUS) * TABLE_FRAMES
"""Frames that both a DMA buffer and a destination of the image may lie on."""

BEFORE_JUMP = {"kexec": 24 * MS, "panic": 2 * MS}
"""Roughly how long the old kernel takes when nothing stops the device."""


def ring_writes(ring_size: int) -> int:
    """Return how many writes a ring can make when nobody refills it: a buffer and a descriptor each."""
    return 2 * ring_size


def ring_dry_ns(ring_size: int, traffic: int) -> int:
    """Return how long a full ring lasts, in ns, when nobody refills it."""
    return ring_size * S // traffic


def off_before_jump_ns(scenario: Scenario) -> int:
    """Return how long the SMMU is off while the old kernel still runs, in ns: what follows device_shutdown()."""
    short_steps = sum(scenario.kernel in step.versions for step in (MIGRATE, SYSCORE, KMSG_DUMP))
    return (short_steps + 1) * SHORT_STEP + (CPUS - 1) * CPU_DOWN + MASKED_BEFORE_STUB


def astray_before_jump(scenario: Scenario) -> int:
    """Return how many writes go astray in that time: a buffer and a descriptor a packet, or one a period.

    For a device that nothing stops, behind a translating SMMU, with a ring that does not run dry so early.
    """
    arrivals = scenario.traffic * off_before_jump_ns(scenario) // S
    return arrivals * (2 if scenario.dma == "ring" else 1)


def entry_ns(scenario: Scenario) -> int:
    """Return the time from the jump to the entry of the next kernel, in ns."""
    return COPY + (DIGEST if scenario.loader == "user" else 0)


def quiet_its_ns(scenario: Scenario) -> int:
    """Return the time from the jump to a quiet ITS, in ns: the window of flipped bits."""
    return entry_ns(scenario) + EARLY_BOOT + BOOT_MEMORY + EARLY_TO_ITS


def unpack_ns(scenario: Scenario) -> int:
    """Return the time from the jump to the reading of the initramfs, in ns: with ACPI the bus comes first."""
    others = 0 if scenario.path == "panic" else BOOT_SMP  # a capture kernel brings no other CPU up
    bus = BOOT_ENUMERATION if scenario.firmware == "efi" else 0
    return quiet_its_ns(scenario) + BOOT_INTERRUPTS + BOOT_ENABLE + others + bus


def probe_ns(scenario: Scenario) -> int:
    """Return the time from the jump to the probe of the device's next driver, in ns."""
    steps = BOOT_ROOTFS + (BOOT_ENUMERATION if scenario.firmware == "devicetree" else 0) + BOOT_IOMMU + BOOT_DRIVERS
    return unpack_ns(scenario) + steps + 4 * DISK_COMMAND


def userspace_ns(scenario: Scenario) -> int:
    """Return the time from the jump to userspace, in ns."""
    return probe_ns(scenario) + BOOT_LATE


def storm_ns(windows: int = 1) -> int:
    """Return how long a line that nobody serves keeps its CPU, in ns, if so many full windows are needed.

    [src: note-interrupt]
    """
    return windows * WINDOW * INTERRUPT_COST


def hotplug_ns(scenario: Scenario) -> int:
    """Return how long the driver waits in vain for a port with erratum CF118 to shut down, in ns. [src: pciehp-wait]

    The loop is played out as it stands: look, sleep 10 ms, take that off a second, until less than nothing is left.
    A sleep is rounded up to ticks, to which kernels before 6.12 add one. It begins between two ticks, so it ends at
    the first tick that comes after so many whole ones.
    """
    whole_ticks = (10 * scenario.hz + 999) // 1000
    added = 0 if tuple(map(int, scenario.kernel.split("."))) >= (6, 12) else 1
    left_ms, ticks = 1000, 0
    while left_ms >= 0:
        ticks += whole_ticks + added + 1
        left_ms -= 10
    return ticks * S // scenario.hz


def lpi_footprint_bits() -> int:
    """Return how many bits of CPU 0's pending table can flip after an arm64 kexec: one a live LPI of the device."""
    return VECTORS


def crash_success(objects: int, damage: float) -> float:
    """Return (1-d)^k: the chance that a strategy touches k objects of which none is damaged.

    The caller counts: each object once, however many steps touch it, and no lock whose wait has a limit.
    """
    return (1 - damage) ** objects


@dataclass(frozen=True)
class Written:
    """A block that the device writes: ``last[j]`` is when frame j is last written, in ns from the jump.

    None for a frame that is not written in the window.
    """

    last: tuple[int | None, ...]


def _blocks(scenario: Scenario, until: int) -> Iterator[Written]:
    """Yield what the leftover device writes from the jump until ``until``: buffers and descriptors."""
    period = S // scenario.traffic
    arrivals = [n * period + period // 2 for n in range(max(0, until // period))]
    if scenario.dma == "cyclic":
        positions = CYCLIC_BYTES // BUFFER_BYTES
        yield Written(_last_writes(arrivals, 0, positions, positions * BUFFER_BYTES // FRAME))
        return
    size = scenario.ring_size
    arrivals = arrivals[:size]
    frames = _last_writes(arrivals, BEFORE_JUMP[scenario.path] // period, size, -(-size * BUFFER_BYTES // FRAME))
    for at in range(0, len(frames), BUFFER_BLOCK_FRAMES):
        yield Written(frames[at : at + BUFFER_BLOCK_FRAMES])
    rings = -(-size * DESCRIPTOR_BYTES // FRAME)
    yield Written((arrivals[-1] if arrivals else None,) * rings)


def _last_writes(arrivals: list[int], head: int, slots: int, frames: int) -> tuple[int | None, ...]:
    """Return when each frame is last written if arrivals fill slot after slot from ``head`` on."""
    last: list[int | None] = [None] * frames
    for n, t in enumerate(arrivals):
        last[(head + n) % slots * BUFFER_BYTES // FRAME] = t
    return tuple(last)


def _overlap(block: Written, count: int, written: Callable[[int], int], step: int) -> float:
    """Return the probability that a block spoils an owner of ``count`` frames, both placed evenly.

    ``written(i)`` is when the owner's frame i gets its bytes: what the device wrote before that is
    overwritten and harmless. Each distance between the two, in steps of the finer alignment, is as
    likely as any other.
    """
    size = len(block.last)
    spoils = 0
    for distance in range(-(size - 1) // step * step, count, step):
        inside = range(max(0, -distance), min(size, count - distance))
        spoils += any((t := block.last[j]) is not None and t > written(distance + j) for j in inside)
    return spoils * step / COMMON_FRAMES


def _copied_at(first: int) -> Callable[[int], int]:
    """Return when frame i of a segment is copied whose first frame is the image's page ``first``."""
    return lambda i: COPY * (first + i + 1) // IMAGE_FRAMES


def corrupted_share(scenario: Scenario) -> float:
    """Return the share of seeds in which a device left running spoils something that the next kernel uses.

    For a device that nothing stops before the next driver's probe, without an IOMMU, loaded with
    kexec_file_load, on arm64: by an ordinary kexec, or in a panic whose capture kernel runs in ordinary memory.
    Which comes first decides: a write before the frame is copied, or allocated, is overwritten.
    """
    until = probe_ns(scenario) if scenario.next_driver == "resets" else userspace_ns(scenario) + S
    early = entry_ns(scenario) + EARLY_BOOT + BOOT_MEMORY
    spared = 1.0
    for block, unread in zip(_blocks(scenario, until), _blocks(scenario, unpack_ns(scenario)), strict=True):
        step = min(natural(len(block.last)), DESTINATION_ALIGN)
        if scenario.path == "panic":
            spared *= 1 - _capture_hit(scenario, block, unread, step)
            continue
        spoiled = sum(_overlap(block, count, lambda _: early, step) for _, count in EARLY_ALLOCATIONS)
        copied = 0
        for owner, count in SEGMENTS:
            written = unread if owner == "next-initramfs" else block
            spoiled += _overlap(written, count, _copied_at(copied), step)
            copied += count
        if any(t is not None and t > userspace_ns(scenario) for t in block.last):
            spoiled += _taken_at_userspace(scenario, block, spoiled)
        spared *= 1 - min(1.0, spoiled)  # a block lies in one place: its chances add up
    return 1 - spared


def _taken_at_userspace(scenario: Scenario, block: Written, spoiled: float) -> float:
    """Return the probability that a block is spared until userspace, and then hit where it is used.

    Half of the pool is allocated, in blocks of sixteen frames of which any is as likely as another. Those count
    in which something is written after that.
    """
    late = {j // DESTINATION_ALIGN for j, t in enumerate(block.last) if t is not None and t > userspace_ns(scenario)}
    return (1 - spoiled) * (1 - 0.5 ** len(late))


def _capture_hit(scenario: Scenario, block: Written, unread: Written, step: int) -> float:
    """Return the probability that a block spoils a capture kernel that runs in ordinary memory.

    The kernel has one region: its image, and then what it allocates from. Where the block lies relative to the
    region decides, and each place in memory is as likely as any other.
    """
    size, hit = len(block.last), 0.0
    for distance in range(-(size - 1) // step * step, CRASH_FRAMES, step):
        inside = range(max(0, -distance), min(size, CRASH_FRAMES - distance))
        hit += _capture_hit_at(scenario, block, unread, {j: distance + j for j in inside})
    return hit * step / COMMON_FRAMES


def _capture_hit_at(scenario: Scenario, block: Written, unread: Written, places: dict[int, int]) -> float:
    """The same for one place: ``places[j]`` is where in the region frame j of the block lies."""
    archive = IMAGE_FRAMES - INITRAMFS_FRAMES
    early = entry_ns(scenario) + EARLY_BOOT + BOOT_MEMORY
    allocated, pooled = 0, set[int]()
    for j, i in places.items():
        t = (unread if archive <= i < IMAGE_FRAMES else block).last[j]
        if i < IMAGE_FRAMES and t is not None and t > _copied_at(0)(i):
            return 1.0
        last = block.last[j]
        allocated += i >= IMAGE_FRAMES and last is not None and last > early
        if i >= archive and last is not None and last > userspace_ns(scenario):
            pooled.add(i // DESTINATION_ALIGN)
    room, spared = CRASH_FRAMES - IMAGE_FRAMES, 1.0
    for _, count in EARLY_ALLOCATIONS if allocated else ():
        spared *= 1 - min(1.0, (allocated + count - DESTINATION_ALIGN) / (room - count + DESTINATION_ALIGN))
    return 1 - spared * 0.5 ** len(pooled)


def flip_share(scenario: Scenario) -> float:
    """Return the share of seeds in which a flipped bit shows in the next kernel's early allocations.

    The live LPIs' bits of CPU 0 lie in one byte of one frame, which the early allocations take in the
    share of memory that is theirs. It shows if a message comes between the allocation and the quiet ITS
    for a bit that the new content has at 0: half of the bits, as contents are.
    """
    taken = sum(count for _, count in EARLY_ALLOCATIONS) / (FRAMES - FIRMWARE_FRAMES - IMAGE_FRAMES - TABLE_FRAMES)
    messages = scenario.traffic * EARLY_TO_ITS // S
    rung = 1 - (1 - 1 / VECTORS) ** messages
    return taken * (1 - (1 - rung / 2) ** VECTORS)
