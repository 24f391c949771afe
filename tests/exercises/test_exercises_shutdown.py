"""Chapter 3: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, shutdown


@pytest.mark.parametrize(
    ("better", "switches"),
    [
        ("remove", {"shutdown_callback": "missing", "clear_bus_master": "no"}),
        ("remove", {"shutdown_callback": "incomplete", "clear_bus_master": "no"}),
        ("shutdown", {"remove_callback": "hangs"}),
        ("shutdown", {"shutdown_callback": "missing", "remove_callback": "hangs"}),
    ],
)
def test_a_scenario_in_which_one_callback_does_better_is_accepted_for_that_one(better, switches):
    other = {"remove": "shutdown", "shutdown": "remove"}[better]
    assert shutdown.one_beats_the_other(better, **switches).startswith(RIGHT)
    assert "better than that" in shutdown.one_beats_the_other(other, **switches)


@pytest.mark.parametrize(
    ("better", "switches", "reason"),
    [
        ("remove", {}, "both end clean"),
        ("remove", {"shutdown_callback": "missing"}, "both end clean"),
        ("remove", {"quiesce": "none"}, "leave quiesce out"),
        ("unbind", {}, "neither remove nor shutdown"),
        ("remove", {"shutdown_callback": "gone"}, "No such scenario"),
    ],
)
def test_a_scenario_in_which_both_callbacks_end_alike_is_refused(better, switches, reason):
    verdict = shutdown.one_beats_the_other(better, **switches)
    assert verdict.startswith("No")
    assert reason in verdict


def test_serial_times_add_up():
    assert shutdown.serial_seconds(24, 5, total=120).startswith(RIGHT)
    assert "side by side" in shutdown.serial_seconds(24, 5, total=5)
    assert "add them up" in shutdown.serial_seconds(24, 5, total=29)


def test_the_share_of_drivers_with_a_callback_is_that_of_the_counts():
    assert shutdown.share_with_callback(795, 171, percent=22).startswith(RIGHT)
    assert "without one" in shutdown.share_with_callback(795, 171, percent=78)
    assert "times a hundred" in shutdown.share_with_callback(795, 171, percent=17)
