"""Which pages cite each source.

A finished page cites the sources that it links to, whatever it was made of. The package cites sources in docstrings
and in entries of its registries.
"""

from __future__ import annotations

import ast
import html
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

from mkdocs.structure.pages import Page

from kexecdoc.registries.sources import cited

PLACE = re.compile(r"<!-- cited-in: ([\w.-]+) -->")
LINK = re.compile(r'href="[^"]*#src-([\w.-]+)"')


def fill(content: str, here: str, pages: Iterable[Page], package: Path) -> str:
    """Return the bibliography, whose address is ``here``, with the citing pages filled in for each source."""
    citing: dict[str, list[str]] = {}
    for page in pages:
        link = f'<a href="{posixpath.relpath(page.url or ".", here)}/">{html.escape(str(page.title))}</a>'
        for source_id in dict.fromkeys(LINK.findall(page.content or "")):
            citing.setdefault(source_id, []).append(link)
    model = cited_by(package)

    def say(place: re.Match[str]) -> str:
        where = [*citing.get(place[1], []), *(["the model"] if place[1] in model else [])]
        return f"Cited in: {', '.join(where) or 'nothing yet'}."

    return PLACE.sub(say, content)


def cited_by(package: Path) -> set[str]:
    """Return the sources that the package cites in docstrings and in declarations of steps, messages and so on.

    Such a declaration is a call that constructs a value with the source as one of its arguments.
    """
    found: set[str] = set()
    for path in package.rglob("*.py"):
        if path.parent.name == "sources":
            continue
        text = path.read_text(encoding="utf-8")
        found.update(cited(text))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _constructs_an_entry(node.func.id):
                given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "source")]
                found.update(a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str))
    return found


def _constructs_an_entry(name: str) -> bool:
    return name[0].isupper() or name == "scaled"
