"""The files of the published explorers: modules, style sheets and precomputed runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kexecdoc.course.explorers import EXPLORERS, Explorer
from kexecdoc.reading.run import dumps
from kexecdoc.web import dist
from kexecdoc.web.catalogue import catalogue, preset_runs
from kexecdoc.web.precomputed import explorer_files

FULL_EXPLORER_MODULES = ("full-explorer.js", "worker.js")
"""The modules that only the page with the full explorer loads."""


def write_assets(folder: Path, *more: Explorer) -> list[Path]:
    """Write what the published explorers and ``more`` need into one folder: modules, style sheet, every run."""
    chosen = (*EXPLORERS.values(), *more)
    return _write(
        folder,
        {
            **{name: dist.read(f"site/{name}") for name in dist.scripts() if name not in FULL_EXPLORER_MODULES},
            "explorer.css": dist.style_sheet(),
            **{f"explorers/{name}": text + "\n" for one in chosen for name, text in explorer_files(one)},
        },
    )


def write_full_explorer(folder: Path, engine: Mapping[str, Any], chapters: Mapping[int, Any]) -> list[Path]:
    """Write what the full explorer's page needs besides `write_assets`: modules, style sheet, the presets' runs.

    ``engine`` says where the page finds Python and the package; ``chapters`` holds each chapter's title and address.
    """
    about = catalogue() | {"engine": engine, "chapters": chapters}
    return _write(
        folder,
        {
            **{name: dist.read(f"site/{name}") for name in FULL_EXPLORER_MODULES},
            "full-explorer.css": dist.read("full-explorer.css"),
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
