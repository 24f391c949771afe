"""The next kernel's drivers: the disk's, and that of the device under study."""

from __future__ import annotations

from simpy import Event

from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.ports import probe_ports
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.machine.cpu import Interrupt
from kexecdoc.model.machine.usb import UsbHost
from kexecdoc.model.scales import BOOT_DRIVERS, CPUS, DISK_TIMEOUT


def probe_drivers(new: NextKernel) -> Process:
    """Probe the disk, then the device under study, then what is plugged in beside them."""
    probe_ports(new)
    yield from new.pause(BOOT_DRIVERS // 2)
    if new.computer.usb is not None:
        yield from probe_usb(new, new.computer.usb)
    yield from probe_disk(new)
    yield from new.pause(BOOT_DRIVERS - BOOT_DRIVERS // 2)
    yield from probe_nic(new)
    for driver in new.plugged:
        yield from driver.probe(new)


def probe_usb(new: NextKernel, usb: UsbHost) -> Process:
    """Set the other device on the line up: request the line, then carry out a command.

    If the device under study asserts the line, the storm starts with the request. [src: request-irq]
    """
    done: Event = new.computer.env.event()

    def serve(interrupt: Interrupt) -> bool:
        said = usb.serve(new.id("usb0-serve"), interrupt.cause)
        if said and not done.triggered:
            done.succeed()
        return said

    with new.callback("usb0", "probe") as call:
        new.attach_iommu("usb0")
        usb.function.set_bus_master(True, new.id("usb0-set-master"), new.cause)
        new.interrupts.request_line(serve, "usb_hcd_irq", new.cause)
        yield from new.pause(0)  # if the request started a storm, nothing goes on before that is over
        usb.command(call)
        yield done


def probe_disk(new: NextKernel) -> Process:
    """Set the disk up; it carries out four commands, on its admin queue and on three CPUs' queues.

    [src: nvme]
    """
    disk = new.computer.disk
    with new.callback("nvme0", "probe") as call:
        new.attach_iommu("nvme0")
        new.say("nvme.function", "nvme0", disk.function.bdf)
        disk.function.set_bus_master(True, new.id("nvme0-set-master"), new.cause)
        disk.messages = new.set_up_messages("nvme0")
        for tag, queue in enumerate((0, 1, 2, 3)):
            yield from _command(new, tag, queue, call)
        new.say("nvme.queues", "nvme0", CPUS, 0, 0)


def _command(new: NextKernel, tag: int, queue: int, cause: str) -> Process:
    """Issue a command and wait for its interrupt; after the timeout, look for oneself. [src: nvme]"""
    env = new.computer.env
    done: Event = env.event()

    def complete(_: Interrupt) -> bool:
        if not done.triggered:
            done.succeed()
        return True

    new.interrupts.request(new.NUMBERS["nvme0"][queue], complete)
    command = new.computer.disk.command(queue, cause)
    yield done | env.timeout(DISK_TIMEOUT)
    if not done.triggered:
        done.succeed()
        waited = {"device/nvme0/waited": DISK_TIMEOUT}
        timeout = new.log.record(new.id("command-timeout"), "timeout", command, waited)
        new.say("nvme.timeout", disk="nvme0", tag=8 + tag, cid=0x1008 + tag, queue=queue, cause=timeout)


def probe_nic(new: NextKernel) -> Process:
    """Let this kernel's driver, if it has one, take the device as it is told to.

    The driver resets it first, or believes what it finds; nobody brings the interface up before the
    run ends, so the device has no traffic of this kernel's. A driver of a device that uses its line requests
    that; one that believes what it finds does not know the old kernel's state, and so not what asserts the line.
    """
    nic, driver = new.computer.nic, new.scenario.next_driver
    if driver == "absent":
        return
    with new.callback("eth0", "probe"):
        new.attach_iommu("eth0")
        if driver == "resets":
            nic.reset(new.name, new.id("eth0-reset"), new.cause)
        nic.function.set_bus_master(True, new.id("eth0-set-master"), new.cause)
        if new.scenario.interrupt == "intx":
            new.interrupts.request_line(lambda _: False, "eth0_intr", new.cause)
            yield from new.pause(0)


DRIVERS = Step("next/drivers", probe_drivers, "nvme")
