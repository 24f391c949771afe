"""Lines of memory that is not what it should be, and of requests that came back as errors."""

from __future__ import annotations

from kexecdoc.registries.messages.line import Mechanism, Wording

X86 = "arch/x86/kernel/dumpstack.c: __die_header()"
ARM64 = "arch/arm64/kernel/traps.c: die()"
MAYBE = "An oops has many causes; a stray write is one of them."

STRAY_WRITE = Mechanism(
    "stray write", "Memory that is not what its owner wrote", 2,
    "A device that goes on after the jump writes into memory that has a new owner. Nobody notices then: the damage shows where the owner next uses the frame, "
    "as text, as a pointer, as a table, as an archive, and there it looks like a fault of that code.",
    "If it comes at a different place in every kexec, and never in a boot from firmware, suspect a device that was left running. Unload or unbind drivers "
    "one by one before the kexec until it stops. The bytes in `Code:` may tell whose they are: a packet, a frame list, a table.",
    ("arm64-traps", "x86-traps", "initramfs", "ring-runs-dry"),
    author="Stop the engine in shutdown and wait until it says that it has stopped.",
)

REFUSED = Mechanism(
    "refused request", "A refused request that comes back as an error", 7,
    "A request that the IOMMU or a bridge refuses may be answered with an error, and some machines make the worst of it: an interrupt that cannot be masked, an SError, an "
    "error that the bus reports.",
    "Find the device that sent it: firmware's own error log often has its address. It was left running, or its way was closed above it. Shut it down before the kexec.",
    ("x86-serr", "arm64-serror", "aer"),
    author="Stop the device before its way to memory is closed: in shutdown, that is before the bus clears Bus Master.",
)

MESSAGES = (
    *STRAY_WRITE.says("initramfs.failed",
        "Initramfs unpacking failed: %s",
        harm="fatal", where="init/initramfs.c: do_populate_rootfs()", source="initramfs",
        meaning="The archive is not what was loaded, or was not made right. What was unpacked until then is there; the rest is missing.",
        do="Compare the archive on disk with its checksum. If it is good, it was hit after it was loaded: stop the devices before the kexec."),
    *STRAY_WRITE.says("oops.undefined",
        Wording("Internal error: Oops - Undefined instruction: %016lx [#%d] SMP", before="7.3",
                like=r"Internal error: Oops - Undefined instruction: [0-9a-f]+ \[#\d+\](?: PREEMPT(?:_RT)?)?(?: SMP)?"),
        Wording("Internal error: Oops - Undefined instruction: %016lx [#%d]  SMP", since="7.3"),
        harm="fatal", where=ARM64, source="arm64-traps",
        meaning=f"The kernel executed bytes that are not its text. {MAYBE}"),
    *STRAY_WRITE.says("oops.code",
        "Code: %s",
        harm="routine", where="arch/arm64/kernel/traps.c: dump_kernel_instr(); arch/x86/kernel/dumpstack.c: show_opcodes()", source="arm64-traps",
        meaning="The bytes at the instruction pointer, as they are in memory. Every dump of registers has this line.",
        do="After an oops, see whether these bytes are the kernel's own: whoever wrote others may be known by them."),
    *STRAY_WRITE.says("oops.fault",
        "Unable to handle kernel paging request at virtual address %016lx",
        harm="fatal", where="arch/arm64/mm/fault.c: die_kernel_fault()", source="arm64-traps",
        meaning=f"The kernel followed a pointer or a page table entry that is not what it wrote. {MAYBE}"),
    *STRAY_WRITE.says("oops.internal",
        Wording("Internal error: Oops: %016lx [#%d] SMP", before="7.3", like=r"Internal error: Oops: [0-9a-f]+ \[#\d+\](?: PREEMPT(?:_RT)?)?(?: SMP)?"),
        Wording("Internal error: Oops: %016lx [#%d]  SMP", since="7.3"),
        harm="fatal", where=ARM64, source="arm64-traps",
        meaning="The kernel stops what it was doing."),
    *STRAY_WRITE.says("x86.undefined",
        Wording("invalid opcode: 0000 [#%d] SMP", before="6.12", like=r"invalid opcode: 0000 \[#\d+\](?: [A-Z_]+)*"),
        Wording("Oops: invalid opcode: 0000 [#%d] SMP", since="6.12", like=r"Oops: invalid opcode: 0000 \[#\d+\](?: [A-Z_]+)*"),
        harm="fatal", where=X86, source="x86-traps",
        meaning=f"The kernel executed bytes that are not its text. {MAYBE}"),
    *STRAY_WRITE.says("x86.fault",
        Wording("BUG: unable to handle kernel paging request at %016lx", before="5.10"),
        Wording("BUG: unable to handle page fault for address: %016lx", since="5.10"),
        harm="fatal", where="arch/x86/mm/fault.c: show_fault_oops()", source="x86-traps",
        meaning=f"The kernel followed a pointer or a page table entry that is not what it wrote. {MAYBE}"),
    *STRAY_WRITE.says("x86.oops",
        Wording("Oops: %04lx [#%d] SMP", before="6.12", like=r"Oops: [0-9a-f]+ \[#\d+\](?: [A-Z_]+)*"),
        Wording("Oops: Oops: %04lx [#%d] SMP", since="6.12", like=r"Oops: Oops: [0-9a-f]+ \[#\d+\](?: [A-Z_]+)*"),
        harm="fatal", where=X86, source="x86-traps",
        meaning="The kernel stops what it was doing."),

    *REFUSED.says("x86.serr",
        "NMI: PCI system error (SERR) for reason %02x on CPU %d.",
        harm="fatal", where="arch/x86/kernel/nmi.c: pci_serr_error()", source="x86-serr",
        meaning="A refused request has come back as an error."),
    *REFUSED.says("arm64.serror",
        Wording("SError Interrupt on CPU%d, code 0x%08x -- SError", before="6.1", like=r"SError Interrupt on CPU\d+, code 0x[0-9a-f]+ -- .*"),
        Wording("SError Interrupt on CPU%d, code 0x%016lx -- SError", since="6.1", like=r"SError Interrupt on CPU\d+, code 0x[0-9a-f]+ -- .*"),
        harm="fatal", where="arch/arm64/kernel/traps.c: arm64_serror_panic()", source="arm64-serror",
        meaning="A refused request has come back as an error."),
    *REFUSED.elsewhere("aer.message",
        Wording("%s %s: AER: %s%s error message received from %04x:%02x:%02x.%d", before="7.3", like=r"\S+ \S+: AER: .*error (?:message )?received(?: from)?:? [0-9a-f:.]+.*"),
        Wording("%s %s: AER: %s%s Error message%s from %04x:%02x:%02x.%d%s", since="7.3", like=r"\S+ \S+: AER: .*Error message.* from [0-9a-f:.]+.*"),
        harm="look", where="drivers/pci/pcie/aer.c: aer_print_source() (aer_print_port_info() before 7.3)", source="aer",
        meaning="A device below this port reports an error of the bus: corrected, uncorrected or fatal.",
        do="Corrected ones can wait. For the others look at the device that is named: after a kexec it is mostly one that was left running."),
)
