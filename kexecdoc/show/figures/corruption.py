"""How often a device left running spoils the next kernel, over its traffic and the size of its ring.

The lines are arithmetic, `corrupted_share`; the points are crossings counted, with 95 % Wilson intervals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from kexecdoc.presets import preset
from kexecdoc.scenario import Scenario
from kexecdoc.show.figure import MUTED, SERIES, SMALL, Figure, FigureError, Sheet, spread, write
from kexecdoc.show.outcomes import BAD
from kexecdoc.simulate import simulate
from kexecdoc.study.closed_forms import corrupted_share
from kexecdoc.study.proportion import wilson


@dataclass(frozen=True)
class Corruption:
    """One point: how many of some seeds ended corrupted or worse, its interval, and the share by arithmetic."""

    scenario: Scenario
    hits: int
    seeds: int
    low: float
    high: float
    closed_form: float

    @property
    def traffic(self) -> int:
        return self.scenario.traffic

    @property
    def ring_size(self) -> int:
        return self.scenario.ring_size

    @property
    def share(self) -> float:
        return self.hits / self.seeds

    @property
    def agrees(self) -> bool:
        """Whether the arithmetic lies in the interval: of 20 right ones, about one does not."""
        return self.low <= self.closed_form <= self.high


def count_corrupted(
    traffic: Iterable[int], ring_size: Iterable[int], seeds: int = 40, start: str = "left-running", **switches: object
) -> list[Corruption]:
    """Count, for each ring size and traffic, how many of some seeds from 0 on end corrupted or worse."""
    base = preset(start).scenario.but(**switches)
    traffics = tuple(traffic)
    found = []
    for size in ring_size:
        for rate in traffics:
            scenario = base.but(traffic=rate, ring_size=size, seed=0)
            hits = sum(simulate(scenario.but(seed=seed)).verdict.outcome in BAD for seed in range(seeds))
            found.append(Corruption(scenario, hits, seeds, *wilson(hits, seeds), corrupted_share(scenario)))
    return found


def corrupted_over_traffic(points: list[Corruption], title: str = "") -> Figure:
    """Return the shares over traffic, one line for each ring size, with its name at its end."""
    if not points:
        raise FigureError("corruption: no crossing was counted, so there is nothing to show")
    sizes = sorted({p.ring_size for p in points})
    if len(sizes) > len(SERIES):
        raise FigureError(f"corruption: {len(sizes)} ring sizes; {len(SERIES)} can be told apart")
    rates = sorted({p.traffic for p in points})
    sheet = Sheet(282, title, _note(points))
    axes = sheet.axes(44, sheet.top + 22, 450, 216)
    sheet.text(0, sheet.top + 8, "crossings that end corrupted or worse, %", MUTED, size=SMALL)
    axes.set_xscale("log")
    axes.set(xlim=(rates[0] / 1.25, rates[-1] * 1.25), ylim=(0, 100))
    axes.xaxis.set_major_locator(FixedLocator(rates))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:,.0f}"))
    axes.grid(visible=False, axis="x")
    sheet.text(44 + 225, sheet.bottom - 8, "packets a second", MUTED, size=SMALL, ha="center")
    ends = []
    for n, (look, size) in enumerate(zip(SERIES, sizes, strict=False)):
        mine = sorted((p for p in points if p.ring_size == size), key=lambda p: p.traffic)
        axes.plot(*_curve(mine[0].scenario, rates), **look.line())
        middle = [100 * p.share for p in mine]
        reach = [[100 * (p.share - p.low) for p in mine], [100 * (p.high - p.share) for p in mine]]
        at = [p.traffic * 1.04 ** (n - (len(sizes) - 1) / 2) for p in mine]  # side by side: intervals overlap
        axes.errorbar(at, middle, yerr=reach, ecolor=look.tone.light, elinewidth=1.1, capsize=3, **look.points())
        ends.append(100 * corrupted_share(mine[0].scenario.but(traffic=rates[-1])))
    for look, size, end, place in zip(SERIES, sizes, ends, spread(ends, 7, 3, 97), strict=False):
        edge = rates[-1] * 1.25
        axes.plot(
            [edge, edge * 1.05], [end, place], clip_on=False, **look.line() | {"linestyle": "-", "linewidth": 0.8}
        )
        axes.plot([edge * 1.12], [place], clip_on=False, **look.points())
        write(axes, edge * 1.19, place, f"{size:,} descriptors", look.tone.light, size=10.5)
    return sheet.finish(_alt(points, sizes, rates, title))


def _curve(scenario: Scenario, rates: list[int]) -> tuple[list[float], list[float]]:
    """Return the closed form between the lowest and the highest rate, at enough of them to look like a line."""
    low, high, steps = rates[0], rates[-1], 32
    between = sorted({round(low * (high / low) ** (n / steps)) for n in range(steps + 1)} | set(rates))
    return [float(r) for r in between], [100 * corrupted_share(scenario.but(traffic=r)) for r in between]


def _note(points: list[Corruption]) -> str:
    first = points[0]
    differs = first.scenario.differences()
    rest = " ".join(f"{n}={v}" for n, v in differs.items() if n not in ("traffic", "ring-size", "seed"))
    return (
        f"The simulated machine of 16 MiB, {first.seeds} seeds a point, from 0 on; bars are 95 % intervals (Wilson), "
        f"lines are arithmetic. Other switches: {rest or 'as by default'}."
    )


def _alt(points: list[Corruption], sizes: list[int], rates: list[int], title: str) -> str:
    head = f"{title}: lines" if title else "Lines"
    parts = [
        f"{head} of the share of crossings that end corrupted or worse, over {rates[0]:,} to {rates[-1]:,} packets a "
        f"second, for {len(sizes)} ring size{'s' * (len(sizes) > 1)}, with {points[0].seeds} seeds a point."
    ]
    for size in sizes:
        mine = sorted((p for p in points if p.ring_size == size), key=lambda p: p.traffic)
        most = max(mine, key=lambda p: p.share)
        chosen = [p for n, p in enumerate(mine) if p is most or n in (0, len(mine) - 1)]
        said = ", ".join(
            f"{100 * p.share:.0f} % at {p.traffic:,} a second (arithmetic {100 * p.closed_form:.0f} %)" for p in chosen
        )
        parts.append(f"{size:,} descriptors: {said}; most at {most.traffic:,}.")
    within = sum(p.agrees for p in points)
    parts.append(f"The arithmetic lies in the interval of {within} of {len(points)} points.")
    return " ".join(parts)
