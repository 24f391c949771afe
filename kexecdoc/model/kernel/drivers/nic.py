"""The driver of the device under study, in both kernels."""

from __future__ import annotations

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.kernel.driver import Driver
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.machine.cpu import Interrupt
from kexecdoc.model.machine.memory import contiguous_ranges
from kexecdoc.model.machine.nic import Nic, Programming
from kexecdoc.model.scales import (
    BUFFER_BLOCK_FRAMES,
    BUFFER_BYTES,
    CYCLIC_BYTES,
    DESCRIPTOR_BYTES,
    DRIVER_REMOVE,
    DRIVER_SHUTDOWN,
    FRAME,
    FUNCTION_SHUTDOWN,
    HANG_WATCHED,
)
from kexecdoc.model.scenario import Scenario

HANDLER = "eth0_intr"

Block = tuple[int, int]
"""A block of frames: the first, and how many."""


class NicDriver(Driver):
    """The driver of the network card."""

    def __init__(self, nic: Nic) -> None:
        super().__init__(nic.function)
        self.nic = nic
        self._messages: list[tuple[int, int]] = []  # what each vector writes, and where
        self._frames: list[int] = []  # the old kernel's buffers and descriptors

    # -- the old kernel ------------------------------------------------------------------------------

    def request_interrupts(self, old: OldKernel) -> None:
        """Request the line, or the message of each vector."""

        def serve(interrupt: Interrupt) -> bool:
            raised = self.nic.serve(old.id("eth0-serve"), interrupt.cause)
            if raised:
                self.nic.post(interrupt)
            return raised

        def take_message(interrupt: Interrupt) -> bool:
            self.nic.post(interrupt)
            return True

        if old.scenario.interrupt == "intx":
            old.interrupts.begin_with_line(serve, HANDLER)
            return
        self._messages = old.messages("eth0")
        for number in old.NUMBERS["eth0"]:
            old.interrupts.request(number, take_message)

    def set_up(self, old: OldKernel) -> None:
        """Give the device its buffers and descriptors, by the addresses that it will put on the bus, and start it."""
        scenario = old.scenario
        if scenario.dma == "ring":
            buffers, descriptors = self._allocate_ring(old)
        else:
            count = CYCLIC_BYTES // FRAME
            buffers, descriptors = [(old.place("cyclic", count, "dma-buffer", old.reservations.shared), count)], []
        ring = [old.dma_address("eth0", *block) for block in descriptors]
        each = FRAME // BUFFER_BYTES
        addresses = [
            base + n * BUFFER_BYTES
            for base, (_, frames) in [(old.dma_address("eth0", *block), block) for block in buffers]
            for n in range(frames * each)
        ]
        limit = scenario.ring_size if scenario.dma == "ring" else len(addresses)
        self.nic.program(Programming(old.name, addresses[:limit], ring[0] if ring else 0, self._messages))
        self._frames = [frame for first, count in (*descriptors, *buffers) for frame in range(first, first + count)]
        old.log.start |= self.nic.registers()
        old.log.start["device/eth0/targets"] = [[first, first + n - 1] for first, n in (*descriptors, *buffers)]
        old.computer.env.process(self.nic.receive())

    def _allocate_ring(self, old: OldKernel) -> tuple[list[Block], list[Block]]:
        """Allocate the buffers and descriptors of a ring, as blocks of frames."""
        size, within = old.scenario.ring_size, old.reservations.shared
        blocks, rest = divmod(-(-size * BUFFER_BYTES // FRAME), BUFFER_BLOCK_FRAMES)
        sizes = [BUFFER_BLOCK_FRAMES] * blocks
        if rest:
            sizes.append(rest)
        buffers = [(old.place(f"buffers-{n}", count, "dma-buffer", within), count) for n, count in enumerate(sizes)]
        count = -(-size * DESCRIPTOR_BYTES // FRAME)
        return buffers, [(old.place("descriptors", count, "descriptor-ring"), count)]

    def ended_by(self, scenario: Scenario) -> str:
        return scenario.quiesce

    def is_known_to_be_powered(self, scenario: Scenario) -> bool:
        return scenario.power_state == "known"

    def shutdown(self, old: OldKernel) -> Process:
        """Make the device quiet, or only its interrupt; keep all memory. [src: pci-h]"""
        scenario = old.scenario
        if scenario.shutdown_callback == "missing":
            yield from old.pause(FUNCTION_SHUTDOWN)
            return
        with old.callback("eth0", "shutdown"):
            yield from old.pause(DRIVER_SHUTDOWN)
            if scenario.shutdown_callback == "works":
                self.nic.stop_engine(old.id("eth0-shutdown"), old.cause)
            self.nic.silence(old.id("eth0-shutdown"), old.cause)

    def remove(self, old: OldKernel) -> Process:
        """Make the device quiet, free its buffers and unbind from it.

        A callback that waits for a user who never closes the device ends the crossing here: device_shutdown() is
        serial, and nothing cuts it short. [src: pci-h, device-shutdown]
        """
        with old.callback("eth0", "remove", driver="none") as call:
            if old.scenario.remove_callback == "hangs":
                yield from old.pause(HANG_WATCHED)
                raise MachineDead("hung", Death.STUCK_CALLBACK, call)
            yield from old.pause(DRIVER_REMOVE)
            self.nic.stop_engine(old.id("eth0-remove"), old.cause)
            self.nic.silence(old.id("eth0-remove"), old.cause)
            if old.scenario.interrupt == "intx":
                old.interrupts.free_line(HANDLER, old.cause)
            self.function.set_bus_master(False, old.id("eth0-remove"), old.cause)
            freed = old.memory.give(contiguous_ranges(sorted(self._frames)), "old")
            old.log.record(old.id("eth0-free"), "own", old.cause, freed)

    # -- the next kernel -----------------------------------------------------------------------------

    def probe(self, new: NextKernel) -> Process:
        """Reset the device, or trust what it finds there.

        Nothing brings the interface up before the run ends, so the device has no traffic of this kernel. A driver
        of a device that uses its line requests that. One that trusts what it finds does not know the old kernel's
        state, so it does not know what asserts the line.
        """
        driver = new.scenario.next_driver
        if driver == "absent":
            return
        with new.callback("eth0", "probe"):
            new.attach_iommu("eth0")
            if driver == "resets":
                self.nic.reset(new.name, new.id("eth0-reset"), new.cause)
            self.function.set_bus_master(True, new.id("eth0-set-master"), new.cause)
            if new.scenario.interrupt == "intx":
                new.interrupts.request_line(lambda _: False, HANDLER, new.cause)
                yield from new.pause(0)
