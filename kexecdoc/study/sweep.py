"""Sweeps: every combination of the switches that vary, with every seed, as one tidy row for each run.

This is a full factorial design. A row holds the switches that vary, the seed, and every single value of the run's JSON
under its path, joined by ``_`` (``dma_landed``, ``time_ms_total``). Lists and the summary are left out. The rows and
their order do not depend on the number of workers.

A short sweep runs in this process. A longer one uses joblib, and so any cluster that joblib supports, with ``with
joblib.parallel_config("dask"):`` around the same call. joblib, pandas, pyarrow and tqdm are in the extra ``sweep``,
Dask is in the extra ``cluster``. Without them the runs are made one after the other.
"""

from __future__ import annotations

import csv
import errno
import os
import sys
import traceback
import warnings
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice, product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kexecdoc.crossing import simulate
from kexecdoc.model.owners import OWNERS, public
from kexecdoc.model.scenario import Scenario, ScenarioError, find, switches
from kexecdoc.model.switch import Value, for_message

if TYPE_CHECKING:
    from pandas import DataFrame

SHORT = 200
"""With up to this many runs, starting workers takes longer than the runs."""

CHUNK = 20
"""Runs in a worker's task: enough to make the transfer cheap, few enough to spread the work evenly."""


class SimulatorError(RuntimeError):
    """A run failed because of a bug in the simulator. The text is one line that names the scenario."""

    @classmethod
    def of(cls, scenario: Scenario, error: Exception) -> SimulatorError:
        """Describe an exception as text, which can be passed between processes."""
        values = {name: value for name, value in scenario.differences().items() if name != "seed"}
        words = " ".join(f"{name}={value}" for name, value in {**values, "seed": scenario.seed}.items())
        place = traceback.extract_tb(error.__traceback__)[-1]
        description = " ".join(f"{type(error).__name__}: {error}".split())
        return cls(f"{words}: the simulator failed: {description} ({Path(place.filename).name}, line {place.lineno})")


Row = dict[str, str | int | float | bool | None]

Vary = str | Iterable[str] | Mapping[str, Iterable[object] | None]
"""``"iommu"`` or ``"traffic=100,500"``, several of these, or a mapping from names to values (None: all of them)."""


@dataclass(frozen=True)
class Factorial:
    """Every combination of the values of some switches over a base scenario, with ``seeds`` seeds each."""

    base: Scenario
    vary: Mapping[str, tuple[Value, ...]]
    seeds: int

    @classmethod
    def of(cls, vary: Vary, base: Scenario | None = None, seeds: int = 1) -> Factorial:
        """Return the design. ScenarioError if the request is wrong."""
        base = base or Scenario()
        last = switches()["seed"].high
        if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 1:
            raise ScenarioError(f"seeds: {for_message(seeds)} is not an integer from 1 on")
        if base.seed + seeds - 1 > last:
            raise ScenarioError(f"seeds: {seeds:,} from {base.seed} on end beyond {last}; {last - base.seed + 1} fit")
        return cls(base, varied(vary, type(base)), seeds)

    def __len__(self) -> int:
        return prod(map(len, self.vary.values())) * self.seeds

    def __iter__(self) -> Iterator[Scenario]:
        """Yield the scenarios, the seed changing fastest, then the last switch."""
        for values in product(*self.vary.values()):
            combination = dict(zip(self.vary, values, strict=True))
            for seed in range(self.base.seed, self.base.seed + self.seeds):
                yield self.base.but(**combination, seed=seed)

    @property
    def names(self) -> tuple[str, ...]:
        """The switches that differ between runs: those that vary, and the seed."""
        return (*self.vary, "seed")


def varied(vary: Vary, kind: type[Scenario] = Scenario) -> dict[str, tuple[Value, ...]]:
    """Return the switches that vary, each with its parsed values. ``kind`` is the class of scenario.

    ScenarioError for an unknown switch or value, for one that is given twice, and for a number without values.
    """
    found: dict[str, tuple[Value, ...]] = {}
    for name, values in _pairs(vary):
        switch = find(name, kind)
        if switch.name == "seed":
            raise ScenarioError("seed: does not vary by a list; `seeds` says how many, `seed` which is the first")
        if switch.name in found:
            raise ScenarioError(f"{switch.name}: varies twice; give it once, with all its values")
        if values is None and not switch.choices:
            raise ScenarioError(
                f"{switch.name}: is {switch.allowed()}; say which, as {switch.name}={switch.default},{switch.high}"
            )
        parsed = tuple(map(switch.parse, switch.choices if values is None else values))
        if not parsed:
            raise ScenarioError(f"{switch.name}: no value was given; it is {switch.allowed()}")
        if twice := [value for n, value in enumerate(parsed) if value in parsed[:n]]:
            raise ScenarioError(f"{switch.name}: {twice[0]} comes twice")
        found[switch.name] = parsed
    return found


def _pairs(vary: Vary) -> Iterator[tuple[str, Iterable[object] | None]]:
    """Yield names and values from any form of ``vary``."""
    if isinstance(vary, Mapping):
        yield from vary.items()
        return
    for word in [vary] if isinstance(vary, str) else vary:
        name, equals, values = word.partition("=")
        yield name, values.split(",") if equals else None


def rows(
    vary: Vary, base: Scenario | None = None, *, seeds: int = 1, jobs: int | None = None, progress: bool | None = None
) -> Generator[Row, None, None]:
    """Return a generator of the rows of a sweep, one for each run. The request is checked immediately.

    ``vary`` says what varies, and ``base`` has the values of the other switches. Each combination is simulated with
    ``seeds`` seeds, the first being that of ``base``. ``jobs`` is the number of processes: 1 for this one only, -1 for
    one on each CPU, None for the setting of ``joblib.parallel_config``, which is this process only by default.
    ``progress`` shows a progress line on standard error: by default on a terminal and in a notebook, unless the
    environment sets ``TQDM_DISABLE``.

    ScenarioError for a wrong request, and for a combination that makes too many events, which it names. SimulatorError,
    with the scenario, if the simulator itself fails. ImportError for several processes without joblib.
    """
    design = Factorial.of(vary, base, seeds)
    if isinstance(jobs, bool) or (jobs is not None and (not isinstance(jobs, int) or (jobs < 1 and jobs != -1))):
        raise ScenarioError(f"jobs: {for_message(jobs)} is not an integer from 1 on, or -1")
    in_process = jobs == 1 or len(design) <= SHORT or (jobs is None and not find_spec("joblib"))
    if not in_process and not find_spec("joblib"):
        raise ImportError("more than one job needs joblib: pip install 'kexecdoc[sweep]'")
    made = _run_here(design) if in_process else _run_by_workers(design, jobs)
    return _with_progress(made, len(design), progress)


def sweep(
    vary: Vary, base: Scenario | None = None, *, seeds: int = 1, jobs: int | None = None, progress: bool | None = None
) -> DataFrame:
    """Return a sweep as a pandas DataFrame, one row for each run. The arguments are those of `rows`.

    ImportError if pandas is not installed: `rows` yields the same without it.

    >>> from kexecdoc.study import sweep
    >>> sweep(["quiesce", "traffic=100,500"], seeds=2).shape[0]
    12
    """
    made = rows(vary, base, seeds=seeds, jobs=jobs, progress=progress)
    try:
        from pandas import DataFrame
    except ImportError:
        raise ImportError("a DataFrame needs pandas: pip install 'kexecdoc[sweep]'; rows() needs nothing") from None
    return DataFrame(list(made))


def _run_here(design: Factorial) -> Generator[Row, None, None]:
    for scenario in design:
        yield from _checked(_cross([scenario], design.names))


def _run_by_workers(design: Factorial, jobs: int | None) -> Generator[Row, None, None]:
    from concurrent.futures.process import BrokenProcessPool  # imported here because Pyodide has no processes

    from joblib import Parallel, delayed

    # Results come in the order of the tasks. If joblib's generator is closed early, as by Ctrl-C, it cancels the rest,
    # ends its workers and warns about that. This is intended, so the warning is ignored.
    tasks = (delayed(_cross)(chunk, design.names) for chunk in _chunks(iter(design)))
    results = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    try:
        for result in results:
            yield from _checked(result)
    except BrokenProcessPool:
        raise SimulatorError("a worker was killed, perhaps for want of memory; --jobs 1 works without any") from None
    finally:
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            results.close()


def _chunks(scenarios: Iterator[Scenario]) -> Iterator[list[Scenario]]:
    while chunk := list(islice(scenarios, CHUNK)):
        yield chunk


def _cross(scenarios: Iterable[Scenario], names: tuple[str, ...]) -> list[Row | ScenarioError | SimulatorError]:
    """Simulate each scenario and return its row, or the error if it fails.

    Errors are returned, not raised, because otherwise the fastest worker would decide which one the caller sees.
    """
    made: list[Row | ScenarioError | SimulatorError] = []
    for scenario in scenarios:
        values = {name: scenario.values()[name] for name in names}
        try:
            measured = scalars(simulate(scenario).to_json())
        except ScenarioError as error:
            made.append(ScenarioError(f"{' '.join(f'{n}={v}' for n, v in values.items())}: {error}"))
            continue
        except Exception as error:
            made.append(SimulatorError.of(scenario, error))
            continue
        row: Row = {find(name, type(scenario)).field: value for name, value in values.items()}
        made.append(row | measured)
    return made


def _checked(made: Iterable[Row | ScenarioError | SimulatorError]) -> Iterator[Row]:
    for row in made:
        if isinstance(row, Exception):
            raise row
        yield row


def scalars(run: Mapping[str, Any]) -> Row:
    """Return the single values of a run's JSON by their paths. Counts by owner have a column for every owner."""
    verdict = {key: value for key, value in run["verdict"].items() if key != "summary"}
    measured = {key: value for key, value in run.items() if key not in ("schema", "scenario", "verdict")}
    landed = dict.fromkeys(sorted(map(public, OWNERS)), 0) | run["dma"]["landed_in"]
    measured["dma"] = {**run["dma"], "landed_in": landed}
    return dict(_flat(verdict | measured))


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        name = prefix + key.replace("-", "_")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}_")
        elif not isinstance(value, list):
            yield name, value


def _with_progress(made: Generator[Row, None, None], total: int, progress: bool | None) -> Generator[Row, None, None]:
    """Yield the rows, and show the progress on a line that disappears at the end."""
    if progress is None:
        progress = _in_notebook() or sys.stderr.isatty()
    with closing(made):
        if not progress or not find_spec("tqdm"):
            yield from made
            return
        from tqdm import tqdm

        with tqdm(total=total, unit=" runs", delay=0.5, leave=False, file=sys.stderr) as bar:
            for row in made:
                yield row
                bar.update()


def _in_notebook() -> bool:
    """Return whether this runs in a notebook's kernel. That has always imported IPython."""
    ipython = sys.modules.get("IPython")
    return hasattr(ipython and ipython.get_ipython(), "kernel")


FILES = (".csv", ".parquet")
"""The file formats of `save`, by suffix."""


def save(rows: Iterable[Row], output: Path) -> int:
    """Write rows to a ``.csv`` or ``.parquet`` file and return their number. The file appears whole or not at all.

    ValueError for another suffix, OSError if the file cannot be written, ImportError for Parquet without pyarrow: all
    are raised before the first run.
    """
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    if output.suffix not in writers:
        raise ValueError(f"{output.name} does not end in {' or '.join(FILES)}")
    if output.suffix == ".parquet" and not find_spec("pyarrow"):
        raise ImportError("a .parquet file needs pyarrow: pip install 'kexecdoc[sweep]'")
    with _atomically(output) as part:
        return writers[output.suffix](rows, part)


@contextmanager
def _atomically(output: Path) -> Iterator[Path]:
    """Yield a temporary file beside ``output``. It replaces ``output`` on success, and is removed on failure."""
    output = output.resolve()  # replace the target of a symbolic link, not the link
    if output.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(output))
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        part.touch()
        yield part
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def _write_csv(rows: Iterable[Row], part: Path) -> int:
    count = 0
    with part.open("w", encoding="utf-8", newline="") as file:
        for count, row in enumerate(rows, 1):
            if count == 1:
                writer = csv.DictWriter(file, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow(row)
    return count


def _write_parquet(rows: Iterable[Row], part: Path) -> int:
    from pyarrow import Table
    from pyarrow.parquet import write_table

    table = Table.from_pylist(list(rows))
    write_table(table, part)
    return int(table.num_rows)
