"""What a kernel's path is made of."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from simpy import Event

from kexecdoc.registries.versions import EVERY, Versions

Process = Generator[Event, Any, Any]


@dataclass(frozen=True)
class Step:
    """One step of a path: its name in the log, what it does, and the source that says a real kernel does it.

    ``run`` is given the kernel that walks the path. ``versions`` are those that have the step. ``touches`` are
    the objects and locks of the kernel that it relies on, where it matters how that can fail: see `crash`.
    """

    name: str
    run: Callable[[Any], Process]
    source: str
    versions: Versions = EVERY
    touches: tuple[Any, ...] = ()
