"""Chapter 7: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, iommu


@pytest.mark.parametrize(
    ("right", "switches"),
    [
        ("missed", {}),
        ("landed", {"iova": "ram"}),
        ("faulted", {"gbpa": "abort"}),
        ("missed", {"machine": "x86"}),
        ("landed", {"iommu": "identity"}),
    ],
)
def test_what_happens_to_writes_while_the_iommu_is_off_is_read_from_the_log(right, switches):
    for answer in iommu.ENDS:
        assert iommu.while_off(answer, **switches).startswith(RIGHT) == (answer == right)


def test_a_device_that_was_stopped_writes_nothing_while_the_iommu_is_off():
    assert "nothing is written" in iommu.while_off("missed", clear_bus_master="yes")


@pytest.mark.parametrize(("machine", "right"), [("arm64", 14.0), ("x86", 0.5)])
def test_an_smmu_goes_off_early_and_vt_d_late(machine, right):
    assert iommu.off_before_the_jump(right, machine=machine).startswith(RIGHT)
    assert "later than that" in iommu.off_before_the_jump(right + 5, machine=machine)
    assert "earlier than that" in iommu.off_before_the_jump(-5, machine=machine)


def test_a_panic_does_not_switch_the_iommu_off():
    assert "nobody switches" in iommu.off_before_the_jump(14, path="panic")


def test_a_dump_is_lost_if_the_smmus_refusals_are_fatal():
    assert iommu.dump_lost_to_the_iommu(dma="cyclic", on_abort="fatal").startswith(RIGHT)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"dma": "cyclic"}, "is captured"),
        ({"dma": "cyclic", "on_abort": "fatal", "machine": "x86"}, "is captured"),
        ({"iommu": "off"}, "without an IOMMU"),
        ({"path": "kexec"}, "only a panic"),
        ({"on_abort": "loud"}, "No such scenario"),
    ],
)
def test_a_dump_that_is_captured_or_lost_otherwise_is_refused(switches, reason):
    verdict = iommu.dump_lost_to_the_iommu(**switches)
    assert verdict.startswith("No")
    assert reason in verdict
