"""What a word means: the kernel's own introductions and definitions, for the glossary."""

from kexecdoc.registries.sources.entry import NOW, Source, document, kernel, other

BINDINGS = "Documentation/devicetree/bindings"

ENTRIES: tuple[Source, ...] = (
    document("dma-howto", "Documentation/core-api/dma-api-howto.rst", "CPU and DMA addresses",
             "A device reads and writes memory without a CPU, by bus addresses, which an IOMMU may translate."),
    document("cyclic-dma", "Documentation/driver-api/dmaengine/client.rst", "dma_cyclic",
           "A cyclic transfer goes on until it is stopped."),
    document("write-posting", "Documentation/PCI/pci.rst", 'MMIO Space and "Write Posting"',
             "A posted write is done with for its sender before it has arrived."),
    document("msi-howto", "Documentation/PCI/msi-howto.rst", "",
             "An MSI is a write to a special address; pins are shared, MSIs never are, and MSI-X has more of them, each set up by itself."),
    document("port-howto", "Documentation/PCI/pciebus-howto.rst", "",
             "A PCI Express port is a bridge; its services, hotplug and error reporting among them, have drivers of their own under one "
             "port driver."),
    kernel("secondary-bus-reset", "drivers/pci/pci.c", "pci_reset_secondary_bus(), pci_bridge_secondary_bus_reset()",
           "A bit in a bridge's control register resets all that is behind the bridge.", NOW),
    document("errata-doc", "Documentation/arch/arm64/silicon-errata.rst", "",
             "An erratum is a deviation of a chip from its architecture, which its maker describes in a notice."),
    document("pci-power-doc", "Documentation/power/pci.rst", "Native PCI Power Management",
             "The states D0 to D3, D3hot and D3cold, and that configuration registers can be reached down to D3hot."),
    document("runtime-pm-doc", "Documentation/power/runtime_pm.rst", "",
             "What runtime power management is and which callbacks it has."),
    document("driver-callbacks-doc", "Documentation/driver-api/driver-model/driver.rst", "Callbacks",
             "probe binds a driver to a device; remove is called to unbind it and frees what was allocated, and may be, it says, during a reboot."),
    kernel("edge-and-level", "kernel/irq/chip.c", "the comments on handle_level_irq() and handle_edge_irq()",
           "A level interrupt is there as long as the line is active; an edge is latched and has to be acknowledged.", NOW),
    document("gicv3-binding", f"{BINDINGS}/interrupt-controller/arm,gic-v3.yaml", "the description",
             "What PPI, SPI, SGI and LPI stand for."),
    kernel("its-structures", "drivers/irqchip/irq-gic-v3-its.c", "struct its_collection, its_device, event_lpi_map; its_build_mapti_cmd()",
           "A device has a table from its events to LPIs and collections; a collection is a number for one redistributor, one per CPU.", NOW),
    document("smmuv3-binding", f"{BINDINGS}/iommu/arm,smmu-v3.yaml", "the description, and arm,smmu.yaml beside it",
             "The System Memory Management Unit translates for bus masters outside the CPU; version 3 has its queues in memory."),
    kernel("stream-table", "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.h", "STRTAB_STE_0_CFG and its values",
           "A stream table entry says abort, bypass or translate.", NOW),
    document("cma-help", "mm/Kconfig", "the help text of CMA",
             "CMA reserves regions, lets only movable pages into them and moves these away when a contiguous piece is wanted."),
    document("initramfs-doc", "Documentation/filesystems/ramfs-rootfs-initramfs.rst", "What is initramfs?",
             "An archive that is unpacked at boot, and whose program init is started as the first one."),
    document("uefi-doc", "Documentation/arch/arm/uefi.rst", "",
             "UEFI is the successor of EFI, and a kernel learns much from its configuration tables."),
    document("devicetree-doc", "Documentation/devicetree/usage-model.rst", "",
             "A devicetree describes hardware, so that an operating system does not have to have it built in."),
    document("psci-binding", f"{BINDINGS}/arm/psci.yaml", "the description",
             "By PSCI's functions Linux asks firmware for power operations on CPUs."),
    other("wilson-1927", "paper", 'E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the '
          "American Statistical Association 22 (1927), pages 209 to 212",
          "The interval bears his name."),
)
