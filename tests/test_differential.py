"""What does not depend on interrupt controllers or IOMMUs is the same on both machines."""

from hypothesis import given
from scenarios import any_scenario, run_of

LASTING = {
    "dma": "cyclic",
    "traffic": 300,
    "iommu": "off",
    "hotplug": "none",
    "msi-resend": "no",
    "remove-callback": "works",
    "heap-damage": 0,
    "crash-work": "minimal",
    "crash-memory": "reserved",
    "image-placement": "clear",
    "next-driver": "absent",
    "on-abort": "ignored",
}
"""A device that never runs dry, so that differences in time between the machines do not matter."""


def on_both(scenario):
    return [run_of(scenario.but(machine=machine)) for machine in ("arm64", "x86")]


@given(any_scenario(**LASTING, interrupt="msi", **{"line-shared": "no"}))
def test_writes_have_the_same_fate_on_both_machines(scenario):
    arm64, x86 = on_both(scenario)
    assert {end for end, n in arm64.verdict.dma.items() if n} == {end for end, n in x86.verdict.dma.items() if n}


@given(any_scenario(**{**LASTING, "next-driver": "resets"}, path="kexec", handover="kho", interrupt="intx"))
def test_a_line_has_the_same_fate_on_both_machines(scenario):
    arm64, x86 = on_both(scenario)
    for what in ("storms", "line_disabled", "unhandled", "reached_userspace"):
        assert getattr(arm64.verdict, what) == getattr(x86.verdict, what), what


@given(any_scenario(**LASTING, path="panic", interrupt="msi"))
def test_a_reserved_capture_kernel_has_the_same_outcome_on_both_machines(scenario):
    arm64, x86 = on_both(scenario)
    assert arm64.to_json()["dump"] == x86.to_json()["dump"] == "captured"
    assert set(arm64.verdict.landed_in) == set(x86.verdict.landed_in)
