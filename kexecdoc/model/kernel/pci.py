"""What the PCI core does to a function at shutdown, after the driver's own callback. [src: pci-device-shutdown]"""

from __future__ import annotations

from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.machine.bus import Function


def disable_msi(old: OldKernel, function: Function) -> None:
    """Disable MSI, as kernels before v4.12 did. A device that is left running then falls back to its line.

    That fallback is why the PCI core stopped. [src: pci-device-shutdown]
    """
    msi = function.msi
    if msi is not None and msi.msi == "enabled" and not old.has("4.12"):
        msi.disable_msi(old.id(f"{function.name}-msi-off"), old.cause, fall_back=True)


def clear_bus_master(old: OldKernel, function: Function) -> None:
    """Clear the bit, on kexec only.

    The PCI core leaves a function alone unless it knows that the function is powered: ``current_state`` is at most
    D3hot, and PCI_UNKNOWN is more. [src: pci-device-shutdown, observations]
    """
    if old.scenario.clear_bus_master == "yes" and old.scenario.path == "kexec":
        function.set_bus_master(False, old.id(f"{function.name}-clear-master"), old.cause)
