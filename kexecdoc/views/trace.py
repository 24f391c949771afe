"""A run as Trace Event JSON, for Perfetto and for chrome://tracing.

Each actor has a track. A step is a span until the next one begins; a callback is a span until it returns, or to the end
of its step if it does not. Other events are instants. A flow joins an event with the events that it led to: a packet,
its writes, the interrupt, the acknowledgement. A flow can only join spans, so those events are spans of no length. A
number in a device's state is a counter. An event's arguments include what `Facts` finds in it, so that a query over
the trace finds every leftover write.

New actors and kinds of event need no entry here: only the kinds that open or close a span, or say who runs, are named.

The format is "Trace Event Format" by the authors of Chromium's trace viewer. Its times are in microseconds; those of
the log are integer nanoseconds, which three decimals keep exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kexecdoc.model.log import Event, Log
from kexecdoc.reading.facts import Facts
from kexecdoc.reading.run import Run

SCHEMA = "kexecdoc-trace/1"

PROCESS = 1

TRACKS = {"jump": "stub"}
"""Actors on the track of another one: the stub's steps are named after the jump."""

SPANS = ("step", "call", "return", "run")
"""Kinds that open or close spans, or say who runs. Flows leave them out: nesting shows what they led to."""

Record = dict[str, Any]


def trace(run: Run) -> Record:
    """Return a run as a Trace Event object: events in order of time, and the scenario with its outcome."""
    tracks = _tracks(run.log)
    return {
        "traceEvents": [*_names(tracks), *_counters(run.log.start, 0), *_events(run, tracks)],
        "displayTimeUnit": "ns",
        "otherData": {
            "schema": SCHEMA,
            "scenario": run.scenario.values(),
            "outcome": run.verdict.outcome,
            "summary": run.verdict.summary,
        },
    }


def microseconds(ns: int) -> int | float:
    """Return nanoseconds as microseconds, an integer where possible."""
    whole, rest = divmod(ns, 1000)
    return ns / 1000 if rest else whole


def _split(event_id: str) -> tuple[str, str]:
    """Return an event's track and act: ``("eth0", "arrival")`` of ``eth0/arrival:17``."""
    actor, _, act = event_id.partition("/")
    return TRACKS.get(actor, actor), act.rpartition(":")[0] or act


def _tracks(events: Iterable[Event]) -> dict[str, int]:
    """Return the number of each track: first those with steps, in order of appearance, then the others by name."""
    with_steps: dict[str, None] = {}
    others = set()
    for event in events:
        track, _ = _split(event.id)
        if event.kind == "step":
            with_steps[track] = None
        else:
            others.add(track)
    order = [*with_steps, *sorted(others - with_steps.keys(), key=_natural)]
    return {track: number for number, track in enumerate(order, 1)}


def _natural(name: str) -> list[tuple[str, int]]:
    """Return a key that puts ``redistributor10`` after ``redistributor9``."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d*)", name)]


def _names(tracks: dict[str, int]) -> Iterator[Record]:
    yield {"ph": "M", "pid": PROCESS, "tid": 0, "name": "process_name", "args": {"name": "kexecdoc"}}
    for track, tid in tracks.items():
        yield {"ph": "M", "pid": PROCESS, "tid": tid, "name": "thread_name", "args": {"name": track}}
        yield {"ph": "M", "pid": PROCESS, "tid": tid, "name": "thread_sort_index", "args": {"sort_index": tid}}


def _events(run: Run, tracks: dict[str, int]) -> Iterator[Record]:
    """Yield the records of all events, in the order of the log."""
    spans = _Spans()
    flows = _flows(run.log)
    found = _found(run.facts)
    ts: int | float = 0
    for index, event in enumerate(run.log):
        track, act = _split(event.id)
        ts = microseconds(event.t_ns)
        where = {"pid": PROCESS, "tid": tracks[track], "ts": ts}
        args: Record = {"id": event.id, "cause": event.cause, "set": dict(event.set)}
        if index in found:
            args["facts"] = found[index]
        about = {"cat": event.kind, "args": args}
        if event.kind == "step":
            yield from spans.close(ts)
            yield spans.open(act, where, about)
        elif event.kind == "call":
            path, name = next(iter(event.set.items()), ("", act))
            yield spans.open(".".join([*path.split("/")[1:2], str(name)]), where, about, path)
        elif event.kind == "return" and (closed := spans.returned(event.set, tracks[track], ts)):
            closed[-1]["args"] = {"returned": args}  # a viewer merges the arguments of both ends
            yield from closed
        elif event.kind == "run":
            yield {"ph": "i", "s": "g", "name": f"{act}: {event.set.get('running')}", **where, **about}
        elif index in flows:
            yield {"ph": "B", "name": _name(event, act), **where, **about}
            yield {**flows[index], "name": "cause", "cat": "flow", **where}
            yield {"ph": "E", **where}
        else:
            yield {"ph": "i", "s": "t", "name": _name(event, act), **where, **about}
        yield from _counters(event.set, ts)
    yield from spans.close(ts)


def _found(facts: Facts) -> dict[int, list[str]]:
    """Return what `Facts` finds in events, by their index in the log."""
    marks = {
        "leftover": [*(w.event for w in facts.leftovers), *(m.event for m in facts.messages)],
        "astray": [w.event for w in facts.astray],
        "flip": [p.event for p in facts.pending if p.flip],
        "harmful": facts.harm,
        "finds wrong": [f.event for f in facts.findings],
        "stray interrupt": facts.strays,
        "waits in vain": [w.event for w in facts.waits],
        "storm begins": [s.first for s in facts.storms],
        "death": [] if facts.death is None else [facts.death],
    }
    found: dict[int, list[str]] = {}
    for mark, events in marks.items():
        for event in dict.fromkeys(events):
            found.setdefault(event, []).append(mark)
    return found


def _name(event: Event, act: str) -> str:
    """Return an event's name on its track: the kind if it tells the result of an attempt, else the act."""
    return event.kind if "." in event.kind else act


class _Spans:
    """The open spans: a step, and the callbacks in it."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []  # the track, and the path that the return of a callback sets

    def open(self, name: str, where: Record, about: Record, path: str = "") -> Record:
        self._open.append((where["tid"], path))
        return {"ph": "B", "name": name, **where, **about}

    def close(self, ts: int | float, first: int = 0) -> list[Record]:
        """Close the open spans from index ``first`` on, and return their ends, the innermost first."""
        ended = [{"ph": "E", "pid": PROCESS, "tid": tid, "ts": ts} for tid, _ in reversed(self._open[first:])]
        del self._open[first:]
        return ended

    def returned(self, assignments: Mapping[str, Any], tid: int, ts: int | float) -> list[Record]:
        """Close a callback that returns, and what it called. Return the ends; empty if it is not open."""
        for n in reversed(range(len(self._open))):
            if self._open[n][0] == tid and self._open[n][1] in assignments:
                return self.close(ts, n)
        return []


def _flows(log: Log) -> dict[int, Record]:
    """Return, by index in the log, the part in a flow of each event that has a cause or is one.

    A flow has all events that follow from one beginning, in the order of the log. A beginning has no cause, or its
    cause is a step or a callback.
    """
    chains: list[list[int]] = []
    chain_of: dict[str | None, list[int]] = {}
    for index, event in enumerate(log):
        if event.kind not in SPANS:
            if event.cause not in chain_of:
                chains.append([])
            chain_of[event.id] = chain_of.get(event.cause, chains[-1])
            chain_of[event.id].append(index)
    flows: dict[int, Record] = {}
    for number, chain in enumerate([chain for chain in chains if len(chain) > 1], 1):
        flows |= {index: {"ph": "t", "id": number} for index in chain}
        flows[chain[0]] = {"ph": "s", "id": number}
        flows[chain[-1]] = {"ph": "f", "bp": "e", "id": number}
    return flows


def _counters(assignments: Mapping[str, Any], ts: int | float) -> Iterator[Record]:
    """Yield a record for each number assigned to a device's path, such as ``device/eth0/free``."""
    for path, value in assignments.items():
        if path.startswith("device/") and isinstance(value, int) and not isinstance(value, bool):
            device, _, what = path.removeprefix("device/").rpartition("/")
            yield {"ph": "C", "pid": PROCESS, "name": device, "ts": ts, "args": {what: value}}
