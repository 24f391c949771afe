"""Chapter 5: how long a storm lasts, which storms are detected, and an asserted line that does no harm."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.kernel.irq import WINDOW
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run

STORMS: dict[str, tuple[bool, str]] = {
    "a line, and nobody's handler knows the device": (True, "every interrupt comes back unhandled, and is counted"),
    "a message for a vector that nobody has": (False, "no descriptor is involved, so nobody counts"),
    "a handler that says it is done and clears nothing": (
        False,
        "the detector counts what is unhandled, and this is not",
    ),
    "a line, with noirqdebug on the command line": (False, "the option switches the detector off"),
    "five unhandled interrupts a second on a line": (
        False,
        "they are more than a tenth of a second apart, so the tally starts anew",
    ),
}
"""Storms and near-storms: whether the detector of spurious interrupts ends them, and why.

[src: note-interrupt, msi-storms]
"""


def storm_milliseconds(microseconds: float, milliseconds: float) -> str:
    """Check how many ms a line storms before it is disabled if an interrupt takes ``microseconds``.

    [src: note-interrupt]
    """
    right = WINDOW * microseconds / 1000
    if abs(milliseconds - right) <= right / 2000:
        return f"{RIGHT} {WINDOW:,} × {microseconds:g} µs = {right:g} ms."
    if abs(milliseconds - 99_900 * microseconds / 1000) <= right / 2000:
        return "No: 99,900 must be unhandled, and it is looked at when 100,000 have come."
    return f"No: the detector looks when {WINDOW:,} interrupts have come. Multiply, and mind the unit."


def ended_by_the_detector(*storms: str) -> str:
    """Check the complete list of the storms that the detector ends, as named in ``STORMS``."""
    unknown = [s for s in storms if s not in STORMS]
    if unknown:
        return f"No such storm: {unknown[0]!r}. There are: {'; '.join(STORMS)}."
    for storm, (seen, why) in STORMS.items():
        if seen != (storm in storms):
            return f"No: {storm}: {why}."
    return f"{RIGHT} Only that one is counted."


@tries_a_scenario
def asserted_and_silent(**switches: object) -> str:
    """Check a scenario in which the card's line stays asserted after the jump without a storm."""
    run = simulate(Scenario.of({"interrupt": "intx", "quiesce": "none", **switches}))
    if run.scenario.interrupt != "intx":
        return "No: a message has no line."
    if run.verdict.jump_ns is None or not _asserted_after(run, run.verdict.jump_ns):
        return "No: after the jump the line is not asserted at all."
    if run.verdict.storms:
        return f"No: somebody asked for the line, and {run.verdict.unhandled:,} interrupts went unhandled."
    return f"{RIGHT} The line is asserted after the jump, and nobody unmasks it before the device is seen to."


def _asserted_after(run: Run, jump: int) -> bool:
    """Return whether a line is asserted at the jump or at any time after it."""
    asserted = False
    for event in run.log:
        for path, value in event.set.items():
            if path.startswith("line/") and path.endswith("/asserted"):
                asserted = value or (asserted and event.t_ns >= jump)
    return asserted
