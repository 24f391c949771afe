"""The cost of the published page: a flip of a switch, a frame of scrubbing, the bytes fetched."""

from __future__ import annotations

import gzip
import itertools
import json
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks import browsers
from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import dumps
from kexecdoc.web import view
from kexecdoc.web.assets import write_assets
from tools import servers

NAME = "just-a-branch"
CHAPTER = "notebooks/01-just-a-branch/"
FLIPS = 200
LONG = Scenario(quiesce="none", clear_bus_master="no", dma="cyclic", next_driver="absent", traffic=1_750, seed=5)
"""A run of about 5,000 events, for scrubbing."""

COMPRESSED = (".png", ".woff2")  # a server does not compress these again


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def statistics_of(values: list[float]) -> dict[str, float]:
    """Return the figures reported for a series of times in ms."""
    return {"median ms": round(statistics.median(values), 2), "p95 ms": round(percentile(values, 0.95), 2)}


FLIP = """async ({ settings, names, flips, two }) => {
    const root = document.querySelector(".kx");
    const controls = [...root.querySelectorAll(".kx-switch input, .kx-switch select")];
    const side = (k, n) => root.querySelectorAll(".kx-switch")[k].querySelectorAll("select")[n];
    const radio = (k, value) => controls.find((i) => i.name?.endsWith(`-${names[k]}-scenario`) && i.value === value);
    /** Set one control; true if that changed anything. */
    const set = (k, value, n) => {
        if (!two) {
            const input = radio(k, value);
            return input.checked ? null : () => input.click();
        }
        const select = side(k, n);
        if (select.value === value) return null;
        return () => { select.value = value; select.dispatchEvent(new Event("change")); };
    };
    // A reader looks before flipping a switch, and the page uses that time to fetch runs.
    await new Promise((done) => setTimeout(done, 1500));
    const times = [];
    let n = 0;
    while (times.length < flips) {
        // In steps of seven, so that consecutive flips change different switches; two scenarios take turns.
        const wanted = settings[(n++ * 7) % settings.length];
        for (const [k, value] of wanted.entries()) {
            const act = set(k, value, n % 2);
            if (!act) continue;
            const began = performance.now();
            act();
            times.push(performance.now() - began);
            if (root.getAttribute("aria-busy") !== "false") throw new Error("the picture was not written yet");
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        }
    }
    return times;
}"""


def flips(page: Page, two: bool = False) -> dict[str, Any]:
    """Measure the time from a control's event to the updated picture, over the settings of the chapter's switches.

    With ``two`` there are two scenarios to compare, flipped in turn.
    """
    chosen = EXPLORERS[NAME]
    controls = [(c["name"], [v["value"] for v in c["choices"]]) for c in view.controls(chosen)]
    settings = list(itertools.product(*(values for _, values in controls)))
    if two:
        page.get_by_role("button", name="Compare").click()
    arguments = {"settings": settings, "names": [name for name, _ in controls], "flips": FLIPS, "two": two}
    times: list[float] = page.evaluate(FLIP, arguments)
    return {**statistics_of(times), "flips": len(times)}


SCRUB = """async () => {
    const root = document.querySelector(".kx");
    const range = root.querySelector("input[type=range]");
    const times = [];
    const frames = 300;
    for (let n = 0; n <= frames; n++) {
        // Back and forth, as a reader does it.
        range.value = Math.round(range.max * Math.abs(Math.sin((n / frames) * 7)));
        range.dispatchEvent(new Event("input"));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        times.push(+root.dataset.drawMs);
    }
    return times;
}"""

BARE = """<!doctype html><meta charset="utf-8"><title>A long run</title><link rel="stylesheet" href="explorer.css">
<body><div id="here"></div><script type="module">
import { render } from "./explorer.js";
const state = await (await fetch("long.json")).json();
const model = { get: (n) => state[n], set: (n, v) => { state[n] = v; }, save_changes() {}, on() {}, off() {} };
render({ model, el: document.getElementById("here") });
</script>"""


def scrubbing(page: Page, folder: Path) -> dict[str, Any]:
    """Measure the script time for a frame while scrubbing through a run of 5,000 events."""
    run = simulate(LONG)
    write_assets(folder)
    nothing = {"controls": [], "base": {}, "defaults": LONG.values(), "scenario": {}, "other": {}}
    state = {"view": view.view_of(run), "messages": {}, "legend": view.legend(), "at": "end", "frame": -1, **nothing}
    (folder / "long.json").write_text(dumps(state))
    (folder / "long.html").write_text(BARE)
    with servers.folder(folder) as address:
        page.goto(address + "long.html")
        page.wait_for_function("document.querySelector('.kx')?.dataset.cursor")
        times: list[float] = page.evaluate(SCRUB)
    return {**statistics_of(times), "events": len(run.log)}


def fetched(page: Page, address: str) -> dict[str, Any]:
    """Return the gzipped bytes that a page with an explorer fetches."""
    sizes: dict[str, int] = {}

    def count(response: Any) -> None:
        name = response.url.removeprefix(address)
        body = response.body() if response.ok else b""
        sizes[name] = len(body) if name.endswith(COMPRESSED) else len(gzip.compress(body, 6))

    page.on("response", count)
    page.goto(address + CHAPTER)
    page.wait_for_function("document.querySelector('.kx')?.dataset.cursor")
    page.wait_for_load_state("networkidle")
    search = sizes.pop("search/search_index.json", 0)
    runs = [size for name, size in sizes.items() if name.startswith(f"assets/kexecdoc/explorers/{NAME}/")]
    first, *prefetched = runs
    return {
        "KB": round((sum(sizes.values()) - sum(prefetched)) / 1000, 1),
        "of it the run KB": round(first / 1000, 1),
        "runs fetched ahead KB": round(sum(prefetched) / 1000, 1),
        "runs fetched ahead": len(prefetched),
        "search index apart KB": round(search / 1000, 1),
    }


def measure() -> dict[str, Any]:
    """Return all results for the page."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright, browsers.launch(playwright) as browser:
        (bare := Path(folder) / "bare").mkdir()
        with servers.site(Path(folder) / "site") as address:
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            bytes_fetched = fetched(page, address)
            flipped = flips(page)
            both = flips(page, two=True)
            dense = browser.new_page(viewport={"width": 1400, "height": 1000}, device_scale_factor=2)
            dense.goto(address + CHAPTER)
            dense.wait_for_function("document.querySelector('.kx')?.dataset.cursor")
            flipped_dense = flips(dense)
        scrubbed = scrubbing(browser.new_page(viewport={"width": 1400, "height": 1000}), bare)
    return {
        "page: control to picture written": flipped,
        "page: the same, two device pixels to each": flipped_dense,
        "page: the same, two machines": both,
        "page: script time of a frame while scrubbing": scrubbed,
        "page: fetched, gzipped": bytes_fetched,
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
