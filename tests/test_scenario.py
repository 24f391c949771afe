"""Switches: what is accepted, what is refused, and with which error."""

import dataclasses
from graphlib import TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenarios import any_scenario, scenario

import tools.switches
from kexecdoc.model.scenario import Device, Scenario, ScenarioError, find, groups, switches
from kexecdoc.model.switch import choice
from kexecdoc.registries.versions import Versions

NAMES = tools.switches.known()


def test_no_name_of_a_switch_is_lost_and_new_ones_are_entered():
    assert not (faults := tools.switches.wrong(NAMES, tools.switches.declared())), "\n".join(faults)


@pytest.mark.parametrize(
    ("now", "message"),
    [
        ({}, "path: no such switch any more"),
        ({"path": {"default": "kexec", "values": ["kexec", "panic"]}}, "path: no value reboot any more"),
        ({"path": {"default": "panic", "values": NAMES["path"]["values"]}}, "path: the default was kexec and is panic"),
        ({"traffic": {"default": 500, "range": [1, 100]}}, "traffic: the range was [1, 20000]"),
        ({"path": NAMES["path"], "flr": {"default": "no", "values": ["no", "yes"]}}, "New: flr. Adding is free: run"),
    ],
)
def test_a_lost_name_is_refused_and_a_new_one_says_what_to_run(now, message):
    before = {name: NAMES[name] for name in ("traffic" if "traffic" in now else "path",)}
    assert tools.switches.wrong(before, now)[0].startswith(message)


def test_the_first_value_is_the_default():
    assert all(s.default == s.choices[0] for s in switches().values() if s.choices)


def test_every_switch_has_a_group_and_help():
    assert {s.group for s in switches().values()} == {g.group for g in groups()}
    assert all(s.help and not s.help.endswith(".") for s in switches().values())


def test_every_switch_says_to_a_stranger_what_it_decides():
    assert all(s.label and not s.label.endswith(".") for s in switches().values())


def test_a_switch_and_its_values_are_named_in_the_plainest_words():
    quiesce, traffic = find("quiesce"), find("traffic")
    assert (quiesce.label_text, quiesce.value_label("none")) == (quiesce.label, quiesce.labels[2])
    assert traffic.value_label(500) == "500"
    assert find("kernel").value_label("7.3") == "7.3"
    assert quiesce.describe()["labels"] == list(quiesce.labels)


def test_a_row_may_leave_out_the_words_for_an_expert_or_all_words():
    switch = choice("what it says", "bare", ("two", "for everybody"), ("three", "plain", "exact")).metadata["switch"]
    assert switch.label_text == "What it says"
    assert [switch.value_label(value) for value in switch.choices] == ["bare", "for everybody", "plain"]
    assert switch.meanings == ("", "for everybody", "exact")


def test_a_default_by_version_is_a_value_that_exists():
    with pytest.raises(ValueError, match="by_version: maybe is not one of yes, no"):
        choice("whether", "yes", "no", by_version={"maybe": Versions(before="3.5")})


def conditions():
    return [(switch, needed) for switch in switches().values() for needed in switch.needs]


def test_a_condition_names_other_switches_and_some_of_their_values():
    for switch, needed in conditions():
        for name, enough in needed.alternatives:
            assert name != switch.name
            assert set(enough) < set(switches()[name].choices), f"{switch.name}: {needed.to_words()}"


def test_no_switch_needs_itself_by_way_of_others():
    TopologicalSorter(
        {s.name: {name for needed in s.needs for name, _ in needed.alternatives} for s in switches().values()}
    ).prepare()


def test_no_condition_is_declared_twice():
    for switch in switches().values():
        assert len(switch.needs) == len({*switch.needs})
        for needed in switch.needs:
            assert len(needed.alternatives) == len(dict(needed.alternatives))


@pytest.mark.parametrize(
    ("name", "words", "reason"),
    [
        ("heap-damage", "", "only with path=panic"),
        ("heap-damage", "path=panic", ""),
        ("gbpa", "", "only with iommu=identity or translate"),
        ("gbpa", "machine=x86", "only with machine=arm64"),
        ("crash-memory", "path=panic crash-work=in-place", "only with crash-work=minimal, notifiers or shutdown"),
        ("quiesce", "path=panic", "only with path=kexec or reboot, or crash-work=shutdown"),
        ("reset", "", "only with path=reboot or crash-work=in-place"),
        ("reset", "crash-work=in-place", "only with path=reboot or panic"),
        ("msi-resend", "", "only with quiesce=none, shutdown-callback=missing or path=panic"),
        ("traffic", "", ""),
    ],
)
def test_a_switch_without_an_effect_names_the_condition_that_fails(name, words, reason):
    assert find(name).inactive_because(scenario(words).values()) == reason


def test_the_conditions_of_a_switch_are_one_sentence_and_json():
    assert find("traffic").requirements_text() == ""
    assert "only_with" not in find("traffic").describe()
    assert find("handover").requirements_text() == "only with path=kexec"
    assert find("handover").describe()["only_with"] == [{"path": ["kexec"]}]
    assert find("remove-callback").requirements_text("`{}`".format) == (
        "only with `quiesce=remove`; and with `path=kexec` or `reboot`, or `crash-work=shutdown`"
    )
    assert find("remove-callback").describe()["only_with"] == [
        {"quiesce": ["remove"]},
        {"path": ["kexec", "reboot"], "crash-work": ["shutdown"]},
    ]


def test_a_scenario_is_each_of_its_groups_and_cannot_be_changed():
    scenario = Scenario()
    assert isinstance(scenario, Device)
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.traffic = 1  # type: ignore[misc]


@given(any_scenario())
def test_a_scenario_survives_its_own_values(scenario):
    assert Scenario.of(scenario.values()) == scenario
    assert Scenario.of({name: str(value) for name, value in scenario.values().items()}) == scenario


def test_an_unknown_switch_names_the_nearest():
    with pytest.raises(ScenarioError, match="quise: no such switch; did you mean quiesce"):
        Scenario.of({"quise": "none"})


@pytest.mark.parametrize("name", [n for n, s in switches().items() if s.choices])
def test_an_unknown_value_is_refused_in_one_line_that_names_the_allowed_ones(name):
    with pytest.raises(ScenarioError) as refused:
        Scenario.of({name: "nonesuch"})
    text = str(refused.value)
    assert text.startswith(f"{name}: nonesuch is not one of ")
    assert all(choice in text for choice in switches()[name].choices)
    assert "\n" not in text


@pytest.mark.parametrize("name", [n for n, s in switches().items() if not s.choices])
def test_a_value_outside_the_closed_range_is_refused_with_the_nearest(name):
    switch = switches()[name]
    for good in (switch.low, switch.high):
        assert Scenario.of({name: good}).values()[name] == good
    for bad, nearest in ((switch.low - 1, switch.low), (switch.high + 1, switch.high)):
        with pytest.raises(ScenarioError, match=f"the nearest is {nearest}"):
            Scenario.of({name: bad})


@given(st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.binary()))
def test_nothing_but_an_integer_is_a_number(value):
    try:
        int(value) if isinstance(value, str) else 1 / 0
    except (ValueError, ZeroDivisionError):
        with pytest.raises(ScenarioError, match="traffic"):
            Scenario.of({"traffic": value})


def test_a_switch_is_found_by_its_python_name_too():
    assert find("ring_size") is find("ring-size")
