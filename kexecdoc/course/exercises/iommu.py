"""Chapter 7: what happens to a write while the IOMMU is off, how early it goes off, and a dump that it costs."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.scales import MS
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run

ENDS = ("landed", "missed", "faulted")
OFF = ("old/smmu-shutdown:0", "old/vtd-shutdown:0")
ON = ("next/smmu-enable:0", "next/vtd-enable:0")


@tries_a_scenario
def while_off(answer: str, **switches: object) -> str:
    """Check what happens to writes between the jump and the next kernel's IOMMU: one of ``ENDS``."""
    if answer not in ENDS:
        return f"No such end: {answer!r} is none of {', '.join(ENDS)}."
    run = simulate(Scenario.of({"quiesce": "none", "clear_bus_master": "no", "iommu": "translate", **switches}))
    ends = _ends_while_off(run)
    if not ends:
        return f"No: in this crossing nothing is written while the IOMMU is off ({run.verdict.outcome})."
    if set(ends) == {answer}:
        return f"{RIGHT} All {len(ends)} of them."
    if answer in ends:
        return f"No: not all of them; some {' and some '.join(sorted(set(ends) - {answer}))}."
    reason = {
        "missed": "their addresses, taken literally, lead where there is no RAM",
        "landed": "their addresses, taken literally, lead into RAM",
        "faulted": "traffic is refused while the IOMMU is off",
    }
    return f"No: {reason[ends[0]]}."


def _ends_while_off(run: Run) -> list[str]:
    jump = run.verdict.jump_ns
    if jump is None:
        return []
    on = next((e.t_ns for e in run.log if e.id in ON), run.verdict.end_ns)
    kinds = {f"dma.{end}": end for end in ENDS}
    return [kinds[e.kind] for e in run.log if e.kind in kinds and jump <= e.t_ns < on]


@tries_a_scenario
def off_before_the_jump(milliseconds: float, **switches: object) -> str:
    """Check how many ms before the jump an ordinary kexec switches the IOMMU off, to half a millisecond."""
    run = simulate(Scenario.of({"iommu": "translate", **switches}))
    off = next((e.t_ns for e in run.log if e.id in OFF), None)
    if off is None:
        return "No: in this crossing nobody switches the IOMMU off before the jump."
    right = ((run.verdict.jump_ns or 0) - off) / MS
    if abs(right - milliseconds) <= 0.5:
        return f"{RIGHT} It goes off {right:.1f} ms before the jump."
    if milliseconds > right:
        return "No: it goes off later than that."
    return "No: it goes off earlier than that. Look for the step in which it happens."


@tries_a_scenario
def dump_lost_to_the_iommu(**switches: object) -> str:
    """Check a panic whose dump is lost with an IOMMU in the path but captured without one."""
    if switches.get("iommu") == "off":
        return "No: without an IOMMU it cannot be the IOMMU's doing."
    with_it = simulate(Scenario.of({"path": "panic", "iommu": "translate", **switches}))
    without = simulate(with_it.scenario.but(iommu="off"))
    if with_it.scenario.path != "panic":
        return "No: only a panic has a dump to lose."
    if with_it.to_json()["dump"] != "lost":
        return "No: the dump is captured."
    if without.to_json()["dump"] != "captured":
        return "No: without the IOMMU it is lost, too."
    return f"{RIGHT} {with_it.verdict.summary.split('. ')[0]}."
