"""Chapter 10: ways to reboot that reset nothing, and faults that a reset hides."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.verdict import OUTCOMES

METHODS: dict[str, str] = {
    "ACPI": "the firmware names a register for it, and the chipset resets the machine",
    "keyboard": "the controller pulls a reset line",
    "EFI": "the firmware's runtime service is asked for a reset",
    "BIOS": "",
    "CF9": "the chipset's reset register",
    "triple fault": "a processor that cannot go on shuts down, and the board resets it",
}
"""x86's methods, in the order in which they are tried by default, and what each relies on.

[src: x86-reboot, acpi-reboot]
"""

BAD = OUTCOMES.index("corrupted")


def enters_without_a_reset(method: str) -> str:
    """Check which of `METHODS` enters the firmware without a reset of the hardware."""
    if method not in METHODS:
        return f"No such method: {method!r} is none of {', '.join(METHODS)}."
    if METHODS[method]:
        return f"No: {METHODS[method]}."
    return f"{RIGHT} It jumps into the firmware's code, and every device is as the last driver left it."


@tries_a_scenario
def hidden_by_the_reset(**switches: object) -> str:
    """Check a scenario with a fault that does no harm on a reboot with a reset, but spoils a kexec."""
    if "path" in switches:
        return "No: leave path out. The same machine is rebooted, and then crossed by kexec."
    rebooted = simulate(Scenario.of({"path": "reboot", "reset": "full", **switches})).verdict
    kexec = simulate(Scenario.of({"path": "kexec", **switches})).verdict
    if OUTCOMES.index(rebooted.outcome) >= BAD:
        return f"No: the reboot shows it, too: {rebooted.outcome}."
    if OUTCOMES.index(kexec.outcome) < BAD:
        return f"No: the kexec ends {kexec.outcome}, so there is nothing to hide."
    return f"{RIGHT} The reboot ends {rebooted.outcome}, the kexec {kexec.outcome}."


@tries_a_scenario
def saved_by_bus_master(**switches: object) -> str:
    """Check a scenario in which Bus Master saves a kexec, but not a reboot without a reset."""
    ends = {
        path: simulate(Scenario.of({"reset": "none", **switches, "path": path})).verdict for path in ("kexec", "reboot")
    }
    kexec, reboot = ends["kexec"], ends["reboot"]
    if not kexec.dma["stopped"]:
        return "No: on the kexec, Bus Master has nothing to stop here."
    if OUTCOMES.index(kexec.outcome) >= BAD:
        return f"No: the kexec ends {kexec.outcome} all the same."
    if OUTCOMES.index(reboot.outcome) < BAD:
        return f"No: the reboot ends {reboot.outcome} as well. Try other seeds."
    return f"{RIGHT} Bus Master stops {kexec.dma['stopped']:,} writes on the kexec; the reboot ends {reboot.outcome}."
