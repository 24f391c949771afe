"""IOMMUs: off on the way out, on through a crash, and what the next kernel does with the tables."""

from kexecdoc.registries.sources.entry import STABLE, Source, commit, document, kernel, other

ALL = f"5.10.262, {STABLE}"
VTD = "drivers/iommu/intel/iommu.c"
AMD = "drivers/iommu/amd/init.c"
SMMU = "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c"
LORE = "https://lore.kernel.org/r"

ENTRIES: tuple[Source, ...] = (
    # VT-d
    kernel("x86-iommu-shutdown", "arch/x86/kernel/reboot.c", "native_machine_shutdown(): x86_platform.iommu_shutdown(); drivers/iommu/intel/dmar.c, drivers/iommu/amd/init.c",
           "VT-d and AMD-Vi are switched off late in an ordinary kexec, after every device's shutdown, and not on the crash path.",
           "6.12.117, 7.3.4"),
    kernel("vtd-shutdown", VTD, "intel_iommu_shutdown()",
           "Translation goes off on every unit; remapping of interrupts stays on.", "6.12.117, 7.3.4"),
    kernel("vtd-boot", VTD, "intel_iommu_init(), init_dmars()",
           "A boot that finds translation on outside kdump says so and switches it off, even with intel_iommu=off; devices are attached "
           "before it goes on.", "6.12.117, 7.3.4"),
    kernel("vtd-copy", VTD, "copy_translation_tables(), intel_iommu_is_attach_deferred()",
           "A capture kernel copies the old root and context tables and attaches a device when its driver first maps; a change of mode is refused.",
           "6.12.117, 7.3.4"),
    commit("commit-vtd-copy", "091d42e43d21", "iommu/vt-d: Copy translation tables from old kernel (v4.2)",
           "The capture kernel goes on with the crashed one's translations."),
    commit("commit-vtd-domains", "dbcd861f252d", "VT-d: the old kernel's domain ids are not used again (v4.2)",
           "The old kernel's domain ids are marked as used."),
    commit("commit-vtd-mode", "c3361f2f6e1d", "VT-d: no copy if the table format would have to change (v4.2)",
           "Changing the format needs translation off for a moment, a window in which data can be corrupted."),
    kernel("vtd-remapping", "drivers/iommu/intel/irq_remapping.c", "intel_setup_irq_remapping()",
           "A boot finds interrupt remapping on after every ordinary kexec, says so, and starts it anew; a capture kernel copies the table.", ALL),
    commit("commit-ir-copy", "af3b358e4811", "VT-d: a capture kernel copies the interrupt remapping table (v4.2)",
           "Late interrupts of the old kernel do not end in target aborts."),
    other("ir-remap-2021", "list", 'Lu Baolu, linux-kernel, 25 June 2024: "[PATCH 1/1] iommu/vt-d: Downgrade warning for pre-enabled IR"',
          "The line that IRQ remapping was enabled appears after every kexec although nothing is wrong, so it is printed once and not as a warning.",
          f"{LORE}/20240625043912.258036-1-baolu.lu@linux.intel.com"),
    kernel("vtd-faults", "drivers/iommu/intel/dmar.c", "dmar_fault(), dmar_fault_do_one()",
           "How a fault is printed, and what its reason means.", ALL),
    # AMD-Vi
    kernel("amd-shutdown", AMD, "disable_iommus()",
           "AMD's units are disabled on the way out of an ordinary kexec.", "6.12.117, 7.3.4"),
    kernel("amd-copy", AMD, "early_enable_iommus(), and the copy or reuse of the device table",
           "A capture kernel keeps AMD's device table if every unit was on, the size is the same and it lies below 4 GiB.", "6.12.117, 7.3.4"),
    kernel("amd-faults", "drivers/iommu/amd/iommu.c", "amd_iommu_report_page_fault()",
           "How AMD's units report a refused request."),
    commit("commit-amd-copy", "45a01c42933b", "AMD-Vi: a capture kernel copies the device table (v4.14)",
           "AMD's capture kernel copies the old device table."),
    commit("commit-amd-defer", "df3f7a6e8e85", "AMD-Vi: attaching is deferred in a capture kernel (v4.14)",
           "Attaching waits until a driver maps."),
    commit("commit-amd-4g", "daae2d25a477", "iommu/amd: Don't copy GCR3 table root pointer (v4.14)",
           "Pointers to guest page tables are not copied."),
    commit("commit-amd-snp", "f32fe7cb0198", "iommu/amd: Add support to remap/unmap IOMMU buffers for kdump (v6.18)",
           "With SEV-SNP enforced the hardware forbids new buffers, so the capture kernel uses the old ones."),
    commit("commit-amd-reuse", "38e5f33ee359", "iommu/amd: Reuse device table for kdump (v6.18)",
           "The old device table is used in place, and the lines on the console changed."),
    # SMMU
    kernel("smmu-shutdown", SMMU, "arm_smmu_device_shutdown()",
           "The SMMU is disabled by its own shutdown callback, inside device_shutdown()."),
    kernel("smmu-gbpa", SMMU, "where GBPA is written, and where not",
           "GBPA decides what becomes of traffic while SMMUEN is 0, and Linux does not program it at shutdown."),
    kernel("smmu-reset", SMMU, "arm_smmu_device_reset()",
           "How a boot brings the SMMU up over an empty stream table."),
    kernel("smmu-kdump", SMMU, "arm_smmu_device_reset()",
           "A boot that finds it on has everything aborted and resets it; a capture kernel leaves its event queue off."),
    kernel("smmu-events", SMMU, "arm_smmu_evtq_thread(), arm_smmu_dump_event() (from 6.14 on)",
           "How an event is printed.", "6.1.192, 7.3.4"),
    commit("commit-smmu-events", "d814b70b9b90", "iommu/arm-smmu-v3: Log better event records (v6.14)",
           "The lines of an event changed their words."),
    commit("commit-smmu-evtq", "3f54c447df34", "iommu/arm-smmu-v3: Don't disable SMMU in kdump kernel (v5.2)",
           "A capture kernel brings the SMMU up again after the abort, where it had given up before, and reports no faults, since it may not have a driver for "
           "every device."),
    kernel("smmu-attach", "drivers/iommu/iommu.c", "iommu_device_register(), bus_iommu_probe(), iommu_init_device()",
           "In 7.3 the SMMU's probe attaches every device, driven or not; in 6.1 and 6.12 a device is attached when its driver probes."),
    kernel("smmu-v2-shutdown", "drivers/iommu/arm/arm-smmu/arm-smmu.c", "arm_smmu_device_shutdown()",
           "Older SMMUs go to bypass at shutdown, and say so.", "6.12.117, 7.3.4"),
    other("smmu-kdump-2020", "list", 'Prabhakar Kushwaha and Will Deacon, linux-arm-kernel, 11 May to 2 June 2020: "iommu: arm-smmu-v3: Copy SMMU table for kdump kernel"',
          "Kushwaha's network card hung for good on aborts in a capture kernel; Deacon refused the copy as fragile: reinitialise the devices, "
          "or disable their DMA.",
          f"{LORE}/20200518155545.GO32394@willie-the-truck"),
    other("smmu-abort-2020", "list", 'Robin Murphy and Marc Zyngier, linux-arm-kernel, 23 to 26 March 2020: "arm64: Getting continuous PCIe "CmpltTO" AER from network card in kdump kernel"',
          "Aborting stops leftover DMA as soon as can be, since nobody can tell when a device is done; old page tables may be corrupt, while of "
          "old LPI tables only the memory is used again and none of the data.",
          f"{LORE}/20200326171937.44dba105@why"),
    commit("commit-smmu-abort", "b63b3439b856", "iommu/arm-smmu-v3: Abort all transactions if SMMU is enabled in kdump kernel (v4.19)",
           "A capture kernel that finds the SMMU on has everything aborted."),
    other("smmu-kdump-2026", "list", 'Nicolin Chen, April to August 2026: "iommu/arm-smmu-v3: Adopt the crashed kernel\'s stream table for kdump"',
          "The aborts of a reset can end in AER, SError and a panic, so the old stream table would be kept in place; under review in its tenth "
          "version when last seen.",
          f"{LORE}/cover.1788130528.git.nicolinc@nvidia.com"),
    # All of them
    kernel("iova-allocation", "drivers/iommu/dma-iommu.c", "iommu_dma_alloc_iova(), iommu_dma_get_msi_page()",
           "Addresses are handed out from the top down, for PCI below 4 GiB first; the doorbell of messages is mapped as well."),
    kernel("deferred-attach", "drivers/iommu/dma-iommu.c", "iommu_deferred_attach_enabled, iommu_dma_init()",
           "Attaching late is switched on in a capture kernel only."),
    document("iommu-doc", "Documentation/admin-guide/kernel-parameters.txt", "intel_iommu=, iommu.passthrough=, iommu.strict=",
             "How translation, and strict invalidation, are asked for."),
)
