"""The colours and marks of every picture, declared once.

Hues follow Okabe and Ito's set, which people with colour vision deficiencies can tell apart: warm for what the old
kernel left, cool for what the next kernel owns, grey for what nobody owns. Colour is never the only signal: each owner
also has a mark, drawn into its frames. The notebooks' stills, the explorer's style sheet and its legend are all made
from this file; ``tests/test_palette.py`` computes contrasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from kexecdoc.model.scales import FRAME, FRAMES, RAM_BASE

COLUMNS = 64
"""Frames in a row of the memory map."""


@dataclass(frozen=True)
class Tone:
    """One colour, on a light page and on a dark one."""

    light: str
    dark: str

    def on(self, mode: str) -> str:
        return self.dark if mode == "dark" else self.light


@dataclass(frozen=True)
class Owner:
    """How the frames of one owner look: ``mark`` is drawn into each of them, in ``ink``."""

    name: str
    label: str
    mark: str
    tone: Tone
    ink: Tone


@dataclass(frozen=True)
class Outcome:
    """How an outcome looks. Its name and its sign make sure that nothing depends on hue."""

    name: str
    sign: str
    meaning: str
    tone: Tone


MARKS = ("none", "slash", "backslash", "dot", "bar", "dash", "plus", "ring")
"""The marks that can be drawn into a frame."""

BLACK, WHITE = "#000000", "#ffffff"

OWNERS: tuple[Owner, ...] = (
    Owner("firmware", "firmware", "none", Tone("#5b5f66", "#a9b0b9"), Tone(WHITE, BLACK)),
    Owner("old", "old kernel’s, or nobody’s", "none", Tone("#c9cdd3", "#434a53"), Tone("#5b5f66", "#aab1ba")),
    Owner("dma-buffer", "DMA buffer", "slash", Tone("#e0702b", "#e0702b"), Tone("#5c2600", "#431b00")),
    Owner("descriptor-ring", "descriptor ring", "backslash", Tone("#a34700", "#b85a10"), Tone(WHITE, BLACK)),
    Owner("lpi-table", "LPI table", "ring", Tone("#cc79a7", "#d086b0"), Tone("#47102f", "#3a0a26")),
    Owner("its-table", "ITS table", "bar", Tone("#9a5a86", "#a8668f"), Tone(WHITE, BLACK)),
    Owner("image", "image, waiting or copied", "dash", Tone("#f0e05a", "#e2d04c"), Tone("#7a6a00", "#5e5200")),
    Owner("next-text", "next kernel’s text", "none", Tone("#0072b2", "#2b86c4"), Tone(WHITE, WHITE)),
    Owner("next-data", "next kernel’s data", "dot", Tone("#6bbcec", "#5aabdd"), Tone("#2a79a8", "#1d5f88")),
    Owner("next-tables", "next kernel’s page tables", "plus", Tone("#009e73", "#13a57c"), Tone(WHITE, BLACK)),
    Owner(
        "next-initramfs", "next kernel’s initramfs", "backslash", Tone("#7fd1b9", "#5fbda2"), Tone("#00513b", "#003526")
    ),
    Owner("crash-reserved", "for a capture kernel", "bar", Tone("#e8d9a8", "#c9b679"), Tone("#6b5a1e", "#4a3d10")),
    Owner("preserved", "preserved", "ring", Tone("#f4d7e8", "#7d3a5f"), Tone("#8f3a68", "#f0c4dc")),
    Owner("next-free", "next kernel’s free memory", "none", Tone("#eef5fa", "#1d2a36"), Tone("#5b7f99", "#7f9db3")),
)

OUTCOMES: tuple[Outcome, ...] = (
    Outcome("clean", "✓", "nothing astray", Tone("#00664a", "#5fd0a8")),
    Outcome("harmless", "○", "astray, in nothing in use", Tone("#00578a", "#7cc4f5")),
    Outcome("degraded", "▽", "up, with something missing", Tone("#7a5200", "#f0bf4c")),
    Outcome("corrupted", "✕", "up, with wrong bytes in use", Tone("#a33c00", "#ff9b66")),
    Outcome("crashed", "■", "the next kernel died", Tone("#8f1d52", "#f394c2")),
    Outcome("hung", "∞", "it never got there", Tone("#3d3f45", "#c4c9d1")),
)

SURFACES: dict[str, Tone] = {
    "surface": Tone("#ffffff", "#14181d"),
    "panel": Tone("#f4f6f8", "#1c2229"),
    "ink": Tone("#1a1e23", "#e8ecf1"),
    "muted": Tone("#525a64", "#a4adb8"),
    "line": Tone("#cfd5dc", "#38414b"),
    "control": Tone("#7a838e", "#7c8793"),
    "accent": Tone("#0b5a94", "#7fc1f2"),
    "on-accent": Tone("#ffffff", "#0d1116"),
    "alarm": Tone("#a33c00", "#ff9b66"),
}
"""Colours of everything but data. ``control`` outlines controls; ``alarm`` marks what went wrong."""

PHASES: dict[str, Tone] = {
    "old": Tone("#fbe9df", "#3a2a20"),
    "jump": Tone("#f7efb0", "#4a4418"),
    "firmware": Tone("#f7efb0", "#4a4418"),
    "next": Tone("#e4f2fb", "#1b3346"),
    "up": Tone("#f4fafe", "#172531"),
    "dead": Tone("#dfe1e5", "#3a3f47"),
}
"""The background of the time axis in each phase. The phase's name is written on it."""

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("ink", "muted", "accent", "alarm") for ground in ("surface", "panel")),
    ("on-accent", "accent"),
)
"""The pairs of `SURFACES` that occur as text and background."""


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@cache
def owner(name: str) -> Owner:
    """Return how an owner looks. One that is not declared looks like ``old``, under its own name."""
    for candidate in OWNERS:
        if candidate.name == name:
            return candidate
    look = owner("old")
    return Owner(name, name, look.mark, look.tone, look.ink)


def legend() -> dict[str, Any]:
    """Return the names and marks that the explorer's JavaScript needs; its colours come from the style sheet."""
    return {
        "owners": {o.name: {"label": o.label, "mark": o.mark} for o in OWNERS},
        "outcomes": {o.name: {"sign": o.sign, "meaning": o.meaning} for o in OUTCOMES},
        "phases": list(PHASES),
        "memory": {"base": RAM_BASE, "frame": FRAME, "frames": FRAMES, "columns": COLUMNS},
    }


def properties(mode: str) -> dict[str, str]:
    """Return the style sheet's custom properties for the mode ``light`` or ``dark``."""
    found = {f"--kx-{name}": tone.on(mode) for name, tone in SURFACES.items()}
    found |= {f"--kx-phase-{name}": tone.on(mode) for name, tone in PHASES.items()}
    for o in OWNERS:
        found[f"--kx-owner-{o.name}"] = o.tone.on(mode)
        found[f"--kx-ink-{o.name}"] = o.ink.on(mode)
    found |= {f"--kx-outcome-{o.name}": o.tone.on(mode) for o in OUTCOMES}
    return found


def explorer_css(sheet: str) -> str:
    """Return the explorer's whole style sheet: the palette as custom properties, then ``sheet``.

    The mode is that of the page or of JupyterLab; if they declare none, that of the reader's system.
    """

    def rule(selector: str, mode: str) -> str:
        body = "".join(f"  {name}: {value};\n" for name, value in properties(mode).items())
        return f"{selector} {{\n  color-scheme: {mode};\n{body}}}\n"

    light = '[data-jp-theme-light="true"] .kx, [data-md-color-scheme="default"] .kx'
    dark = '[data-jp-theme-light="false"] .kx, [data-md-color-scheme="slate"] .kx'
    return "\n".join(
        (
            rule(".kx", "light"),
            "@media (prefers-color-scheme: dark) {\n" + rule(".kx", "dark") + "}\n",
            rule(light, "light"),
            rule(dark, "dark"),
            sheet,
        )
    )
