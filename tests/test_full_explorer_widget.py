"""The full explorer in a notebook: the Python side of the widget."""

import pytest

from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.web.widget import Machine

BEYOND = 2**53 + 1
"""An integer that a JavaScript number cannot hold."""


def flipped(machine, **settings):
    """Do as the module when a reader flips switches: it sends all of them."""
    machine.scenario = {**machine.scenario, **settings}


def test_the_full_explorer_has_every_switch():
    machine = Machine(path="panic", other={"path": "reboot"})
    assert [control["name"] for control in machine.controls] == list(switches())
    assert machine.run.scenario == Scenario(path="panic")
    assert machine.other_run.scenario == Scenario(path="reboot")
    assert machine.defaults == Scenario().values()
    flipped(machine, iommu="translate", traffic=700)
    assert machine.view["log"]["scenario"] == Scenario(path="panic", iommu="translate", traffic=700).values()


def test_another_kernel_brings_its_defaults():
    assert Machine(kernel="3.4").run.scenario == Scenario(kernel="3.4")
    assert Machine().by_kernel["3.4"]["clear-bus-master"] == "no"


def test_a_seed_too_large_for_javascript_travels_as_a_string_of_digits():
    machine = Machine(seed=BEYOND)
    assert machine.scenario["seed"] == machine.view["log"]["scenario"]["seed"] == str(BEYOND)
    flipped(machine, quiesce="none")
    assert machine.run.scenario == Scenario(seed=BEYOND, quiesce="none")
    assert machine.error == ""
    flipped(machine, seed=7)
    assert machine.view["log"]["scenario"]["seed"] == 7


def test_an_error_is_one_line_that_names_the_nearest_switch_or_value():
    with pytest.raises(ScenarioError, match="did you mean quiesce"):
        Machine(quisce="none")
    with pytest.raises(ScenarioError, match="the nearest is 20000"):
        Machine(traffic=30_000)
    machine = Machine()
    flipped(machine, traffic="many")
    assert machine.error.startswith("traffic: many is not an integer from 1 to 20,000")
