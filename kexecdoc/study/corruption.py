"""How often a device left running corrupts the next kernel, by simulation and by arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.study.closed_forms import corrupted_share
from kexecdoc.study.presets import preset
from kexecdoc.study.proportion import wilson
from kexecdoc.study.tally import BAD


@dataclass(frozen=True)
class Corruption:
    """How many of ``seeds`` ended corrupted or worse, with the share's interval, and the share by arithmetic."""

    scenario: Scenario
    hits: int
    seeds: int
    low: float
    high: float
    closed_form: float

    @property
    def traffic(self) -> int:
        return self.scenario.traffic

    @property
    def ring_size(self) -> int:
        return self.scenario.ring_size

    @property
    def share(self) -> float:
        return self.hits / self.seeds

    @property
    def agrees(self) -> bool:
        """Whether the arithmetic lies in the 95 % interval. Even if it is right, one in 20 does not."""
        return self.low <= self.closed_form <= self.high


def count_corrupted(
    traffic: Iterable[int], ring_size: Iterable[int], seeds: int = 40, start: str = "left-running", **switches: object
) -> list[Corruption]:
    """Count, for each ring size and traffic, how many of the first ``seeds`` seeds end corrupted or worse."""
    base = preset(start).scenario.but(**switches)
    rates = tuple(traffic)
    return [_count(base.but(traffic=rate, ring_size=size), seeds) for size in ring_size for rate in rates]


def _count(scenario: Scenario, seeds: int) -> Corruption:
    hits = sum(simulate(scenario.but(seed=seed)).verdict.outcome in BAD for seed in range(seeds))
    return Corruption(scenario, hits, seeds, *wilson(hits, seeds), corrupted_share(scenario))
