"""The files that the published explorers are made of: modules, style sheets, and the runs made beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kexecdoc.course.explorers import EXPLORERS, Explorer
from kexecdoc.reading.run import dumps
from kexecdoc.views import palette
from kexecdoc.web import bundle
from kexecdoc.web.catalogue import catalogue, preset_runs
from kexecdoc.web.grid import grid


def write_assets(folder: Path, *more: Explorer) -> list[Path]:
    """Write all that the published explorers, and ``more``, need into one folder: modules, style sheet, every grid."""
    return _write(
        folder,
        {
            "explorer.js": bundle.joined(),
            "page.js": bundle.lean(bundle.read("page.js")),
            "explorer.css": bundle.lean(palette.explorer_css(bundle.read("explorer.css"))),
            **{f"explorers/{one.name}.json": dumps(grid(one)) + "\n" for one in (*EXPLORERS.values(), *more)},
        },
    )


def write_machine(folder: Path, engine: Mapping[str, Any], chapters: Mapping[int, Any]) -> list[Path]:
    """Write what the page of the whole machine needs beside `write_assets`: modules, style sheet, the presets' runs.

    ``engine`` is where the page finds Python and the package, ``chapters`` the title and the address of each chapter.
    """
    about = catalogue() | {"engine": engine, "chapters": chapters}
    return _write(
        folder,
        {
            "machine.js": bundle.joined("machine.js", beside="explorer.js"),
            "worker.js": bundle.lean(bundle.read("worker.js")),
            "machine.css": bundle.lean(bundle.read("machine.css")),
            "machine.json": dumps(about) + "\n",
            **{f"runs/{name}.json": text + "\n" for name, text in preset_runs()},
        },
    )


def _write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write texts below a folder by their names."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]
