"""Chapter 2: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, dma


def test_a_ring_of_256_lies_in_129_frames_and_one_of_512_in_258():
    assert dma.frames_at_risk(256, 129).startswith(RIGHT)
    assert dma.frames_at_risk(512, 258).startswith(RIGHT)


@pytest.mark.parametrize(("frames", "reason"), [(128, "descriptors"), (256, "share a frame"), (7, "divide")])
def test_a_wrong_number_of_frames_has_its_own_reason(frames, reason):
    said = dma.frames_at_risk(256, frames)
    assert said.startswith("No")
    assert reason in said


@pytest.mark.parametrize(
    ("right", "switches"),
    [
        ("bus-master", {}),
        ("ring", {"clear_bus_master": "no", "next_driver": "absent"}),
        ("ring", {"clear_bus_master": "no", "traffic": 5000}),
        ("driver", {"clear_bus_master": "no"}),
        ("driver", {"clear_bus_master": "no", "dma": "cyclic"}),
        ("nobody", {"clear_bus_master": "no", "dma": "cyclic", "next_driver": "absent", "seed": 2}),
    ],
)
def test_what_ends_a_device_is_told_from_its_log_and_every_other_answer_is_refused(right, switches):
    for answer in dma.ENDS:
        assert dma.ended_by(answer, **switches).startswith(RIGHT) == (answer == right)


def test_an_answer_that_does_not_exist_is_told_which_exist():
    assert "bus-master, ring, driver, nobody" in dma.ended_by("firewall")


def test_a_quiet_network_and_no_driver_leave_a_ring_that_writes_into_userspace():
    said = dma.writes_after_userspace(clear_bus_master="no", next_driver="absent", traffic=5)
    assert said.startswith(RIGHT)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"clear_bus_master": "no", "traffic": 5000, "next_driver": "absent"}, "userspace begins"),
        ({"clear_bus_master": "no", "dma": "cyclic"}, "Take a ring"),
        ({}, "nothing lands"),
        ({"dma": "rings"}, "No such scenario"),
    ],
)
def test_a_ring_that_is_done_before_userspace_is_refused_with_its_reason(switches, reason):
    said = dma.writes_after_userspace(**switches)
    assert said.startswith("No")
    assert reason in said
