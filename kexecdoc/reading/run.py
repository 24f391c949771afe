"""A run: a scenario, its log and its verdict, with conversions to JSON and back from the log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from kexecdoc.model.log import SCHEMA as LOG_SCHEMA
from kexecdoc.model.log import Log, State, fold
from kexecdoc.model.scales import MS
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.assessment import Flip
from kexecdoc.reading.facts import Facts, read
from kexecdoc.reading.verdict import Verdict, judge

SCHEMA = "kexecdoc-run/1"


def milliseconds(ns: int) -> float:
    """Return nanoseconds as milliseconds, exact to the nanosecond."""
    return round(ns / MS, 6)


class Run:
    """A finished simulation. Every view is a function of a run and a time."""

    def __init__(self, scenario: Scenario, log: Log) -> None:
        self.scenario = scenario
        self.log = log

    @cached_property
    def facts(self) -> Facts:
        return read(self.log)

    @cached_property
    def verdict(self) -> Verdict:
        return judge(self.facts, self.scenario)

    def at(self, t_ns: int | None = None) -> State:
        """Return the state of the simulated machine at a time in ns since the call, or at the end."""
        return fold(self.log.start, self.log, t_ns)

    def console(self) -> list[dict[str, Any]]:
        """Return the console's lines: ``t_ms``, ``kernel``, ``text`` and ``message`` (an id, or None)."""
        return [
            {"t_ms": milliseconds(event.t_ns), **line}
            for event in self.log
            if event.kind == "print"
            for line in event.set.values()
        ]

    def to_log(self) -> dict[str, Any]:
        """Return the run as ``kexecdoc-log/1``, which every view is drawn from."""
        return {
            "schema": LOG_SCHEMA,
            "scenario": self.scenario.values(),
            "start": self.log.start,
            "events": self.log.columns(),
        }

    @classmethod
    def from_log(cls, data: Mapping[str, Any], kind: type[Scenario] = Scenario) -> Run:
        """Rebuild a run from its log as JSON; ``kind`` is the class of scenario.

        ValueError for another schema, or for columns of different length.
        """
        if data.get("schema") != LOG_SCHEMA:
            raise ValueError(f"not a {LOG_SCHEMA} log: schema is {data.get('schema')!r}")
        return cls(kind.of(data["scenario"]), Log.from_columns(data["start"], data["events"]))

    def to_json(self) -> dict[str, Any]:
        """Return the run as ``kexecdoc-run/1``."""
        v = self.verdict
        return {
            "schema": SCHEMA,
            "scenario": self.scenario.values(),
            "verdict": {"outcome": v.outcome, "summary": v.summary},
            "reached_userspace": v.reached_userspace,
            "time_ms": self._times(v),
            "dma": {
                "attempted": sum(v.dma.values()),
                "stopped_by_bus_master": v.dma["stopped"],
                "faulted": v.dma["faulted"],
                "missed": v.dma["missed"],
                "landed": v.dma["landed"],
                "landed_in": dict(sorted(v.landed_in.items())),
                "frames_corrupted": v.frames_corrupted,
                "astray_before_jump": v.astray_before_jump,
            },
            "msi": {
                "sent": v.msi["sent"],
                "stopped_by_bus_master": v.msi["stopped"],
                **{key: v.msi[key] for key in ("faulted", "missed", "landed", "delivered")},
            },
            "lpi": {
                "bits_recorded": v.bits_recorded,
                "bits_flipped": len(v.flips),
                "flips": [self._flip(flip) for flip in v.flips],
                "tables": v.tables,
                "msi_usable": v.msi_usable,
            },
            "irq": {
                "storm": v.storms > 0,
                "line_disabled": v.line_disabled,
                "unhandled": v.unhandled,
                "stray_vectors": v.stray_vectors,
            },
            "dump": self._dump(v),
            "console": self.console(),
            "callbacks": [
                {
                    "device": c.device,
                    "callback": c.name,
                    "ms": None if c.took_ns is None else milliseconds(c.took_ns),
                    "frames_freed": c.frames_freed,
                    "driver": c.driver,
                }
                for c in v.callbacks
            ],
        }

    @staticmethod
    def _flip(flip: Flip) -> dict[str, int | float]:
        return {
            "cpu": flip.cpu,
            "intid": flip.intid,
            "address": flip.address,
            "bit": flip.bit,
            "t_ms": milliseconds(flip.t_ns),
        }

    def _dump(self, v: Verdict) -> str | None:
        """Return what happened to the dump; None if there was no panic."""
        if self.scenario.path != "panic":
            return None
        intact = v.reached_userspace and not v.wrong and self.scenario.captures
        return "captured" if intact or v.dump == "written" else "lost"

    def _times(self, v: Verdict) -> dict[str, float | None]:
        """Return durations in ms: to the jump, copy and digest, entry to userspace, and their sum."""
        jump = v.jump_ns if v.jump_ns is not None else v.end_ns
        in_place = self.scenario.path == "panic" and not self.scenario.captures
        copied = None if v.jump_ns is None or in_place else (v.enter_ns or v.end_ns) - jump
        booted = None if v.userspace_ns is None or v.enter_ns is None else v.userspace_ns - v.enter_ns
        parts = {"shutdown": jump, "jump": copied, "boot": booted}
        total = sum(part or 0 for part in parts.values())
        return {k: None if p is None else milliseconds(p) for k, p in (parts | {"total": total}).items()}


def dumps(data: Any) -> str:
    """Return JSON in the form that every command prints."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
