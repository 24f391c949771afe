"""The explorers of the published pages: every run that their switches can make, computed beforehand.

A page has no kernel to ask. It has a file for every combination of the switches in the reader's hand, and
the same module to draw it.
"""

from __future__ import annotations

import itertools
from importlib.resources import files
from pathlib import Path

from kexecdoc.presets import EXPLORERS
from kexecdoc.run import dumps
from kexecdoc.scenario import Scenario
from kexecdoc.show import palette, view
from kexecdoc.simulate import simulate

SCHEMA = "kexecdoc-explorer/1"


def key(values: tuple[str | int, ...]) -> str:
    """Return the name of a combination: the values in the order of the switches."""
    return "--".join(map(str, values))


def write_grid(name: str, folder: Path) -> list[Path]:
    """Write an explorer's ``index.json`` and one file a combination; return them all, in order."""
    chosen = view.explorer(name)
    controls = view.controls(chosen)
    folder.mkdir(parents=True, exist_ok=True)
    runs: dict[str, str] = {}
    written = []
    for values in itertools.product(*([c["value"] for c in control["choices"]] for control in controls)):
        scenario = Scenario.of({**chosen.base, **dict(zip(chosen.switches, values, strict=True))})
        runs[key(values)] = f"{key(values)}.json"
        written.append(_write(folder / runs[key(values)], view.view_of(simulate(scenario))))
    index = {
        "schema": SCHEMA,
        "name": name,
        "base": chosen.scenario.values(),
        "controls": controls,
        "scenario": view.settings(chosen),
        "messages": view.message_table(chosen.scenario.kernel),
        "legend": palette.legend(),
        "runs": runs,
    }
    return [_write(folder / "index.json", index), *written]


def write_assets(folder: Path) -> list[Path]:
    """Write all that the published explorers need into one folder: modules, style sheet, every grid."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for module in ("explorer.js", "page.js"):
        path = folder / module
        path.write_bytes(files("kexecdoc.show").joinpath(module).read_bytes())
        written.append(path)
    sheet = folder / "explorer.css"
    sheet.write_text(palette.explorer_css(), encoding="utf-8", newline="\n")
    grids = [path for name in EXPLORERS for path in write_grid(name, folder / "explorers" / name)]
    return [*written, sheet, *grids]


def _write(path: Path, data: object) -> Path:
    path.write_text(dumps(data) + "\n", encoding="utf-8", newline="\n")
    return path
