"""The thread of 2018, and what its authors held then."""

from kexecdoc.registries.sources.entry import Source, other

LKML = "https://lkml.iu.edu/hypermail/linux/kernel"
SUBJECT = '"pciehp 0000:00:1c.0:pcie004: Timeout on hotplug command 0x1038 (issued 65284 msec ago)"'

ENTRIES: tuple[Source, ...] = (
    other("seed-helgaas", "list", f"Bjorn Helgaas, linux-pci, 30 April and 1 May 2018: {SUBJECT}",
          "A kexec is in essence a branch, so what the old kernel can do to a device the next one can do as well; and the "
          "background of why kexec works as it does ought to be collected.",
          f"{LKML}/1805.0/00268.html"),
    other("seed-kaya", "list", f"Sinan Kaya, linux-pci, 30 April and 1 May 2018, as the reply quotes him: {SUBJECT}",
          "In his experience leftover MSIs do no harm and leftover level interrupts can keep a CPU from ever booting on; "
          "he asks why kexec does not, after the drivers' callbacks, disable every source at the interrupt controller.",
          f"{LKML}/1805.0/00268.html"),
    other("seed-zyngier", "list", f"Marc Zyngier, linux-pci, 1 May 2018: {SUBJECT}",
          "Several GICv3 and GICv4 implementations cannot be switched off and go on writing their pending tables under the "
          "next kernel, single bits at a time, and that kernel cannot take MSIs; he would help with a document.",
          f"{LKML}/1805.0/00414.html"),
    other("seed-biederman", "list", f"Eric W. Biederman, linux-pci, linux-kernel and kexec, 1 May 2018: {SUBJECT}",
          "One person's memory of the design: crash memory that no driver ever used, all DMA ended in the drivers on ordinary "
          "kexec, prototypes that used remove, shutdown methods asked for at the merge, no DMA switch that works everywhere, "
          "50 or 60 % of dumps captured in the field; none of it measured there.",
          "http://lists.infradead.org/pipermail/kexec/2018-May/020601.html"),
)
