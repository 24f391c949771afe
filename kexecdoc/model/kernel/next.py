"""The next kernel. It runs in memory that the old kernel was using a moment ago.

It knows nothing of the old kernel except what was handed over and what it reads in the hardware's registers. It finds
wrong bytes in its memory as any kernel does: by using them.
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
from kexecdoc.model.scales import BLOCK


class NextKernel(Kernel):
    """The kernel that is entered."""

    name = "next"
    handover: Handover
    NUMBERS: ClassVar[Mapping[str, tuple[int, ...]]]  # by function: the number with which each vector reaches a CPU
    init_runs = False  # whether the thread that becomes init exists
    unpacked: Event  # happens when the initramfs has been read; its value is what was found

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.interrupts = Interrupts(self)

    # -- what an architecture defines -----------------------------------------------------------------

    @abstractmethod
    def path(self) -> tuple[Step, ...]:
        """Return the steps from the entry on."""

    @abstractmethod
    def die_of_text(self, wrong: int, cause: str | None) -> None:
        """Print the oops of a kernel that executes a frame which is not its text."""

    @abstractmethod
    def die_of_tables(self, wrong: int, cause: str | None) -> None:
        """Print the oops of a kernel that follows a table which is not what it wrote."""

    @abstractmethod
    def attach_iommu(self, function: str) -> None:
        """Attach a function to the IOMMU, if the bus does so before a driver's probe."""

    @abstractmethod
    def set_up_messages(self, function: str) -> list[tuple[int, int]]:
        """Set up a function's message-signalled interrupts; return the address and data that each vector writes."""

    def off_limits(self) -> range:
        """Return the frames that early allocations avoid."""
        return range(0)

    def attach(self, function: str) -> None:
        """Put a function into a new domain of its own."""
        unit = self.computer.chips.iommu
        domain = Domain() if self.scenario.iommu == "translate" else identity()
        unit.attach(function, domain, self.id(f"{unit.name}-attach-{function}"), self.cause)

    # -- using memory --------------------------------------------------------------------------------

    def after_step(self, step: Step) -> None:
        """Find wrong bytes in the text and tables, which every step uses."""
        text = self.use("next-text")
        if text.wrong:
            self.die_of_text(text.wrong[0], text.event)
            self.panic(self._victim(), Death.WRONG_TEXT, text.event)
        tables = self.use("next-tables")
        if tables.wrong:
            self.die_of_tables(tables.wrong[0], tables.event)
            self.panic(self._victim(), Death.WRONG_TABLES, tables.event)

    def _victim(self) -> str:
        """Return what the panic after an oops says of the task that it killed. [src: arm64-traps]"""
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
        """Allocate a block of free memory, ``fill`` it (first frame, count), and log its owner; return its first frame.

        ``early`` is for allocations before the page allocator is up.
        """
        free = self.memory.usable(*self.handover.free, "next-free", without=(self.off_limits(),) if early else ())
        free = self.handover.within(free, early=early)
        first = self.memory.place(self.draws, f"next-{stream}", count, min(natural(count), BLOCK), free)
        event = self.id(f"allocate-{stream}")
        fill(first, count)
        given = self.memory.give([(first, count)], owner)
        self.log.record(event, "own", self.cause, {**given, **self.memory.wrote([(first, count)], event)})
        return first
