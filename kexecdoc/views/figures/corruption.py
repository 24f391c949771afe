"""How often a device left running corrupts the next kernel, over its traffic and the size of its ring.

Lines are arithmetic, `corrupted_share`; points are counted simulations with 95 % Wilson intervals.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from kexecdoc.study.closed_forms import corrupted_share
from kexecdoc.study.corruption import Corruption
from kexecdoc.views.figure import WIDTH, Figure, FigureError, Sheet, house_style
from kexecdoc.views.figures.lines import LABELS, Line, Point, draw_lines

CURVE = 32
"""Segments of a curve between the lowest and the highest rate: enough to look smooth."""


@house_style()
def corrupted_over_traffic(points: Sequence[Corruption], title: str = "") -> Figure:
    """Return the shares over traffic, one line for each ring size."""
    if not points:
        raise FigureError("corruption: no crossing was counted, so there is nothing to show")
    sizes = {size: [p for p in points if p.ring_size == size] for size in sorted({p.ring_size for p in points})}
    rates = sorted({p.traffic for p in points})
    sheet = Sheet(266, title, _note(points[0]))
    axes = sheet.axes(34, sheet.top + 24, WIDTH - 34 - LABELS, 206)
    sheet.label(0, sheet.top + 8, "crossings that end corrupted or worse, %")
    sheet.label(34 + (WIDTH - 34 - LABELS) / 2, sheet.bottom - 6, "packets a second", ha="center")
    axes.set_xscale("log")
    axes.set(xlim=(rates[0] / 1.2, rates[-1] * 1.2), ylim=(0, 100))
    axes.xaxis.set_major_locator(FixedLocator(rates))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:,.0f}"))
    draw_lines(axes, [_line(size, of_size, rates) for size, of_size in sizes.items()], gap=8)
    return sheet.finish(_alt(points, sizes, rates, title))


def _line(size: int, of_size: Sequence[Corruption], rates: Sequence[int]) -> Line:
    between = {round(rates[0] * (rates[-1] / rates[0]) ** (n / CURVE)) for n in range(CURVE + 1)}
    curve = [(r, 100 * corrupted_share(of_size[0].scenario.but(traffic=r))) for r in sorted(between | set(rates))]
    points = [Point(p.traffic, 100 * p.share, 100 * p.low, 100 * p.high) for p in of_size]
    return Line(f"{size:,} descriptor{'s' * (size > 1)}", curve, points)


def _note(first: Corruption) -> str:
    differs = first.scenario.differences()
    rest = " ".join(f"{n}={v}" for n, v in differs.items() if n not in ("traffic", "ring-size", "seed"))
    return (
        f"The simulated machine of 16 MiB, {first.seeds} seeds a point, from 0 on; bars are 95 % intervals (Wilson), "
        f"lines are arithmetic. Other switches: {rest or 'as by default'}."
    )


def _alt(points: Sequence[Corruption], sizes: dict[int, list[Corruption]], rates: Sequence[int], title: str) -> str:
    head = f"{title}: lines" if title else "Lines"
    parts = [
        f"{head} of the share of crossings that end corrupted or worse, over {rates[0]:,} to {rates[-1]:,} packets a "
        f"second, for {len(sizes)} ring size{'s' * (len(sizes) > 1)}, with {points[0].seeds} seeds a point."
    ]
    for size, found in sizes.items():
        of_size = sorted(found, key=lambda p: p.traffic)
        most = max(of_size, key=lambda p: p.share)
        chosen = [p for n, p in enumerate(of_size) if p is most or n in (0, len(of_size) - 1)]
        shares = ", ".join(
            f"{100 * p.share:.0f} % at {p.traffic:,} a second (arithmetic {100 * p.closed_form:.0f} %)" for p in chosen
        )
        parts.append(f"{size:,} descriptors: {shares}; most at {most.traffic:,}.")
    parts.append(f"The arithmetic lies in the interval of {sum(p.agrees for p in points)} of {len(points)} points.")
    return " ".join(parts)
