"""Interrupts of a line that no driver serves, counted over time until the kernel disables the line.

Each interrupt goes unhandled, and comes again as soon as it is ended. After 100,000, of which more than 99,900
unhandled, the line is disabled. [src: note-interrupt] A message has no such detector. [src: msi-storms]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from kexecdoc.model.kernel.irq import UNHANDLED, WINDOW
from kexecdoc.model.scales import INTERRUPT_COST, MS, US
from kexecdoc.reading.run import Run
from kexecdoc.study.closed_forms import storm_ns
from kexecdoc.views.figure import (
    ALARM,
    MUTED,
    PAPER,
    SERIES,
    SMALL,
    WIDTH,
    Figure,
    FigureError,
    Sheet,
    house_style,
    write,
)


@dataclass(frozen=True)
class Storm:
    """A time in which a CPU does nothing but take one interrupt; ``began_ns`` counts from the jump.

    ``lasted_ns`` and ``taken``, the number of interrupts, are None for a storm that the kernel does not end.
    """

    name: str
    began_ns: int
    lasted_ns: int | None
    taken: int | None
    disabled: bool
    seed: int

    @property
    def windows(self) -> int:
        """The number of full windows of the detector."""
        return round((self.taken or 0) / WINDOW)


def storms(runs: Mapping[str, Run]) -> list[Storm]:
    """Return the storms of several runs, each under the name of its run."""
    return [storm for name, run in runs.items() for storm in _storms(name, run)]


def _storms(name: str, run: Run) -> list[Storm]:
    jump, seed = run.verdict.jump_ns or 0, run.scenario.seed
    found = []
    for storm in run.facts.storms:
        lasted = None if storm.last is None else storm.t1_ns - storm.t0_ns
        counted = storm.unhandled if storm.unhandled is not None else lasted and lasted // INTERRUPT_COST
        found.append(Storm(name, storm.t0_ns - jump, lasted, counted, storm.disabled, seed))
    return found


# --- the picture -----------------------------------------------------------------------------------------

PANEL, LEFT = 92, 52
"""Units: the height of one storm's panel, and the space for its numbers."""


@house_style()
def storm_counts(found: Sequence[Storm], title: str = "") -> Figure:
    """Return what the detector counts over time, a panel for each storm, on one time axis.

    The count starts again with each window. A storm that is not counted has an empty panel.
    """
    if not found:
        raise FigureError("storm: no line is ever left to scream, so there is nothing to show")
    sheet = Sheet(18 + PANEL * len(found) + 26, title, _note(found))
    sheet.label(0, sheet.top + 6, f"unhandled interrupts in the detector’s window, to {WINDOW:,}")
    longest = max([storm.lasted_ns or 0 for storm in found]) or storm_ns()
    for n, storm in enumerate(found):
        top = sheet.top + 18 + PANEL * n
        axes = sheet.axes(LEFT, top + 24, WIDTH - LEFT - 8, PANEL - 44)
        axes.set(xlim=(0, 1.12 * longest / MS), ylim=(0, WINDOW))
        axes.yaxis.set_major_locator(FixedLocator([0, WINDOW]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.tick_params(labelbottom=n == len(found) - 1)
        sheet.text(0, top + 10, storm.name, weight="bold", size=10.5)
        sheet.text(
            WIDTH - 8, top + 10, _end(storm), ALARM if storm.lasted_ns is None else MUTED, size=SMALL, ha="right"
        )
        _count(axes, storm)
    sheet.label(LEFT + (WIDTH - LEFT) / 2, sheet.bottom - 8, "ms from the first of these interrupts", ha="center")
    return sheet.finish(_alt(found, title))


def _count(axes: Axes, storm: Storm) -> None:
    """Draw the detector's count, window after window, with a mark where the line is disabled."""
    edge = axes.get_xlim()[1]
    if storm.lasted_ns is None:
        axes.axhspan(0, WINDOW, facecolor="none", edgecolor=ALARM, linewidth=0, hatch="//")
        write(axes, edge / 2, WINDOW / 2, " nobody counts messages: the CPU does nothing else, for ever ▶ ", ALARM,
              ha="center", weight="bold", bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 3})  # fmt: skip
        return
    window = storm_ns() / MS
    corners = [(window * n + dt, y) for n in range(storm.windows) for dt, y in ((0, 0), (window, WINDOW))]
    axes.plot(*zip(*corners, strict=True), clip_on=False, **SERIES[0].line())
    if storm.disabled:
        axes.plot(storm.lasted_ns / MS, WINDOW, "X", color=ALARM, markersize=8, clip_on=False, zorder=5)
        axes.plot([storm.lasted_ns / MS] * 2, [0, WINDOW], color=ALARM, linewidth=0.9, linestyle=(0, (2, 2)))
        write(axes, storm.lasted_ns / MS + edge / 80, WINDOW / 2, "disabled", ALARM, size=SMALL)


def _end(storm: Storm) -> str:
    if storm.lasted_ns is None:
        return "never ends"
    by = f"{storm.windows} × {WINDOW:,} × {INTERRUPT_COST / US:g} µs = {storm_ns(storm.windows) / MS:g} ms"
    return f"ends after {storm.lasted_ns / MS:.3f} ms and {storm.taken or 0:,} interrupts; arithmetic: {by}"


def _note(found: Sequence[Storm]) -> str:
    seeds = ", ".join(map(str, sorted({storm.seed for storm in found})))
    return (
        f"The simulated machine, seed {seeds}: an interrupt costs {INTERRUPT_COST / US:g} µs here, which is scaled. "
        f"The detector’s numbers are Linux’s: {WINDOW:,} interrupts a window, more than {UNHANDLED:,} unhandled."
    )


def _alt(found: Sequence[Storm], title: str) -> str:
    head = f"{title}: rising lines" if title else "Rising lines"
    parts = [
        f"{head} of the interrupts that the detector of stuck lines has counted, over time, to {WINDOW:,} a window."
    ]
    for storm in found:
        what = ", when the line is disabled" if storm.disabled else ""
        parts.append(f"{storm.name}: {_end(storm)}{what}.")
    return " ".join(parts)
