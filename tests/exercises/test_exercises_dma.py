"""Chapter 2: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, dma


def test_the_frames_of_a_ring_are_its_buffers_and_its_descriptors():
    assert dma.frames_at_risk(256, 129).startswith(RIGHT)
    assert dma.frames_at_risk(512, 258).startswith(RIGHT)


@pytest.mark.parametrize(("frames", "reason"), [(128, "descriptors"), (256, "share a frame"), (7, "divide")])
def test_a_wrong_number_of_frames_has_its_own_reason(frames, reason):
    verdict = dma.frames_at_risk(256, frames)
    assert verdict.startswith("No")
    assert reason in verdict


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
def test_what_ends_a_devices_writes_is_read_from_the_log(right, switches):
    for answer in dma.ENDS:
        assert dma.ended_by(answer, **switches).startswith(RIGHT) == (answer == right)


def test_an_unknown_answer_is_refused_with_the_known_ones():
    assert "bus-master, ring, driver, nobody" in dma.ended_by("firewall")


def test_on_a_quiet_network_a_ring_still_writes_when_userspace_runs():
    verdict = dma.writes_after_userspace(clear_bus_master="no", next_driver="absent", traffic=5)
    assert verdict.startswith(RIGHT)


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
    verdict = dma.writes_after_userspace(**switches)
    assert verdict.startswith("No")
    assert reason in verdict
