"""The event log: the one thing that every view is drawn from.

An event is an assignment of state. It has an *id* (actor, act and the ordinal of the attempt, counted
whether or not it succeeds, so that the same event has the same name in two scenarios), a time in
nanoseconds since the call that starts the crossing, a *kind*, the id of the event that *caused* it, and
a *set*: paths and the values that they take. The machine at time t is ``start`` with every set up to t
laid over it. That is `fold`, here and once more in the explorer's module; ``tests/fold_vectors.json``
holds the two together.

`kexecdoc.model.log_schema` lists every path and every kind of event. The schema grows only by addition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

SCHEMA = "kexecdoc-log/1"

State = dict[str, Any]


class Clock(Protocol):
    """What the log needs to know of the simulation: the time, in integer nanoseconds."""

    @property
    def now(self) -> Any: ...


class Event(NamedTuple):
    """One row of the log."""

    id: str
    t_ns: int
    kind: str
    cause: str | None
    set: Mapping[str, Any]


class BudgetExceeded(Exception):
    """The scenario makes more events than a run may hold."""


class Log:
    """The append-only, totally ordered record of one crossing, in columns."""

    def __init__(self, clock: Clock | None = None, budget: int = 50_000) -> None:
        self._clock = clock
        self._budget = budget
        self.start: State = {}
        self.id: list[str] = []
        self.t_ns: list[int] = []
        self.kind: list[str] = []
        self.cause: list[str | None] = []
        self.set: list[Mapping[str, Any]] = []

    def __len__(self) -> int:
        return len(self.id)

    def __iter__(self) -> Iterator[Event]:
        return map(Event, self.id, self.t_ns, self.kind, self.cause, self.set)

    def record(
        self, event_id: str, kind: str, cause: str | None = None, assignments: Mapping[str, Any] | None = None
    ) -> str:
        """Append an event at the clock's time and return its id, to be the cause of the next one."""
        assert self._clock is not None, "a closed log cannot be written"
        if len(self.id) >= self._budget:
            raise BudgetExceeded(f"more than {self._budget:,} events")
        self.id.append(event_id)
        self.t_ns.append(self._clock.now)
        self.kind.append(kind)
        self.cause.append(cause)
        self.set.append(assignments if assignments is not None else {})
        return event_id

    def close(self) -> Log:
        """Drop the reference to the clock, and so to the computer. From here on the log is read-only."""
        self._clock = None
        return self

    def columns(self) -> dict[str, list[Any]]:
        """Return the events as columns of equal length, as `kexecdoc run --format log` prints them."""
        return {
            "id": self.id,
            "t_ns": self.t_ns,
            "kind": self.kind,
            "cause": self.cause,
            "set": [dict(s) for s in self.set],
        }

    @classmethod
    def from_columns(cls, start: State, events: Mapping[str, list[Any]]) -> Log:
        """Read a log back. ValueError if the columns do not have equal length."""
        columns = [events[name] for name in ("id", "t_ns", "kind", "cause", "set")]
        if len({len(c) for c in columns}) != 1:
            raise ValueError("the columns of a log must have equal length")
        log = cls()
        log.start = dict(start)
        log.id, log.t_ns, log.kind, log.cause, log.set = (list(c) for c in columns)
        return log


def apply(state: State, assignments: Mapping[str, Any]) -> State:
    """Apply assignments to a state, in place, and return it. A range of frames is assigned frame by frame."""
    for path, value in assignments.items():
        if frames := frame_range(path):
            what = path.rpartition("/")[2]
            state.update((f"frame/{frame}/{what}", value) for frame in frames)
        else:
            state[path] = value
    return state


def fold(start: Mapping[str, Any], events: Iterable[Event], t_ns: int | None = None) -> State:
    """Return the machine's state at time ``t_ns``, or at the end of the log if it is None."""
    state = apply({}, start)
    for event in events:
        if t_ns is not None and event.t_ns > t_ns:
            break
        apply(state, event.set)
    return state


def frames_path(first: int, count: int, what: str) -> str:
    """Return the path of ``count`` frames from ``first`` on, for instance ``frame/512-767/owner``."""
    return f"frame/{first}/{what}" if count == 1 else f"frame/{first}-{first + count - 1}/{what}"


def frame_range(path: str, what: str = "") -> range:
    """Return the frames that a path names; empty if it is not a frame's path that ends with ``what``."""
    if not path.startswith("frame/") or not path.endswith(what):
        return range(0)
    first, _, last = path.split("/")[1].partition("-")
    return range(int(first), int(last or first) + 1)
