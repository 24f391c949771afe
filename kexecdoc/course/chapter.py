"""Helpers that keep the cells of a chapter at one to three lines."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from kexecdoc.crossing import simulate
from kexecdoc.model.scales import MS
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run
from kexecdoc.reading.verdict import OUTCOMES
from kexecdoc.registries.sources import cite, cited
from kexecdoc.study.presets import preset
from kexecdoc.views.columns import aligned
from kexecdoc.views.still import Moment, alt_text, moment, still_png


def cross(start: str = "ordinary", **switches: object) -> Run:
    """Simulate a preset with some switches changed: ``cross("left-running", iommu="translate")``."""
    return simulate(Scenario.of({**preset(start).values, **switches}))


@dataclass(frozen=True)
class Outcomes:
    """How often each outcome came up over several seeds. Prints from the best outcome to the worst."""

    counts: Counter[str]

    def share(self, *outcomes: str) -> float:
        """Return the share of seeds that ended in one of these outcomes."""
        return sum(self.counts[o] for o in outcomes) / self.counts.total()

    @property
    def bad(self) -> float:
        """The share of seeds that ended corrupted or worse."""
        return self.share("corrupted", "crashed", "hung")

    def __repr__(self) -> str:
        return ", ".join(f"{self.counts[o]} {o}" for o in OUTCOMES if self.counts[o])


def outcomes(start: str, seeds: int, **switches: object) -> Outcomes:
    """Simulate a preset with the seeds from 0 to ``seeds`` - 1, and count the outcomes."""
    return Outcomes(Counter(cross(start, **switches, seed=seed).verdict.outcome for seed in range(seeds)))


def _from_jump(run: Run, event: int) -> float:
    """Return the time of an event, in ms from the jump."""
    return (run.log.t_ns[event] - (run.verdict.jump_ns or 0)) / MS


def steps(run: Run) -> list[tuple[str, float]]:
    """Return the steps of a run, each with its beginning in ms from the jump."""
    return [(step.name, _from_jump(run, step.first)) for step in run.facts.steps]


def landed(run: Run) -> list[float]:
    """Return the times at which leftover writes landed in memory, in ms from the jump.

    Writes set up by a driver of the next kernel do not count.
    """
    return [_from_jump(run, write.event) for write in run.facts.leftovers if write.result == "landed"]


def when(run: Run, event_id: str) -> float:
    """Return the time of the event of that id, in ms from the jump. KeyError if it does not happen."""
    if event_id not in run.log.id:
        raise KeyError(f"{event_id} does not happen in this run")
    return _from_jump(run, run.log.id.index(event_id))


def shutdown_ms(run: Run) -> float:
    """Return the time from the call to the jump, in ms."""
    return float(run.to_json()["time_ms"]["shutdown"])


def said(run: Run, *words: str) -> list[str]:
    """Return the next kernel's console lines that contain one of the words."""
    lines = [line["text"] for line in run.console() if line["kernel"] == "next"]
    return [line for line in lines if any(word in line for word in words)]


@dataclass(frozen=True)
class Picture:
    """A picture of a run at one moment, with a text alternative."""

    run: Run
    t_ns: int | None = None

    @cached_property
    def _moment(self) -> Moment:
        return moment(self.run, self.t_ns)

    @property
    def leftover(self) -> int:
        """The number of leftover writes so far."""
        return len(self._moment.writes)

    @property
    def strayed(self) -> list[int]:
        """The frames that leftover writes have hit so far."""
        return self._moment.strayed

    @property
    def wrong(self) -> list[int]:
        """The frames that their owners have found wrong so far."""
        return self._moment.wrong

    @property
    def flips(self) -> list[tuple[int, int, int, int]]:
        """The pending bits of CPU 0 flipped so far: address, bit, INTID, time in ns."""
        return self._moment.flips

    def __repr__(self) -> str:
        return alt_text(self.run, self.t_ns)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        alt, png = alt_text(self.run, self.t_ns), base64.b64encode(still_png(self.run, self.t_ns)).decode("ascii")
        html = f'<figure class="kx-still"><img alt="{escape(alt)}" src="data:image/png;base64,{png}"></figure>'
        return {"text/plain": alt, "text/html": html}


def picture(run: Run, after_jump_ms: float | None = None) -> Picture:
    """Return the picture of a run at ``after_jump_ms``, or at its end."""
    if after_jump_ms is None:
        return Picture(run)
    return Picture(run, (run.verdict.jump_ns or 0) + round(after_jump_ms * MS))


@dataclass(frozen=True)
class Table:
    """Rows with a heading: a table in a notebook, aligned text elsewhere."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def __repr__(self) -> str:
        return "\n".join(aligned([self.head, *self.rows]))

    def _repr_html_(self) -> str:
        def line(cells: tuple[str, ...], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        body = "".join(line(row, "td") for row in self.rows)
        return f"<table><thead>{line(self.head, 'th')}</thead><tbody>{body}</tbody></table>"


def step_table(run: Run) -> Table:
    """Return the steps of a run and their beginnings as a table."""
    return Table(("step", "begins, ms from the jump"), [(name, f"{t:+,.3f}") for name, t in steps(run)])


@dataclass(frozen=True)
class References:
    """The sources that a chapter cites, shown as a list."""

    ids: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{len(self.ids)} sources: {', '.join(self.ids)}"

    def _repr_html_(self) -> str:
        rows = []
        for source in map(cite, self.ids):
            title = escape(source.title)
            linked = f'<a href="{escape(source.link)}">{title}</a>' if source.link else title
            read = f"; read in {escape(source.read)}" if source.read else ""
            rows.append(f"<li><code>{source.id}</code> ({source.kind}) {linked}{read}</li>")
        return '<ol class="kx-references">' + "".join(rows) + "</ol>"


def references(chapter: str) -> References:
    """Return the sources that the notebook of that name cites, in the order of first citation.

    The notebook is read from the working directory. KeyError for a source that is not in the registry,
    FileNotFoundError if there is no such notebook.
    """
    cells = json.loads(Path(f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    ids = tuple(cited(text))
    for source_id in ids:
        cite(source_id)
    return References(ids)
