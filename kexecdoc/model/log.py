"""The event log: the one thing that every view is drawn from.

An event is an assignment of state. It has an *id* (actor, act and the ordinal of the attempt, counted
whether or not it succeeds, so that the same event has the same name in two scenarios), a time in
nanoseconds since the call that starts the crossing, a *kind*, the id of the event that *caused* it, and
a *set*: paths and the values that they take. The machine at time t is ``start`` with every set up to t
laid over it. That is `fold`, here and once more in the explorer's module; ``tests/fold_vectors.json``
holds the two together.

Paths. N is a frame number; ``N-M`` names a closed range of frames.

===============================  ======================================================================
``step``                         the step under way, ``old/...``, ``jump/...`` or ``next/...``
``running``                      ``old-kernel``, ``stub``, ``purgatory``, ``firmware``, ``next-kernel``,
                                 ``userspace``, ``crashed``, ``hung``
``frame/N/owner``                who owns the frame
``frame/N/bytes``                the name of the payload last written there, never its content
``frame/N/found``                ``intact`` or ``wrong``: what its owner read when it used it
``frame/N/kept``                 ``true``: kept as an LPI table for the next kernel
``gate/F/bus-master``            function F's Bus Master bit
``gate/F/smmu``                  what the SMMU does with F's writes: ``absent``, ``translates``,
                                 ``passes``, ``bypasses``, ``aborts``, ``refuses``
``gate/F/vtd``                   the same of VT-d, which does not abort
``vtd/interrupt-remapping``      whether messages go through a table
``device/F/engine``              ``running`` or ``stopped``
``device/F/msi``                 whether function F may send MSIs: ``enabled``, ``disabled``, ``masked``
``device/F/intx``                whether function F may assert its line
``device/F/waited``              how long a command of function F's was waited for in vain, in ns
``device/F/programmed-by``       whose descriptors and vectors it follows: ``old`` or ``next``
``device/F/driver``              ``bound`` or ``none``: whether the running kernel's driver holds it
``device/F/callback``            ``shutdown``, ``remove`` or ``probe`` while that runs, then ``returned``
``device/F/free``                descriptors that are still posted
``device/F/targets``             frames that its buffers and descriptors really name, as a list of ranges
``copied``                       what the stub copied last: ``[source frame, destination frame, count]``, ...
``vector/F/V``                   ``{"intid": n, "cpu": n}``: where vector V of function F is routed; null: nowhere
``its``                          ``enabled`` or ``quiet``
``its/programmed-by``            whose tables it translates through
``redistributor/C/enable-lpis``  ``GICR_CTLR.EnableLPIs`` of CPU C
``redistributor/C/pending``      physical address of CPU C's pending table
``redistributor/C/programmed-by``  whose tables those are
``lpi/C/I``                      the pending bit of INTID I in CPU C's table, as memory has it: 0 or 1
``lpi-cache/C/I``                whether the pending bit of INTID I is held on chip: 0 or 1
``cpu/C/online``                 whether CPU C is up
``cpu/C/interrupts``             ``on`` or ``masked``
``cpu/C/storm``                  whether CPU C does nothing but handle interrupts
``line/N/asserted``              whether a device asserts line N
``line/N/masked``                whether its input at the controller is masked
``line/N/remote-irr``            whether an I/O APIC has delivered it and not heard of its end
``line/N/active``                the same in a GIC
``line/N/unhandled``             interrupts of the line's that nobody handled, when it was given up
``line/N/disabled``              whether the kernel has given the line up
``apic/C/enabled``               whether the local APIC of CPU C accepts messages
``apic/C/N``                     ``waiting`` while vector N does; null: no longer
``apics/programmed-by``          ``next`` once that has set them up
``object/NAME``                  ``damaged`` or ``held``: what a crashed kernel found when it relied on it
``dump``                         ``written`` once a crashed kernel has written it itself
``console/K``                    line K: ``{"kernel": ..., "text": ..., "message": id or null}``
===============================  ======================================================================

Kinds: ``step`` ``run`` ``arrival`` ``dma.landed`` ``dma.missed`` ``dma.faulted`` ``dma.stopped``
``msi.landed`` ``msi.missed`` ``msi.faulted`` ``msi.stopped`` ``lpi.recorded`` ``lpi.acknowledged``
``lpi.held`` ``lpi.evicted`` ``apic.accepted`` ``apic.acknowledged`` ``line`` ``storm`` ``stray`` ``touch``
``register`` ``cpu`` ``own`` ``copy`` ``store`` ``read`` ``call`` ``return`` ``command`` ``timeout``
``print``. The schema grows only by addition.
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

    def record(self, id: str, kind: str, cause: str | None = None, set: Mapping[str, Any] | None = None) -> str:
        """Append an event at the clock's time and return its id, to be the cause of the next one."""
        assert self._clock is not None, "a closed log cannot be written"
        if len(self.id) >= self._budget:
            raise BudgetExceeded(f"more than {self._budget:,} events")
        self.id.append(id)
        self.t_ns.append(self._clock.now)
        self.kind.append(kind)
        self.cause.append(cause)
        self.set.append(set if set is not None else {})
        return id

    def close(self) -> Log:
        """Let go of the clock, and with it of the machine: from here on the log is only read."""
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


def lay(state: State, assignments: Mapping[str, Any]) -> State:
    """Lay assignments over a state, in place, and return it. A range of frames is laid frame by frame."""
    for path, value in assignments.items():
        if path.startswith("frame/"):
            _, frames, what = path.split("/", 2)
            first, _, last = frames.partition("-")
            for frame in range(int(first), int(last or first) + 1):
                state[f"frame/{frame}/{what}"] = value
        else:
            state[path] = value
    return state


def fold(start: Mapping[str, Any], events: Iterable[Event], t_ns: int | None = None) -> State:
    """Return the machine's state at time ``t_ns``, or at the end of the log if it is None."""
    state = lay({}, start)
    for event in events:
        if t_ns is not None and event.t_ns > t_ns:
            break
        lay(state, event.set)
    return state


def frames_path(first: int, count: int, what: str) -> str:
    """Return the path of ``count`` frames from ``first`` on, for instance ``frame/512-767/owner``."""
    return f"frame/{first}/{what}" if count == 1 else f"frame/{first}-{first + count - 1}/{what}"
