"""Named scenarios, for the chapters and for `kexecdoc run NAME`."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from kexecdoc.model.scenario import Scenario, ScenarioError
from kexecdoc.model.switch import Value, for_message


@dataclass(frozen=True)
class Preset:
    """A named scenario: ``values`` differ from the default, and ``title`` describes it in one line."""

    name: str
    chapter: int
    title: str
    values: dict[str, Value]

    @property
    def scenario(self) -> Scenario:
        return Scenario.of(self.values)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("ordinary", 1, "an ordinary kexec: the driver's shutdown callback stops the device", {}),
        Preset(
            "left-running",
            1,
            "nothing stops the device, and nobody clears Bus Master",
            {"quiesce": "none", "clear-bus-master": "no"},
        ),
        Preset("bus-master-only", 1, "nothing stops the device; the PCI core clears Bus Master", {"quiesce": "none"}),
        Preset(
            "no-callback",
            1,
            "the driver has no shutdown callback; the PCI core clears Bus Master",
            {"shutdown-callback": "missing"},
        ),
        Preset(
            "iommu-gone",
            1,
            "the device is left running behind an SMMU that is switched off before the jump",
            {"quiesce": "none", "clear-bus-master": "no", "iommu": "translate"},
        ),
        Preset(
            "flipped-bits",
            1,
            "interrupts go on being recorded in tables that nobody kept",
            {"quiesce": "none", "clear-bus-master": "no", "dma": "cyclic", "firmware": "devicetree"},
        ),
        Preset(
            "runs-dry",
            2,
            "a receive ring outlives its kernel, until it has no descriptor left",
            {"quiesce": "none", "clear-bus-master": "no", "next-driver": "absent"},
        ),
        Preset(
            "set-again",
            2,
            "the next driver sets Bus Master again, and believes what it finds",
            {"quiesce": "none", "next-driver": "trusts"},
        ),
        Preset(
            "stuck",
            1,
            "a perfect driver, and redistributors that cannot be switched off",
            {"lpi-disable": "sticky", "firmware": "devicetree"},
        ),
        Preset(
            "kept-tables",
            1,
            "the same interrupts, recorded in tables that the next kernel keeps",
            {"quiesce": "none", "clear-bus-master": "no", "dma": "cyclic"},
        ),
        Preset(
            "unknown-power",
            1,
            "nothing stops the device, and the PCI core does not know that it is powered",
            {"kernel": "6.12", "quiesce": "none", "power-state": "unknown"},
        ),
        Preset(
            "removed", 1, "the driver's remove callback stops the device, and frees its buffers", {"quiesce": "remove"}
        ),
        Preset(
            "remove-hangs",
            1,
            "the driver's remove callback waits for a user who never lets go",
            {"quiesce": "remove", "remove-callback": "hangs"},
        ),
        Preset(
            "over-tables",
            1,
            "the next kernel's image lies over LPI tables that nobody reserved",
            {"image-placement": "over-tables", "firmware": "devicetree"},
        ),
        Preset(
            "cyclic",
            2,
            "a device that writes one buffer round and round outlives its kernel",
            {"quiesce": "none", "clear-bus-master": "no", "dma": "cyclic", "next-driver": "absent"},
        ),
        Preset(
            "half-quiet",
            3,
            "the shutdown callback silences the interrupt and forgets the engine; nobody clears Bus Master",
            {"shutdown-callback": "incomplete", "clear-bus-master": "no"},
        ),
        Preset(
            "disk-removed",
            3,
            "the disk's driver is removed, and whoever still uses the disk loses it",
            {"quiesce-disk": "remove"},
        ),
        Preset(
            "hotplug-wait",
            4,
            "two hot-plug ports that never complete a command, before the quirk",
            {"kernel": "4.17", "hotplug": "cf118", "hotplug-ports": 2},
        ),
        Preset(
            "nobody-cared",
            5,
            "a line left asserted, and the driver beside it asks for the line first",
            {"machine": "x86", "interrupt": "intx", "line-shared": "yes", "quiesce": "none"},
        ),
        Preset(
            "screaming-message",
            5,
            "a device sends its message again and again, and the capture kernel hangs",
            {"path": "panic", "machine": "x86", "msi-resend": "yes"},
        ),
        Preset(
            "masked-at-controller",
            6,
            "every LPI masked at the controller before the jump, and recorded all the same",
            {
                "quiesce": "none",
                "clear-bus-master": "no",
                "dma": "cyclic",
                "firmware": "devicetree",
                "mask-at-controller": "yes",
            },
        ),
        Preset(
            "late-bits",
            6,
            "pending bits held on chip, and written back when LPIs are switched off",
            {"quiesce": "none", "clear-bus-master": "no", "dma": "cyclic", "firmware": "devicetree", "lpi-cache": 8},
        ),
        Preset(
            "vtd-gone",
            7,
            "the device is left running behind VT-d, which is switched off late",
            {"machine": "x86", "quiesce": "none", "clear-bus-master": "no", "iommu": "translate"},
        ),
        Preset(
            "other-memory",
            7,
            "what the device takes for its buffers is other memory once the SMMU is off",
            {"quiesce": "none", "clear-bus-master": "no", "iommu": "translate", "iova": "ram"},
        ),
        Preset(
            "refused-while-off",
            7,
            "an SMMU that refuses everything while it is off",
            {"quiesce": "none", "clear-bus-master": "no", "iommu": "translate", "gbpa": "abort"},
        ),
        Preset(
            "untranslated",
            7,
            "an SMMU that passes addresses unchanged protects nobody",
            {"quiesce": "none", "clear-bus-master": "no", "iommu": "identity"},
        ),
        Preset("capture", 8, "a panic: the capture kernel runs where no device ever wrote", {"path": "panic"}),
        Preset(
            "capture-shared",
            8,
            "the capture kernel shares memory with userspace, and a device still writes there",
            {"path": "panic", "crash-memory": "cma", "dma": "cyclic"},
        ),
        Preset(
            "aborted",
            8,
            "the SMMU aborts what is in flight, and the hardware minds",
            {"path": "panic", "iommu": "translate", "dma": "cyclic", "on-abort": "fatal"},
        ),
        Preset(
            "capture-vtd",
            8,
            "a capture kernel keeps the tables of VT-d that it finds in use",
            {"path": "panic", "machine": "x86", "iommu": "translate"},
        ),
        Preset(
            "capture-anywhere",
            8,
            "what if the capture kernel ran in ordinary memory",
            {"path": "panic", "crash-memory": "none", "dma": "cyclic", "seed": 10},
        ),
        Preset(
            "damaged",
            9,
            "one object in five of the crashed kernel is damaged, and it shuts devices down first",
            {"path": "panic", "crash-work": "shutdown", "heap-damage": 0.2},
        ),
        Preset(
            "dump-in-place",
            9,
            "what if the crashed kernel wrote the dump itself",
            {"path": "panic", "crash-work": "in-place"},
        ),
        Preset(
            "notifiers-first",
            9,
            "one object in twenty is damaged, and the panic notifiers run first",
            {"path": "panic", "crash-work": "notifiers", "heap-damage": 0.05},
        ),
        Preset(
            "no-reset",
            10,
            "a reboot that enters the firmware without a reset, with the device left running",
            {"path": "reboot", "reset": "none", "quiesce": "none"},
        ),
        Preset(
            "reset",
            10,
            "a reboot that resets the hardware, whatever was left running",
            {"path": "reboot", "quiesce": "none"},
        ),
        Preset(
            "handed-over",
            11,
            "memory is handed over, and the device left running still writes where it wrote",
            {"handover": "kho", "quiesce": "none", "clear-bus-master": "no"},
        ),
        Preset("handed-over-quiet", 11, "memory is handed over, and the device was shut down", {"handover": "kho"}),
        Preset(
            "handed-over-running",
            11,
            "memory is handed over, and a device writes one buffer round and round all the while",
            {"quiesce": "none", "clear-bus-master": "no", "handover": "kho", "dma": "cyclic", "next-driver": "absent"},
        ),
    )
}


def preset(name: str) -> Preset:
    """Return the preset of that name. ScenarioError, with the nearest name, if there is none."""
    if name in PRESETS:
        return PRESETS[name]
    near = get_close_matches(name, PRESETS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "`kexecdoc presets` lists them"
    raise ScenarioError(f"{for_message(name)}: no such preset; {hint}")
