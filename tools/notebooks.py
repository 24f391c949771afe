"""Run the notebooks, and store their outputs in a form that changes only when their meaning does.

Notebooks are committed with their outputs: readers of the repository see them, and the notebook tests compare with
them. A run on another machine must therefore write the same file. Meaningless differences between runs (random cell
ids, times, object addresses, widget models) are dropped or masked. Everything else is kept, so any other difference is
a change.

    python tools/notebooks.py                   run every notebook and write it back
    python tools/notebooks.py --check           run every notebook and say which are stale, and where
    python tools/notebooks.py --form            run nothing; say which are not stored as they are written here

`make check` checks the form only; `make test` runs every notebook with nbval and compares the outputs.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parent.parent
SIZE_LIMIT: int = tomllib.loads((ROOT / "budgets.toml").read_text(encoding="utf-8"))["bytes"]["notebook"]
CELL_TIMEOUT = 300  # seconds
SIDE_BY_SIDE = 2  # notebooks at a time

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT_CELL_METADATA = ("tags", "jupyter")

# Mask an address only inside a Python repr. The simulated computer's addresses are what a notebook shows.
OBJECT_ADDRESS = re.compile(r"(<[^<>\n]* at )0x[0-9a-fA-F]+(?=>)")
MODEL_ID = re.compile(r"\b[0-9a-f]{32}\b")
ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

# Versions of a drawing library store the same picture as different bytes, so --check does not compare pictures.
PICTURES = ("image/png", "image/svg+xml")
INLINE_PICTURE = re.compile(r"data:image/(?:png|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
# Of an inline figure only the label is compared.
INLINE_DRAWING = re.compile(r'(<svg\b[^>]*? aria-label="[^"]*").*?</svg>|<style data-kx>[^<]*</style>', re.DOTALL)


class Failure(Exception):
    """Something is wrong with a notebook. The text is one line."""


def execute(notebook: Any, folder: Path) -> None:
    """Run every cell in a new kernel. Failure, with the cell's number and line, if one raises."""
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name=KERNELSPEC["name"],
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # the kernel's own warnings do not belong in outputs
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise Failure(describe_error(notebook, error)) from None
    except CellTimeoutError:
        raise Failure(f"a cell took longer than {CELL_TIMEOUT} s") from None
    except DeadKernelError:
        raise Failure("the kernel died") from None


def describe_error(notebook: Any, error: CellExecutionError) -> str:
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                trace = ANSI_COLOUR.sub("", "\n".join(output.traceback))
                arrow = re.search(r"^-+> *\d+ +(.*)$", trace, re.MULTILINE)
                where = f" at `{arrow[1].strip()}`" if arrow else ""
                return f"cell {number} failed{where}: {brief(f'{output.ename}: {output.evalue}')}"
    return f"a cell failed: {error.ename}: {brief(error.evalue)}"


def normalise(notebook: Any) -> None:
    """Drop or mask, in place, what differs between two runs of the same notebook."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    ids: set[str] = set()
    runs = 0
    for cell in notebook.cells:
        kept = {key: value for key, value in cell.metadata.items() if key in KEPT_CELL_METADATA}
        cell.metadata = nbformat.from_dict(kept)
        cell.id = stable_id(cell, ids)
        if cell.cell_type != "code":
            continue
        runs += bool(cell.source.strip())
        cell.execution_count = runs if cell.source.strip() else None
        for output in cell.outputs:
            normalise_output(output, cell.execution_count)


def stable_id(cell: Any, used: set[str]) -> str:
    """Return an id made from the cell's text, so that a new cell does not change the ids of the others."""
    repeat = 0
    while True:
        text = f"{cell.cell_type}\n{repeat}\n{cell.source}"
        name = hashlib.sha256(text.encode()).hexdigest()[:8]
        if name not in used:
            used.add(name)
            return name
        repeat += 1


def normalise_output(output: Any, count: int | None) -> None:
    if output.output_type == "stream":
        output.text = mask(output.text)
    elif output.output_type == "error":
        output.traceback = [mask(line) for line in output.traceback]
    else:
        if output.output_type == "execute_result":
            output.execution_count = count
        # A widget's model does not outlive the kernel. Its text, its HTML and its still picture are kept.
        output.data.pop("application/vnd.jupyter.widget-view+json", None)
        for kind, content in output.data.items():
            if isinstance(content, str) and kind not in PICTURES:
                output.data[kind] = mask(content)


def mask(text: str) -> str:
    return MODEL_ID.sub("MODEL_ID", OBJECT_ADDRESS.sub(r"\g<1>0xADDRESS", text))


def differences(committed: Any, fresh: Any) -> Iterator[str]:
    """Yield where two notebooks with the same cells differ. Pictures are not compared."""
    for number, (old, new) in enumerate(zip(committed.cells, fresh.cells, strict=True), 1):
        if old.cell_type == "code" and comparable(old.outputs) != comparable(new.outputs):
            yield f"cell {number}: {first_difference(old.outputs, new.outputs)}"
        elif {**old, "outputs": None} != {**new, "outputs": None}:
            yield f"cell {number}: not normalised"
    header = ("metadata", "nbformat", "nbformat_minor")
    if [committed[key] for key in header] != [fresh[key] for key in header]:
        yield "header: not normalised"


def comparable(outputs: Any) -> Any:
    outputs = copy.deepcopy(outputs)
    for output in outputs:
        for kind, content in output.get("data", {}).items():
            if kind in PICTURES:
                output.data[kind] = "PICTURE"
            elif isinstance(content, str):
                content = INLINE_PICTURE.sub("PICTURE", content)
                output.data[kind] = INLINE_DRAWING.sub(r"\1 PICTURE", content)
    return outputs


def first_difference(old: Any, new: Any) -> str:
    before, after = list(lines_of(comparable(old))), list(lines_of(comparable(new)))
    for was, now in zip(before, after, strict=False):
        if was != now:
            return f"stored {brief(was)!r}, now {brief(now)!r}"
    if len(before) == len(after):
        return "its outputs differ in kind"
    kept = min(len(before), len(after))
    if len(after) > kept:
        return f"stored nothing more, now also {brief(after[kept])!r}"
    return f"stored also {brief(before[kept])!r}, now nothing more"


def lines_of(outputs: Any) -> Iterator[str]:
    for output in outputs:
        if output.output_type == "stream":
            yield from output.text.splitlines()
        elif output.output_type == "error":
            yield f"{output.ename}: {output.evalue}"
        else:
            for kind, content in sorted(output.data.items()):
                yield from content.splitlines() if isinstance(content, str) else [f"{kind}: {content}"]


def brief(text: str, width: int = 90) -> str:
    first = text.strip().split("\n", 1)[0]
    return first if len(first) <= width else first[: width - 1] + "…"


def check(path: Path, *, running: bool = True) -> list[str]:
    """Return what is wrong with a committed notebook. Its outputs are compared only if it is run."""
    committed = read(path)
    wrong = []
    size = path.stat().st_size
    if size > SIZE_LIMIT:
        wrong.append(f"is {size:,} bytes; the limit is {SIZE_LIMIT:,}")
    if not any(cell.get("outputs") for cell in committed.cells):
        return [*wrong, "has no stored outputs: run make notebooks"]
    fresh = copy.deepcopy(committed)
    if running:
        execute(fresh, path.parent)
    normalise(fresh)
    found = list(differences(committed, fresh))
    return wrong + [f"is stale in {where}" for where in found]


def write(path: Path) -> str:
    """Run a notebook and write it back. A failure leaves the file unchanged."""
    notebook = read(path)
    execute(notebook, path.parent)
    normalise(notebook)
    text = nbformat.writes(notebook) + "\n"
    if text == path.read_text(encoding="utf-8"):
        return "unchanged"
    draft = path.with_suffix(".ipynb.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return "written"


def do(path: Path, *, what: str) -> tuple[str, list[str]]:
    """Return what was done with a notebook, and what is wrong with it. May run in another process."""
    try:
        if what == "write":
            return write(path), []
        return "up to date", check(path, running=what == "check")
    except Failure as failure:
        return "", [str(failure)]


def read(path: Path) -> Any:
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise Failure(f"cannot be read: {brief(str(error))}") from None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="notebooks.py",
        description="Run the notebooks and write them back, normalised.",
        epilog="Exit status: 0 all is well, 1 a notebook fails or is stale, 2 the request was wrong.",
    )
    parser.add_argument("notebook", nargs="*", type=Path, help="default: every notebook in notebooks/")
    parser.set_defaults(what="write")
    for what, does in (
        ("check", "write nothing; say which are stale"),
        ("form", "run nothing; say which are malformed"),
    ):
        parser.add_argument(f"--{what}", dest="what", action="store_const", const=what, help=does)
    options = parser.parse_args(arguments)

    paths = options.notebook or sorted((ROOT / "notebooks").glob("*.ipynb"))
    if not paths:
        parser.error("there are no notebooks in notebooks/")
    for path in paths:
        if not path.is_file():
            parser.error(f"no such notebook: {path}")

    # Without this, debugpy warns about frozen modules in every kernel.
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    status = 0
    with ProcessPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        each = pool.map if len(paths) > 1 else map  # a pool would be slower for one notebook
        for path, (done, wrong) in zip(paths, each(partial(do, what=options.what), paths), strict=True):
            for line in wrong:
                print(f"{path_name(path)}: {line}", file=sys.stderr)
            if wrong:
                status = 1
            else:
                print(f"{path_name(path)}: {done}", flush=True)
    if status and options.what != "write":
        print("`make notebooks` writes them again; read the difference before you commit it", file=sys.stderr)
    return status


def path_name(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


if __name__ == "__main__":
    sys.exit(main())
