"""The disk's driver, in both kernels. [src: nvme]"""

from __future__ import annotations

from typing import ClassVar

from simpy import Event

from kexecdoc.model.kernel.driver import Driver
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.machine.cpu import Interrupt
from kexecdoc.model.machine.disk import Disk
from kexecdoc.model.scales import BOOT_DRIVERS, CPUS, DISK_TIMEOUT, DRIVER_REMOVE, DRIVER_SHUTDOWN
from kexecdoc.model.scenario import Scenario


class DiskDriver(Driver):
    """The driver of the NVMe disk."""

    probes_at: ClassVar[int] = BOOT_DRIVERS // 2

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk.function)
        self.disk = disk

    def request_interrupts(self, old: OldKernel) -> None:
        """Have a vector routed for each queue."""
        self.disk.messages = old.messages("nvme0")

    def ended_by(self, scenario: Scenario) -> str:
        return scenario.quiesce_disk

    def shutdown(self, old: OldKernel) -> Process:
        """Shut the disk down."""
        with old.callback("nvme0", "shutdown"):
            yield from old.pause(DRIVER_SHUTDOWN)
            old.free_interrupts("nvme0")

    def remove(self, old: OldKernel) -> Process:
        """Shut the disk down and unbind from it."""
        with old.callback("nvme0", "remove", driver="none"):
            yield from old.pause(DRIVER_REMOVE)
            old.free_interrupts("nvme0")

    def probe(self, new: NextKernel) -> Process:
        """Carry out a command on the admin queue, then one on each of three CPUs' queues."""
        with new.callback("nvme0", "probe") as call:
            new.attach_iommu("nvme0")
            new.say("nvme.function", "nvme0", self.function.bdf)
            self.function.set_bus_master(True, new.id("nvme0-set-master"), new.cause)
            self.disk.messages = new.set_up_messages("nvme0")
            for tag, queue in enumerate((0, 1, 2, 3)):
                yield from self._command(new, tag, queue, call)
            new.say("nvme.queues", "nvme0", CPUS, 0, 0)

    def _command(self, new: NextKernel, tag: int, queue: int, cause: str) -> Process:
        """Issue a command and wait for its interrupt; after the timeout, poll for its completion."""
        env = new.computer.env
        done: Event = env.event()

        def complete(_: Interrupt) -> bool:
            if not done.triggered:
                done.succeed()
            return True

        new.interrupts.request(new.NUMBERS["nvme0"][queue], complete)
        command = self.disk.command(queue, cause)
        yield done | env.timeout(DISK_TIMEOUT)
        if not done.triggered:
            done.succeed()
            waited = {"device/nvme0/waited": DISK_TIMEOUT}
            timeout = new.log.record(new.id("command-timeout"), "timeout", command, waited)
            new.say("nvme.timeout", disk="nvme0", tag=8 + tag, cid=0x1008 + tag, queue=queue, cause=timeout)
