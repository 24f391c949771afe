"""The explorers of the chapters: which switches each one offers, and their first settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from kexecdoc.model.scenario import Scenario, ScenarioError, find, switches
from kexecdoc.model.switch import Value, for_message


@dataclass(frozen=True)
class Explorer:
    """What an explorer offers: a base scenario and the switches that a reader can change in it.

    ``values`` limits a switch to some of its values, in the order shown; a switch that is a number needs such a list.
    ``kind`` is the class of scenario, for one with switches of its own. ScenarioError for a switch or a value that does
    not exist, and for a base with a value that is not offered.
    """

    name: str
    chapter: int
    switches: tuple[str, ...]
    base: dict[str, Value]
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    kind: type[Scenario] = Scenario

    def __post_init__(self) -> None:
        for name in self.values:
            if name not in self.switches:
                raise ScenarioError(f"{self.name}: limits {name}, which is not one of {', '.join(self.switches)}")
        settings = self.scenario.values()
        for name in self.switches:
            if settings[find(name, self.kind).name] not in self.choices(name):
                raise ScenarioError(f"{self.name}: {name}={settings[name]} in its base is not among its own values")

    @property
    def scenario(self) -> Scenario:
        return self.kind.of(self.base)

    @property
    def own(self) -> bool:
        """Whether the scenario has a device or a switch that is not from this package."""
        return self.kind is not Scenario

    @property
    def settings(self) -> dict[str, Value]:
        """The base's values of the switches that are offered."""
        values = self.scenario.values()
        return {name: values[name] for name in self.switches}

    def flipped(self, settings: Mapping[str, object]) -> Scenario:
        """Return the scenario with the reader's settings."""
        return self.kind.of({**self.base, **settings})

    def choices(self, name: str) -> tuple[Value, ...]:
        """Return the values that this explorer offers for a switch."""
        switch = find(name, self.kind)
        chosen = self.values.get(name, switch.choices)
        if not chosen:
            raise ScenarioError(f"{self.name}: {name} is a number, and needs a list of values here")
        return tuple(switch.parse(value) for value in chosen)

    def parse(self, name: str, value: object) -> Value:
        """Return a switch's value if it is offered. ScenarioError, with the nearest, if it is not."""
        parsed, choices = find(name, self.kind).parse(value), self.choices(name)
        if parsed in choices:
            return parsed
        raise ScenarioError(
            f"{name}: {parsed} is not one of this explorer's {', '.join(map(str, choices))}; "
            f"the nearest is {_nearest(parsed, choices)}"
        )


@dataclass(frozen=True)
class EverySwitch(Explorer):
    """An explorer with every switch: all its values, or the whole range of a number."""

    def __post_init__(self) -> None:
        """Check nothing: this explorer limits no switch."""


FULL_EXPLORER = EverySwitch("machine", 0, tuple(switches()), {})
"""The explorer of `kexecdoc.Machine` and of the page ``machine/``."""


def _nearest(value: Value, choices: tuple[Value, ...]) -> Value:
    """Return the choice nearest to a value: by distance for numbers, by spelling for words."""
    if isinstance(value, str):
        return get_close_matches(value, map(str, choices), n=1, cutoff=0)[0]
    return min(choices, key=lambda choice: abs(float(choice) - value))


EXPLORERS: dict[str, Explorer] = {
    explorer.name: explorer
    for explorer in (
        Explorer(
            "just-a-branch",
            1,
            ("quiesce", "iommu", "lpi-disable"),
            {"quiesce": "none", "clear-bus-master": "no", "firmware": "devicetree"},
        ),
        # A ring ends when nobody refills it. A cyclic device does not end.
        Explorer(
            "outlives",
            2,
            ("dma", "clear-bus-master", "next-driver"),
            {"quiesce": "none", "clear-bus-master": "no", "next-driver": "absent"},
        ),
        # Remove waits for a user that never closes the device: with shutdown the outcome is clean, with remove hung.
        Explorer(
            "shutdown-or-remove",
            3,
            ("quiesce", "shutdown-callback", "remove-callback"),
            {"clear-bus-master": "no", "remove-callback": "hangs"},
        ),
        # Kernels: before the driver had a shutdown callback, with it, with the quirk, and the newest.
        Explorer(
            "port-that-waits",
            4,
            ("hotplug", "kernel", "hotplug-ports"),
            {"hotplug": "cf118", "kernel": "4.17", "hotplug-ports": 2},
            {"kernel": ("4.12", "4.17", "4.18", "7.3"), "hotplug-ports": (1, 2, 8)},
        ),
        Explorer(
            "edge-and-level",
            5,
            ("interrupt", "line-shared", "irqpoll"),
            {"machine": "x86", "quiesce": "none", "interrupt": "intx", "line-shared": "yes"},
        ),
        Explorer(
            "one-way-switch",
            6,
            ("lpi-disable", "firmware", "lpi-policy"),
            {
                "quiesce": "none",
                "clear-bus-master": "no",
                "dma": "cyclic",
                "traffic": 200,
                "lpi-disable": "sticky",
                "firmware": "devicetree",
            },
        ),
        Explorer(
            "iommu",
            7,
            ("machine", "iommu", "iova"),
            {"quiesce": "none", "clear-bus-master": "no", "iommu": "translate"},
        ),
        # With seed 10 the buffer lies in the capture kernel's memory; with most seeds it does not. 100 periods a second
        # keep the log small enough for a page.
        Explorer(
            "panic",
            8,
            ("crash-memory", "iommu", "on-abort"),
            {"path": "panic", "dma": "cyclic", "traffic": 100, "iommu": "translate", "seed": 10},
        ),
        # The seed decides which objects are damaged: with seed 4 only `minimal` captures the dump, with seeds 1 to 3
        # other strategies do. The device does not matter here, so its traffic is low.
        Explorer(
            "crash-work",
            9,
            ("crash-work", "heap-damage", "seed"),
            {"path": "panic", "traffic": 100, "heap-damage": 0.05, "seed": 4},
            {"heap-damage": (0, 0.05, 0.2), "seed": (1, 2, 3, 4)},
        ),
        Explorer("firmware", 10, ("reset", "quiesce", "machine"), {"path": "reboot", "quiesce": "none"}),
        Explorer("handover", 11, ("handover", "quiesce", "dma"), {"quiesce": "none", "clear-bus-master": "no"}),
    )
}


def explorer(name: str | Explorer) -> Explorer:
    """Return the explorer of that name; an `Explorer` is returned as it is. ScenarioError with the nearest name."""
    if isinstance(name, Explorer):
        return name
    if name in EXPLORERS:
        return EXPLORERS[name]
    near = get_close_matches(str(name), EXPLORERS, n=1, cutoff=0.4) or list(EXPLORERS)[:1]
    raise ScenarioError(f"{for_message(name)}: no such explorer; did you mean {near[0]}?")
