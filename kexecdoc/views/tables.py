"""Markdown tables for the pages, made from the declarations of switches, scales, sources and the log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from kexecdoc.model.log_schema import KINDS, PATHS
from kexecdoc.model.scales import TABLE, Scale
from kexecdoc.model.scenario import switches
from kexecdoc.model.switch import Switch
from kexecdoc.registries import sources
from kexecdoc.registries.sources import SOURCES, Source


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table. Bars and line breaks inside cells are kept."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(c.replace("|", "\\|").replace("\n", "<br>") for c in cells) + " |"

    return "\n".join([line(head), "|---" * len(head) + "|", *map(line, rows)])


def switch_tables(declared: Iterable[Switch] | None = None) -> str:
    """Return one section for each group of switches. The anchor of a switch is its name."""
    listed = switches().values() if declared is None else declared
    return "\n\n".join(_group(name, list(group)) for name, group in groupby(listed, lambda s: s.group))


def _group(name: str, group: list[Switch]) -> str:
    heading = f"## {name[0].upper()}{name[1:]}"
    rows = [(f"`{s.name}`{{ #{s.name} }}", _help_and_needs(s), _values(s), f"`{s.default}`") for s in group]
    return f"{heading}\n\n{table(('Switch', 'What it says', 'Values', 'Default'), rows)}"


def _help_and_needs(switch: Switch) -> str:
    """Return the help of a switch, and below it what the switch needs to have an effect."""
    needs = switch.requirements_text(lambda code: f"`{code}`")
    return f"{switch.help}\n{needs[0].upper()}{needs[1:]}" if needs else switch.help


def _values(switch: Switch) -> str:
    if not switch.choices:
        high = "2⁶³ − 1" if switch.high == 2**63 - 1 else f"{switch.high:,}"
        return f"{switch.low:,} to {high}" + (f" {switch.unit}" if switch.unit else "")
    meanings = switch.meanings or ("",) * len(switch.choices)
    return "\n".join(
        f"`{choice}`" + (f": {meaning}" if meaning else "")
        for choice, meaning in zip(switch.choices, meanings, strict=True)
    )


def scales_table(rows: Iterable[Scale] = TABLE) -> str:
    """Return a table of every number that differs from a real machine. The page links the citations."""
    return table(
        ("Thing", "On a real machine", "Who says so", "Here", "Why"),
        [(s.thing, s.real, f"[src: {s.source}]" if s.source else "nobody", s.here, s.why) for s in rows],
    )


def bibliography() -> str:
    """Return every source under the heading of its kind, each with the anchor that citations link to.

    A comment marks where the pages that cite a source go: they are known only when the site is finished.
    """
    by_kind = {kind: [s for s in SOURCES.values() if s.kind == kind] for kind in sources.KINDS}
    return "\n\n".join(
        f"## {name[0].upper()}{name[1:]}\n\n" + "\n".join(map(_source, by_kind[kind]))
        for kind, name in sources.KINDS.items()
        if by_kind[kind]
    )


def _source(source: Source) -> str:
    title = f"[{_escaped(source.title)}]({source.link})" if source.link else _escaped(source.title)
    read = f"Read in {source.read}. " if source.read else ""
    foot = f'<span class="kx-read" data-search-exclude>{read}<!-- cited-in: {source.id} --></span>'
    return f"- `{source.id}`{{ #src-{source.id} }} {title}. {_escaped(source.says)} {foot}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def log_paths() -> str:
    """Return a table of the paths that a log assigns."""
    return table(("Path", "What it says"), [(f"`{path}`", meaning) for path, meaning in PATHS.items()])


def log_kinds() -> str:
    """Return a table of the kinds of events."""
    return table(("Kind", "What happened"), [(f"`{kind}`", meaning) for kind, meaning in KINDS.items()])
