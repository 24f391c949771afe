"""The image of the next kernel: where its pages wait, where they go, and the jump.

Loading puts the segments into source pages that were free; their destinations are memory that the old
kernel is still using, DMA buffers among it. Nothing in the image records which pages a device may still
write. At the jump a small stub copies page after page and enters the next kernel; an image that
kexec-tools loaded is checked by purgatory first. [src: kimage, relocate-kernel, purgatory]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from kexecdoc.kernel.kernel import Kernel, MachineDead, Process, Step
from kexecdoc.machine.memory import payload, runs
from kexecdoc.scales import COPY, COPY_RUN, DATA_FRAMES, DIGEST, FRAME, FRAMES, INITRAMFS_FRAMES, TEXT_FRAMES


@dataclass(frozen=True)
class Segment:
    """One segment: who will own it, its first destination frame and how many frames it has."""

    owner: str
    first: int
    count: int


SEGMENTS = (("next-text", TEXT_FRAMES), ("next-data", DATA_FRAMES), ("next-initramfs", INITRAMFS_FRAMES))
DESTINATION_ALIGN = 16  # frames: the boundary of the allocator's 64 KiB blocks

IN_USE_OR_NOT = ("old", "dma-buffer", "descriptor-ring")
"""What a destination may lie on: anything of the old kernel's but its interrupt controller's tables."""


@dataclass
class Image:
    """``pages[i]`` is the source frame of page i; ``destinations[i]`` is where it goes.

    ``digest`` is empty where no purgatory will check it: kexec_file_load on arm64 stores none.
    """

    segments: list[Segment]
    pages: list[int]
    digest: bytes

    @property
    def destinations(self) -> list[int]:
        return [frame for s in self.segments for frame in range(s.first, s.first + s.count)]


def load(kernel: Kernel, boot_tables: range, kept: frozenset[int]) -> Image:
    """Load the image, as kexec_load(2) or kexec_file_load(2) did before t=0.

    ``boot_tables`` are the frames from the property table's first to the last of the boot CPU's pending table;
    ``kept`` those of tables on the firmware's list.

    Here a source page is never a destination; the real allocator also lets it be its own. [src: kimage]
    """
    memory = kernel.memory
    segments = _destinations(kernel, range(0) if kept else boot_tables)
    taken = {frame for s in segments for frame in range(s.first, s.first + s.count)}
    pages = _source_pages(kernel, taken)
    for number, frame in enumerate(pages):
        memory.fill(frame, f"image:{number}")
    memory.give(runs(sorted(pages)), "image")
    checked = kernel.scenario.loader == "user"
    digest = _digest(payload(f"image:{n}") for n in range(len(pages))) if checked else b""
    return Image(segments, pages, digest)


def _destinations(kernel: Kernel, boot_tables: range) -> list[Segment]:
    """Choose where the segments go: anywhere that fits, or with the text over the boot CPU's LPI tables.

    Since v5.5 a loader sees reserved tables in /proc/iomem and keeps off them. Tables that nobody reserves
    look to it like any other memory. [src: commit-iomem-reserved, observations]
    """
    memory = kernel.memory
    taken: list[range] = []
    segments = []

    def place(owner: str, count: int, over: range, *tables: str) -> int:
        usable = memory.usable(*IN_USE_OR_NOT, *tables, without=taken)
        return memory.place(kernel.draws, owner, count, DESTINATION_ALIGN, usable, over)

    over_tables = kernel.scenario.image_placement == "over-tables" and boot_tables
    for owner, count in SEGMENTS:
        if over_tables and owner == "next-text":
            try:
                first = place(owner, count, boot_tables, "lpi-table")
            except MemoryError:  # the ITS's tables lie so close that the text covers them as well
                first = place(owner, count, boot_tables, "lpi-table", "its-table")
        else:
            first = place(owner, count, range(0))
        segments.append(Segment(owner, first, count))
        taken.append(range(first, first + count))
    return segments


def _source_pages(kernel: Kernel, destinations: set[int]) -> list[int]:
    """Return free frames for every page of the image, scattered in runs of eight as an allocator would."""
    wanted = sum(count for _, count in SEGMENTS)
    free = set(kernel.memory.owned_by("old")) - destinations
    slots = sorted(range(FRAMES // 8), key=lambda s: kernel.draws.below(2**32, "layout/image-pages", s))
    pages = [frame for s in slots for frame in range(s * 8, s * 8 + 8) if frame in free]
    if len(pages) < wanted:
        raise MemoryError("no room for the image's source pages")
    return pages[:wanted]


def _digest(pages: Iterable[bytes]) -> bytes:
    digest = sha256()
    for page in pages:
        digest.update(page)
    return digest.digest()


class Stub(Kernel):
    """What runs between the two kernels: the control page's stub and, if there is one, purgatory."""

    name = "stub"
    image: Image
    kept: frozenset[int]

    def path(self) -> tuple[Step, ...]:
        """Return the steps from the jump to the entry of the next kernel."""
        digest = (PURGATORY,) if self.scenario.loader == "user" else ()
        return (COPYING, *digest)

    def jump(self) -> None:
        """Take the first instruction of the stub. From here on the old kernel's memory is nobody's."""
        memory = self.memory
        held = memory.owned_by("dma-buffer", "descriptor-ring", "its-table", "lpi-table")
        nobodys = [frame for frame in held if frame not in self.kept]
        assignments = memory.give(runs(nobodys), "old")
        self.log.record("stub/jump:0", "run", None, {"running": "stub", **assignments})

    def copy_image(self) -> Process:
        """Copy the image page by page to its destinations. [src: relocate-kernel]"""
        pages, destinations = self.image.pages, self.image.destinations
        for number, at in enumerate(range(0, len(pages), COPY_RUN)):
            yield from self.pause(COPY * COPY_RUN // len(pages))
            moves: list[list[int]] = []
            for source, count in runs(pages[at : at + COPY_RUN]):
                moves.append([source, destinations[at] + sum(n for _, _, n in moves), count])
            for source, destination, count in moves:
                for n in range(count):
                    self.memory.copy(source + n, destination + n)
            id = f"stub/copy:{number}"
            owners = self.memory.give([(destinations[at], COPY_RUN)], "image")
            written = self.memory.wrote([(destinations[at], COPY_RUN)], id)
            self.log.record(id, "copy", self.cause, {**owners, **written, "copied": moves})

    def check_digest(self) -> Process:
        """Let purgatory compare the SHA-256 of the copied image with the one that was stored at loading.

        On a mismatch it loops for ever, in silence: on arm64 it prints only if kexec was given --serial.
        [src: purgatory]
        """
        self.log.record("purgatory/start:0", "run", self.cause, {"running": "purgatory"})
        yield from self.pause(DIGEST)
        memory, destinations = self.memory, self.image.destinations
        reading = self.find(destinations, "purgatory/read-image:0")
        if _digest(memory.load(memory.address(f), FRAME) for f in destinations) != self.image.digest:
            raise MachineDead("hung", reading.id)

    def enter(self) -> None:
        """Branch to the next kernel: what was the image is its text, data and initramfs."""
        owners: dict[str, str] = self.memory.give(runs(sorted(self.image.pages)), "old")
        for segment in self.image.segments:
            owners |= self.memory.give([(segment.first, segment.count)], segment.owner)
        undriven = {f"device/{name}/driver": "none" for name in self.computer.bus.functions}
        self.log.record("stub/enter:0", "run", self.cause, {"running": "next-kernel", **undriven, **owners})


COPYING = Step("jump/copy", Stub.copy_image, "relocate-kernel")
PURGATORY = Step("jump/digest", Stub.check_digest, "purgatory")
