"""The explorer in a notebook: the switches of a chapter, and the machine that they make, at any moment.

The widget holds no picture. It simulates what the reader chose and hands the run to ``explorer.js``, which
is the same module that the published page uses.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from kexecdoc.run import Run
from kexecdoc.scenario import Scenario, ScenarioError
from kexecdoc.show import palette, view
from kexecdoc.show.still import alt_text, still_png
from kexecdoc.simulate import simulate


@lru_cache(maxsize=32)
def _run(scenario: Scenario) -> Run:
    """Cross once for each scenario: going back to one that was seen costs nothing."""
    return simulate(scenario)


class Explorer(anywidget.AnyWidget):
    """``Explorer("just-a-branch")``: the explorer of that name. ScenarioError if there is none."""

    _esm = files("kexecdoc.show").joinpath("explorer.js").read_text(encoding="utf-8")
    _css = palette.explorer_css()

    legend = traitlets.Dict(palette.legend()).tag(sync=True)
    controls: traitlets.List[Any] = traitlets.List().tag(sync=True)
    messages = traitlets.Dict().tag(sync=True)
    scenario = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict(None, allow_none=True).tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)

    def __init__(self, name: str) -> None:
        self._chosen = view.explorer(name)
        super().__init__(
            controls=view.controls(self._chosen),
            messages=view.message_table(self._chosen.scenario.kernel),
            scenario=view.settings(self._chosen),
        )
        self.observe(lambda change: self._answer(), names="scenario")
        self._answer()

    @property
    def run(self) -> Run:
        """The run that is shown. ScenarioError if the settings make none."""
        return _run(Scenario.of({**self._chosen.base, **self.scenario}))

    def _answer(self) -> None:
        """Run what the reader chose; what is wrong with it is said in one line, never as a traceback."""
        self.busy = True
        try:
            self.view, self.error = view.view_of(self.run), ""
        except ScenarioError as error:
            self.error = str(error)
        finally:
            self.busy = False

    def __repr__(self) -> str:
        return f"Explorer({self._chosen.name!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add to the widget what stands in for it: a twin that the page's module finds, and a picture."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        run = _run(self._chosen.scenario)
        png = base64.b64encode(still_png(run)).decode("ascii")
        return {
            **data,
            "text/plain": repr(self),
            "text/html": twin(self._chosen.name, png, alt_text(run)),
            "image/png": png,
        }, metadata


def twin(name: str, png: str, alt: str) -> str:
    """Return the still figure that ``page.js`` replaces with the living explorer of that name."""
    return (
        f'<div class="kx-explorer" data-explorer="{escape(name)}"><figure class="kx-still">'
        f'<img alt="{escape(alt)}" src="data:image/png;base64,{png}"></figure></div>'
    )
