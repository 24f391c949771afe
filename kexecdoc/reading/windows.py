"""How long each way into memory, or to a CPU, stays open for a device: read from a log.

A way is open while something that the old kernel programmed can still act on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kexecdoc.model.log import Log, State
from kexecdoc.reading.facts import STUDY

UNTRANSLATED = ("absent", "passes", "bypasses")
"""States of an IOMMU in which it stops no write."""

BUS_MASTER = (f"gate/{STUDY}/bus-master", "gate/port0/bus-master")
"""The device's bit, and that of the port above it, if there is one."""

IsOpen = Callable[[State], bool]


class Span(NamedTuple):
    """When a way is open. ``closes_ns`` is None if nothing closes it, else ``closed_in`` is the step that does."""

    opens_ns: int
    closes_ns: int | None
    closed_in: str


def _follows_old(s: State) -> bool:
    return bool(s.get(f"device/{STUDY}/programmed-by") == "old")


def _engine(s: State) -> bool:
    return _follows_old(s) and s.get(f"device/{STUDY}/engine") == "running"


def _bus_master(s: State) -> bool:
    return _follows_old(s) and all(s.get(path, True) for path in BUS_MASTER)


def _iommu(s: State) -> bool:
    unit = s.get(f"gate/{STUDY}/smmu", s.get(f"gate/{STUDY}/vtd", "absent"))
    return _follows_old(s) and unit in UNTRANSLATED


def _astray(s: State) -> bool:
    return _astray_without_bus_master(s) and _bus_master(s)


def _astray_without_bus_master(s: State) -> bool:
    return _engine(s) and _iommu(s)


def _messages(s: State) -> bool:
    return _follows_old(s) and s.get(f"device/{STUDY}/msi") == "enabled"


def _its(s: State) -> bool:
    return bool(s.get("its") == "enabled" and s.get("its/programmed-by") == "old")


WAYS: dict[str, IsOpen] = {
    "engine": _engine,
    "bus-master": _bus_master,
    "iommu": _iommu,
    "astray": _astray,
    "msi": _messages,
    "its": _its,
}
"""The ways by name. ``astray`` is open while a stray write can land."""


def spans(log: Log, way: str, *, obeys: bool = True) -> list[Span]:
    """Return when a way is open. KeyError for an unknown way.

    ``obeys`` is False for a device that ignores Bus Master: its stray writes need only the other two ways.
    """
    is_open = _astray_without_bus_master if way == "astray" and not obeys else WAYS[way]
    state = {path: value for path, value in log.start.items() if not path.startswith("frame/")}
    since = 0 if is_open(state) else None
    found: list[Span] = []
    for t_ns, assignments in zip(log.t_ns, log.set, strict=True):
        state.update((path, value) for path, value in assignments.items() if not path.startswith("frame/"))
        if is_open(state) == (since is not None):
            continue
        if since is None:
            since = t_ns
        else:
            if t_ns > since:
                found.append(Span(since, t_ns, str(state.get("step", "old"))))
            since = None
    return found if since is None else [*found, Span(since, None, "")]
