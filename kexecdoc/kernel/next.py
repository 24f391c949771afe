"""The next kernel: it boots in memory that somebody else was using a moment ago.

It knows nothing of the old kernel but what the firmware's tables and the hardware's registers say. What
was written into its memory it finds as any kernel does: by using it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from simpy import Event

from kexecdoc.kernel.kernel import Kernel, MachineDead, Process, Reading, Step
from kexecdoc.kernel.old import DISABLED, DISK_INTIDS, ENABLED, Lpis, natural
from kexecdoc.machine.gic import FIRST_LPI, ITS_BASE, TABLE_BYTES, TABLE_FRAMES, Redistributor
from kexecdoc.machine.iommu import Domain, identity
from kexecdoc.machine.memory import runs
from kexecdoc.scales import (
    AFTER_USERSPACE,
    BOOT_DRIVERS,
    BOOT_ENABLE,
    BOOT_ENUMERATION,
    BOOT_INTERRUPTS,
    BOOT_IOMMU,
    BOOT_LATE,
    BOOT_MEMORY,
    BOOT_ROOTFS,
    BOOT_SMP,
    CPUS,
    DISK_TIMEOUT,
    EARLY_BOOT,
    EARLY_TO_ITS,
    FRAME,
    INITRAMFS_FRAMES,
    ITS_TABLE_FRAMES,
    UNPACK,
    S,
)
from kexecdoc.scales import TABLE_FRAMES as EARLY_FRAMES
from kexecdoc.scenario import Scenario

EARLY_ALLOCATIONS = (
    ("page-tables", EARLY_FRAMES // 4),
    ("page-metadata", EARLY_FRAMES // 2),
    ("per-cpu", EARLY_FRAMES // 4),
)
RESERVED = ("next-text", "next-data", "next-initramfs", "next-tables")
"""What this kernel reserves for itself before its allocator is up: its image and its early allocations."""

POOL_RUN = 16  # frames in one of the allocator's blocks at userspace
EVENTS_PRINTED = 10  # SMMU events in five seconds [src: smmu-events]
RELEASES = {"7.3": "7.3.0-rc7", "6.1": "6.1.192"}
MIDR = 0x411F_D070
EFI_MEMRESERVE = 0x4023_3F98
PCI_IDS = {"nvme0": (0x1B36, 0x0010, 0x010802), "eth0": (0x8086, 0x10D3, 0x020000)}
SMMU_BASE = 0x0905_0000  # where QEMU's virt machine has it [src: qemu-virt]
SMMU_FEATURES = 0x0001_9FFF
F_TRANSLATION = 0x10  # the id of the event, and then its second word: a write, stage 1, of an input address
WRITE_S1_INPUT = 2 << 40  # [src: smmu-events]
UNDEFINED_INSTRUCTION, TRANSLATION_FAULT = 0x0200_0000, 0x9600_0004  # ESR_EL1 [src: arm64-traps]
LINEAR_MAP = 0xFFFF_0000_0000_0000


class NextKernel(Kernel):
    """The kernel that is entered. Its device is set up only where it has a driver for it."""

    name = "next"
    reuses = False  # whether the old kernel's LPI tables are kept
    init_runs = False  # whether the thread that becomes init exists

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._waiting: dict[int, Event] = {}  # by INTID: the disk command that its LPI ends
        self._events: deque[int] = deque(maxlen=EVENTS_PRINTED)  # when SMMU events were printed

    # -- using memory ------------------------------------------------------------------------------

    def after_step(self, step: Step) -> None:
        """Execute on: a step that ended has run the kernel's text and walked its tables."""
        self._run_on()

    def _run_on(self) -> None:
        text = self.use("next-text")
        if text.wrong:
            self.say("oops.undefined", UNDEFINED_INSTRUCTION, 1, cause=text.id)
            self.say("oops.code", self._code(text.wrong[0]), cause=text.id)
            self._panic(self._victim(), text.id)
        tables = self.use("next-tables")
        if tables.wrong:
            self.say("oops.fault", LINEAR_MAP + tables.wrong[0] * FRAME, cause=tables.id)
            self.say("oops.internal", TRANSLATION_FAULT, 1, cause=tables.id)
            self._panic(self._victim(), tables.id)

    def _code(self, frame: int) -> str:
        """Return what an oops shows of the text: the instruction that could not be executed, after four others.

        Which of a frame's wrong instructions the CPU comes to first is not modelled: it is the one in their
        middle. [src: arm64-traps]
        """
        wrong = self.memory.wrong_bytes(frame)
        address = self.memory.address(frame) + wrong[len(wrong) // 2] // 4 * 4
        words = [int.from_bytes(self.memory.load(address + 4 * n, 4), "little") for n in range(-4, 1)]
        return " ".join(f"{word:08x}" for word in words[:4]) + f" ({words[4]:08x}) "

    def _victim(self) -> str:
        """Return what the panic after an oops says: whom it killed. [src: arm64-traps]"""
        if self.init_runs:
            return "Attempted to kill init! exitcode=0x0000000b"
        return "Attempted to kill the idle task!"

    def _panic(self, text: str, cause: str | None) -> None:
        self.say("panic", text, cause=cause)
        self.say("panic.end", text, cause=cause)
        raise MachineDead("crashed", cause)

    def _allocate(
        self, stream: str, count: int, owner: str, fill: Callable[[int], object], without: tuple[range, ...] = ()
    ) -> int:
        """Allocate a block of free memory, ``fill`` each of its frames, and log whose it is now."""
        free = self.memory.usable("old", "next-free", without=without)
        first = self.memory.place(self.draws, f"next-{stream}", count, min(natural(count), 16), free)
        id = self.id(f"allocate-{stream}")
        for frame in range(first, first + count):
            fill(frame)
        given = self.memory.give([(first, count)], owner)
        self.log.record(id, "own", self.cause, {**given, **self.memory.wrote([(first, count)], id)})
        return first

    # -- early boot --------------------------------------------------------------------------------

    def setup_arch(self) -> Process:
        """Start, and learn from the firmware's tables what is reserved. [src: arm64-setup, efi-memreserve]"""
        self.say("boot.cpu", 0, MIDR)
        release = RELEASES[self.scenario.kernel]
        self.say("boot.banner", f"{release} (the model's next kernel)")
        if self.scenario.firmware == "efi":
            self.say("efi.version", 2, 70 if not self.has("6.12") else 7, "EDK II")
            self.say("efi.tables", EFI_MEMRESERVE)
        else:
            self.say("efi.none")
        yield self.pause(EARLY_BOOT)

    def set_up_memory(self) -> Process:
        """Take all memory that nobody reserved, and make the early allocations in it.

        They are made, and written, before the ITS is quiet. [src: init-main, its-quiesce] They may lie on the
        old pending tables, and here never on the property table: memory that this kernel has reserved for
        itself would make it take that for a table that was kept. The switch ``image-placement`` shows it.
        """
        yield self.pause(BOOT_MEMORY)
        table = self.memory.frame(self.computer.redistributors[0].property_table)
        assert table is not None
        old_table = range(table, table + TABLE_FRAMES)

        def fill(frame: int) -> None:
            self.memory.fill(frame, f"early:{frame}")

        for stream, count in EARLY_ALLOCATIONS:
            self._allocate(stream, count, "next-tables", fill, without=(old_table,))
        pool = self.memory.give(self.memory.runs_of("old"), "next-free")
        self.log.record(self.id("free-pool"), "own", self.cause, pool)

    # -- interrupt controller ------------------------------------------------------------------------

    def set_up_interrupt_controller(self) -> Process:
        """Reach init_IRQ(), make the ITS quiet, give it fresh tables, then look at the redistributors.

        [src: its-quiesce, its-probe, lpi-allocate, commit-quiesce-its]
        """
        yield self.pause(EARLY_TO_ITS)
        its = self.computer.its
        its.quiesce(self.id("its-quiesce"), self.cause)
        yield self.pause(BOOT_INTERRUPTS // 2)
        self.say("gic.features", 16)
        self.say("gic.redistributor", 0, 0, 0, self._redistributor_frame(0))
        self.say("its.found", ITS_BASE, ITS_BASE + 0x1FFFF)
        first = self._allocate("its", ITS_TABLE_FRAMES, "its-table", self.memory.zero)
        tables = self.memory.address(first)
        self.say("its.allocated", ITS_BASE, 8192, "Devices", tables, "indirect", 8)
        self.say("its.allocated", ITS_BASE, 8192, "Interrupt Collections", tables + TABLE_BYTES, "flat", 8)
        its.enable(self.name, self.id("its-enable"), self.cause)
        self._allocate_lpi_tables()
        yield self.pause(BOOT_INTERRUPTS // 2)
        self._set_up_lpis(self.computer.redistributors[0])

    @staticmethod
    def _redistributor_frame(cpu: int) -> int:
        return 0x080A_0000 + cpu * 0x2_0000

    def _allocate_lpi_tables(self) -> None:
        """Decide about the property table: keep the live one if its memory is reserved, else a fresh one.

        [src: lpi-allocate]
        """
        found = self.computer.redistributors[0]
        live = found.enable_lpis and self.scenario.lpi_policy == "reuse"
        self.reuses = live and self._reserved(found.property_table)
        if self.reuses:
            self.say("lpi.preallocated")
            self.lpis = Lpis(found.property_table)
        else:
            self.lpis = Lpis(self._fresh_table("lpi-property"))
        self.memory.store(self.lpis.property_table, bytes([DISABLED]) * TABLE_BYTES)
        table = self.memory.frame(self.lpis.property_table)
        assert table is not None
        id = self.id("reset-property-table")
        self.log.record(id, "store", self.cause, self.memory.wrote([(table, TABLE_FRAMES)], id))
        for redistributor in self.computer.redistributors:
            for intid in range(FIRST_LPI, FIRST_LPI + 16):
                redistributor.invalidate(intid, self.lpis.property_table)
        self.say("lpi.property-table", self.lpis.property_table)

    def _reserved(self, table: int) -> bool:
        """Look whether a table lies in reserved memory, whoever reserved it, and complain if it does not.

        The old kernel's list is one reason for memory to be reserved. Another is that this kernel's own image
        was loaded there: then the table is long gone, and nothing tells. [src: lpi-allocate, observations]
        """
        first = self.memory.frame(table)
        assert first is not None
        frames = range(first, first + TABLE_FRAMES)
        if all(f in self.memory.kept or self.memory.owner(f) in RESERVED for f in frames):
            return True
        self.say("lpi.expected-reserved", table, table + TABLE_BYTES - 1)
        return False

    def _fresh_table(self, stream: str) -> int:
        """Allocate and clear a table of 64 KiB; return its physical address."""
        return self.memory.address(self._allocate(stream, TABLE_FRAMES, "lpi-table", self.memory.zero))

    def _set_up_lpis(self, redistributor: Redistributor) -> None:
        """Set up one CPU's redistributor: adopt, or switch off and program anew, or give up.

        [src: its-cpu-init, redist-disable-lpis]
        """
        cpu = redistributor.cpu.number
        if self.reuses:
            redistributor.adopt(self.name)
            self._log_registers(redistributor)
            self.say("lpi.pending-table", cpu, "reserved", redistributor.pending_table)
        else:
            if redistributor.enable_lpis and self.scenario.lpi_policy != "naive":
                self.say("lpi.booted-enabled", cpu)
            stuck = redistributor.set_enable(False)
            self._log_registers(redistributor)
            if stuck and self.scenario.lpi_policy != "naive":
                self.say("lpi.failed", cpu)
                return  # its caller ignores the error; the collection is never mapped
            pending = self._fresh_table(f"lpi-pending-{cpu}")
            redistributor.set_tables(self.lpis.property_table, pending, self.name)
            redistributor.set_enable(True)
            self._log_registers(redistributor)
            self.say("lpi.pending-table", cpu, "allocated", pending)
        self.computer.its.collections[cpu] = redistributor  # MAPC

    def _log_registers(self, redistributor: Redistributor) -> None:
        self.log.record(self.id(redistributor.name), "register", self.cause, redistributor.registers())

    def enable_interrupts(self) -> Process:
        """Take interrupts for the first time. [src: init-main]"""
        yield self.pause(BOOT_ENABLE)
        for cpu in self.computer.cpus:
            cpu.on_interrupt = self._take
        self.computer.cpus[0].set_interrupts("on", self.id("irq-enable"), self.cause)
        if self.scenario.firmware == "devicetree":
            self.say("efi.no-services")

    def bring_up_cpus(self) -> Process:
        """Bring the other CPUs up, one after the other; each sets its own redistributor up.

        [src: smp-init, gic-boot]
        """
        self.init_runs = True
        self.say("smp.bringing")
        for cpu in self.computer.cpus[1:]:
            yield self.pause(BOOT_SMP // (CPUS - 1))
            self.say("gic.redistributor", cpu.number, cpu.number, 0, self._redistributor_frame(cpu.number))
            self._set_up_lpis(self.computer.redistributors[cpu.number])
            cpu.set_online(True, self.id("cpu-on"), self.cause)
            self.say("smp.booted", cpu.number, cpu.number, MIDR)
        self.say("smp.brought", 1, CPUS)

    # -- devices -------------------------------------------------------------------------------------

    def enumerate_bus(self) -> Process:
        """Find the functions and switch their MSIs off, whatever they were. [src: pci-msi-init]"""
        yield self.pause(BOOT_ENUMERATION)
        for name, function in self.computer.bus.functions.items():
            self.say("pci.function", function.bdf, *PCI_IDS[name])
        if self.computer.nic.msi == "enabled":
            self.computer.nic.disable_msi(self.id("eth0-msi-off"), self.cause)

    def set_up_smmu(self) -> Process:
        """Enable the SMMU over an empty stream table, then attach devices.

        In 7.3 its probe attaches every device, driven or not; 6.1 and 6.12 attach a device when its driver
        probes. Which version changed it was not looked up. [src: smmu-reset, smmu-attach]
        """
        yield self.pause(BOOT_IOMMU // 2)
        smmu = self.computer.smmu
        if smmu.present:
            self.say("smmu.probe", self._smmu, *((44, 44) if not self.has("6.12") else (44,)), SMMU_FEATURES)
            smmu.on_event = self._report_event
            smmu.set_enabled(True, self.id("smmu-enable"), self.cause)
        yield self.pause(BOOT_IOMMU // 2)
        if smmu.present and self.has("7.3"):
            for function in self.computer.bus.functions:
                self._attach(function)

    @property
    def _smmu(self) -> str:
        """The SMMU's name as a device: by the ACPI table that describes it, or by its node in the device tree."""
        return "arm-smmu-v3.0.auto" if self.scenario.firmware == "efi" else f"{SMMU_BASE:x}.smmuv3"

    def _attach(self, function: str) -> None:
        domain = Domain() if self.scenario.iommu == "translate" else identity()
        self.computer.smmu.attach(function, domain, self.id(f"smmu-attach-{function}"), self.cause)

    def _report_event(self, function: str, address: int, cause: str) -> None:
        """Print an event of the SMMU's queue, at most ten in five seconds. [src: smmu-events]"""
        now = int(self.computer.env.now)
        if len(self._events) == EVENTS_PRINTED and now - self._events[0] < 5 * S:
            return
        self._events.append(now)
        bdf = self.computer.bus.functions[function].bdf
        stream = int(bdf[8:10], 16) << 3
        self.say("smmu.event", self._smmu, F_TRANSLATION, cause=cause)
        for word in (stream << 32 | F_TRANSLATION, WRITE_S1_INPUT, address, 0):
            self.say("smmu.raw", self._smmu, word, cause=cause)
        if self.has("6.14"):
            self.say("smmu.decoded", self._smmu, "F_TRANSLATION", bdf, stream, 0, address, 0, cause=cause)
            self.say("smmu.access", self._smmu, 0, cause=cause)

    def probe_drivers(self) -> Process:
        """Probe the disk, then the device under study."""
        yield self.pause(BOOT_DRIVERS // 2)
        yield from self._probe_disk()
        yield self.pause(BOOT_DRIVERS - BOOT_DRIVERS // 2)
        self._probe_nic()

    def _probe_driver(self, function: str) -> str:
        """Call a driver's probe; before that, do what the bus does. [src: smmu-attach]"""
        call = self.call(function, "probe")
        if self.computer.smmu.present and not self.has("7.3"):
            self._attach(function)
        return call

    def _probe_disk(self) -> Process:
        """Set the disk up; it carries out four commands, on its admin queue and on three CPUs' queues.

        [src: nvme]
        """
        computer = self.computer
        call = self._probe_driver("nvme0")
        function = computer.disk.function
        self.say("nvme.function", function.bdf)
        function.set_bus_master(True, self.id("nvme0-set-master"), self.cause)
        computer.disk.doorbell = self._map_doorbell("nvme0")
        routes: dict[str, object] = {}
        for queue, intid in enumerate(DISK_INTIDS):
            routes |= computer.its.map_device("nvme0", queue, intid, max(0, queue - 1))
            self._configure(intid)
        self.log.record(self.id("nvme0-vectors"), "register", self.cause, routes)
        if 0 not in computer.its.collections:
            self.say("warn.cut")  # [src: its-valid-col]
            self.say("warn.valid-col", 0, 23)
        for tag, queue in enumerate((0, 1, 2, 3)):
            yield from self._disk_command(tag, queue, call)
        self.say("nvme.queues", CPUS, 0, 0)
        self.returned("nvme0")

    def _map_doorbell(self, function: str) -> int:
        """Return the doorbell's bus address for a function, mapped if its domain translates."""
        address = self.computer.its.address
        domain = self.computer.smmu.streams.get(function)
        if domain is None or domain.pages is None:
            return address
        domain.map(0xFFFF_F000, address)
        return 0xFFFF_F000 + address % FRAME

    def _configure(self, intid: int) -> None:
        """Enable an LPI: write its byte in the table that this kernel believes in, and send INV."""
        self.memory.store(self.lpis.property_table + intid - FIRST_LPI, bytes([ENABLED]))
        for redistributor in self.computer.redistributors:
            redistributor.invalidate(intid, self.lpis.property_table)

    def _disk_command(self, tag: int, queue: int, cause: str) -> Process:
        """Issue a command and wait for its interrupt; after the timeout, look for oneself. [src: nvme]"""
        env = self.computer.env
        done = env.event()
        self._waiting[DISK_INTIDS[queue]] = done
        command = self.computer.disk.command(queue, cause)
        yield done | env.timeout(DISK_TIMEOUT)
        if not done.triggered:
            del self._waiting[DISK_INTIDS[queue]]
            timeout = self.log.record(self.id("command-timeout"), "timeout", command)
            name = (8 + tag, queue) if not self.has("6.12") else (8 + tag, 0x1008 + tag, queue)
            self.say("nvme.timeout", *name, cause=timeout)

    def _take(self, intid: int, cause: str) -> None:
        """Handle an interrupt: a disk command is done."""
        if done := self._waiting.pop(intid, None):
            done.succeed()

    def _probe_nic(self) -> None:
        """Let this kernel's driver, if it has one, take the device as it is told to.

        The driver resets it first, or believes what it finds; nobody brings the interface up before the
        run ends, so the device has no traffic of this kernel's.
        """
        nic, driver = self.computer.nic, self.scenario.next_driver
        if driver == "absent":
            return
        self._probe_driver("eth0")
        if driver == "resets":
            nic.reset(self.name, self.id("eth0-reset"), self.cause)
        nic.function.set_bus_master(True, self.id("eth0-set-master"), self.cause)
        self.returned("eth0")

    # -- userspace -------------------------------------------------------------------------------------

    def start_unpacking(self) -> Process:
        """Start to unpack the initramfs on a thread of its own, before buses and drivers. [src: initramfs]"""
        self.say("initramfs.unpack")
        self._unpacked = self.computer.env.process(self._unpack())
        yield self.pause(BOOT_ROOTFS)

    def _unpack(self) -> Process:
        """Read the archive; in the end free it. If it is not what was loaded, the boot goes on for now."""
        archive = self.use("next-initramfs")
        if archive.wrong:
            self.say("initramfs.failed", "invalid magic at start of compressed archive", cause=archive.id)
        yield self.pause(UNPACK)
        freed = self.memory.give(self.memory.runs_of("next-initramfs"), "next-free")
        self.log.record(self.id("free-initramfs"), "own", archive.id, freed)
        self.say("initramfs.freed", INITRAMFS_FRAMES * FRAME // 1024)
        return archive

    def late_initcalls(self) -> Process:
        """Run what is left, then wait for the archive: without it there is no root. [src: init-main, mount-root]"""
        yield self.pause(BOOT_LATE)
        archive: Reading = yield self._unpacked
        if archive.wrong:
            self._panic("VFS: Unable to mount root fs on unknown-block(0,0)", archive.id)

    def userspace(self) -> Process:
        """Run init: half of the free pool is allocated, cleared and used. Then time passes."""
        self.say("init.run", "/init")
        free = self.memory.owned_by("next-free")
        blocks = sorted({f // POOL_RUN for f in free}, key=lambda b: self.draws.below(2**32, "layout/pool", b))
        wanted = len(free) // 2
        in_pool = set(free)
        order = [f for b in blocks for f in range(b * POOL_RUN, (b + 1) * POOL_RUN) if f in in_pool]
        taken = sorted(order[:wanted])
        for frame in taken:  # cleared and then filled, which leaves nothing of the clearing to be seen
            self.memory.fill(frame, f"userspace:{frame}")
        id = self.id("allocate-userspace")
        ranges = list(runs(taken))
        owners = {**self.memory.give(ranges, "next-data"), **self.memory.wrote(ranges, id)}
        self.log.record(id, "run", self.cause, {"running": "userspace", **owners})
        self.use("next-data")
        yield self.pause(AFTER_USERSPACE)
        self.use("next-data")


FIRST = (
    Step("next/setup_arch", NextKernel.setup_arch, "arm64-setup"),
    Step("next/memory", NextKernel.set_up_memory, "init-main"),
    Step("next/interrupt-controller", NextKernel.set_up_interrupt_controller, "its-probe"),
    Step("next/interrupts-on", NextKernel.enable_interrupts, "init-main"),
    Step("next/cpus", NextKernel.bring_up_cpus, "smp-init"),
)
INITRAMFS = Step("next/initramfs", NextKernel.start_unpacking, "initramfs")
ENUMERATION = Step("next/enumeration", NextKernel.enumerate_bus, "pci-enumeration")
LAST = (
    Step("next/iommu", NextKernel.set_up_smmu, "smmu-reset"),
    Step("next/drivers", NextKernel.probe_drivers, "nvme"),
    Step("next/late-initcalls", NextKernel.late_initcalls, "init-main"),
    Step("next/userspace", NextKernel.userspace, "init-main"),
)


def path(scenario: Scenario) -> tuple[Step, ...]:
    """Return the steps from the entry on.

    ACPI finds the host bridge in a subsys initcall, before the initramfs is unpacked; the device tree's is a
    platform device, whose driver probes in a device initcall, after that. [src: init-main, pci-enumeration,
    consoles]
    """
    acpi = scenario.firmware == "efi"
    return (*FIRST, *((ENUMERATION, INITRAMFS) if acpi else (INITRAMFS, ENUMERATION)), *LAST)
