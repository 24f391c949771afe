"""A pending table before and after the jump: bits that a redistributor changed in memory.

The pending bit of an LPI is bit INTID mod 8 of byte INTID div 8 of its CPU's table. [src: gic-pending-bit] LPIs begin
at INTID 8192, so the first of them is in byte 0x400. [src: gic-lpi-life]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kexecdoc.model.machine.gic import FIRST_LPI, pending_bit
from kexecdoc.model.scales import FRAME, MS, RAM_BASE
from kexecdoc.reading.run import Run
from kexecdoc.views import palette
from kexecdoc.views.figure import ALARM, INK, LINE, MUTED, PAPER, SMALL, Figure, FigureError, Sheet, house_style
from kexecdoc.views.still import Moment, moment

CELL, LABEL, RIGHT = 32, 46, 332
"""Units: the size of a bit, the space for a byte's address, and the left edge of the second table."""

WRITTEN_OUT = 4
"""How many flips have their arithmetic written out; the others are only counted."""


@dataclass(frozen=True)
class PendingTable:
    """CPU 0's pending table at two moments: the bit of each INTID that was ever pending.

    ``base`` is the table's address; ``owners`` are those of the frame with these bits at the two moments. ``flips``
    maps INTIDs to times in ms from the jump, for changes in memory that was not kept for the table.
    """

    base: int
    before: Mapping[int, int]
    after: Mapping[int, int]
    flips: Mapping[int, float]
    times_ms: tuple[float, float]
    owners: tuple[str, str]
    seed: int

    @property
    def mask(self) -> dict[int, int]:
        """The bits changed in each byte, as a mask by the byte's address."""
        found: dict[int, int] = {}
        for intid in self.flips:
            offset, bit = pending_bit(intid)
            found[self.base + offset] = found.get(self.base + offset, 0) | 1 << bit
        return found


def pending_table(run: Run, after_ms: float | None = None) -> PendingTable:
    """Return CPU 0's pending table just before the jump and ``after_ms`` after it, or at the end.

    It is the table in which bits were flipped by then, or else the old kernel's. FigureError for a machine without
    such tables, and for a run without a jump.
    """
    jump = run.verdict.jump_ns
    if jump is None:
        raise FigureError("pending table: this machine never jumps, so there is no before and after")
    first = moment(run, jump - 1)  # from the jump on it has no owner
    last = moment(run, None if after_ms is None else jump + round(after_ms * MS))
    if "redistributor/0/pending" not in first.state:
        raise FigureError(f"pending table: {run.scenario.machine} has none; it is the GICv3 of arm64 that keeps one")
    base = first.state["redistributor/0/pending"]
    if last.flips:
        address, _, intid, _ = last.flips[-1]
        base = address - intid // 8
    live = {bit.intid for bit in run.facts.pending if bit.cpu == 0 and run.log.t_ns[bit.event] <= last.t_ns}
    live &= {intid for address, _, intid in (*_bits(first), *_bits(last)) if address == base + intid // 8} | {
        v["intid"] for p, v in first.state.items() if p.startswith("vector/") and v and v["cpu"] == 0
    }
    return PendingTable(
        base,
        {intid: int((base + intid // 8, intid % 8, intid) in first.set_bits) for intid in sorted(live)},
        {intid: int((base + intid // 8, intid % 8, intid) in last.set_bits) for intid in sorted(live)},
        {intid: (t - jump) / MS for address, _, intid, t in last.flips if address == base + intid // 8},
        (0.0, (last.t_ns - jump) / MS),
        (_owner(first, base), _owner(last, base)),
        run.scenario.seed,
    )


def _bits(m: Moment) -> list[tuple[int, int, int]]:
    return [*m.set_bits, *((address, bit, intid) for address, bit, intid, _ in m.flips)]


def _owner(m: Moment, base: int) -> str:
    return palette.owner(m.owners[(base + FIRST_LPI // 8 - RAM_BASE) // FRAME]).label


@house_style()
def flipped_bits(table: PendingTable, title: str = "") -> Figure:
    """Return the bytes of the live LPIs as bits, before and after, with the arithmetic of each flip."""
    if not table.before:
        raise FigureError("pending table: no interrupt was ever pending on CPU 0, so there is nothing to show")
    rows = sorted({intid // 8 for intid in table.before})
    lines = _arithmetic(table)
    height = 62 + (CELL + 8) * len(rows) + 10 + 15 * len(lines)
    sheet = Sheet(height, title, _note(table))
    then = f"{_ms(table.times_ms[1])} after the jump"
    for left, name, bits, owner in (
        (0, "just before the jump", table.before, table.owners[0]),
        (RIGHT, then, table.after, table.owners[1]),
    ):
        sheet.text(left, sheet.top + 10, name, weight="bold")
        sheet.label(left, sheet.top + 26, f"the frame’s owner: {owner}")
        sheet.label(left, sheet.top + 46, "bit")
        for bit in range(8):
            sheet.label(left + LABEL + CELL * (bit + 0.5), sheet.top + 46, str(bit), ha="center")
        for n, offset in enumerate(rows):
            top = sheet.top + 56 + (CELL + 8) * n
            sheet.text(left, top + CELL / 2, f"{offset:#x}", MUTED, size=10.5)
            for bit in range(8):
                intid = 8 * offset + bit
                flipped = left == RIGHT and intid in table.flips
                _bit(sheet, left + LABEL + CELL * bit, top, intid, bits.get(intid), flipped)
    for n, line in enumerate(lines):
        sheet.text(0, sheet.top + 62 + (CELL + 8) * len(rows) + 10 + 15 * n, line, INK, size=10)
    return sheet.finish(_alt(table, title))


def _bit(sheet: Sheet, x: float, y: float, intid: int, value: int | None, flipped: bool) -> None:
    """Draw a bit: dark if set, with a thick frame and a sign if flipped, empty if no interrupt uses it."""
    edge = {"edgecolor": ALARM, "linewidth": 2.4} if flipped else {"edgecolor": LINE if value is None else MUTED}
    box = {"linewidth": 0.9, **edge}
    sheet.box(x + 1.5, y + 1.5, CELL - 3, CELL - 3, INK if value else "none", **box)
    if value is None:
        return
    colour = PAPER if value else INK
    sheet.text(x + CELL / 2, y + 11, f"▲{value}" if flipped else str(value), colour, weight="bold", ha="center")
    sheet.text(x + CELL / 2, y + 23, str(intid), colour, size=SMALL - 0.5, ha="center")


def _arithmetic(table: PendingTable) -> list[str]:
    if not table.flips:
        return ["No bit was flipped in memory that was not kept for it."]
    found = []
    for intid, t in sorted(table.flips.items(), key=lambda item: item[1])[:WRITTEN_OUT]:
        offset, bit = pending_bit(intid)
        found.append(
            f"▲ {intid} = {offset} × 8 + {bit}: bit {bit} of the byte at {table.base:#x} + {offset:#x} = "
            f"{table.base + offset:#x}, {_ms(t)} after the jump"
        )
    if len(table.flips) > WRITTEN_OUT:
        found.append(f"and {len(table.flips) - WRITTEN_OUT} more")
    masks = [f"the byte at {address:#x} by the mask {mask:#04x}" for address, mask in table.mask.items()]
    return [*found, f"Together they change {' and '.join(masks)}."]


def _ms(t: float) -> str:
    return f"{t:,.3g} ms" if t < 1000 else f"{t / 1000:,.3g} s"


def _note(table: PendingTable) -> str:
    return (
        f"The simulated machine, seed {table.seed}: the pending table of CPU 0 at {table.base:#x}. The table is not "
        "scaled; the four interrupts of the device are. An empty square is an LPI that nobody uses."
    )


def _alt(table: PendingTable, title: str) -> str:
    head = f"{title}: two grids of bits" if title else "Two grids of bits"
    one = [str(intid) for intid, bit in table.before.items() if bit]
    two = [str(intid) for intid, bit in table.after.items() if bit]
    arithmetic = " ".join(line.removeprefix("▲ ").rstrip(".") + "." for line in _arithmetic(table))
    return (
        f"{head}, the pending table of CPU 0 at {table.base:#x} just before the jump and {_ms(table.times_ms[1])} "
        f"after it. Set before: {', '.join(one) or 'none'}. Set later: {', '.join(two) or 'none'}. Flipped: "
        f"{', '.join(map(str, table.flips)) or 'none'}. {arithmetic} "
        f"The frame was {table.owners[0]}, and then {table.owners[1]}."
    )
