"""What a reader may change: every switch, declared once.

Each switch is a field of one of the groups below. `Scenario` is all groups together, flat and frozen. A part of the
model takes the group that it needs: the network card takes `Device`, and a `Scenario` is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar, Self

from kexecdoc.model.switch import BY_VERSION, Alternatives, Switch, Value, choice, for_message, fraction, integer
from kexecdoc.model.switch import ScenarioError as ScenarioError
from kexecdoc.registries.versions import Versions

KERNELS = ("7.3", "6.12", "6.1", "5.10", "4.20", "4.18", "4.17", "4.12", "3.13", "3.4")
"""The versions of Linux whose source was read, newest first."""


def kernels(versions: Versions) -> tuple[str, ...]:
    """Return the ones in a range."""
    return tuple(kernel for kernel in KERNELS if kernel in versions)


# Conditions that several switches need.

SHUTS_DOWN: Alternatives = {"path": ("kexec", "reboot"), "crash-work": "shutdown"}
"""The old kernel shuts its devices down."""

NOT_SILENCED: Alternatives = {"quiesce": "none", "shutdown-callback": "missing", "path": "panic"}
"""No callback silences the interrupt of the device under study. A panic always meets this condition."""

NOT_RESET: Alternatives = {"path": ("kexec", "panic"), "reset": "none"}
"""No reboot resets the hardware. A panic always meets this condition."""


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """How one kernel ends and the next begins."""

    group: ClassVar[str] = "crossing"

    path: str = choice(
        "how the old kernel ends",
        ("kexec", "it jumps straight into the next kernel", "reboot(2) with LINUX_REBOOT_CMD_KEXEC"),
        ("panic", "it crashes, and a capture kernel takes over", "panic(), and a capture kernel takes over"),
        ("reboot", "it reboots, and firmware takes over", "reboot(2), and firmware takes over"),
        label="How the old kernel ends",
    )
    machine: str = choice(
        "the machine: interrupt controller and IOMMU",
        ("arm64", "64-bit Arm: GICv3 and SMMUv3", "GICv3 with an ITS, SMMUv3"),
        ("x86", "x86: APICs and VT-d", "local APICs and an I/O APIC, VT-d"),
        label="What kind of machine",
    )
    kernel: str = choice(
        "which Linux both kernels are: the wording of messages, what that version does, and three defaults",
        *KERNELS,
        label="Which Linux both kernels are",
    )
    loader: str = choice(
        "the system call that loaded the image: whether a digest is checked before entry",
        (
            "file",
            "by kexec_file_load: a digest is checked on x86 only",
            "kexec_file_load: on arm64 no purgatory and no digest, on x86 both",
        ),
        (
            "user",
            "by kexec-tools: a digest is checked before entry",
            "kexec_load by kexec-tools: purgatory checks a SHA-256 digest",
        ),
        label="How the next kernel was loaded",
        needs=[
            {"machine": "arm64"},
            {"path": ("kexec", "panic")},
            {"handover": "none", "path": "panic"},
            {"path": "kexec", "crash-work": ("minimal", "notifiers", "shutdown")},
        ],
    )
    image_placement: str = choice(
        "where the image goes, as long as nothing reserves the old kernel's LPI tables",
        ("clear", "clear of the old interrupt tables", "clear of them"),
        (
            "over-tables",
            "over them, where nothing reserves them",
            "its text over the property table and the boot CPU's pending table",
        ),
        label="Where the next kernel’s image goes",
        needs=[
            {"machine": "arm64"},
            {"path": ("kexec", "reboot"), "crash-work": "in-place"},
            {"handover": "none", "path": ("reboot", "panic")},
            {"firmware": "devicetree", "lpi-policy": ("detect", "naive"), "path": ("reboot", "panic")},
        ],
    )
    seed: int = integer(
        "every random stream derives from it", default=1, low=0, high=2**63 - 1, label="Seed: the luck of this run"
    )


@dataclass(frozen=True, kw_only=True)
class Device:
    """The device under study: a network card, or something that writes round and round."""

    group: ClassVar[str] = "device"

    dma: str = choice(
        "how it writes memory",
        ("ring", "a receive ring: it ends when nobody refills it", "a receive ring, which ends when nobody refills it"),
        ("cyclic", "one buffer, round and round, without end", "one buffer, written round and round"),
        label="How the card writes memory",
    )
    traffic: int = integer(
        "packets, or periods of a cyclic buffer",
        default=500,
        low=1,
        high=20_000,
        unit="a second",
        label="How often something arrives at the card",
    )
    ring_size: int = integer(
        "descriptors that can be posted at once",
        default=256,
        low=1,
        high=2_048,
        unit="descriptors",
        label="How many buffers the receive ring has",
    )
    interrupt: str = choice(
        "how it interrupts",
        ("msi", "by a message: a memory write", "a message: itself a memory write"),
        (
            "intx",
            "by a line, held until somebody sees to it",
            "a line, asserted until the driver has seen to the device",
        ),
        label="How the card interrupts",
    )
    msi_resend: str = choice(
        "whether it sends a message again that nobody has seen to",
        ("no", "no, one message an arrival", "one message an arrival"),
        ("yes", "yes, at once, as soon as one was accepted", "at once, as soon as a CPU has accepted the last one"),
        label="Does the card repeat a message that nobody has seen to?",
        needs=[{"interrupt": "msi"}, NOT_SILENCED],
    )
    line_shared: str = choice(
        "whether a second device, which the next kernel drives and probes first, is on its interrupt line",
        ("no", "no", ""),
        ("yes", "yes, and its driver asks for the line first", ""),
        label="Does another device share its interrupt line?",
    )
    obeys_bus_master: str = choice(
        "whether it stops when its own Bus Master bit is cleared",
        ("yes", "yes, as the specification asks", "as the PCI specification asks"),
        ("no", "no: it goes on", "it goes on: the bit is not known to stop every device"),
        label="Does the card stop when its Bus Master bit is cleared?",
        needs=[
            {"path": "kexec"},
            {"clear-bus-master": "yes"},
            {"power-state": "known"},
            {"quiesce": "none", "shutdown-callback": ("missing", "incomplete")},
        ],
    )
    power_state: str = choice(
        "what the PCI core believes of its power state",
        ("known", "it is known, and the bit is cleared", "D0 to D3hot: the core clears Bus Master on kexec"),
        (
            "unknown",
            "nobody enabled it: the core leaves it alone",
            "no driver ever enabled it: the core leaves it alone; up to 6.12",
        ),
        label="What the PCI core believes of the card’s power",
        needs=[{"path": "kexec"}, {"clear-bus-master": "yes"}],
    )
    on_abort: str = choice(
        "what a refused request does to the machine",
        ("ignored", "nothing", "nothing: the device does not mind"),
        ("fatal", "the error reaches a CPU, which dies of it", "the error reaches a CPU, and whatever runs there dies"),
        label="What a refused write does to the machine",
        needs=[
            {"iommu": ("identity", "translate")},
            {"iommu": "translate", "machine": "arm64"},
            {"path": ("kexec", "panic"), "reset": "none", "gbpa": "abort"},
        ],
    )


@dataclass(frozen=True, kw_only=True)
class OldKernel:
    """What the old kernel does to the device under study before the jump."""

    group: ClassVar[str] = "old kernel"

    quiesce: str = choice(
        "what is done to this device's driver; everything else is shut down anyway",
        ("shutdown", "its shutdown, as Linux does", "its shutdown callback, as Linux does"),
        ("remove", "its remove, as unloading would", "its remove callback, as unloading the driver would"),
        ("none", "nothing: the card is left running", "nothing"),
        label="What the old kernel calls in the card’s driver",
        needs=[SHUTS_DOWN],
    )
    shutdown_callback: str = choice(
        "what shutdown finds in the driver",
        ("works", "stops the card’s writes and its interrupt", "it stops the DMA engine and the interrupt"),
        ("missing", "there is none", "the driver has none"),
        (
            "incomplete",
            "stops the interrupt, forgets the writes",
            "it silences the interrupt and leaves the DMA engine running",
        ),
        label="What the driver’s shutdown does",
        needs=[{"quiesce": "shutdown"}, SHUTS_DOWN],
    )
    remove_callback: str = choice(
        "what remove finds in the driver",
        (
            "works",
            "stops everything, frees all that it held",
            "it stops engine and interrupt, clears Bus Master, and frees what the driver held",
        ),
        ("hangs", "waits for a user who never lets go", "it waits for somebody who never lets go of the device"),
        label="What the driver’s remove does",
        needs=[{"quiesce": "remove"}, SHUTS_DOWN],
    )
    clear_bus_master: str = choice(
        "whether the PCI core clears Bus Master on kexec, in every function that it believes powered",
        ("yes", "yes, as Linux does since v3.5", "as since v3.5"),
        ("no", "no, as before v3.5", "as before v3.5"),
        label="Does the old kernel clear Bus Master before the jump?",
        by_version={"no": Versions(before="3.5")},
        needs=[{"path": "kexec"}],
    )
    quiesce_disk: str = choice(
        "what is done to the disk's driver, whose callbacks both work",
        ("shutdown", "its shutdown, as Linux does", "its shutdown callback, as Linux does"),
        (
            "remove",
            "its remove: who uses the disk loses it",
            "its remove callback: whoever still uses the disk loses it",
        ),
        label="What the old kernel calls in the disk’s driver",
        needs=[SHUTS_DOWN],
    )
    mask_at_controller: str = choice(
        "whether every interrupt is masked at the controller before the jump, as was proposed in the thread",
        ("no", "no: as each architecture does it", "as the architecture does it"),
        (
            "yes",
            "yes, as was proposed in the thread",
            "each LPI in its property byte, each pin of the I/O APIC, and nothing in the devices",
        ),
        label="Is every interrupt masked at the controller before the jump?",
        needs=[{"path": ("kexec", "reboot"), "crash-work": ("minimal", "notifiers", "shutdown")}],
    )
    hotplug: str = choice(
        "what the device is plugged into",
        ("none", "the machine itself", "the root bus"),
        ("conforming", "a port that answers every command", "a hot-plug port that completes every command"),
        (
            "cf118",
            "a port that leaves some commands unanswered",
            "a hot-plug port that completes only commands that change a control field",
        ),
        ("cf118-quirked", "such a port, and its driver knows", "such a port, known to the driver as such: since v4.18"),
        label="What the card is plugged into",
    )
    hotplug_ports: int = integer(
        "how many such ports there are",
        default=1,
        low=1,
        high=64,
        unit="ports",
        label="How many hot-plug ports",
        needs=[{"hotplug": ("conforming", "cf118", "cf118-quirked")}],
    )
    hz: int = integer(
        "timer ticks: how long the hot-plug driver's waits are rounded up to",
        default=250,
        low=250,
        high=1000,
        unit="a second",
        label="Timer frequency: the port driver’s waits are rounded up to its ticks",
        needs=[{"hotplug": "cf118"}, {"kernel": kernels(Versions("4.15"))}, SHUTS_DOWN],
    )


@dataclass(frozen=True, kw_only=True)
class Iommu:
    """What stands between the device and memory."""

    group: ClassVar[str] = "IOMMU"

    iommu: str = choice(
        "the IOMMU in the device's path",
        ("off", "there is none", "none"),
        ("identity", "there, addresses unchanged", "there, but addresses pass unchanged"),
        ("translate", "there, addresses translated", "the device uses I/O virtual addresses"),
        label="The IOMMU between the card and memory",
    )
    iova: str = choice(
        "what in-flight I/O virtual addresses are when read as physical ones",
        ("hole", "nothing: no memory is there", "addresses where there is no RAM"),
        ("ram", "other memory", "addresses of other RAM"),
        label="What the card’s translated addresses are without the IOMMU",
        needs=[{"iommu": "translate"}],
    )
    gbpa: str = choice(
        "what an SMMUv3 does with traffic while it is disabled",
        ("bypass", "lets them through, untranslated", "lets it through untranslated"),
        ("abort", "refuses them", "refuses it"),
        label="What an SMMU does with writes while it is switched off",
        needs=[
            {"machine": "arm64"},
            {"iommu": ("identity", "translate")},
            {"path": ("kexec", "reboot"), "crash-work": ("shutdown", "in-place")},
        ],
    )


@dataclass(frozen=True, kw_only=True)
class InterruptController:
    """What the redistributors can do, and what the firmware passes on."""

    group: ClassVar[str] = "interrupt controller"

    lpi_disable: str = choice(
        "whether EnableLPIs can be cleared once it was set",
        ("clearable", "yes: EnableLPIs can be cleared", "it can"),
        ("sticky", "no: once set, EnableLPIs stays set", "it reads back as 1 for ever"),
        label="Can the interrupt controller’s tables be switched off?",
        needs=[
            {"machine": "arm64"},
            {"firmware": "devicetree", "lpi-policy": ("detect", "naive"), "path": ("reboot", "panic")},
            {"lpi-policy": ("detect", "naive"), "path": ("kexec", "reboot"), "crash-work": "in-place"},
            NOT_RESET,
        ],
    )
    lpi_cache: int = integer(
        "pending bits that a redistributor holds on chip before it writes one to memory",
        default=0,
        low=0,
        high=64,
        unit="lines",
        label="How many pending bits a redistributor holds on chip",
        needs=[{"machine": "arm64"}],
    )
    firmware: str = choice(
        "how the first kernel was booted: whether a list of reserved memory survives",
        (
            "efi",
            "through UEFI: a list of reserved memory is kept",
            "through UEFI, whose configuration tables carry the list",
        ),
        ("devicetree", "without UEFI: there is no such list", "without UEFI: no list"),
        label="How the first kernel was booted",
        needs=[{"machine": "arm64"}],
    )


@dataclass(frozen=True, kw_only=True)
class NextKernel:
    """What the next kernel does with what it finds."""

    group: ClassVar[str] = "next kernel"

    lpi_policy: str = choice(
        "what it does with LPI tables that it finds live",
        ("reuse", "keeps them, if they are on the list: v4.20 on", "keeps them where they are reserved: v4.20 on"),
        (
            "detect",
            "warns, and tries to switch them off: v4.17 on",
            "warns and tries to switch them off: v4.17 to v4.19",
        ),
        ("naive", "does not look: before v4.17", "programs its own and does not look: before v4.17"),
        label="What the next kernel does with tables in use",
        by_version={"detect": Versions("4.17", before="4.20"), "naive": Versions(before="4.17")},
        needs=[{"machine": "arm64"}, NOT_RESET],
    )
    next_driver: str = choice(
        "its driver for the device under study",
        ("resets", "resets it, then lets it write", "resets the device, then sets Bus Master"),
        ("trusts", "lets it write, and believes what it finds", "sets Bus Master and believes what it finds"),
        ("absent", "there is no driver for it", "it has none"),
        label="What the next kernel’s driver does with the card",
    )
    irqpoll: str = choice(
        "whether an unhandled interrupt is offered to the handlers of all shared lines",
        ("no", "no, as by default", "as by default"),
        ("yes", "yes: booted with irqpoll", "as with `irqpoll` on the kernel's command line"),
        label="If nobody claims an interrupt, are all drivers asked?",
        needs=[
            {"line-shared": "yes", "interrupt": "intx"},
            {"interrupt": "intx", "kernel": kernels(Versions(before="4.12"))},
            {"line-shared": "yes", "next-driver": "trusts"},
            NOT_SILENCED,
        ],
    )


@dataclass(frozen=True, kw_only=True)
class Panic:
    """What a crashed kernel still does, and where the capture kernel waits."""

    group: ClassVar[str] = "panic"

    crash_memory: str = choice(
        "the memory of the capture kernel",
        ("reserved", "in memory set aside at boot", "crashkernel=SIZE: set aside at boot, never given to anybody"),
        (
            "cma",
            "there, and in memory that programs have used",
            "crashkernel=SIZE,cma beside it: memory that userspace, and so a device, may have used meanwhile",
        ),
        ("none", "in ordinary memory: a what-if", "a what-if: ordinary memory"),
        label="Where the capture kernel runs",
        needs=[{"path": "panic"}, {"crash-work": ("minimal", "notifiers", "shutdown")}],
    )
    crash_work: str = choice(
        "how much the crashed kernel still does",
        ("minimal", "stops the other CPUs, and jumps", "stop the other CPUs, quiet the interrupt controllers, jump"),
        (
            "notifiers",
            "runs the panic notifiers first",
            "run the panic notifiers and dump the log first: crash_kexec_post_notifiers",
        ),
        ("shutdown", "shuts the devices down first: a what-if", "a what-if: shut the devices down first"),
        ("in-place", "writes the dump itself: a what-if", "a what-if: write the dump itself, without a jump"),
        label="What the crashed kernel still does",
        needs=[{"path": "panic"}],
    )
    heap_damage: float = fraction(
        "how many of the crashed kernel's objects are damaged",
        label="What share of the crashed kernel’s objects is damaged",
        needs=[{"path": "panic"}],
    )


@dataclass(frozen=True, kw_only=True)
class Reboot:
    """What the firmware does."""

    group: ClassVar[str] = "reboot"

    reset: str = choice(
        "whether handing over to firmware resets the hardware",
        ("full", "yes, all of it", "all of it"),
        ("none", "no: the firmware is entered, and that is all", "nothing: control is merely transferred"),
        label="Does the reboot reset the hardware?",
        needs=[{"path": "reboot", "crash-work": "in-place"}, {"path": ("reboot", "panic")}],
    )


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What the old kernel hands on."""

    group: ClassVar[str] = "handover"

    handover: str = choice(
        "whether memory is handed over",
        ("none", "no: an ordinary kexec", "an ordinary image"),
        ("kho", "yes: Kexec HandOver", "Kexec HandOver: destinations in scratch memory, preserved pages, no digest"),
        label="Is memory handed over?",
        needs=[{"path": "kexec"}],
    )


@dataclass(frozen=True, kw_only=True)
class Scenario(Crossing, Device, OldKernel, Iommu, InterruptController, NextKernel, Panic, Reboot, Handover):
    """One crossing: every switch and the seed. Values are checked when it is made.

    A computer with one more device is a subclass: ``class WithCard(Scenario, Card)``, where `Card` is another group of
    switches. ``plugged`` lists the drivers of such devices (`kexecdoc.model.kernel.driver`). Each is called with the
    computer and the scenario.
    """

    group: ClassVar[str] = ""
    plugged: ClassVar[tuple[Callable[[Any, Any], Any], ...]] = ()

    def __post_init__(self) -> None:
        mine = switches(type(self))
        object.__setattr__(self, "kernel", mine["kernel"].parse(self.kernel))
        for switch in mine.values():
            value = getattr(self, switch.field)
            if switch.by_version and value == BY_VERSION:
                value = switch.default_in(self.kernel)
            object.__setattr__(self, switch.field, switch.parse(value))

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """Make a scenario from switch names and values, as strings or integers.

        ScenarioError names an unknown switch and the nearest that exists.
        """
        found = [(find(name, cls), value) for name, value in values.items()]
        return cls(**{switch.field: switch.parse(value) for switch, value in found})  # type: ignore[arg-type]

    def values(self) -> dict[str, Value]:
        """Return the value of every switch by its name on the command line, in the order of declaration."""
        return {name: getattr(self, switch.field) for name, switch in switches(type(self)).items()}

    def differences(self) -> dict[str, Value]:
        """Return the switches whose values are not the defaults of this kernel version."""
        mine = switches(type(self))
        return {n: v for n, v in self.values().items() if v != mine[n].default_in(self.kernel)}

    @property
    def captures(self) -> bool:
        """Whether a capture kernel takes over: after a panic, unless the crashed kernel writes the dump itself."""
        return self.path == "panic" and self.crash_work != "in-place"

    @property
    def through_firmware(self) -> bool:
        """Whether firmware, not a jump, starts the next kernel."""
        return self.path == "reboot" or (self.path == "panic" and not self.captures)

    def but(self, **changes: object) -> Self:
        """Return the same scenario with some fields changed and checked.

        If the kernel version changes, values that were defaults become the defaults of the new version.
        """
        kind = type(self)
        return kind.of({**self.differences(), **{find(name, kind).name: value for name, value in changes.items()}})


def groups(kind: type[Scenario] = Scenario) -> list[Any]:
    """Return the groups of switches that make up a kind of scenario, in order."""
    return [base for base in kind.__mro__ if vars(base).get("group")]


def switches(kind: type[Scenario] = Scenario) -> Mapping[str, Switch]:
    """Return every switch of a kind of scenario by its name, in the order of declaration."""
    key: Any = kind  # mypy takes the hash of a class for that of its instances
    return _declared(key)


@cache
def _declared(kind: Any) -> Mapping[str, Switch]:
    found: dict[str, Switch] = {}
    for group in groups(kind):
        for f in fields(group):
            name = f.name.replace("_", "-")
            declared: Switch = f.metadata["switch"]
            found[name] = replace(declared, name=name, group=group.group)
    return found


def find(name: str, kind: type[Scenario] = Scenario) -> Switch:
    """Return the switch of that name. ScenarioError, with the nearest name, if there is none."""
    wanted, every = name.replace("_", "-"), switches(kind)
    if wanted in every:
        return every[wanted]
    near = get_close_matches(wanted, every, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "`kexecdoc switches` lists them"
    raise ScenarioError(f"{for_message(name)}: no such switch; {hint}")
