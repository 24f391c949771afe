"""The old kernel on x86: its APICs, and its way out."""

from __future__ import annotations

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.kernel.crash import Lock, Object, stop_cpus
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.kernel.x86.apics import NUMBERS, chips, clear_io_apic, messages, shut_down_local_apic
from kexecdoc.model.scales import CPU_STOP, CPUS, MASKED_BEFORE_STUB, PANIC_STEP, SHORT_STEP, S


def _stop_others(old: OldKernel) -> None:
    """Take the other CPUs and their local APICs down. Interrupts sent to them are lost."""
    for cpu, apic in zip(old.computer.cpus[1:], chips(old).apics[1:], strict=True):
        if cpu.online:
            cpu.set_online(False, old.id("cpu-stop"), old.cause)
        apic.set_enabled(False, old.id("lapic-off"), old.cause)


def machine_shutdown(old: OldKernel) -> Process:
    """Clear the I/O APIC, stop the other CPUs, shut down the local APIC, and last disable DMA remapping.

    The I/O APIC comes first because of an erratum of one Atom. Interrupt remapping stays on.
    [src: x86-shutdown, vtd-shutdown, vtd-remapping]
    """
    if old.scenario.path == "kexec":
        old.say("kexec.starting")
    else:
        old.say("reboot.machine")
    clear_io_apic(old)
    yield from old.pause(CPU_STOP)
    old.computer.cpus[0].set_interrupts("masked", old.id("irq-disable"), old.cause)
    _stop_others(old)
    yield from old.pause(SHORT_STEP)
    shut_down_local_apic(old)
    iommu = chips(old).iommu
    if iommu.present:
        iommu.set_enabled(False, old.id("vtd-shutdown"), old.cause)


def machine_kexec(old: OldKernel) -> Process:
    """Switch to the identity mapping and jump. [src: x86-machine-kexec]"""
    yield from old.pause(MASKED_BEFORE_STUB)


def crash_stop_cpus(old: OldKernel) -> Process:
    """Stop the other CPUs by NMI, and wait a second at most. Each disables its local APIC. [src: x86-crash]"""
    yield from stop_cpus(old, 1 * S)
    _stop_others(old)


def crash_shutdown(old: OldKernel) -> Process:
    """Clear the I/O APIC, breaking its lock if it is held, then shut down the local APIC. [src: x86-crash]"""
    yield from old.pause(PANIC_STEP)
    clear_io_apic(old)
    shut_down_local_apic(old)


def _try(method: str) -> Step:
    """Return the step that tries one method to reset the machine."""

    def attempt(old: OldKernel) -> Process:
        yield from old.pause(SHORT_STEP)

    return Step(f"old/restart-{method}", attempt, "x86-reboot")


ACPI, KEYBOARD, EFI, BIOS = map(_try, ("acpi", "keyboard", "efi", "bios"))
"""The methods, in the order in which they are tried unless one is forced. [src: x86-reboot]"""


def restart_methods(reset: str) -> tuple[Step, ...]:
    """Return the methods that are tried: the first works, or all fail but the last, which enters the firmware."""
    return (ACPI,) if reset == "full" else (ACPI, KEYBOARD, ACPI, KEYBOARD, EFI, BIOS)


class X86Old(OldKernel):
    """The old kernel, with local APICs, an I/O APIC and VT-d."""

    NUMBERS = NUMBERS

    MACHINE_SHUTDOWN = (Step("old/machine_shutdown", machine_shutdown, "x86-shutdown"),)
    MACHINE_KEXEC = (Step("old/machine_kexec", machine_kexec, "x86-machine-kexec"),)
    MACHINE_RESTART = MACHINE_SHUTDOWN
    CRASH_SHUTDOWN = (
        Step("old/crash_stop_cpus", crash_stop_cpus, "x86-crash", touches=(Lock("NMI handlers", limit=1 * S),)),
        Step("old/crash_shutdown", crash_shutdown, "x86-crash"),
    )
    CRASH_KEXEC = (Step("old/machine_kexec", machine_kexec, "x86-machine-kexec", touches=(Object("crash image"),)),)

    def set_up_controllers(self) -> None:
        """Do nothing: these controllers have no tables in memory."""

    def doorbell_page(self) -> int | None:
        """Return None: the window for messages is not translated. [src: msi-window]"""
        return None

    def messages(self, function: str) -> list[tuple[int, int]]:
        """Hand out vectors."""
        return messages(function, CPUS)

    def free_interrupts(self, function: str) -> None:
        """Do nothing: freeing vectors changes nothing in a controller."""

    def shut_down_iommu(self) -> None:
        """Do nothing: machine_shutdown() disables VT-d later. [src: vtd-shutdown]"""

    def mask_at_controller(self) -> None:
        """Mask every pin of the I/O APIC. A local APIC has no mask for a vector. [src: x86-io-apic]"""
        chips(self).line.set_mask(True, self.id("line-mask"), self.cause)

    def abort(self, cause: str) -> None:
        """Panic because of a system error. The crossing ends here: the machine hangs. [src: x86-serr]"""
        self.say("x86.serr", 0xA1, 0, cause=cause)
        self.say("panic", "NMI: Not continuing", cause=cause)
        raise MachineDead("hung", Death.REFUSED_WRITE, cause)
