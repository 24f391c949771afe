"""The outcomes of every combination of a few switches: one cell for each, with the outcomes of its seeds."""

from __future__ import annotations

from collections import Counter
from itertools import product

from kexecdoc.study.grid import OutcomeGrid
from kexecdoc.views.figure import HATCHES, LINE, MUTED, PAPER, SMALL, Figure, FigureError, Sheet, house_style
from kexecdoc.views.palette import OUTCOMES

COLUMNS = 4
"""The most values across: more would make a cell too narrow for its text."""

LABEL = 140  # units for the values of the switches that make the rows
LINE_HEIGHT = 15


@house_style()
def outcome_grid(grid: OutcomeGrid, title: str = "") -> Figure:
    """Return the table: the last switch across, the others down. A cell has a bar and a list of its seeds' outcomes.

    FigureError if there is nothing to show, or for more columns than can be read.
    """
    if not grid.counts:
        raise FigureError("outcomes: no combination of switches was crossed, so there is nothing to show")
    across = grid.values[-1]
    if len(across) > COLUMNS:
        raise FigureError(f"outcomes: {grid.names[-1]} has {len(across)} values; {COLUMNS} fit across: name it first")
    down = list(product(*grid.values[:-1]))
    heights = [
        max(_lines(grid.counts[*row, value]) for value in across) * LINE_HEIGHT + _bar(grid) + 14 for row in down
    ]
    label = LABEL if len(grid.names) > 1 else 0
    sheet = Sheet(44 + sum(heights), title, _note(grid))
    width, top = (640 - label) / len(across), sheet.top + 44
    sheet.text(label + 6, sheet.top + 10, grid.names[-1], MUTED, size=SMALL)
    sheet.text(0, sheet.top + 30, ", ".join(grid.names[:-1]), MUTED, size=SMALL)
    for n, value in enumerate(across):
        sheet.text(label + 6 + n * width, sheet.top + 30, value, weight="bold")
    for row, height in zip(down, heights, strict=True):
        sheet.box(0, top - 4, 640, 1, LINE)
        for n, value in enumerate(row):
            sheet.text(0, top + 13 + 16 * n, value, weight="bold")
        for n, value in enumerate(across):
            _cell(sheet, label + n * width + 6, top + 4, width - 12, grid.counts[*row, value])
        top += height
    return sheet.finish(_alt(grid, title))


def _bar(grid: OutcomeGrid) -> int:
    return 20 if grid.seeds > 1 else 14


def _lines(counts: Counter[str]) -> int:
    return len(counts) if counts.total() > 1 else 1


def _cell(sheet: Sheet, x: float, y: float, width: float, counts: Counter[str]) -> None:
    found = [outcome for outcome in OUTCOMES if counts[outcome.name]]
    if counts.total() == 1:
        sheet.box(x, y, width, 24, found[0].tone.light)
        sheet.text(x + width / 2, y + 12, f"{found[0].sign} {found[0].name}", PAPER, weight="bold", ha="center")
        return
    at = x
    for outcome in found:
        length = width * counts[outcome.name] / counts.total()
        style = {"hatch": HATCHES[outcome.name], "edgecolor": PAPER}
        sheet.box(at, y, length, 14, outcome.tone.light, **style)
        at += length
    for n, outcome in enumerate(found):
        line = y + 24 + LINE_HEIGHT * n
        sheet.text(x, line, f"{outcome.sign} {counts[outcome.name]} {outcome.name}", outcome.tone.light, size=10.5)


def _note(grid: OutcomeGrid) -> str:
    differs = " ".join(f"{n}={v}" for n, v in grid.start.differences().items() if n not in (*grid.names, "seed"))
    seeds = f"{grid.seeds} seeds a cell, from 0 on" if grid.seeds > 1 else f"one seed, {grid.start.seed}"
    return f"The simulated machine, {seeds}. Other switches: {differs or 'as by default'}."


def _alt(grid: OutcomeGrid, title: str) -> str:
    of = f"{grid.seeds} seeds" if grid.seeds > 1 else "one seed"
    head = f"{title}: a table" if title else "A table"
    return f"{head} of outcomes by {' and '.join(grid.names)}, {of} a cell. " + " ".join(grid.sentences())
