"""A sweep as a table for a person: what became of the runs of each combination."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from kexecdoc.scenario import Scenario, find
from kexecdoc.study.proportion import wilson
from kexecdoc.study.sweep import Row
from kexecdoc.verdict import OUTCOMES

BAD = OUTCOMES[OUTCOMES.index("corrupted") :]


def outcome_table(rows: Iterable[Row], names: Sequence[str], base: Scenario, seeds: int) -> str:
    """Return, for each combination of the switches ``names``, its outcomes and the share that is corrupted or worse.

    The interval is `wilson`'s, at 95 %: where the share lies that any number of seeds would have.
    """
    fields = [find(name, type(base)).field for name in names]
    counted: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[tuple(str(row[field]) for field in fields)][str(row["outcome"])] += 1
    occurring = [outcome for outcome in OUTCOMES if any(counts[outcome] for counts in counted.values())]
    table = [[*names, "runs", *occurring, "corrupted or worse", "95 % interval"]]
    for combination, counts in counted.items():
        table.append([*combination, *_cells(counts, occurring)])
    differs = " ".join(f"{n}={v}" for n, v in base.differences().items() if n not in (*names, "seed"))
    seed = f"seed {base.seed}" if seeds == 1 else f"seeds {base.seed} to {base.seed + seeds - 1}"
    return "\n".join([f"scenario   {differs or 'the default'}, {seed}", "", *_aligned(table, len(names))])


def _cells(counts: Counter[str], occurring: Sequence[str]) -> list[str]:
    runs, bad = counts.total(), sum(counts[outcome] for outcome in BAD)
    low, high = wilson(bad, runs)
    interval = f"{100 * low:.1f} to {100 * high:.1f} %"
    return [f"{runs:,}", *(f"{counts[o]:,}" for o in occurring), f"{100 * bad / runs:.1f} %", interval]


def _aligned(table: Sequence[Sequence[str]], words: int) -> list[str]:
    """Return the lines of a table whose first ``words`` columns are words, to the left, and the others numbers."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            f"{cell:<{width}}" if n < words else f"{cell:>{width}}"
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    ]
