"""Lines of the IOMMUs: VT-d, AMD-Vi and Arm's SMMUs."""

from __future__ import annotations

from kexecdoc.registries.messages.line import Mechanism, Wording

INTEL = "drivers/iommu/intel"
DMAR = f"{INTEL}/dmar.c"
AMD = "drivers/iommu/amd"
SMMU_V3 = "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c"
SMMU_V2 = "drivers/iommu/arm/arm-smmu/arm-smmu.c"

VTD = Mechanism(
    "VT-d", "Intel VT-d", 7,
    "On an ordinary kexec DMA translation is switched off late, after the devices, and the remapping of interrupts is left on. A crash kexec leaves both on, and the "
    "capture kernel copies the old kernel's tables, so that what devices still write lands where they meant it to.",
    "A fault names its device, as bus:device.function. A few, at the moment when translation comes on, are that device's leftovers: see that its driver has a "
    "shutdown callback. Faults that go on come from a device that nobody drives; load its driver, or unbind it before the kexec.",
    ("vtd-shutdown", "vtd-boot", "vtd-copy", "vtd-remapping", "vtd-faults"),
    author="The fault's address is one that your driver got from the DMA API in the old kernel. Stop the device in shutdown and there is none.",
)

AMDVI = Mechanism(
    "AMD-Vi", "AMD-Vi", 7,
    "As with VT-d: off on the way of an ordinary kexec, left on by a crash, and then the capture kernel takes the old device table over. It does so only if all units were on, the table has the "
    "expected size and it lies below 4 GiB.",
    "If the table was not taken over, in-flight DMA faults, and some devices do not survive that. Load the capture kernel with the same IOMMU options as "
    "the crashed one.",
    ("x86-iommu-shutdown", "amd-copy", "amd-faults"),
    author="Stop the device in shutdown; in a capture kernel reset it before its first mapping.",
)

SMMU = Mechanism(
    "SMMU", "Arm SMMUv3", 7,
    "An ordinary kexec switches the SMMU off while devices are being shut down; one register decides what happens to their traffic then. A capture kernel finds it on and "
    "resets it: from there on DMA that is still under way is aborted, and no event is recorded of it.",
    "An event names the stream, which is mostly bus:device.function, and the address. A few, at the moment when the SMMU comes on, are leftovers of that device: "
    "see that its driver has a shutdown callback. If a capture kernel dies of errors on the bus soon after the reset of its SMMU, the aborts are one suspect.",
    ("smmu-shutdown", "smmu-gbpa", "smmu-reset", "smmu-kdump", "smmu-events"),
    author="Stop the device in shutdown. In a capture kernel your device may have had its writes aborted: reset it at probe.",
)

SMMU2 = Mechanism(
    "SMMUv2", "Arm SMMUv1 and SMMUv2", 7,
    "On the way out these are set to let everything pass, untranslated. In the next kernel, streams of devices that nobody has attached are refused, unless it "
    "was built or told to let them pass.",
    "The stream names the device. What is refused does no harm to memory; the device may not take it well. See that its driver has a shutdown callback.",
    ("smmu-v2-shutdown", "smmu-v2-faults"),
)

MESSAGES = (
    *VTD.says("vtd.remapping-found", "routine", f"{INTEL}/irq_remapping.c: intel_setup_irq_remapping()", "vtd-remapping",
        Wording("DMAR-IR: IRQ remapping was enabled on %s but we are not in kdump mode", since="4.2"),
        meaning="Routine after an ordinary kexec: nothing switches the remapping of interrupts off on the way out. It is switched off and on again. "
        "5.10 and 6.1 print it for each unit and as a warning, 6.12 and 7.3 once and as information."),
    *VTD.says("vtd.remapping-copied", "routine", f"{INTEL}/irq_remapping.c: intel_setup_irq_remapping()", "vtd-remapping",
        Wording("DMAR-IR: Copied IR table for %s from previous kernel", since="4.2"),
        meaning="A capture kernel keeps the crashed kernel's table, so that a late interrupt is not a fault.", marks="a crash kexec"),
    *VTD.elsewhere("vtd.remapping-failed", "look", f"{INTEL}/irq_remapping.c: intel_setup_irq_remapping()", "vtd-remapping",
        Wording("DMAR-IR: Failed to copy IR table for %s from previous kernel", since="4.2"),
        meaning="A late interrupt of the old kernel's devices will be a fault.", marks="a crash kexec"),
    *VTD.says("vtd.remapping", "routine", f"{INTEL}/irq_remapping.c: intel_enable_irq_remapping()", "vtd-remapping",
        "DMAR-IR: Enabled IRQ remapping in %s mode", meaning="Interrupts go through a table from here on."),
    *VTD.says("vtd.copying", "routine", f"{INTEL}/iommu.c: init_dmars()", "vtd-copy",
        Wording("DMAR: Translation already enabled - trying to copy translation structures", since="4.2"),
        meaning="A capture kernel found translation on.", marks="a crash kexec"),
    *VTD.says("vtd.copied", "routine", f"{INTEL}/iommu.c: init_dmars()", "vtd-copy",
        Wording("DMAR: Copied translation tables from previous kernel for %s", since="4.2"),
        meaning="What the old kernel had allowed stays allowed, until the device's driver sets it up anew.", marks="a crash kexec"),
    *VTD.elsewhere("vtd.copy-failed", "broken", f"{INTEL}/iommu.c: init_dmars()", "vtd-copy",
        Wording("DMAR: Failed to copy translation tables from previous kernel for %s", since="4.2"),
        meaning="Translation is switched off and on again with empty tables. In between, what devices still write goes to raw addresses; afterwards it faults.",
        do="Give the capture kernel the same IOMMU options as the crashed one: the copy is refused where the format of the tables would change.", marks="a crash kexec"),
    *VTD.elsewhere("vtd.context-failed", "look", f"{INTEL}/iommu.c: copy_translation_tables()", "vtd-copy",
        Wording("DMAR: %s: Failed to copy context table for bus %d", since="4.2"),
        meaning="What the devices on this bus still write will fault.", marks="a crash kexec"),
    *VTD.says("vtd.still-on", "look", f"{INTEL}/iommu.c: init_dmars()", "vtd-boot",
        Wording("DMAR: Translation was enabled for %s but we are not in kdump mode", since="4.2"),
        meaning="Nothing switched translation off on the way out. It is switched off now, and on again with fresh tables.",
        do="Either firmware left it on, which is harmless, or the old kernel did not come here by the ordinary way: look at how it was left."),
    *VTD.says("vtd.up", "routine", f"{INTEL}/iommu.c: intel_iommu_init()", "vtd-boot",
        "DMAR: Intel(R) Virtualization Technology for Directed I/O", meaning="Translation is on."),
    *VTD.says("vtd.status", "look", f"{DMAR}: dmar_fault()", "vtd-faults",
        Wording("DMAR: DRHD: handling fault status reg %x", like=r"(?:DMAR: |dmar: )?DRHD: handling fault status reg [0-9a-f]+"),
        meaning="The unit has refused something. At most ten are printed in five seconds."),
    *VTD.says("vtd.fault", "look", f"{DMAR}: dmar_fault_do_one()", "vtd-faults",
        Wording("DMAR:[%s] Request device [%02x:%02x.%d] fault addr %llx ", before="4.2", takes="kind bus slot function address",
                like=r"(?:dmar: )?DMAR:\[[^\]]+\] Request device \[[0-9a-f:.]+\] fault addr [0-9a-f]+ *"),
        Wording("DMAR: [%s] Request device [%02x:%02x.%d] fault addr %llx [fault reason %02d] %s", since="4.2", before="4.20",
                takes="kind bus slot function address reason text", versions="v4.2 to about v4.19"),
        Wording("DMAR: [%s] Request device [%02x:%02x.%d] PASID %x fault addr %llx [fault reason %02d] %s", since="4.20", before="5.14",
                takes="kind bus slot function pasid address reason text", versions="about v4.20 to v5.13"),
        Wording("DMAR: [%s NO_PASID] Request device [%02x:%02x.%d] fault addr 0x%llx [fault reason 0x%02x] %s", since="5.14", before="7.3",
                takes="kind bus slot function address reason text"),
        Wording("DMAR: [%s NO_PASID] Request device [%04x:%02x:%02x.%d] fault addr 0x%llx [fault reason 0x%02x] %s", since="7.3",
                takes="kind segment bus slot function address reason text"),
        meaning="Whose write or read it was, and where it wanted to go. Reason 5 is no right to write, 6 none to read; 1 and 2 are that the device has no tables at all."),
    *VTD.says("vtd.fault-reason", "look", f"{DMAR}: dmar_fault_do_one()", "vtd-faults",
        Wording("DMAR:[fault reason %02d] %s", before="4.2"),
        meaning="The second line of a fault, in old kernels: why it was refused."),
    *VTD.elsewhere("vtd.interrupt-fault", "harmless", f"{DMAR}: dmar_fault_do_one()", "vtd-faults",
        Wording("DMAR: [INTR-REMAP] Request device [%02x:%02x.%d] fault index %llx [fault reason %02d] %s", since="4.2", before="5.14"),
        Wording("DMAR: [INTR-REMAP] Request device [%02x:%02x.%d] fault index 0x%llx [fault reason 0x%02x] %s", since="5.14", before="7.3"),
        Wording("DMAR: [INTR-REMAP] Request device [%04x:%02x:%02x.%d] fault index 0x%llx [fault reason 0x%02x] %s", since="7.3"),
        meaning="A message of the old kernel's device was stopped by the table of interrupts. Reason 0x22 (34) is that the entry is empty.",
        do="A few are nothing. If they go on, that device sends again and again: find it by its bus:device.function."),

    *AMDVI.elsewhere("amd.copying", "routine", f"{AMD}/init.c: copy_device_table() (reuse_device_table() in 7.3)", "amd-copy",
        Wording("AMD-Vi: Translation is already enabled - trying to copy translation structures", since="4.14", before="7.3"),
        Wording("AMD-Vi: Translation is already enabled - trying to reuse translation structures", since="7.3"),
        meaning="A capture kernel found translation on.", marks="a crash kexec"),
    *AMDVI.elsewhere("amd.copied", "routine", f"{AMD}/init.c: early_enable_iommus()", "amd-copy",
        Wording("AMD-Vi: Copied DEV table from previous kernel.", since="4.14", before="6.18"),
        Wording("AMD-Vi: Reused DEV table from previous kernel.", since="6.18"),
        meaning="What the old kernel had allowed stays allowed. From v6.18 on the old table is used where it lies.", marks="a crash kexec"),
    *AMDVI.elsewhere("amd.copy-failed", "broken", f"{AMD}/init.c: early_enable_iommus()", "amd-copy",
        Wording("AMD-Vi: Failed to copy DEV table from previous kernel.", since="4.14", before="6.18"),
        Wording("AMD-Vi: Failed to reuse DEV table from previous kernel.", since="6.18"),
        meaning="The tables are fresh ones, and what devices still write faults. Where SEV-SNP is on, from v6.18, this is the end: a BUG, on purpose.", marks="a crash kexec"),
    *AMDVI.elsewhere("amd.above-4g", "look", f"{AMD}/init.c: __copy_device_table() (__reuse_device_table() in 7.3)", "amd-copy",
        Wording("AMD-Vi: The address of old device table is above 4G, not trustworthy!", since="4.14"),
        meaning="Why the old table is not taken over.", marks="a crash kexec"),
    *AMDVI.elsewhere("amd.size", "look", f"{AMD}/init.c: __copy_device_table() (__reuse_device_table() in 7.3)", "amd-copy",
        Wording("AMD-Vi: The device table size of IOMMU:%d is not expected!", since="4.14"),
        meaning="Why the old table is not taken over.", marks="a crash kexec"),
    *AMDVI.elsewhere("amd.still-on", "look", f"{AMD}/init.c: init_iommu_one_late() (init_iommu_one() in 5.10)", "amd-copy",
        Wording("AMD-Vi: Translation was enabled for IOMMU:%d but we are not in kdump mode", since="4.14"),
        meaning="Nothing switched translation off on the way out. It is switched off now, and on again with fresh tables.",
        do="Either firmware left it on, which is harmless, or the old kernel did not come here by the ordinary way: look at how it was left."),
    *AMDVI.elsewhere("amd.fault", "look", f"{AMD}/iommu.c: amd_iommu_report_page_fault()", "amd-faults",
        Wording("%s %s: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x%04x address=0x%llx flags=0x%04x]",
                like=r"(?:\S+ \S+: )?AMD-Vi: Event logged \[IO_PAGE_FAULT .*"),
        meaning="A write or a read that the tables do not allow: the device, its domain, and where it wanted to go.",
        do="A few, when translation comes on, are leftovers of that device: see that its driver has a shutdown callback. Faults that go on come from a device that nobody drives."),
    *AMDVI.elsewhere("amd.wait", "broken", f"{AMD}/iommu.c: wait_on_sem()", "amd-faults",
        Wording("AMD-Vi: Completion-Wait loop timed out", before="7.3"),
        Wording("AMD-Vi: IOMMU %04x:%02x:%02x.%01x: Completion-Wait loop timed out", since="7.3"),
        meaning="The unit did not carry out a command in its time.",
        do="If it stands early in a capture kernel, it has not come up with the state that it was left in: reset the machine. A fault of the unit itself looks the same."),

    *SMMU.says("smmu.probe", "routine", f"{SMMU_V3}: arm_smmu_device_hw_probe()", "smmu-reset",
        Wording("arm-smmu-v3 %s: ias %lu-bit, oas %lu-bit (features 0x%08x)", before="7.3", takes="smmu ias oas features"),
        Wording("arm-smmu-v3 %s: oas %lu-bit (features 0x%08x)", since="7.3", takes="smmu oas features"),
        meaning="The SMMU is set up; its window of being off ends."),
    *SMMU.says("smmu.resetting", "look", f"{SMMU_V3}: arm_smmu_device_reset()", "smmu-kdump",
        "arm-smmu-v3 %s: SMMU currently enabled! Resetting...",
        meaning="The SMMU was found on: usual in a capture kernel. In-flight DMA is aborted from here on.",
        do="In a capture kernel, nothing, unless errors on the bus follow: then the aborts are the suspect. After an ordinary kexec it should have been off: look at how the old kernel was left."),
    *SMMU.says("smmu.event", "look", f"{SMMU_V3}: arm_smmu_evtq_thread() (arm_smmu_dump_raw_event() in 7.3)", "smmu-events",
        "arm-smmu-v3 %s: event 0x%02x received:",
        meaning="A write or a read was refused: 0x10 is a translation fault. At most ten are printed in five seconds."),
    *SMMU.says("smmu.raw", "look", f"{SMMU_V3}: arm_smmu_evtq_thread() (arm_smmu_dump_raw_event() in 7.3)", "smmu-events",
        "arm-smmu-v3 %s: \t0x%016llx",
        meaning="A word of the event, of four: the stream and what happened; what kind of access; the address; the last is for stage 2."),
    *SMMU.says("smmu.decoded", "look", f"{SMMU_V3}: arm_smmu_dump_event()", "smmu-events",
        Wording("arm-smmu-v3 %s: event: %s client: %s sid: %#x ssid: %#x iova: %#llx ipa: %#llx", since="6.14"),
        meaning="The same event, decoded: client is the device, iova the address that it used."),
    *SMMU.says("smmu.access", "look", f"{SMMU_V3}: arm_smmu_dump_event()", "smmu-events",
        Wording('arm-smmu-v3 %s: %s %s %s %s "%s"%s%s stag: %#x', since="6.14", like=r'arm-smmu-v3 \S+: \w+ \w+ \w+ \w+ "[^"]*"[\w ]* stag: (?:0x)?[0-9a-f]+'),
        meaning="What kind of access it was, and at which stage the tables have nothing at that address."),
    *SMMU.elsewhere("smmu.overflow", "look", f"{SMMU_V3}: arm_smmu_evtq_thread()", "smmu-events",
        "arm-smmu-v3 %s: EVTQ overflow detected -- events lost",
        meaning="Events came faster than they could be read: some device tries all the time."),
    *SMMU.elsewhere("smmu.global", "broken", f"{SMMU_V3}: arm_smmu_gerror_handler()", "smmu-gerror",
        "arm-smmu-v3 %s: unexpected global error reported (0x%08x), this could be serious",
        meaning="The SMMU itself reports an error, of its queues or its messages; the next line says which.",
        do="Reset the machine. If it comes after every kexec, the SMMU is left in a state that the driver does not expect: report it."),

    *SMMU2.elsewhere("smmu2.off", "routine", f"{SMMU_V2}: arm_smmu_device_shutdown() (arm_smmu_device_remove() in 5.10)", "smmu-v2-shutdown",
        "arm-smmu %s: disabling translation",
        meaning="On the way out: from here on everything passes, untranslated. It is printed if some device was still attached."),
    *SMMU2.elsewhere("smmu2.fault", "look", f"{SMMU_V2}: arm_smmu_context_fault()", "smmu-v2-faults",
        Wording("arm-smmu %s: Unhandled context fault: fsr=0x%x, iova=0x%08lx, fsynr=0x%x, cbfrsynra=0x%x, cb=%d"),
        meaning="A device that is attached used an address that its tables do not have."),
    *SMMU2.elsewhere("smmu2.blocked", "look", f"{SMMU_V2}: arm_smmu_global_fault()", "smmu-v2-faults",
        Wording('arm-smmu %s: Blocked unknown Stream ID 0x%hx; boot with "arm-smmu.disable_bypass=0" to allow, but this may have security implications'),
        meaning="A device that nobody has attached tries to use memory: mostly one that was left running."),
    *SMMU2.elsewhere("smmu2.global", "look", f"{SMMU_V2}: arm_smmu_global_fault()", "smmu-v2-faults",
        "arm-smmu %s: Unexpected global fault, this could be serious",
        meaning="A fault that belongs to no context; the registers are on the next line."),
)
