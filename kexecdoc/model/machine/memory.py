"""Physical memory: bytes, and who owns each frame.

Corruption is never declared here. The user of a frame compares what it put there with what is there now, and so finds
any byte that changed, by whatever means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from kexecdoc.model.draws import Draws
from kexecdoc.model.log import Log, frames_path
from kexecdoc.model.machine.ram import ZEROES, Ram
from kexecdoc.model.scales import FRAME, FRAMES, RAM_BASE


class NoRoom(Exception):
    """No range of free frames is long enough, so a block cannot be allocated."""


class Memory:
    """RAM of `FRAMES` frames from the physical address `RAM_BASE` on.

    ``content[n]`` is what the owner of frame n put there, or None if the owner does not check it.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self.ram = Ram()
        self._owners = ["old"]
        self._owned = bytearray(FRAMES)  # by frame, an index into those: one byte each, so searches run in C
        self.content: list[bytes | None] = [None] * FRAMES
        self.watched: dict[int, Callable[[], dict[str, int]]] = {}  # by frame: reads it again after a write

    def release(self) -> None:
        """Drop the bytes once a run is over. A machine is a cycle of objects, so it is collected late."""
        self.ram.frames = []
        self.content = []

    @staticmethod
    def address(frame: int) -> int:
        """Return the physical address of a frame."""
        return RAM_BASE + frame * FRAME

    @staticmethod
    def frame(address: int) -> int | None:
        """Return the frame at a physical address, or None if there is no RAM."""
        frame = (address - RAM_BASE) // FRAME
        return frame if 0 <= frame < FRAMES else None

    def load(self, address: int, length: int = 1) -> bytes:
        """Read bytes at a physical address in RAM."""
        return self.ram.read(address - RAM_BASE, length)

    def store(self, address: int, data: bytes) -> None:
        """Write bytes at a physical address in RAM. Nothing checks who owns it."""
        self.ram.write(address - RAM_BASE, data)

    def put(self, frames: Iterable[int], pages: Iterable[bytes]) -> None:
        """Put 4 KiB in each frame on behalf of its owner, and remember them. ValueError if the numbers differ."""
        content, there = self.content, self.ram.frames
        for frame, page in zip(frames, pages, strict=True):
            content[frame] = there[frame] = page

    def fill(self, first: int, count: int, kind: str) -> None:
        """Put the payload ``KIND:N`` in each frame N of ``count`` frames on behalf of their owner."""
        payloads = [payload(f"{kind}:{frame}") for frame in range(first, first + count)]
        self.content[first : first + count] = payloads
        self.ram.frames[first : first + count] = payloads

    def zero(self, first: int, count: int) -> None:
        """Clear ``count`` frames on behalf of their owner."""
        self.ram.frames[first : first + count] = [ZEROES] * count
        self.content[first : first + count] = [None] * count

    def copy(self, source: int, destination: int, count: int) -> None:
        """Copy frames as they are, wrong bytes included, with what their owners put there."""
        self.ram.copy(source, destination, count)
        self.content[destination : destination + count] = self.content[source : source + count]

    def wrong(self, ranges: Iterable[tuple[int, int]]) -> list[int]:
        """Return the frames in ranges (first frame, count) whose bytes are not those that their owners put there."""
        different: list[int] = []
        for first, count in ranges:
            there, put = self.ram.frames[first : first + count], self.content[first : first + count]
            if there != put:
                pairs = enumerate(zip(there, put, strict=True), first)
                different += [frame for frame, (is_, was) in pairs if was is not None and is_ != was]
        return different

    def wrong_bytes(self, frame: int) -> list[int]:
        """Return the offsets in a frame whose bytes are not those that its owner put there."""
        there, put = self.ram.frames[frame], self.content[frame]
        if put is None:
            return []
        return [offset for offset, (is_, was) in enumerate(zip(there, put, strict=True)) if is_ != was]

    def give(self, ranges: Iterable[tuple[int, int]], owner: str) -> dict[str, str]:
        """Give ranges (first frame, count) to an owner and return that as assignments for the log."""
        assignments = {}
        for first, count in ranges:
            self._owned[first : first + count] = bytes([self._index(owner)]) * count
            assignments[frames_path(first, count, "owner")] = owner
        return assignments

    def owners(self) -> dict[str, str]:
        """Return the owners of all frames, as assignments for the log."""
        runs = sorted((first, count, owner) for owner in self._owners for first, count in self.ranges_of(owner))
        return {frames_path(first, count, "owner"): owner for first, count, owner in runs}

    def write(self, address: int, data: bytes, event: str) -> dict[str, Any] | None:
        """Write bytes within one frame, as an event. Return the assignments for the log.

        None if there is no RAM at the address.
        """
        frame = self.frame(address)
        if frame is None:
            return None
        self.ram.write(address - RAM_BASE, data)
        assignments: dict[str, Any] = {f"frame/{frame}/bytes": event}
        if frame in self.watched:
            assignments |= self.watched[frame]()
        return assignments

    def wrote(self, ranges: Iterable[tuple[int, int]], event_id: str) -> dict[str, Any]:
        """Return, as assignments for the log, that an event wrote ranges (first frame, count).

        Pending bits in these frames are read again.
        """
        assignments: dict[str, Any] = {}
        for first, count in ranges:
            assignments[frames_path(first, count, "bytes")] = event_id
            for frame, reread in self.watched.items():
                if first <= frame < first + count:
                    assignments |= reread()
        return assignments

    def _index(self, owner: str) -> int:
        if owner not in self._owners:
            self._owners.append(owner)
        return self._owners.index(owner)

    def owner(self, frame: int) -> str:
        """Return who owns a frame."""
        return self._owners[self._owned[frame]]

    def ranges_of(self, *owners: str) -> list[tuple[int, int]]:
        """Return the frames of some owners as contiguous ranges (first, count), in order."""
        return list(ranges_in(self.usable(*owners)))

    def owned_by(self, *owners: str) -> list[int]:
        """Return the frames of some owners, in order."""
        return [frame for first, count in self.ranges_of(*owners) for frame in range(first, first + count)]

    def usable(self, *owners: str, without: Iterable[range] = ()) -> bytearray:
        """Return a byte for each frame: 1 if one of these owners has it, or if none is named.

        Frames in ``without`` have 0.
        """
        named = bytes(not owners or owner in owners for owner in self._owners)
        mask = bytearray(self._owned.translate(named.ljust(256, b"\0")))
        for frames in without:
            mask[frames.start : frames.stop] = bytes(len(frames))
        return mask

    @staticmethod
    def place(draws: Draws, stream: str, count: int, align: int, usable: bytearray, over: range = range(0)) -> int:
        """Return the first of ``count`` contiguous usable frames, aligned, drawn uniformly from all that fit.

        ``over`` names frames that must be among them. NoRoom if there is no such place.
        """

        def fits(slot: int) -> bool:
            first = slot * align
            if over and not first <= over.start <= over.stop <= first + count:
                return False
            return usable.find(0, first, first + count) < 0

        slot = draws.stream(f"layout/{stream}").first(fits, (FRAMES - count) // align + 1)
        if slot is None:
            raise NoRoom(f"no room for {count} frames of {stream}")
        return slot * align


@lru_cache(maxsize=8192)  # 32 MiB: room for the names that runs with different seeds have in common
def payload(name: str) -> bytes:
    """Return the 4 KiB of the payload ``name``: one digest, repeated."""
    return blake2b(name.encode()).digest() * (FRAME // 64)


def ranges_in(mask: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Yield (first, count) for each contiguous range of frames whose byte in a mask is 1; all others are 0."""
    stop = 0
    while (first := mask.find(1, stop)) >= 0:
        stop = mask.find(0, first)
        if stop < 0:
            stop = len(mask)
        yield first, stop - first


def contiguous_ranges(frames: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, count) for each contiguous range in a series of frames, in the order of the series."""
    first = count = 0
    for frame in frames:
        if count and frame == first + count:
            count += 1
            continue
        if count:
            yield first, count
        first, count = frame, 1
    if count:
        yield first, count


def natural(count: int) -> int:
    """Return an allocator's alignment for a block of ``count`` frames: the next power of two."""
    return 1 << (count - 1).bit_length()
