"""The old kernel on arm64: its LPI tables, and its way out."""

from __future__ import annotations

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.kernel.arm64.lpis import DISABLED, ENABLED, INTIDS, chips, configure, configure_all, route
from kexecdoc.model.kernel.crash import Lock, Object, stop_cpus
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.machine.gic import TABLE_FRAMES
from kexecdoc.model.scales import (
    BOOT_TABLES_APART,
    CPU_DOWN,
    CPU_STOP,
    ITS_TABLE_FRAMES,
    MASKED_BEFORE_STUB,
    MS,
    PANIC_STEP,
    SHORT_STEP,
    S,
)


def machine_shutdown(old: OldKernel) -> Process:
    """Take the other CPUs offline. Their interrupts move to CPU 0, unmasked.

    [src: arm64-machine-shutdown, irq-migrate, its-set-affinity]
    """
    old.say("kexec.starting")
    its = chips(old).its
    for cpu in old.computer.cpus[1:]:
        yield from old.pause(CPU_DOWN)
        moved: dict[str, object] = {}
        for (requester, event_id), entry in list(its.routes.items()):
            if entry.collection == cpu.number:
                moved |= its.map_device(requester, event_id, entry.intid, 0)
        old.log.record(old.id("movi"), "register", old.cause, moved)
        cpu.set_online(False, old.id("cpu-off"), old.cause)
        old.say("psci.killed", cpu.number, 0)


def machine_kexec(old: OldKernel) -> Process:
    """Mask interrupts on the last CPU, then jump. [src: arm64-machine-kexec]"""
    old.say("kexec.bye")
    yield from old.pause(SHORT_STEP)
    old.computer.cpus[0].set_interrupts("masked", old.id("daif-mask"), old.cause)
    yield from old.pause(MASKED_BEFORE_STUB)


def machine_restart(old: OldKernel) -> Process:
    """Stop the other CPUs, whose interrupts move nowhere, and ask firmware to reset. [src: arm64-machine-kexec]"""
    yield from old.pause(CPU_STOP)
    old.computer.cpus[0].set_interrupts("masked", old.id("daif-mask"), old.cause)
    for cpu in old.computer.cpus[1:]:
        cpu.set_online(False, old.id("cpu-off"), old.cause)


def crash_stop_cpus(old: OldKernel) -> Process:
    """Stop the other CPUs. Wait at most a second, or slightly longer in newer kernels. [src: arm64-crash]"""
    if old.others_stopped:
        return
    old.say("crash.stopping")
    limit = 1 * S + (10 * MS if old.has("6.12") else 0) + (100 * MS if old.has("7.3") else 0)
    stuck = yield from stop_cpus(old, limit)
    if stuck:
        old.say("crash.failed", cpus=",".join(map(str, stuck)))


def mask_interrupts(old: OldKernel) -> Process:
    """End every interrupt and mask it at its chip, which for MSI-X is in the device too.

    [src: mask-interrupts, msi-own-mask]
    """
    yield from old.pause(PANIC_STEP)
    for function in old.computer.bus.functions.values():
        if function.msi is not None and function.msi.msi == "enabled":
            function.msi.mask_msi(old.id(f"{function.name}-mask-msi"), old.cause)
    configure_all(old, chips(old).redistributors[0].property_table, DISABLED)
    chips(old).line.set_mask(True, old.id("line-mask"), old.cause)
    old.say("crash.starting")


def crash_kexec(old: OldKernel) -> Process:
    """Jump. Interrupts have been masked since the panic. [src: arm64-machine-kexec]"""
    old.say("kexec.bye")
    yield from old.pause(MASKED_BEFORE_STUB)


class Arm64Old(OldKernel):
    """The old kernel, with a GICv3 and an SMMUv3."""

    NUMBERS = INTIDS
    property_table = 0  # physical address

    MACHINE_SHUTDOWN = (Step("old/machine_shutdown", machine_shutdown, "arm64-machine-shutdown"),)
    MACHINE_KEXEC = (Step("old/machine_kexec", machine_kexec, "arm64-machine-kexec"),)
    MACHINE_RESTART = (Step("old/machine_restart", machine_restart, "arm64-machine-kexec"),)
    CRASH_SHUTDOWN = (
        Step("old/crash_stop_cpus", crash_stop_cpus, "arm64-crash"),
        Step(
            "old/mask_interrupts",
            mask_interrupts,
            "mask-interrupts",
            touches=(Object("irq descriptors"), Lock("bus lock of an interrupt chip")),
        ),
    )
    CRASH_KEXEC = (Step("old/machine_kexec", crash_kexec, "arm64-machine-kexec", touches=(Object("crash image"),)),)

    def set_up_controllers(self) -> None:
        """Allocate tables, enable the ITS and LPIs, and reserve the tables where EFI can pass that on.

        The property table and the boot CPU's pending table come from a fresh allocator, and so lie close
        together. [src: its-probe, its-cpu-init, its-reserve, consoles] A capture kernel uses them as they are,
        reserved or not. [src: lpi-allocate]
        """
        gic, memory, start = chips(self), self.memory, self.log.start
        self.place("its", ITS_TABLE_FRAMES, "its-table")
        span = BOOT_TABLES_APART + TABLE_FRAMES
        usable = self.reservations.open_to_old(memory.usable("old"), "lpi-table")
        first = memory.place(self.draws, "old-lpi-boot-cpu", span, TABLE_FRAMES, usable)
        memory.give([(first, TABLE_FRAMES), (first + BOOT_TABLES_APART, TABLE_FRAMES)], "lpi-table")
        self.off_limits = range(first, first + span)
        self.property_table = memory.address(first)
        for redistributor in gic.redistributors:
            cpu = redistributor.cpu.number
            at = first + BOOT_TABLES_APART if cpu == 0 else self.place(f"lpi-pending-{cpu}", TABLE_FRAMES, "lpi-table")
            redistributor.set_tables(self.property_table, memory.address(at), self.name)
            redistributor.set_enable(True)
            gic.its.collections[cpu] = redistributor
            start |= redistributor.registers()
        configure_all(self, self.property_table, ENABLED)
        gic.its.enabled, gic.its.programmed_by = True, self.name
        start |= {"its": "enabled", "its/programmed-by": self.name}
        scenario = self.scenario
        listed = scenario.path == "kexec" and scenario.firmware == "efi"
        if scenario.lpi_policy == "reuse" and (listed or scenario.captures):
            self.kept = frozenset(memory.owned_by("lpi-table"))

    def doorbell_page(self) -> int | None:
        return chips(self).its.address

    def messages(self, function: str) -> list[tuple[int, int]]:
        """Route a function's vectors through the ITS."""
        self.log.start |= route(self, function)
        return [(self.doorbell, event_id) for event_id in range(len(INTIDS[function]))]

    def free_interrupts(self, function: str) -> None:
        """Disable a function's LPIs."""
        for intid in INTIDS[function]:
            configure(self, self.property_table, intid, DISABLED)

    def shut_down_iommu(self) -> None:
        """Let the SMMU's own shutdown callback disable it. [src: smmu-shutdown]"""
        smmu = chips(self).iommu
        if smmu.present:
            smmu.set_enabled(False, self.id("smmu-shutdown"), self.cause)

    def mask_at_controller(self) -> None:
        """Clear the enable bit of every LPI and mask the line. LPIs are still recorded. [src: gic-masked-recorded]"""
        configure_all(self, self.property_table, DISABLED)
        chips(self).line.set_mask(True, self.id("line-mask"), self.cause)

    def abort(self, cause: str) -> None:
        """Panic because of an SError. The crossing ends here: the machine hangs. [src: arm64-serror]"""
        self.say("arm64.serror", 0, 0xBE00_0000, cause=cause)
        self.say("panic", "Asynchronous SError Interrupt", cause=cause)
        raise MachineDead("hung", Death.REFUSED_WRITE, cause)
