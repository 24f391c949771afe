"""What readers read: the pages, the chapters' text, and the strings of the package and of the explorer."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

VERBATIM = {"Wording": 1, "panic": 1, "says": 99, "elsewhere": 99, "kernel": 3, "document": 3, "commit": 3, "other": 3}
"""How many leading arguments of these calls are not our prose: printk formats, titles, file names."""

NOT_PROSE = re.compile(r"color-scheme|kx[ -]|\.kx\b|\[\w[\w-]*=|\[(?:href|tabindex)\]|\[[A-Za-z0-9]-[A-Za-z0-9]")
"""Matches strings of a program that are not prose: style sheets, selectors, patterns."""

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w\"'`])//[^\n]*", re.DOTALL)
JS_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`(?:\\.|[^`\\])*`')

HOLE = "\0"
"""Stands for an interpolated value in a string."""


def every_path() -> list[Path]:
    """Return the files that readers read, in a fixed order."""
    patterns = ("*.md", "site/**/*.md", "notebooks/*.ipynb", "kexecdoc/**/*.py", "kexecdoc/web/explorer/src/**/*.js")
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def texts(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the texts of files: pages, Markdown cells, and strings of several words."""
    for path in paths:
        content = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            yield from (
                "".join(cell["source"]) for cell in json.loads(content)["cells"] if cell["cell_type"] == "markdown"
            )
        elif path.suffix == ".py":
            yield from (
                text for text in _python(ast.parse(content)) if text.count(" ") >= 2 and not NOT_PROSE.search(text)
            )
        elif path.suffix == ".js":
            yield from _javascript(content)
        else:
            yield FRONT_MATTER.sub("", content)


def _python(node: ast.AST) -> Iterator[str]:
    """Yield every string in a syntax tree, docstrings included."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _python(part.value)
    else:
        skipped = []
        if isinstance(node, ast.Call):
            skipped = node.args[: VERBATIM.get(ast.unparse(node.func).rpartition(".")[2], 0)]
        for child in ast.iter_child_nodes(node):
            if child not in skipped:
                yield from _python(child)


def _javascript(content: str) -> Iterator[str]:
    for found in JS_STRING.findall(JS_COMMENT.sub("", content)):
        if " " in found and not NOT_PROSE.search(found):
            yield re.sub(r"\$\{[^}]*\}", HOLE, found[1:-1])
