"""Chapter 1: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, branch


@pytest.mark.parametrize("intid", [8192, 8203, 8225, 65535])
def test_the_byte_and_the_bit_of_an_intid_count_from_intid_zero(intid):
    assert branch.pending_bit_of(intid, offset=intid // 8, bit=intid % 8).startswith(RIGHT)


def test_counting_from_the_first_lpi_is_named_as_the_property_tables_way():
    verdict = branch.pending_bit_of(8203, offset=1, bit=3)
    assert verdict.startswith("No")
    assert "property table" in verdict


def test_a_wrong_bit_and_a_wrong_byte_each_have_their_own_reason():
    assert "remainder" in branch.pending_bit_of(8203, offset=1025, bit=4)
    assert "eight INTIDs" in branch.pending_bit_of(8203, offset=7, bit=3)


@pytest.mark.parametrize(
    "switches", [{"obeys_bus_master": "no"}, {"next_driver": "trusts"}, {"power_state": "unknown"}]
)
def test_a_write_that_lands_in_spite_of_bus_master_is_accepted(switches):
    assert branch.lands_in_spite_of_bus_master(quiesce="none", **switches).startswith(RIGHT)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"quiesce": "none"}, "Bus Master stopped"),
        ({}, "stopped by its driver"),
        ({"quiesce": "none", "clear_bus_master": "no"}, "nobody clears the bit"),
        ({"quiesce": "nothing"}, "No such scenario"),
    ],
)
def test_a_scenario_in_which_nothing_lands_is_refused_with_its_reason(switches, reason):
    verdict = branch.lands_in_spite_of_bus_master(**switches)
    assert verdict.startswith("No")
    assert reason in verdict


def test_only_the_lowest_traffic_is_accepted():
    answers = {traffic: branch.dry_before_copied(traffic) for traffic in range(4_000, 5_000)}
    right = [traffic for traffic, verdict in answers.items() if verdict.startswith(RIGHT)]
    assert len(right) == 1
    assert answers[right[0] + 1].startswith("Not the lowest")
    assert "lasts longer" in answers[right[0] - 1]
