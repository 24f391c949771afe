"""Handing memory on: Kexec HandOver, the Live Update Orchestrator, and devices that are meant to run on."""

from kexecdoc.registries.sources.entry import NOW, Source, document, kernel, other

ENTRIES: tuple[Source, ...] = (
    kernel("kho", "kernel/liveupdate/kexec_handover.c", "Kexec HandOver",
           "Chosen pages keep their place and content across a kexec, and the next kernel allocates only in scratch memory until it "
           "knows which; absent in v6.14.", NOW),
    document("kho-doc", "Documentation/core-api/kho/index.rst", "",
             "What is handed over, and why scratch memory solves where the next kernel may run."),
    document("kho-admin-doc", "Documentation/admin-guide/mm/kho.rst", "",
             "How a handover is switched on and used: kho=on, kexec_file_load(), sizes of scratch memory."),
    other("kho-merge", "commit", "00c010e130e5 Merge tag 'mm-stable-2025-05-31-14-50' (v6.16), which brought Kexec HandOver, as Phoronix reports",
          "Kexec HandOver is part of 6.16.",
          "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=00c010e130e5"),
    kernel("luo", "kernel/liveupdate/luo_core.c", "liveupdate_reboot(), and luo_session.c, luo_file.c",
           "Userspace gathers file descriptors in sessions, and freezing them in the system call can still refuse the kexec.", NOW),
    other("luo-merge", "commit", "9e2fd062fa17 liveupdate: luo_core: Live Update Orchestrator (v6.19, as Phoronix reports)",
          "The Live Update Orchestrator, and the preservation of memfds, are part of 6.19; its text names VFIO, IOMMU and PCI as series "
          "that build on it.",
          "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=9e2fd062fa17"),
    document("liveupdate-doc", "Documentation/userspace-api/liveupdate.rst", "",
             "The interface and the formats are not stable yet; systemd from v261 can keep descriptors by it."),
    kernel("luo-memfd", "mm/memfd_luo.c", "the file handler of memfds",
           "In v7.3.4 a memfd is the only kind of file that can be preserved.", NOW),
    other("pci-liveupdate", "list", "Bjorn Helgaas, kexec list, 22 May 2026, on the PCI live-update series",
          "Reviewing it he takes continuous operation as the reason why a preserved device and the bridges above it keep Bus Master set.",
          "http://lists.infradead.org/pipermail/kexec/2026-May/036396.html"),
    other("pci-liveupdate-queued", "list", "David Matlack's series \"PCI: liveupdate\", in the next branch of the live-update tree, 24 and 28 September 2026",
          "Thirteen patches wait for a later release than v7.3.4."),
    other("iommu-liveupdate", "list", 'Samiullah Khawaja, linux-kernel, 3 February 2026: "[PATCH 00/14] iommu: Add live update state preservation", and later versions',
          "A series under review that would keep an IOMMU's tables across a kexec, VT-d first.",
          "https://lore.kernel.org/r/20260203220948.2176157-1-skhawaja@google.com"),
    other("vfio-liveupdate", "list", 'Vipin Sharma, kexec list and linux-kernel, 14 July 2026: "[PATCH v5 00/20] vfio/pci: Base Live Update support for VFIO"',
          "A series under review that would keep an assigned device across a kexec.",
          "https://lore.kernel.org/r/20260714151505.3466855-1-vipinsh@google.com"),
)
