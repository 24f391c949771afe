"""How long a kernel waits in vain for hot-plug ports before the jump, by their number and by kernel version.

A port with erratum CF118 never completes the command that switches its notifications off. The driver waits its full
time for each, one port after the other. [src: pciehp-wait, cf118] Lines are arithmetic, `hotplug_ns`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from matplotlib.ticker import FixedLocator

from kexecdoc.model.scales import MS, S
from kexecdoc.model.scenario import Scenario
from kexecdoc.study.hotplug import Wait
from kexecdoc.views.figure import WIDTH, Figure, FigureError, Sheet, house_style
from kexecdoc.views.figures.lines import LABELS, Line, Point, draw_lines


@house_style()
def hotplug_waits(waits: Sequence[Wait], title: str = "") -> Figure:
    """Return the waits over the number of ports. Versions that wait equally long share a line."""
    if not waits:
        raise FigureError("hot-plug wait: no crossing was made, so there is nothing to show")
    most = max(w.ports for w in waits)
    longest = max(max(w.waited_ns, w.closed_form_ns) for w in waits) / S
    sheet = Sheet(246, title, _note(waits[0].scenario))
    axes = sheet.axes(34, sheet.top + 24, WIDTH - 34 - LABELS - 10, 186)
    sheet.label(0, sheet.top + 8, "seconds waited in vain before the jump")
    sheet.label(34 + (WIDTH - 44 - LABELS) / 2, sheet.bottom - 6, "ports with the erratum", ha="center")
    axes.set(xlim=(0, most * 1.05), ylim=(0, longest * 1.05 or 1))
    axes.xaxis.set_major_locator(FixedLocator(sorted({w.ports for w in waits})))
    lines = [_line(group) for group in _groups(waits)]
    draw_lines(axes, lines, gap=0.16 * (longest or 1))
    return sheet.finish(_alt(waits, title))


def _groups(waits: Sequence[Wait]) -> list[list[Wait]]:
    """Return the waits grouped by the wait for one port according to arithmetic, the longest first."""

    def for_one_port(wait: Wait) -> float:
        return -wait.closed_form_ns / wait.ports

    return [list(group) for _, group in groupby(sorted(waits, key=for_one_port), key=for_one_port)]


def _line(group: Sequence[Wait]) -> Line:
    a_port, most = group[0].closed_form_ns / group[0].ports / S, max(w.ports for w in group)
    points = sorted({(w.ports, w.waited_ns / S) for w in group})
    curve = [(0, 0.0), (most, a_port * most)]
    return Line(f"{_named(group)}\n{a_port:.4g} s a port", curve, [Point(x, y) for x, y in points])


def _named(group: Sequence[Wait]) -> str:
    kernels = list(dict.fromkeys(w.kernel for w in group))
    return f"Linux {', '.join(kernels)}" + (", quirk" if group[0].quirked else "")


def _note(first: Scenario) -> str:
    return (
        f"The simulated machine, seed {first.seed}, HZ={first.hz}; lines are arithmetic: 101 polls a port, each "
        "rounded up to ticks. These waits are not scaled. Versions that wait equally long share a line."
    )


def _alt(waits: Sequence[Wait], title: str) -> str:
    head = f"{title}: straight lines" if title else "Straight lines"
    parts = [
        f"{head} of the seconds waited in vain before the jump, over the number of hot-plug ports with the erratum."
    ]
    for group in _groups(waits):
        listed = ", ".join(
            f"{w.waited_ns / S:.4g} s with {w.ports}"
            for w in sorted({w.ports: w for w in group}.values(), key=lambda w: w.ports)
        )
        parts.append(
            f"{_named(group)}: {listed} (arithmetic {group[0].closed_form_ns / group[0].ports / MS:,.0f} ms a port)."
        )
    return " ".join(parts)
