"""Named scenarios, and the explorers of the chapters: which switches a reader finds in hand where."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from kexecdoc.scenario import Scenario, ScenarioError, shown


@dataclass(frozen=True)
class Preset:
    """A named scenario: what differs from the default, in one line for a person."""

    name: str
    chapter: int
    title: str
    values: dict[str, str | int]

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
            {"quiesce": "none", "power-state": "unknown"},
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
    )
}


@dataclass(frozen=True)
class Explorer:
    """What a chapter puts into the reader's hand: a base scenario and the switches to flip on it."""

    name: str
    chapter: int
    switches: tuple[str, ...]
    base: dict[str, str | int]

    @property
    def scenario(self) -> Scenario:
        return Scenario.of(self.base)


EXPLORERS: dict[str, Explorer] = {
    explorer.name: explorer
    for explorer in (
        Explorer(
            "just-a-branch",
            1,
            ("quiesce", "iommu", "lpi-disable"),
            {"quiesce": "none", "clear-bus-master": "no", "firmware": "devicetree"},
        ),
    )
}


def preset(name: str) -> Preset:
    """Return the preset of that name. ScenarioError, with the nearest name, if there is none."""
    if name in PRESETS:
        return PRESETS[name]
    near = get_close_matches(name, PRESETS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "`kexecdoc presets` lists them"
    raise ScenarioError(f"{shown(name)}: no such preset; {hint}")
