"""Chapter 11: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, handover

CARRIED = ("a memfd", "memory reserved by name (reserve_mem=)")


def test_memory_can_be_carried_through_and_devices_cannot():
    assert handover.carried_through(*CARRIED).startswith(RIGHT)
    assert "a memfd" in handover.carried_through(CARRIED[1])
    assert "is none of" in handover.carried_through("a teapot")
    for thing in set(handover.PRESERVED) - set(CARRIED):
        assert handover.PRESERVED[thing][1] in handover.carried_through(*CARRIED, thing)


@pytest.mark.parametrize("seed", range(5))
def test_an_image_in_scratch_memory_is_safe_with_any_seed(seed):
    assert handover.image_is_safe(handover="kho", seed=seed).startswith(RIGHT)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"traffic": 5000}, "landed in the image"),
        ({}, "by luck"),
        ({"handover": "kho", "quiesce": "shutdown"}, "nothing landed"),
        ({"handover": "by hand"}, "No such scenario"),
    ],
)
def test_an_image_that_is_spared_by_luck_or_was_never_in_danger_is_refused(switches, reason):
    verdict = handover.image_is_safe(**switches)
    assert verdict.startswith("No")
    assert reason in verdict


def test_without_a_driver_a_device_corrupts_what_is_allocated_later():
    assert handover.spoils_in_spite_of_handover(quiesce="none", clear_bus_master="no", next_driver="absent").startswith(
        RIGHT
    )


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"handover": "none"}, "no news"),
        ({"quiesce": "none"}, "nothing landed"),
        ({"quiesce": "none", "clear_bus_master": "no"}, "other seeds"),
        ({"next_driver": "lost"}, "No such scenario"),
    ],
)
def test_a_handover_in_which_nothing_is_spoiled_is_refused(switches, reason):
    verdict = handover.spoils_in_spite_of_handover(**switches)
    assert verdict.startswith("No")
    assert reason in verdict
