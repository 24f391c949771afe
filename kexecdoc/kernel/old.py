"""The old kernel: what it has set up by the time that somebody ends it."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from kexecdoc.kernel.handed import Handed
from kexecdoc.kernel.image import Image, load
from kexecdoc.kernel.irq import Interrupts
from kexecdoc.kernel.kernel import Kernel, Step
from kexecdoc.machine.iommu import Domain, identity
from kexecdoc.machine.memory import natural
from kexecdoc.machine.nic import Programming
from kexecdoc.scales import BUFFER_BLOCK_FRAMES, BUFFER_BYTES, CYCLIC_BYTES, DESCRIPTOR_BYTES, FRAME, RAM_BASE

FIRMWARE_FRAMES = 32


class OldKernel(Kernel):
    """The kernel that is left."""

    name = "old"
    image: Image
    off_limits: range = range(0)  # frames that the interrupt controller's tables of the boot CPU lie between
    doorbell: int  # the bus address to which functions write their messages

    MACHINE_SHUTDOWN: ClassVar[tuple[Step, ...]]
    MACHINE_KEXEC: ClassVar[tuple[Step, ...]]

    # -- what an architecture has to say -------------------------------------------------------------

    @abstractmethod
    def set_up_controllers(self) -> None:
        """Set the interrupt controllers up, as they are at t=0."""

    @abstractmethod
    def route_interrupts(self) -> None:
        """Route every function's vectors, and tell the functions what to write."""

    @abstractmethod
    def free_disk_interrupts(self) -> None:
        """Free the disk's interrupts, as its driver does."""

    @abstractmethod
    def shut_down_iommu(self) -> None:
        """Do what device_shutdown() does to the IOMMU."""

    # -- before t=0 ------------------------------------------------------------------------------

    def boot(self) -> None:
        """Lay memory out, program the devices and load the image: the state at t=0."""
        memory, start = self.memory, self.log.start
        start |= {"step": "old/running", "running": "old-kernel"}
        self.interrupts = Interrupts(self)
        self.handed = Handed()
        memory.give([(0, FIRMWARE_FRAMES)], "firmware")
        self.set_up_controllers()
        self._set_up_nic()
        self.route_interrupts()
        self.interrupts.attach()
        self.image = load(self, self.off_limits, self.handed.kept)
        start |= memory.owners()

    def program_messages(self, function: str, messages: list[tuple[int, int]]) -> None:
        """Write into a function what each of its vectors has to write, and where."""
        if function == "eth0":
            self.computer.nic.programming.messages = messages
        else:
            self.computer.disk.messages = messages

    def place(self, stream: str, count: int, owner: str) -> int:
        """Allocate a naturally aligned block in memory that is not yet used for anything else."""
        free = self.memory.usable("old")
        first = self.memory.place(self.draws, f"old-{stream}", count, natural(count), free)
        self.memory.give([(first, count)], owner)
        return first

    def _set_up_nic(self) -> None:
        """Give the device its buffers and descriptors, by the addresses that it will put on the bus.

        Without a translating IOMMU those are physical. With one they are I/O virtual: allocated top-down
        below 4 GiB, where this machine has no RAM, or (``iova=ram``) numbers that are also addresses of RAM.
        [src: iova-allocation]
        """
        computer, scenario, nic = self.computer, self.scenario, self.computer.nic
        if scenario.dma == "ring":
            frames = -(-scenario.ring_size * BUFFER_BYTES // FRAME)
            sizes = [BUFFER_BLOCK_FRAMES] * (frames // BUFFER_BLOCK_FRAMES)
            sizes += [frames % BUFFER_BLOCK_FRAMES] * (frames % BUFFER_BLOCK_FRAMES > 0)
            buffers = [(self.place(f"buffers-{n}", size, "dma-buffer"), size) for n, size in enumerate(sizes)]
            count = -(-scenario.ring_size * DESCRIPTOR_BYTES // FRAME)
            descriptors = [(self.place("descriptors", count, "descriptor-ring"), count)]
        else:
            count = CYCLIC_BYTES // FRAME
            buffers, descriptors = [(self.place("cyclic", count, "dma-buffer"), count)], []

        domain = Domain() if scenario.iommu == "translate" else identity()
        self.doorbell, *bus = self._bus_addresses(domain, [(None, 1), *descriptors, *buffers])
        ring, blocks = (bus[0], bus[1:]) if descriptors else (0, bus)
        each = FRAME // BUFFER_BYTES
        addresses = [
            base + n * BUFFER_BYTES for base, (_, size) in zip(blocks, buffers, strict=True) for n in range(size * each)
        ]
        limit = scenario.ring_size if scenario.dma == "ring" else len(addresses)
        nic.program(Programming(self.name, addresses[:limit], ring))
        computer.chips.iommu.start(domain, computer.bus.functions)
        self.log.start |= nic.registers()
        self.log.start["device/eth0/targets"] = [[a, a + n - 1] for a, n in (*descriptors, *buffers)]
        self.log.start |= {f"device/{name}/driver": "bound" for name in computer.bus.functions}

    def _bus_addresses(self, domain: Domain, ranges: list[tuple[int | None, int]]) -> list[int]:
        """Return the bus address of each range of frames; a first frame of None is the doorbell's page."""
        doorbell = self.computer.chips.doorbell.address
        physical = [doorbell if first is None else self.memory.address(first) for first, _ in ranges]
        if domain.pages is None:
            return physical
        top, used, found = 1 << 32, list[range](), []
        for number, ((_, count), address) in enumerate(zip(ranges, physical, strict=True)):
            if self.scenario.iova == "hole":
                top -= count * FRAME
                base = top
            else:
                free = self.memory.usable(without=used)
                first = self.memory.place(self.draws, f"iova-{number}", count, natural(count), free)
                used.append(range(first, first + count))
                base = RAM_BASE + first * FRAME
            domain.map(base, address, count)
            found.append(base + address % FRAME)
        return found
