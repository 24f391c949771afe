"""What a second worker brings, and what a run holds in memory.

Wall time, since waiting for workers is what is asked about: on a machine that is busy with something else the
ratio says little. Memory is the peak of a process of its own, less what it was before the first run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from kexecdoc.model.scenario import Scenario
from kexecdoc.study.sweep import SHORT, rows

VARY = ("iommu", "quiesce=none,shutdown")
BASE = Scenario(clear_bus_master="no")
SEEDS = 250
"""With so many seeds of each of the six combinations, one process is busy for about half a minute."""

STATUS = Path("/proc/self/status")

PEAK = """
import sys
from kexecdoc.model.scenario import Scenario
from kexecdoc.crossing import simulate
from benchmarks.sweep import peak_mib
scenario = Scenario.of(dict(word.split("=") for word in sys.argv[2:]))
before = peak_mib()
for seed in range(int(sys.argv[1])):
    simulate(scenario.but(seed=seed)).to_json()
print(before, peak_mib())
"""

RUNS = {
    "one default run": ("1",),
    "one run, left running": ("1", "quiesce=none", "clear-bus-master=no"),
    "one run of 24,000 events": (
        *("1", "quiesce=none", "clear-bus-master=no"),
        *("next-driver=absent", "dma=cyclic", "traffic=8000"),
    ),
    "100 runs, left running": ("100", "quiesce=none", "clear-bus-master=no"),
}


def peak_mib() -> float:
    """Return the most that this process has held in memory since it began, in MiB. Linux only."""
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def memory() -> dict[str, Any]:
    """Measure the peak of runs beyond interpreter and imports, in MiB."""
    if not STATUS.exists():
        return {"was not measured": "there is no /proc here"}
    found = {}
    for name, words in RUNS.items():
        ended = subprocess.run([sys.executable, "-c", PEAK, *words], capture_output=True, text=True, check=True)
        before, after = map(float, ended.stdout.split())
        found[name] = round(after - before, 1)
    return found


def seconds(jobs: int, seeds: int) -> float:
    """Return how long the sweep takes, in s of wall time."""
    began = perf_counter()
    for _ in rows(VARY, BASE, seeds=seeds, jobs=jobs, progress=False):
        pass
    return perf_counter() - began


def workers(seeds: int = SEEDS) -> dict[str, Any]:
    """Measure the same sweep on one worker and on two that have started already."""
    seconds(2, SHORT // 2)  # the warm-up, long enough for workers to be started
    two, one = seconds(2, seeds), seconds(1, seeds)
    return {"runs": 6 * seeds, "one s": round(one, 1), "two s": round(two, 1), "ratio": round(one / two, 2)}


def measure() -> dict[str, Any]:
    """Return all figures of a sweep."""
    return {"a sweep on two warm workers": workers(), "MiB beyond interpreter and imports": memory()}
