"""How often a dump is captured as more of the crashed kernel is damaged, for each strategy of the crash campaign.

Lines are (1-d)^k for a strategy that relies on k objects; points are counted simulations.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.ticker import FixedLocator, FuncFormatter

from kexecdoc.study.campaign import Rate
from kexecdoc.study.closed_forms import crash_success
from kexecdoc.views import palette
from kexecdoc.views.figure import MUTED, SMALL, WIDTH, Figure, FigureError, Sheet, house_style, write
from kexecdoc.views.figures.lines import LABELS, Line, Point, draw_lines

NAMES = {
    "minimal": "stop and jump",
    "notifiers": "notifiers first",
    "shutdown": "devices shut down first",
    "in-place": "dump in place",
}
"""Short names for the values of ``crash-work``."""

RECOLLECTION = (50, 60)
"""Per cent: what one maintainer remembered of the field in 2018. [src: seed-biederman]"""


@house_style()
def captured_over_damage(rates: Sequence[Rate], title: str = "", recollection: bool = False) -> Figure:
    """Return the shares captured over damage, one line for each strategy.

    With ``recollection`` a labelled band shows the 50 to 60 % that one person remembered.
    """
    if not rates:
        raise FigureError("capture: no panic was counted, so there is nothing to show")
    strategies = {name: [r for r in rates if r.strategy == name] for name in dict.fromkeys(r.strategy for r in rates)}
    sheet = Sheet(276, title, _note(rates[0], recollection))
    axes = sheet.axes(34, sheet.top + 24, WIDTH - 34 - LABELS - 14, 216)
    sheet.label(0, sheet.top + 8, "panics whose dump is captured, %")
    sheet.label(
        34 + (WIDTH - 34 - LABELS) / 2,
        sheet.bottom - 6,
        "objects of the crashed kernel that are damaged, %",
        ha="center",
    )
    damages = sorted({r.damage for r in rates})
    edge = 100 * damages[-1] or 1.0
    axes.set(xlim=(-edge / 24, edge * 1.02), ylim=(0, 100))
    axes.xaxis.set_major_locator(FixedLocator([100 * d for d in damages]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda percent, _: f"{percent:g}"))
    if recollection:
        low, high = RECOLLECTION
        axes.axhspan(low, high, facecolor=palette.SURFACES["panel"].light, edgecolor="none")
        write(axes, edge, high + 4, "one person’s recollection, 2018", MUTED, size=SMALL, ha="right")
    draw_lines(axes, [_line(name, found, edge) for name, found in strategies.items()], gap=13)
    return sheet.finish(_alt(strategies, damages, rates[0].crossings, title, recollection))


def _line(name: str, found: Sequence[Rate], edge: float) -> Line:
    curve = [(edge * n / 32, 100 * crash_success(found[0].objects, edge * n / 3200)) for n in range(33)]
    points = [Point(100 * r.damage, 100 * r.captured / r.crossings, 100 * r.low, 100 * r.high) for r in found]
    return Line(f"{NAMES.get(name, name)}\n{name}, k = {found[0].objects}", curve, points)


def _note(first: Rate, recollection: bool) -> str:
    note = (
        f"The simulated machine, {first.crossings} seeds a point, from 0 on; bars are 95 % intervals (Wilson), lines "
        "are (1−d)ᵏ for a strategy that relies on k objects. How damage is spread in a real crash is not known."
    )
    return note + (" The band is a recollection, and was not measured." if recollection else "")


def _alt(
    strategies: dict[str, list[Rate]], damages: Sequence[float], seeds: int, title: str, recollection: bool
) -> str:
    head = f"{title}: falling lines" if title else "Falling lines"
    parts = [
        f"{head} of the share of panics whose dump is captured, over {100 * damages[0]:g} to {100 * damages[-1]:g} % "
        f"of damaged objects, one for each strategy, with {seeds} seeds a point."
    ]
    for name, found in strategies.items():
        shares = ", ".join(
            f"{100 * r.captured / r.crossings:.0f} % at {100 * r.damage:g} % (arithmetic {100 * r.closed_form:.0f} %)"
            for r in found
            if r.damage in (damages[0], damages[len(damages) // 2], damages[-1])
        )
        parts.append(f"{NAMES.get(name, name)} ({name}), which relies on {found[0].objects} objects: {shares}.")
    if recollection:
        parts.append(
            "A band at 50 to 60 % is what one maintainer remembered of the field in 2018; it was not measured."
        )
    return " ".join(parts)
