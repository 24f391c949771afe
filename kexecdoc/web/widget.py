"""The explorer in a notebook: the switches of a chapter, or all, and the machine that they make, at any moment.

The widget holds no picture. It simulates what the reader chose and hands the run to ``explorer.js``, which
is the same module that the published page uses.
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
"""The greatest integer up to which JavaScript's numbers are exact."""


@lru_cache(maxsize=32)
def _run(scenario: Scenario) -> Run:
    """Cross once for each scenario: going back to one that was seen costs nothing."""
    return simulate(scenario)


class Explorer(anywidget.AnyWidget):
    """``Explorer("just-a-branch", quiesce="remove")``: the explorer of that name, some of its switches set.

    One that is not in the package's list, `kexecdoc.course.explorers.EXPLORERS`, is given itself instead of a name.

    ``other`` are the switches of a second machine to compare with. ``at`` is the moment: ``start``, ``end`` or
    the id of an event, with ``b:`` before it if it is one of the second machine's. Empty, it is the one that
    matters: the first write that is found wrong later, else the jump. ``frame`` is the frame that is asked,
    ``clock`` what starts the clock of two machines, ``call`` or ``jump``. ScenarioError if there is no such
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
        self.observe(lambda change: self._answer(), names=["scenario", "other"])
        self._answer()
        self._check_moment(at)
        if not -1 <= frame < FRAMES:
            raise ScenarioError(f"frame: {frame} is not one of 0 to {FRAMES - 1:,}, or -1 for none")

    def _surroundings(self) -> dict[str, Any]:
        """Return what the module has to know beforehand about the switches in hand."""
        return {"controls": view.controls(self._chosen), "messages": view.messages(self._chosen)}

    def _settings(self, switches: Mapping[str, object]) -> dict[str, Value]:
        """Return all settings by the switches' names. ScenarioError for one that this explorer does not have."""
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
        """ScenarioError, with the nearest that exists, if there is no such moment in these runs."""
        other = self.other_run
        moments = ["start", "end", *self.run.log.id, *(f"b:{id}" for id in (other.log.id if other else ()))]
        if at and at not in moments:
            near = get_close_matches(at, moments, n=1, cutoff=0.4) or ["end"]
            raise ScenarioError(f"at: {for_message(at)} does not happen in this run; did you mean {near[0]}?")

    def _crossed(self, settings: Mapping[str, object]) -> Run:
        return _run(self._chosen.flipped(settings))

    @property
    def run(self) -> Run:
        """The run that is shown. ScenarioError if the settings make none."""
        return self._crossed(self.scenario)

    @property
    def other_run(self) -> Run | None:
        """The run of the second machine, if there is one."""
        return self._crossed(self.other) if self.other else None

    def _answer(self) -> None:
        """Run what the reader chose; what is wrong with it is said in one line, never as a traceback."""
        with self.hold_sync():  # one message, whatever it is made of
            try:
                other = self.other_run
                self.view, self.error = self._view(self.run), ""
                self.other_view = None if other is None else self._view(other)
            except ScenarioError as error:
                self.error = str(error)

    def _view(self, run: Run) -> dict[str, Any]:
        """Return all that the module draws of a run."""
        return view.view_of(run)

    def __repr__(self) -> str:
        return f"Explorer({self._chosen.name!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the widget what stands in for it: a twin that the page's module finds, and a picture."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        png = base64.b64encode(still_png(self.run)).decode("ascii")
        return {
            **data,
            "text/plain": repr(self),
            "text/html": twin(self._chosen.name, png, alt_text(self.run), self.run.scenario),
            "image/png": png,
        }, metadata


class Machine(Explorer):
    """``Machine(path="panic", iommu="translate")``: the explorer with every switch in hand.

    It is given what an `Explorer` is given, but for a name. ScenarioError for a switch or a value that does not exist.
    """

    _css = dist.style_sheet("machine.css")

    presets: traitlets.List[Any] = traitlets.List().tag(sync=True)
    chapters = traitlets.Dict().tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(explorers.MACHINE, **settings)

    def _surroundings(self) -> dict[str, Any]:
        return {name: entry for name, entry in catalogue().items() if name in ("controls", "messages", "presets")}

    def _settings(self, switches: Mapping[str, object]) -> dict[str, Value]:
        return {name: _held(value) for name, value in Scenario.of(switches).values().items()}

    def _view(self, run: Run) -> dict[str, Any]:
        seen = super()._view(run)
        log = seen["log"]
        return seen | {"log": log | {"scenario": {name: _held(value) for name, value in log["scenario"].items()}}}

    def __repr__(self) -> str:
        return "Machine()"


def _held(value: Value) -> Value:
    """Return a value as JavaScript can hold it: an integer that its numbers would round, in digits."""
    return str(value) if isinstance(value, int) and value > EXACT else value


def living(chosen: explorers.Explorer) -> str:
    """Return the place on a page where an explorer lives, with a picture until it does."""
    run = _run(chosen.scenario)
    png = base64.b64encode(still_png(run)).decode("ascii")
    return twin(chosen.name, png, alt_text(run), run.scenario)


def twin(name: str, png: str, alt: str, scenario: Scenario) -> str:
    """Return the still figure that ``page.js`` replaces with the living explorer of that name."""
    set = " ".join(f"{name}={value}" for name, value in scenario.differences().items()) or "every switch at its default"
    return (
        f'<div class="kx-explorer" data-explorer="{escape(name)}"><figure class="kx-still">'
        f'<img alt="{escape(alt)}" src="data:image/png;base64,{png}">'
        f"<figcaption>A still picture of one setting: <code>{escape(set)}</code>. "
        "What was flipped since is not in it.</figcaption></figure></div>"
    )
