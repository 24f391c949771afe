"""The figures of the chapters, one idea a file: data that the package has computed in, a `Figure` out."""

from kexecdoc.show.figures.capture import captured_over_damage
from kexecdoc.show.figures.corruption import corrupted_over_traffic, count_corrupted
from kexecdoc.show.figures.exposure import exposure, windows
from kexecdoc.show.figures.outcome_grid import count_outcomes, outcome_grid

__all__ = [
    "captured_over_damage",
    "corrupted_over_traffic",
    "count_corrupted",
    "count_outcomes",
    "exposure",
    "outcome_grid",
    "windows",
]
