"""A figure of a chapter: a matplotlib drawing in one house style, with a text alternative.

A figure has no background of its own. Its colours are custom properties of the palette, so that it follows the light
or dark mode of the site, of JupyterLab, or of the reader's system. Things are told apart by a sign, a hatch, a marker
or a dash, and by a name beside them; colour is an addition.

A sheet is laid out in units from its top left corner. The column is `WIDTH` units wide, and a unit is a little more
than a pixel, so text of 10 units is readable in a column of 700 pixels. On a narrow screen the figure scrolls instead
of shrinking.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle
from PIL import Image

from kexecdoc.views import palette
from kexecdoc.views.inline_svg import inline_svg, theme_rules
from kexecdoc.views.palette import Tone

WIDTH = 640
"""The width in units. A unit is one of the SVG, and at most a pixel and a quarter on a page."""

SCROLLS_BELOW, GROWS_TO = 560, 800
"""In pixels: the width below which a figure scrolls in its box, and its greatest width."""

TEXT, SMALL = 11.0, 9.5
"""Sizes of text. Nothing is much smaller than `SMALL`."""

PNG_DPI = 80

FONT = ["DejaVu Sans"]  # shipped with matplotlib; used to measure text, and in the PNG

INK = palette.SURFACES["ink"].light
MUTED = palette.SURFACES["muted"].light
LINE = palette.SURFACES["line"].light
ALARM = palette.SURFACES["alarm"].light
PAPER = palette.SURFACES["surface"].light


class FigureError(ValueError):
    """Data that no figure can be made of. The text is one line, for a person."""


@dataclass(frozen=True)
class Series:
    """How one of several lines looks: it differs from the others in colour, marker and dash."""

    tone: Tone
    marker: str
    dash: str | tuple[int, tuple[float, ...]]

    def line(self) -> dict[str, Any]:
        return {"color": self.tone.light, "linestyle": self.dash, "linewidth": 1.6}

    def points(self) -> dict[str, Any]:
        """Return the style of points. They are hollow, so that a line through their middle stays visible."""
        return {"color": self.tone.light, "marker": self.marker, "markersize": 6, "markeredgewidth": 1.4,
                "markerfacecolor": PAPER, "linestyle": "none"}  # fmt: skip


def _tone(outcome: str) -> Tone:
    return next(o.tone for o in palette.OUTCOMES if o.name == outcome)


SERIES: tuple[Series, ...] = (
    Series(palette.SURFACES["accent"], "o", "-"),
    Series(_tone("degraded"), "s", (0, (5, 2))),
    Series(_tone("clean"), "^", (0, (1.2, 1.6))),
    Series(_tone("crashed"), "D", (0, (7, 2, 1.2, 2))),
    Series(_tone("hung"), "v", (0, (3, 1.4, 1.2, 1.4, 1.2, 1.4))),
)
"""The series that a figure can have. Their tones are readable as text, in light and in dark mode."""

HATCHES: dict[str, str] = {
    "clean": "", "harmless": "\\\\\\", "degraded": "---", "corrupted": "///", "crashed": "xxx", "hung": "|||",
}  # fmt: skip
"""The hatch over an outcome's colour, where its sign is not shown."""


@contextmanager
def house_style() -> Iterator[None]:
    """Ignore the notebook's settings of matplotlib; write text as text, and the same ids each time.

    Functions that make a figure are decorated with ``@house_style()``.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {"svg.fonttype": "none", "svg.hashsalt": "kexecdoc", "hatch.linewidth": 1.0, "text.hinting": "native"}
        )
        yield


# --- the sheet -------------------------------------------------------------------------------------------


class Sheet:
    """An empty sheet, ``height`` units high, with a title at the top and a note at the bottom."""

    def __init__(self, height: float, title: str, note: str) -> None:
        self.title, self.note = title, note
        head = textwrap.wrap(title, 70)
        foot = textwrap.wrap(note, 106)
        self.top = 4 + 17 * len(head) + (6 if head else 0)
        self.height = self.top + height + (8 + 13 * len(foot) if foot else 2)
        self.bottom = self.top + height
        self.drawing = Drawing(figsize=(WIDTH / 72, self.height / 72), dpi=72, facecolor="none")
        for n, line in enumerate(head):
            self.text(0, 12 + 17 * n, line, size=12.5, weight="bold")
        for n, line in enumerate(foot):
            self.text(0, self.bottom + 15 + 13 * n, line, MUTED, size=SMALL)

    def text(self, x: float, y: float, words: str, colour: str = INK, **more: Any) -> None:
        """Write text on the sheet. ``y`` is the vertical middle of the text."""
        style = {"color": colour, "size": TEXT, "va": "center_baseline", "family": FONT, **more}
        self.drawing.text(x / WIDTH, 1 - y / self.height, words, **style)

    def label(self, x: float, y: float, words: str, **more: Any) -> None:
        """Write the label of an axis or a column, in small text."""
        self.text(x, y, words, MUTED, **{"size": SMALL, **more})

    def box(self, x: float, y: float, width: float, height: float, colour: str = "none", **more: Any) -> None:
        """Draw a rectangle."""
        style = {"facecolor": colour, "edgecolor": "none", "linewidth": 0, **more}
        where = (x / WIDTH, 1 - (y + height) / self.height)
        shape = Rectangle(where, width / WIDTH, height / self.height, transform=self.drawing.transFigure, **style)
        self.drawing.add_artist(shape)

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Return axes in the house style: a bottom line and a light horizontal grid."""
        axes = self.drawing.add_axes((x / WIDTH, 1 - (y + height) / self.height, width / WIDTH, height / self.height))
        axes.set_facecolor("none")
        for side, spine in axes.spines.items():
            spine.set(visible=side == "bottom", color=MUTED, linewidth=0.9)
        letters: dict[str, Any] = {"labelcolor": MUTED, "labelsize": SMALL, "labelfontfamily": FONT[0]}
        axes.tick_params(which="both", length=0, pad=5, **letters)
        axes.set_axisbelow(True)
        axes.grid(visible=True, axis="y", color=LINE, linewidth=0.8)
        return axes

    def finish(self, alt: str) -> Figure:
        return Figure(self.drawing, alt, self.title, self.note)


def write(axes: Axes, x: float, y: float, words: str, colour: str = INK, **more: Any) -> None:
    """Write text at data coordinates."""
    axes.text(x, y, words, **{"color": colour, "size": TEXT, "va": "center_baseline", "family": FONT, **more})


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions for labels: near those wanted, in the same order, at least ``gap`` apart."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = [min(max(wanted[n], low), high) for n in order]
    for n in range(1, len(placed)):
        placed[n] = max(placed[n], placed[n - 1] + gap)
    if placed and placed[-1] > high:
        placed[-1] = high
        for n in range(len(placed) - 2, -1, -1):
            placed[n] = min(placed[n], placed[n + 1] - gap)
    found = [0.0] * len(wanted)
    for n, place in zip(order, placed, strict=True):
        found[n] = place
    return found


# --- the figure ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A drawing. ``alt`` describes its shape and its numbers; ``note`` says which scenario it shows."""

    drawing: Drawing
    alt: str
    title: str
    note: str

    def __repr__(self) -> str:
        return self.alt

    @cached_property
    def svg(self) -> str:
        """The figure as an SVG element for a page, in the colours of that page."""
        with house_style():
            return inline_svg(self.drawing, self.alt, SIZE)

    @cached_property
    def png(self) -> bytes:
        """The figure on white as a small file, for a viewer that shows no SVG: few colours, no antialiasing."""
        buffer, small = io.BytesIO(), io.BytesIO()
        with house_style(), _without_antialiasing(self.drawing):
            FigureCanvasAgg(self.drawing)
            self.drawing.savefig(buffer, format="png", dpi=PNG_DPI, facecolor="white", metadata={"Software": None})
        with Image.open(buffer) as picture:
            few = picture.convert("RGB").quantize(16, dither=Image.Dither.NONE)
        few.save(small, "PNG", optimize=True)
        return small.getvalue()

    @cached_property
    def html(self) -> str:
        """The figure for a page. It is left out of the site's search; the text around it is not.

        JupyterLab strips inline SVG from untrusted outputs, and keeps ``<img>`` and ``hidden``, so it shows the PNG
        until the notebook is trusted. It also drops attributes without a value, so ``hidden`` has one.
        """
        png, style = base64.b64encode(self.png).decode("ascii"), SHOWN + theme_rules(".kx-figure", self.svg)
        return (
            f'<figure class="kx-figure" data-search-exclude tabindex="0" style="{BOX}"><style data-kx>{style}</style>'
            f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{png}">'
            f'<div hidden="hidden">{self.svg}</div></figure>'
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"text/plain": self.alt, "text/html": self.html}


BOX = "margin:0;overflow-x:auto;width:100%"
SIZE = f"display:block;width:100%;height:auto;min-width:{SCROLLS_BELOW}px;max-width:{GROWS_TO}px;font-family:inherit"
SHOWN = ".kx-figure:has(svg)>img{display:none}.kx-figure>div:has(svg){display:block}"


@contextmanager
def _without_antialiasing(drawing: Drawing) -> Iterator[None]:
    """Draw without antialiasing: a picture of few colours is half as large."""
    artists = [artist for artist in drawing.findobj() if hasattr(artist, "set_antialiased")]
    for artist in artists:
        artist.set_antialiased(False)
    yield
    for artist in artists:
        artist.set_antialiased(True)
