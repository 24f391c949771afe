"""What a reader may change: every switch, declared once.

A switch is a field of one of the groups below; `Scenario` is all of them together, flat and frozen.
From the declaration follow the validation and its error text, the command line, the notebook's and the
page's controls and the reference table; and, from the conditions beside it, with which others a switch
has no effect. A model takes the group that it needs: a NIC takes `Device`, and a `Scenario` is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar, Self

from kexecdoc.registries.versions import Versions

Value = str | int | float
"""What a switch can be: a named value or a number."""


class ScenarioError(ValueError):
    """A switch or a value that does not exist. The text is one line, for a person."""


def shown(word: object) -> str:
    """Return what a reader wrote as it can stand in one line: short, and without what would break it."""
    text = str(word)
    if not text.isprintable():
        text = ascii(text)
    return f"{text[:60]}" if text.strip() else f"‘{text[:60]}’"


Alternatives = Mapping[str, str | tuple[str, ...]]
"""Other switches, by their fields, and for each a value or several: one of all those is enough."""


@dataclass(frozen=True)
class Condition:
    """What a switch needs: ``either`` of some other switches has one of the values beside its name."""

    either: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, either: Alternatives) -> Condition:
        """Make a condition as it is declared."""
        each = {name: (values,) if isinstance(values, str) else values for name, values in either.items()}
        return cls(tuple((name.replace("_", "-"), values) for name, values in each.items()))

    def holds(self, values: Mapping[str, object]) -> bool:
        """Return whether it does, as the switches are set."""
        return any(values[name] in enough for name, enough in self.either)

    def said(self, mark: Callable[[str], str] = str) -> str:
        """Return it in words: ``path=kexec or reboot, or crash-work=shutdown``; ``mark`` sets the code in them."""
        parts = [_or([mark(f"{name}={first}"), *map(mark, more)]) for name, (first, *more) in self.either]
        several = any(len(enough) > 1 for _, enough in self.either)
        return ", or ".join(parts) if several else _or(parts)


def _or(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


@dataclass(frozen=True)
class Switch:
    """The declaration of one switch. ``choices`` is empty for a number, which has a closed range.

    ``places`` is how many decimal places a number may have: 0 for an integer. ``by_version`` says which value is
    the default in which kernel versions, where that depends on them; ``default`` is the newest's. ``label`` says
    what it decides in plain words, for a stranger who has not met the name yet, and ``labels`` does for each choice.
    ``needs`` are conditions without each of which no value of it makes any difference.
    """

    default: Value
    help: str
    choices: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    places: int = 0
    unit: str = ""
    by_version: tuple[tuple[str, Versions], ...] = ()
    label: str = ""
    labels: tuple[str, ...] = ()
    needs: tuple[Condition, ...] = ()
    group: str = ""
    name: str = ""

    @property
    def field(self) -> str:
        return self.name.replace("-", "_")

    @property
    def decides(self) -> str:
        """What the switch decides, in the plainest words that there are."""
        return self.label or self.help[0].upper() + self.help[1:]

    def said(self, value: Value) -> str:
        """Return what a value means, in the plainest words that there are."""
        for known in (self.labels, self.meanings):
            words = dict(zip(self.choices, known, strict=False)).get(str(value))
            if words:
                return words
        return str(value)

    def allowed(self) -> str:
        """Return what the switch accepts, in words."""
        if self.choices:
            return ", ".join(self.choices)
        kind = "a number" if self.places else "an integer"
        return f"{kind} from {self.low:,} to {self.high:,}" + (f" ({self.unit})" if self.unit else "")

    def default_in(self, kernel: str) -> Value:
        """Return the default in a kernel version."""
        return next((value for value, versions in self.by_version if kernel in versions), self.default)

    def idle(self, values: Mapping[str, object]) -> str:
        """Return why the switch has no effect as the others are set: ``only with path=panic``.

        ``values`` are those of every switch, by name. Empty if no condition says so: it may have none all the same.
        """
        return next((f"only with {needed.said()}" for needed in self.needs if not needed.holds(values)), "")

    def only_with(self, mark: Callable[[str], str] = str) -> str:
        """Return all that the switch needs to have an effect, in words; empty if that is nothing."""
        said = [f"with {needed.said(mark)}" for needed in self.needs]
        return "only " + "; ".join([*said[:-1], f"and {said[-1]}" if said[:-1] else said[-1]]) if said else ""

    def describe(self) -> dict[str, object]:
        """Return the declaration as JSON: what `kexecdoc switches --format json` prints."""
        kind: dict[str, object] = {"range": [self.low, self.high]}
        if self.choices:
            kind = {
                "values": list(self.choices),
                "meanings": list(self.meanings),
                "labels": [self.said(value) for value in self.choices],
            }
        about: dict[str, object] = {
            "default": self.default,
            "unit": self.unit,
            "help": self.help,
            "label": self.decides,
        }
        if self.by_version:
            about["default_by_kernel"] = [
                {"default": value, "since": v.since, "before": v.before} for value, v in self.by_version
            ]
        if self.needs:  # of each of these, one at least
            about["only_with"] = [{name: list(enough) for name, enough in needed.either} for needed in self.needs]
        return {"name": self.name, "group": self.group, **kind, **about}

    def parse(self, value: object) -> Value:
        """Return the value if it is allowed. ScenarioError, with the nearest one, if it is not."""
        if self.choices:
            if value in self.choices:
                return str(value)
            near = get_close_matches(str(value), self.choices, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]}?" if near and len(self.choices) > 1 else ""
            raise ScenarioError(f"{self.name}: {shown(value)} is not one of {self.allowed()}{hint}")
        number = self._number(value)
        if number is None:
            raise ScenarioError(f"{self.name}: {shown(value)} is not {self.allowed()}; the default is {self.default}")
        if not self.low <= number <= self.high:
            nearest = self.low if number < self.low else self.high
            raise ScenarioError(f"{self.name}: {shown(value)} is not {self.allowed()}; the nearest is {nearest}")
        return number

    def _number(self, value: object) -> int | float | None:
        """Return a value as a number of so many places, whole ones as integers; None if it is none."""
        if isinstance(value, bool):
            return None
        if isinstance(value, str):
            places = rf"(\.[0-9]{{1,{self.places}}})?" if self.places else ""
            pattern = "-?[0-9]{1,30}" + places
            if not re.fullmatch(pattern, value):
                return None
            value = float(value) if "." in value else int(value)
        if isinstance(value, float) and self.places and value == round(value, self.places):
            return int(value) if value.is_integer() else value
        return value if isinstance(value, int) else None


BY_VERSION = ""
"""Stands in a scenario that is being made for the default of its kernel's version."""


def choice(help: str, /, *values: str, **meanings: str) -> Any:
    """Declare a switch with named values, the first being the default.

    Values come bare or, where a word of explanation helps, as ``value="what it means"``.
    """
    choices = values + tuple(meanings)
    words = ("",) * len(values) + tuple(meanings.values())
    switch = Switch(default=choices[0], help=help, choices=choices, meanings=words)
    return field(default=switch.default, metadata={"switch": switch})


def plain(declared: Any, label: str, /, **labels: str) -> Any:
    """Say what a switch decides, and what its values mean, to somebody who knows none of the names.

    What stands in a switch's help, and beside its values, is for somebody who does; it stands in here too where
    there are no plainer words.
    """
    switch = declared.metadata["switch"]
    said = tuple(labels.pop(value, "") for value in switch.choices)
    assert not labels, f"{', '.join(labels)}: no such value of the switch that decides: {label}"
    return field(default=declared.default, metadata={"switch": replace(switch, label=label, labels=said)})


def by_version(declared: Any, **versions: Versions) -> Any:
    """Declare a switch whose default was another in some kernel versions: ``value=Versions(...)``."""
    switch = replace(declared.metadata["switch"], by_version=tuple(versions.items()))
    return field(default=BY_VERSION, metadata={"switch": switch})


def only(declared: Any, /, *either: Alternatives, **each: str | tuple[str, ...]) -> Any:
    """Declare with which others a switch can have an effect at all.

    Each of ``each`` must have its value, or one of several; of every ``either``, one switch must. Where that is not
    so, the same events follow whatever the switch is. Where it is so, they may all the same: this need not say all.
    The first that is not so is the reason that a reader is told.
    """
    needs = tuple(map(Condition.of, (*({name: values} for name, values in each.items()), *either)))
    return field(default=declared.default, metadata={"switch": replace(declared.metadata["switch"], needs=needs)})


def fraction(help: str, /, default: int = 0) -> Any:
    """Declare a switch that is a number from 0 to 1, with six decimal places."""
    switch = Switch(default=default, help=help, low=0, high=1, places=6)
    return field(default=default, metadata={"switch": switch})


def integer(help: str, /, default: int, low: int, high: int, unit: str = "") -> Any:
    """Declare a switch that is an integer in the closed range from ``low`` to ``high``."""
    switch = Switch(default=default, help=help, low=low, high=high, unit=unit)
    return field(default=default, metadata={"switch": switch})


KERNELS = ("7.3", "6.12", "6.1", "5.10", "4.20", "4.18", "4.17", "4.12", "3.13", "3.4")
"""The versions of Linux that were read, newest first."""


def kernels(versions: Versions) -> tuple[str, ...]:
    """Return those in a range."""
    return tuple(kernel for kernel in KERNELS if kernel in versions)


# What several switches need.

SHUTS_DOWN: Alternatives = {"path": ("kexec", "reboot"), "crash_work": "shutdown"}
"""The old kernel shuts its devices down."""

NOT_SILENCED: Alternatives = {"quiesce": "none", "shutdown_callback": "missing", "path": "panic"}
"""No callback switches the interrupt of the device under study off. Of a panic this says nothing."""

NOT_RESET: Alternatives = {"path": ("kexec", "panic"), "reset": "none"}
"""No reboot resets the hardware. Of a panic this says nothing."""


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """How one kernel ends and the next begins."""

    group: ClassVar[str] = "crossing"

    path: str = plain(
        choice(
            "how the old kernel ends",
            kexec="reboot(2) with LINUX_REBOOT_CMD_KEXEC",
            panic="panic(), and a capture kernel takes over",
            reboot="reboot(2), and firmware takes over",
        ),
        "How the old kernel ends",
        kexec="it jumps straight into the next kernel",
        panic="it crashes, and a capture kernel takes over",
        reboot="it reboots, and firmware takes over",
    )
    machine: str = plain(
        choice(
            "the machine: interrupt controller and IOMMU",
            arm64="GICv3 with an ITS, SMMUv3",
            x86="local APICs and an I/O APIC, VT-d",
        ),
        "What kind of machine",
        arm64="64-bit Arm: GICv3 and SMMUv3",
        x86="x86: APICs and VT-d",
    )
    kernel: str = plain(
        choice(
            "which Linux both kernels are: the wording of messages, what that version does, and three defaults",
            *KERNELS,
        ),
        "Which Linux both kernels are",
    )
    loader: str = only(
        plain(
            choice(
                "the system call that loaded the image: whether a digest is checked before entry",
                file="kexec_file_load: on arm64 no purgatory and no digest, on x86 both",
                user="kexec_load by kexec-tools: purgatory checks a SHA-256 digest",
            ),
            "How the next kernel was loaded",
            file="by kexec_file_load: a digest is checked on x86 only",
            user="by kexec-tools: a digest is checked before entry",
        ),
        {"handover": "none", "path": "panic"},
        {"path": "kexec", "crash_work": ("minimal", "notifiers", "shutdown")},
        machine="arm64",
        path=("kexec", "panic"),
    )
    image_placement: str = only(
        plain(
            choice(
                "where the image goes, as long as nothing reserves the old kernel's LPI tables",
                **{
                    "clear": "clear of them",
                    "over-tables": "its text over the property table and the boot CPU's pending table",
                },
            ),
            "Where the next kernel’s image goes",
            clear="clear of the old interrupt tables",
            **{"over-tables": "over them, where nothing reserves them"},
        ),
        {"path": ("kexec", "reboot"), "crash_work": "in-place"},
        {"handover": "none", "path": ("reboot", "panic")},
        {"firmware": "devicetree", "lpi_policy": ("detect", "naive"), "path": ("reboot", "panic")},
        machine="arm64",
    )
    seed: int = plain(integer("every random stream derives from it", 1, 0, 2**63 - 1), "Seed: the luck of this run")


@dataclass(frozen=True, kw_only=True)
class Device:
    """The device under study: a network card, or something that writes round and round."""

    group: ClassVar[str] = "device"

    dma: str = plain(
        choice(
            "how it writes memory",
            ring="a receive ring, which ends when nobody refills it",
            cyclic="one buffer, written round and round",
        ),
        "How the card writes memory",
        ring="a receive ring: it ends when nobody refills it",
        cyclic="one buffer, round and round, without end",
    )
    traffic: int = plain(
        integer("packets, or periods of a cyclic buffer", 500, 1, 20_000, "a second"),
        "How often something arrives at the card",
    )
    ring_size: int = plain(
        integer("descriptors that can be posted at once", 256, 1, 2_048, "descriptors"),
        "How many buffers the receive ring has",
    )
    interrupt: str = plain(
        choice(
            "how it interrupts",
            msi="a message: itself a memory write",
            intx="a line, asserted until the driver has seen to the device",
        ),
        "How the card interrupts",
        msi="by a message: a memory write",
        intx="by a line, held until somebody sees to it",
    )
    msi_resend: str = only(
        plain(
            choice(
                "whether it sends a message again that nobody has seen to",
                no="one message an arrival",
                yes="at once, as soon as a CPU has accepted the last one",
            ),
            "Does the card repeat a message that nobody has seen to?",
            no="no, one message an arrival",
            yes="yes, at once, as soon as one was accepted",
        ),
        NOT_SILENCED,
        interrupt="msi",
    )
    line_shared: str = plain(
        choice(
            "whether a second device, which the next kernel drives and probes first, is on its interrupt line",
            "no",
            "yes",
        ),
        "Does another device share its interrupt line?",
        no="no",
        yes="yes, and its driver asks for the line first",
    )
    obeys_bus_master: str = only(
        plain(
            choice(
                "whether it stops when its own Bus Master bit is cleared",
                yes="as the PCI specification asks",
                no="it goes on: the bit is not known to stop every device",
            ),
            "Does the card stop when its Bus Master bit is cleared?",
            yes="yes, as the specification asks",
            no="no: it goes on",
        ),
        {"quiesce": "none", "shutdown_callback": ("missing", "incomplete")},
        path="kexec",
        clear_bus_master="yes",
        power_state="known",
    )
    power_state: str = only(
        plain(
            choice(
                "what the PCI core believes of its power state",
                known="D0 to D3hot: the core clears Bus Master on kexec",
                unknown="no driver ever enabled it: the core leaves it alone; up to 6.12",
            ),
            "What the PCI core believes of the card’s power",
            known="it is known, and the bit is cleared",
            unknown="nobody enabled it: the core leaves it alone",
        ),
        path="kexec",
        clear_bus_master="yes",
    )
    on_abort: str = only(
        plain(
            choice(
                "what a refused request does to the machine",
                ignored="nothing: the device does not mind",
                fatal="the error reaches a CPU, and whatever runs there dies",
            ),
            "What a refused write does to the machine",
            ignored="nothing",
            fatal="the error reaches a CPU, which dies of it",
        ),
        {"iommu": "translate", "machine": "arm64"},
        {"path": ("kexec", "panic"), "reset": "none", "gbpa": "abort"},
        iommu=("identity", "translate"),
    )


@dataclass(frozen=True, kw_only=True)
class OldKernel:
    """What the old kernel does to the device under study before the jump."""

    group: ClassVar[str] = "old kernel"

    quiesce: str = only(
        plain(
            choice(
                "what is done to this device's driver; everything else is shut down anyway",
                shutdown="its shutdown callback, as Linux does",
                remove="its remove callback, as unloading the driver would",
                none="nothing",
            ),
            "What the old kernel calls in the card’s driver",
            shutdown="its shutdown, as Linux does",
            remove="its remove, as unloading would",
            none="nothing: the card is left running",
        ),
        SHUTS_DOWN,
    )
    shutdown_callback: str = only(
        plain(
            choice(
                "what shutdown finds in the driver",
                works="it stops the DMA engine and the interrupt",
                missing="the driver has none",
                incomplete="it silences the interrupt and leaves the DMA engine running",
            ),
            "What the driver’s shutdown does",
            works="stops the card’s writes and its interrupt",
            missing="there is none",
            incomplete="stops the interrupt, forgets the writes",
        ),
        SHUTS_DOWN,
        quiesce="shutdown",
    )
    remove_callback: str = only(
        plain(
            choice(
                "what remove finds in the driver",
                works="it stops engine and interrupt, clears Bus Master, and frees what the driver held",
                hangs="it waits for somebody who never lets go of the device",
            ),
            "What the driver’s remove does",
            works="stops everything, frees all that it held",
            hangs="waits for a user who never lets go",
        ),
        SHUTS_DOWN,
        quiesce="remove",
    )
    clear_bus_master: str = only(
        plain(
            by_version(
                choice(
                    "whether the PCI core clears Bus Master on kexec, in every function that it believes powered",
                    yes="as since v3.5",
                    no="as before v3.5",
                ),
                no=Versions(before="3.5"),
            ),
            "Does the old kernel clear Bus Master before the jump?",
            yes="yes, as Linux does since v3.5",
            no="no, as before v3.5",
        ),
        path="kexec",
    )
    quiesce_disk: str = only(
        plain(
            choice(
                "what is done to the disk's driver, whose callbacks both work",
                shutdown="its shutdown callback, as Linux does",
                remove="its remove callback: whoever still uses the disk loses it",
            ),
            "What the old kernel calls in the disk’s driver",
            shutdown="its shutdown, as Linux does",
            remove="its remove: who uses the disk loses it",
        ),
        SHUTS_DOWN,
    )
    mask_at_controller: str = only(
        plain(
            choice(
                "whether every interrupt is masked at the controller before the jump, as was proposed in the thread",
                no="as the architecture does it",
                yes="each LPI in its property byte, each pin of the I/O APIC, and nothing in the devices",
            ),
            "Is every interrupt masked at the controller before the jump?",
            no="no: as each architecture does it",
            yes="yes, as was proposed in the thread",
        ),
        {"path": ("kexec", "reboot"), "crash_work": ("minimal", "notifiers", "shutdown")},
    )
    hotplug: str = plain(
        choice(
            "what the device is plugged into",
            **{
                "none": "the root bus",
                "conforming": "a hot-plug port that completes every command",
                "cf118": "a hot-plug port that completes only commands that change a control field",
                "cf118-quirked": "such a port, known to the driver as such: since v4.18",
            },
        ),
        "What the card is plugged into",
        **{
            "none": "the machine itself",
            "conforming": "a port that answers every command",
            "cf118": "a port that leaves some commands unanswered",
            "cf118-quirked": "such a port, and its driver knows",
        },
    )
    hotplug_ports: int = only(
        plain(integer("how many such ports there are", 1, 1, 64, "ports"), "How many hot-plug ports"),
        hotplug=("conforming", "cf118", "cf118-quirked"),
    )
    hz: int = only(
        plain(
            integer("timer ticks: how long the hot-plug driver's waits are rounded up to", 250, 250, 1000, "a second"),
            "Timer frequency: the port driver’s waits are rounded up to its ticks",
        ),
        SHUTS_DOWN,
        hotplug="cf118",
        kernel=kernels(Versions("4.15")),
    )


@dataclass(frozen=True, kw_only=True)
class Iommu:
    """What stands between the device and memory."""

    group: ClassVar[str] = "IOMMU"

    iommu: str = plain(
        choice(
            "the IOMMU in the device's path",
            off="none",
            identity="there, but addresses pass unchanged",
            translate="the device uses I/O virtual addresses",
        ),
        "The IOMMU between the card and memory",
        off="there is none",
        identity="there, addresses unchanged",
        translate="there, addresses translated",
    )
    iova: str = only(
        plain(
            choice(
                "what in-flight I/O virtual addresses are when read as physical ones",
                hole="addresses where there is no RAM",
                ram="addresses of other RAM",
            ),
            "What the card’s translated addresses are without the IOMMU",
            hole="nothing: no memory is there",
            ram="other memory",
        ),
        iommu="translate",
    )
    gbpa: str = only(
        plain(
            choice(
                "what an SMMUv3 does with traffic while it is disabled",
                bypass="lets it through untranslated",
                abort="refuses it",
            ),
            "What an SMMU does with writes while it is switched off",
            bypass="lets them through, untranslated",
            abort="refuses them",
        ),
        {"path": ("kexec", "reboot"), "crash_work": ("shutdown", "in-place")},
        machine="arm64",
        iommu=("identity", "translate"),
    )


@dataclass(frozen=True, kw_only=True)
class InterruptController:
    """What the redistributors can do, and what the firmware passes on."""

    group: ClassVar[str] = "interrupt controller"

    lpi_disable: str = only(
        plain(
            choice(
                "whether EnableLPIs can be cleared once it was set",
                clearable="it can",
                sticky="it reads back as 1 for ever",
            ),
            "Can the interrupt controller’s tables be switched off?",
            clearable="yes: EnableLPIs can be cleared",
            sticky="no: once set, EnableLPIs stays set",
        ),
        {"firmware": "devicetree", "lpi_policy": ("detect", "naive"), "path": ("reboot", "panic")},
        {"lpi_policy": ("detect", "naive"), "path": ("kexec", "reboot"), "crash_work": "in-place"},
        NOT_RESET,
        machine="arm64",
    )
    lpi_cache: int = only(
        plain(
            integer(
                "pending bits that a redistributor holds on chip before it writes one to memory", 0, 0, 64, "lines"
            ),
            "How many pending bits a redistributor holds on chip",
        ),
        machine="arm64",
    )
    firmware: str = only(
        plain(
            choice(
                "how the first kernel was booted: whether a list of reserved memory survives",
                efi="through UEFI, whose configuration tables carry the list",
                devicetree="without UEFI: no list",
            ),
            "How the first kernel was booted",
            efi="through UEFI: a list of reserved memory is kept",
            devicetree="without UEFI: there is no such list",
        ),
        machine="arm64",
    )


@dataclass(frozen=True, kw_only=True)
class NextKernel:
    """What the next kernel does with what it finds."""

    group: ClassVar[str] = "next kernel"

    lpi_policy: str = only(
        plain(
            by_version(
                choice(
                    "what it does with LPI tables that it finds live",
                    reuse="keeps them where they are reserved: v4.20 on",
                    detect="warns and tries to switch them off: v4.17 to v4.19",
                    naive="programs its own and does not look: before v4.17",
                ),
                detect=Versions("4.17", before="4.20"),
                naive=Versions(before="4.17"),
            ),
            "What the next kernel does with tables in use",
            reuse="keeps them, if they are on the list: v4.20 on",
            detect="warns, and tries to switch them off: v4.17 on",
            naive="does not look: before v4.17",
        ),
        NOT_RESET,
        machine="arm64",
    )
    next_driver: str = plain(
        choice(
            "its driver for the device under study",
            resets="resets the device, then sets Bus Master",
            trusts="sets Bus Master and believes what it finds",
            absent="it has none",
        ),
        "What the next kernel’s driver does with the card",
        resets="resets it, then lets it write",
        trusts="lets it write, and believes what it finds",
        absent="there is no driver for it",
    )
    irqpoll: str = only(
        plain(
            choice(
                "whether an unhandled interrupt is offered to the handlers of all shared lines",
                no="as by default",
                yes="as with `irqpoll` on the kernel's command line",
            ),
            "If nobody claims an interrupt, are all drivers asked?",
            no="no, as by default",
            yes="yes: booted with irqpoll",
        ),
        {"line_shared": "yes", "interrupt": "intx"},
        {"interrupt": "intx", "kernel": kernels(Versions(before="4.12"))},
        {"line_shared": "yes", "next_driver": "trusts"},
        NOT_SILENCED,
    )


@dataclass(frozen=True, kw_only=True)
class Panic:
    """What a crashed kernel still does, and where the capture kernel waits."""

    group: ClassVar[str] = "panic"

    crash_memory: str = only(
        plain(
            choice(
                "the memory of the capture kernel",
                reserved="crashkernel=SIZE: set aside at boot, never given to anybody",
                cma="crashkernel=SIZE,cma beside it: memory that userspace, and so a device, may have used meanwhile",
                none="a what-if: ordinary memory",
            ),
            "Where the capture kernel runs",
            reserved="in memory set aside at boot",
            cma="there, and in memory that programs have used",
            none="in ordinary memory: a what-if",
        ),
        path="panic",
        crash_work=("minimal", "notifiers", "shutdown"),
    )
    crash_work: str = only(
        plain(
            choice(
                "how much the crashed kernel still does",
                **{
                    "minimal": "stop the other CPUs, quiet the interrupt controllers, jump",
                    "notifiers": "run the panic notifiers and dump the log first: crash_kexec_post_notifiers",
                    "shutdown": "a what-if: shut the devices down first",
                    "in-place": "a what-if: write the dump itself, without a jump",
                },
            ),
            "What the crashed kernel still does",
            **{
                "minimal": "stops the other CPUs, and jumps",
                "notifiers": "runs the panic notifiers first",
                "shutdown": "shuts the devices down first: a what-if",
                "in-place": "writes the dump itself: a what-if",
            },
        ),
        path="panic",
    )
    heap_damage: float = only(
        plain(
            fraction("how many of the crashed kernel's objects are damaged"),
            "What share of the crashed kernel’s objects is damaged",
        ),
        path="panic",
    )


@dataclass(frozen=True, kw_only=True)
class Reboot:
    """What the firmware does."""

    group: ClassVar[str] = "reboot"

    reset: str = only(
        plain(
            choice(
                "whether handing over to firmware resets the hardware",
                full="all of it",
                none="nothing: control is merely transferred",
            ),
            "Does the reboot reset the hardware?",
            full="yes, all of it",
            none="no: the firmware is entered, and that is all",
        ),
        {"path": "reboot", "crash_work": "in-place"},
        {"path": ("reboot", "panic")},
    )


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What the old kernel hands on."""

    group: ClassVar[str] = "handover"

    handover: str = only(
        plain(
            choice(
                "whether memory is handed over",
                none="an ordinary image",
                kho="Kexec HandOver: destinations in scratch memory, preserved pages, no digest",
            ),
            "Is memory handed over?",
            none="no: an ordinary kexec",
            kho="yes: Kexec HandOver",
        ),
        path="kexec",
    )


@dataclass(frozen=True, kw_only=True)
class Scenario(Crossing, Device, OldKernel, Iommu, InterruptController, NextKernel, Panic, Reboot, Handover):
    """One crossing: every switch and the seed. Values are checked when it is made.

    A machine with a device of one's own is a kind of scenario: ``class WithCard(Scenario, Card)``, where `Card` is
    one group of switches more. ``plugged`` is what such a machine has beside its own devices: each is called with
    the computer and the scenario, and is the device's driver (`kexecdoc.model.kernel.driver`).
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
        """Return every switch by its name on the command line, in the order of declaration."""
        return {name: getattr(self, switch.field) for name, switch in switches(type(self)).items()}

    def differences(self) -> dict[str, Value]:
        """Return the switches that are not at their default in this kernel version."""
        mine = switches(type(self))
        return {n: v for n, v in self.values().items() if v != mine[n].default_in(self.kernel)}

    @property
    def captures(self) -> bool:
        """Whether a capture kernel takes over: after a panic, unless the crashed kernel writes the dump itself."""
        return self.path == "panic" and self.crash_work != "in-place"

    @property
    def through_firmware(self) -> bool:
        """Whether firmware, and not a jump, leads to the next kernel."""
        return self.path == "reboot" or (self.path == "panic" and not self.captures)

    def but(self, **changes: object) -> Self:
        """Return the same scenario with some fields changed, checked as ever.

        What was at the default of its kernel version is at that of the new one, if that is what changes.
        """
        kind = type(self)
        return kind.of({**self.differences(), **{find(name, kind).name: value for name, value in changes.items()}})


def groups(kind: type[Scenario] = Scenario) -> list[Any]:
    """Return the groups of switches that a kind of scenario is made of, in order."""
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
            found[name] = Switch(**{**declared.__dict__, "name": name, "group": group.group})
    return found


def find(name: str, kind: type[Scenario] = Scenario) -> Switch:
    """Return the switch of that name. ScenarioError, with the nearest name, if there is none."""
    wanted, every = name.replace("_", "-"), switches(kind)
    if wanted in every:
        return every[wanted]
    near = get_close_matches(wanted, every, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "`kexecdoc switches` lists them"
    raise ScenarioError(f"{shown(name)}: no such switch; {hint}")
