"""A run at one moment as a still picture: for viewers of the repository, and for pages without scripts.

It shows what the explorer shows, in the same colours and with the same marks. The picture and its text alternative are
computed from the run.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from kexecdoc.model.log import State
from kexecdoc.model.scales import FRAME, FRAMES, MS, RAM_BASE
from kexecdoc.reading.facts import STUDY
from kexecdoc.reading.run import Run
from kexecdoc.views import palette
from kexecdoc.views.palette import COLUMNS

CELL = 8  # pixels for a frame
SIZE = (9.6, 6.5)  # inches
DPI = 100
COLOURS = 64  # in the file: the palette, and enough shades to smooth text
FONT = ["DejaVu Sans"]  # shipped with matplotlib, so text looks the same everywhere

INK = palette.SURFACES["ink"].light
MUTED = palette.SURFACES["muted"].light
LINE = palette.SURFACES["line"].light
ALARM = palette.SURFACES["alarm"].light


@dataclass
class Moment:
    """What the picture and its text alternative show: the log, read up to a time."""

    state: State
    t_ns: int
    jump_ns: int | None
    owners: list[str]
    strayed: list[int]  # frames written by leftover DMA since the jump
    wrong: list[int]  # frames that their owner found wrong
    named: list[int]  # frames that the device's descriptors name, while they are the old kernel's
    writes: list[tuple[int, str]]  # leftover writes: time and result
    set_bits: list[tuple[int, int, int]]  # pending bits of CPU 0 set at that time: address, bit, INTID
    flips: list[tuple[int, int, int, int]]  # bits flipped since the jump, with the time
    strays: int  # interrupts since the jump for vectors that the next kernel had not assigned


def moment(run: Run, t_ns: int | None = None) -> Moment:
    """Read the log up to a time, or to its end."""
    facts, log = run.facts, run.log
    end = len(log) if t_ns is None else bisect_right(log.t_ns, t_ns)
    jumped = facts.jump is not None and facts.jump < end
    state = run.at(t_ns)
    leftovers = [write for write in facts.leftovers if write.event < end]
    pending = [bit for bit in facts.pending if bit.cpu == 0 and bit.event < end]
    values = {(bit.address, bit.shift, bit.intid): bit.value for bit in pending}
    old = state.get(f"device/{STUDY}/programmed-by") == "old"
    return Moment(
        state,
        facts.end_ns if t_ns is None else t_ns,
        run.verdict.jump_ns if jumped else None,
        [state[f"frame/{f}/owner"] for f in range(FRAMES)],
        sorted({write.frame for write in leftovers if write.frame is not None}),
        sorted({found.frame for found in facts.findings if found.event < end}),
        [f for a, b in state.get(f"device/{STUDY}/targets", ()) for f in range(a, b + 1)] if old else [],
        [(log.t_ns[write.event], write.result) for write in leftovers],
        sorted(place for place, value in values.items() if value),
        [(bit.address, bit.shift, bit.intid, log.t_ns[bit.event]) for bit in pending if bit.flip],
        sum(facts.after_jump(event) and event < end for event in facts.strays),
    )


# --- the text --------------------------------------------------------------------------------------------


def alt_text(run: Run, t_ns: int | None = None) -> str:
    """Return the text alternative of the still picture."""
    m = moment(run, t_ns)
    changed = ", ".join(f"{name}={value}" for name, value in run.scenario.differences().items())
    owners = Counter(m.owners)
    held = ", ".join(f"{palette.owner(o.name).label} {owners[o.name]:,}" for o in palette.OWNERS if owners[o.name])
    results = Counter(result for _, result in m.writes)
    became = ", ".join(f"{n:,} {result}" for result, n in sorted(results.items())) or "none"
    return (
        f"{_heading(run, m)}. Scenario: {changed or 'the default'}. "
        f"Memory map of {FRAMES:,} frames: {held}. "
        f"Leftover DMA writes since the jump: {became}; they hit {len(m.strayed):,} frames. "
        f"Frames found wrong by their owner: {len(m.wrong):,}. "
        f"{_interrupts(run, m)} "
        f"In the end: {run.verdict.outcome}. {run.verdict.summary}"
    )


def _heading(run: Run, m: Moment) -> str:
    if m.jump_ns is None:
        before = "" if run.verdict.jump_ns is None else ", before the jump"
        return f"The machine {m.t_ns / MS:,.3f} ms after the {_begin(run)}{before}"
    return f"The machine {(m.t_ns - m.jump_ns) / MS:,.3f} ms after the jump, in step {m.state['step']}"


def _begin(run: Run) -> str:
    """Return what the crossing begins with, in a word."""
    return "panic" if run.scenario.path == "panic" else "call"


def _interrupts(run: Run, m: Moment) -> str:
    """Return the state of interrupts in words: of pending bits in memory, or of registers and lines."""
    lines = [f"Line {number} of the {_controller(run)}: {words}." for number, words in _lines(m.state)]
    if run.scenario.machine == "x86":
        return " ".join([f"Interrupts that nobody had handed out, since the jump: {m.strays:,}.", *lines])
    flipped = ", ".join(f"INTID {i} (bit {b} of the byte at {a:#x})" for a, b, i, _ in m.flips) or "none"
    seen = lines if run.scenario.interrupt == "intx" else []
    return " ".join([f"Pending bits of CPU 0 flipped since the jump: {flipped}.", *seen])


def _controller(run: Run) -> str:
    return "I/O APIC" if run.scenario.machine == "x86" else "GIC"


def _lines(state: State) -> list[tuple[str, str]]:
    """Return each interrupt line's number and its state in words."""
    found = []
    for number in (path.split("/")[1] for path in state if path.startswith("line/") and path.endswith("/asserted")):
        line = {path.split("/")[2]: value for path, value in state.items() if path.startswith(f"line/{number}/")}
        parts = ["asserted" if line["asserted"] else "not asserted", "masked" if line["masked"] else "unmasked"]
        if line.get("remote-irr") or line.get("active"):
            parts.append("delivered and not ended")
        if line.get("disabled"):
            parts.append(f"given up after {line['unhandled']:,} interrupts that no driver claimed")
        found.append((number, ", ".join(parts)))
    return found


def _apics(state: State) -> list[tuple[str, str]]:
    """Return each CPU and the state of its local APIC in words."""
    found = []
    for cpu in (path.split("/")[1] for path in state if path.startswith("apic/") and path.endswith("/enabled")):
        waiting = [
            path.split("/")[2] for path, v in state.items() if path.startswith(f"apic/{cpu}/") and v == "waiting"
        ]
        vectors = ", ".join(f"{int(vector):#x}" for vector in waiting) or "nothing"
        on = "accepts messages" if state[f"apic/{cpu}/enabled"] else "accepts nothing"
        found.append((f"CPU {cpu}", f"{on}, {vectors} waits" if state[f"cpu/{cpu}/online"] else "down"))
    return found


# --- the picture -----------------------------------------------------------------------------------------


def still_png(run: Run, t_ns: int | None = None) -> bytes:
    """Return the picture as PNG; the same run gives the same bytes."""
    buffer = io.BytesIO()
    still_figure(run, t_ns).savefig(buffer, format="png", metadata={"Software": None})
    return _with_colour_table(buffer)


def still_figure(run: Run, t_ns: int | None = None) -> Figure:
    """Return the picture as a figure of matplotlib."""
    m = moment(run, t_ns)
    # Not made by pyplot, so that the notebook's style does not apply.
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.025, 0.957, f"{_heading(run, m)}", size=10.5, color=INK, weight="bold", family=FONT)
    outcome = next(o for o in palette.OUTCOMES if o.name == run.verdict.outcome)
    figure.text(
        0.975,
        0.957,
        f"in the end: {outcome.name}",
        size=10.5,
        color=outcome.tone.light,
        weight="bold",
        ha="right",
        family=FONT,
    )
    width, height = SIZE[0] * DPI, SIZE[1] * DPI
    side = CELL * COLUMNS
    # The map is placed at whole pixels, so that its cells are sharp.
    _memory(figure.add_axes((24 / width, (height - 40 - side) / height, side / width, side / height)), m)
    _legend(figure.add_axes((0.585, 0.475, 0.39, 0.455)), m)
    _pending(figure.add_axes((0.585, 0.165, 0.39, 0.27)), run, m)
    _timeline(figure.add_axes((0.025, 0.045, 0.95, 0.07)), run, m)
    return figure


def _with_colour_table(png: io.BytesIO) -> bytes:
    """Return a smaller PNG with a table of colours: those of the palette, then the most frequent ones."""
    with Image.open(png) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    colours, where, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    declared = {tuple(pixel) for o in palette.OWNERS for row in tile(o.name).tolist() for pixel in row}
    first = np.array([tuple(colour) not in declared for colour in colours.tolist()])
    order = np.lexsort((-counts, first))[:COLOURS]
    table = colours[order]
    # Every colour becomes the nearest one of the table.
    distances = ((colours[:, None, :].astype(int) - table[None, :, :]) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1).astype(np.uint8)
    small = io.BytesIO()
    image = Image.fromarray(nearest[where.reshape(-1)].reshape(pixels.shape[:2]), "P")
    image.putpalette(table.tobytes())
    image.save(small, "PNG", optimize=True)
    return small.getvalue()


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def tile(name: str) -> np.ndarray[Any, Any]:
    """Return one frame of an owner as pixels: its colour, with its mark."""
    look = palette.owner(name)
    pixels = np.full((CELL, CELL, 3), _rgb(look.tone.light), dtype=np.uint8)
    y, x = np.indices((CELL, CELL))
    middle = CELL // 2
    marks = {
        "none": np.zeros((CELL, CELL), bool),
        "slash": (x + y) % CELL == CELL - 1,
        "backslash": (x - y) % CELL == 0,
        "dot": (abs(2 * x - CELL + 1) <= 1) & (abs(2 * y - CELL + 1) <= 1),
        "bar": x == middle,
        "dash": y == middle,
        "plus": ((x == middle) & (y > 0)) | ((y == middle) & (x > 0)),
        "ring": np.maximum(abs(2 * x - CELL + 1), abs(2 * y - CELL + 1)) == CELL - 5,
    }
    pixels[marks[look.mark]] = _rgb(look.ink.light)
    return pixels


def _strayed(pixels: np.ndarray[Any, Any]) -> None:
    pixels[1:-1, 1:-1] = 255
    pixels[2:-2, 2:-2] = _rgb(INK)


def _wrong(pixels: np.ndarray[Any, Any]) -> None:
    y, x = np.indices((CELL, CELL))
    inside = (np.minimum(x, y) >= 1) & (np.maximum(x, y) <= CELL - 2)
    pixels[:] = 255
    pixels[inside & (x == y)] = pixels[inside & (x == CELL - 1 - y)] = _rgb(ALARM)


def _memory(axes: Axes, m: Moment) -> None:
    picture = np.concatenate([np.concatenate([tile(o) for o in row], axis=1) for row in _rows(m.owners)], axis=0)

    def cell(frame: int) -> np.ndarray[Any, Any]:
        top, left = (CELL * n for n in divmod(frame, COLUMNS))
        return picture[top : top + CELL, left : left + CELL]

    for frame in m.strayed:
        _strayed(cell(frame))
    for frame in m.wrong:
        _wrong(cell(frame))
    for _, run in groupby(enumerate(m.named), lambda pair: (pair[1] - pair[0], pair[1] // COLUMNS)):
        frames = [frame for _, frame in run]
        top, left = divmod(frames[0], COLUMNS)
        axes.add_patch(
            Rectangle((left * CELL, top * CELL), len(frames) * CELL, CELL, fill=False, edgecolor=INK, lw=1.2)
        )
    axes.imshow(picture, interpolation="none", extent=(0, COLUMNS * CELL, FRAMES // COLUMNS * CELL, 0))
    axes.set_axis_off()


def _rows(owners: list[str]) -> list[list[str]]:
    return [owners[i : i + COLUMNS] for i in range(0, FRAMES, COLUMNS)]


def _legend(axes: Axes, m: Moment) -> None:
    counts = Counter(m.owners)
    rows: list[tuple[str, int, np.ndarray[Any, Any]]] = [
        (o.label, counts[o.name], np.concatenate([tile(o.name)] * 2, axis=1)) for o in palette.OWNERS
    ]
    for label, count, mark in (
        ("written by leftover DMA since the jump", len(m.strayed), _strayed),
        ("found wrong by its owner", len(m.wrong), _wrong),
    ):
        swatch = np.concatenate([tile("old")] * 2, axis=1)
        for half in (swatch[:, :CELL], swatch[:, CELL:]):
            mark(half)
        rows.append((label, count, swatch))
    axes.set(xlim=(0, 100), ylim=(len(rows) + 1, 0))
    for k, (label, count, swatch) in enumerate(rows):
        axes.imshow(swatch, interpolation="none", extent=(0, 6.5, k + 0.8, k + 0.2), aspect="auto")
        _text(axes, 9, k + 0.5, label, INK if count else MUTED)
        _text(
            axes, 100, k + 0.5, f"{count:,}", INK if count else MUTED, ha="right", weight="bold" if count else "normal"
        )
    k = len(rows)
    axes.add_patch(Rectangle((0.3, k + 0.2), 6, 0.6, fill=False, edgecolor=INK, lw=1.4))
    _text(axes, 9, k + 0.5, "named by the device’s descriptors", INK if m.named else MUTED)
    _text(
        axes,
        100,
        k + 0.5,
        f"{len(m.named):,}",
        INK if m.named else MUTED,
        ha="right",
        weight="bold" if m.named else "normal",
    )
    axes.set(xlim=(-0.5, 100), ylim=(len(rows) + 1, 0))
    axes.set_axis_off()


def _text(axes: Axes, x: float, y: float, text: str, colour: str = INK, **more: Any) -> None:
    axes.text(x, y, text, **{"color": colour, "size": 8.5, "va": "center", "family": FONT, **more})


def _pending(axes: Axes, run: Run, m: Moment) -> None:
    """Draw the bytes of CPU 0's live LPIs in the table where bits flipped, or else in the one in use."""
    axes.set(xlim=(0, 8), ylim=(6.2, 0))
    axes.set_axis_off()
    if "redistributor/0/pending" not in m.state:
        _registers(axes, run, m)
        return
    live = _live(m.state)
    if not live:  # none is routed here at this moment: show those routed here at any time
        live = _live(run.log.start).union(*(_live(event.set) for event in run.log))
    flipped = {intid: (address, bit) for address, bit, intid, _ in m.flips}
    base = m.state["redistributor/0/pending"]
    if m.flips:
        address, _, intid, _ = m.flips[-1]
        base = address - intid // 8
    one = {intid for address, _, intid in m.set_bits if address == base + intid // 8}
    left = base != m.state["redistributor/0/pending"]
    _text(axes, 0, 0.3, f"Pending table of CPU 0 at {base:#x}" + (", left behind" if left else ""), weight="bold")
    for row, byte in enumerate(sorted({n // 8 for n in live})[:2]):
        top = 0.9 + 1.75 * row
        _text(axes, 0, top, f"byte {byte:#x}", MUTED, size=7.5)
        for bit in range(8):
            intid = byte * 8 + bit
            is_set, flip = intid in one, intid in flipped
            box = Rectangle(
                (bit + 0.04, top + 0.3),
                0.92,
                1.05,
                facecolor=INK if is_set else "white",
                edgecolor=ALARM if flip else MUTED if intid in live else LINE,
                lw=2 if flip else 0.8,
            )
            axes.add_patch(box)
            colour = "white" if is_set else INK if intid in live else MUTED
            value = ("▲1" if flip else "1") if is_set else "0" if intid in live else "·"
            _text(axes, bit + 0.5, top + 0.62, value, colour, ha="center", weight="bold")
            _text(axes, bit + 0.5, top + 1.1, str(intid), colour if is_set else MUTED, ha="center", size=6)
    if m.flips:
        address, bit, intid, _ = m.flips[-1]
        lines = (
            f"▲ INTID {intid} flipped: byte {intid} ÷ 8 = {intid // 8} = {intid // 8:#x}, bit {bit};",
            f"{base:#x} + {intid // 8:#x} = byte at {address:#x}, kept by nobody",
        )
    else:
        kept = m.state.get(f"frame/{(base - RAM_BASE) // FRAME}/kept")
        lines = ("No bit was flipped" + (": this table is kept for the next kernel." if kept else "."), "")
    for k, line in enumerate(lines):
        _text(axes, 0, 5.0 + 0.7 * k, line, size=8)


def _live(assignments: Mapping[str, Any]) -> set[int]:
    """Return the INTIDs of LPIs that are routed, or recorded as pending for CPU 0."""
    routed = {value["intid"] for path, value in assignments.items() if path.startswith("vector/") and value}
    return routed | {int(path.split("/")[2]) for path in assignments if path.startswith("lpi/0/")}


def _registers(axes: Axes, run: Run, m: Moment) -> None:
    """Draw the state of the local APICs and of lines, for machines that keep no interrupts in memory."""
    _text(axes, 0, 0.3, "No pending table: interrupts wait in registers", weight="bold")
    facts = [*_apics(m.state), ("stray", f"{m.strays:,} that nobody had handed out")]
    facts += [(f"line {number}", words) for number, words in _lines(m.state)]
    for k, (name, words) in enumerate(facts):
        head, _, more = words.partition(", given up")
        _text(axes, 0, 1.1 + 0.75 * k, name, MUTED)
        _text(axes, 1.1, 1.1 + 0.75 * k, head)
        if more:
            _text(axes, 1.1, 1.1 + 0.75 * (k + 1), "given up" + more)


def _timeline(axes: Axes, run: Run, m: Moment) -> None:
    """Draw the steps, each with its own scale, and the leftover writes of the whole run."""
    times = [*run.log.t_ns, run.facts.end_ns]
    spans = [(times[step.first], times[step.end], step.name) for step in run.facts.steps]

    def place(t_ns: int) -> float:
        k = max(k for k, (t, _, _) in enumerate(spans) if t <= t_ns)
        first, last, _ = spans[k]
        return k + ((t_ns - first) / (last - first) if last > first else 0)

    axes.set(xlim=(0, len(spans)), ylim=(0, 1))
    for k, (_, _, name) in enumerate(spans):
        axes.add_patch(
            Rectangle((k, 0), 1, 1, facecolor=palette.PHASES[name.split("/")[0]].light, edgecolor=LINE, lw=0.8)
        )
    for group, found in groupby(enumerate(spans), lambda item: item[1][2].split("/")[0]):
        first = next(found)[0]
        words = {
            "old": f"old kernel, from the {_begin(run)}",
            "jump": "jump",
            "firmware": "firmware",
            "next": "next kernel" + (", from its entry on" if len(spans) < 5 * (len(spans) - first) else ""),
        }
        _text(axes, first + 0.05, -0.28, words[group], MUTED, size=8)
        axes.plot([first, first], [-0.42, 0], color=INK, lw=1, clip_on=False)
    for t, result in m.writes:
        axes.plot([place(t)] * 2, [0.42, 0.95] if result == "landed" else [0.42, 0.6], color=INK, lw=0.7)
    for *_, t in m.flips:
        axes.plot([place(t)], [0.22], marker="^", markersize=5, color=ALARM, markeredgewidth=0)
    axes.plot([place(m.t_ns)] * 2, [0, 1], color=palette.SURFACES["accent"].light, lw=2.5, clip_on=False)
    _text(
        axes,
        0,
        1.28,
        "Each step has its own scale.  │ a leftover write (short: it did not land)"
        + ("" if run.scenario.machine == "x86" else "   ▲ a pending bit flipped"),
        MUTED,
        size=8,
    )
    axes.set_axis_off()
