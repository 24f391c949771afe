"""The kernel messages registry: what the simulated consoles say, and what a real one means by it.

An entry holds the printk format with the prefix that a reader sees, the file and function that print it,
and the versions in which it has these words; what never varies here is filled in. Wording was read in
6.1.192 and 7.3.4: a bound between the two was not looked up unless a comment names the commit. The same
id may have several entries, for several ranges of versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kexecdoc.versions import Versions

CONVERSION = re.compile(r"%(#?)(0?\.?\d*)(?:ll|l|h)?(pa|[duxs])")


@dataclass(frozen=True)
class Message:
    """``format`` is the printk format; ``since`` and ``before`` bound the versions ("" is no bound).

    ``mechanism`` is "" for an ordinary boot line. ``source`` is an id of the sources registry. ``takes`` names
    the values of the format, in its order, where the words of other versions tell other things.
    """

    id: str
    format: str
    where: str
    source: str
    meaning: str
    mechanism: str = ""
    since: str = ""
    before: str = ""
    takes: str = ""

    def holds_in(self, kernel: str) -> bool:
        return kernel in Versions(self.since, self.before)

    def render(self, *values: object, **named: object) -> str:
        """Return the line with its values in place. ``%pa`` is 0x and 16 digits, as on 64-bit machines."""
        left = [named[name] for name in self.takes.split()] if self.takes else list(values)

        def put(conversion: re.Match[str]) -> str:
            flag, width, kind = conversion.groups()
            value = left.pop(0)
            if kind == "pa":
                return f"0x{value:016x}"
            return f"%{flag}{width}{'d' if kind == 'u' else kind}" % value

        return CONVERSION.sub(put, self.format)


ITS = "drivers/irqchip/irq-gic-v3-its.c"

MESSAGES: tuple[Message, ...] = (
    # The way out.
    Message("kexec.starting", "Starting new kernel", "kernel/kexec.c: kernel_kexec()", "kernel-kexec",
            "Every device has been shut down; the other CPUs have not.", "kexec", before="4.12"),
    Message("kexec.starting", "kexec_core: Starting new kernel", "kernel/kexec_core.c: kernel_kexec()", "kernel-kexec",
            "Every device has been shut down; the other CPUs have not.", "kexec", since="4.12"),
    # Read in 5.10, 6.1, 6.12 and 7.3; the prefix of 2018 is in the thread's own subject, and its end was not looked up.
    Message("hotplug.timeout", "pciehp %s:pcie004: Timeout on hotplug command %#06x (issued %u msec ago)",
            "drivers/pci/hotplug/pciehp_hpc.c: pcie_wait_cmd()", "pciehp-wait",
            "The port did not say that it has carried the command out. The number is the command's age, not a delay.",
            "hot-plug", before="5.10"),
    Message("hotplug.timeout", "pcieport %s: pciehp: Timeout on hotplug command %#06x (issued %u msec ago)",
            "drivers/pci/hotplug/pciehp_hpc.c: pcie_wait_cmd()", "pciehp-wait",
            "The port did not say that it has carried the command out. The number is the command's age, not a delay.",
            "hot-plug", since="5.10"),
    Message("crash.stopping", "SMP: stopping secondary CPUs", "arch/arm64/kernel/smp.c: crash_smp_send_stop()", "arm64-crash",
            "The crashing CPU stops the others, and waits a second at most.", "panic"),
    Message("crash.failed", "SMP: failed to stop secondary CPUs %s", "arch/arm64/kernel/smp.c: crash_smp_send_stop()", "arm64-crash",
            "Some CPU did not stop. It may go on as it likes.", "panic", takes="cpus"),
    Message("crash.starting", "Starting crashdump kernel...", "arch/arm64/kernel/machine_kexec.c: machine_crash_shutdown()",
            "arm64-crash", "Interrupts are masked at their chips, and the capture kernel is entered.", "panic"),
    Message("reboot.restarting", "reboot: Restarting system", "kernel/reboot.c: kernel_restart()", "restart-prepare",
            "Every device has been shut down.", "reboot"),
    Message("reboot.machine", "reboot: machine restart", "arch/x86/kernel/reboot.c: native_machine_restart()", "x86-reboot",
            "x86 is about to look for a way to reset itself.", "reboot"),
    Message("psci.killed", "psci: CPU%d killed (polled %d ms)", "arch/arm64/kernel/psci.c: cpu_psci_cpu_kill()", "psci",
            "One of the other CPUs is off. Its interrupts have moved to another CPU.", "kexec"),
    Message("kexec.bye", "Bye!", "arch/arm64/kernel/machine_kexec.c: machine_kexec()", "arm64-machine-kexec",
            "The last line of an arm64 kernel. Interrupts are masked right after it.", "kexec"),
    # The way in.
    Message("boot.cpu", "Booting Linux on physical CPU 0x%010lx [0x%08x]",
            "arch/arm64/kernel/setup.c: smp_setup_processor_id()", "arm64-setup", "The first line of the next kernel."),
    Message("boot.banner", "Linux version %s", "init/main.c: start_kernel()", "init-main", "Which kernel this is."),
    Message("efi.version", "efi: EFI v%u.%.02u by %s", "drivers/firmware/efi/efi.c: efi_systab_report_header()", "efi-memreserve",
            "The system table of the first boot's firmware was handed on.", before="6.12", takes="major hundredths vendor"),
    Message("efi.version", "efi: EFI v%u.%u by %s", "drivers/firmware/efi/efi.c: efi_systab_report_header()", "efi-memreserve",
            "The system table of the first boot's firmware was handed on.", since="6.12", takes="major minor vendor"),
    Message("efi.tables", "efi: MEMRESERVE=0x%lx ", "drivers/firmware/efi/efi.c: efi_config_parse_tables()", "efi-memreserve",
            "The list of reserved memory is there; LPI tables can be on it.", "EFI memreserve"),
    Message("efi.none", "efi: UEFI not found.", "drivers/firmware/efi/fdtparams.c: efi_get_fdt_params()", "efi-fdt",
            "Nothing hands a list of reserved memory on: LPI tables are ordinary memory to this kernel.", "EFI memreserve"),
    Message("gic.features", "GICv3: GICv3 features: %d PPIs", "drivers/irqchip/irq-gic-v3.c: gic_update_rdist_properties()", "gic-boot",
            "The interrupt controller is being set up."),
    Message("gic.redistributor", "GICv3: CPU%d: found redistributor %lx region %d:%pa",
            "drivers/irqchip/irq-gic-v3.c: __gic_populate_rdist()", "gic-boot", "This CPU's redistributor."),
    Message("its.found", "ITS [mem 0x%08x-0x%08x]", f"{ITS}: its_probe_one() (its_node_init() in 7.3)", "its-probe", "The ITS; it has just been made quiet."),
    Message("its.allocated", "ITS@%pa: allocated %d %s @%llx (%s, esz %d, psz 64K, shr 1)", f"{ITS}: its_setup_baser()",
            "its-probe", "Fresh ITS tables of this kernel."),
    Message("lpi.expected-reserved", "GICv3: Expected reserved range [%pa:%pa], not found", f"{ITS}: gic_check_reserved_range()",
            "lpi-allocate",
            "LPIs are live, and the table that they use lies in memory that nobody reserved.", "LPI tables", since="4.20"),
    Message("lpi.preallocated", "GICv3: Using preallocated redistributor tables", f"{ITS}: allocate_lpi_tables()", "lpi-allocate",
            "The old kernel's tables are kept: the healthy case.", "LPI tables", since="4.20"),
    Message("lpi.property-table", "GICv3: using LPI property table @%pa", f"{ITS}: its_setup_lpi_prop_table()", "lpi-allocate",
            "Compare with the old kernel's address: the same means reuse.", "LPI tables", since="4.20"),
    Message("lpi.booted-enabled", "GICv3: CPU%d: Booted with LPIs enabled, memory probably corrupted", f"{ITS}: redist_disable_lpis()",
            "redist-disable-lpis",
            "It was possible that bits flipped. The kernel cannot know whether any did.", "LPI tables", since="4.17"),
    Message("lpi.failed", "CPU%d: Failed to disable LPIs", f"{ITS}: redist_disable_lpis()", "redist-disable-lpis",
            "EnableLPIs reads back as 1. No message-signalled interrupt will reach this CPU.", "LPI tables", since="4.17"),
    Message("lpi.pending-table", "GICv3: CPU%d: using %s LPI pending table @%pa", f"{ITS}: its_cpu_init_lpis()", "its-cpu-init",
            '"reserved" is the old kernel\'s table, "allocated" a fresh one.', "LPI tables", since="4.20"),
    Message("efi.no-services", "EFI services will not be available.",
            "drivers/firmware/efi/arm-runtime.c: arm_enable_runtime_services()", "efi-fdt", "This boot has no UEFI."),
    Message("smp.bringing", "smp: Bringing up secondary CPUs ...", "kernel/smp.c: smp_init()", "smp-init", "The other CPUs come up."),
    Message("smp.booted", "CPU%u: Booted secondary processor 0x%010lx [0x%08x]",
            "arch/arm64/kernel/smp.c: secondary_start_kernel()", "smp-init", "This CPU is up."),
    Message("smp.brought", "smp: Brought up %d node%s, %d CPU%s", "kernel/smp.c: smp_init()", "smp-init", "All CPUs are up."),
    Message("pci.function", "pci %s: [%04x:%04x] type %02x class %#08x", "drivers/pci/probe.c: pci_setup_device()", "pci-enumeration",
            "A function was found. Its MSI enable is switched off now.", before="6.12", takes="bdf vendor device header class_code"),
    Message("pci.function", "pci %s: [%04x:%04x] type %02x class %#08x %s", "drivers/pci/probe.c: pci_setup_device()",
            "pci-enumeration", "A function was found. Its MSI enable is switched off now.", since="6.12",
            takes="bdf vendor device header class_code kind"),
    # x86: local APIC, I/O APIC, the interrupt layer.
    Message("apic.symmetric", "APIC: Switch to symmetric I/O mode setup", "arch/x86/kernel/apic/apic.c: apic_intr_mode_init()", "x86-boot",
            "The local APIC is set up, and then the I/O APIC. Interrupts have been on for a while."),
    Message("irq.no-handler", "do_IRQ: %d.%d No irq handler for vector", "arch/x86/kernel/irq.c: do_IRQ()", "apic-msi",
            "A vector came that this kernel has not handed out: a leftover message, harmless by itself.", "stray MSI",
            before="5.10", takes="cpu vector"),
    Message("irq.no-handler", "common_interrupt: %d.%d No irq handler for vector", "arch/x86/kernel/irq.c: common_interrupt()", "apic-msi",
            "A vector came that this kernel has not handed out: a leftover message, harmless by itself.", "stray MSI",
            since="5.10", before="6.12", takes="cpu vector"),
    Message("irq.no-handler", "No irq handler for %d.%d", "arch/x86/kernel/irq.c: reevaluate_vector()", "apic-msi",
            "A vector came that this kernel has not handed out: a leftover message, harmless by itself.", "stray MSI",
            since="6.12", takes="cpu vector"),
    Message("irq.nobody-cared", 'irq %d: nobody cared (try booting with the "irqpoll" option)', "kernel/irq/spurious.c: __report_bad_irq()",
            "note-interrupt", "A device asserts the line, and no driver that listens to it knows the device.", "level interrupt"),
    Message("irq.handlers", "handlers:", "kernel/irq/spurious.c: __report_bad_irq()", "note-interrupt", "Who listens to the line.", "level interrupt"),
    Message("irq.handler", "[<(____ptrval____)>] %s", "kernel/irq/spurious.c: __report_bad_irq()", "note-interrupt",
            "One handler.", "level interrupt"),
    Message("irq.disabling", "Disabling IRQ #%d", "kernel/irq/spurious.c: note_interrupt()", "note-interrupt",
            "The line is off. Whoever shares it is polled ten times a second.", "level interrupt"),
    # VT-d.
    Message("vtd.remapping-found", "DMAR-IR: IRQ remapping was enabled on dmar0 but we are not in kdump mode",
            "drivers/iommu/intel/irq_remapping.c: intel_setup_irq_remapping()", "vtd-remapping",
            "Routine after an ordinary kexec: nothing switches the remapping of interrupts off on the way out.", "VT-d", since="4.12"),
    Message("vtd.remapping-copied", "DMAR-IR: Copied IR table for dmar0 from previous kernel",
            "drivers/iommu/intel/irq_remapping.c: intel_setup_irq_remapping()", "vtd-remapping",
            "A capture kernel keeps the crashed kernel's table, so that a late interrupt is not a fault.", "VT-d", since="4.12"),
    Message("vtd.remapping", "DMAR-IR: Enabled IRQ remapping in xapic mode", "drivers/iommu/intel/irq_remapping.c: intel_enable_irq_remapping()",
            "vtd-remapping", "Interrupts go through a table from here on.", "VT-d"),
    Message("vtd.copying", "DMAR: Translation already enabled - trying to copy translation structures",
            "drivers/iommu/intel/iommu.c: init_dmars()", "vtd-copy", "A capture kernel found translation on.", "VT-d", since="4.12"),
    Message("vtd.copied", "DMAR: Copied translation tables from previous kernel for dmar0", "drivers/iommu/intel/iommu.c: init_dmars()",
            "vtd-copy", "What the old kernel had allowed stays allowed, until the device's driver sets it up anew.", "VT-d", since="4.12"),
    Message("vtd.still-on", "DMAR: Translation was enabled for dmar0 but we are not in kdump mode",
            "drivers/iommu/intel/iommu.c: init_dmars()", "vtd-boot",
            "Nothing switched translation off on the way out. It is switched off now, and on again with fresh tables.", "VT-d",
            since="4.12"),
    Message("vtd.up", "DMAR: Intel(R) Virtualization Technology for Directed I/O", "drivers/iommu/intel/iommu.c: intel_iommu_init()",
            "vtd-boot", "Translation is on.", "VT-d"),
    Message("vtd.status", "DMAR: DRHD: handling fault status reg %x", "drivers/iommu/intel/dmar.c: dmar_fault()", "vtd-faults",
            "The unit has refused something. At most ten are printed in five seconds.", "VT-d"),
    Message("vtd.fault", "DMAR: [DMA Write] Request device [%02x:%02x.%d] fault addr %llx [fault reason %02d] %s",
            "drivers/iommu/intel/dmar.c: dmar_fault_do_one()", "vtd-faults", "Whose write it was, and where it wanted to go.", "VT-d",
            before="4.20"),
    Message("vtd.fault", "DMAR: [DMA Write] Request device [%02x:%02x.%d] PASID ffffffff fault addr %llx [fault reason %02d] %s",
            "drivers/iommu/intel/dmar.c: dmar_fault_do_one()", "vtd-faults", "Whose write it was, and where it wanted to go.", "VT-d",
            since="4.20", before="6.1"),
    Message("vtd.fault", "DMAR: [DMA Write NO_PASID] Request device [%02x:%02x.%d] fault addr 0x%llx [fault reason 0x%02x] %s",
            "drivers/iommu/intel/dmar.c: dmar_fault_do_one()", "vtd-faults", "Whose write it was, and where it wanted to go.", "VT-d",
            since="6.1", before="7.3"),
    Message("vtd.fault", "DMAR: [DMA Write NO_PASID] Request device [0000:%02x:%02x.%d] fault addr 0x%llx [fault reason 0x%02x] %s",
            "drivers/iommu/intel/dmar.c: dmar_fault_do_one()", "vtd-faults", "Whose write it was, and where it wanted to go.", "VT-d",
            since="7.3"),
    Message("smmu.resetting", "arm-smmu-v3 %s: SMMU currently enabled! Resetting...",
            "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c: arm_smmu_device_reset()", "smmu-kdump",
            "A capture kernel found the SMMU on. In-flight DMA is aborted from here on.", "SMMU"),
    # Handover.
    Message("kho.from", "KHO: exec from: %s (count %u)", "kernel/liveupdate/kexec_handover.c", "kho", "Memory was handed over.",
            "handover", since="7.3"),
    # The SMMU.
    Message("smmu.probe", "arm-smmu-v3 %s: ias %lu-bit, oas %lu-bit (features 0x%08x)",
            "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c: arm_smmu_device_hw_probe()", "smmu-reset",
            "The SMMU is set up; its window of being off ends.", "SMMU", before="6.12", takes="smmu ias oas features"),
    Message("smmu.probe", "arm-smmu-v3 %s: oas %lu-bit (features 0x%08x)",
            "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c: arm_smmu_device_hw_probe()", "smmu-reset",
            "The SMMU is set up; its window of being off ends.", "SMMU", since="6.12", takes="smmu oas features"),
    Message("smmu.event", "arm-smmu-v3 %s: event 0x%02x received:",
            "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c: arm_smmu_evtq_thread()", "smmu-events",
            "A write was refused: 0x10 is a translation fault. At most ten are printed in five seconds.", "SMMU"),
    Message("smmu.raw", "arm-smmu-v3 %s: \t0x%016llx",
            "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c: arm_smmu_dump_raw_event() (arm_smmu_evtq_thread() in 6.1)", "smmu-events",
            "A word of the event, of four: the stream and what happened; what kind of access; the address; zero here.", "SMMU"),
    Message("smmu.decoded", "arm-smmu-v3 %s: event: %s client: %s sid: %#x ssid: %#x iova: %#llx ipa: %#llx",
            "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c: arm_smmu_dump_event()", "smmu-events",
            "The same event, decoded: client is the device, iova the address that it used.", "SMMU", since="6.14"),
    Message("smmu.access", "arm-smmu-v3 %s: unpriv data write s1 \"Input address caused fault\" stag: %#x",
            "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c: arm_smmu_dump_event()", "smmu-events",
            "It was a write, and the table of stage 1 has nothing at that address.", "SMMU", since="6.14"),
    # Drivers.
    Message("nvme.function", "nvme nvme0: pci function %s", "drivers/nvme/host/pci.c: nvme_probe()", "nvme", "The disk's driver starts."),
    Message("nvme.timeout", "nvme nvme0: I/O %d QID %d timeout, completion polled", "drivers/nvme/host/pci.c: nvme_timeout()", "nvme",
            "The command was done, but its interrupt never came.", "LPI tables", before="6.12", takes="tag queue"),
    Message("nvme.timeout", "nvme nvme0: I/O tag %d (%04x) QID %d timeout, completion polled",
            "drivers/nvme/host/pci.c: nvme_timeout()", "nvme",
            "The command was done, but its interrupt never came.", "LPI tables", since="6.12", takes="tag cid queue"),
    Message("nvme.queues", "nvme nvme0: %d/%d/%d default/read/poll queues", "drivers/nvme/host/pci.c: nvme_setup_io_queues()", "nvme",
            "The disk works."),
    Message("warn.cut", "------------[ cut here ]------------", "kernel/panic.c: __warn()", "warn", "A warning begins."),
    # The form of a warning changed with 28ea295f941e, v6.19.
    Message("warn.valid-col", "WARNING: CPU: %d PID: %d at drivers/irqchip/irq-gic-v3-its.c:320 valid_col+0x1c/0x2c",
            f"{ITS}: valid_col()", "its-valid-col",
            "An interrupt is aimed at a CPU whose collection was never mapped: its LPIs could not be set up.", "LPI tables",
            before="6.19"),
    Message("warn.valid-col", "WARNING: drivers/irqchip/irq-gic-v3-its.c:416 at valid_col+0x1c/0x2c, CPU#%d: kworker/u2:1/%d",
            f"{ITS}: valid_col()", "its-valid-col",
            "An interrupt is aimed at a CPU whose collection was never mapped: its LPIs could not be set up.", "LPI tables",
            since="6.19"),
    Message("initramfs.unpack", "Trying to unpack rootfs image as initramfs...", "init/initramfs.c: do_populate_rootfs()", "initramfs",
            "The initramfs is read now; whatever hit it before this shows here."),
    Message("initramfs.failed", "Initramfs unpacking failed: %s", "init/initramfs.c: do_populate_rootfs()", "initramfs",
            "The archive is not what was loaded.", "stray write"),
    Message("initramfs.freed", "Freeing initrd memory: %ldK", "mm: free_reserved_area()", "initramfs", "The archive's memory is free."),
    Message("init.run", "Run %s as init process", "init/main.c: run_init_process()", "init-main", "Userspace."),
    # The ends that are not.
    Message("x86.undefined", "invalid opcode: 0000 [#%d] SMP", "arch/x86/kernel/dumpstack.c: __die_header()", "x86-traps",
            "The kernel executed bytes that are not its text.", "stray write", before="6.12"),
    Message("x86.undefined", "Oops: invalid opcode: 0000 [#%d] SMP", "arch/x86/kernel/dumpstack.c: __die_header()", "x86-traps",
            "The kernel executed bytes that are not its text.", "stray write", since="6.12"),
    Message("x86.fault", "BUG: unable to handle kernel paging request at %016lx", "arch/x86/mm/fault.c: show_fault_oops()", "x86-traps",
            "The kernel followed a pointer or a page table entry that is not what it wrote.", "stray write", before="5.10"),
    Message("x86.fault", "BUG: unable to handle page fault for address: %016lx", "arch/x86/mm/fault.c: show_fault_oops()", "x86-traps",
            "The kernel followed a pointer or a page table entry that is not what it wrote.", "stray write", since="5.10"),
    Message("x86.oops", "Oops: %04lx [#%d] SMP", "arch/x86/kernel/dumpstack.c: __die_header()", "x86-traps",
            "The kernel stops what it was doing.", "stray write", before="6.12"),
    Message("x86.oops", "Oops: Oops: %04lx [#%d] SMP", "arch/x86/kernel/dumpstack.c: __die_header()", "x86-traps",
            "The kernel stops what it was doing.", "stray write", since="6.12"),
    Message("x86.serr", "NMI: PCI system error (SERR) for reason %02x on CPU %d.", "arch/x86/kernel/nmi.c: pci_serr_error()", "x86-serr",
            "A refused request has come back as an error.", "refused request"),
    Message("arm64.serror", "SError Interrupt on CPU%d, code 0x%016lx -- SError", "arch/arm64/kernel/traps.c: arm64_serror_panic()",
            "arm64-serror", "A refused request has come back as an error.", "refused request"),
    Message("oops.undefined", "Internal error: Oops - Undefined instruction: %016lx [#%d] SMP", "arch/arm64/kernel/traps.c: die()",
            "arm64-traps", "The kernel executed bytes that are not its text.", "stray write", before="6.12"),
    Message("oops.undefined", "Internal error: Oops - Undefined instruction: %016lx [#%d]  SMP", "arch/arm64/kernel/traps.c: die()",
            "arm64-traps", "The kernel executed bytes that are not its text.", "stray write", since="6.12"),
    Message("oops.code", "Code: %s", "arch/arm64/kernel/traps.c: dump_kernel_instr()", "arm64-traps",
            "The bytes that were executed, as they are in memory: whoever wrote them may be known by them.", "stray write"),
    Message("oops.fault", "Unable to handle kernel paging request at virtual address %016lx",
            "arch/arm64/mm/fault.c: die_kernel_fault()", "arm64-traps",
            "The kernel followed a pointer or a page table entry that is not what it wrote.", "stray write"),
    Message("oops.internal", "Internal error: Oops: %016lx [#%d] SMP", "arch/arm64/kernel/traps.c: die()", "arm64-traps",
            "The kernel stops what it was doing.", "stray write", before="6.12"),
    Message("oops.internal", "Internal error: Oops: %016lx [#%d]  SMP", "arch/arm64/kernel/traps.c: die()", "arm64-traps",
            "The kernel stops what it was doing.", "stray write", since="6.12"),
    Message("panic", "Kernel panic - not syncing: %s", "kernel/panic.c: panic() (vpanic() in 7.3)", "warn", "The end of this kernel.", "stray write"),
    Message("panic.end", "---[ end Kernel panic - not syncing: %s ]---", "kernel/panic.c: panic() (vpanic() in 7.3)", "warn",
            "The last line.", "stray write"),
)


IDS = frozenset(message.id for message in MESSAGES)


def find(id: str, kernel: str) -> Message | None:
    """Return the message with that id in the words of a kernel version; None if that version has none.

    KeyError if no version has it.
    """
    if id not in IDS:
        raise KeyError(f"no message {id}")
    return next((message for message in MESSAGES if message.id == id and message.holds_in(kernel)), None)
