"""The explorers of the published pages: every run that their switches can make, computed beforehand.

A page has no kernel to ask. It has one file with the runs of every combination of the switches in the reader's
hand, and the same module to draw them. The runs of a grid share most of their events, so each distinct event
stands in the file once, and a run is which of them happened: ``rows`` are pairs, how many rows to go on from
the end of the last stretch, and how many from there on are the run's. Beside the rows:

``name``   index into ``names``: the event's id without its ordinal
``nth``    the ordinal, less what it would be if one followed the last of that name: nearly always 0
``dt``     ns since the row before
``kind``   index into ``kinds``
``cause``  index into ``names``, of the id of the event that caused it; null if there is none
``of``     the ordinal of that id, less the row's own
``set``    how many of ``sets`` back from those that rows before it used, 0 for the next one; null for an empty one;
           in a set ``@`` stands for the event's own id
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from kexecdoc.course.explorers import Explorer, explorer
from kexecdoc.crossing import simulate
from kexecdoc.model.log import Event
from kexecdoc.model.scenario import ScenarioError
from kexecdoc.model.whatif import anachronisms
from kexecdoc.reading.run import Run, dumps
from kexecdoc.web import view

SCHEMA = "kexecdoc-explorer/3"

OWN_ID = "@"
"""Stands for an event's own id among what it sets."""


def key(values: Iterable[object]) -> str:
    """Return the name of a combination: the values in the order of the switches."""
    return "--".join(map(str, values))


def combinations(name: str | Explorer) -> dict[str, Run]:
    """Return the run of every combination of an explorer's switches that makes one."""
    return _crossed(explorer(name))[0]


def _crossed(chosen: Explorer) -> tuple[dict[str, Run], dict[str, str]]:
    """Return the run of every combination that makes one, and of the others what is wrong with them."""
    runs, refused = {}, {}
    for values in itertools.product(*map(chosen.choices, chosen.switches)):
        try:
            runs[key(values)] = simulate(chosen.flipped(dict(zip(chosen.switches, values, strict=True))))
        except ScenarioError as error:
            refused[key(values)] = str(error)
    return runs, refused


def grid(name: str | Explorer) -> dict[str, Any]:
    """Return the file of an explorer's runs as plain data."""
    chosen = explorer(name)
    runs, refused = _crossed(chosen)
    defaults, first = chosen.kind().values(), next(iter(runs.values()))
    start = {
        path: value
        for path, value in first.log.start.items()
        if all(_starts(run, path, value) for run in runs.values())
    }
    rows, numbers = _rows(runs.values())
    return {
        "schema": SCHEMA,
        "name": chosen.name,
        "base": chosen.base,
        "defaults": defaults,
        "by_kernel": view.by_kernel(chosen.kind),
        "own": chosen.own,
        "controls": view.controls(chosen),
        "scenario": chosen.settings,
        "messages": _said(runs.values(), view.messages(chosen)),
        "legend": view.legend(),
        "start": start,
        **rows,
        "runs": {
            name: {
                "scenario": _without(run.scenario.values(), defaults),
                "start": _without(run.log.start, start),
                "rows": _stretches([numbers[_row(event)] for event in run.log]),
                "what_if": anachronisms(run.scenario),
                "run": {k: v for k, v in run.to_json().items() if k not in ("schema", "scenario", "console")},
            }
            for name, run in runs.items()
        }
        | {name: {"error": error} for name, error in refused.items()},
    }


def _said(runs: Iterable[Run], table: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return what the messages mean that any of the runs prints: a page need not fetch the others."""
    said = [(line["message"], run.scenario.kernel) for run in runs for line in run.console()]
    ids = {id for id, _ in said} | {f"{id}@{kernel}" for id, kernel in said}
    return {id: entry for id, entry in table.items() if id in ids}


def _starts(run: Run, path: str, value: object) -> bool:
    return path in run.log.start and run.log.start[path] == value


def _without(values: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in known or known[name] != value}


def _row(event: Event) -> tuple[int, str, str, str | None, str]:
    """Return what makes an event the same in two runs."""
    set = {path: OWN_ID if value == event.id else value for path, value in event.set.items()}
    return event.t_ns, event.id, event.kind, event.cause, dumps(set) if set else ""


def _rows(runs: Iterable[Run]) -> tuple[dict[str, Any], dict[Any, int]]:
    """Return the table of distinct events in columns, and the number of each row in it."""
    distinct: dict[Any, Any] = {}
    for run in runs:
        for event in run.log:
            distinct.setdefault(_row(event), {path: OWN_ID if v == event.id else v for path, v in event.set.items()})
    order = sorted(distinct, key=lambda row: row[0])  # stable: what happens at one time stays in the order of the runs
    numbers = {row: number for number, row in enumerate(order)}
    ids = [_split(row[1]) for row in order]
    causes = [_split(row[3]) if row[3] else None for row in order]
    names = {name: n for n, name in enumerate(dict.fromkeys(id[0] for id in (*ids, *causes) if id))}
    kinds = sorted({row[2] for row in order})
    sets = {text: n for n, text in enumerate(dict.fromkeys(row[4] for row in order if row[4]))}
    content = {row[4]: distinct[row] for row in order}
    columns = {
        "name": [names[name] for name, _ in ids],
        "nth": _unexpected(ids),
        "dt": [row[0] - (order[n - 1][0] if n else 0) for n, row in enumerate(order)],
        "kind": [kinds.index(row[2]) for row in order],
        "cause": [names[cause[0]] if cause else None for cause in causes],
        "of": [cause[1] - own[1] if cause else 0 for cause, own in zip(causes, ids, strict=True)],
        "set": _backwards([sets[row[4]] if row[4] else None for row in order]),
    }
    return {"names": list(names), "kinds": kinds, "sets": [content[text] for text in sets], "events": columns}, numbers


def _split(id: str) -> tuple[str, int]:
    """Return an event's name and its ordinal."""
    name, _, ordinal = id.rpartition(":")
    return name, int(ordinal)


def _unexpected(ids: list[tuple[str, int]]) -> list[int]:
    """Return how far each ordinal is from the one that follows the last of its name."""
    expected: dict[str, int] = {}
    found = []
    for name, ordinal in ids:
        found.append(ordinal - expected.get(name, 0))
        expected[name] = ordinal + 1
    return found


def _backwards(numbers: list[int | None]) -> list[int | None]:
    """Return numbers that were given out in order as how far back each is, 0 for one that is new."""
    fresh = 0
    found: list[int | None] = []
    for number in numbers:
        found.append(None if number is None else fresh - number)
        fresh += number == fresh
    return found


def _stretches(numbers: list[int]) -> list[int]:
    """Return a run's row numbers as pairs: how far on from the end of the last stretch, and how many in a row."""
    found: list[int] = []
    at = 0
    for number in numbers:
        if found and number == at:
            found[-1] += 1
        else:
            found += [number - at, 1]
        at = number + 1
    return found
