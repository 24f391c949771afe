"""The sources registry: the evidence for what the simulator and its pages claim.

An entry has an id, by which docstrings, steps, scales and chapters cite it (see `citation`), a kind, what it is, where it can be read, the versions in which it was read, and in a sentence what it says. One file holds one area.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from kexecdoc.registries.sources import (
    boot,
    console,
    crash,
    devices,
    gic,
    interrupts,
    iommu,
    kexec,
    live_update,
    observations,
    terms,
    thread,
)
from kexecdoc.registries.sources.citation import CITATION, cited
from kexecdoc.registries.sources.entry import GIT, KINDS, Source

__all__ = ["CITATION", "GIT", "KINDS", "SOURCES", "Source", "cite", "cited"]

AREAS = (thread, kexec, devices, crash, boot, interrupts, gic, iommu, live_update, console, terms, observations)


def by_id(entries: Iterable[Source]) -> dict[str, Source]:
    """Return sources by their ids. ValueError if two have the same id."""
    found: dict[str, Source] = {}
    for source in entries:
        if source.id in found:
            raise ValueError(f"source '{source.id}' is declared twice")
        found[source.id] = source
    return found


SOURCES = by_id(chain.from_iterable(area.ENTRIES for area in AREAS))


def cite(source_id: str) -> Source:
    """Return a source. KeyError, with the id, if it is not in the registry."""
    return SOURCES[source_id]
