"""The steps of a boot that are the same on every architecture."""

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
POOL_RUN = 16  # frames in a block of the page allocator
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
"""The release of each version that was read."""


def banner(new: NextKernel) -> None:
    """Print the banner."""
    new.say("boot.banner", f"{RELEASES[new.scenario.kernel]} (the model's next kernel)")


def say_handover(new: NextKernel) -> None:
    """Print that memory was handed over, if it was. [src: kho]"""
    if new.scenario.handover == "kho" and new.scenario.path == "kexec":
        new.say("kho.from", f"{RELEASES[new.scenario.kernel]} (the model's old kernel)", 1)


def others(new: NextKernel) -> list[Cpu]:
    """Return the CPUs to bring up after the first. A capture kernel brings up none."""
    return [] if new.handover.capture else new.computer.cpus[1:]


def say_how_many_are_up(new: NextKernel) -> None:
    """Print how many CPUs are up. [src: smp-init]"""
    up = sum(cpu.online for cpu in new.computer.cpus)
    new.say("smp.brought", 1, "", up, "s" if up > 1 else "")


def set_up_memory(new: NextKernel) -> Process:
    """Take all memory that is not reserved, and make the early allocations in it.

    They are made and written before the interrupt controller is quiet. [src: init-main, its-quiesce] They may lie on
    the old pending tables. In this model they never lie on the old property table: this kernel would then find the
    table in memory that it reserved for itself, and take it for one that was kept. The switch ``image-placement``
    shows that case.
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
    """Find the functions and disable their MSIs. [src: pci-msi-init]"""
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
    """Start a thread that unpacks the initramfs, before buses and drivers. [src: initramfs]"""
    new.say("initramfs.unpack")
    new.unpacked = new.computer.env.process(_unpack(new))
    yield from new.pause(BOOT_ROOTFS)


def _unpack(new: NextKernel) -> Process:
    """Read the archive, then free it. If its bytes are wrong, the boot continues for now."""
    archive = new.use("next-initramfs")
    if archive.wrong:
        new.say("initramfs.failed", "invalid magic at start of compressed archive", cause=archive.event)
    yield from new.pause(UNPACK)
    freed = new.memory.give(new.memory.ranges_of("next-initramfs"), "next-free")
    new.log.record(new.id("free-initramfs"), "own", archive.event, freed)
    new.say("initramfs.freed", INITRAMFS_FRAMES * FRAME // 1024)
    return archive


def probe_drivers(new: NextKernel) -> Process:
    """Probe the devices in the order of registration. Drivers of other devices take time in between."""
    waited = 0
    for driver in new.drivers:
        if driver.probes_at > waited:
            yield from new.pause(driver.probes_at - waited)
            waited = driver.probes_at
        yield from driver.probe(new)


def late_initcalls(new: NextKernel) -> Process:
    """Run the late initcalls, then wait for the archive: without it there is no root. [src: init-main, mount-root]"""
    yield from new.pause(BOOT_LATE)
    archive: Findings = yield new.unpacked
    if archive.wrong:
        new.panic("VFS: Unable to mount root fs on unknown-block(0,0)", Death.WRONG_INITRAMFS, archive.event)


def _half_of(free: bytearray, draws: Draws) -> list[tuple[int, int]]:
    """Return half of the frames in a mask as ranges (first frame, count), taken in random blocks."""
    wanted, taken = sum(free) // 2, bytearray(FRAMES)
    for block in draws.stream("layout/pool").order(FRAMES // POOL_RUN):
        for frame in range(block * POOL_RUN, (block + 1) * POOL_RUN):
            if free[frame] and wanted:
                taken[frame] = 1
                wanted -= 1
    return list(ranges_in(taken))


def userspace(new: NextKernel) -> Process:
    """Run init. It allocates, clears and uses half of the free pool; then time passes."""
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
    yield new.computer.env.timeout(AFTER_USERSPACE)  # by the clock: stolen CPU time does not prolong it
    new.use("next-data")
    new.use("preserved")


MEMORY = Step("next/memory", set_up_memory, "init-main")
ENUMERATION = Step("next/enumeration", enumerate_bus, "pci-enumeration")
INITRAMFS = Step("next/initramfs", start_unpacking, "initramfs")
DRIVERS = Step("next/drivers", probe_drivers, "nvme")
LATE = Step("next/late-initcalls", late_initcalls, "init-main")
USERSPACE = Step("next/userspace", userspace, "init-main")
