"""The JavaScript and style sheets for the widget and the pages, as bundled by `make explorer`."""

from __future__ import annotations

from pathlib import Path

from kexecdoc.views import palette

DIST = Path(__file__).parent / "explorer" / "dist"

WIDGET = DIST / "widget.js"


def style_sheet(*names: str) -> str:
    """Return the explorer's style sheet with its colours, followed by the sheets ``names``."""
    return palette.explorer_css("".join(map(read, ("explorer.css", *names))))


def scripts() -> list[str]:
    """Return the file names of the pages' modules. They import each other, so they need one folder."""
    return sorted(path.name for path in (DIST / "site").iterdir())


def read(name: str) -> str:
    """Return the text of a bundled file."""
    return (DIST / name).read_text(encoding="utf-8")
