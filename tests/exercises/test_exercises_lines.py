"""Chapter 5: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, lines

THE_ONE = "a line, and nobody's handler knows the device"


def test_a_storm_lasts_one_full_window_of_the_detector():
    assert lines.storm_milliseconds(2, 200).startswith(RIGHT)
    assert "when 100,000 have come" in lines.storm_milliseconds(2, 199.8)
    assert "mind the unit" in lines.storm_milliseconds(2, 0.2)


def test_the_detector_ends_only_an_unclaimed_line():
    assert lines.ended_by_the_detector(THE_ONE).startswith(RIGHT)


@pytest.mark.parametrize("storm", [storm for storm in lines.STORMS if storm != THE_ONE])
def test_a_storm_that_the_detector_misses_is_refused_with_its_reason(storm):
    assert lines.STORMS[storm][1] in lines.ended_by_the_detector(THE_ONE, storm)


def test_an_unknown_storm_is_refused_with_the_known_ones():
    assert THE_ONE in lines.ended_by_the_detector("a dark night")


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"line_shared": "yes"}, "unhandled"),
        ({"quiesce": "shutdown"}, "not asserted"),
        ({"interrupt": "msi"}, "has no line"),
        ({"interrupt": "smoke"}, "No such scenario"),
    ],
)
def test_a_line_that_storms_or_is_not_asserted_is_refused(switches, reason):
    verdict = lines.asserted_and_silent(**switches)
    assert verdict.startswith("No")
    assert reason in verdict


@pytest.mark.parametrize("machine", ["arm64", "x86"])
def test_a_line_that_is_never_requested_stays_silent(machine):
    assert lines.asserted_and_silent(machine=machine, next_driver="absent").startswith(RIGHT)
