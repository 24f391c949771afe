"""The runs of the published explorers: one file for every combination of the switches that an explorer offers.

A page has no Python kernel. It fetches an explorer's index first, then each run when the reader chooses it, or shortly
before. A run's file has the same form as a notebook's view (`kexecdoc.web.view`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from kexecdoc.course.explorers import Explorer, explorer
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import ScenarioError
from kexecdoc.reading.run import Run, dumps
from kexecdoc.web import view

SCHEMA = "kexecdoc-explorer/4"


def key(values: Iterable[object]) -> str:
    """Return the file name of a combination: its values in the order of the switches."""
    return "--".join(map(str, values))


def combinations(name: str | Explorer) -> dict[str, Run]:
    """Return the run of every combination of an explorer's switches, without those that are refused."""
    return _all_runs(explorer(name))[0]


def _all_runs(chosen: Explorer) -> tuple[dict[str, Run], dict[str, str]]:
    """Return the runs by combination, and the reasons why the other combinations are refused."""
    runs, refused = {}, {}
    for values in itertools.product(*map(chosen.choices, chosen.switches)):
        try:
            runs[key(values)] = simulate(chosen.flipped(dict(zip(chosen.switches, values, strict=True))))
        except ScenarioError as error:
            refused[key(values)] = str(error)
    return runs, refused


def explorer_files(name: str | Explorer) -> Iterator[tuple[str, str]]:
    """Yield an explorer's files as names and JSON texts: its index, then a file for each run."""
    chosen = explorer(name)
    runs, refused = _all_runs(chosen)
    yield f"{chosen.name}.json", dumps(_index(chosen, runs, refused))
    for combination, run in runs.items():
        yield f"{chosen.name}/{combination}.json", dumps(view.view_of(run))


def _index(chosen: Explorer, runs: dict[str, Run], refused: dict[str, str]) -> dict[str, Any]:
    """Return what a page needs to know about an explorer before it fetches a run."""
    return {
        "schema": SCHEMA,
        "name": chosen.name,
        "base": chosen.base,
        "defaults": chosen.kind().values(),
        "by_kernel": view.by_kernel(chosen.kind),
        "own": chosen.own,
        "controls": view.controls(chosen),
        "scenario": chosen.settings,
        "messages": _printed_messages(runs.values(), view.messages(chosen)),
        "legend": view.legend(),
        "refused": refused,
    }


def _printed_messages(runs: Iterable[Run], table: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the entries of the messages that some run prints, so that a page does not fetch the others."""
    printed = [(line["message"], run.scenario.kernel) for run in runs for line in run.console()]
    ids = {message_id for message_id, _ in printed} | {f"{message_id}@{kernel}" for message_id, kernel in printed}
    return {message_id: entry for message_id, entry in table.items() if message_id in ids}
