"""The kernel messages registry: what the simulated consoles say, and what a real one means by it.

An entry holds the printk format with the prefix that a reader sees, the file and function that print it,
and the versions in which it has these words; what never varies here is filled in. Wording was read in
6.1.192 and 7.3-rc7: a bound between the two was not looked up unless a comment names the commit. The same
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
    Message("kexec.starting", "kexec_core: Starting new kernel", "kernel/kexec_core.c: kernel_kexec()", "kernel-kexec",
            "Every device has been shut down; the other CPUs have not.", "kexec"),
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
    Message("smp.brought", "smp: Brought up %d node, %d CPUs", "kernel/smp.c: smp_init()", "smp-init", "All CPUs are up."),
    Message("pci.function", "pci %s: [%04x:%04x] type 00 class %#08x", "drivers/pci/probe.c: pci_setup_device()", "pci-enumeration",
            "A function was found. Its MSI enable is switched off now.", before="6.12"),
    Message("pci.function", "pci %s: [%04x:%04x] type 00 class %#08x PCIe Endpoint", "drivers/pci/probe.c: pci_setup_device()",
            "pci-enumeration", "A function was found. Its MSI enable is switched off now.", since="6.12"),
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
