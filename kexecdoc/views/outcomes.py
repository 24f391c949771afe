"""The outcomes of a sweep as a text table, one row for each combination of switches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kexecdoc.model.scenario import Scenario
from kexecdoc.study.sweep import Row
from kexecdoc.study.tally import Count, Counts
from kexecdoc.views.columns import aligned


def outcome_table(rows: Iterable[Row], names: Sequence[str], base: Scenario, seeds: int) -> str:
    """Return a table with a row for each combination of the switches ``names``: outcomes, and the share of bad ones."""
    tally = Counts(names, type(base))
    for row in rows:
        tally.add(row)
    occurring = tally.occurring
    table = [[*names, "runs", *occurring, "corrupted or worse", "95 % interval"]]
    for combination, count in tally.counts.items():
        table.append([*combination, *_cells(count, occurring)])
    differs = " ".join(f"{n}={v}" for n, v in base.differences().items() if n not in (*names, "seed"))
    seed = f"seed {base.seed}" if seeds == 1 else f"seeds {base.seed} to {base.seed + seeds - 1}"
    return "\n".join([f"scenario   {differs or 'the default'}, {seed}", "", *aligned(table, len(names))])


def _cells(count: Count, occurring: Sequence[str]) -> list[str]:
    low, high = count.interval
    interval = f"{100 * low:.1f} to {100 * high:.1f} %"
    share = f"{100 * count.bad / count.runs:.1f} %"
    return [f"{count.runs:,}", *(f"{count.outcomes[o]:,}" for o in occurring), share, interval]
