"""The next kernel on arm64: the order of its boot, and what it does with live LPI tables."""

from __future__ import annotations

from kexecdoc.model.death import Death
from kexecdoc.model.kernel.arm64 import smmu
from kexecdoc.model.kernel.arm64.lpis import DISABLED, ENABLED, INTIDS, chips, configure, route
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
from kexecdoc.model.machine.gic import FIRST_LPI, ITS_BASE, TABLE_BYTES, TABLE_FRAMES, Redistributor
from kexecdoc.model.scales import (
    BOOT_ENABLE,
    BOOT_INTERRUPTS,
    BOOT_SMP,
    CPUS,
    EARLY_BOOT,
    EARLY_TO_ITS,
    FRAME,
    ITS_TABLE_FRAMES,
)

RESERVED = ("next-text", "next-data", "next-initramfs", "next-tables")
"""The owners of what this kernel reserves for itself before its allocator is up: image and early allocations."""

MIDR = 0x411F_D070
EFI_MEMRESERVE = 0x4023_3F98
UNDEFINED_INSTRUCTION, TRANSLATION_FAULT = 0x0200_0000, 0x9600_0004  # ESR_EL1 [src: arm64-traps]
LINEAR_MAP = 0xFFFF_0000_0000_0000


class Arm64Next(NextKernel):
    """The next kernel, with a GICv3 and an SMMUv3."""

    NUMBERS = INTIDS
    reuses = False  # whether the old kernel's LPI tables are kept
    property_table = 0  # physical address of the one that it uses

    def path(self) -> tuple[Step, ...]:
        """Return the steps from the entry on.

        ACPI finds the host bridge in a subsys initcall, before the initramfs is unpacked; the device tree's is
        a platform device, whose driver probes in a device initcall, after that. [src: init-main,
        pci-enumeration, consoles]
        """
        acpi = self.scenario.firmware == "efi"
        bus = (ENUMERATION, INITRAMFS) if acpi else (INITRAMFS, ENUMERATION)
        return (SETUP, MEMORY, INTERRUPTS, ENABLE, SMP, *bus, IOMMU, DRIVERS, LATE, USERSPACE)

    def off_limits(self) -> range:
        """Return the old property table: see `kexecdoc.model.kernel.boot.set_up_memory`."""
        first = self.memory.frame(chips(self).redistributors[0].property_table)
        return range(0) if first is None else range(first, first + TABLE_FRAMES)

    def die_of_text(self, wrong: int, cause: str | None) -> None:
        """Print the oops of an undefined instruction."""
        self.say("oops.undefined", UNDEFINED_INSTRUCTION, 1, cause=cause)
        self.say("oops.code", self._code(wrong), cause=cause)

    def _code(self, frame: int) -> str:
        """Return the code line of an oops: the undefined instruction, after the four before it.

        The model does not follow the CPU through the frame. It takes the middle one of the wrong instructions.
        [src: arm64-traps]
        """
        wrong = self.memory.wrong_bytes(frame)
        address = self.memory.address(frame) + wrong[len(wrong) // 2] // 4 * 4
        words = [int.from_bytes(self.memory.load(address + 4 * n, 4), "little") for n in range(-4, 1)]
        return " ".join(f"{word:08x}" for word in words[:4]) + f" ({words[4]:08x}) "

    def die_of_tables(self, wrong: int, cause: str | None) -> None:
        """Print the oops of a translation fault."""
        self.say("oops.fault", LINEAR_MAP + wrong * FRAME, cause=cause)
        self.say("oops.internal", TRANSLATION_FAULT, 1, cause=cause)

    def attach_iommu(self, function: str) -> None:
        """Attach a function at its driver's probe, unless the SMMU's own probe has. [src: smmu-attach]"""
        if chips(self).iommu.present and not self.has("7.3"):
            self.attach(function)

    def abort(self, cause: str) -> None:
        """Die of an SError. [src: arm64-serror]"""
        self.say("arm64.serror", 0, 0xBE00_0000, cause=cause)
        self.panic("Asynchronous SError Interrupt", Death.REFUSED_WRITE, cause)

    def set_up_messages(self, function: str) -> list[tuple[int, int]]:
        """Map a function's vectors in the ITS and enable their LPIs."""
        doorbell = smmu.map_doorbell(self, function)
        routes = route(self, function)
        for intid in INTIDS[function]:
            configure(self, self.property_table, intid, ENABLED)
        self.log.record(self.id(f"{function}-vectors"), "register", self.cause, routes)
        if 0 not in chips(self).its.collections:
            self.say("warn.cut")  # [src: its-valid-col]
            line = 416 if self.has("7.3") else 320
            self.say("warn.valid-col", line=line, offset="0x1c/0x2c", cpu=0, task="kworker/u2:1", pid=23)
        return [(doorbell, event_id) for event_id in range(len(INTIDS[function]))]


def setup_arch(new: Arm64Next) -> Process:
    """Learn from the firmware's tables which memory is reserved. [src: arm64-setup, efi-memreserve]"""
    new.say("boot.cpu", 0, MIDR)
    banner(new)
    if new.scenario.firmware == "efi":
        new.say("efi.version", major=2, minor=7, hundredths=70, vendor="EDK II")
        new.say("efi.tables", EFI_MEMRESERVE)
    else:
        new.say("efi.none")
    yield from new.pause(EARLY_BOOT)
    say_handover(new)


def set_up_interrupt_controller(new: Arm64Next) -> Process:
    """Quiesce the ITS, give it new tables, then set up the redistributor of CPU 0.

    [src: its-quiesce, its-probe, lpi-allocate, commit-quiesce-its]
    """
    yield from new.pause(EARLY_TO_ITS)
    gic = chips(new)
    gic.its.quiesce(new.id("its-quiesce"), new.cause)
    gic.line.clear(new.id("mask-spis"), new.cause)  # [src: gic-boot]
    yield from new.pause(BOOT_INTERRUPTS // 2)
    new.say("gic.features", ppis=16, range="", rss="")
    new.say("gic.redistributor", 0, 0, 0, _redistributor_frame(0))
    new.say("its.found", ITS_BASE, ITS_BASE + 0x1FFFF)
    first = new.allocate("its", ITS_TABLE_FRAMES, "its-table", new.memory.zero)
    tables = new.memory.address(first)
    new.say("its.allocated", ITS_BASE, 8192, "Devices", tables, "indirect", 8, 64, 1)
    new.say("its.allocated", ITS_BASE, 8192, "Interrupt Collections", tables + TABLE_BYTES, "flat", 8, 64, 1)
    gic.its.enable(new.name, new.id("its-enable"), new.cause)
    _allocate_lpi_tables(new)
    yield from new.pause(BOOT_INTERRUPTS // 2)
    _set_up_lpis(new, gic.redistributors[0])


def _redistributor_frame(cpu: int) -> int:
    return 0x080A_0000 + cpu * 0x2_0000


def _allocate_lpi_tables(new: Arm64Next) -> None:
    """Keep the live property table if its memory is reserved; otherwise allocate a new one.

    [src: lpi-allocate]
    """
    redistributors = chips(new).redistributors
    found = redistributors[0]
    live = found.enable_lpis and new.scenario.lpi_policy == "reuse"
    new.reuses = live and _reserved(new, found.property_table)
    if new.reuses:
        new.say("lpi.preallocated")
        new.property_table = found.property_table
    else:
        new.property_table = _fresh_table(new, "lpi-property")
    new.memory.store(new.property_table, bytes([DISABLED]) * TABLE_BYTES)
    table = new.memory.frame(new.property_table)
    assert table is not None
    event = new.id("reset-property-table")
    new.log.record(event, "store", new.cause, new.memory.wrote([(table, TABLE_FRAMES)], event))
    for redistributor in redistributors:
        for intid in range(FIRST_LPI, FIRST_LPI + 16):
            redistributor.invalidate(intid, new.property_table, new.cause)
    new.say("lpi.property-table", new.property_table)


def _reserved(new: Arm64Next, table: int) -> bool:
    """Return whether a table lies in reserved memory, and print a complaint if it does not.

    A capture kernel does not check, since nothing else uses memory outside its own. Memory may be reserved because
    it is on the old kernel's list, or because this kernel's image was loaded there. In the second case the image has
    overwritten the table, and the kernel cannot tell. [src: lpi-allocate, observations]
    """
    first = new.memory.frame(table)
    assert first is not None
    frames = range(first, first + TABLE_FRAMES)
    if new.handover.capture or all(f in new.handover.kept or new.memory.owner(f) in RESERVED for f in frames):
        return True
    new.say("lpi.expected-reserved", table, table + TABLE_BYTES - 1)
    return False


def _fresh_table(new: Arm64Next, stream: str) -> int:
    """Allocate a table of 64 KiB, all zero; return its physical address."""
    return new.memory.address(new.allocate(stream, TABLE_FRAMES, "lpi-table", new.memory.zero))


def _set_up_lpis(new: Arm64Next, redistributor: Redistributor) -> None:
    """Set up one CPU's redistributor: adopt its tables, or disable and reprogram it, or give up.

    [src: its-cpu-init, redist-disable-lpis]
    """
    cpu = redistributor.cpu.number
    if new.reuses:
        redistributor.adopt(new.name)
        _log_registers(new, redistributor)
        new.say("lpi.pending-table", cpu, "reserved", redistributor.pending_table)
    else:
        if redistributor.enable_lpis and new.scenario.lpi_policy != "naive":
            new.say("lpi.booted-enabled", cpu)
        stuck = redistributor.set_enable(False, new.cause)
        _log_registers(new, redistributor)
        if stuck and new.scenario.lpi_policy != "naive":
            new.say("lpi.failed", cpu)
            return  # the caller ignores this error; the collection is never mapped
        pending = _fresh_table(new, f"lpi-pending-{cpu}")
        redistributor.set_tables(new.property_table, pending, new.name)
        redistributor.set_enable(True)
        _log_registers(new, redistributor)
        new.say("lpi.pending-table", cpu, "allocated", pending)
    chips(new).its.collections[cpu] = redistributor  # MAPC


def _log_registers(new: Arm64Next, redistributor: Redistributor) -> None:
    new.log.record(new.id(redistributor.name), "register", new.cause, redistributor.registers())


def enable_interrupts(new: Arm64Next) -> Process:
    """Enable interrupts. [src: init-main]"""
    yield from new.pause(BOOT_ENABLE)
    new.interrupts.attach()
    new.computer.cpus[0].set_interrupts("on", new.id("irq-enable"), new.cause)
    if new.scenario.firmware == "devicetree":
        new.say("efi.no-services")


def bring_up_cpus(new: Arm64Next) -> Process:
    """Bring up the other CPUs one by one, each with its redistributor. A capture kernel leaves them alone.

    [src: smp-init, gic-boot]
    """
    new.init_runs = True
    new.say("smp.bringing")
    for cpu in others(new):
        yield from new.pause(BOOT_SMP // (CPUS - 1))
        new.say("gic.redistributor", cpu.number, cpu.number, 0, _redistributor_frame(cpu.number))
        _set_up_lpis(new, chips(new).redistributors[cpu.number])
        cpu.set_online(True, new.id("cpu-on"), new.cause)
        new.say("smp.booted", cpu.number, cpu.number, MIDR)
    say_how_many_are_up(new)


SETUP = Step("next/setup_arch", setup_arch, "arm64-setup")
INTERRUPTS = Step("next/interrupt-controller", set_up_interrupt_controller, "its-probe")
ENABLE = Step("next/interrupts-on", enable_interrupts, "init-main")
SMP = Step("next/cpus", bring_up_cpus, "smp-init")
IOMMU = Step("next/iommu", smmu.set_up_smmu, "smmu-reset")
