"""Which switches have an effect: declared conditions are true, and the rest is found by simulation."""

from contextlib import suppress
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenarios import any_scenario, any_value, run_of, scenario

from kexecdoc.crossing import simulate
from kexecdoc.model.kernel.driver import Driver
from kexecdoc.model.scenario import Scenario, ScenarioError, find, switches
from kexecdoc.study import effect
from kexecdoc.study.effect import effects, without_effect
from kexecdoc.study.presets import PRESETS

CONDITIONED = [switch for switch in switches().values() if switch.needs]


def events(run):
    return [run.log.start, run.log.id, run.log.t_ns, run.log.kind, run.log.set]


def broken(needed):
    """Values with which a condition does not hold."""
    return {name: [v for v in find(name).choices if v not in enough] for name, enough in needed.alternatives}


@st.composite
def any_idle(draw):
    """A switch with conditions, and a scenario in which one of them fails, usually only one."""
    switch = draw(st.sampled_from(CONDITIONED))
    fails = draw(st.sampled_from(switch.needs))
    values = draw(any_scenario()).values()
    for needed in switch.needs:
        name, enough = draw(st.sampled_from(needed.alternatives))
        values[name] = draw(st.sampled_from(enough))
    for name, others in broken(fails).items():
        values[name] = draw(st.sampled_from(others))
    return switch, Scenario.of(values)


@pytest.mark.slow
@given(any_idle(), st.data())
def test_if_a_condition_fails_all_values_of_the_switch_have_the_same_events(idle, data):
    switch, scenario = idle
    assert switch.inactive_because(scenario.values())
    unchanged = events(run_of(scenario))
    for value in switch.choices or (data.draw(any_value(switch.name)), switch.low, switch.high):
        assert events(simulate(scenario.but(**{switch.name: value}))) == unchanged, value


STARTS = ("quiesce=none clear-bus-master=no", "", "machine=x86")
"""Most switches matter most for a device that is left running."""


def with_one_condition_broken(switch, start):
    """For each condition of a switch, the scenario ``start`` with that condition false and the others true."""
    for fails in switch.needs:
        values = scenario(start).values()
        for needed in switch.needs:
            if needed is not fails and not needed.holds(values):
                name, (first, *_) = needed.alternatives[0]
                values[name] = first
        values |= {name: others[0] for name, others in broken(fails).items() if values[name] not in others}
        yield Scenario.of(values)


@pytest.mark.parametrize("switch", CONDITIONED, ids=lambda s: s.name)
def test_where_a_condition_of_a_switch_fails_it_makes_no_difference(switch):
    """The same for every switch in turn, so that a wrong condition is found reliably.

    Nearly every switch makes a difference for a device that is left running. When a condition that is too strict, such
    as one of the two architectures, was added to each of 34 switches on purpose, this test found all of them.
    """
    for one in {*with_one_condition_broken(switch, STARTS[0])}:
        assert switch.inactive_because(one.values())
        assert not makes_a_difference(switch, one), one.differences()


def makes_a_difference(switch, scenario):
    unchanged = events(simulate(scenario))
    for value in switch.choices or (switch.default, switch.high):
        with suppress(ScenarioError):  # too many events
            if events(simulate(scenario.but(**{switch.name: value}))) != unchanged:
                return True
    return False


def scenarios_with(switch, needed, name, value):
    """Scenarios that meet all conditions of a switch, and ``needed`` by only one value."""
    rest = [
        [(n, v) for n, enough in other.alternatives for v in enough] for other in switch.needs if other is not needed
    ]
    without = [[(n, v) for v in others] for n, others in broken(needed).items() if n != name]
    for start, *chosen in product(STARTS, *rest, *without):
        found = scenario(start, **{**dict(chosen), name: value})
        values = found.values()
        by = [n for n, enough in needed.alternatives if values[n] in enough]
        if by == [name] and not switch.inactive_because(values):
            yield found


@pytest.mark.slow
@pytest.mark.parametrize("switch", CONDITIONED, ids=lambda s: s.name)
def test_every_value_in_a_condition_makes_a_difference_somewhere(switch):
    """For each value, some scenario meets the condition by that value alone, and the switch has an effect there."""
    for needed in switch.needs:
        for name, enough in needed.alternatives:
            for value in enough:
                found = scenarios_with(switch, needed, name, value)
                assert any(makes_a_difference(switch, one) for one in found), f"{name}={value}"


def test_changed_switches_without_an_effect_are_named():
    assert without_effect(scenario("quiesce=none iova=ram")) == ["iova"]
    assert without_effect(scenario("quiesce=remove remove-callback=hangs next-driver=trusts")) == ["next-driver"]


def test_a_switch_is_compared_with_the_default_of_its_kernel():
    assert without_effect(scenario("kernel=3.4 clear-bus-master=yes")) == []


def found(scenario):
    return [answer for answer in effects(scenario) if answer]


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["ordinary", "nobody-cared"])
def test_every_switch_but_the_seed_is_answered_once_and_rightly(preset):
    start = PRESETS[preset].scenario
    answers = found(start)
    assert sorted(name for name, _ in answers) == sorted(name for name in switches() if name != "seed")
    for name, has in answers:
        if find(name).choices:
            assert has == makes_a_difference(find(name), start), name


def test_known_answers_come_first_and_there_is_one_run_between_items(monkeypatch):
    made = []
    monkeypatch.setattr(effect, "simulate", lambda scenario: made.append(scenario) or simulate(scenario))
    before, at_once = 0, []
    for answer in effects(Scenario()):
        assert len(made) - before == (answer is None)
        before = len(made)
        if not made:
            at_once.append(answer)
    assert at_once == [(s.name, False) for s in CONDITIONED if s.inactive_because(Scenario().values())]
    assert len(made) == len({*made})


@pytest.mark.slow
def test_too_many_events_count_as_a_difference():
    start = scenario("quiesce=none clear-bus-master=no next-driver=absent traffic=20000")
    assert next(answer for answer in effects(start) if answer and answer[0] == "dma") == ("dma", True)


@pytest.mark.slow
def test_conditions_are_ignored_if_a_device_is_plugged_in():
    """A plugged-in device may read any switch; this one reads ``hz``."""

    def log_hz(computer, scenario):
        computer.log.start["mine/hz"] = scenario.hz
        return Driver(computer.disk.function)

    @dataclass(frozen=True, kw_only=True)
    class Mine(Scenario):
        plugged = (log_hz,)

    assert ("hz", False) in found(Scenario())
    assert ("hz", True) in found(Mine())
    assert without_effect(Mine(hz=300)) == []
