"""Every page of the site, by its address: those of the navigation, and the one on which errors are reported."""

from pathlib import Path

import servers
import yaml

POLICY = "script-src 'self' 'wasm-unsafe-eval' 'unsafe-inline'"
"""The content policy under which, as the README says, every page works."""

ROOT = Path(__file__).resolve().parents[2]


class _Loader(yaml.SafeLoader):
    """mkdocs.yml has tags of its own, such as ``!ENV``; none of them matters here."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
_Loader.add_multi_constructor("tag:", lambda loader, suffix, node: None)


def _files(entry):
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for below in entry.values():
            yield from _files(below)
    else:
        for below in entry:
            yield from _files(below)


def _address(file):
    """Return the address of a page that is written in a file."""
    return file.removesuffix(".md").removesuffix(".ipynb").removesuffix("index").rstrip("/") + "/"


NAVIGATION = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)["nav"]
THERE = (file for file in (*_files(NAVIGATION), "report.md") if file != "machine.md" or servers.has_full_explorer())
PAGES = tuple(_address(file).removeprefix("/") for file in THERE)
CHAPTERS = tuple(path for path in PAGES if path.startswith("notebooks/"))
