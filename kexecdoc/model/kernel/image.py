"""The image of the next kernel: where its pages wait, where they go, and the jump.

Loading puts the segments into source pages that were free; their destinations are memory that the old
kernel is still using, DMA buffers among it. Nothing in the image records which pages a device may still
write. At the jump a small stub copies page after page and enters the next kernel; an image that
kexec-tools loaded, or any on x86, is checked by purgatory first. [src: kimage, relocate-kernel, purgatory]

A capture kernel needs no copy. Its memory was set aside when the old kernel booted, and loading puts the segments
where they will run. [src: kdump-doc]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from itertools import accumulate, chain

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.kernel.handover import Handover
from kexecdoc.model.kernel.kernel import Kernel
from kexecdoc.model.kernel.reservations import Reservations
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.machine.memory import NoRoom, contiguous_ranges, payload
from kexecdoc.model.scales import (
    BLOCK,
    COPY,
    COPY_RUN,
    DATA_FRAMES,
    DIGEST,
    FRAME,
    FRAMES,
    INITRAMFS_FRAMES,
    TEXT_FRAMES,
)


@dataclass(frozen=True)
class Segment:
    """One segment: who will own it, its first destination frame and how many frames it has."""

    owner: str
    first: int
    count: int


SEGMENTS = (("next-text", TEXT_FRAMES), ("next-data", DATA_FRAMES), ("next-initramfs", INITRAMFS_FRAMES))
IMAGE_FRAMES = sum(count for _, count in SEGMENTS)

IN_USE_OR_NOT = ("old", "dma-buffer", "descriptor-ring")
"""The owners whose frames may be destinations: everything of the old kernel but its interrupt controller's tables."""


@dataclass
class Image:
    """``pages[i]`` is the source frame of page i; ``destinations[i]`` is where it goes.

    ``copied`` is False for a capture kernel in its own memory, where the pages lie already. ``digest`` is empty if no
    purgatory checks it: kexec_file_load on arm64 stores none, and a handover needs none.
    """

    segments: list[Segment]
    pages: list[int]
    digest: bytes
    copied: bool = True

    @property
    def destinations(self) -> list[int]:
        return [frame for s in self.segments for frame in range(s.first, s.first + s.count)]


def load(kernel: Kernel, reservations: Reservations, boot_tables: range) -> Image:
    """Load the image, as kexec_load(2) or kexec_file_load(2) did before t=0.

    ``boot_tables`` are the frames from the property table's first to the last of the boot CPU's pending table,
    if nothing reserves them.

    In this model a source page is never a destination. The real allocator also lets a page be its own destination.
    [src: kimage]
    """
    memory, scenario = kernel.memory, kernel.scenario
    segments = _destinations(kernel, reservations, boot_tables)
    destinations = [range(s.first, s.first + s.count) for s in segments]
    pages = [*chain(*destinations)] if reservations.reserved else _source_pages(kernel, reservations, destinations)
    memory.put(pages, image_pages())
    if not reservations.reserved and not scenario.through_firmware:
        memory.give(contiguous_ranges(sorted(pages)), "image")
    checked = (scenario.loader == "user" or scenario.machine == "x86") and not scenario.through_firmware
    checked &= scenario.handover == "none" or scenario.path != "kexec"
    digest = _digest(image_pages()) if checked else b""
    return Image(segments, pages, digest, copied=not reservations.reserved)


def _destinations(kernel: Kernel, reservations: Reservations, boot_tables: range) -> list[Segment]:
    """Choose where the segments go.

    A capture kernel goes where it will run, and a handover's into scratch: one segment after the other. Any other
    image goes wherever there is room, or with its text over the boot CPU's LPI tables.

    The segments are placed in their order, each in a random place. In one seed of some thousands the text and the
    data then leave no hole that is large enough for the initramfs. A real loader avoids that, because it searches
    memory from one end. Here the segments are then placed again, the largest first, and that always succeeds.

    The reason: count in blocks of `BLOCK` frames. The areas that the image must avoid begin and end with a block, and
    take at most 10 of the 256 blocks: firmware 2, the ITS's tables 3, five LPI tables 1 each. They cut the other 246
    into 7 holes at most, so one of the holes has 36 blocks or more, and the initramfs needs 32.
    That leaves 214 blocks in 8 holes: one has 27, and text and data need 16 each. Then 198 blocks in 9 holes: one
    has 22. A text that has to lie over LPI tables has only a few places and nothing else lies there, so it goes first;
    it covers two of the tables. That leaves 232 blocks in 6 holes for the initramfs: one has 39. Then 200 in 7: 29.
    """
    if within := reservations.reserved or reservations.scratch or reservations.what_if:
        starts = accumulate((count for _, count in SEGMENTS), initial=within.start)
        return [Segment(owner, first, count) for (owner, count), first in zip(SEGMENTS, starts, strict=False)]
    over = boot_tables if kernel.scenario.image_placement == "over-tables" else range(0)
    try:
        placed = _placed(kernel, SEGMENTS, over)
    except NoRoom:
        placed = _placed(kernel, sorted(SEGMENTS, key=lambda s: (not over or s[0] != "next-text", -s[1])), over)
    return [Segment(owner, placed[owner], count) for owner, count in SEGMENTS]


def _placed(kernel: Kernel, segments: Iterable[tuple[str, int]], over: range) -> dict[str, int]:
    """Place one segment after the other, the text over the frames ``over`` if there are any; return where each begins.

    Since v5.5 a loader sees reserved tables in /proc/iomem and keeps off them. Tables that nobody reserves
    look to it like any other memory. [src: commit-iomem-reserved, observations]
    """
    memory = kernel.memory
    placed: dict[str, int] = {}
    taken: list[range] = []

    def place(owner: str, count: int, over: range, *tables: str) -> int:
        usable = memory.usable(*IN_USE_OR_NOT, *tables, without=taken)
        return memory.place(kernel.draws, owner, count, BLOCK, usable, over)

    for owner, count in segments:
        if over and owner == "next-text":
            try:
                first = place(owner, count, over, "lpi-table")
            except NoRoom:  # the ITS's tables lie so close that the text covers them as well
                first = place(owner, count, over, "lpi-table", "its-table")
        else:
            first = place(owner, count, range(0))
        placed[owner] = first
        taken.append(range(first, first + count))
    return placed


def _source_pages(kernel: Kernel, reservations: Reservations, destinations: list[range]) -> list[int]:
    """Return free frames for every page of the image, scattered in runs of eight as an allocator would.

    There are always enough: with the largest ring and a handover, 1,112 frames are free, and the image has 1,024.
    """
    free = kernel.memory.usable("old", without=(*destinations, reservations.what_if, reservations.scratch))
    slots = kernel.draws.stream("layout/image-pages").order(FRAMES // 8)
    pages = [frame for s in slots for frame in range(s * 8, s * 8 + 8) if free[frame]]
    if len(pages) < IMAGE_FRAMES:
        raise NoRoom("no room for the image's source pages")
    return pages[:IMAGE_FRAMES]


@cache
def image_pages() -> tuple[bytes, ...]:
    """Return the pages of the image, which are the same in every run."""
    return tuple(payload(f"image:{number}") for number in range(IMAGE_FRAMES))


@lru_cache(maxsize=4)
def _digest(pages: tuple[bytes, ...]) -> bytes:
    """Return the SHA-256 of pages. The cache compares all of them, so it knows an unchanged image again."""
    return sha256(b"".join(pages)).digest()


class Stub(Kernel):
    """What runs between the two kernels: the control page's stub and, if there is one, purgatory."""

    name = "stub"
    image: Image
    handover: Handover

    def path(self) -> tuple[Step, ...]:
        """Return the steps from the jump to the entry of the next kernel."""
        steps = [COPYING] if self.image.copied else []
        if self.image.digest:
            steps.append(PURGATORY)
        return tuple(steps)

    def jump(self) -> None:
        """Enter the stub. From here on the old kernel's memory belongs to nobody."""
        assignments = self.release_old_memory()
        self.log.record("stub/jump:0", "run", None, {"running": "stub", **assignments})

    def release_old_memory(self) -> dict[str, str]:
        """Take the old kernel's memory away from it, but for what is kept; return that as assignments for the log."""
        held = self.memory.owned_by("dma-buffer", "descriptor-ring", "its-table", "lpi-table")
        return self.memory.give(contiguous_ranges(frame for frame in held if frame not in self.handover.kept), "old")

    def abort(self, cause: str) -> None:
        """Die of a refused request that came back as an error. Nothing here can print."""
        raise MachineDead("hung", Death.REFUSED_WRITE, cause)

    def copy_image(self) -> Process:
        """Copy the image page by page to its destinations. [src: relocate-kernel]"""
        pages, destinations = self.image.pages, self.image.destinations
        for number, at in enumerate(range(0, len(pages), COPY_RUN)):
            yield from self.pause(COPY * COPY_RUN // len(pages))
            moves: list[list[int]] = []
            destination = destinations[at]
            for source, count in contiguous_ranges(pages[at : at + COPY_RUN]):
                self.memory.copy(source, destination, count)
                moves.append([source, destination, count])
                destination += count
            event = f"{self.name}/copy:{number}"
            owners = self.memory.give([(destinations[at], COPY_RUN)], "image")
            written = self.memory.wrote([(destinations[at], COPY_RUN)], event)
            self.log.record(event, "copy", self.cause, {**owners, **written, "copied": moves})

    def check_digest(self) -> Process:
        """Let purgatory compare the SHA-256 of the image with the one that was stored at loading.

        On a mismatch it loops without end and prints nothing; on arm64 it prints only if kexec was given --serial.
        [src: purgatory]
        """
        self.log.record("purgatory/start:0", "run", self.cause, {"running": "purgatory"})
        yield from self.pause(DIGEST)
        memory, destinations = self.memory, self.image.destinations
        found = self.find(list(contiguous_ranges(destinations)), "purgatory/read-image:0")
        if _digest(tuple(memory.load(memory.address(f), FRAME) for f in destinations)) != self.image.digest:
            raise MachineDead("hung", Death.WRONG_IMAGE, found.event)

    def enter(self) -> None:
        """Branch to the next kernel: what was the image is its text, data and initramfs."""
        owners: dict[str, str] = {}
        if self.image.copied:
            owners |= self.memory.give(contiguous_ranges(sorted(self.image.pages)), "old")
        for segment in self.image.segments:
            owners |= self.memory.give([(segment.first, segment.count)], segment.owner)
        undriven = {f"device/{name}/driver": "none" for name in self.computer.bus.functions}
        self.log.record(f"{self.name}/enter:0", "run", self.cause, {"running": "next-kernel", **undriven, **owners})


COPYING = Step("jump/copy", Stub.copy_image, "relocate-kernel")
PURGATORY = Step("jump/digest", Stub.check_digest, "purgatory")
