"""The requests that a page can make of the Python in its worker. Each has several answers, as JSON texts.

The worker uses nothing else of the package. Answers come from an iterator that does little work at each step and can be
abandoned at any time, so that a page can interrupt a study with a run, or cancel it. A scenario's values are strings,
because a browser's integers are exact only up to 2**53, and a seed may be larger.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError
from kexecdoc.model.switch import Switch
from kexecdoc.reading.run import dumps
from kexecdoc.study.effect import effects
from kexecdoc.study.sweep import Factorial, rows
from kexecdoc.study.tally import Counts
from kexecdoc.web.view import view_of

SEEDS = Switch(20, "seeds of each value, from the machine's own on", low=1, high=100, name="seeds")
"""The number of seeds in a study, as a control of the page."""


def answers(kind: str, request: str) -> Iterator[str]:
    """Yield the answers to a request of ``kind``. A wrong request has one answer, ``{"error": LINE}``."""
    try:
        for found in KINDS[kind](json.loads(request)):
            yield dumps(found)
    except ScenarioError as error:
        yield dumps({"error": str(error)})


def _run(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one answer: everything that is drawn of a run."""
    yield view_of(simulate(Scenario.of(request["scenario"])))


def _study(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the outcomes so far after each run, for every value of a switch or for the scenario alone.

    Unlike a sweep, this goes seed by seed, so that the intervals of all values narrow together.
    """
    base = Scenario.of(request["scenario"])
    seeds = int(SEEDS.parse(request["seeds"]))
    vary = {request["vary"]: request["values"]} if request["vary"] else {}
    design = Factorial.of(vary, base, seeds)
    tally = Counts(tuple(design.vary), type(base))
    for seed in range(base.seed, base.seed + seeds):
        for row in rows(vary, base.but(seed=seed), jobs=1, progress=False):
            tally.add(row)
            yield _table(tally, len(design))


def _table(tally: Counts, runs: int) -> dict[str, Any]:
    return {
        "done": sum(count.runs for count in tally.counts.values()),
        "of": runs,
        "occurring": tally.occurring,
        "rows": [
            {
                "values": list(values),
                "runs": count.runs,
                "outcomes": {o: {"runs": n, "seed": str(count.first[o])} for o, n in count.outcomes.items()},
                "bad": count.bad,
                "interval": list(count.interval),
            }
            for values, count in tally.counts.items()
        ],
    }


def _idle(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield for each switch whether it has an effect with these settings, and ``{}`` after runs that do not decide."""
    for found in effects(Scenario.of(request["scenario"])):
        yield {} if found is None else {"name": found[0], "effect": found[1]}


KINDS: dict[str, Callable[[Mapping[str, Any]], Iterator[dict[str, Any]]]] = {
    "run": _run,
    "study": _study,
    "idle": _idle,
}
"""The kinds of request."""
