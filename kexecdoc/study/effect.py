"""Which switches have no effect while the others are as they are."""

from __future__ import annotations

from contextlib import suppress

from kexecdoc.log import Log
from kexecdoc.scenario import Scenario, ScenarioError, switches
from kexecdoc.simulate import simulate


def without_effect(scenario: Scenario) -> list[str]:
    """Return the switches away from their default that could as well be at it: the same events follow.

    This is found by running the scenario once more for each of them, not by a table of what depends on what.
    """
    mine = _events(simulate(scenario).log)
    idle = []
    for name in scenario.differences():
        default = scenario.but(**{name: switches(type(scenario))[name].default})
        with suppress(ScenarioError):  # so many events that they cannot be the same
            if _events(simulate(default).log) == mine:
                idle.append(name)
    return idle


def _events(log: Log) -> list[object]:
    return [log.start, log.id, log.t_ns, log.kind, log.set]
