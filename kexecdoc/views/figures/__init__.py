"""The figures of the chapters, one idea in each file: functions from computed data to a `Figure`."""

from kexecdoc.views.figures.capture import captured_over_damage
from kexecdoc.views.figures.corruption import corrupted_over_traffic
from kexecdoc.views.figures.drivers import driver_coverage
from kexecdoc.views.figures.exposure_windows import exposure, windows
from kexecdoc.views.figures.hotplug_wait import hotplug_waits
from kexecdoc.views.figures.outcome_grid import outcome_grid
from kexecdoc.views.figures.pending_bits import flipped_bits, pending_table
from kexecdoc.views.figures.storm import storm_counts, storms

__all__ = [
    "captured_over_damage",
    "corrupted_over_traffic",
    "driver_coverage",
    "exposure",
    "flipped_bits",
    "hotplug_waits",
    "outcome_grid",
    "pending_table",
    "storm_counts",
    "storms",
    "windows",
]
