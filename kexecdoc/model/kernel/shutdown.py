"""device_shutdown(): what an orderly end does to devices, on kexec and on reboot alike.

The bus's method is called for each device, newest first, and calls the driver's own callback. For a PCI function the
PCI core has its turn after that. No return value is looked at, and nothing cuts a callback short.
[src: device-shutdown, pci-device-shutdown]
"""

from __future__ import annotations

from kexecdoc.model.kernel import pci
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.scales import FUNCTION_SHUTDOWN


def device_shutdown(old: OldKernel) -> Process:
    """Walk the devices in reverse of their registration: children before parents.

    Only that order, and device links, put the SMMU after the devices behind it.
    """
    for driver in reversed(old.drivers):
        call = driver.ended_by(old.scenario)
        if call == "remove":
            yield from driver.remove(old)
        elif call == "shutdown":
            yield from driver.shutdown(old)
        else:
            yield from old.pause(FUNCTION_SHUTDOWN)
        pci.disable_msi(old, driver.function)
        if driver.is_known_to_be_powered(old.scenario):
            pci.clear_bus_master(old, driver.function)
    yield from old.pause(FUNCTION_SHUTDOWN)
    old.shut_down_iommu()
