"""Compiles what a browser's Python would else compile at every start. Runs under Pyodide, in Node.js (compiling.mjs).

Python's library comes from npm as source, and so do the wheels; compiling what is imported of them was two thirds of
the start in a browser. Every module that is imported when the machine is asked for something is stored compiled, in the
place of its source. What else a wheel has stays as it is. What else Python's library has is left out: nothing but these
requests is ever made of it.
"""

import importlib.util
import io
import json
import sys
import traceback
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[attr-defined]
from itertools import islice
from pathlib import Path

FOLDER = Path("/host")  # where compiling.mjs has put the folder of the archives
STDLIB = FOLDER / "python_stdlib.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)

REQUESTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("run", {"scenario": {}}),
    ("run", {"scenario": {"path": "panic", "machine": "x86", "iommu": "translate"}}),
    ("run", {"scenario": {"nonsense": "1"}}),
    ("idle", {"scenario": {}}),
    ("study", {"scenario": {}, "vary": "iommu", "values": ["off"], "seeds": "2"}),
)
"""A request of each kind, and one that is refused."""


def imported() -> set[str]:
    """Return the modules that answering these requests imports, as paths without their ending."""
    from kexecdoc.web.answers import answers

    for kind, request in REQUESTS:
        list(islice(answers(kind, json.dumps(request)), 4))
    try:
        list(answers("nonsense", "{}"))
    except KeyError:
        traceback.format_exc()  # what a page is told of what should never happen takes modules, too
    return {name.replace(".", "/") for name in sys.modules}


def compiled(archive: Path, root: str, modules: set[str], rest: bool) -> bytes:
    """Return an archive with its imported modules compiled. ``rest`` says whether to keep the others.

    ``root`` is where the archive will be.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(".py") and name.removesuffix(".py").removesuffix("/__init__") in modules:
                code = compile(content, root + name, "exec", dont_inherit=True)
                # Unchecked: there is no source to compare with.
                content = bytes(_code_to_hash_pyc(code, importlib.util.source_hash(content), False))
                name += "c"
            elif not rest:
                continue
            result.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def main() -> None:
    """Compile what lies in the folder."""
    modules = imported()
    for archive in (STDLIB, *sorted(FOLDER.glob("*.whl"))):
        root = "/lib/python314.zip/" if archive == STDLIB else "/lib/python3.14/site-packages/"
        archive.write_bytes(compiled(archive, root, modules, rest=archive != STDLIB))


if __name__ == "__main__":
    main()
