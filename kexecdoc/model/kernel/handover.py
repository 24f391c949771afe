"""What one kernel hands to the next: which memory it may use, and what was kept for it.

Ordinary kexec hands on nothing but the firmware's own tables. The next kernel may use all memory except what the
firmware's list of reserved memory names. [src: efi-memreserve]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


def mask(frames: Iterable[int], size: int) -> bytearray:
    """Return a mask with a byte for each frame: 1 for the frames named."""
    found = bytearray(size)
    for frame in frames:
        found[frame] = 1
    return found


@dataclass
class Handover:
    """What the next kernel is told of memory.

    ``memory`` and ``early`` are masks with a byte for each frame, or None for all of them.

    ``memory`` is the memory map. ``early`` is where the next kernel may allocate before its page allocator is up.
    ``free`` names the owners whose frames it takes for free. ``kept`` are the frames of LPI tables on the
    firmware's list. ``capture`` is True for a kernel that captures a dump.
    """

    memory: bytearray | None = None
    early: bytearray | None = None
    free: tuple[str, ...] = ("old",)
    kept: frozenset[int] = frozenset()
    capture: bool = False

    def within(self, usable: bytearray, *, early: bool) -> bytearray:
        """Narrow a mask of usable frames to those that the next kernel may use."""
        for allowed in (self.memory, self.early if early else None):
            if allowed is not None:
                both = int.from_bytes(usable, "big") & int.from_bytes(allowed, "big")
                usable = bytearray(both.to_bytes(len(usable), "big"))
        return usable
