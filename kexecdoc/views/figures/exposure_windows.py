"""How long each way into memory stays open across the jump.

A window is open while something that the old kernel programmed can still act. The run's log tells when it opened, when
it closed, and in which step of which kernel. Time after the jump is on a logarithmic axis, because microseconds and
seconds matter alike; the time before the jump has its own panel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import floor, log10

from kexecdoc.model.scales import MS, US, S
from kexecdoc.reading.run import Run
from kexecdoc.reading.windows import spans
from kexecdoc.views import palette
from kexecdoc.views.figure import ALARM, INK, LINE, PAPER, SMALL, Figure, FigureError, Sheet, house_style


@dataclass(frozen=True)
class Window:
    """When a way opens and closes, in ns from the jump; ``closes`` is None if nothing closes it.

    ``closed_in`` is the step in which it closes. ``astray`` is true for a way by which a stray write can land.
    """

    name: str
    opens: int
    closes: int | None
    closed_in: str
    run: Run = field(repr=False)
    astray: bool = False

    @property
    def opened(self) -> bool:
        """Whether it opened during the run; other windows are open from the beginning."""
        return self.opens > -_jump(self.run)

    @property
    def after_jump_ms(self) -> float | None:
        """How long it is open after the jump, in ms: 0 if it closes before, None if it never closes."""
        return None if self.closes is None else max(0, self.closes) / MS

    def called(self, name: str) -> Window:
        """Return the same window under another name, to compare it with that of another run."""
        return replace(self, name=name)


WAYS = {
    "engine": "its DMA engine follows old descriptors",
    "bus-master": "the Bus Master bits let it through",
    "iommu": "no IOMMU translates",
    "astray": "all three: a stray write can land",
    "msi": "it may send messages",
    "its": "the ITS records by old tables",
}
"""The name of each way of `kexecdoc.reading.windows` in the picture."""


def windows(run: Run, *ways: str) -> list[Window]:
    """Return the windows of a run, for all of `WAYS` or for those named. A way that is never open has none.

    FigureError for a run without a jump, and for a way that does not exist.
    """
    if unknown := [way for way in ways if way not in WAYS]:
        raise FigureError(f"exposure: {unknown[0]} is none of {', '.join(WAYS)}")
    jump, found, obeys = _jump(run), [], run.scenario.obeys_bus_master == "yes"
    for way in ways or WAYS:
        name = WAYS[way] if obeys or way != "astray" else "a stray write can land: it minds no Bus Master bit"
        for n, (opens, closes, step) in enumerate(spans(run.log, way, obeys=obeys)):
            closed = None if closes is None else closes - jump
            again = f"{name}, again" if n else name
            found.append(Window(again, opens - jump, closed, step, run, way == "astray"))
    return found


def _jump(run: Run) -> int:
    if run.verdict.jump_ns is None:
        raise FigureError("exposure: this machine never jumps, so no window lies across the jump")
    return run.verdict.jump_ns


# --- the picture -----------------------------------------------------------------------------------------

SIDE, GAP, RIGHT = 112, 8, 600
"""Units: the width of the panel before the jump, the gap between the panels, and the right edge of time."""

ROW, BAR = 38, 11


@house_style()
def exposure(found: Iterable[Window], title: str = "") -> Figure:
    """Return the windows as bars, one in each row: before the jump in the left panel, after it by decades.

    The background shows which kernel runs. To compare several runs, name their windows with `Window.called`.
    """
    rows = list(found)
    if not rows:
        raise FigureError("exposure: no window is ever open, so there is nothing to show")
    sheet = Sheet(38 + ROW * len(rows) + 26, title, _note(rows))
    scale = _Scale(rows)
    top, foot = sheet.top + 38, sheet.top + 38 + ROW * len(rows)
    sheet.label(0, sheet.top + 8, "before the jump")
    sheet.label(SIDE + GAP, sheet.top + 8, "after the jump: each stretch is ten times as long as the one before it")
    for name, _, start, end in _backgrounds(rows[0], scale):
        if end - start > 6.2 * len(name):
            sheet.text((start + end) / 2, sheet.top + 27, name, INK, size=SMALL, ha="center", weight="bold")
    for n, row in enumerate(rows):
        for _, phase, start, end in _backgrounds(row, scale):
            sheet.box(start, top + ROW * n, end - start, ROW, palette.PHASES[phase].light)
    for t in scale.decades():
        sheet.box(scale.place(t), top, 0.8, foot - top + 4, LINE)
        sheet.label(scale.place(t), foot + 14, _time(t), ha="center" if t > scale.low else "left")
    sheet.label(0, foot + 14, _time(-scale.before))
    for n, row in enumerate(rows):
        _bar(sheet, scale, row, top + ROW * n)
    return sheet.finish(_alt(rows, title))


class _Scale:
    """Positions of times: linear before the jump, logarithmic after it; the right edge means never."""

    def __init__(self, rows: list[Window]) -> None:
        self.before = max([-row.opens for row in rows if row.opens < 0] or [_jump(rows[0].run)])
        ends = [t for row in rows for t in (row.opens, row.closes) if t is not None and t > 0]
        self.low = max(US, min(MS, 10 ** floor(log10(min(ends or [MS])))))
        self.high = 10 * S

    def place(self, t_ns: int | None) -> float:
        if t_ns is None:
            return RIGHT
        if t_ns <= 0:
            return SIDE * (1 + max(t_ns, -self.before) / self.before)
        left = SIDE + GAP
        return left + (RIGHT - left) * min(1.0, max(0.0, log10(t_ns / self.low) / log10(self.high / self.low)))

    def decades(self) -> list[int]:
        found = [self.low]
        while found[-1] < self.high:
            found.append(10 * found[-1])
        return found


def _backgrounds(row: Window, scale: _Scale) -> list[tuple[str, str, float, float]]:
    """Return the stretches of the background: a name, the phase of the palette, the left and the right edge."""
    verdict, jump, left = row.run.verdict, _jump(row.run), SIDE + GAP
    firmware = row.run.scenario.path == "reboot"
    turns = [("firmware" if firmware else "copying", "firmware" if firmware else "jump", 0)]
    if verdict.enter_ns is not None:
        turns.append(("next kernel", "next", verdict.enter_ns - jump))
    if verdict.userspace_ns is not None:
        turns.append(("userspace", "up", verdict.userspace_ns - jump))
    elif verdict.outcome in DEAD:
        turns.append(("dead", "dead", verdict.end_ns - jump))
    places = [left, *(max(left, scale.place(t)) for _, _, t in turns[1:]), RIGHT]
    after = [(name, phase, places[n], places[n + 1]) for n, (name, phase, _) in enumerate(turns)]
    return [("old kernel", "old", 0.0, SIDE), *after]


DEAD = ("crashed", "hung")


def _bar(sheet: Sheet, scale: _Scale, row: Window, top: float) -> None:
    tone = ALARM if row.astray else palette.SURFACES["accent"].light
    y = top + ROW - BAR - 5
    sheet.text(5, top + 12, f"{'▲ ' if row.astray else ''}{row.name}", INK, size=10.5, weight="bold")
    sheet.text(RIGHT - 5, top + 12, _until(row), INK, size=10, ha="right")
    style = {"hatch": "///", "edgecolor": PAPER} if row.astray else {}
    if row.opens < 0:
        left, right = scale.place(row.opens), scale.place(min(row.closes if row.closes is not None else 0, 0))
        sheet.box(left, y, max(right - left, 1.5), BAR, tone, **style)
    if row.closes is None or row.closes > 0:
        left = scale.place(row.opens) if row.opens > 0 else SIDE + GAP
        sheet.box(left, y, max(scale.place(row.closes) - left, 1.5), BAR, tone, **style)
    if row.closes is None:
        sheet.text(RIGHT + 5, y + BAR / 2, "▶", tone, size=12)


def _until(row: Window) -> str:
    since = f"from {_time(row.opens)} " if row.opened else ""
    if row.closes is not None:
        return f"{since}until {_time(row.closes)}, in {row.closed_in}"
    if row.run.verdict.outcome in DEAD:
        return f"{since}until the kernel dies, and after"
    return f"{since}for ever"


def _time(t_ns: int) -> str:
    """Return a time in a suitable unit, to three digits."""
    sign, t = "−" if t_ns < 0 else "", abs(t_ns)
    for unit, ns in (("s", S), ("ms", MS), ("µs", US)):
        if t >= ns:
            return f"{sign}{t / ns:.3g} {unit}"
    return f"{sign}{t} ns"


def _note(rows: list[Window]) -> str:
    scenarios = [row.run.scenario for row in rows]
    seeds = ", ".join(map(str, sorted({s.seed for s in scenarios})))
    kernels = " and ".join(sorted({f"Linux {s.kernel} on {s.machine}" for s in scenarios}))
    return (
        f"The simulated machine, seed {seeds}: {kernels}. The order is that of the sources; the durations are scaled."
    )


def _alt(rows: list[Window], title: str) -> str:
    head = f"{title}: bars" if title else "Bars"
    parts = [f"{head} on a time axis, linear before the jump and logarithmic after it: how long each way stays open."]
    parts += [f"{row.name[0].upper()}{row.name[1:]}: {_until(row)}{_duration(row)}." for row in rows]
    return " ".join(parts)


def _duration(row: Window) -> str:
    if row.closes is not None and row.closes <= 0:
        return ", before the jump"
    return "" if row.closes is None or row.opens <= 0 else f", {_time(row.closes - row.opens)} in all"
