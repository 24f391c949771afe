"""Write the runs for the JavaScript's tests: ``kexecdoc/web/explorer/test/views.json``.

    python tools/views.py

A test fails if the file is not what the package makes. Each run is one line, so that a difference names its run.
"""

from __future__ import annotations

from pathlib import Path

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.reading.run import dumps
from kexecdoc.web.view import legend, view_of

VIEWS = Path(__file__).resolve().parent.parent / "kexecdoc" / "web" / "explorer" / "test" / "views.json"

BASE = EXPLORERS["just-a-branch"].scenario

SCENARIOS = {"corrupted": BASE, "removed": BASE.but(quiesce="remove"), "line": EXPLORERS["edge-and-level"].scenario}
"""A run with harm, one that jumps at another time, and one on x86 with an interrupt line."""


def text() -> str:
    """Return the content of the file."""
    lines = {"legend": legend(), **{name: view_of(simulate(scenario)) for name, scenario in SCENARIOS.items()}}
    return "{\n" + ",\n".join(f'"{name}": {dumps(data).strip()}' for name, data in lines.items()) + "\n}\n"


if __name__ == "__main__":
    VIEWS.write_text(text())
