"""Chapter 3: scenarios in which one callback does better than the other, and what a serial walk costs."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.verdict import OUTCOMES


@tries_a_scenario
def one_beats_the_other(better: str, **switches: object) -> str:
    """Check a scenario in which ``better``, ``remove`` or ``shutdown``, ends better than the other callback does."""
    if better not in ("remove", "shutdown"):
        return f"No such callback: {better!r} is neither remove nor shutdown."
    if "quiesce" in switches:
        return "No: leave quiesce out. Both callbacks are tried, everything else being the same."
    worse = "shutdown" if better == "remove" else "remove"
    ends = {q: simulate(Scenario.of({"quiesce": q, **switches})).verdict.outcome for q in (better, worse)}
    if OUTCOMES.index(ends[better]) < OUTCOMES.index(ends[worse]):
        return f"{RIGHT} With {better} the crossing ends {ends[better]}, with {worse} {ends[worse]}."
    if ends[better] == ends[worse]:
        return f"No: both end {ends[better]}."
    return f"No: {better} ends {ends[better]}, and {worse} better than that: {ends[worse]}."


def serial_seconds(devices: int, seconds: float, total: float) -> str:
    """Check how long `device_shutdown()` takes if each of its devices takes ``seconds``. [src: device-shutdown]"""
    if total == devices * seconds:
        return f"{RIGHT} One after the other: {devices} × {seconds:g} s = {devices * seconds:g} s."
    if total == seconds:
        return "No: that would be so if they were shut down side by side. The walk takes one device at a time."
    return "No: one device at a time, each for as long as it takes; add them up."


def share_with_callback(drivers: int, with_callback: int, percent: int) -> str:
    """Check the share of drivers that have a callback, in whole percent."""
    right = round(100 * with_callback / drivers)
    if percent == right:
        return f"{RIGHT} {with_callback} of {drivers} are {100 * with_callback / drivers:.1f} %."
    if percent == 100 - right:
        return "No: that is the share of those without one."
    return f"No: {with_callback} divided by {drivers}, times a hundred."
