"""The old kernel: what it has set up by the time that somebody ends it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from kexecdoc.model.kernel.handed import Handed
from kexecdoc.model.kernel.image import Image, Room, load
from kexecdoc.model.kernel.irq import Interrupts
from kexecdoc.model.kernel.kernel import Kernel, Surroundings
from kexecdoc.model.kernel.step import Step
from kexecdoc.model.log import frames_path
from kexecdoc.model.machine.cpu import Interrupt
from kexecdoc.model.machine.iommu import Domain, identity
from kexecdoc.model.machine.memory import NoRoom, natural
from kexecdoc.model.machine.nic import Programming
from kexecdoc.model.scales import BUFFER_BLOCK_FRAMES, BUFFER_BYTES, CYCLIC_BYTES, DESCRIPTOR_BYTES, FRAME, RAM_BASE

FIRMWARE_FRAMES = 32


class OldKernel(Kernel):
    """The kernel that is left."""

    name = "old"
    image: Image
    others_stopped = False  # whether the other CPUs have been told to stop
    room: Room  # where its successor waits, and runs
    nic_frames: list[int]  # of the device under study: its buffers and its descriptors
    off_limits: range = range(0)  # frames that the interrupt controller's tables of the boot CPU lie between
    doorbells: dict[str, list[tuple[int, int]]]  # by function: what each of its vectors writes, and where

    NUMBERS: ClassVar[Mapping[str, tuple[int, ...]]]  # by function: with which number each vector reaches a CPU
    MACHINE_SHUTDOWN: ClassVar[tuple[Step, ...]]
    MACHINE_KEXEC: ClassVar[tuple[Step, ...]]
    MACHINE_RESTART: ClassVar[tuple[Step, ...]]
    CRASH_SHUTDOWN: ClassVar[tuple[Step, ...]]
    CRASH_KEXEC: ClassVar[tuple[Step, ...]]

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.interrupts = Interrupts(self)
        self.handed = Handed()

    # -- what an architecture has to say -------------------------------------------------------------

    @abstractmethod
    def set_up_controllers(self) -> None:
        """Set the interrupt controllers up, as they are at t=0."""

    @abstractmethod
    def messages(self, function: str, doorbell: int) -> list[tuple[int, int]]:
        """Route a function's vectors; return what each of them has to write, and where."""

    @abstractmethod
    def doorbell_page(self) -> int | None:
        """Return the physical address that a domain has to map for messages to get through, or None."""

    @abstractmethod
    def free_disk_interrupts(self) -> None:
        """Free the disk's interrupts, as its driver does."""

    @abstractmethod
    def shut_down_iommu(self) -> None:
        """Do what device_shutdown() does to the IOMMU."""

    @abstractmethod
    def mask_at_controller(self) -> None:
        """Mask every interrupt at the controller, and nowhere else."""

    @abstractmethod
    def abort(self, cause: str) -> None:
        """Die of a refused request that came back as an error."""

    # -- before t=0 ------------------------------------------------------------------------------

    def boot(self) -> None:
        """Lay memory out, program the devices and load the image: the state at t=0."""
        memory, start = self.memory, self.log.start
        start |= {"step": "old/running", "running": "old-kernel"}
        memory.give([(0, FIRMWARE_FRAMES)], "firmware")
        self.room = Room.of(self)
        self.set_up_controllers()
        self._set_up_nic()
        self._set_up_interrupts()
        self.interrupts.attach()
        for driver in self.plugged:
            driver.set_up(self)
        self.image = load(self, self.room, range(0) if self.handed.kept else self.off_limits)
        self.handed = Handed(**{**self.handed.__dict__, **self.room.handed()})
        start |= memory.owners()
        start |= {frames_path(first, count, "kept"): True for first, count in self.kept_runs()}

    def kept_runs(self) -> list[tuple[int, int]]:
        """Return the frames of LPI tables that are kept for the next kernel, in runs."""
        return self.memory.runs_of("lpi-table") if self.handed.kept else []

    def place(self, stream: str, count: int, owner: str, within: range = range(0)) -> int:
        """Allocate a naturally aligned block in memory that is not yet used for anything else.

        ``within`` is where it goes if there is room for it.
        """
        free = self.memory.usable("old")
        if within:
            inside = bytearray(len(free))
            inside[within.start : within.stop] = free[within.start : within.stop]
            with suppress(NoRoom):  # no room left there
                return self._place(stream, count, owner, inside)
        return self._place(stream, count, owner, self.room.open_to_old(free, owner))

    def _place(self, stream: str, count: int, owner: str, free: bytearray) -> int:
        first = self.memory.place(self.draws, f"old-{stream}", count, natural(count), free)
        self.memory.give([(first, count)], owner)
        return first

    def _set_up_interrupts(self) -> None:
        """Request every interrupt that a driver of this kernel's uses."""
        computer = self.computer
        nic, line, scenario = computer.nic, computer.chips.line, self.scenario
        nic.programming.messages = self.doorbells["eth0"]
        computer.disk.messages = self.doorbells["nvme0"]
        if scenario.interrupt == "intx":
            self.interrupts.begin_with_line(self._serve_nic, "eth0_intr")
        else:
            for number in self.NUMBERS["eth0"]:
                self.interrupts.request(number, self._take_nic_message)
        if computer.usb is not None:
            self.interrupts.begin_with_line(self._serve_usb, "usb_hcd_irq")
        if scenario.interrupt == "intx" or computer.usb is not None:
            line.start()

    def _serve_nic(self, interrupt: Interrupt) -> bool:
        nic = self.computer.nic
        said = nic.serve(self.id("eth0-serve"), interrupt.cause)
        if said:
            nic.post(interrupt)
        return said

    def _serve_usb(self, interrupt: Interrupt) -> bool:
        assert self.computer.usb is not None
        return self.computer.usb.serve(self.id("usb0-serve"), interrupt.cause)

    def _take_nic_message(self, interrupt: Interrupt) -> bool:
        """Handle a message of the device's: post the used descriptors again."""
        self.computer.nic.post(interrupt)
        return True

    def _set_up_nic(self) -> None:
        """Give the device its buffers and descriptors, by the addresses that it will put on the bus.

        Without a translating IOMMU those are physical. With one they are I/O virtual: allocated top-down
        below 4 GiB, where this machine has no RAM, or (``iova=ram``) numbers that are also addresses of RAM.
        [src: iova-allocation]
        """
        computer, scenario, nic = self.computer, self.scenario, self.computer.nic
        within = self.room.shared
        if scenario.dma == "ring":
            frames = -(-scenario.ring_size * BUFFER_BYTES // FRAME)
            sizes = [BUFFER_BLOCK_FRAMES] * (frames // BUFFER_BLOCK_FRAMES)
            sizes += [frames % BUFFER_BLOCK_FRAMES] * (frames % BUFFER_BLOCK_FRAMES > 0)
            buffers = [(self.place(f"buffers-{n}", size, "dma-buffer", within), size) for n, size in enumerate(sizes)]
            count = -(-scenario.ring_size * DESCRIPTOR_BYTES // FRAME)
            descriptors = [(self.place("descriptors", count, "descriptor-ring"), count)]
        else:
            count = CYCLIC_BYTES // FRAME
            buffers, descriptors = [(self.place("cyclic", count, "dma-buffer", within), count)], []

        domain = Domain() if scenario.iommu == "translate" else identity()
        page = self.doorbell_page()
        doorbell = [(None, 1)] if page is not None else []
        bus = self._bus_addresses(domain, page, [*doorbell, *descriptors, *buffers])
        ring_at = bus.pop(0) if page is not None else 0
        uses_line = scenario.interrupt == "intx"
        self.doorbells = {
            "eth0": [] if uses_line else self.messages("eth0", ring_at),
            "nvme0": self.messages("nvme0", ring_at),
        }
        ring, blocks = (bus[0], bus[1:]) if descriptors else (0, bus)
        each = FRAME // BUFFER_BYTES
        addresses = [
            base + n * BUFFER_BYTES for base, (_, size) in zip(blocks, buffers, strict=True) for n in range(size * each)
        ]
        self.nic_frames = [frame for first, count in (*descriptors, *buffers) for frame in range(first, first + count)]
        limit = scenario.ring_size if scenario.dma == "ring" else len(addresses)
        nic.program(Programming(self.name, addresses[:limit], ring))
        computer.chips.iommu.start(domain, computer.bus.functions)
        self.log.start |= nic.registers()
        self.log.start["device/eth0/targets"] = [[a, a + n - 1] for a, n in (*descriptors, *buffers)]
        self.log.start |= {f"device/{name}/driver": "bound" for name in computer.bus.functions}

    def _bus_addresses(self, domain: Domain, page: int | None, ranges: list[tuple[int | None, int]]) -> list[int]:
        """Return the bus address of each range of frames; a first frame of None is the doorbell's ``page``."""
        physical = [page or 0 if first is None else self.memory.address(first) for first, _ in ranges]
        return [
            self._map(domain, f"iova-{number}", address, count)
            for number, ((_, count), address) in enumerate(zip(ranges, physical, strict=True))
        ]

    def dma_address(self, function: str, first: int, count: int) -> int:
        """Return the address by which a function writes frames of this kernel's, mapped for it if its domain maps."""
        domain = self.computer.chips.iommu.streams[function]
        assert domain is not None, "at t=0 every function has a domain"
        return self._map(domain, f"iova-{function}", self.memory.address(first), count)

    def _map(self, domain: Domain, stream: str, address: int, count: int) -> int:
        """Return the bus address of a physical one, of whose pages ``count`` are mapped if the domain translates.

        Bus addresses are given out top-down from 4 GiB, or where this machine has RAM.
        """
        if domain.pages is None:
            return address
        if self.scenario.iova == "hole":
            page = min(domain.pages, default=(1 << 32) // FRAME) - count
        else:
            used = [range(frame, frame + 1) for page in domain.pages if (frame := page - RAM_BASE // FRAME) >= 0]
            free = self.memory.usable(without=used)
            page = RAM_BASE // FRAME + self.memory.place(self.draws, stream, count, natural(count), free)
        domain.map(page * FRAME, address, count)
        return page * FRAME + address % FRAME
