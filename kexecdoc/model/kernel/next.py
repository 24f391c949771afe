"""The next kernel: it runs in memory that somebody else was using a moment ago.

It knows nothing of the old kernel but what was handed on and what the hardware's registers say. What was
written into its memory it finds as any kernel does: by using it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

from simpy import Event

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.kernel.handover import Handover
from kexecdoc.model.kernel.irq import Interrupts
from kexecdoc.model.kernel.kernel import Kernel, Surroundings
from kexecdoc.model.kernel.step import Step
from kexecdoc.model.machine.iommu import Domain, identity
from kexecdoc.model.machine.memory import natural

ALLOCATION_ALIGN = 16  # frames: the boundary of the allocator's 64 KiB blocks


class NextKernel(Kernel):
    """The kernel that is entered. Its device is set up only where it has a driver for it."""

    name = "next"
    handover: Handover
    NUMBERS: ClassVar[Mapping[str, tuple[int, ...]]]  # by function: with which number each vector reaches a CPU
    init_runs = False  # whether the thread that becomes init exists
    unpacked: Event  # happens when the initramfs has been read; its value is the reading

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.interrupts = Interrupts(self)

    # -- what an architecture has to say -------------------------------------------------------------

    @abstractmethod
    def path(self) -> tuple[Step, ...]:
        """Return the steps from the entry on."""

    @abstractmethod
    def die_of_text(self, wrong: int, cause: str | None) -> None:
        """Say what a kernel says that executes a frame that is not its text."""

    @abstractmethod
    def die_of_tables(self, wrong: int, cause: str | None) -> None:
        """Say what a kernel says that follows a table of its own that is not what it wrote."""

    @abstractmethod
    def attach_iommu(self, function: str) -> None:
        """Do what the bus does with the IOMMU before a driver's probe."""

    @abstractmethod
    def set_up_messages(self, function: str) -> list[tuple[int, int]]:
        """Set a function's message-signalled interrupts up; return what each of its vectors has to write."""

    def off_limits(self) -> range:
        """Return frames that no early allocation may lie on."""
        return range(0)

    def attach(self, function: str) -> None:
        """Put a function into a fresh domain of its own."""
        unit = self.computer.chips.iommu
        domain = Domain() if self.scenario.iommu == "translate" else identity()
        unit.attach(function, domain, self.id(f"{unit.name}-attach-{function}"), self.cause)

    # -- using memory --------------------------------------------------------------------------------

    def after_step(self, step: Step) -> None:
        """Execute on: a step that ended has run the kernel's text and walked its tables."""
        text = self.use("next-text")
        if text.wrong:
            self.die_of_text(text.wrong[0], text.event)
            self.panic(self._victim(), Death.WRONG_TEXT, text.event)
        tables = self.use("next-tables")
        if tables.wrong:
            self.die_of_tables(tables.wrong[0], tables.event)
            self.panic(self._victim(), Death.WRONG_TABLES, tables.event)

    def _victim(self) -> str:
        """Return what the panic after an oops says: whom it killed. [src: arm64-traps]"""
        if self.init_runs:
            return "Attempted to kill init! exitcode=0x0000000b"
        return "Attempted to kill the idle task!"

    def panic(self, text: str, reason: Death, cause: str | None) -> None:
        """Print the panic and die."""
        self.say("panic", text, cause=cause)
        self.say("panic.end", text, cause=cause)
        raise MachineDead("crashed", reason, cause)

    def allocate(
        self, stream: str, count: int, owner: str, fill: Callable[[int, int], object], *, early: bool = False
    ) -> int:
        """Allocate a block of free memory, ``fill`` it (first frame, count), and log whose it is now.

        ``early`` is for what is allocated before the page allocator is up. Return its first frame.
        """
        free = self.memory.usable(*self.handover.free, "next-free", without=(self.off_limits(),) if early else ())
        free = self.handover.within(free, early=early)
        first = self.memory.place(self.draws, f"next-{stream}", count, min(natural(count), ALLOCATION_ALIGN), free)
        event = self.id(f"allocate-{stream}")
        fill(first, count)
        given = self.memory.give([(first, count)], owner)
        self.log.record(event, "own", self.cause, {**given, **self.memory.wrote([(first, count)], event)})
        return first
