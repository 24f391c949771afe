"""The steps of a boot that are the same on every machine: memory, the bus, the initramfs, userspace."""

from __future__ import annotations

from kexecdoc.model.death import Death
from kexecdoc.model.draws import Draws
from kexecdoc.model.kernel.kernel import Findings
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.machine.cpu import Cpu
from kexecdoc.model.machine.memory import ranges_in
from kexecdoc.model.scales import (
    AFTER_USERSPACE,
    BOOT_ENUMERATION,
    BOOT_LATE,
    BOOT_MEMORY,
    BOOT_ROOTFS,
    FRAME,
    FRAMES,
    INITRAMFS_FRAMES,
    TABLE_FRAMES,
    UNPACK,
)

EARLY_ALLOCATIONS = (
    ("page-tables", TABLE_FRAMES // 4),
    ("page-metadata", TABLE_FRAMES // 2),
    ("per-cpu", TABLE_FRAMES // 4),
)
POOL_RUN = 16  # frames in one of the allocator's blocks at userspace
RELEASES = {
    "7.3": "7.3.4",
    "6.12": "6.12.117",
    "6.1": "6.1.192",
    "5.10": "5.10.223",
    "4.20": "4.20.0",
    "4.18": "4.18.0",
    "4.17": "4.17.0",
    "4.12": "4.12.0",
    "3.13": "3.13.10",
    "3.4": "3.4.2",
}
"""Which release of each version was read."""


def banner(new: NextKernel) -> None:
    """Say which kernel this is."""
    new.say("boot.banner", f"{RELEASES[new.scenario.kernel]} (the model's next kernel)")


def say_handover(new: NextKernel) -> None:
    """Say that memory was handed over, if it was. [src: kho]"""
    if new.scenario.handover == "kho" and new.scenario.path == "kexec":
        new.say("kho.from", f"{RELEASES[new.scenario.kernel]} (the model's old kernel)", 1)


def others(new: NextKernel) -> list[Cpu]:
    """Return the CPUs to bring up beside the first: a capture kernel leaves them alone."""
    return [] if new.handover.capture else new.computer.cpus[1:]


def say_how_many_are_up(new: NextKernel) -> None:
    """Say so, at the end of bringing CPUs up. [src: smp-init]"""
    up = sum(cpu.online for cpu in new.computer.cpus)
    new.say("smp.brought", 1, "", up, "s" if up > 1 else "")


def set_up_memory(new: NextKernel) -> Process:
    """Take all memory that nobody reserved, and make the early allocations in it.

    They are made, and written, before the interrupt controller is quiet. [src: init-main, its-quiesce] They may
    lie on the old pending tables, and here never on the property table: memory that this kernel has reserved
    for itself would make it take that for a table that was kept. The switch ``image-placement`` shows it.
    """
    yield from new.pause(BOOT_MEMORY)

    def fill(first: int, count: int) -> None:
        new.memory.fill(first, count, "early")

    for stream, count in EARLY_ALLOCATIONS:
        new.allocate(stream, count, "next-tables", fill, early=True)
    pool = new.memory.give(
        ranges_in(new.handover.within(new.memory.usable(*new.handover.free), early=False)), "next-free"
    )
    new.log.record(new.id("free-pool"), "own", new.cause, pool)


def enumerate_bus(new: NextKernel) -> Process:
    """Find the functions and switch their MSIs off, whatever they were. [src: pci-msi-init]"""
    yield from new.pause(BOOT_ENUMERATION)
    for function in new.computer.bus.functions.values():
        identity = function.identity
        kind = "PCIe Root Port" if identity.header else "PCIe Endpoint"
        new.say(
            "pci.function",
            bdf=function.bdf,
            vendor=identity.vendor,
            device=identity.device,
            header=identity.header,
            class_code=identity.class_code,
            kind=kind,
        )
    for function in new.computer.bus.functions.values():
        if function.msi is not None and function.msi.msi != "disabled":
            function.msi.disable_msi(new.id(f"{function.name}-msi-off"), new.cause)


def start_unpacking(new: NextKernel) -> Process:
    """Start to unpack the initramfs on a thread of its own, before buses and drivers. [src: initramfs]"""
    new.say("initramfs.unpack")
    new.unpacked = new.computer.env.process(_unpack(new))
    yield from new.pause(BOOT_ROOTFS)


def _unpack(new: NextKernel) -> Process:
    """Read the archive; in the end free it. If it is not what was loaded, the boot goes on for now."""
    archive = new.use("next-initramfs")
    if archive.wrong:
        new.say("initramfs.failed", "invalid magic at start of compressed archive", cause=archive.event)
    yield from new.pause(UNPACK)
    freed = new.memory.give(new.memory.ranges_of("next-initramfs"), "next-free")
    new.log.record(new.id("free-initramfs"), "own", archive.event, freed)
    new.say("initramfs.freed", INITRAMFS_FRAMES * FRAME // 1024)
    return archive


def probe_drivers(new: NextKernel) -> Process:
    """Probe the devices in the order of their registration, amid the work of drivers that this machine does without."""
    waited = 0
    for driver in new.drivers:
        if driver.probes_at > waited:
            yield from new.pause(driver.probes_at - waited)
            waited = driver.probes_at
        yield from driver.probe(new)


def late_initcalls(new: NextKernel) -> Process:
    """Run what is left, then wait for the archive: without it there is no root. [src: init-main, mount-root]"""
    yield from new.pause(BOOT_LATE)
    archive: Findings = yield new.unpacked
    if archive.wrong:
        new.panic("VFS: Unable to mount root fs on unknown-block(0,0)", Death.WRONG_INITRAMFS, archive.event)


def _half_of(free: bytearray, draws: Draws) -> list[tuple[int, int]]:
    """Return half of the frames in a mask as ranges (first frame, count), taken in blocks drawn by lot."""
    wanted, taken = sum(free) // 2, bytearray(FRAMES)
    for block in sorted(range(FRAMES // POOL_RUN), key=lambda block: draws.below(2**32, "layout/pool", block)):
        for frame in range(block * POOL_RUN, (block + 1) * POOL_RUN):
            if free[frame] and wanted:
                taken[frame] = 1
                wanted -= 1
    return list(ranges_in(taken))


def userspace(new: NextKernel) -> Process:
    """Run init: half of the free pool is allocated, cleared and used. Then time passes."""
    memory = new.memory
    new.say("init.run", "/init")
    ranges = _half_of(memory.usable("next-free"), new.draws)
    for first, count in ranges:  # a kernel clears them first, which leaves no trace once they are filled
        memory.fill(first, count, "userspace")
    event = new.id("allocate-userspace")
    owners = {**memory.give(ranges, "next-data"), **memory.wrote(ranges, event)}
    new.log.record(event, "run", new.cause, {"running": "userspace", **owners})
    new.use("next-data")
    new.use("preserved")
    yield new.computer.env.timeout(AFTER_USERSPACE)  # watched by the clock, whatever steals the CPU's time
    new.use("next-data")
    new.use("preserved")


MEMORY = Step("next/memory", set_up_memory, "init-main")
ENUMERATION = Step("next/enumeration", enumerate_bus, "pci-enumeration")
INITRAMFS = Step("next/initramfs", start_unpacking, "initramfs")
DRIVERS = Step("next/drivers", probe_drivers, "nvme")
LATE = Step("next/late-initcalls", late_initcalls, "init-main")
USERSPACE = Step("next/userspace", userspace, "init-main")
