"""Fingerprints of runs. They prove that a change to the code changes no run.

``tests/fingerprints.json`` holds two SHA-256 sums for every preset and for 500 random scenarios: one of
`kexecdoc run --format json` and one of `--format log`. Neither covers what a change may add: the scenario, the
verdict's sentence, and any JSON key or log path that is not in the file yet.

    python -m tools.fingerprints           write the file again; commit it alone, and say why
    python -m tools.fingerprints --check   compare, and name the first scenarios that differ
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.study.presets import PRESETS

FIXTURE = Path(__file__).parents[1] / "tests" / "fingerprints.json"
DRAWN = 500

Known = Mapping[str, list[str]]
"""The keys of each JSON object (``json``, ``json/dma``, ...), and under ``log`` the patterns of paths."""


def draw(index: int) -> dict[str, Any]:
    """Return random settings by number. About half of the switches keep their default."""
    rng = random.Random(index)
    settings: dict[str, Any] = {}
    for name, switch in switches().items():
        if rng.random() < 0.5:
            continue
        if switch.choices:
            settings[name] = rng.choice(switch.choices)
        elif switch.places:
            settings[name] = round(rng.random() ** 3, 3)
        else:  # as many small numbers as large ones
            settings[name] = int(switch.low + (2 ** (rng.random() * (switch.high - switch.low + 1).bit_length()) - 1))
            settings[name] = min(settings[name], switch.high)
    return settings


def pattern(path: str) -> str:
    """Return a path of the log with each number replaced by ``N``."""
    return re.sub(r"[0-9]+", "N", path)


def _without(data: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def observe(scenario: Scenario) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the JSON and the log of a run without the parts that may change."""
    run = simulate(scenario)
    data = json.loads(json.dumps(run.to_json()))
    data["verdict"] = _without(data["verdict"], "summary")
    log = json.loads(json.dumps(run.to_log()))
    return _without(data, "scenario"), _without(log, "scenario")


def _objects(data: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Yield the objects of a run's JSON whose keys are fixed names, each with its place."""
    yield "json", data
    for key, value in data.items():
        if isinstance(value, dict):
            yield f"json/{key}", value
        elif isinstance(value, list):
            yield from ((f"json/{key}", item) for item in value)
    yield from (("json/lpi/flips", flip) for flip in data["lpi"]["flips"])


def learn(known: dict[str, set[str]], data: Mapping[str, Any], log: Mapping[str, Any]) -> None:
    """Add the keys and the paths of a run to the known ones."""
    for where, item in _objects(data):
        known.setdefault(where, set()).update(item)
    known.setdefault("columns", set()).update(log["events"])
    paths = known.setdefault("log", set())
    for assignments in (log["start"], *log["events"]["set"]):
        paths.update(map(pattern, assignments))


def _sha(data: object) -> str:
    return hashlib.sha256(json.dumps(data, separators=(",", ":")).encode()).hexdigest()


def fingerprint(known: Known, data: dict[str, Any], log: dict[str, Any]) -> dict[str, str]:
    """Return the two sums of a run. They cover only known keys and paths."""
    for where, item in list(_objects(data)):
        assert isinstance(item, dict)
        for key in set(item) - set(known.get(where, ())):
            del item[key]
    paths = set(known["log"])

    def known_paths(assignments: Mapping[str, Any]) -> dict[str, Any]:
        return {path: value for path, value in assignments.items() if pattern(path) in paths}

    events = {column: log["events"][column] for column in known["columns"]}
    events["set"] = [known_paths(assignments) for assignments in events["set"]]
    return {"json": _sha(data), "log": _sha([log["schema"], known_paths(log["start"]), events])}


def scenarios() -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the presets, and random scenarios that do not make too many events, by name."""
    yield from ((preset.name, preset.scenario.differences()) for preset in PRESETS.values())
    index = found = 0
    while found < DRAWN:
        settings, name = draw(index), f"drawn-{index}"
        index += 1
        try:
            simulate(Scenario.of(settings))
        except ScenarioError:
            continue
        found += 1
        yield name, settings


def write() -> None:
    """Write the fixture."""
    known: dict[str, set[str]] = {}
    seen = []
    for name, settings in scenarios():
        data, log = observe(Scenario.of(settings))
        learn(known, data, log)
        seen.append((name, settings, data, log))
    listed = {where: sorted(names) for where, names in sorted(known.items())}
    runs = [{"name": n, "settings": s, **fingerprint(listed, data, log)} for n, s, data, log in seen]
    lines = ",\n".join(json.dumps(run) for run in runs)
    FIXTURE.write_text(f'{{"known": {json.dumps(listed, indent=1)},\n"runs": [\n{lines}\n]}}\n')


def changed(start: int = 0, step: int = 1) -> list[str]:
    """Return the names of the scenarios whose runs have changed, among every ``step``-th from ``start`` on."""
    fixture = json.loads(FIXTURE.read_text())
    different = []
    for run in fixture["runs"][start::step]:
        sums = fingerprint(fixture["known"], *observe(Scenario.of(run["settings"])))
        different += [f"{run['name']} ({part})" for part, value in sums.items() if run[part] != value]
    return different


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if not parser.parse_args().check:
        write()
        return 0
    different = changed()
    print(*different[:20], sep="\n")
    print(f"{len(different)} sums differ", file=sys.stderr)
    return bool(different)


if __name__ == "__main__":
    sys.exit(main())
