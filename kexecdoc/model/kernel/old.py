"""The old kernel, and what it has set up by t=0."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from kexecdoc.model.kernel.handover import Handover
from kexecdoc.model.kernel.image import IMAGE_FRAMES, Image, load
from kexecdoc.model.kernel.irq import Interrupts
from kexecdoc.model.kernel.kernel import Kernel, Surroundings
from kexecdoc.model.kernel.reservations import Reservations
from kexecdoc.model.kernel.step import Step
from kexecdoc.model.log import frames_path
from kexecdoc.model.machine.iommu import Domain, identity
from kexecdoc.model.machine.memory import NoRoom, natural
from kexecdoc.model.scales import FRAME, RAM_BASE

FIRMWARE_FRAMES = 32


class OldKernel(Kernel):
    """The kernel that is left."""

    name = "old"
    image: Image
    others_stopped = False  # whether it has told the other CPUs to stop
    reservations: Reservations  # memory set aside for the next kernel
    handover: Handover  # what the next kernel is told
    kept: frozenset[int] = frozenset()  # frames of LPI tables that are kept for the next kernel
    off_limits: range = range(0)  # from the property table to the end of the boot CPU's pending table
    doorbell = 0  # the bus address to which a function writes its messages

    NUMBERS: ClassVar[Mapping[str, tuple[int, ...]]]  # by function: the number with which each vector reaches a CPU
    MACHINE_SHUTDOWN: ClassVar[tuple[Step, ...]]
    MACHINE_KEXEC: ClassVar[tuple[Step, ...]]
    MACHINE_RESTART: ClassVar[tuple[Step, ...]]
    CRASH_SHUTDOWN: ClassVar[tuple[Step, ...]]
    CRASH_KEXEC: ClassVar[tuple[Step, ...]]

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.interrupts = Interrupts(self)
        self._mapped = 0  # how many ranges have a bus address

    # -- what an architecture defines -----------------------------------------------------------------

    @abstractmethod
    def set_up_controllers(self) -> None:
        """Set up the interrupt controllers for t=0."""

    @abstractmethod
    def messages(self, function: str) -> list[tuple[int, int]]:
        """Route a function's vectors; return the address and data that each of them writes."""

    @abstractmethod
    def doorbell_page(self) -> int | None:
        """Return the physical address that a domain must map to let messages through, or None if it need not."""

    @abstractmethod
    def free_interrupts(self, function: str) -> None:
        """Free a function's messages."""

    @abstractmethod
    def shut_down_iommu(self) -> None:
        """Shut down the IOMMU, if device_shutdown() does so."""

    @abstractmethod
    def mask_at_controller(self) -> None:
        """Mask every interrupt at the controller only."""

    @abstractmethod
    def abort(self, cause: str) -> None:
        """Die because a device's write was refused."""

    # -- before t=0 ------------------------------------------------------------------------------

    def boot(self) -> None:
        """Lay out memory, program the devices and load the image."""
        memory, start = self.memory, self.log.start
        start |= {"step": "old/running", "running": "old-kernel"}
        memory.give([(0, FIRMWARE_FRAMES)], "firmware")
        self.reservations = Reservations.of(self, IMAGE_FRAMES)
        self.set_up_controllers()
        self._set_up_iommu()
        for driver in self.drivers:
            driver.set_up(self)
        start |= {f"device/{name}/driver": "bound" for name in self.computer.bus.functions}
        self.interrupts.attach()
        self.image = load(self, self.reservations, range(0) if self.kept else self.off_limits)
        self.handover = self.reservations.handover(self.kept)
        start |= memory.owners()
        start |= {frames_path(first, count, "kept"): True for first, count in self.kept_ranges()}

    def _set_up_iommu(self) -> None:
        """Put every function into one domain that lets messages through, and route interrupts."""
        self._domain = Domain() if self.scenario.iommu == "translate" else identity()
        page = self.doorbell_page()
        if page is not None:
            self.doorbell = self._map(page, 1)
        for driver in reversed(self.drivers):  # the order shows in the log only
            driver.request_interrupts(self)
        self.interrupts.start()
        self.computer.chips.iommu.start(self._domain, self.computer.bus.functions)

    def kept_ranges(self) -> list[tuple[int, int]]:
        """Return the frames of LPI tables that are kept for the next kernel, as ranges."""
        return self.memory.ranges_of("lpi-table") if self.kept else []

    def place(self, stream: str, count: int, owner: str, within: range = range(0)) -> int:
        """Allocate a naturally aligned block of unused memory; return its first frame.

        The block goes into ``within`` if there is room for it.
        """
        free = self.memory.usable("old")
        if within:
            inside = bytearray(len(free))
            inside[within.start : within.stop] = free[within.start : within.stop]
            with suppress(NoRoom):
                return self._place(stream, count, owner, inside)
        return self._place(stream, count, owner, self.reservations.open_to_old(free, owner))

    def _place(self, stream: str, count: int, owner: str, free: bytearray) -> int:
        first = self.memory.place(self.draws, f"old-{stream}", count, natural(count), free)
        self.memory.give([(first, count)], owner)
        return first

    def dma_address(self, function: str, first: int, count: int) -> int:
        """Return the address by which a function writes frames of this kernel, mapped for it if its domain maps.

        Without a translating IOMMU that is the physical address. With one it is I/O virtual: allocated top-down below
        4 GiB, where this machine has no RAM, or (``iova=ram``) a number that is also an address of RAM.
        [src: iova-allocation]
        """
        assert self.computer.chips.iommu.streams[function] is self._domain, "at t=0 all functions share one domain"
        return self._map(self.memory.address(first), count)

    def _map(self, address: int, count: int) -> int:
        """Return the bus address of a physical one, of whose pages ``count`` are mapped if the domain translates."""
        domain = self._domain
        if domain.pages is None:
            return address
        stream = f"iova-{self._mapped}"
        self._mapped += 1
        if self.scenario.iova == "hole":
            page = min(domain.pages, default=(1 << 32) // FRAME) - count
        else:
            used = [range(frame, frame + 1) for page in domain.pages if (frame := page - RAM_BASE // FRAME) >= 0]
            free = self.memory.usable(without=used)
            page = RAM_BASE // FRAME + self.memory.place(self.draws, stream, count, natural(count), free)
        domain.map(page * FRAME, address, count)
        return page * FRAME + address % FRAME
