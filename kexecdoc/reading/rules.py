"""Rules about scenarios: what the switches alone determine for the device under study, without a simulation.

A write passes gates in a fixed order: the engine, the Bus Master bits, the IOMMU, the address. The first gate that
refuses decides. [src: bus-master] Verdicts, quiz, exercises and figures all use these rules. A test compares each rule
with the model for random scenarios, so a new switch that makes a rule false fails that test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kexecdoc.model.scenario import Scenario
from kexecdoc.registries.versions import Versions

Rule = Callable[[Scenario], bool]


# -- on the way out ------------------------------------------------------------------------------------


def shuts_devices_down(s: Scenario) -> bool:
    """Whether the old kernel calls device_shutdown(). A crashed kernel does so only for one value of ``crash-work``.

    [src: crash-kexec]
    """
    return s.path != "panic" or s.crash_work == "shutdown"


def callback(s: Scenario) -> str:
    """Return which callback of the device's driver the old kernel calls, ``shutdown`` or ``remove``; "" if none."""
    if not shuts_devices_down(s) or s.quiesce == "none":
        return ""
    return "" if s.quiesce == "shutdown" and s.shutdown_callback == "missing" else s.quiesce


def never_jumps(s: Scenario) -> bool:
    """Whether the callback waits for a user who never releases the device, so that the jump never comes."""
    return callback(s) == "remove" and s.remove_callback == "hangs"


def engine_stopped(s: Scenario) -> bool:
    """Whether the old kernel stops the DMA engine: by a shutdown callback that works, or by remove. [src: pci-h]"""
    return callback(s) == "remove" or (callback(s) == "shutdown" and s.shutdown_callback == "works")


def interrupt_silenced(s: Scenario) -> bool:
    """Whether a callback disables the interrupt in the device. An incomplete callback does that, too. [src: pci-h]"""
    return callback(s) != ""


def bit_cleared(s: Scenario) -> bool:
    """Whether the device's own Bus Master bit is clear at the jump: by remove, or by the PCI core, on kexec only.

    [src: pci-device-shutdown]
    """
    core = s.path == "kexec" and s.clear_bus_master == "yes" and s.power_state == "known"
    return callback(s) == "remove" or core


def bit_obeyed(s: Scenario) -> bool:
    """Whether the device is held back by its own Bus Master bit. [src: bus-master-2012]"""
    return bit_cleared(s) and s.obeys_bus_master == "yes"


def port_closed(s: Scenario) -> bool:
    """Whether the port above the device lets nothing through at the jump, whether or not the device obeys its own bit.

    The PCI core clears the port's bit, too; before v6.3 the port driver's shutdown did. [src: portdrv-shutdown]
    """
    core = s.path == "kexec" and s.clear_bus_master == "yes"
    driver = shuts_devices_down(s) and s.kernel in Versions("4.15", before="6.3")
    return s.hotplug != "none" and (core or driver)


def held_back(s: Scenario) -> bool:
    """Whether Bus Master bits hold back everything that the device would write after the jump. [src: bus-master]"""
    return bit_obeyed(s) or port_closed(s)


def was_reset(s: Scenario) -> bool:
    """Whether a reset of the hardware comes before the next kernel. [src: x86-reboot]"""
    return s.through_firmware and s.reset == "full"


# -- in the next kernel --------------------------------------------------------------------------------


def ever_writes(s: Scenario) -> bool:
    """Whether a leftover write can get past the Bus Master bits, some time after the jump.

    The next kernel's port driver sets the port's bit. A device driver that trusts what it finds sets the device's bit
    while the old engine is still running. [src: pci-enable-bridge]
    """
    if engine_stopped(s) or was_reset(s) or never_jumps(s):
        return False
    return not bit_obeyed(s) or s.next_driver == "trusts"


def ever_hits(s: Scenario) -> bool:
    """Whether such a write can hit memory that the next kernel uses. Reserved memory has no buffers in it."""
    return ever_writes(s) and not (s.captures and s.crash_memory == "reserved")


def ever_resends(s: Scenario) -> bool:
    """Whether the device can keep a CPU of the next kernel busy by sending its message again and again.

    Enumeration switches MSI off, long before any driver sets Bus Master again. [src: pci-msi-init] Before v4.12
    the PCI core did at shutdown, too. [src: pci-device-shutdown] In a panic a message may have come before a bit was
    cleared, and waits until the next kernel takes interrupts.
    """
    sends = s.machine == "x86" and s.interrupt == "msi" and s.msi_resend == "yes"
    off = interrupt_silenced(s) or falls_back_to_line(s) or was_reset(s)
    return sends and not off and (not held_back(s) or s.path == "panic")


def falls_back_to_line(s: Scenario) -> bool:
    """Whether the PCI core disables MSI at shutdown, so that the device asserts its line. [src: pci-device-shutdown]"""
    disables = shuts_devices_down(s) and s.kernel in Versions(before="4.12")
    return disables and s.interrupt == "msi" and not interrupt_silenced(s)


def line_stays_asserted(s: Scenario) -> bool:
    """Whether the device's line can be asserted when the next kernel begins. No Bus Master bit stops a line."""
    uses_line = s.interrupt == "intx" or falls_back_to_line(s)
    return uses_line and not interrupt_silenced(s) and not was_reset(s)


def line_storms(s: Scenario) -> bool:
    """Whether a driver of the next kernel requests the line while a device that nobody serves still asserts it.

    [src: request-irq]
    """
    early = s.line_shared == "yes" or (s.interrupt == "intx" and s.next_driver == "trusts")
    return line_stays_asserted(s) and early and not never_jumps(s)


def tables_stuck(s: Scenario) -> bool:
    """Whether redistributors go on using the old kernel's LPI tables, and the next kernel cannot change that.

    An image that lies over the tables may deceive it: see ``image-placement``.
    """
    return s.machine == "arm64" and s.lpi_disable == "sticky" and tables_left_behind(s)


def tables_left_behind(s: Scenario) -> bool:
    """Whether the old kernel's LPI tables are in use when the next kernel begins, in memory that is not kept."""
    return not tables_kept(s) and not was_reset(s)


def tables_kept(s: Scenario) -> bool:
    """Whether the next kernel keeps the old one's LPI tables and goes on using them.

    It does if they are reserved, and a capture kernel does without asking. [src: commit-iomem-reserved]
    """
    return s.lpi_policy == "reuse" and not s.through_firmware and (s.firmware == "efi" or s.captures)


# -- in words ------------------------------------------------------------------------------------------


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


def why_bit(s: Scenario) -> str:
    """Say why the device's own Bus Master bit is clear at the jump, or why it is set."""
    if callback(s) == "remove":
        return "remove clears Bus Master itself"
    if bit_cleared(s):
        return (
            "the PCI core clears Bus Master on kexec, after the driver's callback if there is one "
            "[src: pci-device-shutdown]"
        )
    return why_open(s)


def why_engine(s: Scenario) -> str:
    """Say why the DMA engine is stopped at the jump, or why it runs."""
    if callback(s) == "remove":
        return "remove stops the engine, since it is about to free the buffers [src: pci-h]"
    if engine_stopped(s):
        return "shutdown is there to stop the engine, and here it does [src: pci-h]"
    return f"the engine runs on, for {why_runs(s)}"


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


# -- what would have prevented it ----------------------------------------------------------------------


@dataclass(frozen=True)
class Remedy:
    """Something that would have prevented a harm: a noun phrase for a sentence, and the switches that it stands for."""

    words: str
    changes: dict[str, str]


STOPS_ENGINE = Remedy(
    "a driver that stops its DMA engine before the jump", {"quiesce": "shutdown", "shutdown_callback": "works"}
)
SILENCES = Remedy(
    "a driver that silences its device before the jump", {"quiesce": "shutdown", "shutdown_callback": "works"}
)
HARDWARE_RESET = Remedy("a reset of the hardware", {"reset": "full"})
CLEARING_CORE = Remedy("a PCI core that clears Bus Master", {"clear_bus_master": "yes"})
KNOWN_POWER = Remedy("a PCI core that knew the device to be powered", {"power_state": "known"})
OBEDIENT_DEVICE = Remedy("a device that obeys Bus Master", {"obeys_bus_master": "yes"})
BUS_MASTER = (CLEARING_CORE, KNOWN_POWER, OBEDIENT_DEVICE)
RESETTING_DRIVER = Remedy("a next driver that resets the device before it sets Bus Master", {"next_driver": "resets"})
RESERVED_MEMORY = Remedy(
    "a capture kernel in memory that was reserved at boot, and never given to anybody,", {"crash_memory": "reserved"}
)

AGAINST_WRITES = (STOPS_ENGINE, *BUS_MASTER, RESETTING_DRIVER, HARDWARE_RESET, RESERVED_MEMORY)
AGAINST_REFUSALS = (STOPS_ENGINE, *BUS_MASTER, RESETTING_DRIVER, HARDWARE_RESET)
AGAINST_MESSAGES = (SILENCES, *BUS_MASTER, HARDWARE_RESET)
AGAINST_STORMS = (
    SILENCES,
    Remedy("a next driver that resets the device before it requests the line", {"next_driver": "resets"}),
    HARDWARE_RESET,
)

RESERVED_TABLES = (
    Remedy("booting the first kernel through UEFI, so that they are reserved and reused,", {"firmware": "efi"}),
    Remedy("a next kernel that reuses reserved tables (v4.20 on)", {"lpi_policy": "reuse"}),
    HARDWARE_RESET,
)
RESERVED_TABLES_BY_TWO = (
    Remedy(
        "a next kernel that reuses reserved tables (v4.20 on), after a first boot through UEFI,",
        {"lpi_policy": "reuse", "firmware": "efi"},
    ),
)


def prevented_by(s: Scenario, harms: Rule, remedies: Iterable[Remedy]) -> list[str]:
    """Return the phrases of those remedies that would have prevented a harm, each by itself."""
    return [remedy.words for remedy in remedies if not harms(s.but(**remedy.changes))]
