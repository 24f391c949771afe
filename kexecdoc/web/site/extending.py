"""The explorer on the page "Extending the machine", declared in ``examples/your_own_device.py``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kexecdoc.course.explorers import Explorer

EXAMPLES = str(Path(__file__).resolve().parents[3] / "site" / "examples")


def card() -> Explorer:
    """Return the example's explorer."""
    if EXAMPLES not in sys.path:
        sys.path.append(EXAMPLES)
    import your_own_device

    explorer: Explorer = your_own_device.EXPLORER
    return explorer


def explorer_html() -> str:
    """Return what stands in the page until the explorer has started."""
    from kexecdoc.web import widget

    return widget.placeholder_html(card())
