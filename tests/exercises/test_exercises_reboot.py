"""Chapter 10: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, reboot


def test_only_the_way_through_the_bios_resets_nothing():
    for method in reboot.METHODS:
        assert reboot.enters_without_a_reset(method).startswith(RIGHT) == (method == "BIOS")
    assert "is none of" in reboot.enters_without_a_reset("sysrq")


@pytest.mark.parametrize(
    "switches",
    [
        {"shutdown_callback": "incomplete", "clear_bus_master": "no"},
        {"quiesce": "none", "obeys_bus_master": "no"},
        {"quiesce": "none", "next_driver": "trusts"},
    ],
)
def test_a_fault_that_the_firmwares_reset_hides_is_accepted(switches):
    assert reboot.hidden_by_the_reset(**switches).startswith(RIGHT)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({}, "nothing to hide"),
        ({"remove_callback": "hangs", "quiesce": "remove"}, "the reboot shows it"),
        ({"path": "reboot"}, "leave path out"),
        ({"reset": "half"}, "No such scenario"),
    ],
)
def test_what_a_reset_does_not_hide_is_refused(switches, reason):
    verdict = reboot.hidden_by_the_reset(**switches)
    assert verdict.startswith("No")
    assert reason in verdict


def test_the_core_clears_bus_master_for_a_kexec_but_not_for_a_reboot():
    assert reboot.saved_by_bus_master(quiesce="none").startswith(RIGHT)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({}, "nothing to stop"),
        ({"quiesce": "none", "next_driver": "trusts"}, "all the same"),
        ({"quiesce": "none", "reset": "full"}, "as well"),
        ({"quiesce": "nobody"}, "No such scenario"),
    ],
)
def test_what_bus_master_does_not_decide_is_refused(switches, reason):
    verdict = reboot.saved_by_bus_master(**switches)
    assert verdict.startswith("No")
    assert reason in verdict
