"""Combinations of switches that no kernel ever had. They are allowed, since a what-if is worth a look, and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.registries.versions import Versions, version


@dataclass(frozen=True)
class Introduction:
    """Something that Linux has had since a version. ``applies`` says whether a scenario uses it."""

    what: str
    since: str
    source: str
    applies: Callable[[Scenario], bool]


INTRODUCTIONS = (
    Introduction("kexec on arm64", "4.8", "arm64-machine-kexec", lambda s: s.machine == "arm64" and s.path != "reboot"),
    Introduction("crashkernel=SIZE,cma", "6.17", "crash-cma", lambda s: s.path == "panic" and s.crash_memory == "cma"),
    Introduction("Kexec HandOver", "6.16", "kho", lambda s: s.path == "kexec" and s.handover == "kho"),
    Introduction(
        "copying VT-d's tables in a capture kernel",
        "4.2",
        "vtd-copy",
        lambda s: s.captures and s.machine == "x86" and s.iommu == "translate",
    ),
    Introduction(
        "aborting what is in flight in a capture kernel",
        "4.19",
        "smmu-kdump",
        lambda s: s.captures and s.machine == "arm64" and s.iommu != "off",
    ),
    Introduction(
        "the quirk for ports that complete no command", "4.18", "pciehp-wait", lambda s: s.hotplug == "cf118-quirked"
    ),
)


@dataclass(frozen=True)
class WhatIf:
    """Something that no kernel does. ``applies`` says whether a scenario has it."""

    what: str
    applies: Callable[[Scenario], bool]


WHAT_IFS = (
    WhatIf("no kernel masks everything at the controller", lambda s: s.mask_at_controller == "yes"),
    WhatIf("a handover needs kexec_file_load", lambda s: s.handover == "kho" and s.loader == "user"),
    WhatIf("no capture kernel runs in ordinary memory", lambda s: s.captures and s.crash_memory == "none"),
    WhatIf("no crashed kernel shuts devices down first", lambda s: s.path == "panic" and s.crash_work == "shutdown"),
    WhatIf("no crashed kernel writes the dump itself", lambda s: s.path == "panic" and s.crash_work == "in-place"),
    WhatIf(
        "v7.3 brings every function to D0 when it finds it",  # [src: pci-pm-init]
        lambda s: s.power_state == "unknown" and version(s.kernel) >= version("7.3"),
    ),
)


def anachronisms(scenario: Scenario) -> list[str]:
    """Return, in words, everything in a scenario that its kernel version never had."""
    kernel = scenario.kernel
    found = [
        f"{new.what} came with v{new.since}"
        for new in INTRODUCTIONS
        if new.applies(scenario) and version(kernel) < version(new.since)
    ]
    found += [whatif.what for whatif in WHAT_IFS if whatif.applies(scenario)]
    for name, switch in switches().items():
        if switch.by_version and getattr(scenario, switch.field) != switch.default_in(kernel):
            found.append(f"v{kernel} has {name}={switch.default_in(kernel)}")
    if scenario.hotplug == "cf118" and kernel in Versions("4.18"):
        found.append(f"v{kernel} knows such ports: hotplug=cf118-quirked")
    return found
