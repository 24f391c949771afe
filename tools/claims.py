"""Check the document's citations, and draw random claims to check against their sources.

A claim is a paragraph, a list item or a table row, in a chapter or on a page, that cites a source. This tool finds
wrong and missing citations. Only a reader can tell whether a source says what it is cited for; for that the tool draws
claims at random.

    python tools/claims.py                      what is wrong: unknown sources, sources that nobody cites, paragraphs
                                                that speak of Linux by name or version and cite nobody, files of the
                                                model that cite nobody
    python tools/claims.py --draw 40 --seed 1   random claims, each with its sources
    python tools/claims.py --uncited            the sources that nobody cites, one a line
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kexecdoc.model.scales import TABLE
from kexecdoc.model.scenario import switches
from kexecdoc.registries.sources import SOURCES, cited
from kexecdoc.registries.sources.citation import malformed
from kexecdoc.study.presets import PRESETS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "kexecdoc"

NO_RULES = {
    "kernel/step.py": "what a step consists of",
    "kernel/vectors.py": "an arrangement of this simulator, which any kernel may make otherwise",
    "machine/arm64.py": "wiring",
    "machine/computer.py": "wiring",
    "machine/cpu.py": "bookkeeping; the controllers' files say what reaches a CPU",
    "machine/disk.py": "what it may send is said of the bus",
    "machine/memory.py": "bytes and owners: a device of this simulator, not of a real machine",
    "machine/ram.py": "bytes, shared until somebody writes to them",
    "machine/usb.py": "what its line does is said of the line",
}
"""Files below ``kexecdoc/model`` that state no rule about Linux or hardware, each with the reason, and cite nothing."""

NAMES_LINUX = re.compile(
    r"\bv\d+\.\d+|`\w+\(\)`|`[\w/-]+/[\w.-]+\.[chS]`"
    r"|\b(?:Linux|[Tt]he kernel tree|mainline) (?:has|does|is|was|prints|clears|switches)\b"
)
"""Matches paragraphs about Linux itself: with a version, a function, a file, or Linux as the subject."""

OURS = re.compile(r"<!-- ours: [^>]+-->|^(?:\*\*)?(?:\d+\.|Exercise|\$|<details|<summary)", re.MULTILINE)
"""Matches paragraphs that need no source: those marked as about this document, and exercises."""

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$")


@dataclass(frozen=True)
class Paragraph:
    """A piece of prose, with its file and its heading."""

    where: str
    heading: str
    text: str

    @property
    def sources(self) -> list[str]:
        return cited(self.text)


def prose() -> Iterator[tuple[str, str]]:
    """Yield the file name and the text of every page and of every Markdown cell."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield path.name, "".join(cell["source"])
    for path in sorted((ROOT / "site").rglob("*.md")):
        yield str(path.relative_to(ROOT / "site")), FRONT_MATTER.sub("", path.read_text(encoding="utf-8"))


def paragraphs() -> Iterator[Paragraph]:
    """Yield paragraphs, list items and table rows, without headings and code."""
    for where, text in prose():
        heading = ""
        for block in re.split(r"\n\s*\n", FENCE.sub("", text)):
            lines = block.strip("\n").split("\n")
            while lines and (found := HEADING.match(lines[0])):
                heading = found[1]
                lines = lines[1:]
            for piece in pieces("\n".join(lines)):
                yield Paragraph(where, heading, piece)


def pieces(block: str) -> list[str]:
    """Return the items of a list, the rows of a table, or other text as one piece."""
    block = block.strip()
    if not block:
        return []
    if block.startswith("|"):
        return [row for row in block.split("\n") if not re.fullmatch(r"[|: -]+", row)][1:]
    if re.match(r"(?:[*-]|\d+\.) ", block):
        return [re.sub(r"\s*\n\s*", " ", item) for item in re.split(r"\n(?=(?:[*-]|\d+\.) )", block)]
    return [re.sub(r"\s*\n\s*", " ", block)]


def declared() -> set[str]:
    """Return the sources that the package cites: docstrings, steps, messages, scales, the glossary."""
    found = {row.source for row in TABLE if row.source}
    names = {*switches(), *PRESETS, *(str(c) for s in switches().values() for c in s.choices)}
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(cited(text))
        if not path.is_relative_to(PACKAGE / "registries" / "sources"):
            found |= {word for word in re.findall(r'"([a-z0-9][\w.-]+)"', text) if word in SOURCES} - names
    return found


def rules() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of the model's files that state rules of Linux or hardware."""
    for package in ("kernel", "machine"):
        for path in sorted((PACKAGE / "model" / package).rglob("*.py")):
            if path.name != "__init__.py":
                yield path.relative_to(PACKAGE / "model").as_posix(), path.read_text(encoding="utf-8")


def uncited_rules() -> list[str]:
    """Return the faults in the citations of those files, one line each."""
    found = []
    for name, text in rules():
        sources = cited(text)
        found += [f"model/{name}: cites '{source}', which is no source" for source in sources if source not in SOURCES]
        found += [f"model/{name}: is read by nobody as a citation: {begun}" for begun in malformed(text)]
        if not sources and name not in NO_RULES:
            found.append(f"model/{name}: cites nobody; if it states no rule, enter it in NO_RULES of tools/claims.py")
        if sources and name in NO_RULES:
            found.append(f"model/{name}: cites {sources[0]}, and NO_RULES says that it cites nobody")
    return found


def uncited() -> list[str]:
    """Return the sources that nothing cites."""
    cited = declared().union(*(paragraph.sources for paragraph in paragraphs()))
    return [source_id for source_id in SOURCES if source_id not in cited]


def wrong() -> list[str]:
    """Return what is wrong, one line each."""
    found = []
    for paragraph in paragraphs():
        at = f"{paragraph.where}: {paragraph.heading or 'top'}"
        found += [
            f"{at}: cites '{source}', which is no source" for source in paragraph.sources if source not in SOURCES
        ]
        found += [f"{at}: is read by nobody as a citation: {begun}" for begun in malformed(paragraph.text)]
        if not paragraph.sources and NAMES_LINUX.search(paragraph.text) and not OURS.search(paragraph.text):
            found.append(f"{at}: speaks of Linux and cites nobody: {brief(paragraph.text)}")
    return [*found, *uncited_rules(), *(f"sources: nobody cites '{source_id}'" for source_id in uncited())]


def brief(text: str, width: int = 90) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def draw(number: int, seed: int) -> list[Paragraph]:
    """Return random claims, in the order of the document."""
    claims = [p for p in paragraphs() if p.sources]
    chosen = random.Random(seed).sample(range(len(claims)), min(number, len(claims)))
    return [claims[n] for n in sorted(chosen)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="claims.py",
        description="Check the document's citations, or draw random claims to be read beside their sources.",
    )
    parser.add_argument("--draw", type=int, metavar="N", help="print N random claims and check nothing")
    parser.add_argument("--seed", type=int, default=1, help="which random claims; default 1")
    parser.add_argument("--uncited", action="store_true", help="print the sources that nobody cites, and check nothing")
    options = parser.parse_args(arguments)
    if options.draw is not None:
        for number, claim in enumerate(draw(options.draw, options.seed), 1):
            print(f"{number}. {claim.where}, {claim.heading or 'top'}\n   {claim.text}")
            for source_id in dict.fromkeys(claim.sources):
                source = SOURCES.get(source_id)
                title, link = (source.title, source.link) if source else ("NO SUCH SOURCE", "")
                print(f"   -> {source_id}: {title} {link}")
        return 0
    if options.uncited:
        for source_id in uncited():
            print(source_id)
        return 0
    found = wrong()
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print(f"claims: {sum(bool(p.sources) for p in paragraphs()):,} paragraphs cite {len(SOURCES):,} sources")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
