"""The next kernel's drivers: the disk's, and that of the device under study."""

from __future__ import annotations

from simpy import Event

from kexecdoc.kernel.kernel import Process, Step
from kexecdoc.kernel.next import NextKernel
from kexecdoc.scales import BOOT_DRIVERS, CPUS, DISK_TIMEOUT


def probe_drivers(next: NextKernel) -> Process:
    """Probe the disk, then the device under study."""
    yield from next.pause(BOOT_DRIVERS // 2)
    yield from probe_disk(next)
    yield from next.pause(BOOT_DRIVERS - BOOT_DRIVERS // 2)
    probe_nic(next)


def probe_disk(next: NextKernel) -> Process:
    """Set the disk up; it carries out four commands, on its admin queue and on three CPUs' queues.

    [src: nvme]
    """
    disk = next.computer.disk
    with next.callback("nvme0", "probe") as call:
        next.attach_iommu("nvme0")
        next.say("nvme.function", disk.function.bdf)
        disk.function.set_bus_master(True, next.id("nvme0-set-master"), next.cause)
        disk.messages = next.set_up_messages("nvme0")
        for tag, queue in enumerate((0, 1, 2, 3)):
            yield from _command(next, tag, queue, call)
        next.say("nvme.queues", CPUS, 0, 0)


def _command(next: NextKernel, tag: int, queue: int, cause: str) -> Process:
    """Issue a command and wait for its interrupt; after the timeout, look for oneself. [src: nvme]"""
    env = next.computer.env
    done: Event = env.event()

    def complete(_: str) -> None:
        if not done.triggered:
            done.succeed()

    next.interrupts.request(next.number("nvme0", queue), complete)
    command = next.computer.disk.command(queue, cause)
    yield done | env.timeout(DISK_TIMEOUT)
    if not done.triggered:
        done.succeed()
        timeout = next.log.record(next.id("command-timeout"), "timeout", command)
        next.say("nvme.timeout", tag=8 + tag, cid=0x1008 + tag, queue=queue, cause=timeout)


def probe_nic(next: NextKernel) -> None:
    """Let this kernel's driver, if it has one, take the device as it is told to.

    The driver resets it first, or believes what it finds; nobody brings the interface up before the
    run ends, so the device has no traffic of this kernel's.
    """
    nic, driver = next.computer.nic, next.scenario.next_driver
    if driver == "absent":
        return
    with next.callback("eth0", "probe"):
        next.attach_iommu("eth0")
        if driver == "resets":
            nic.reset(next.name, next.id("eth0-reset"), next.cause)
        nic.function.set_bus_master(True, next.id("eth0-set-master"), next.cause)


DRIVERS = Step("next/drivers", probe_drivers, "nvme")
