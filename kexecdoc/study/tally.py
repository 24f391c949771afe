"""Outcomes counted as runs come in, for each combination of switches, with the first seed of each outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kexecdoc.model.scenario import Scenario, find
from kexecdoc.reading.verdict import OUTCOMES
from kexecdoc.study.proportion import wilson
from kexecdoc.study.sweep import Row

BAD = OUTCOMES[OUTCOMES.index("corrupted") :]
"""The bad outcomes: corrupted or worse."""


@dataclass
class Count:
    """The outcomes of one combination."""

    outcomes: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    """The first seed of each outcome."""

    @property
    def runs(self) -> int:
        return self.outcomes.total()

    @property
    def bad(self) -> int:
        """The number of outcomes that are corrupted or worse."""
        return sum(self.outcomes[outcome] for outcome in BAD)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the true share of bad outcomes."""
        return wilson(self.bad, self.runs)


class Counts:
    """Counts for each combination of the switches ``names``, in the order in which they were first seen."""

    def __init__(self, names: Sequence[str], kind: type[Scenario] = Scenario) -> None:
        self._fields = [find(name, kind).field for name in names]
        self.counts: dict[tuple[str, ...], Count] = {}

    def add(self, row: Row) -> None:
        """Count one row of a sweep."""
        count = self.counts.setdefault(tuple(str(row[field]) for field in self._fields), Count())
        outcome = str(row["outcome"])
        count.outcomes[outcome] += 1
        count.first.setdefault(outcome, int(row["seed"] or 0))

    @property
    def occurring(self) -> list[str]:
        """The outcomes that any combination had, from the best to the worst."""
        return [o for o in OUTCOMES if any(count.outcomes[o] for count in self.counts.values())]
