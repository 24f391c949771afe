"""Which switches have no effect while the others are as they are.

Where a condition of the switch's own says so, that is known. Everything else is found by running the scenario with
other values of it: what decides is the events.
"""

from __future__ import annotations

from collections.abc import Iterator

from kexecdoc.crossing import simulate
from kexecdoc.model.log import Log
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.model.switch import Switch, Value


def without_effect(scenario: Scenario) -> list[str]:
    """Return the switches away from their default that could as well be at it: the same events follow."""
    mine, events = switches(type(scenario)), _events(simulate(scenario).log)
    return [
        name
        for name in scenario.differences()
        if _is_known_idle(scenario, mine[name])
        or not _differs(scenario, mine[name], mine[name].default_in(scenario.kernel), events)
    ]


def effects(scenario: Scenario) -> Iterator[tuple[str, bool] | None]:
    """Find out of every switch but the seed whether it has an effect: whether other events follow from another value.

    Yields None after every run, so that a page can do something else in between, and a name and the answer as soon
    as there is one: first, and before any run, for the switches that are known to have none. Of named values all
    are tried until one makes a difference, of numbers the default and both ends of the range. ScenarioError if the
    scenario itself makes too many events.
    """
    unknown = []
    for name, switch in switches(type(scenario)).items():
        if _is_known_idle(scenario, switch):
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


def _is_known_idle(scenario: Scenario, switch: Switch) -> bool:
    """Return whether a condition says so. Conditions know nothing of what a device of one's own does with a switch."""
    return not scenario.plugged and bool(switch.inactive_because(scenario.values()))


def _others(scenario: Scenario, switch: Switch) -> list[Value]:
    """Return the values to try instead of the one that a switch has."""
    tried = switch.choices or dict.fromkeys((switch.default, switch.low, switch.high))
    return [value for value in tried if value != scenario.values()[switch.name]]


def _differs(scenario: Scenario, switch: Switch, value: Value, events: list[object]) -> bool:
    """Return whether other events follow if a switch has that value."""
    try:
        return _events(simulate(scenario.but(**{switch.name: value})).log) != events
    except ScenarioError:  # so many events that they cannot be the same
        return True


def _events(log: Log) -> list[object]:
    return [log.start, log.id, log.t_ns, log.kind, log.set]
