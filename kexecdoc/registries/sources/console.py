"""Sources of lines on the console that no other area needs."""

from __future__ import annotations

from kexecdoc.registries.sources.entry import NOW, Source, document, kernel

FOUR = "5.10.262, 6.1.192, 6.12.117, 7.3.4"
PARAMETERS = "Documentation/admin-guide/kernel-parameters.txt"

ENTRIES: tuple[Source, ...] = (
    document("early-console-doc", PARAMETERS, "earlycon=, earlyprintk=",
             "A console that works before the ordinary one."),
    document("pcie-ports-doc", PARAMETERS, "pcie_ports=",
             "With compat no port service is used, hot-plug among them."),
    document("kho-scratch-doc", PARAMETERS, "kho=, kho_scratch=, liveupdate=",
             "How a handover is switched on, and how its scratch memory is sized."),
    document("crash-loaded-doc", "Documentation/ABI/testing/sysfs-kernel-kexec-kdump", "/sys/kernel/kexec/crash_loaded",
             "It reads 1 if a crash kernel is loaded; /sys/kernel/kexec_crash_loaded is its older name."),
    kernel("nvme-ready", "drivers/nvme/host/core.c", "nvme_wait_ready(), nvme_init_identify(), and nvme_shutdown_ctrl() up to 6.1",
           "What is printed of a drive that does not get ready or does not shut down in its time.", FOUR),
    kernel("arm-crash", "arch/arm/kernel/machine_kexec.c", "machine_crash_shutdown()",
           "32-bit Arm's last line before a capture kernel.", FOUR),
    kernel("vmcore", "fs/proc/vmcore.c", "vmcore_init(), parse_crash_elf_headers()",
           "What is printed when the description of the old memory cannot be used.", FOUR),
    kernel("x86-crashkernel", "arch/x86/kernel/setup.c", "reserve_crashkernel(), and arch/arm64/mm/init.c",
           "The reservation's lines before x86 took the generic ones.", "5.10.262, 6.1.192"),
    kernel("sysrq-crash", "drivers/tty/sysrq.c", "sysrq_handle_crash()", "sysrq-c panics on purpose.", FOUR),
    kernel("gic-unexpected", "drivers/irqchip/irq-gic-v3.c", "__gic_handle_irq() (gic_handle_irq() in 5.10)",
           "An interrupt without a mapping is warned of once and deactivated.", FOUR),
    kernel("smmu-gerror", "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c", "arm_smmu_gerror_handler()",
           "What is printed of the SMMU's own errors.", FOUR),
    kernel("smmu-v2-faults", "drivers/iommu/arm/arm-smmu/arm-smmu.c", "arm_smmu_context_fault(), arm_smmu_global_fault()",
           "What is printed of requests that an SMMUv1 or v2 refuses.", FOUR),
    kernel("aer", "drivers/pci/pcie/aer.c", "aer_print_source() (aer_print_port_info() before 7.3)",
           "What a port prints of an error message from below.", FOUR),
    kernel("ack-bad-irq", "arch/x86/kernel/irq.c", "ack_bad_irq()", "What is printed for an interrupt that nothing is set up for.", FOUR),
    kernel("luo-startup", "kernel/liveupdate/luo_core.c", "luo_early_startup()", "What live update prints when it starts.", NOW),
)
