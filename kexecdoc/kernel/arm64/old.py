"""The old kernel on arm64: its LPI tables, and how it leaves."""

from __future__ import annotations

from kexecdoc.kernel.arm64.lpis import DISABLED, ENABLED, INTIDS, chips, configure, route
from kexecdoc.kernel.handed import Handed
from kexecdoc.kernel.kernel import Process, Step
from kexecdoc.kernel.old import OldKernel
from kexecdoc.log import frames_path
from kexecdoc.machine.gic import TABLE_FRAMES
from kexecdoc.scales import BOOT_TABLES_APART, CPU_DOWN, ITS_TABLE_FRAMES, MASKED_BEFORE_STUB, SHORT_STEP


class Arm64Old(OldKernel):
    """The old kernel, with a GICv3 and an SMMUv3."""

    property_table = 0  # physical address

    def set_up_controllers(self) -> None:
        """Allocate tables, enable the ITS and LPIs, and reserve the tables where EFI can carry that.

        The property table and the boot CPU's pending table come from a fresh allocator, and so lie near each
        other. [src: its-probe, its-cpu-init, its-reserve, consoles]
        """
        gic, memory, start = chips(self), self.memory, self.log.start
        self.place("its", ITS_TABLE_FRAMES, "its-table")
        span = BOOT_TABLES_APART + TABLE_FRAMES
        first = memory.place(self.draws, "old-lpi-boot-cpu", span, TABLE_FRAMES, memory.usable("old"))
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
        for intids in INTIDS.values():
            for intid in intids:
                configure(self, self.property_table, intid, ENABLED)
        gic.its.enabled, gic.its.programmed_by = True, self.name
        start |= {"its": "enabled", "its/programmed-by": self.name}
        if self.scenario.firmware == "efi" and self.scenario.lpi_policy == "reuse":
            self.handed = Handed(kept=frozenset(memory.owned_by("lpi-table")))
            start |= {frames_path(first, count, "kept"): True for first, count in memory.runs_of("lpi-table")}

    def route_interrupts(self) -> None:
        """Route every function's vectors, and tell the functions what to write."""
        for function, intids in INTIDS.items():
            self.log.start |= route(self, function)
            messages = [(self.doorbell, event_id) for event_id in range(len(intids))]
            self.program_messages(function, messages)
        for intid in INTIDS["eth0"]:
            self.interrupts.request(intid, self.computer.nic.post)

    def free_disk_interrupts(self) -> None:
        """Disable the disk's LPIs, as freeing them does."""
        for intid in INTIDS["nvme0"]:
            configure(self, self.property_table, intid, DISABLED)

    def shut_down_iommu(self) -> None:
        """Let the SMMU's own shutdown callback disable it. [src: smmu-shutdown]"""
        smmu = chips(self).iommu
        if smmu.present:
            smmu.set_enabled(False, self.id("smmu-shutdown"), self.cause)


def machine_shutdown(old: OldKernel) -> Process:
    """Take the other CPUs offline; each one's interrupts move to CPU 0, and nobody masks them.

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
    """Say good-bye, mask interrupts on the last CPU, and leave. [src: arm64-machine-kexec]"""
    old.say("kexec.bye")
    yield from old.pause(SHORT_STEP)
    old.computer.cpus[0].set_interrupts("masked", old.id("daif-mask"), old.cause)
    yield from old.pause(MASKED_BEFORE_STUB)


Arm64Old.MACHINE_SHUTDOWN = (Step("old/machine_shutdown", machine_shutdown, "arm64-machine-shutdown"),)
Arm64Old.MACHINE_KEXEC = (Step("old/machine_kexec", machine_kexec, "arm64-machine-kexec"),)
