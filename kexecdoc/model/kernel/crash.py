"""The panic path and its alternatives: what a crashed kernel does, and what it relies on.

A strategy is a tuple of steps, those that the path really calls. Each step names the objects and locks that it
touches. A fraction ``heap-damage`` of the objects is damaged. A step that follows a damaged object dies of it, and a
lock that a stopped CPU held is never released. Some waits have a limit, after which the kernel continues without the
lock; others spin without end. At damage 0 every strategy works. [src: vpanic, crash-kexec, panic-notifiers]
"""

from __future__ import annotations

from dataclasses import dataclass

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.kernel.kernel import Kernel
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.shutdown import device_shutdown
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.scales import CPU_STOP, DISK_COMMAND, DUMP_WRITE, MS, PANIC_STEP, S

MILLION = 1_000_000

CMA_WAIT = 10 * S
"""``CMA_DMA_TIMEOUT_SEC``. [src: crash-cma]"""


def damaged(kernel: Kernel, name: str) -> bool:
    """Return whether an object is damaged. What is damaged at one fraction is damaged at every larger one."""
    return kernel.draws.below(MILLION, f"damage/{name}") < round(kernel.scenario.heap_damage * MILLION)


@dataclass(frozen=True)
class Object:
    """Something in the heap whose contents a step follows."""

    name: str

    def happen(self, kernel: Kernel) -> Process:
        """Follow the object. If it is damaged the kernel faults, and a fault during a panic hangs the machine."""
        if damaged(kernel, self.name):
            touched = kernel.log.record(kernel.id("follow"), "touch", kernel.cause, {f"object/{self.name}": "damaged"})
            raise MachineDead("hung", Death.DAMAGED_OBJECT, touched)
        yield from ()


@dataclass(frozen=True)
class Lock:
    """A lock that a step takes. ``limit`` is how long the step waits for it, in ns; 0 is without limit."""

    name: str
    limit: int = 0

    def happen(self, kernel: Kernel) -> Process:
        """Take the lock. If a stopped CPU holds it, it is never released."""
        if not damaged(kernel, self.name):
            return
        held = kernel.log.record(kernel.id("take-lock"), "touch", kernel.cause, {f"object/{self.name}": "held"})
        if not self.limit:
            raise MachineDead("hung", Death.HELD_LOCK, held)
        yield from kernel.pause(self.limit)


def stop_cpus(old: OldKernel, limit: int) -> Process:
    """Stop the other CPUs, unless that was done before; return those that have not stopped after ``limit`` ns."""
    if old.others_stopped:
        return []
    old.others_stopped = True
    yield from old.pause(CPU_STOP)
    stuck = [cpu.number for cpu in old.computer.cpus[1:] if damaged(old, f"CPU {cpu.number}")]
    if stuck:
        yield from old.pause(limit)
    for cpu in old.computer.cpus[1:]:
        if cpu.online:
            cpu.set_online(False, old.id("cpu-stop"), old.cause)
    return stuck


def panic(old: OldKernel) -> Process:
    """Print the panic. Local interrupts are off from here on. [src: vpanic]"""
    old.computer.cpus[0].set_interrupts("masked", old.id("irq-disable"), old.cause)
    old.say("panic", "sysrq triggered crash")
    yield from old.pause(PANIC_STEP)


def short(old: OldKernel) -> Process:
    """Do something short. Only what it relies on matters here."""
    yield from old.pause(PANIC_STEP)


def wait_for_dma(old: OldKernel) -> Process:
    """Wait ten seconds for DMA into memory that the capture kernel shares with userspace. [src: crash-cma]"""
    yield from old.pause(CMA_WAIT)


def stop_first(old: OldKernel) -> Process:
    """Stop the other CPUs before the notifiers run. [src: vpanic]"""
    yield from old.CRASH_SHUTDOWN[0].run(old)


def write_dump(old: OldKernel) -> Process:
    """Write all of memory with the crashed kernel's own disk driver, polling. [src: vpanic]"""
    disk = old.computer.disk
    yield from old.pause(DUMP_WRITE)
    written = disk.command(0, old.cause or "")
    yield from old.pause(2 * DISK_COMMAND)
    old.log.record(old.id("dump"), "run", written, {"dump": "written"})


def emergency_restart(old: OldKernel) -> Process:
    """Hand over to firmware. [src: vpanic]"""
    yield from old.pause(PANIC_STEP)


PANIC = Step("old/panic", panic, "vpanic", touches=(Lock("console", limit=10 * MS),))
TRYLOCK = Step("old/crash_kexec", short, "crash-kexec", touches=(Object("vmcoreinfo note"), Object("kexec lock")))
STOP_FIRST = Step("old/stop_other_cpus", stop_first, "vpanic")
NOTIFIERS = Step(
    "old/panic_notifiers",
    short,
    "panic-notifiers",
    touches=(Object("notifier chain"), *(Object(f"notifier {n}") for n in range(1, 5))),
)
KMSG_DUMP = Step("old/kmsg_dump", short, "panic-notifiers", touches=(Object("kmsg dumpers"), Lock("pstore backend")))
DEVICE_SHUTDOWN = Step(
    "old/device_shutdown",
    device_shutdown,
    "device-shutdown",
    touches=(
        Lock("device list"),
        Object("device list entries"),
        *(Lock(f"lock of {device}") for device in ("eth0", "nvme0", "the IOMMU")),
        *(Object(f"driver state of {device}") for device in ("eth0", "nvme0", "the IOMMU")),
        Lock("timers"),
        Lock("run queue"),
    ),
)
WAIT_FOR_DMA = Step("old/wait_for_dma", wait_for_dma, "crash-cma")
WRITE_DUMP = Step(
    "old/write_dump",
    write_dump,
    "vpanic",
    touches=(
        Object("memory map"),
        Object("dump target"),
        Object("driver state of nvme0"),
        Lock("lock of nvme0"),
        Lock("disk queue"),
        Lock("page allocator"),
        Lock("timers"),
        Lock("run queue"),
        *(Object(f"block layer {n}") for n in range(1, 7)),
    ),
)
EMERGENCY_RESTART = Step("old/emergency_restart", emergency_restart, "vpanic")


def path(old: type[OldKernel], work: str, memory: str) -> tuple[Step, ...]:
    """Return the steps of a strategy, up to the jump or up to firmware."""
    before = {
        "minimal": (),
        "notifiers": (STOP_FIRST, NOTIFIERS, KMSG_DUMP),
        "shutdown": (DEVICE_SHUTDOWN,),
        "in-place": (STOP_FIRST, WRITE_DUMP, EMERGENCY_RESTART),
    }[work]
    if work == "in-place":
        return (PANIC, *before)
    wait = (WAIT_FOR_DMA,) if memory == "cma" else ()
    return (PANIC, *before, TRYLOCK, *old.CRASH_SHUTDOWN, *wait, *old.CRASH_KEXEC)
