"""The next kernel's drivers: the disk's, and that of the device under study."""

from __future__ import annotations

from simpy import Event

from kexecdoc.model.kernel.kernel import Process, Step
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.ports import probe_ports
from kexecdoc.model.machine.cpu import Interrupt
from kexecdoc.model.machine.usb import UsbHost
from kexecdoc.model.scales import BOOT_DRIVERS, CPUS, DISK_TIMEOUT


def probe_drivers(next: NextKernel) -> Process:
    """Probe the disk, then the device under study, then what is plugged in beside them."""
    probe_ports(next)
    yield from next.pause(BOOT_DRIVERS // 2)
    if next.computer.usb is not None:
        yield from probe_usb(next, next.computer.usb)
    yield from probe_disk(next)
    yield from next.pause(BOOT_DRIVERS - BOOT_DRIVERS // 2)
    yield from probe_nic(next)
    for driver in next.plugged:
        yield from driver.probe(next)


def probe_usb(next: NextKernel, usb: UsbHost) -> Process:
    """Set the other device on the line up: request the line, then carry out a command.

    If the device under study asserts the line, the storm starts with the request. [src: request-irq]
    """
    done: Event = next.computer.env.event()

    def serve(interrupt: Interrupt) -> bool:
        said = usb.serve(next.id("usb0-serve"), interrupt.cause)
        if said and not done.triggered:
            done.succeed()
        return said

    with next.callback("usb0", "probe") as call:
        next.attach_iommu("usb0")
        usb.function.set_bus_master(True, next.id("usb0-set-master"), next.cause)
        next.interrupts.request_line(serve, "usb_hcd_irq", next.cause)
        yield from next.pause(0)  # if the request started a storm, nothing goes on before that is over
        usb.command(call)
        yield done


def probe_disk(next: NextKernel) -> Process:
    """Set the disk up; it carries out four commands, on its admin queue and on three CPUs' queues.

    [src: nvme]
    """
    disk = next.computer.disk
    with next.callback("nvme0", "probe") as call:
        next.attach_iommu("nvme0")
        next.say("nvme.function", "nvme0", disk.function.bdf)
        disk.function.set_bus_master(True, next.id("nvme0-set-master"), next.cause)
        disk.messages = next.set_up_messages("nvme0")
        for tag, queue in enumerate((0, 1, 2, 3)):
            yield from _command(next, tag, queue, call)
        next.say("nvme.queues", "nvme0", CPUS, 0, 0)


def _command(next: NextKernel, tag: int, queue: int, cause: str) -> Process:
    """Issue a command and wait for its interrupt; after the timeout, look for oneself. [src: nvme]"""
    env = next.computer.env
    done: Event = env.event()

    def complete(_: Interrupt) -> bool:
        if not done.triggered:
            done.succeed()
        return True

    next.interrupts.request(next.NUMBERS["nvme0"][queue], complete)
    command = next.computer.disk.command(queue, cause)
    yield done | env.timeout(DISK_TIMEOUT)
    if not done.triggered:
        done.succeed()
        waited = {"device/nvme0/waited": DISK_TIMEOUT}
        timeout = next.log.record(next.id("command-timeout"), "timeout", command, waited)
        next.say("nvme.timeout", disk="nvme0", tag=8 + tag, cid=0x1008 + tag, queue=queue, cause=timeout)


def probe_nic(next: NextKernel) -> Process:
    """Let this kernel's driver, if it has one, take the device as it is told to.

    The driver resets it first, or believes what it finds; nobody brings the interface up before the
    run ends, so the device has no traffic of this kernel's. A driver of a device that uses its line requests
    that; one that believes what it finds does not know the old kernel's state, and so not what asserts the line.
    """
    nic, driver = next.computer.nic, next.scenario.next_driver
    if driver == "absent":
        return
    with next.callback("eth0", "probe"):
        next.attach_iommu("eth0")
        if driver == "resets":
            nic.reset(next.name, next.id("eth0-reset"), next.cause)
        nic.function.set_bus_master(True, next.id("eth0-set-master"), next.cause)
        if next.scenario.interrupt == "intx":
            next.interrupts.request_line(lambda _: False, "eth0_intr", next.cause)
            yield from next.pause(0)


DRIVERS = Step("next/drivers", probe_drivers, "nvme")
