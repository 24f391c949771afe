"""Memory that is set aside for the next kernel when the old one boots. [src: kdump-doc, crash-cma, kho]"""

from __future__ import annotations

from dataclasses import dataclass

from kexecdoc.model.kernel.handover import Handover, mask
from kexecdoc.model.kernel.kernel import Kernel
from kexecdoc.model.scales import BLOCK, CMA_FRAMES, CRASH_FRAMES, FRAMES, PRESERVED_FRAMES


@dataclass
class Reservations:
    """Memory that the old kernel set aside at boot.

    ``reserved`` is for a capture kernel only, and ``shared`` is what ``crashkernel=SIZE,cma`` adds. A handover's kernel
    starts in ``scratch``, and ``preserved`` is what is handed over. A capture kernel for which nothing was reserved
    would run in ``what_if``: DMA buffers may lie there, and in this model no interrupt controller's tables.
    """

    reserved: range = range(0)
    shared: range = range(0)
    scratch: range = range(0)
    preserved: range = range(0)
    what_if: range = range(0)

    @classmethod
    def of(cls, old: Kernel, image_frames: int) -> Reservations:
        """Set memory aside, as the scenario says. [src: kdump-doc, crash-cma, kho]"""
        memory, scenario = old.memory, old.scenario

        def block(stream: str, count: int) -> range:
            usable = memory.usable("old", without=taken)
            first = memory.place(old.draws, stream, count, BLOCK, usable)
            taken.append(range(first, first + count))
            return taken[-1]

        taken: list[range] = []
        if scenario.captures:
            if scenario.crash_memory == "none":
                return cls(what_if=block("what-if", CRASH_FRAMES))
            shared = block("crash-cma", CMA_FRAMES) if scenario.crash_memory == "cma" else range(0)
            spared = (CRASH_FRAMES - image_frames) // 2 if shared else 0
            reserved = block("crash-reserved", CRASH_FRAMES - spared)
            memory.give([(reserved.start, len(reserved))], "crash-reserved")
            return cls(reserved, shared)
        if scenario.path == "kexec" and scenario.handover == "kho":
            scratch, preserved = block("scratch", CRASH_FRAMES), block("preserved", PRESERVED_FRAMES)
            memory.fill(preserved.start, len(preserved), "preserved")
            memory.give([(preserved.start, len(preserved))], "preserved")
            return cls(scratch=scratch, preserved=preserved)
        return cls()

    def open_to_old(self, free: bytearray, owner: str) -> bytearray:
        """Clear, in a mask of free frames, those that the old kernel does not give to an owner that cannot be moved."""
        tables = owner in ("its-table", "lpi-table")
        for closed in (self.scratch, self.shared, self.what_if if tables else range(0)):
            free[closed.start : closed.stop] = bytes(len(closed))
        return free

    def handover(self, kept: frozenset[int]) -> Handover:
        """Return what the next kernel is told: of this memory, and of the LPI tables that are ``kept`` for it."""
        if self.reserved:
            memory = mask([*self.reserved, *self.shared], FRAMES)
            return Handover(memory, free=("crash-reserved", "old"), kept=kept, capture=True)
        if self.what_if:
            return Handover(mask(self.what_if, FRAMES), kept=kept, capture=True)
        if self.scratch:
            return Handover(early=mask(self.scratch, FRAMES), kept=kept)
        return Handover(kept=kept)
