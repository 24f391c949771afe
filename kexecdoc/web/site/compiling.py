"""Compile Python modules for the page, so that the browser does not compile them at every start.

This runs under Pyodide in Node.js (compiling.mjs). Pyodide's standard library and the wheels contain source, and to
compile it took two thirds of the start in a browser. Each module that a request imports is stored compiled in place of
its source. Other files of a wheel are kept. Other modules of the standard library are left out, because the page makes
no other requests.
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

FOLDER = Path("/host")  # where compiling.mjs mounts the folder of the archives
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
    """Return the modules that these requests import, as paths without suffix."""
    from kexecdoc.web.answers import answers

    for kind, request in REQUESTS:
        list(islice(answers(kind, json.dumps(request)), 4))
    try:
        list(answers("nonsense", "{}"))
    except KeyError:
        traceback.format_exc()  # reporting an unexpected error imports modules, too
    return {name.replace(".", "/") for name in sys.modules}


def compiled(archive: Path, root: str, modules: set[str], rest: bool) -> bytes:
    """Return an archive with its imported modules compiled. ``rest`` says whether other files are kept.

    ``root`` is the path of the archive in the browser.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(".py") and name.removesuffix(".py").removesuffix("/__init__") in modules:
                code = compile(content, root + name, "exec", dont_inherit=True)
                # Not checked against its source, which is not there.
                content = bytes(_code_to_hash_pyc(code, importlib.util.source_hash(content), False))
                name += "c"
            elif not rest:
                continue
            result.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def main() -> None:
    """Compile the archives in the folder."""
    modules = imported()
    for archive in (STDLIB, *sorted(FOLDER.glob("*.whl"))):
        root = "/lib/python314.zip/" if archive == STDLIB else "/lib/python3.14/site-packages/"
        archive.write_bytes(compiled(archive, root, modules, rest=archive != STDLIB))


if __name__ == "__main__":
    main()
