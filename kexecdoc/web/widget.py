"""The explorer in a notebook, with a chapter's switches or with every switch.

The widget draws nothing. It simulates what the reader chose and passes the run to the explorer's JavaScript, the same
code as on the published page.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from html import escape
from typing import Any

import anywidget
import traitlets

from kexecdoc.course import explorers
from kexecdoc.crossing import simulate
from kexecdoc.model.scales import FRAMES
from kexecdoc.model.scenario import Scenario, ScenarioError, find
from kexecdoc.model.switch import Value, for_message
from kexecdoc.reading.run import Run
from kexecdoc.views.still import alt_text, still_png
from kexecdoc.web import dist, view
from kexecdoc.web.catalogue import catalogue

EXACT = 2**53 - 1
"""The largest integer up to which JavaScript's numbers are exact."""


@lru_cache(maxsize=32)
def _run(scenario: Scenario) -> Run:
    """Simulate a scenario, or return its run if it was simulated before."""
    return simulate(scenario)


class Explorer(anywidget.AnyWidget):
    """``Explorer("just-a-branch", quiesce="remove")``: the explorer of that name with some switches set.

    Names are those of `kexecdoc.course.explorers.EXPLORERS`. Instead of a name, pass an explorer of your own.

    ``other`` holds the switches of a second computer to compare with. ``at`` is the moment: ``start``, ``end``, or an
    event's id, with ``b:`` before it for the second computer. If it is empty, the explorer opens at the first write
    that is found wrong later, else at the jump. ``frame`` is the frame whose history is shown, -1 for none. ``clock``
    is where time begins for both computers, the ``call`` or the ``jump``. ScenarioError if there is no such
    explorer, switch, value, moment or frame.
    """

    _esm = dist.WIDGET  # a path: with ANYWIDGET_HMR=1 a change of the file reaches the open notebook
    _css = dist.style_sheet()

    name = traitlets.Unicode().tag(sync=True)
    place = traitlets.Unicode("").tag(sync=True)
    page = traitlets.Unicode("").tag(sync=True)
    legend = traitlets.Dict(view.legend()).tag(sync=True)
    defaults = traitlets.Dict().tag(sync=True)
    by_kernel = traitlets.Dict().tag(sync=True)
    own = traitlets.Bool(False).tag(sync=True)
    base = traitlets.Dict().tag(sync=True)
    controls: traitlets.List[Any] = traitlets.List().tag(sync=True)
    messages = traitlets.Dict().tag(sync=True)
    scenario = traitlets.Dict().tag(sync=True)
    other = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict(None, allow_none=True).tag(sync=True)
    other_view: Any = traitlets.Dict(None, allow_none=True).tag(sync=True)
    at = traitlets.Unicode("").tag(sync=True)
    frame = traitlets.Int(-1).tag(sync=True)
    clock = traitlets.Enum(("call", "jump"), "call").tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)
    notice = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        name: str | explorers.Explorer,
        *,
        other: Mapping[str, object] | None = None,
        at: str = "",
        frame: int = -1,
        clock: str = "call",
        **switches: object,
    ) -> None:
        self._chosen = explorers.explorer(name)
        super().__init__(
            name=self._chosen.name,
            base=self._chosen.base,
            defaults=self._chosen.kind().values(),
            by_kernel=view.by_kernel(self._chosen.kind),
            own=self._chosen.own,
            scenario=self._settings(switches),
            other={} if other is None else self._settings(other),
            at=at,
            frame=frame,
            clock=clock,
            **self._surroundings(),
        )
        self.observe(lambda change: self._simulate(), names=["scenario", "other"])
        self._simulate()
        self._check_moment(at)
        if not -1 <= frame < FRAMES:
            raise ScenarioError(f"frame: {frame} is not one of 0 to {FRAMES - 1:,}, or -1 for none")

    def _surroundings(self) -> dict[str, Any]:
        """Return what the JavaScript needs to know about the switches before the first run."""
        return {"controls": view.controls(self._chosen), "messages": view.messages(self._chosen)}

    def _settings(self, switches: Mapping[str, object]) -> dict[str, Value]:
        """Return every switch's setting by name. ScenarioError for a switch that this explorer does not have."""
        found = self._chosen.settings
        for word, value in switches.items():
            switch = find(word, self._chosen.kind)
            if switch.name not in self._chosen.switches:
                raise ScenarioError(
                    f"{switch.name}: not in this explorer, which has {', '.join(self._chosen.switches)}"
                )
            found[switch.name] = self._chosen.parse(switch.name, value)
        return found

    def _check_moment(self, at: str) -> None:
        """Raise a ScenarioError with the nearest moment if these runs do not have this one."""
        other = self.other_run
        moments = ["start", "end", *self.run.log.id, *(f"b:{event_id}" for event_id in (other.log.id if other else ()))]
        if at and at not in moments:
            near = get_close_matches(at, moments, n=1, cutoff=0.4) or ["end"]
            raise ScenarioError(f"at: {for_message(at)} does not happen in this run; did you mean {near[0]}?")

    def _run_of(self, settings: Mapping[str, object]) -> Run:
        return _run(self._chosen.flipped(settings))

    @property
    def run(self) -> Run:
        """The run that is shown. ScenarioError if the settings make too many events."""
        return self._run_of(self.scenario)

    @property
    def other_run(self) -> Run | None:
        """The run of the second computer, if there is one."""
        return self._run_of(self.other) if self.other else None

    def _simulate(self) -> None:
        """Simulate what the reader chose. An error becomes one line, never a traceback."""
        with self.hold_sync():  # one message, whatever has changed
            try:
                other = self.other_run
                self.view, self.error = self._view(self.run), ""
                self.other_view = None if other is None else self._view(other)
            except ScenarioError as error:
                self.error = str(error)

    def _view(self, run: Run) -> dict[str, Any]:
        """Return everything that the JavaScript draws of a run."""
        return view.view_of(run)

    def __repr__(self) -> str:
        return f"Explorer({self._chosen.name!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add fallbacks for the widget: a figure that the page's script replaces, and a picture."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        png = base64.b64encode(still_png(self.run)).decode("ascii")
        return {
            **data,
            "text/plain": repr(self),
            "text/html": fallback_html(self._chosen.name, png, alt_text(self.run), self.run.scenario),
            "image/png": png,
        }, metadata


class Machine(Explorer):
    """``Machine(path="panic", iommu="translate")``: the full explorer, with every switch.

    Its arguments are those of `Explorer` without the name. ScenarioError for a switch or a value that does not exist.
    """

    _css = dist.style_sheet("full-explorer.css")

    presets: traitlets.List[Any] = traitlets.List().tag(sync=True)
    chapters = traitlets.Dict().tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(explorers.FULL_EXPLORER, **settings)

    def _surroundings(self) -> dict[str, Any]:
        return {name: entry for name, entry in catalogue().items() if name in ("controls", "messages", "presets")}

    def _settings(self, switches: Mapping[str, object]) -> dict[str, Value]:
        return {name: _for_javascript(value) for name, value in Scenario.of(switches).values().items()}

    def _view(self, run: Run) -> dict[str, Any]:
        drawn = super()._view(run)
        log = drawn["log"]
        return drawn | {
            "log": log | {"scenario": {name: _for_javascript(value) for name, value in log["scenario"].items()}}
        }

    def __repr__(self) -> str:
        return "Machine()"


def _for_javascript(value: Value) -> Value:
    """Return a value that JavaScript can hold: an integer that it would round becomes a string of digits."""
    return str(value) if isinstance(value, int) and value > EXACT else value


def placeholder_html(chosen: explorers.Explorer) -> str:
    """Return what stands in a page until the script has started an explorer: a picture."""
    run = _run(chosen.scenario)
    png = base64.b64encode(still_png(run)).decode("ascii")
    return fallback_html(chosen.name, png, alt_text(run), run.scenario)


def fallback_html(name: str, png: str, alt: str, scenario: Scenario) -> str:
    """Return the still figure that the page's script replaces with the explorer of that name."""
    differs = " ".join(f"{name}={value}" for name, value in scenario.differences().items())
    differs = differs or "every switch at its default"
    return (
        f'<div class="kx-explorer" data-explorer="{escape(name)}"><figure class="kx-still">'
        f'<img alt="{escape(alt)}" src="data:image/png;base64,{png}">'
        f"<figcaption>A still picture of one setting: <code>{escape(differs)}</code>. "
        "What was flipped since is not in it.</figcaption></figure></div>"
    )
