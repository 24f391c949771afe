"""The glossary registry: one plain definition for each term of the field, and for the few of our own.

The glossary page and the links to it from the first use of a term in a chapter are made from these entries. So are two
checks: that every term is used, and that every abbreviation in a definition has an entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Term:
    """One entry: ``definition`` is two sentences at most, ``chapter`` the one that shows the thing at work.

    ``also`` are its other names, ``forms`` further ways in which a text may write it. ``unlike`` are phrases in which
    the word means something else. An ``everyday`` word is not recognised by its name alone. ``ours`` marks a word of
    this document.
    """

    name: str
    definition: str
    sources: tuple[str, ...] = ()
    chapter: int = 0
    also: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    everyday: bool = False
    ours: bool = False

    @property
    def slug(self) -> str:
        """The term's anchor on the page of the glossary."""
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def written(self) -> tuple[str, ...]:
        """The ways of writing it by which it is recognised."""
        return (*(() if self.everyday else (self.name,)), *self.also, *self.forms)


UNEXPLAINED = {"AMD", "CPU", "PCI", "KiB"}
"""What a reader of any chapter knows. Every other abbreviation in a definition has an entry."""

_ALL: list[Term] = []


def _term(name: str, definition: str, *sources: str, chapter: int, also: str = "", forms: str = "",
          unlike: str = "", everyday: bool = False, ours: bool = False) -> None:
    """Enter a term. The items of ``also``, ``forms`` and ``unlike`` are separated by bars."""
    def listed(text: str) -> tuple[str, ...]:
        return tuple(form.strip() for form in text.split("|") if form.strip())

    _ALL.append(Term(name, definition, sources, chapter, listed(also), listed(forms), listed(unlike), everyday, ours))


# --- Ordinary kexec: the image and the jump -------------------------------------------------------------------

_term("kexec", "Starting another kernel from a running one, without firmware in between. An ordinary kexec is asked "
      "for by a system call; the one that a panic sets off is kdump's.",
      "kernel-kexec", "kdump-doc", chapter=1)
_term("old kernel", "Our name for the kernel that runs before the jump.", chapter=1, ours=True)
_term("next kernel", "Our name for the kernel that runs after the jump, whatever led to it: an ordinary kexec, a "
      "panic or a reboot.", chapter=1, ours=True)
_term("jump", "The moment at which we draw the line between the two kernels: the first instruction of the control "
      "page, with interrupts switched off. The image is copied after it.",
      "arm64-machine-kexec", "relocate-kernel", chapter=1, forms="jumped | jumping", unlike="kexec jump", ours=True)
_term("segment", "A piece of what kexec loads: some bytes, and the address at which they must lie when the next kernel "
      "starts. A kernel and its initramfs are segments.",
      "kimage", chapter=1, unlike="PCI segment | segment 0")
_term("source page", "A page in which a part of a segment waits from loading to the jump.", "kimage", chapter=1)
_term("destination", "Where a part of a segment has to lie when the next kernel starts. Until the jump it is usually "
      "memory that the old kernel is using.", "kimage", chapter=1)
_term("control page", "The page with the stub, the small program that copies source pages to their destinations at the jump "
      "and then enters what comes next. It is nobody's destination.", "control-page", "relocate-kernel", chapter=1,
      forms="stub", unlike="EFI stub")
_term("purgatory", "A small program that runs between the two kernels: it checks the digest and then enters the next "
      "kernel. Not every way of loading puts one in.", "purgatory", "arm64-no-purgatory", chapter=1)
_term("digest", "A checksum of the image's segments, taken when they are loaded and compared just before the next kernel is "
      "entered. It finds what went wrong before, not what comes later.", "purgatory", chapter=1)
_term("initramfs", "An archive of files that comes with a kernel and is unpacked at boot; the first program is started "
      "from it.", "initramfs-doc", chapter=1)

# --- Memory, and how we speak of it ---------------------------------------------------------------------------

_term("frame", "A page of physical memory, 4 KiB of it: one square of our map.", chapter=2, unlike="frame list | Ethernet frame | smallest frame",
      ours=True)
_term("owner", "Our word for whom a frame belongs to at a moment: the old kernel, a table, a part of the next kernel. An "
      "owner who reads other bytes than he wrote has found a corruption.", chapter=2, ours=True)
_term("leftover", "Our word for what goes on after the jump by what the old kernel had set up: writes through its descriptors "
      "and mappings, messages to its vectors.", chapter=2, ours=True)
_term("astray", "Our word for what no longer goes where it was meant to. Writes that go astray before the jump, because the IOMMU "
      "was switched off first, are counted apart.", chapter=7, ours=True)
_term("horizon", "The end of a run of our machine: one second after userspace, thirty seconds after the jump, or when the machine "
      "is dead.", chapter=2, ours=True)
_term("flip", "Our word for a byte that a redistributor changes after the jump in memory which is not kept as an LPI table "
      "for the next kernel.", chapter=6, everyday=True, ours=True,
      forms="flipped bit | bit flip | flipped pending bit | bits flipped | bit flipped | flips a bit")
_term("CMA", "Contiguous Memory Allocator: it keeps regions in which only what can be moved away may lie, so that they can be "
      "had in one piece when that is needed.", "cma-help", chapter=8, forms="Contiguous Memory Allocator")

# --- DMA and PCI ----------------------------------------------------------------------------------------------

_term("DMA", "Direct memory access: a device reads and writes memory by itself, without a CPU.", "dma-howto", chapter=2,
      forms="direct memory access")
_term("descriptor", "A small record in memory by which a driver tells a device where one buffer is. The device writes back into it "
      "what became of the buffer.", "e1000e-descriptor", chapter=2, unlike="file descriptor | interrupts of a descriptor")
_term("descriptor ring", "Descriptors in a circle, shared by driver and device: the driver posts buffers, the device uses them up. "
      "Without a posted descriptor the device writes nothing.", "ring-runs-dry", chapter=2, forms="ring")
_term("receive ring", "The descriptor ring into which a network card puts what arrives; when that is, neither driver nor card can "
      "know.", "ring-runs-dry", "ixgbe-ring", chapter=2)
_term("cyclic DMA", "DMA into one buffer, round and round, until somebody stops it. Nothing runs out, so it never ends by itself.",
      "cyclic-dma", chapter=2, forms="cyclic device | cyclic buffer")
_term("PCI function", "What PCI addresses: one device, or one of several in the same card. Each has its own registers and its own Bus "
      "Master bit.", "bus-master", "pci-enumeration", chapter=2, forms="every function")
_term("Bus Master bit", "A bit in the command register of every PCI function: while it is clear, the function must send no requests "
      "of its own, data or MSI. In a bridge it decides whether requests from below are passed on.",
      "bus-master", "msi-is-a-write", chapter=2, also="Bus Master Enable | bus mastering", forms="Bus Master | bus master")
_term("posted write", "A write whose sender goes on before it has arrived.", "write-posting", chapter=2)
_term("bridge", "A PCI function that joins two buses and passes requests between them. Every PCI Express port is one.",
      "port-howto", chapter=2)
_term("root port", "The PCI Express port from which a link leaves the root of the tree for a device or a switch.",
      "port-howto", chapter=4)
_term("port driver", "The driver that PCI Express ports are bound to. It hands what a port can do besides passing requests on to "
      "the drivers of the port services.", "port-howto", chapter=4)
_term("port service", "One of the things that a PCI Express port can do besides passing requests: hotplug, power events, error "
      "reports. Each has a driver of its own.", "port-howto", chapter=4)
_term("AER", "Advanced Error Reporting: the port service through which PCI Express devices report errors.", "port-howto", chapter=4,
      forms="Advanced Error Reporting")
_term("hotplug port", "A PCI Express port whose slot may be filled or emptied while the machine runs. Its port service is called "
      "pciehp.", "port-howto", "pciehp-wait", chapter=4, forms="hot-plug port")
_term("command completed", "The answer of a hotplug port that it has carried out a command. Where a port promises it, "
      "the next command must wait for it.", "cf118", "pciehp-wait", chapter=4, forms="Command Completed")
_term("erratum", "A fault of a chip that its maker has published.", "errata-doc", chapter=4, forms="errata")
_term("quirk", "Code that makes the kernel put up with a device that does not do what it should.", "pciehp-quirk", "quirks-chelsio",
      chapter=4)
_term("enumeration", "The walk over all PCI buses by which a kernel finds out what is there. On the way Linux switches MSI off in "
      "every function.", "pci-enumeration", "pci-msi-init", chapter=2)
_term("FLR", "Function level reset: one PCI function resets itself because software told it to, if it says that it can. A secondary "
      "bus reset takes all that is below a bridge.", "pcie-flr", "secondary-bus-reset", chapter=2, forms="function level reset | function-level reset")
_term("secondary bus reset", "A reset of everything below a bridge, by a bit in the bridge's control register.",
      "secondary-bus-reset", chapter=2)
_term("D-state", "A power state of a PCI function, from D0, in which it works, to D3cold, in which it has no power. In D3hot its "
      "configuration can still be reached.", "pci-power-doc", chapter=2, also="power state", forms="D0 | D3hot | D3cold")
_term("runtime PM", "Runtime power management: idle devices are put into states that draw less power while the machine "
      "runs.", "runtime-pm-doc", chapter=3, forms="runtime power management")

# --- Drivers --------------------------------------------------------------------------------------------------

_term("probe", "The driver's function that takes over a device: it finds out what it is and sets it up.", "driver-callbacks-doc",
      chapter=3, forms="probed | probing")
_term("unbind", "To take a driver off its device while the machine runs. The driver's remove callback is called.",
      "driver-callbacks-doc", chapter=3, forms="unbinding | unbound")
_term("shutdown callback", "The driver's function that makes a device quiet before a reboot, a power-off or a kexec; it frees nothing. "
      "A driver need not have one.", "pci-h", "device-shutdown", chapter=3, also="shutdown method")
_term("remove callback", "The driver's function that lets go of a device: it stops it and frees all that belongs to it. It runs when a "
      "driver is unloaded or a device goes away.", "driver-callbacks-doc", "pci-device-remove", chapter=3, also="remove method")
_term("device_shutdown()", "The function that has every device shut down, the one registered last first. Reboot, power-off and ordinary "
      "kexec run it, a panic does not.", "device-shutdown", "restart-prepare", "vpanic", chapter=3, forms="device_shutdown")
_term("reboot notifier", "A function that other parts of the kernel have asked to be called before a reboot, a power-off or a kexec.",
      "restart-prepare", chapter=3)
_term("syscore", "Callbacks of the kernel's core that belong to no device, for shutdown among others. An ordinary kexec calls these "
      "again since v6.8.", "syscore-shutdown", "commit-syscore-kexec", chapter=3, forms="syscore_shutdown()")

# --- Interrupts -----------------------------------------------------------------------------------------------

_term("INTx", "PCI's old way to interrupt: a line, often shared, that a device asserts until somebody has seen to it. Clearing Bus Master "
      "does not stop it.", "msi-howto", "msi-is-a-write", chapter=5)
_term("MSI", "Message-signalled interrupt: a device interrupts by a write to a special address. A clear Bus Master bit stops it as it "
      "stops data.", "msi-howto", "msi-is-a-write", chapter=5,
      forms="message-signalled interrupt")
_term("MSI-X", "The later form of MSI: more messages for a function, each of them set up on its own.", "msi-howto", chapter=5)
_term("doorbell", "The address to which an MSI is written. Behind an SMMUv3 that translates it is an I/O virtual address.", "iova-allocation", chapter=5)
_term("edge", "An interrupt that is an event: it comes once, is acknowledged, and is over.", "edge-and-level", chapter=5, everyday=True,
      forms="edge-triggered | edge interrupt | edge type | edge source | edge or level")
_term("level", "An interrupt that is a state: it stays asserted until its cause in the device has been dealt with, and until then it "
      "comes again and again.", "edge-and-level", chapter=5, everyday=True,
      forms="level-triggered | level interrupt | level line | level source | level type")
_term("line", "What a device asserts to interrupt if it does not send messages. Several devices may share one.", "msi-howto", chapter=5,
      everyday=True, forms="interrupt line | shared line | INTx line | line is shared | lines are shared")
_term("vector", "On x86, the number under which an interrupt reaches a CPU. Of a device one says that it has so many vectors, which are "
      "the MSIs that it can send.", "apic-msi", "msi-howto", chapter=5)
_term("interrupt descriptor", "The kernel's record of one interrupt: who handles it, and how often nobody did. The spurious-interrupt "
      "detector counts in it, so it sees nothing that has none.", "note-interrupt", "msi-storms", chapter=5, also="IRQ descriptor")
_term("local APIC", "On x86, the interrupt controller of each CPU. It takes vectors, and has no mask for a single one of them.",
      "msi-storms", "x86-boot", chapter=5)
_term("I/O APIC", "On x86, the chip that takes interrupt lines and sends them to local APICs as vectors. Each line has a mask and, for "
      "level, a remote IRR.", "x86-io-apic", chapter=5, also="IO-APIC")
_term("EOI", "End of interrupt: the word of a CPU to the interrupt controller that it is done with an interrupt.", "x86-io-apic",
      "mask-interrupts", chapter=5)
_term("remote IRR", "The bit in which an I/O APIC remembers that a level interrupt was accepted and its EOI has not come. While it is "
      "set, the line gives no further interrupt.", "x86-io-apic", chapter=5)
_term("spurious-interrupt detector", "It counts the interrupts of a line: when of 100,000 more than 99,900 were nobody's, it switches "
      "the line off and polls it.", "note-interrupt", chapter=5,
      forms="spurious interrupt detector | detector")
_term("storm", "Interrupts that follow so closely on one another that a CPU gets to nothing else.", "msi-storms", "note-interrupt",
      chapter=5, also="interrupt storm")
_term("irqpoll", "A boot parameter: whenever an interrupt is nobody's, all other handlers are asked, and on timer ticks as well.",
      "note-interrupt", chapter=5)
_term("NMI", "Non-maskable interrupt: it reaches a CPU that has interrupts switched off. It is how a crashing x86 kernel stops the other "
      "CPUs.", "x86-crash", chapter=8)

# --- GICv3 ----------------------------------------------------------------------------------------------------

_term("GIC", "Generic Interrupt Controller: the interrupt controller of Arm's design. Ours is a GICv3.", "gicv3-binding", chapter=6)
_term("GICv3", "The third version of the GIC: one distributor, a redistributor for each CPU and, where there are LPIs, an ITS.",
      "gicv3-binding", "gic-boot", chapter=6)
_term("distributor", "The part of a GICv3 that all CPUs share. It sends SPIs to CPUs.", "gic-boot", chapter=6)
_term("redistributor", "The part of a GICv3 that belongs to one CPU. It records LPIs in that CPU's pending table.", "gic-lpi-life",
      "gic-boot", chapter=6)
_term("ITS", "Interrupt Translation Service: the part of a GICv3 that turns a device's EventID into an LPI and sends it to a "
      "redistributor.", "its-structures", "its-probe", chapter=6, forms="Interrupt Translation Service")
_term("INTID", "The number of an interrupt in a GIC. LPIs have those from 8192 up.", "gic-lpi-life", chapter=6)
_term("LPI", "Locality-specific Peripheral Interrupt: an interrupt of a GICv3 that comes as a message and whose state is kept in "
      "memory.", "gicv3-binding", "gic-lpi-life", chapter=6)
_term("SPI", "Shared Peripheral Interrupt: one that the distributor can send to any CPU.", "gicv3-binding", chapter=6)
_term("PPI", "Private Peripheral Interrupt: one that belongs to a single CPU, such as its timer's.", "gicv3-binding", chapter=6)
_term("SGI", "Software Generated Interrupt: one that a CPU sends to a CPU.", "gicv3-binding", chapter=6)
_term("EventID", "The number that a device writes as its MSI; the ITT of that device turns it into an LPI.", "its-structures", chapter=6)
_term("ITT", "Interrupt Translation Table: the ITS's table for one device, from EventID to LPI and collection.", "its-structures",
      chapter=6)
_term("collection", "What an ITS calls a target: a number that stands for one redistributor, and so for one CPU.", "its-structures",
      chapter=6)
_term("property table", "Memory with one byte for each LPI, in which software says whether it is enabled and how urgent it is. All "
      "redistributors share it.", "gic-table-sizes", "its-cpu-init", chapter=6)
_term("pending table", "Memory with one bit for each INTID, in which a redistributor notes the LPIs that have come and were not yet "
      "taken.", "gic-pending-bit", "gic-table-sizes", chapter=6)
_term("EnableLPIs", "The bit that makes a redistributor record LPIs. Once it is set, many implementations do not let it be cleared.",
      "gic-enable-lpis", "lpi-cover-letter", chapter=6, forms="GICR_CTLR.EnableLPIs")
_term("CES", "Clear Enable Supported: a bit by which a redistributor says that its EnableLPIs can be cleared. If it is 0, nothing is "
      "said.", "gic-enable-lpis", chapter=6)
_term("RWP", "Register Write Pending: a bit that a redistributor keeps set until a change of EnableLPIs has taken effect.",
      "redist-disable-lpis", chapter=6)
_term("memreserve", "A list of reserved memory in an EFI table of Linux's own, to which each kernel adds and which the next one reads "
      "first of all. LPI tables are kept across a kexec by it.", "efi-memreserve", "commit-memreserve", chapter=6,
      also="EFI persistent reservation", forms="persistent reservation | list of reserved memory")

# --- IOMMUs ---------------------------------------------------------------------------------------------------

_term("IOMMU", "A unit between devices and memory: it translates the addresses that devices use, and refuses those that it has no "
      "translation for.", "dma-howto", "smmu-events", chapter=7)
_term("I/O virtual address", "An address as a device behind a translating IOMMU knows it. With translation off, the same number is taken "
      "for a physical address.", "iova-allocation", "dma-howto", chapter=7, also="IOVA", forms="I/O virtual one")
_term("identity", "The mode of an IOMMU that is on and changes no address.", "smmu-attach", chapter=7, everyday=True,
      also="passthrough", forms="identity mode | identity domain | identity mapping")
_term("translation fault", "What an IOMMU makes of an address without a translation: it refuses the access and, where it can, reports it.",
      "smmu-events", "vtd-faults", chapter=7, also="IOMMU fault | DMA fault", forms="F_TRANSLATION")
_term("VT-d", "Intel's IOMMU. A capture kernel takes its tables over, with deferred attach.", "x86-iommu-shutdown", "vtd-copy", chapter=7)
_term("interrupt remapping", "What an IOMMU does when it looks MSIs up in a table of its own instead of passing them as they are.",
      "vtd-remapping", chapter=7, also="IRQ remapping")
_term("AMD-Vi", "AMD's IOMMU, by its name in Linux's messages.", "x86-iommu-shutdown", chapter=7)
_term("SMMUv3", "The third version of Arm's IOMMU, which Arm calls System Memory Management Unit.", "smmuv3-binding", chapter=7,
      also="SMMU")
_term("GBPA", "The register of an SMMUv3 that decides what becomes of traffic while the unit is off: passed on as it is, or "
      "aborted.", "smmu-gbpa", chapter=7)
_term("stream table", "An SMMUv3's table with an entry for each device: translate and by which tables, pass, or abort.", "stream-table",
      chapter=7)
_term("event queue", "Memory in which an SMMUv3 reports what it refused. In a capture kernel it is off.", "smmu-events", "smmu-kdump",
      chapter=7)
_term("deferred attach", "In a capture kernel a device stays with the IOMMU tables of the crashed one until its driver maps a first "
      "buffer.", "vtd-copy", chapter=7, forms="attaching is deferred")

# --- Panic ----------------------------------------------------------------------------------------------------

_term("kdump", "Saving the memory of a kernel that panicked, by a kexec into a capture kernel, which offers it as a vmcore.", "kdump-doc", chapter=8)
_term("capture kernel", "The kernel that takes over after a panic to save the memory of the one that died. It was loaded beforehand, into "
      "memory that was set aside for it at boot.", "kdump-doc", chapter=8,
      also="crash kernel | dump kernel | kdump kernel | dump-capture kernel")
_term("crashkernel=", "The boot parameter that sets memory aside for a capture kernel.", "crashkernel-doc", chapter=8, forms="crashkernel")
_term("elfcorehdr=", "The boot parameter that tells a capture kernel where the crashed one's memory is described.", "kdump-doc",
      "elfcorehdr", chapter=8, forms="elfcorehdr")
_term("is_kdump_kernel()", "How code asks whether it runs in a capture kernel, which is one that was given elfcorehdr=.", "elfcorehdr",
      chapter=8, forms="is_kdump_kernel")
_term("vmcore", "The dump: the crashed kernel's memory, as the capture kernel offers it in /proc/vmcore.", "kdump-doc", chapter=8)
_term("reset_devices", "A boot parameter that asks drivers to reset their devices before they use them. Only a handful of drivers "
      "look at it.", "reset-devices", "reset-devices-users", chapter=8)
_term("panic notifier", "A function that other parts of the kernel have asked to be called in a panic. Unless asked otherwise, Linux enters "
      "the capture kernel before it calls them.", "vpanic", "panic-notifiers", chapter=8)
_term("LKDTM", "Linux Kernel Dump Test Module: it crashes a kernel on purpose, in a chosen way at a chosen place.", "lkdtm-doc", chapter=9)
_term("heap damage", "Our measure of a crash: the share of the crashed kernel's objects that are damaged.", chapter=9,
      forms="damaged object", ours=True)
_term("closed form", "A formula that says by arithmetic what a simulation must find.", chapter=9, ours=True)
_term("Wilson interval", "A range for a true share, worked out from how often something was counted in how many trials. It holds for few "
      "trials, too.", "wilson-1927", chapter=9, forms="Wilson's interval")

# --- Firmware and reboot --------------------------------------------------------------------------------------

_term("EFI", "The firmware interface of most x86 and many arm64 machines, today called UEFI. It leaves tables behind that a kernel "
      "can read and pass on.", "uefi-doc", "efi-memreserve", chapter=6, also="UEFI")
_term("devicetree", "A description of the hardware as a tree, which a kernel reads so that it need not be built for one machine.",
      "devicetree-doc", chapter=6, also="device tree", forms="device-tree")
_term("PSCI", "Power State Coordination Interface: the calls by which a kernel asks arm64 firmware to switch CPUs on and off, or to reset "
      "the machine.", "psci-binding", "arm64-machine-shutdown", chapter=10)
_term("ACPI reset register", "A register that firmware names in its tables: writing to it resets the machine. Linux on x86 tries it "
      "first.", "x86-reboot", chapter=10, forms="reset register")
_term("triple fault", "What an x86 CPU does that cannot handle an error in handling an error: it resets. Linux provokes one when other ways "
      "to reboot have failed.", "x86-reboot", chapter=10)

# --- Handing over ---------------------------------------------------------------------------------------------

_term("KHO", "Kexec HandOver, since v6.16: the old kernel leaves chosen pages to the next one, in place and untouched, with a description "
      "of what they are.", "kho-doc", "kho-merge", chapter=11, forms="Kexec HandOver")
_term("preserved memory", "The pages that KHO carries across: the next kernel finds them as they were, and gives them to nobody else.",
      "kho-doc", chapter=11, forms="preserved page")
_term("scratch memory", "With KHO, regions in which nothing preserved can lie. The image goes there, and early in its boot the next kernel "
      "takes memory from nowhere else.", "kho-doc", chapter=11, forms="scratch region | scratch area")
_term("LUO", "Live Update Orchestrator: it lets programs keep chosen files open across a kexec. In v7.3.4 these can only be memfds.", "luo", "luo-memfd", chapter=11, forms="Live Update Orchestrator")
_term("memfd", "A file that exists in memory only, and that a program knows by its file descriptor alone.", "luo-memfd", chapter=11)
_term("live update", "Changing the kernel under a running system by kexec, while chosen resources, and in the end devices, go on.",
      "luo", chapter=11)

TERMS: dict[str, Term] = {term.name: term for term in sorted(_ALL, key=lambda term: term.slug)}


@cache
def recognise(forms: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern that finds these forms as whole words, the longest first.

    A lower-case form may begin a sentence with a capital, and a form may be in the plural. A word that continues with a
    hyphen, a slash, an underscore or a bracket is another word: kexec-tools, kexec_load(), MSI-X. Ids of sources are
    not matched.
    """
    return re.compile("|".join(map(_written, sorted(forms, key=lambda form: (-len(form), form)))))


def _written(form: str) -> str:
    first, rest = re.escape(form[0]), re.escape(form[1:])
    if form[0].islower() and "_" not in form:
        first = f"[{first.upper()}{first}]"
    plural = "(?:e?s)?" if form[-1].isalpha() else ""
    after = "" if form.endswith("=") else r"(?![\w(=]|[-/.]\w)"
    return rf"(?<![\w/.=-])(?<!src: ){first}{rest}{plural}{after}"


@cache
def meanings() -> dict[str, Term | None]:
    """Return the term of each form, or None for a phrase in which the word means something else."""
    found: dict[str, Term | None] = {}
    for term in TERMS.values():
        found |= dict.fromkeys(term.written, term) | dict.fromkeys(term.unlike)
    return found


def uses(text: str) -> Iterator[tuple[Term, int, int]]:
    """Yield each use of a term in a text, with its start and end."""
    known = meanings()
    written = {form.lower(): term for form, term in known.items()}
    for found in recognise(frozenset(known)).finditer(text):
        word = found[0].lower()
        term = next(written[form] for form in (word, word[:-1], word[:-2]) if form in written)
        if term is not None:
            yield term, *found.span()


ABBREVIATION = re.compile(r"[\w-]*[A-Z][\w/-]*[A-Z][\w-]*")
"""Matches words with two or more capital letters: MSI, LPIs, EnableLPIs, VT-d."""


def wrong(texts: Iterable[str]) -> list[str]:
    """Return what is wrong with the glossary, one line each: terms that no text uses, abbreviations without an entry.

    A term is also used if another definition needs it.
    """
    explained = UNEXPLAINED | {word for term in TERMS.values() for name in (term.name, *term.written) for word in name.split()}
    lines = []
    for term in TERMS.values():
        words = {word for word in ABBREVIATION.findall(term.definition) if not {word, word.removesuffix("s")} & explained}
        lines += [f"glossary: '{term.name}' is defined by '{word}', which has no entry" for word in sorted(words)]
    text = "\n".join(texts)
    used = {term.name for term, _, _ in uses(text)}
    used |= {term.name for term in TERMS.values() if term.everyday and recognise(frozenset([term.name])).search(text)}
    used |= {term.name for other in TERMS.values() for term, _, _ in uses(other.definition) if term is not other}
    return lines + [f"glossary: nothing uses '{name}'" for name in TERMS if name not in used]
