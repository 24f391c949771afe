"""What the PCI core does to a function at shutdown, after the driver's own callback. [src: pci-device-shutdown]"""

from __future__ import annotations

from kexecdoc.model.kernel.old import OldKernel


def disable_msi(old: OldKernel) -> None:
    """Let the PCI core disable MSI, as kernels before v4.12 did: a device left running falls back to its line.

    That is why they stopped. [src: pci-device-shutdown]
    """
    nic = old.computer.nic
    if nic.msi == "enabled" and not old.has("4.12"):
        nic.disable_msi(old.id("eth0-msi-off"), old.cause, fall_back=True)


def clear_bus_master(old: OldKernel, function: str) -> None:
    """Clear the bit after the driver's own callback, on kexec only, as the PCI core does.

    It leaves functions alone of which it does not know that they are powered: ``current_state`` beyond
    D3hot, which PCI_UNKNOWN is. [src: pci-device-shutdown, observations]
    """
    if old.scenario.clear_bus_master == "yes" and old.scenario.path == "kexec":
        old.computer.bus.functions[function].set_bus_master(False, old.id(f"{function}-clear-master"), old.cause)
