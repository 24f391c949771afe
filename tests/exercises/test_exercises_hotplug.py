"""Chapter 4: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, hotplug


def test_the_word_of_the_subject_line_is_four_enable_bits():
    assert hotplug.slot_control(0x1038) == ["PDCE", "CCIE", "HPIE", "DLLSCE"]


@pytest.mark.parametrize(
    ("before", "after", "completes"),
    [(0x0000, 0x1038, False), (0x1038, 0x0000, False), (0x1038, 0x1438, True), (0x0100, 0x0200, True), (8, 8, False)],
)
def test_only_a_change_of_a_control_field_completes(before, after, completes):
    assert hotplug.ever_completes(before, after, completes).startswith(RIGHT)
    assert hotplug.ever_completes(before, after, not completes).startswith("No")


@pytest.mark.parametrize(
    ("kernel", "hz", "ports", "seconds"),
    [("7.3", 1000, 1, 1.11), ("7.3", 250, 1, 1.62), ("6.1", 1000, 1, 1.21), ("4.17", 250, 2, 4.04)],
)
def test_the_wait_is_that_of_the_fact_sheets_arithmetic(kernel, hz, ports, seconds):
    assert hotplug.waited_seconds(kernel, hz, ports, seconds).startswith(RIGHT)


def test_a_wrong_wait_gets_its_likely_mistake():
    assert "one after the other" in hotplug.waited_seconds("4.17", 250, 2, 2.02)
    assert "ends with a tick" in hotplug.waited_seconds("7.3", 1000, 1, 1.01)
    assert "rounded up" in hotplug.waited_seconds("7.3", 1000, 1, 65.3)
    assert "No such kernel" in hotplug.waited_seconds("4.16", 250, 1, 1)
