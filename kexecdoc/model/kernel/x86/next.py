"""The next kernel on x86: the order of its boot. It takes interrupts before it sets up its local APIC."""

from __future__ import annotations

from kexecdoc.model.death import Death
from kexecdoc.model.kernel.boot import (
    DRIVERS,
    ENUMERATION,
    INITRAMFS,
    LATE,
    MEMORY,
    USERSPACE,
    banner,
    others,
    say_handover,
    say_how_many_are_up,
)
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.kernel.x86 import vtd
from kexecdoc.model.kernel.x86.apics import NUMBERS, chips, clear_io_apic, messages
from kexecdoc.model.scales import BOOT_ENABLE, BOOT_INTERRUPTS, BOOT_SMP, CPUS, EARLY_BOOT, EARLY_TO_ITS, FRAME

LINEAR_MAP = 0xFFFF_8880_0000_0000
WRITE_FAULT = 0x0002


class X86Next(NextKernel):
    """The next kernel, with local APICs, an I/O APIC and VT-d."""

    NUMBERS = NUMBERS

    def path(self) -> tuple[Step, ...]:
        """Return the steps from the entry on. ACPI finds the bus before the initramfs is unpacked. [src: x86-boot]"""
        return (SETUP, MEMORY, ENABLE, APIC, SMP, ENUMERATION, INITRAMFS, IOMMU, DRIVERS, LATE, USERSPACE)

    def die_of_text(self, wrong: int, cause: str | None) -> None:
        """Print the oops of an invalid opcode."""
        self.say("x86.undefined", 1, cause=cause)
        first = self.memory.wrong_bytes(wrong)[0]
        code = self.memory.load(self.memory.address(wrong) + max(0, first - 8), 16)
        words = [f"{byte:02x}" for byte in code]
        words[min(8, first)] = f"<{words[min(8, first)]}>"
        self.say("oops.code", " ".join(words), cause=cause)

    def die_of_tables(self, wrong: int, cause: str | None) -> None:
        """Print the oops of a page fault."""
        self.say("x86.fault", LINEAR_MAP + wrong * FRAME, cause=cause)
        self.say("x86.oops", WRITE_FAULT, 1, cause=cause)

    def abort(self, cause: str) -> None:
        """Die of a system error. [src: x86-serr]"""
        self.say("x86.serr", 0xA1, 0, cause=cause)
        self.panic("NMI: Not continuing", Death.REFUSED_WRITE, cause)

    def attach_iommu(self, function: str) -> None:
        """Attach a function that a capture kernel had left in its old domain."""
        unit = chips(self).iommu
        if unit.present and self.handover.capture and self.has("4.2"):
            self.attach(function)

    def set_up_messages(self, function: str) -> list[tuple[int, int]]:
        """Hand out vectors on the CPUs that are online."""
        return messages(function, sum(cpu.online for cpu in self.computer.cpus))


def setup_arch(new: X86Next) -> Process:
    """Begin to boot. [src: x86-boot]"""
    banner(new)
    yield from new.pause(EARLY_BOOT)
    say_handover(new)


def enable_interrupts(new: X86Next) -> Process:
    """Enable interrupts, before the local APIC is set up. [src: x86-boot]"""
    yield from new.pause(EARLY_TO_ITS)
    new.interrupts.attach()
    new.computer.cpus[0].set_interrupts("on", new.id("irq-enable"), new.cause)
    yield from new.pause(BOOT_ENABLE)


def set_up_apics(new: X86Next) -> Process:
    """Set up the local APIC, then clear the I/O APIC, which the old kernel has masked already.

    Kernels up to 6.12 drain what is requested and what is in service; 7.3 only acknowledges what is in service.
    [src: x86-boot, x86-io-apic]
    """
    yield from new.pause(BOOT_INTERRUPTS // 2)
    new.say("apic.symmetric")
    vtd.set_up_remapping(new)
    if not new.has("7.3"):
        chips(new).apics[0].drain(new.id("lapic-drain"), new.cause)
    clear_io_apic(new)
    new.log.record(new.id("apics"), "register", new.cause, {"apics/programmed-by": new.name})
    yield from new.pause(BOOT_INTERRUPTS // 2)


def bring_up_cpus(new: X86Next) -> Process:
    """Bring up the other CPUs one by one; a capture kernel leaves them alone. [src: smp-init]"""
    new.init_runs = True
    new.say("smp.bringing")
    for cpu in others(new):
        yield from new.pause(BOOT_SMP // (CPUS - 1))
        apic = chips(new).apics[cpu.number]
        apic.drain(new.id("lapic-drain"), new.cause)
        apic.set_enabled(True, new.id("lapic-on"), new.cause)
        cpu.set_online(True, new.id("cpu-on"), new.cause)
    say_how_many_are_up(new)


SETUP = Step("next/setup_arch", setup_arch, "x86-boot")
ENABLE = Step("next/interrupts-on", enable_interrupts, "x86-boot")
APIC = Step("next/interrupt-controller", set_up_apics, "x86-boot")
SMP = Step("next/cpus", bring_up_cpus, "smp-init")
IOMMU = Step("next/iommu", vtd.set_up_vtd, "vtd-boot")
