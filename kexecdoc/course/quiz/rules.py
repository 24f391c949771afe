"""What the rules alone say of a device on its way through a crossing: no machine runs here.

A write passes gates in an order: the engine, the function's Bus Master bit, the IOMMU, the address. The first that
refuses decides. [src: bus-master] Each rule is read off the switches; the problems hold it against the machine.
"""

from __future__ import annotations

from kexecdoc.model.scenario import Scenario


def engine_stopped(s: Scenario) -> bool:
    """Whether the old kernel stops the DMA engine: by a shutdown callback that works, or by remove. [src: pci-h]"""
    return s.quiesce == "remove" or (s.quiesce == "shutdown" and s.shutdown_callback == "works")


def interrupt_silenced(s: Scenario) -> bool:
    """Whether the old kernel silences the interrupt in the device: half a callback does that, too. [src: pci-h]"""
    return s.quiesce == "remove" or (s.quiesce == "shutdown" and s.shutdown_callback != "missing")


def bit_cleared(s: Scenario) -> bool:
    """Whether Bus Master is clear after device_shutdown(): by remove itself, or by the PCI core, on kexec only.

    [src: pci-device-shutdown]
    """
    core = s.path == "kexec" and s.clear_bus_master == "yes" and s.power_state == "known"
    return s.quiesce == "remove" or core


def held_back(s: Scenario) -> bool:
    """Whether Bus Master keeps the device's writes in. [src: bus-master]"""
    return bit_cleared(s) and s.obeys_bus_master == "yes"


def why_runs(s: Scenario) -> str:
    """Say why the engine runs on."""
    if s.quiesce == "none":
        return "nothing is done to the device's driver"
    if s.shutdown_callback == "missing":
        return "the driver has no shutdown callback"
    return "the callback silences the interrupt and leaves the DMA engine running"


def why_open(s: Scenario) -> str:
    """Say why Bus Master does not hold a running device back at the jump."""
    if s.path == "panic":
        return "on the crash path no PCI code runs [src: crash-kexec]"
    if s.path == "reboot":
        return "the PCI core clears Bus Master on kexec only [src: pci-device-shutdown]"
    if s.clear_bus_master == "no":
        return "this PCI core does not clear Bus Master, as none did before v3.5 [src: pci-device-shutdown]"
    if s.power_state == "unknown":
        return "the PCI core clears the bit only in functions that it knows to be powered [src: pci-device-shutdown]"
    return "the bit is clear, and this device goes on in spite of it [src: bus-master-2012]"


def first_write(s: Scenario) -> str:
    """Return what becomes of the device's first write after the jump of an ordinary kexec.

    ``none``, ``stopped``, ``faulted``, ``missed``, ``landed`` in a buffer of its driver's, or ``elsewhere``: the SMMU
    and VT-d are off by then, and what an SMMU does while it is off, one register decides.
    [src: smmu-gbpa]
    """
    if engine_stopped(s):
        return "none"
    if held_back(s):
        return "stopped"
    if s.iommu != "off" and s.machine == "arm64" and s.gbpa == "abort":
        return "faulted"
    if s.iommu == "translate":
        return "missed" if s.iova == "hole" else "elsewhere"
    return "landed"


def ever_lands(s: Scenario) -> bool:
    """Return whether some leftover write lands after the jump of an ordinary kexec, with no IOMMU in the path.

    A next driver that believes what it finds sets Bus Master with the old engine still running.
    """
    return not engine_stopped(s) and (not held_back(s) or s.next_driver == "trusts")
