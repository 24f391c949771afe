"""The sources registry: who says so.

An entry has an id, by which docstrings, steps, scales and chapters cite it (``[src: its-quiesce]``), a kind,
what it is and, where there is one, a link. Kernel entries name the file, the function and the versions
in which it was read.
"""

from __future__ import annotations

from dataclasses import dataclass

GIT = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git"


@dataclass(frozen=True)
class Source:
    """``kind`` is ``kernel``, ``commit``, ``list``, ``manual`` or ``observation``."""

    id: str
    kind: str
    title: str
    link: str
    read: str = ""


_ALL: list[Source] = []


def _kernel(id: str, path: str, symbol: str, read: str = "6.1.192, 6.12.117, 7.3", tag: str = "v6.12") -> None:
    _ALL.append(Source(id, "kernel", f"{path}: {symbol}", f"{GIT}/tree/{path}?h={tag}", read))


def _commit(id: str, hash: str, title: str) -> None:
    _ALL.append(Source(id, "commit", f"{hash} {title}", f"{GIT}/commit/?id={hash}"))


def _other(id: str, kind: str, title: str, link: str = "", read: str = "") -> None:
    _ALL.append(Source(id, kind, title, link, read))


_LKML = "https://lkml.iu.edu/hypermail/linux/kernel"
_other("seed-helgaas", "list", "Bjorn Helgaas, linux-pci, 30 April and 1 May 2018: kexec is just a branch",
       f"{_LKML}/1805.0/00268.html")
_other("seed-zyngier", "list", "Marc Zyngier, linux-pci, 1 May 2018: redistributors that cannot be disabled",
       f"{_LKML}/1805.0/00414.html")
_other("seed-biederman", "list", "Eric W. Biederman, linux-pci, linux-kernel and kexec, 1 May 2018: why things are as they are",
       "http://lists.infradead.org/pipermail/kexec/2018-May/020601.html")
_other("lpi-cover-letter", "list", 'Marc Zyngier, "GICv3 support for kexec/kdump on EFI systems", 21 September 2018',
       f"{_LKML}/1809.2/06246.html")
_other("why-not-unbind", "list", "Benjamin Herrenschmidt, linux-kernel, 16 January 2014: why device_shutdown() and not unbind",
       "https://lkml.indiana.edu/hypermail/linux/kernel/1401.2/00628.html")
_other("pci-liveupdate", "list", "Bjorn Helgaas, kexec list, 22 May 2026, on the PCI live-update series",
       "http://lists.infradead.org/pipermail/kexec/2026-May/036396.html")
_other("boot-time-2019", "list", "Pasha Tatashin, linux-arm-kernel, July 2019: reboot time of one arm64 board, split")
_other("lpi-2017", "list", "Andre Przywara, linux-kernel, 2017: once LPIs have been enabled, they cannot be disabled")
_other("memory-region-2019", "list", "Marc Zyngier, 26 and 27 August 2019, on a device-tree reservation for LPI tables: refused")

_kernel("kernel-kexec", "kernel/kexec_core.c", "kernel_kexec()")
_kernel("restart-prepare", "kernel/reboot.c", "kernel_restart_prepare(), migrate_to_reboot_cpu()")
_kernel("ratelimit", "lib/ratelimit.c", "___ratelimit()")
_kernel("pci-enable-bridge", "drivers/pci/pci.c", "pci_enable_bridge(), and drivers/pci/pcie/portdrv.c: pcie_portdrv_probe()", "6.12.117, 7.3.4")
_other("seed-kaya", "list", "Sinan Kaya, linux-pci, 1 May 2018: disable every interrupt source at the controller",
       f"{_LKML}/1805.0/00268.html")
_kernel("pciehp-wait", "drivers/pci/hotplug/pciehp_hpc.c", "pcie_wait_cmd(), pcie_poll_cmd(), pcie_disable_notification()",
        "4.9.76, 5.10.223, 6.1.192, 6.12.117, 7.3.4")
_kernel("portdrv-shutdown", "drivers/pci/pcie/portdrv.c", "pcie_portdrv_shutdown()", "4.13.4, 4.15.0, 5.10.223, 6.1.192, 6.12.117")
_kernel("note-interrupt", "kernel/irq/spurious.c", "note_interrupt(), __report_bad_irq(), poll_spurious_irqs()", "6.1.192, 6.12.117, 7.3.4")
_kernel("request-irq", "kernel/irq/manage.c", "__setup_irq()", "6.12.117")
_kernel("level-line", "kernel/irq/chip.c", "handle_fasteoi_irq(), handle_level_irq()", "6.12.117")
_kernel("arm64-crash", "arch/arm64/kernel/smp.c", "crash_smp_send_stop()", "5.10.223, 6.1.192, 6.12.117, 7.3.4")
_kernel("mask-interrupts", "kernel/irq/kexec.c", "machine_kexec_mask_interrupts()", "6.12.117, 6.14.0, 7.3.4")
_kernel("msi-own-mask", "drivers/irqchip/irq-gic-v3-its-pci-msi.c", "its_mask_msi_irq()", "6.1.192, 6.12.117")
_kernel("crash-kexec", "kernel/crash_core.c", "__crash_kexec()", "6.12.117, 7.3.4")
_kernel("vpanic", "kernel/panic.c", "vpanic()", "7.3.4")
_kernel("x86-crash", "arch/x86/kernel/crash.c", "native_machine_crash_shutdown()", "5.10.223, 6.12.117, 7.3.4")
_kernel("x86-shutdown", "arch/x86/kernel/reboot.c", "native_machine_shutdown()", "5.10.223, 6.12.117, 7.3.4")
_kernel("x86-reboot", "arch/x86/kernel/reboot.c", "native_machine_emergency_restart()", "5.10.223, 7.3.4")
_kernel("x86-boot", "init/main.c", "start_kernel(), and arch/x86/kernel/apic/apic.c: setup_local_APIC()", "6.12.117, 7.3.4")
_kernel("x86-io-apic", "arch/x86/kernel/apic/io_apic.c", "clear_IO_APIC_pin(), enable_IO_APIC()", "6.12.117, 7.3.4")
_kernel("x86-machine-kexec", "arch/x86/kernel/machine_kexec_64.c", "machine_kexec()", "6.12.117, 7.3.4")
_kernel("x86-traps", "arch/x86/kernel/dumpstack.c", "__die_header(), and arch/x86/mm/fault.c: show_fault_oops()",
        "5.10.262, 6.1.192, 6.12.117, 7.3.4")
_kernel("x86-serr", "arch/x86/kernel/nmi.c", "pci_serr_error()", "5.10.262, 6.1.192, 6.12.117, 7.3.4")
_kernel("arm64-serror", "arch/arm64/kernel/traps.c", "arm64_serror_panic()", "6.1.192, 6.12.117, 7.3.4")
_kernel("apic-msi", "arch/x86/kernel/irq.c", "common_interrupt()", "5.10.262, 6.1.192, 6.12.117, 7.3.4")
_kernel("msi-window", "drivers/iommu/intel/iommu.c", "the reserved region IOAPIC_RANGE_START to IOAPIC_RANGE_END", "6.12.117")
_kernel("vtd-shutdown", "drivers/iommu/intel/iommu.c", "intel_iommu_shutdown()", "6.12.117")
_kernel("vtd-boot", "drivers/iommu/intel/iommu.c", "intel_iommu_init(), init_dmars()", "6.12.117, 7.3.4")
_kernel("vtd-copy", "drivers/iommu/intel/iommu.c", "copy_translation_tables(), intel_iommu_is_attach_deferred()", "6.12.117, 7.3.4")
_kernel("vtd-remapping", "drivers/iommu/intel/irq_remapping.c", "intel_setup_irq_remapping()", "5.10.262, 6.1.192, 6.12.117, 7.3.4")
_kernel("vtd-faults", "drivers/iommu/intel/dmar.c", "dmar_fault(), dmar_fault_do_one()", "5.10.262, 6.1.192, 6.12.117, 7.3.4")
_kernel("smmu-kdump", "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c", "arm_smmu_device_reset()", "6.1.192, 6.12.117")
_kernel("kdump-doc", "Documentation/admin-guide/kdump/kdump.rst", "crashkernel=", "7.3.4")
_kernel("crash-cma", "kernel/crash_core.c", "crash_cma_clear_pending_dma()", "7.3.4")
_kernel("kho", "kernel/liveupdate/kexec_handover.c", "Kexec HandOver, and Documentation/core-api/kho/", "7.3.4")
_kernel("panic-notifiers", "kernel/panic.c", "crash_kexec_post_notifiers", "7.3.4")
_other("msi-storms", "list", "Thomas Gleixner, linux-pci, 14 to 17 November 2020, on messages that no detector sees")
_other("gic600-cache", "manual", "Arm GIC-600 Technical Reference Manual 100336: LPI caching")
_other("cf118", "list", "The comment in pcie_do_write_cmd() on Intel erratum CF118 and its like")
_kernel("device-shutdown", "drivers/base/core.c", "device_shutdown()")
_kernel("shutdown-2-6-11", "include/linux/device.h", "struct device_driver, which has a shutdown method before kexec was merged", "2.6.11", tag="v2.6.12")
_kernel("pci-device-shutdown", "drivers/pci/pci-driver.c", "pci_device_shutdown()")
_kernel("syscore-shutdown", "drivers/base/syscore.c", "syscore_shutdown()", "7.3 (not called by kexec in 6.1)")
_kernel("arm64-machine-shutdown", "arch/arm64/kernel/process.c", "machine_shutdown()")
_kernel("irq-migrate", "kernel/irq/cpuhotplug.c", "irq_migrate_all_off_this_cpu()")
_kernel("arm64-machine-kexec", "arch/arm64/kernel/machine_kexec.c", "machine_kexec()")
_kernel("relocate-kernel", "arch/arm64/kernel/relocate_kernel.S", "arm64_relocate_new_kernel")
_kernel("kimage", "kernel/kexec_core.c", "kimage_alloc_page(), sanity_check_segment_list()")
_kernel("purgatory", "kernel/kexec_file.c", "kexec_calculate_store_digests(); kexec-tools 2.0.32 purgatory/purgatory.c",
        "7.3; kexec-tools 2.0.32")
_kernel("efi-memreserve", "drivers/firmware/efi/efi.c", "efi_mem_reserve_persistent(), efi_config_parse_tables()")
_kernel("efi-fdt", "drivers/firmware/efi/fdtparams.c", "efi_get_fdt_params()")
_kernel("its-quiesce", "drivers/irqchip/irq-gic-v3-its.c", "its_force_quiescent(), its_reset_one()")
_kernel("its-probe", "drivers/irqchip/irq-gic-v3-its.c", "its_init(), its_probe_one(), its_alloc_tables()")
_kernel("lpi-allocate", "drivers/irqchip/irq-gic-v3-its.c",
        "allocate_lpi_tables(), enabled_lpis_allowed(), gic_check_reserved_range()")
_kernel("redist-disable-lpis", "drivers/irqchip/irq-gic-v3-its.c", "redist_disable_lpis()")
_kernel("its-cpu-init", "drivers/irqchip/irq-gic-v3-its.c", "its_cpu_init(), its_cpu_init_lpis()")
_kernel("its-reserve", "drivers/irqchip/irq-gic-v3-its.c", "gic_reserve_range(), its_cpu_memreserve_lpi()")
_kernel("its-valid-col", "drivers/irqchip/irq-gic-v3-its.c", "valid_col()")
_kernel("its-set-affinity", "drivers/irqchip/irq-gic-v3-its.c", "its_set_affinity()")
_kernel("gic-table-sizes", "drivers/irqchip/irq-gic-v3-its.c", "LPI_PROPBASE_SZ, LPI_PENDBASE_SZ, ITS_MAX_LPI_NRBITS")
_kernel("gic-boot", "drivers/irqchip/irq-gic-v3.c", "gic_init_bases(), gic_cpu_init(), gic_starting_cpu()")
_kernel("smp-init", "kernel/smp.c", "smp_init()")
_kernel("pci-enumeration", "drivers/pci/probe.c", "pci_setup_device(), pci_init_capabilities()")
_kernel("pci-msi-init", "drivers/pci/msi/pcidev_msi.c", "pci_msi_init(), pci_msix_init()")
_kernel("smmu-shutdown", "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c", "arm_smmu_device_shutdown()")
_kernel("smmu-reset", "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c", "arm_smmu_device_reset()")
_kernel("smmu-events", "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c", "arm_smmu_evtq_thread(), arm_smmu_dump_event() (from 6.14 on)", "6.1.192, 7.3", tag="v6.14")
_kernel("smmu-attach", "drivers/iommu/iommu.c", "iommu_device_register(), bus_iommu_probe(), iommu_init_device()", "6.12.117, 7.3")
_kernel("x86-iommu-shutdown", "arch/x86/kernel/reboot.c", "native_machine_shutdown(): x86_platform.iommu_shutdown(); drivers/iommu/intel/dmar.c, drivers/iommu/amd/init.c",
        "6.12.117, 7.3.4")
_kernel("iova-allocation", "drivers/iommu/dma-iommu.c", "iommu_dma_alloc_iova(), iommu_dma_get_msi_page()")
_kernel("nvme", "drivers/nvme/host/pci.c", "nvme_timeout(), nvme_shutdown(), nvme_probe()")
_kernel("initramfs", "init/initramfs.c", "do_populate_rootfs()")
_kernel("mount-root", "init/do_mounts.c", "mount_root()")
_kernel("init-main", "init/main.c", "start_kernel(), kernel_init()")
_kernel("arm64-traps", "arch/arm64/kernel/traps.c", "die(), dump_kernel_instr(); arch/arm64/mm/fault.c: die_kernel_fault()")
_kernel("arm64-setup", "arch/arm64/kernel/setup.c", "smp_setup_processor_id(), setup_arch()")
_kernel("psci", "arch/arm64/kernel/psci.c", "cpu_psci_cpu_kill()")
_kernel("warn", "kernel/panic.c", "__warn(), panic() (vpanic() in 7.3)", "6.1.192, 7.3")
_kernel("pci-rst", "Documentation/PCI/pci.rst", 'the section "PCI device shutdown"', "7.3.4")
_kernel("pci-h", "include/linux/pci.h", "@shutdown of struct pci_driver", "7.3.4")
_kernel("quirks-chelsio", "drivers/pci/quirks.c", "reset_chelsio_generic_dev()", "7.3.4")
_kernel("ixgbe-ring", "drivers/net/ethernet/intel/ixgbe/ixgbe.h", "IXGBE_DEFAULT_RXD, IXGBE_RXBUFFER_2K", "7.3.4")
_kernel("e1000e-descriptor", "drivers/net/ethernet/intel/e1000e/hw.h", "union e1000_rx_desc_extended", "7.3.4")
_kernel("kho", "kernel/liveupdate/kexec_handover.c", "Kexec HandOver", "7.3.4", tag="v6.19")

_kernel("pciehp-quirk", "drivers/pci/hotplug/pciehp_hpc.c", "pcie_do_write_cmd(), quirk_cmd_compl(): absent in v4.17.0, present in v4.18.0",
        "4.17.0, 4.18.0, 7.3.4")
_kernel("portdrv-shutdown", "drivers/pci/pcie/portdrv.c", "pcie_portdrv_shutdown()", "6.12.117, 7.3.4")
_kernel("vio-shutdown", "arch/powerpc/platforms/pseries/vio.c", "vio_bus_shutdown(): the one bus that falls back to remove", "7.3.4")

_commit("commit-quiesce-its", "7611da865c10", "irqchip/gicv3-its: Disable the ITS before initializing it (v4.8)")
_commit("commit-detect-lpis", "6eb486b66a30", "irqchip/gic-v3: Ensure GICR_CTLR.EnableLPI=0 is observed before enabling (v4.17)")
_commit("commit-reuse-tables", "a22346421773", "merge: kexec/kdump support for EFI-based GICv3 platforms (v4.20)")
_commit("commit-memreserve", "71e0940d52e1", "efi: honour memory reservations passed via a linux specific config table (v4.20)")
_commit("commit-iomem-reserved", "ab0eb16205b4", "efi/memreserve: register reservations as 'reserved' in /proc/iomem (v5.5)")
_commit("commit-ls7a", "62b6dee1b44a", "PCI/portdrv: Prevent LS7A Bus Master clearing on shutdown (2023)")
_commit("commit-bm-kexec-only", "4fc9bbf98fd6", "PCI: Disable Bus Master only on kexec reboot (v3.13)")

_other("bus-master", "manual", "PCI Express Base Specification, 7.5.1.1.3, as quoted in commit 62b6dee1b44a: what Bus Master Enable gates",
       f"{GIT}/commit/?id=62b6dee1b44a")
_other("msi-is-a-write", "list", "Bjorn Helgaas, linux-pci, November 2020: an MSI is a memory write, which Bus Master gates; INTx is not")
_other("bus-master-2012", "list", "Takao Indoh, linux-kernel, October 2012: clearing Bus Master at boot of the dump kernel did not end the DMAR faults",
       "http://lkml.iu.edu/hypermail/linux/kernel/1210.2/00673.html")
_other("documentation-survey", "observation", "What Documentation/ of v7.3.4 says of kexec and of device shutdown, file by file, November 2026")
_other("ring-runs-dry", "kernel", "How descriptor rings are worked in ixgbe and e1000e: no posted descriptor, no write",
       f"{GIT}/tree/drivers/net/ethernet/intel/ixgbe/ixgbe_main.c?h=v6.12", "7.3.4")
_other("gic-lpi-life", "manual", "LPIs in QEMU's hw/intc/arm_gicv3_redist.c: INTIDs from 8192, no active state, cleared when acknowledged",
       "https://gitlab.com/qemu-project/qemu/-/blob/v7.2.0/hw/intc/arm_gicv3_redist.c", "QEMU 7.2")
_other("gic-pending-bit", "manual", "set_pending_table_bit() in QEMU and vgic_v3_save_pending_tables() in KVM: byte INTID div 8, bit INTID mod 8",
       "https://gitlab.com/qemu-project/qemu/-/blob/v7.2.0/hw/intc/arm_gicv3_redist.c", "QEMU 7.2")
_other("gic-masked-recorded", "manual", "gicv3_redist_process_lpi() in QEMU: the enable byte is not consulted when an LPI is recorded",
       "https://gitlab.com/qemu-project/qemu/-/blob/v7.2.0/hw/intc/arm_gicv3_redist.c", "QEMU 7.2")
_other("gic-enable-lpis", "manual", "Arm register description of GICR_CTLR: clearing EnableLPIs is implementation defined; CES; RES1 deprecated",
       "https://developer.arm.com/documentation/ddi0601/latest/External-Registers/GICR-CTLR--Redistributor-Control-Register")
_other("gic-720ae", "manual", "Arm GIC-720AE Technical Reference Manual 102666, GICR_CTLR: an implementation that can be switched off",
       "https://developer.arm.com/documentation/102666/latest/")
_other("gic-state-machine", "manual", "KVM vgic_mmio_write_propbase() and TF-A 81519fbf62a2: table registers must not be written while LPIs are enabled",
       f"{GIT}/tree/arch/arm64/kvm/vgic/vgic-mmio-v3.c?h=v6.12")
_other("its-tables-not-kept", "kernel", "ITS tables, ITTs and the command queue are not reserved across kexec; the ITS can be made quiet instead",
       f"{GIT}/tree/drivers/irqchip/irq-gic-v3-its.c?h=v6.12", "6.12.117")
_other("smmu-gbpa", "kernel", "SMMU_GBPA decides what happens to traffic while SMMUEN is 0; Linux does not program it at shutdown",
       f"{GIT}/tree/drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c?h=v6.12", "6.1.192, 6.12.117, 7.3")
_other("qemu-virt", "manual", "QEMU's hw/arm/virt.c: the memory map of the virt machine, and the node of its SMMU in the device tree",
       "https://gitlab.com/qemu-project/qemu/-/blob/v7.2.0/hw/arm/virt.c", "QEMU 7.2")
_other("consoles", "observation", "Consoles of Debian 6.1.192 kernels crossing under QEMU 7.2, recorded for this project in November 2026")
_other("observations", "observation", "What a real Linux did under an emulator: sixteen experiments, November 2026")
_other("driver-counts", "observation", "PCI drivers with and without .shutdown, counted in the source trees v4.17 to v7.3.4")

SOURCES: dict[str, Source] = {source.id: source for source in _ALL}


def cite(id: str) -> Source:
    """Return a source. KeyError, with the id, if it is not in the registry."""
    return SOURCES[id]
