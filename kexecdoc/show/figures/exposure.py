"""Who is responsible for a device when: how long each way into memory stays open across the jump.

A window is open while something that the old kernel programmed can still act. Each is read from a run's log: when
it opened, when it was closed, and in which step of which kernel. Time runs on a logarithmic axis from the jump,
since microseconds and seconds matter alike; what comes before the jump has a panel of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import floor, log10

from kexecdoc.log import State, lay
from kexecdoc.run import Run
from kexecdoc.scales import MS, US, S
from kexecdoc.scenario import Scenario
from kexecdoc.show import palette
from kexecdoc.show.figure import INK, LINE, MUTED, PAPER, SMALL, Figure, FigureError, Sheet

OPEN = ("absent", "passes", "bypasses")
"""What an IOMMU says that does not stand in the way."""


@dataclass(frozen=True)
class Window:
    """How long a way is open, in ns from the jump: negative before it, ``closes`` None if nothing closes it.

    ``closed_in`` is the step in which it is closed. ``astray`` is true for what can really spoil memory.
    """

    name: str
    opens: int
    closes: int | None
    closed_in: str
    scenario: Scenario
    opened: bool  # on the way; the others were open from the beginning
    astray: bool = False

    @property
    def after_jump_ms(self) -> float | None:
        """How long it is open after the jump, in ms; None for ever, 0 if it is closed before."""
        return None if self.closes is None else max(0, self.closes) / MS

    def called(self, name: str) -> Window:
        """Return the same window under another name, to stand beside that of another run."""
        return replace(self, name=name)


def _engine(s: State) -> bool:
    return bool(s.get("device/eth0/engine") == "running" and s.get("device/eth0/programmed-by") == "old")


def _bus_master(s: State) -> bool:
    return bool(s.get("device/eth0/programmed-by") == "old" and s.get("gate/eth0/bus-master"))


def _untranslated(s: State) -> bool:
    return bool(s.get("device/eth0/programmed-by") == "old" and _unit(s) in OPEN)


def _unit(s: State) -> object:
    return s.get("gate/eth0/smmu", s.get("gate/eth0/vtd", "absent"))


def _astray(s: State) -> bool:
    return _engine(s) and _bus_master(s) and _untranslated(s)


def _messages(s: State) -> bool:
    return bool(s.get("device/eth0/programmed-by") == "old" and s.get("device/eth0/msi") == "enabled")


def _its(s: State) -> bool:
    return bool(s.get("its") == "enabled" and s.get("its/programmed-by") == "old")


WAYS: dict[str, tuple[str, Callable[[State], bool]]] = {
    "engine": ("its DMA engine follows old descriptors", _engine),
    "bus-master": ("its Bus Master bit is set", _bus_master),
    "iommu": ("no IOMMU translates", _untranslated),
    "astray": ("all three: a stray write can land", _astray),
    "msi": ("it may send messages", _messages),
    "its": ("the ITS records by old tables", _its),
}


def windows(run: Run, *ways: str) -> list[Window]:
    """Return the windows of a run, or those of `WAYS` that are named. One that is never open is left out.

    FigureError for a run without a jump, and for a way that does not exist.
    """
    if strangers := [way for way in ways if way not in WAYS]:
        raise FigureError(f"exposure: {strangers[0]} is none of {', '.join(WAYS)}")
    jump = run.verdict.jump_ns
    if jump is None:
        raise FigureError("exposure: this machine never jumps, so no window lies across the jump")
    found = []
    for way in ways or WAYS:
        name, is_open = WAYS[way]
        found += [
            Window(name, a - jump, None if b is None else b - jump, step, run.scenario, a > 0, way == "astray")
            for a, b, step in _spans(run, is_open)
        ]
    return found


def _spans(run: Run, is_open: Callable[[State], bool]) -> list[tuple[int, int | None, str]]:
    state = lay({}, {path: value for path, value in run.log.start.items() if not path.startswith("frame/")})
    since = 0 if is_open(state) else None
    spans: list[tuple[int, int | None, str]] = []
    for event in run.log:
        state.update((path, value) for path, value in event.set.items() if not path.startswith("frame/"))
        if is_open(state) == (since is not None):
            continue
        if since is None:
            since = event.t_ns
        else:
            if event.t_ns > since:
                spans.append((since, event.t_ns, str(state.get("step", "old"))))
            since = None
    return spans if since is None else [*spans, (since, None, "")]


# --- the picture -----------------------------------------------------------------------------------------

SIDE, GAP, LEFT, RIGHT = 108, 14, 2, 40
"""Units: the panel before the jump, what lies between the panels, and the margins."""

ROW, BAR = 36, 11


def exposure(found: Iterable[Window], title: str = "") -> Figure:
    """Return the windows as bars, one a row: before the jump from the left panel on, after it by decades.

    Windows of several runs can stand together: give each its name by `Window.called`.
    """
    rows = list(found)
    if not rows:
        raise FigureError("exposure: no window is ever open, so there is nothing to show")
    sheet = Sheet(20 + ROW * len(rows) + 40, title, _note(rows))
    scale = _Scale(rows)
    top, foot = sheet.top + 20, sheet.top + 20 + ROW * len(rows)
    phases = {name: tone.light for name, tone in palette.PHASES.items()}
    sheet.box(LEFT, top, SIDE, foot - top, phases["old"])
    sheet.box(scale.zero, top, 640 - RIGHT - scale.zero, foot - top, phases["up"])
    sheet.text(LEFT, sheet.top + 8, "before the jump", MUTED, size=SMALL)
    sheet.text(scale.zero, sheet.top + 8, "after the jump, by decades", MUTED, size=SMALL)
    for decade, place in scale.decades():
        sheet.box(place, top, 0.8, foot - top + 4, LINE)
        sheet.text(place, foot + 13, _time(decade), MUTED, size=SMALL, ha="center")
    sheet.text(LEFT, foot + 13, _time(-scale.before), MUTED, size=SMALL)
    sheet.text(LEFT + SIDE, foot + 13, "0", MUTED, size=SMALL, ha="right")
    for n, row in enumerate(rows):
        _bar(sheet, scale, row, top + ROW * n)
    return sheet.finish(_alt(rows, title))


class _Scale:
    """Where a time lies: linear before the jump, by decades after it, for ever at the right edge."""

    def __init__(self, rows: list[Window]) -> None:
        self.zero = LEFT + SIDE + GAP
        self.before = max([-row.opens for row in rows if row.opens < 0] or [30 * MS])
        ends = [row.closes for row in rows if row.closes is not None and row.closes > 0]
        starts = [row.opens for row in rows if row.opens > 0]
        self.low = max(US, min(MS, 10 ** floor(log10(min([*ends, *starts] or [MS])) - 0.3)))
        self.high = 10 * S

    def place(self, t_ns: int | None) -> float:
        if t_ns is None:
            return 640 - RIGHT
        if t_ns <= 0:
            return LEFT + SIDE * (1 + max(t_ns, -self.before) / self.before)
        width = 640 - RIGHT - self.zero
        return self.zero + width * max(0, log10(max(t_ns, 1) / self.low)) / log10(self.high / self.low)

    def decades(self) -> list[tuple[int, float]]:
        found, t = [], self.low
        while t <= self.high:
            found.append((t, self.place(t)))
            t *= 10
        return found


def _bar(sheet: Sheet, scale: _Scale, row: Window, top: float) -> None:
    tone = palette.SURFACES["alarm" if row.astray else "accent"].light
    y = top + ROW - BAR - 5
    sheet.text(LEFT + 4, top + 11, f"{'▲ ' if row.astray else ''}{row.name}", INK, size=10.5, weight="bold")
    sheet.text(640, top + 11, _until(row), tone if row.astray else INK, size=10.5, ha="right")
    style = {"hatch": "///" if row.astray else "", "edgecolor": PAPER if row.astray else "none"}
    if row.opens < 0:
        left, right = scale.place(row.opens), scale.place(min(row.closes or 0, 0))
        sheet.box(left, y, max(right - left, 1.5), BAR, tone, **style)
    if row.closes is None or row.closes > 0:
        left = scale.place(row.opens) if row.opens > 0 else scale.zero
        sheet.box(left, y, max(scale.place(row.closes) - left, 1.5), BAR, tone, **style)
        if row.closes is None:
            sheet.text(640 - RIGHT + 5, y + BAR / 2, "▶", tone, size=12)


def _until(row: Window) -> str:
    since = f"from {_time(row.opens)} " if row.opened else ""
    if row.closes is None:
        return f"{since}for ever"
    return f"{since}until {_time(row.closes)}, in {row.closed_in.rpartition('/')[2]}"


def _time(t_ns: int) -> str:
    """Return a time in the unit that suits it, with no more digits than can be read."""
    sign, t = "−" if t_ns < 0 else "", abs(t_ns)
    for unit, ns in (("s", S), ("ms", MS), ("µs", US)):
        if t >= ns:
            return f"{sign}{t / ns:.3g} {unit}"
    return f"{sign}{t} ns"


def _note(rows: list[Window]) -> str:
    seeds = {row.scenario.seed for row in rows}
    kernels = " and ".join(sorted({f"Linux {row.scenario.kernel} on {row.scenario.machine}" for row in rows}))
    return (
        f"The simulated machine, seed {', '.join(map(str, sorted(seeds)))}: {kernels}. The order is that of the "
        "sources; the durations are scaled."
    )


def _alt(rows: list[Window], title: str) -> str:
    head = f"{title}: bars" if title else "Bars"
    parts = [f"{head} on a time axis, linear before the jump and logarithmic after it: how long each way stays open."]
    for row in rows:
        parts.append(f"{row.name[0].upper()}{row.name[1:]}: {_until(row)}{_lasts(row)}.")
    return " ".join(parts)


def _lasts(row: Window) -> str:
    if row.closes is not None and row.closes <= 0:
        return ", before the jump"
    return "" if row.closes is None or row.opens <= 0 else f", {_time(row.closes - row.opens)} in all"
