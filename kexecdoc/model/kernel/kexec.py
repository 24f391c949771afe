"""The old kernel's path on kexec: `kernel_kexec()` shuts down in order. [src: kernel-kexec]"""

from __future__ import annotations

from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.shutdown import device_shutdown
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.scales import NOTIFIERS as NOTIFIERS_TAKE
from kexecdoc.model.scales import SHORT_STEP
from kexecdoc.registries.versions import Versions


def notifiers(old: OldKernel) -> Process:
    """Run the reboot notifiers, as any reboot does."""
    yield from old.pause(NOTIFIERS_TAKE)


def short(old: OldKernel) -> Process:
    """Do something short that does not matter here."""
    yield from old.pause(SHORT_STEP)


NOTIFIERS = Step("old/notifiers", notifiers, "restart-prepare")
DEVICE_SHUTDOWN = Step("old/device_shutdown", device_shutdown, "device-shutdown")
MIGRATE = Step("old/migrate_to_reboot_cpu", short, "restart-prepare", Versions("3.13"))
"""Continue on CPU 0. Absent in v3.4."""
SYSCORE = Step("old/syscore_shutdown", short, "syscore-shutdown", Versions("6.8"))
"""Run the core callbacks that belong to no device. Kexec does so since v6.8."""
SYSCORE_REBOOT = Step("old/syscore_shutdown", short, "syscore-shutdown")
"""The same on reboot, which has always done so."""
KMSG_DUMP = Step("old/kmsg_dump", short, "kernel-kexec", Versions("6.1"))
"""Give pstore and others a chance to keep the log. Absent in v5.10."""


def mask_at_controller(old: OldKernel) -> Process:
    """Mask every interrupt at the controller, as was proposed on the list. No kernel does so. [src: seed-kaya]"""
    old.mask_at_controller()
    yield from old.pause(SHORT_STEP)


MASK_AT_CONTROLLER = Step("old/mask_at_controller", mask_at_controller, "seed-kaya")


def path(old: type[OldKernel]) -> tuple[Step, ...]:
    """Return the steps up to the jump."""
    return (NOTIFIERS, DEVICE_SHUTDOWN, MIGRATE, SYSCORE, *old.MACHINE_SHUTDOWN, KMSG_DUMP, *old.MACHINE_KEXEC)
