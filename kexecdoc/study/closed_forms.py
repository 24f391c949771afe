"""Expected results by arithmetic alone. Chapters print them beside simulated values, and tests compare the two.

Shares assume a layout in which each block is equally likely to lie anywhere, so that whether two blocks overlap depends
only on the distance between them. The simulated layout is slightly less even, because blocks must not overlap the
interrupt controller's tables; 200 seeds cannot show the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kexecdoc.model.kernel.boot import EARLY_ALLOCATIONS
from kexecdoc.model.kernel.image import IMAGE_FRAMES, SEGMENTS
from kexecdoc.model.kernel.irq import WINDOW
from kexecdoc.model.kernel.kexec import KMSG_DUMP, MIGRATE, SYSCORE
from kexecdoc.model.kernel.old import FIRMWARE_FRAMES
from kexecdoc.model.machine.gic import TABLE_FRAMES
from kexecdoc.model.machine.memory import natural
from kexecdoc.model.scales import (
    BLOCK,
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
"""The number of frames on which both a DMA buffer and a destination of the image may lie."""

BEFORE_JUMP = {"kexec": 24 * MS, "panic": 2 * MS}
"""Roughly how long the old kernel takes if nothing stops the device, in ns."""


def ring_writes(ring_size: int) -> int:
    """Return how many writes a ring can make if nobody refills it: a buffer and a descriptor each."""
    return 2 * ring_size


def ring_dry_ns(ring_size: int, traffic: int) -> int:
    """Return how long a full ring lasts if nobody refills it, in ns."""
    return ring_size * S // traffic


def off_before_jump_ns(scenario: Scenario) -> int:
    """Return how long the SMMU is off before the jump, in ns: the time after device_shutdown()."""
    short_steps = sum(scenario.kernel in step.versions for step in (MIGRATE, SYSCORE, KMSG_DUMP))
    return (short_steps + 1) * SHORT_STEP + (CPUS - 1) * CPU_DOWN + MASKED_BEFORE_STUB


def astray_before_jump(scenario: Scenario) -> int:
    """Return how many writes go astray while the SMMU is off before the jump: two for each packet, one for each period.

    For a device that nothing stops, behind a translating SMMU, with a ring that does not run dry before the jump.
    """
    arrivals = scenario.traffic * off_before_jump_ns(scenario) // S
    return arrivals * (2 if scenario.dma == "ring" else 1)


def entry_ns(scenario: Scenario) -> int:
    """Return the time from the jump to the entry of the next kernel, in ns."""
    return COPY + (DIGEST if scenario.loader == "user" else 0)


def quiet_its_ns(scenario: Scenario) -> int:
    """Return the time from the jump until the ITS is quiet, in ns: the window in which bits can flip."""
    return entry_ns(scenario) + EARLY_BOOT + BOOT_MEMORY + EARLY_TO_ITS


def unpack_ns(scenario: Scenario) -> int:
    """Return the time from the jump until the initramfs is read, in ns. With ACPI the bus is enumerated first."""
    others = 0 if scenario.path == "panic" else BOOT_SMP  # a capture kernel brings up no other CPU
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
    """Return how long a line without a handler keeps its CPU busy, in ns, over full windows of the detector.

    [src: note-interrupt]
    """
    return windows * WINDOW * INTERRUPT_COST


def hotplug_ns(scenario: Scenario) -> int:
    """Return how long the driver waits in vain for a port with erratum CF118 to shut down, in ns. [src: pciehp-wait]

    This repeats the driver's loop: poll, sleep 10 ms, subtract 10 from 1,000, until the rest is negative. A sleep is
    rounded up to whole ticks, and kernels before 6.12 add one. It begins between two ticks, which adds another.
    """
    whole_ticks = (10 * scenario.hz + 999) // 1000
    extra = 0 if tuple(map(int, scenario.kernel.split("."))) >= (6, 12) else 1
    left_ms, ticks = 1000, 0
    while left_ms >= 0:
        ticks += whole_ticks + extra + 1
        left_ms -= 10
    return ticks * S // scenario.hz


def lpi_footprint_bits() -> int:
    """Return how many bits of CPU 0's pending table can flip after an arm64 kexec: one for each LPI of the device."""
    return VECTORS


def crash_success(objects: int, damage: float) -> float:
    """Return (1-d)^k: the chance that none of the k objects that a strategy touches is damaged.

    ``objects`` counts each object once, however many steps touch it, and no lock whose wait has a limit.
    """
    return (1 - damage) ** objects


@dataclass(frozen=True)
class Written:
    """A block that the device writes: ``last[j]`` is the time of the last write to frame j, in ns from the jump.

    It is None for a frame that is not written.
    """

    last: tuple[int | None, ...]


def _blocks(scenario: Scenario, until: int) -> Iterator[Written]:
    """Yield the blocks that the device writes from the jump to ``until``: buffers and descriptors."""
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
    """Return the time of the last write to each frame if arrivals fill the slots in order from ``head`` on."""
    last: list[int | None] = [None] * frames
    for n, t in enumerate(arrivals):
        last[(head + n) % slots * BUFFER_BYTES // FRAME] = t
    return tuple(last)


def _overlap(block: Written, count: int, written: Callable[[int], int], step: int) -> float:
    """Return the probability that a block corrupts an owner of ``count`` frames, both placed uniformly.

    ``written(i)`` is when the owner's frame i gets its bytes: earlier writes of the device are overwritten and
    harmless. All distances between the two, in steps of the finer alignment, are equally likely.
    """
    size = len(block.last)
    hits = 0
    for distance in range(-(size - 1) // step * step, count, step):
        inside = range(max(0, -distance), min(size, count - distance))
        hits += any((t := block.last[j]) is not None and t > written(distance + j) for j in inside)
    return hits * step / COMMON_FRAMES


def _copied_at(first: int) -> Callable[[int], int]:
    """Return a function from i to the time at which frame i of a segment is copied.

    ``first`` is the segment's first page in the image.
    """
    return lambda i: COPY * (first + i + 1) // IMAGE_FRAMES


def corrupted_share(scenario: Scenario) -> float:
    """Return the share of seeds in which a device left running corrupts something that the next kernel uses.

    For arm64 without an IOMMU, an image loaded with kexec_file_load, and a device that nothing stops before the next
    driver's probe: on an ordinary kexec, or in a panic whose capture kernel runs in ordinary memory. A write to a frame
    that is copied or allocated later is overwritten, and does no harm.
    """
    until = probe_ns(scenario) if scenario.next_driver == "resets" else userspace_ns(scenario) + S
    early = entry_ns(scenario) + EARLY_BOOT + BOOT_MEMORY
    spared = 1.0
    for block, unread in zip(_blocks(scenario, until), _blocks(scenario, unpack_ns(scenario)), strict=True):
        step = min(natural(len(block.last)), BLOCK)
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
            spoiled += _hit_by_userspace(scenario, block, spoiled)
        spared *= 1 - min(1.0, spoiled)  # a block is in one place only, so its chances add up
    return 1 - spared


def _hit_by_userspace(scenario: Scenario, block: Written, spoiled: float) -> float:
    """Return the probability that a block hits nothing before userspace, and then memory that userspace was given.

    Half of the free pool is allocated, in blocks of sixteen frames that are all equally likely. Only blocks that are
    written after that count.
    """
    late = {j // BLOCK for j, t in enumerate(block.last) if t is not None and t > userspace_ns(scenario)}
    return (1 - spoiled) * (1 - 0.5 ** len(late))


def _capture_hit(scenario: Scenario, block: Written, unread: Written, step: int) -> float:
    """Return the probability that a block corrupts a capture kernel that runs in ordinary memory.

    The kernel has one region: its image, then the memory that it allocates from. The result depends on the distance
    between the block and the region; all places in memory are equally likely.
    """
    size, hit = len(block.last), 0.0
    for distance in range(-(size - 1) // step * step, CRASH_FRAMES, step):
        inside = range(max(0, -distance), min(size, CRASH_FRAMES - distance))
        hit += _capture_hit_at(scenario, block, unread, {j: distance + j for j in inside})
    return hit * step / COMMON_FRAMES


def _capture_hit_at(scenario: Scenario, block: Written, unread: Written, places: dict[int, int]) -> float:
    """Return that probability for one distance: ``places[j]`` is the position in the region of the block's frame j."""
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
            pooled.add(i // BLOCK)
    room, spared = CRASH_FRAMES - IMAGE_FRAMES, 1.0
    for _, count in EARLY_ALLOCATIONS if allocated else ():
        spared *= 1 - min(1.0, (allocated + count - BLOCK) / (room - count + BLOCK))
    return 1 - spared * 0.5 ** len(pooled)


def flip_share(scenario: Scenario) -> float:
    """Return the share of seeds in which a bit flips in the next kernel's early allocations.

    The bits of CPU 0's live LPIs are in one byte of one frame. The chance that an early allocation gets this frame is
    the share of memory that they take. A bit flips if a message arrives between the allocation and the quiet ITS, and
    if the new content has a 0 there, as half of all bits do.
    """
    allocated = sum(count for _, count in EARLY_ALLOCATIONS) / (FRAMES - FIRMWARE_FRAMES - IMAGE_FRAMES - TABLE_FRAMES)
    messages = scenario.traffic * EARLY_TO_ITS // S
    rung = 1 - (1 - 1 / VECTORS) ** messages
    return allocated * (1 - (1 - rung / 2) ** VECTORS)
