"""Which switches have no effect in a scenario.

The declared conditions of a switch rule out some effects. Otherwise the scenario is simulated with other values of the
switch, which has an effect if the events differ.
"""

from __future__ import annotations

from collections.abc import Iterator

from kexecdoc.crossing import simulate
from kexecdoc.model.log import Log
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.model.switch import Switch, Value


def without_effect(scenario: Scenario) -> list[str]:
    """Return the switches that differ from their defaults without an effect on the events."""
    declared, events = switches(type(scenario)), _events(simulate(scenario).log)
    return [
        name
        for name in scenario.differences()
        if _is_ruled_out(scenario, declared[name])
        or not _differs(scenario, declared[name], declared[name].default_in(scenario.kernel), events)
    ]


def effects(scenario: Scenario) -> Iterator[tuple[str, bool] | None]:
    """Find out for every switch but the seed whether it has an effect: whether another value leads to other events.

    Yields a switch's name and the answer as soon as it is known, first those that need no run. Yields None after every
    run, so that a page stays responsive. Named values are tried until one makes a difference; of a number, the default
    and both ends of its range are tried. ScenarioError if the scenario itself makes too many events.
    """
    unknown = []
    for name, switch in switches(type(scenario)).items():
        if _is_ruled_out(scenario, switch):
            yield name, False
        elif name != "seed":
            unknown.append(switch)
    events = _events(simulate(scenario).log)
    yield None
    for switch in unknown:
        differs = False
        for value in _others(scenario, switch):
            differs = _differs(scenario, switch, value, events)
            yield None
            if differs:
                break
        yield switch.name, differs


def _is_ruled_out(scenario: Scenario, switch: Switch) -> bool:
    """Return whether a condition rules out an effect. Conditions do not cover devices that are plugged in."""
    return not scenario.plugged and bool(switch.inactive_because(scenario.values()))


def _others(scenario: Scenario, switch: Switch) -> list[Value]:
    """Return the other values to try."""
    tried = switch.choices or dict.fromkeys((switch.default, switch.low, switch.high))
    return [value for value in tried if value != scenario.values()[switch.name]]


def _differs(scenario: Scenario, switch: Switch, value: Value, events: list[object]) -> bool:
    """Return whether this value of a switch leads to other events."""
    try:
        return _events(simulate(scenario.but(**{switch.name: value})).log) != events
    except ScenarioError:  # too many events, so they cannot be the same
        return True


def _events(log: Log) -> list[object]:
    return [log.start, log.id, log.t_ns, log.kind, log.set]
