"""How long a kernel waits in vain for hot-plug ports, by simulation and by arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.study.closed_forms import hotplug_ns
from kexecdoc.study.presets import preset


@dataclass(frozen=True)
class Wait:
    """The wait in ns for commands that never complete, over all ports: simulated, and by arithmetic."""

    scenario: Scenario
    waited_ns: int
    closed_form_ns: int

    @property
    def kernel(self) -> str:
        return self.scenario.kernel

    @property
    def ports(self) -> int:
        return self.scenario.hotplug_ports

    @property
    def quirked(self) -> bool:
        """Whether the driver has the quirk for these ports, and does not wait."""
        return self.scenario.hotplug != "cf118"


def measure_waits(
    kernels: Iterable[str] = ("4.17", "6.1", "6.12", "7.3"), ports: Iterable[int] = (1, 2, 4, 8), quirk: bool = True
) -> list[Wait]:
    """Simulate each kernel version and number of ports; with ``quirk``, also the last version with the quirk."""
    base, versions, numbers = preset("hotplug-wait").scenario, tuple(kernels), tuple(ports)
    scenarios = [base.but(kernel=k, hotplug="cf118", hotplug_ports=n) for k in versions for n in numbers]
    if quirk and versions:
        scenarios += [base.but(kernel=versions[-1], hotplug="cf118-quirked", hotplug_ports=n) for n in numbers]
    return [_measure(scenario) for scenario in scenarios]


def _measure(scenario: Scenario) -> Wait:
    state = simulate(scenario).at()
    waited = sum(value for path, value in state.items() if path.startswith("device/port") and path.endswith("/waited"))
    expected = scenario.hotplug_ports * hotplug_ns(scenario) if scenario.hotplug == "cf118" else 0
    return Wait(scenario, waited, expected)
