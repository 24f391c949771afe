"""device_shutdown(): what an orderly end does to devices, on kexec and on reboot alike.

The bus's method is called for each device, newest first, and calls the driver's own; for PCI, Bus Master is
cleared after that, on kexec only. No return value is looked at, and nothing cuts a callback short.
[src: device-shutdown, pci-device-shutdown]
"""

from __future__ import annotations

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.pci import clear_bus_master, disable_msi
from kexecdoc.model.kernel.ports import shut_down_ports
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.machine.memory import runs
from kexecdoc.model.scales import DRIVER_REMOVE, DRIVER_SHUTDOWN, FUNCTION_SHUTDOWN, HANG_WATCHED


def device_shutdown(old: OldKernel) -> Process:
    """Walk the devices backwards, in reverse of their registration: children before parents.

    That the SMMU comes after its masters follows only from that order and from device links.
    """
    for driver in reversed(old.plugged):
        yield from driver.shutdown(old)
        clear_bus_master(old, driver.name)
    yield from _shut_down_nic(old)
    yield from _shut_down_disk(old)
    if old.computer.usb is not None:
        yield from _shut_down_usb(old)
    yield from shut_down_ports(old)
    yield from old.pause(FUNCTION_SHUTDOWN)
    old.shut_down_iommu()


def _shut_down_nic(old: OldKernel) -> Process:
    """Do to the device under study what ``quiesce`` says; then the PCI core has its turn."""
    scenario = old.scenario
    if scenario.quiesce == "remove":
        yield from _remove_nic(old)
    elif scenario.quiesce == "shutdown" and scenario.shutdown_callback != "missing":
        yield from _call_nic_shutdown(old)
    else:
        yield from old.pause(FUNCTION_SHUTDOWN)
    disable_msi(old)
    if scenario.power_state == "known":
        clear_bus_master(old, "eth0")


def _call_nic_shutdown(old: OldKernel) -> Process:
    """Call the driver's shutdown: it makes the device quiet, or half of it, and keeps what it holds.

    [src: pci-h]
    """
    nic = old.computer.nic
    with old.callback("eth0", "shutdown"):
        yield from old.pause(DRIVER_SHUTDOWN)
        if old.scenario.shutdown_callback == "works":
            nic.stop_engine(old.id("eth0-shutdown"), old.cause)
        nic.silence(old.id("eth0-shutdown"), old.cause)


def _remove_nic(old: OldKernel) -> Process:
    """Call the driver's remove: the device quiet, its buffers freed, and nobody is its driver any more.

    One that waits for somebody who never lets go of the device ends the crossing here: device_shutdown()
    is serial, and nothing cuts it short. [src: pci-h, device-shutdown]
    """
    nic, memory = old.computer.nic, old.memory
    with old.callback("eth0", "remove", driver="none") as call:
        if old.scenario.remove_callback == "hangs":
            yield from old.pause(HANG_WATCHED)
            raise MachineDead("hung", Death.STUCK_CALLBACK, call)
        yield from old.pause(DRIVER_REMOVE)
        nic.stop_engine(old.id("eth0-remove"), old.cause)
        nic.silence(old.id("eth0-remove"), old.cause)
        if old.scenario.interrupt == "intx":
            old.interrupts.free_line("eth0_intr", old.cause)
        nic.function.set_bus_master(False, old.id("eth0-remove"), old.cause)
        freed = memory.give(runs(sorted(old.nic_frames)), "old")
        old.log.record(old.id("eth0-free"), "own", old.cause, freed)


def _shut_down_disk(old: OldKernel) -> Process:
    """Shut the disk down, or remove it; either way its driver frees its interrupts. [src: nvme]"""
    remove = old.scenario.quiesce_disk == "remove"
    with old.callback("nvme0", "remove" if remove else "shutdown", driver="none" if remove else "bound"):
        yield from old.pause(DRIVER_REMOVE if remove else DRIVER_SHUTDOWN)
        old.free_disk_interrupts()
    clear_bus_master(old, "nvme0")


def _shut_down_usb(old: OldKernel) -> Process:
    """Shut the other device on the line down: it asserts nothing any more."""
    with old.callback("usb0", "shutdown"):
        yield from old.pause(FUNCTION_SHUTDOWN)
    clear_bus_master(old, "usb0")
