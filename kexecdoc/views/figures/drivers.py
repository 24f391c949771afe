"""How many PCI drivers have which callback, by kernel tree and by area: nearly all have remove, few have shutdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kexecdoc.registries.driver_counts import AREAS, TREES, CallbackCount
from kexecdoc.views import palette
from kexecdoc.views.figure import INK, LINE, MUTED, PAPER, SMALL, WIDTH, Figure, FigureError, Sheet, house_style

LEFT, NUMBERS = 118, 126
"""Units for the names of the rows, and for the numbers after the bars."""

ROW, BAR = 34, 9

SHUTDOWN = palette.SURFACES["accent"].light
REMOVE = next(o.tone.light for o in palette.OUTCOMES if o.name == "degraded")


@house_style()
def driver_coverage(
    trees: Sequence[CallbackCount] = TREES, areas: Sequence[CallbackCount] = AREAS, title: str = ""
) -> Figure:
    """Return the counts as pairs of bars: whole trees at the top, areas below.

    The two parts have different scales: an area has far fewer drivers than a tree.
    """
    if not trees:
        raise FigureError("drivers: no tree was counted, so there is nothing to show")
    gap = 34 if areas else 0
    sheet = Sheet(30 + ROW * (len(trees) + len(areas)) + gap, title, NOTE)
    sheet.box(LEFT, sheet.top + 4, 18, BAR, **_style("shutdown"))
    sheet.text(LEFT + 24, sheet.top + 8.5, "have .shutdown", SHUTDOWN, size=SMALL, weight="bold")
    sheet.box(LEFT + 150, sheet.top + 4, 18, BAR, **_style("remove"))
    sheet.text(LEFT + 174, sheet.top + 8.5, "have .remove", REMOVE, size=SMALL, weight="bold")
    sheet.box(LEFT + 286, sheet.top + 4, 18, BAR, edgecolor=MUTED, linewidth=0.9)
    sheet.text(LEFT + 310, sheet.top + 8.5, "all PCI drivers", MUTED, size=SMALL)
    top = sheet.top + 28
    for n, tree in enumerate(trees):
        _row(sheet, top + ROW * n, f"Linux {tree.tree}", tree, max(t.drivers for t in trees))
    top += ROW * len(trees) + gap
    if areas:
        sheet.box(0, top - 28, WIDTH, 1, LINE)
        sheet.label(0, top - 13, "by area, on a scale of its own")
    for n, area in enumerate(areas):
        _row(sheet, top + ROW * n, f"{area.area}, {_short(area.tree)}", area, max(a.drivers for a in areas))
    return sheet.finish(_alt(trees, areas, title))


def _style(callback: str) -> dict[str, Any]:
    if callback == "shutdown":
        return {"colour": SHUTDOWN}
    return {"colour": REMOVE, "hatch": "///", "edgecolor": PAPER}


def _row(sheet: Sheet, top: float, name: str, found: CallbackCount, most: int) -> None:
    length = (WIDTH - LEFT - NUMBERS) / most
    sheet.text(0, top + BAR + 1, name, INK, weight="bold", size=10.5)
    for n, (callback, count) in enumerate((("shutdown", found.shutdown), ("remove", found.remove))):
        y = top + (BAR + 2) * n
        if count:
            sheet.box(LEFT, y, length * count, BAR, **_style(callback))
        share = f"{count} of {found.drivers}, {100 * found.share(callback):.0f} %"
        tone = SHUTDOWN if callback == "shutdown" else REMOVE
        sheet.text(WIDTH - NUMBERS + 8, y + BAR / 2, share, tone, size=SMALL)
    sheet.box(LEFT, top - 1.5, length * found.drivers, 2 * BAR + 5, edgecolor=MUTED, linewidth=0.9)


def _short(tree: str) -> str:
    return ".".join(tree.split(".")[:2])


NOTE = (
    "Counted in the source by a simple search, good to a percent or two: all PCI drivers under drivers/ but "
    "drivers/gpu. The trees are of June 2018 to November 2026. This is not the simulated machine."
)


def _alt(trees: Sequence[CallbackCount], areas: Sequence[CallbackCount], title: str) -> str:
    head = f"{title}: pairs of bars" if title else "Pairs of bars"
    parts = [f"{head}, one for each kernel tree: PCI drivers with a shutdown and with a remove callback."]
    parts += [f"Linux {t.tree}: {_in_words(t)}." for t in trees]
    if areas:
        parts.append("Below, by area: " + "; ".join(f"{a.area} in {a.tree}, {_in_words(a)}" for a in areas) + ".")
    return " ".join(parts)


def _in_words(found: CallbackCount) -> str:
    return f"{found.shutdown} with shutdown and {found.remove} with remove of {found.drivers}"
