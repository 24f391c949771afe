"""Chapter 6: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, lpis


def test_an_address_is_the_table_and_an_eighth_of_the_intid():
    assert lpis.pending_address(0x408F0000, 8225, 0x408F0404, 1).startswith(RIGHT)


@pytest.mark.parametrize(
    ("address", "bit", "reason"),
    [
        (0x408F0004, 1, "1 KiB into it"),
        (0x408F0021, 1, "property table"),
        (0x408F0404, 2, "remainder"),
        (0x40000000, 1, "add the quotient"),
    ],
)
def test_a_wrong_address_gets_its_likely_mistake(address, bit, reason):
    verdict = lpis.pending_address(0x408F0000, 8225, address, bit)
    assert verdict.startswith("No")
    assert reason in verdict


@pytest.mark.parametrize(("cpus", "kib", "pages"), [(64, 4160, 1), (4, 320, 1), (254, 16_320, 1), (255, 16_384, 2)])
def test_a_table_a_cpu_and_one_more_are_reserved(cpus, kib, pages):
    assert lpis.reserved(cpus, kib, pages).startswith(RIGHT)
    assert "property table besides" in lpis.reserved(cpus, cpus * 64, pages)
    assert "on a page" in lpis.reserved(cpus, kib, pages + 1)
    assert "64 KiB each" in lpis.reserved(cpus, 7, pages)


@pytest.mark.parametrize("switches", [{"lpi_policy": "detect"}, {"lpi_policy": "naive"}, {"kernel": "4.17"}])
def test_a_kernel_that_does_not_keep_tables_loses_messages_even_with_uefi(switches):
    assert lpis.dead_in_spite_of_uefi(**switches).startswith(RIGHT)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({}, "reused"),
        ({"firmware": "devicetree"}, "not booted through UEFI"),
        ({"lpi_policy": "detect", "lpi_disable": "clearable"}, "messages arrive"),
        ({"lpi_policy": "keep"}, "No such scenario"),
    ],
)
def test_a_crossing_after_which_messages_arrive_is_refused(switches, reason):
    verdict = lpis.dead_in_spite_of_uefi(**switches)
    assert verdict.startswith("No")
    assert reason in verdict
