"""Chapter 9: the chance that no object in use is damaged, and how many crashes a claim needs."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT
from kexecdoc.study.closed_forms import crash_success
from kexecdoc.study.proportion import wilson


def chance(objects: int, damage: float, percent: float) -> str:
    """Check the chance, in percent, that none of the objects that a strategy relies on is damaged."""
    right = 100 * crash_success(objects, damage)
    if abs(percent - right) <= 0.5:
        return f"{RIGHT} {1 - damage:g} to the power of {objects} is {right / 100:.3f}."
    if abs(percent - 100 * (1 - objects * damage)) <= 0.5:
        return (
            "No: chances multiply. Subtracting one share for each object counts those twice that are damaged together."
        )
    if abs(percent - (100 - right)) <= 0.5:
        return "No: that is the chance to fail."
    return f"No: {objects} times in a row an object has to be sound, each with a chance of {1 - damage:g}."


def damage_for(objects: int, success: float, damage: float) -> str:
    """Check at what share of damage a strategy that relies on ``objects`` works in a share of ``success``."""
    right = 1 - success ** (1 / objects)
    if abs(damage - right) <= 0.002:
        return f"{RIGHT} 1 − {success:g}^(1/{objects}) = {right:.3f}."
    if abs(damage - (1 - success) / objects) <= 0.002:
        return "No: that would be so if chances added up. Take a root instead of a quotient."
    return f"No: find d so that (1 − d)^{objects} is {success:g}."


def crashes_needed(share: float, within: float, crashes: int) -> str:
    """Check how many crashes it takes at least to know a share to ± ``within`` with 95 % confidence.

    By Wilson's interval for the number of successes nearest to the share.
    """

    def half_width(n: int) -> float:
        low, high = wilson(round(share * n), n)
        return (high - low) / 2

    if crashes < 1:
        return "No: one crash, at the least."
    if half_width(crashes) > within:
        return f"No: after {crashes} the interval is still ±{100 * half_width(crashes):.1f} points."
    if half_width(crashes - 10 if crashes > 10 else 1) <= within:
        return f"No: fewer would do. After {crashes} it is ±{100 * half_width(crashes):.1f} points already."
    return f"{RIGHT} After {crashes} crashes it is ±{100 * half_width(crashes):.1f} points."
