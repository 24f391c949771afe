"""The outcomes of every combination of a few switches, counted over seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.verdict import OUTCOMES
from kexecdoc.study.presets import preset
from kexecdoc.study.sweep import Vary, rows, varied
from kexecdoc.study.tally import BAD, Counts


@dataclass(frozen=True)
class OutcomeGrid:
    """The outcomes of each combination of some switches. ``start`` has the values of the others."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    counts: dict[tuple[str, ...], Counter[str]]
    start: Scenario
    seeds: int

    def of(self, *combination: object) -> Counter[str]:
        """Return the outcomes of one combination, given by its values in the order of the switches."""
        return self.counts[tuple(map(str, combination))]

    def bad(self, *combination: object) -> float:
        """Return the share of one combination's seeds that ended corrupted or worse."""
        found = self.of(*combination)
        return sum(found[outcome] for outcome in BAD) / found.total()

    def sentences(self) -> Iterator[str]:
        """Yield the outcomes of each combination as a sentence."""
        for combination, counts in self.counts.items():
            where = ", ".join(f"{n}={v}" for n, v in zip(self.names, combination, strict=True))
            total = counts.total()
            if total == 1:
                yield f"{where}: {next(iter(counts))}."
            else:
                yield f"{where}: {', '.join(f'{counts[o]} {o}' for o in OUTCOMES if counts[o])} of {total}."

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def count_outcomes(vary: Vary, start: str = "ordinary", seeds: int = 1) -> OutcomeGrid:
    """Simulate a preset with every combination of some switches, with the first ``seeds`` seeds each.

    ``vary`` is as for a sweep: ``["quiesce", "iommu=off,translate"]``, or a mapping.
    """
    base = preset(start).scenario.but(seed=0)
    chosen = varied(vary)
    counted = Counts(tuple(chosen))
    for row in rows(chosen, base, seeds=seeds, progress=False):
        counted.add(row)
    values = tuple(tuple(map(str, v)) for v in chosen.values())
    outcomes = {combination: count.outcomes for combination, count in counted.counts.items()}
    return OutcomeGrid(tuple(chosen), values, outcomes, base, seeds)
