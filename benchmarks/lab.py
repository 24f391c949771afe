"""From a click to the pixels in a real JupyterLab: the explorer, and beside it a new figure of matplotlib a click.

Both simulate what the reader chose, nothing cached, and both show the same machine. The second is what
`interactive_output` does: it clears the output and shows another picture.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from playwright.sync_api import sync_playwright

from benchmarks import browsers
from benchmarks.page import spread
from tools import servers

CLICKS = 30

EXPLORER = """
import kexecdoc.web.widget as module
module._run = module.simulate  # nothing cached
explorer = module.Explorer("just-a-branch")
explorer
"""

FIGURES = """
import ipywidgets as widgets
from IPython.display import display
from matplotlib import pyplot
from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.model.scenario import Scenario, find
from kexecdoc.views.still import still_figure
from kexecdoc.crossing import simulate

chosen = EXPLORERS["just-a-branch"]
radios = {
    name: widgets.RadioButtons(options=find(name).choices, value=chosen.scenario.values()[name], description=name)
    for name in chosen.switches
}

def show(**values):
    display(still_figure(simulate(Scenario.of({**chosen.base, **values}))))

display(widgets.VBox(list(radios.values())), widgets.interactive_output(show, radios))
"""

CLICK = """({ input, ready, patience = 20000 }) => new Promise((done, failed) => {
    const began = performance.now();
    const look = () => {
        if (performance.now() - began > patience) failed(new Error("no new picture"));
        else if (!ready()) requestAnimationFrame(look);
        // Two frames of the display after the last change: then it is on the screen.
        else requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    };
    input.click();
    look();
})"""

WAIT_FOR_DRAWING = f"""({{ name, value }}) => {{
    const root = document.querySelector(".jp-OutputArea .kx");
    const radios = [...root.querySelectorAll(".kx-switch input")];
    const input = radios.find((i) => i.name.endsWith(`-${{name}}-scenario`) && i.value === value);
    const wanted = () => radios.filter((i) => i.checked).map((i) => i.value).join(" ");
    const ready = () => root.getAttribute("aria-busy") === "false" && root.dataset.shown === wanted();
    return ({CLICK})({{ input, ready }});
}}"""

WAIT_FOR_IMAGE = f"""({{ name, value }}) => {{
    const boxes = [...document.querySelectorAll(".widget-radio")];
    const box = boxes.find((b) => b.querySelector(".widget-label").textContent === name);
    const input = [...box.querySelectorAll("input")].find((i) => i.parentElement.textContent.trim() === value);
    const picture = () => document.querySelector(".jupyter-widgets.widget-output img");
    const [element, source] = [picture(), picture()?.src];
    const ready = () => picture()?.complete && (picture() !== element || picture().src !== source);
    return ({CLICK})({{ input, ready }});
}}"""

CLICKED = [
    ("quiesce", "shutdown"), ("iommu", "translate"), ("quiesce", "none"), ("lpi-disable", "sticky"),
    ("iommu", "off"), ("quiesce", "remove"), ("lpi-disable", "clearable"), ("quiesce", "none"),
]  # fmt: skip
"""Clicks that lead round in a circle; each shows another picture than the one before."""


def notebook(source: str) -> Any:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source.strip())], metadata=kernel)


def clicks(page: Any, address: str, ready: str, script: str) -> list[float]:
    """Open a notebook, run it, and click; return the times in ms, the first round apart."""
    page.set_default_timeout(servers.PATIENCE * 1000)
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    kernel = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    page.wait_for_function(kernel)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector(ready)
    page.wait_for_timeout(1500)
    times = []
    for number in range(CLICKS + len(CLICKED)):
        switch, value = CLICKED[number % len(CLICKED)]
        taken = page.evaluate(script, {"name": switch, "value": value})
        if number >= len(CLICKED):
            times.append(taken)
        page.wait_for_timeout(50)
    return times


def measure() -> dict[str, Any]:
    """Return the times of both, and their ratio at the median."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright, browsers.open(playwright) as browser:
        home = Path(folder)
        (home / "notebooks").mkdir()
        for name, source in (("explorer", EXPLORER), ("figures", FIGURES)):
            nbformat.write(notebook(source), home / "notebooks" / f"{name}.ipynb")
        with servers.jupyterlab(home) as address:
            page = browser.new_page(viewport={"width": 1400, "height": 1400})
            mine = clicks(page, address("explorer.ipynb"), ".jp-OutputArea .kx-map", WAIT_FOR_DRAWING)
            figures = ".jupyter-widgets.widget-output img"
            other = clicks(page, address("figures.ipynb"), figures, WAIT_FOR_IMAGE)
    found = {"explorer": spread(mine), "interactive_output with a new figure": spread(other)}
    ratio = found["interactive_output with a new figure"]["median ms"] / found["explorer"]["median ms"]
    return {"lab: click to pixels": {**found, "times faster": round(ratio, 1)}}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
