"""The cost of the simulator in the page: time to the first run, time of a run beside CPython, memory, bytes.

The page runs the same package in a Python that is compiled for WebAssembly. Two things are compared: a reader's first
flip with a new CPython process for the same run, and a request to the worker with the same request in this process, in
turns. The two Pythons differ in version, and the results name both. The site is served locally, so no time includes a
network: the bytes show what that would add.
"""

from __future__ import annotations

import gzip
import json
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks import browsers
from benchmarks.page import COMPRESSED, percentile
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.study.presets import PRESETS
from kexecdoc.web.answers import answers
from tools import servers

PAGE = "machine/"
FILES = "assets/kexecdoc/"
SEED = 17
"""The site has no precomputed run with this seed or a greater one."""

STARTS = 3
ROUNDS = 5
COUNTED = (1, 20, 200)
"""The numbers of runs after which the worker's memory is reported."""

VIEW: ViewportSize = {"width": 1400, "height": 1000}
READY = "document.querySelector('.kx')?.dataset.cursor"
PATIENCE = 120_000  # ms for the page to have a run

FLIP = """({ name, value, place, patience }) => new Promise((done, failed) => {
    const root = document.querySelector(".kx");
    const knob = [...root.querySelectorAll(".kx-knob")].find((k) => k.querySelector("code").textContent === name);
    const input = knob.querySelector("input");
    const shown = () => root.getAttribute("aria-busy") === "false" && root.dataset.shown.split(" ")[place] === value;
    const began = performance.now();
    const look = () => {
        if (performance.now() - began > patience) failed(new Error("the picture does not show the run"));
        else if (!shown()) requestAnimationFrame(look);
        else requestAnimationFrame(() => done(performance.now() - began)); // it is on the screen with the next frame
    };
    input.value = value;
    input.dispatchEvent(new Event("change"));
    look();
})"""

NEW_PROCESS = """
import sys
from kexecdoc.web.answers import answers
list(answers("run", sys.argv[1]))
"""

START = """async (folder) => {
    const at = (path) => new URL(path, folder).href;
    const { engine } = await (await fetch(at("machine.json"))).json();
    const { loads } = await import(at("full-explorer.js"));
    const worker = new Worker(at("worker.js"), { type: "module" });
    let hear = () => {};
    worker.onmessage = ({ data }) => hear(data);
    let last = 0;
    window.ask = (request) => new Promise((done, failed) => {
        const id = ++last;
        hear = (answer) => {
            if (answer.failed) failed(new Error(answer.failed));
            else if (answer.done) done({ ms: answer.ms, heap: answer.heap });
            else if (answer.text.startsWith('{"error"')) failed(new Error(answer.text));
        };
        worker.postMessage({ id, kind: "run", request });
    });
    await new Promise((done, failed) => {
        hear = (answer) => (answer.ready ? done() : answer.failed && failed(new Error(answer.failed)));
        worker.postMessage({ start: loads(engine, at) });
    });
    return { pyodide: engine.python, python: engine.info.python };
}"""
"""Starts the site's worker as `full-explorer.js` does, and sends requests to it without the page."""


def request(scenario: Scenario) -> dict[str, Any]:
    """Return the request that a page makes for a scenario."""
    return {"scenario": {name: str(value) for name, value in scenario.values().items()}}


def open_page(page: Page, address: str) -> Page:
    """Open the full explorer's page, and wait until it shows a run."""
    page.goto(address + PAGE, wait_until="networkidle")
    page.wait_for_function(READY)
    return page


def flip(page: Page) -> float:
    """Make the page show a run that is not precomputed; return the seconds until it is on the screen."""
    place = list(switches()).index("seed")
    arguments = {"name": "seed", "value": str(SEED), "place": place, "patience": PATIENCE}
    return float(page.evaluate(FLIP, arguments)) / 1000


def new_process() -> float:
    """Return the seconds that a new CPython process takes for the same run."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", NEW_PROCESS, json.dumps(request(Scenario(seed=SEED)))], check=True)
    return perf_counter() - began


def starting(browser: Browser, address: str) -> dict[str, Any]:
    """Measure from a flip to its picture, each time with an empty cache, and CPython in turn."""
    new_process()
    flipped, started = [], []
    for _ in range(STARTS):
        with browser.new_context(viewport=VIEW) as context:
            flipped.append(flip(open_page(context.new_page(), address)))
        started.append(new_process())
    page, cpython = statistics.median(flipped), statistics.median(started)
    return {
        "s": round(page, 2),
        "each s": [round(s, 2) for s in flipped],
        "CPython s": round(cpython, 2),
        "ratio": round(page / cpython, 1),
    }


def running(page: Page, address: str) -> dict[str, Any]:
    """Measure runs in a worker and in this process, in turns, and the worker's memory.

    Each round simulates the presets with a different seed, so that no two runs are the same. The first round warms up
    both: a browser optimises code that runs often. WebAssembly's memory never shrinks.
    """
    page.goto(address + PAGE, wait_until="networkidle")
    versions = page.evaluate(START, address + FILES)
    rounds: list[list[tuple[float, float]]] = []
    heaps = []
    for number in range(ROUNDS + 1):
        pairs = []
        for preset in PRESETS.values():
            message = request(preset.scenario.but(seed=SEED + number))
            answer = page.evaluate("(message) => window.ask(message)", message)
            heaps.append(answer["heap"] / 2**20)
            text = json.dumps(message)
            began = perf_counter()
            list(answers("run", text))
            pairs.append((answer["ms"], (perf_counter() - began) * 1000))
        rounds.append(pairs)
    first, *others = rounds
    return {
        "pyodide: a run in the worker and in CPython": {
            **compared([pair for pairs in others for pair in pairs]),
            "in the first round": compared(first),
            "worker": f"Python {versions['python']} in Pyodide {versions['pyodide']}",
        },
        "pyodide: MiB of the worker's memory after so many runs": {n: round(heaps[n - 1], 1) for n in COUNTED},
    }


def compared(pairs: list[tuple[float, float]]) -> dict[str, Any]:
    """Return the results for pairs of times in ms, in the worker and in CPython."""
    worker, cpython = map(list, zip(*pairs, strict=True))
    median = statistics.median(worker), statistics.median(cpython)
    return {
        "median ms": round(median[0], 2),
        "p95 ms": round(percentile(worker, 0.95), 2),
        "CPython median ms": round(median[1], 2),
        "ratio of medians": round(median[0] / median[1], 2),
        "median of ratios": round(statistics.median(w / c for w, c in pairs), 2),
        "runs": len(pairs),
    }


def fetched(browser: Browser, address: str, folder: Path) -> dict[str, Any]:
    """Return the gzipped bytes that the full explorer's page fetches, and what the first run adds.

    Sizes are those of the files in ``folder``, because a browser does not keep the bodies of all responses to workers.
    """
    names: list[str] = []
    with browser.new_context(viewport=VIEW) as context:
        page = context.new_page()
        page.on("response", lambda response: names.append(response.url.removeprefix(address)))
        open_page(page, address)
        before = set(names)
        flip(page)
        page.wait_for_load_state("networkidle")
    early = sorted(name for name in before if is_engine(name))
    if early:
        raise AssertionError(f"loaded before anything was flipped: {', '.join(early)}")
    added = set(names) - before
    if not any(map(is_engine, added)):
        raise AssertionError("nothing of Pyodide was seen to be loaded")
    sizes = {name: gzipped(folder / name) for name in before | added}
    search = sizes.pop("search/search_index.json", 0)
    opening = sum(size for name, size in sizes.items() if name in before)
    running = sum(size for name, size in sizes.items() if name in added)
    return {
        "KB": round(opening / 1000, 1),
        "search index apart KB": round(search / 1000, 1),
        "after the first run KB": round((opening + running) / 1000, 1),
        "added by it KB": round(running / 1000, 1),
        "of it Pyodide KB": round(sum(sizes[n] for n in added if "pyodide" in n or n.endswith(".zip")) / 1000, 1),
        "of it wheels KB": round(sum(sizes[n] for n in added if n.endswith(".whl")) / 1000, 1),
    }


def is_engine(name: str) -> bool:
    """Return whether a file belongs to the page's Python."""
    return "pyodide" in name or name.endswith((".whl", ".zip"))


def gzipped(path: Path) -> int:
    """Return the size of a file of the site after compression, in bytes."""
    content = (path / "index.html" if path.is_dir() else path).read_bytes()
    return len(content) if path.name.endswith(COMPRESSED) else len(gzip.compress(content, 6))


def measure() -> dict[str, Any]:
    """Return all results for the page's Python."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright, browsers.launch(playwright) as browser:
        site = Path(folder)
        with servers.site(site) as address:
            if not (site / PAGE).exists():
                return {"pyodide: the page": {"was not measured": "the site was built without its page"}}
            bytes_fetched = fetched(browser, address, site)
            started = starting(browser, address)
            ran = running(browser.new_page(viewport=VIEW), address)
    return {"pyodide: start to first run": started, **ran, "pyodide: fetched, gzipped": bytes_fetched}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
