"""The old kernel: what it had set up, and how `kernel_kexec()` ends it."""

from __future__ import annotations

from dataclasses import dataclass, field

from kexecdoc.kernel.image import Image, load
from kexecdoc.kernel.kernel import Kernel, MachineDead, Process, Step
from kexecdoc.log import frames_path
from kexecdoc.machine.disk import QUEUES
from kexecdoc.machine.gic import FIRST_LPI, TABLE_FRAMES
from kexecdoc.machine.iommu import Domain, identity
from kexecdoc.machine.nic import Programming
from kexecdoc.scales import (
    BOOT_TABLES_APART,
    BUFFER_BLOCK_FRAMES,
    BUFFER_BYTES,
    CPU_DOWN,
    CYCLIC_BYTES,
    DESCRIPTOR_BYTES,
    DRIVER_REMOVE,
    DRIVER_SHUTDOWN,
    FRAME,
    FUNCTION_SHUTDOWN,
    HANG_WATCHED,
    ITS_TABLE_FRAMES,
    MASKED_BEFORE_STUB,
    NOTIFIERS,
    RAM_BASE,
    SHORT_STEP,
    VECTORS,
)

FIRMWARE_FRAMES = 32
DISK_INTIDS = tuple(range(FIRST_LPI, FIRST_LPI + QUEUES))
NIC_INTIDS = tuple(range(FIRST_LPI + 8, FIRST_LPI + 8 + VECTORS))
"""The allocator hands LPIs out in powers of two: eight to the disk's five queues, then four."""

ENABLED, DISABLED = 0xA3, 0xA2
"""A byte of the property table: priority 0xa0, group 1, and the enable bit. [src: lpi-allocate]"""


def natural(count: int) -> int:
    """Return the alignment that the allocator gives a block of that size: the next power of two."""
    return 1 << (count - 1).bit_length()


@dataclass
class Lpis:
    """The LPI tables as a kernel believes in them: physical addresses."""

    property_table: int = 0
    pending_tables: list[int] = field(default_factory=list)


class OldKernel(Kernel):
    """The kernel that is left."""

    name = "old"
    image: Image
    boot_tables: range  # the frames from the property table's first to the last of the boot CPU's pending table

    # -- before t=0 ------------------------------------------------------------------------------

    def boot(self) -> None:
        """Lay memory out, program the devices and load the image: the state at t=0."""
        memory, start = self.memory, self.log.start
        start |= {"step": "old/running", "running": "old-kernel"}
        memory.give([(0, FIRMWARE_FRAMES)], "firmware")
        self._set_up_interrupt_controller()
        self._set_up_nic()
        self._route_vectors()
        for cpu in self.computer.cpus:
            cpu.on_interrupt = self._take
        self.image = load(self, self.boot_tables)
        start |= memory.owners()

    def _place(self, stream: str, count: int, owner: str) -> int:
        """Allocate a naturally aligned block in memory that is not yet used for anything else."""
        free = self.memory.usable("old")
        first = self.memory.place(self.draws, f"old-{stream}", count, natural(count), free)
        self.memory.give([(first, count)], owner)
        return first

    def _set_up_interrupt_controller(self) -> None:
        """Allocate tables, enable the ITS and LPIs, and reserve the tables where EFI can carry that.

        The property table and the boot CPU's pending table come from a fresh allocator, and so lie near each
        other. [src: its-probe, its-cpu-init, its-reserve, consoles]
        """
        computer, memory, start = self.computer, self.memory, self.log.start
        self._place("its", ITS_TABLE_FRAMES, "its-table")
        span = BOOT_TABLES_APART + TABLE_FRAMES
        first = memory.place(self.draws, "old-lpi-boot-cpu", span, TABLE_FRAMES, memory.usable("old"))
        memory.give([(first, TABLE_FRAMES), (first + BOOT_TABLES_APART, TABLE_FRAMES)], "lpi-table")
        self.boot_tables = range(first, first + span)
        self.lpis = Lpis(memory.address(first))
        for redistributor in computer.redistributors:
            cpu = redistributor.cpu.number
            at = first + BOOT_TABLES_APART if cpu == 0 else self._place(f"lpi-pending-{cpu}", TABLE_FRAMES, "lpi-table")
            pending = memory.address(at)
            self.lpis.pending_tables.append(pending)
            redistributor.set_tables(self.lpis.property_table, pending, self.name)
            redistributor.set_enable(True)
            computer.its.collections[cpu] = redistributor
            start |= redistributor.registers()
        for intid in (*DISK_INTIDS, *NIC_INTIDS):
            self._configure(intid, ENABLED)
        computer.its.enabled, computer.its.programmed_by = True, self.name
        start |= {"its": "enabled", "its/programmed-by": self.name}
        if self.scenario.firmware == "efi" and self.scenario.lpi_policy == "reuse":
            memory.kept = set(memory.owned_by("lpi-table"))
            start |= {frames_path(first, count, "kept"): True for first, count in memory.runs_of("lpi-table")}

    def _set_up_nic(self) -> None:
        """Give the device its buffers and descriptors, by the addresses that it will put on the bus.

        Without a translating SMMU those are physical. With one they are I/O virtual: allocated top-down
        below 4 GiB, where this machine has no RAM, or (``iova=ram``) numbers that are also addresses of RAM.
        [src: iova-allocation]
        """
        computer, scenario, nic = self.computer, self.scenario, self.computer.nic
        if scenario.dma == "ring":
            frames = -(-scenario.ring_size * BUFFER_BYTES // FRAME)
            sizes = [BUFFER_BLOCK_FRAMES] * (frames // BUFFER_BLOCK_FRAMES)
            sizes += [frames % BUFFER_BLOCK_FRAMES] * (frames % BUFFER_BLOCK_FRAMES > 0)
            buffers = [(self._place(f"buffers-{n}", size, "dma-buffer"), size) for n, size in enumerate(sizes)]
            count = -(-scenario.ring_size * DESCRIPTOR_BYTES // FRAME)
            descriptors = [(self._place("descriptors", count, "descriptor-ring"), count)]
        else:
            count = CYCLIC_BYTES // FRAME
            buffers, descriptors = [(self._place("cyclic", count, "dma-buffer"), count)], []

        domain = Domain() if scenario.iommu == "translate" else identity()
        doorbell, *bus = self._bus_addresses(domain, [(None, 1), *descriptors, *buffers])
        ring, blocks = (bus[0], bus[1:]) if descriptors else (0, bus)
        each = FRAME // BUFFER_BYTES
        addresses = [
            base + n * BUFFER_BYTES for base, (_, size) in zip(blocks, buffers, strict=True) for n in range(size * each)
        ]
        limit = scenario.ring_size if scenario.dma == "ring" else len(addresses)
        nic.program(Programming(self.name, addresses[:limit], ring, doorbell))
        computer.disk.doorbell = doorbell
        computer.smmu.enabled = True
        computer.smmu.streams = dict.fromkeys(computer.bus.functions, domain)
        self.log.start |= nic.registers() | {f"gate/{f}/smmu": computer.smmu.gate(f) for f in computer.bus.functions}
        self.log.start["device/eth0/targets"] = [[a, a + n - 1] for a, n in (*descriptors, *buffers)]
        self.log.start |= {f"device/{name}/driver": "bound" for name in computer.bus.functions}

    def _bus_addresses(self, domain: Domain, ranges: list[tuple[int | None, int]]) -> list[int]:
        """Return the bus address of each range of frames; a first frame of None is the doorbell's page."""
        doorbell = self.computer.its.address
        physical = [doorbell if first is None else self.memory.address(first) for first, _ in ranges]
        if domain.pages is None:
            return physical
        top, used, found = 1 << 32, list[range](), []
        for number, ((_, count), address) in enumerate(zip(ranges, physical, strict=True)):
            if self.scenario.iova == "hole":
                top -= count * FRAME
                base = top
            else:
                free = self.memory.usable(without=used)
                first = self.memory.place(self.draws, f"iova-{number}", count, natural(count), free)
                used.append(range(first, first + count))
                base = RAM_BASE + first * FRAME
            domain.map(base, address, count)
            found.append(base + address % FRAME)
        return found

    def _route_vectors(self) -> None:
        """Route the device's vectors one to a CPU, the disk's admin queue to CPU 0 and its others likewise."""
        its, start = self.computer.its, self.log.start
        for vector, intid in enumerate(NIC_INTIDS):
            start |= its.map_device("eth0", vector, intid, vector)
        for queue, intid in enumerate(DISK_INTIDS):
            start |= its.map_device("nvme0", queue, intid, max(0, queue - 1))

    def _configure(self, intid: int, byte: int) -> None:
        """Write an LPI's property byte and send INV, so that the redistributors read it. [src: lpi-allocate]"""
        self.memory.store(self.lpis.property_table + intid - FIRST_LPI, bytes([byte]))
        for redistributor in self.computer.redistributors:
            redistributor.invalidate(intid, self.lpis.property_table)

    def _take(self, intid: int, cause: str) -> None:
        """Handle an interrupt: the network driver posts the used descriptors again."""
        if intid in NIC_INTIDS:
            self.computer.nic.post(int(cause.rpartition(":")[2]), cause)

    # -- the steps of kernel_kexec() --------------------------------------------------------------

    def notifiers(self) -> Process:
        """Run the reboot notifiers, as any reboot does. [src: restart-prepare]"""
        yield self.pause(NOTIFIERS)

    def device_shutdown(self) -> Process:
        """Walk the devices backwards, in reverse of their registration: children before parents.

        That the SMMU comes after its masters follows only from that order and from device links.
        [src: device-shutdown]
        """
        yield from self._shut_down_nic()
        yield from self._shut_down_disk()
        yield self.pause(FUNCTION_SHUTDOWN)
        if self.computer.smmu.present:
            self.computer.smmu.set_enabled(False, self.id("smmu-shutdown"), self.cause)  # [src: smmu-shutdown]

    def _shut_down_nic(self) -> Process:
        """Do to the device under study what ``quiesce`` says; then the PCI core has its turn."""
        scenario = self.scenario
        if scenario.quiesce == "remove":
            yield from self._remove_nic()
        elif scenario.quiesce == "shutdown" and scenario.shutdown_callback != "missing":
            yield from self._call_nic_shutdown()
        else:
            yield self.pause(FUNCTION_SHUTDOWN)
        if scenario.power_state == "known":
            self._clear_bus_master("eth0")

    def _call_nic_shutdown(self) -> Process:
        """Call the driver's shutdown: it makes the device quiet, or half of it, and keeps what it holds.

        [src: pci-h]
        """
        nic = self.computer.nic
        self.call("eth0", "shutdown")
        yield self.pause(DRIVER_SHUTDOWN)
        if self.scenario.shutdown_callback == "works":
            nic.stop_engine(self.id("eth0-shutdown"), self.cause)
        nic.disable_msi(self.id("eth0-shutdown"), self.cause)
        self.returned("eth0")

    def _remove_nic(self) -> Process:
        """Call the driver's remove: the device quiet, its buffers freed, and nobody is its driver any more.

        One that waits for somebody who never lets go of the device ends the crossing here: device_shutdown()
        is serial, and nothing cuts it short. [src: pci-h, device-shutdown]
        """
        nic, memory = self.computer.nic, self.memory
        call = self.call("eth0", "remove")
        if self.scenario.remove_callback == "hangs":
            yield self.pause(HANG_WATCHED)
            raise MachineDead("hung", call)
        yield self.pause(DRIVER_REMOVE)
        nic.stop_engine(self.id("eth0-remove"), self.cause)
        nic.disable_msi(self.id("eth0-remove"), self.cause)
        nic.function.set_bus_master(False, self.id("eth0-remove"), self.cause)
        freed = memory.give(memory.runs_of("dma-buffer", "descriptor-ring"), "old")
        self.log.record(self.id("eth0-free"), "own", self.cause, freed)
        self.returned("eth0", driver="none")

    def _shut_down_disk(self) -> Process:
        """Shut the disk down, or remove it; either way its driver frees its interrupts, so they are disabled.

        [src: nvme]
        """
        remove = self.scenario.quiesce_disk == "remove"
        self.call("nvme0", "remove" if remove else "shutdown")
        yield self.pause(DRIVER_REMOVE if remove else DRIVER_SHUTDOWN)
        for intid in DISK_INTIDS:
            self._configure(intid, DISABLED)
        self.returned("nvme0", driver="none" if remove else "bound")
        self._clear_bus_master("nvme0")

    def _clear_bus_master(self, function: str) -> None:
        """Clear the bit after the driver's own callback, on kexec only, as the PCI core does.

        It leaves functions alone of which it does not know that they are powered: ``current_state`` beyond
        D3hot, which PCI_UNKNOWN is. [src: pci-device-shutdown, observations]
        """
        if self.scenario.clear_bus_master == "yes":
            self.computer.bus.functions[function].set_bus_master(False, self.id(f"{function}-clear-master"), self.cause)

    def migrate_to_reboot_cpu(self) -> Process:
        """Continue on CPU 0. [src: restart-prepare]"""
        yield self.pause(SHORT_STEP)

    def syscore_shutdown(self) -> Process:
        """Run the core callbacks that have no device behind them. [src: syscore-shutdown]"""
        yield self.pause(SHORT_STEP)

    def machine_shutdown(self) -> Process:
        """Take the other CPUs offline; each one's interrupts move to CPU 0, and nobody masks them.

        [src: arm64-machine-shutdown, irq-migrate, its-set-affinity]
        """
        self.say("kexec.starting")
        its = self.computer.its
        for cpu in self.computer.cpus[1:]:
            yield self.pause(CPU_DOWN)
            moved: dict[str, object] = {}
            for (requester, event_id), route in list(its.routes.items()):
                if route.collection == cpu.number:
                    moved |= its.map_device(requester, event_id, route.intid, 0)
            self.log.record(self.id("movi"), "register", self.cause, moved)
            cpu.set_online(False, self.id("cpu-off"), self.cause)
            self.say("psci.killed", cpu.number, 0)

    def kmsg_dump(self) -> Process:
        """Give pstore and its like a chance to keep the log. [src: kernel-kexec]"""
        yield self.pause(SHORT_STEP)

    def machine_kexec(self) -> Process:
        """Say good-bye, mask interrupts on the last CPU, and leave. [src: arm64-machine-kexec]"""
        self.say("kexec.bye")
        yield self.pause(SHORT_STEP)
        self.computer.cpus[0].set_interrupts("masked", self.id("daif-mask"), self.cause)
        yield self.pause(MASKED_BEFORE_STUB)


PATH = (
    Step("old/notifiers", OldKernel.notifiers, "restart-prepare"),
    Step("old/device_shutdown", OldKernel.device_shutdown, "device-shutdown"),
    Step("old/migrate_to_reboot_cpu", OldKernel.migrate_to_reboot_cpu, "restart-prepare"),
    Step("old/syscore_shutdown", OldKernel.syscore_shutdown, "syscore-shutdown", since="6.8"),
    Step("old/machine_shutdown", OldKernel.machine_shutdown, "arm64-machine-shutdown"),
    Step("old/kmsg_dump", OldKernel.kmsg_dump, "kernel-kexec"),
    Step("old/machine_kexec", OldKernel.machine_kexec, "arm64-machine-kexec"),
)
"""The steps of `kernel_kexec()`, in its order. [src: kernel-kexec]"""
