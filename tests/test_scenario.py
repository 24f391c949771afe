"""Switches: what is accepted, what is refused, and how it is said."""

import dataclasses
from graphlib import TopologicalSorter

import pytest
from crossings import any_scenario, scenario
from hypothesis import given
from hypothesis import strategies as st

from kexecdoc.model.scenario import Device, Scenario, ScenarioError, choice, find, groups, only, plain, switches

OURS = {"quiesce-disk": ["shutdown", "remove"], "hz": 250}
"""What the contract does not have: what removing the disk's driver costs beside shutting it down, and the length of
a timer tick, which decides how long the hot-plug driver waits."""

CONTRACT = {
    "path": ["kexec", "panic", "reboot"],
    "machine": ["arm64", "x86"],
    "kernel": ["7.3", "6.12", "6.1", "5.10", "4.20", "4.18", "4.17", "4.12", "3.13", "3.4"],
    "loader": ["file", "user"],
    "image-placement": ["clear", "over-tables"],
    "seed": 1,
    "dma": ["ring", "cyclic"],
    "traffic": 500,
    "ring-size": 256,
    "interrupt": ["msi", "intx"],
    "msi-resend": ["no", "yes"],
    "line-shared": ["no", "yes"],
    "obeys-bus-master": ["yes", "no"],
    "power-state": ["known", "unknown"],
    "on-abort": ["ignored", "fatal"],
    "quiesce": ["shutdown", "remove", "none"],
    "shutdown-callback": ["works", "missing", "incomplete"],
    "remove-callback": ["works", "hangs"],
    "clear-bus-master": ["yes", "no"],
    "mask-at-controller": ["no", "yes"],
    "hotplug": ["none", "conforming", "cf118", "cf118-quirked"],
    "hotplug-ports": 1,
    "iommu": ["off", "identity", "translate"],
    "iova": ["hole", "ram"],
    "gbpa": ["bypass", "abort"],
    "lpi-disable": ["clearable", "sticky"],
    "lpi-cache": 0,
    "firmware": ["efi", "devicetree"],
    "lpi-policy": ["reuse", "detect", "naive"],
    "next-driver": ["resets", "trusts", "absent"],
    "irqpoll": ["no", "yes"],
    "crash-memory": ["reserved", "cma", "none"],
    "crash-work": ["minimal", "notifiers", "shutdown", "in-place"],
    "heap-damage": 0,
    "reset": ["full", "none"],
    "handover": ["none", "kho"],
}


def test_the_switches_are_those_of_the_contract_with_the_first_value_as_default():
    declared = {name: list(s.choices) or s.default for name, s in switches().items()}
    assert declared == CONTRACT | OURS
    assert all(s.default == s.choices[0] for s in switches().values() if s.choices)


def test_every_switch_has_a_group_and_help():
    assert {s.group for s in switches().values()} == {g.group for g in groups()}
    assert all(s.help and not s.help.endswith(".") for s in switches().values())


def test_every_switch_says_to_a_stranger_what_it_decides():
    assert all(s.label and not s.label.endswith(".") for s in switches().values())


def test_a_switch_is_said_in_the_plainest_words_that_there_are():
    quiesce, traffic = find("quiesce"), find("traffic")
    assert (quiesce.decides, quiesce.said("none")) == (quiesce.label, quiesce.labels[2])
    terse = choice("what it says", one="the first").metadata["switch"]
    assert (terse.decides, terse.said("one")) == ("What it says", "the first")
    assert traffic.said(500) == "500"
    assert find("kernel").said("7.3") == "7.3"
    assert quiesce.describe()["labels"] == list(quiesce.labels)


def test_plain_words_are_of_values_that_exist():
    with pytest.raises(AssertionError, match="none: no such value of the switch that decides: How"):
        plain(choice("how", "yes", "no"), "How", none="not at all")


def conditions():
    return [(switch, needed) for switch in switches().values() for needed in switch.needs]


def test_a_condition_is_of_other_switches_and_of_values_that_exist_but_never_of_all():
    for switch, needed in conditions():
        for name, enough in needed.either:
            assert name != switch.name
            assert set(enough) < set(switches()[name].choices), f"{switch.name}: {needed.said()}"


def test_no_switch_needs_itself_by_way_of_others():
    TopologicalSorter(
        {s.name: {name for needed in s.needs for name, _ in needed.either} for s in switches().values()}
    ).prepare()


def test_nothing_is_needed_twice():
    for switch in switches().values():
        assert len(switch.needs) == len({*switch.needs})
        for needed in switch.needs:
            assert len(needed.either) == len(dict(needed.either))


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
def test_a_switch_that_cannot_have_an_effect_says_with_what_it_could(name, words, reason):
    assert find(name).idle(scenario(words).values()) == reason


def test_all_that_a_switch_needs_is_said_in_one_sentence_and_in_json():
    assert find("traffic").only_with() == ""
    assert "only_with" not in find("traffic").describe()
    assert find("handover").only_with() == "only with path=kexec"
    assert find("handover").describe()["only_with"] == [{"path": ["kexec"]}]
    assert find("remove-callback").only_with("`{}`".format) == (
        "only with `quiesce=remove`; and with `path=kexec` or `reboot`, or `crash-work=shutdown`"
    )
    assert find("remove-callback").describe()["only_with"] == [
        {"quiesce": ["remove"]},
        {"path": ["kexec", "reboot"], "crash-work": ["shutdown"]},
    ]


def test_a_declaration_keeps_what_it_has_beside_its_conditions():
    bare = plain(choice("how", "yes", "no"), "How", no="not at all")
    switch = only(bare, {"crash_work": "shutdown"}, path=("kexec", "reboot")).metadata["switch"]
    assert dataclasses.replace(switch, needs=()) == bare.metadata["switch"]
    assert switch.only_with() == "only with path=kexec or reboot; and with crash-work=shutdown"


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
def test_a_range_is_closed_and_what_is_outside_is_told_the_nearest(name):
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
