"""A figure of a chapter: drawn by matplotlib in one house style, and words that say what it shows.

A figure stands on whatever ground its page has. Its colours are those of the palette and go into the SVG as custom
properties, so that it follows light and dark: on the site, in JupyterLab, and elsewhere the reader's system. What
tells two things apart is a sign, a hatch, a marker or a dash, and their names stand beside them; colour comes on top.

A sheet is laid out in its own units, from the top left corner: `WIDTH` of them are as wide as the column, where one
is a little more than a pixel. So letters of 10 units can be read in a column of 700 pixels, and a narrow screen
scrolls the figure and does not squeeze it.
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
from kexecdoc.views.inline_svg import inline_svg, modes
from kexecdoc.views.palette import Tone

WIDTH = 640
"""Units across. A unit of the sheet is a unit of the SVG, and at most a pixel and a quarter on a page."""

SCROLLS_BELOW, GROWS_TO = 560, 800
"""Pixels: narrower than this a figure scrolls in its box, and it gets no wider than that."""

TEXT, SMALL = 11.0, 9.5
"""Sizes of letters. Nothing is much smaller than `SMALL`."""

PNG_DPI = 80

FONT = ["DejaVu Sans"]  # matplotlib brings it along: it measures the letters, and paints them into the PNG

INK = palette.SURFACES["ink"].light
MUTED = palette.SURFACES["muted"].light
LINE = palette.SURFACES["line"].light
ALARM = palette.SURFACES["alarm"].light
PAPER = palette.SURFACES["surface"].light


class FigureError(ValueError):
    """Data of which no figure can be made, in one line for a person."""


@dataclass(frozen=True)
class Series:
    """How one of several lines looks: three things tell it from the others, and only one of them is its colour."""

    tone: Tone
    marker: str
    dash: str | tuple[int, tuple[float, ...]]

    def line(self) -> dict[str, Any]:
        return {"color": self.tone.light, "linestyle": self.dash, "linewidth": 1.6}

    def points(self) -> dict[str, Any]:
        """Points are hollow: a line that runs through their middle is still seen."""
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
"""At most so many series in a figure. Their tones are those that can be read as text, in light and in dark."""

HATCHES: dict[str, str] = {
    "clean": "", "harmless": "\\\\\\", "degraded": "---", "corrupted": "///", "crashed": "xxx", "hung": "|||",
}  # fmt: skip
"""What is drawn over an outcome's colour where its sign does not stand."""


@contextmanager
def house_style() -> Iterator[None]:
    """Draw by the library's own settings, whatever the notebook has set: letters as text, the same ids each time.

    What makes a figure is decorated with it: ``@house_style()``.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {"svg.fonttype": "none", "svg.hashsalt": "kexecdoc", "hatch.linewidth": 1.0, "text.hinting": "native"}
        )
        yield


# --- the sheet -------------------------------------------------------------------------------------------


class Sheet:
    """An empty sheet, ``height`` units high, with its title at the top and its note at the foot."""

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
        """Write at a place of the sheet. ``y`` is the middle of the letters."""
        style = {"color": colour, "size": TEXT, "va": "center_baseline", "family": FONT, **more}
        self.drawing.text(x / WIDTH, 1 - y / self.height, words, **style)

    def label(self, x: float, y: float, words: str, **more: Any) -> None:
        """Write what an axis or a column is, small."""
        self.text(x, y, words, MUTED, **{"size": SMALL, **more})

    def box(self, x: float, y: float, width: float, height: float, colour: str = "none", **more: Any) -> None:
        """Draw a rectangle."""
        style = {"facecolor": colour, "edgecolor": "none", "linewidth": 0, **more}
        where = (x / WIDTH, 1 - (y + height) / self.height)
        shape = Rectangle(where, width / WIDTH, height / self.height, transform=self.drawing.transFigure, **style)
        self.drawing.add_artist(shape)

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Return axes in the house style: a floor, a light grid, and no more ink than that."""
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
    """Write at a place of the data."""
    axes.text(x, y, words, **{"color": colour, "size": TEXT, "va": "center_baseline", "family": FONT, **more})


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Return places for labels as near as can be to those wanted, in the same order and so far apart."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = [min(max(wanted[n], low), high) for n in order]
    for n in range(1, len(placed)):
        placed[n] = max(placed[n], placed[n - 1] + apart)
    if placed and placed[-1] > high:
        placed[-1] = high
        for n in range(len(placed) - 2, -1, -1):
            placed[n] = min(placed[n], placed[n + 1] - apart)
    found = [0.0] * len(wanted)
    for n, place in zip(order, placed, strict=True):
        found[n] = place
    return found


# --- the figure ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A drawing, and ``alt``, which says what it shows: the shape and the numbers. ``note`` says of which machine."""

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
        """The figure on white, small: for a viewer that shows no SVG. Its edges are not smoothed, its colours few."""
        buffer, small = io.BytesIO(), io.BytesIO()
        with house_style(), _unsmoothed(self.drawing):
            FigureCanvasAgg(self.drawing)
            self.drawing.savefig(buffer, format="png", dpi=PNG_DPI, facecolor="white", metadata={"Software": None})
        with Image.open(buffer) as picture:
            few = picture.convert("RGB").quantize(16, dither=Image.Dither.NONE)
        few.save(small, "PNG", optimize=True)
        return small.getvalue()

    @cached_property
    def html(self) -> str:
        """The figure for a page. The words in it are not for a search: those around it are.

        A viewer that trusts nobody, such as JupyterLab before a notebook has run, takes the SVG out of its letters and
        leaves a picture, and what is hidden, as they are: so there the PNG is seen, and the letters are not. It drops
        an attribute without a value, so ``hidden`` has one.
        """
        png, style = base64.b64encode(self.png).decode("ascii"), SHOWN + modes(".kx-figure", self.svg)
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
def _unsmoothed(drawing: Drawing) -> Iterator[None]:
    """Draw without shades between colours: a picture of few colours takes half the room."""
    artists = [artist for artist in drawing.findobj() if hasattr(artist, "set_antialiased")]
    for artist in artists:
        artist.set_antialiased(False)
    yield
    for artist in artists:
        artist.set_antialiased(True)
