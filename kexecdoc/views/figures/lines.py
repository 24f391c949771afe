"""Lines for arithmetic, points with intervals for simulations, and a name at the end: shared by several figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from matplotlib.axes import Axes

from kexecdoc.views.figure import SERIES, FigureError, Series, spread

LABELS = 146
"""Units for the names to the right of the axes."""


@dataclass(frozen=True)
class Point:
    """A value that was counted, and its confidence interval if there is one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """A series: a curve by arithmetic, and points that were counted."""

    name: str
    curve: Sequence[tuple[float, float]]
    points: Sequence[Point]


def draw_lines(axes: Axes, lines: Sequence[Line], gap: float, label_size: float = 10.5) -> None:
    """Draw each line in its own colour, dash and marker, with its name at the right, at least ``gap`` from the next.

    The axes must have their limits and scale. FigureError for more lines than can be told apart.
    """
    if len(lines) > len(SERIES):
        raise FigureError(f"{lines[0].name} and others: {len(lines)} lines; {len(SERIES)} can be told apart")
    low, high = axes.get_ylim()
    ends = [line.curve[-1][1] if line.curve else line.points[-1].y for line in lines]
    places = spread(ends, gap, low, high)
    for n, (line, look) in enumerate(zip(lines, SERIES, strict=False)):
        axes.plot(*zip(*line.curve, strict=True), **look.line(), clip_on=False, zorder=3)
        _points(axes, line.points, look, n - (len(lines) - 1) / 2)
    to_data = axes.transAxes + axes.transData.inverted()
    for line, look, end, place in zip(lines, SERIES, ends, places, strict=False):
        at = [float(to_data.transform((x, 0))[0]) for x in (1.0, 1.025, 1.045, 1.065)]
        last = line.curve[-1][0] if line.curve else line.points[-1].x
        axes.plot([last, at[1]], [end, place], color=look.tone.light, linewidth=0.8, clip_on=False)
        axes.plot(at[2], place, clip_on=False, **look.points())
        style: dict[str, Any] = {
            "color": look.tone.light,
            "size": label_size,
            "va": "center",
            "family": ["DejaVu Sans"],
        }
        axes.text(at[3], place, line.name, linespacing=1.15, **style)


def _points(axes: Axes, points: Sequence[Point], look: Series, shift: float) -> None:
    """Draw points. With intervals they are shifted sideways, so that those of several lines do not overlap."""
    there = [axes.transData.transform((p.x, p.y)) for p in points]
    step = 6.0 if any(p.low is not None for p in points) else 0.0
    at = [axes.transData.inverted().transform((x + shift * step, y)) for x, y in there]
    bars: list[tuple[float, float]] = []
    for p, (x, _) in zip(points, at, strict=True):
        if p.low is not None and p.high is not None and p.high > p.low:
            bars += [(x, p.low), (x, p.high), (nan, nan)]
    if bars:
        axes.plot(*zip(*bars, strict=True), color=look.tone.light, linewidth=1.1, clip_on=False, zorder=4)
    axes.plot([x for x, _ in at], [p.y for p in points], clip_on=False, zorder=5, **look.points())
