"""Drives the page of the whole machine: what a reader does there, and how a test waits for what follows."""

import re

from playwright.sync_api import expect

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import switches

START = 60_000  # milliseconds that Python may take to start on a busy machine
RUNS = "Python runs in your browser, and works out whatever you set."


def opened(page, address):
    page.goto(address)
    explorer = page.locator(".kx[data-cursor]").first
    explorer.wait_for(timeout=START)
    return explorer


def field(explorer, name):
    """The control of a switch, its group opened."""
    knob = explorer.locator(f".kx-knob:has(.kx-name code:text-is('{name}'))")
    group = explorer.locator(f"details.kx-group:has(.kx-name code:text-is('{name}'))")
    if not group.evaluate("group => group.open"):
        group.locator("summary").click()
    return knob.locator("select, input").first


def flip(explorer, name, value):
    control = field(explorer, name)
    if switches()[name].choices:
        control.select_option(value)
    else:
        control.fill(str(value))
        control.press("Enter")


def shows(explorer, scenario):
    """Wait until the picture is that of a scenario, and see that the words are."""
    values = " ".join(map(str, scenario.values().values()))
    expect(explorer).to_have_attribute("data-shown", values, timeout=START)
    expect(explorer).to_have_attribute("aria-busy", "false")
    verdict = simulate(scenario).verdict
    expect(explorer.locator(".kx-outcome").first).to_contain_text(verdict.outcome)
    expect(explorer.locator(".kx-sentence").first).to_have_text(verdict.summary)


def says(explorer, words):
    expect(explorer.locator(".kx-loading > p")).to_contain_text(words, timeout=START)


def of_python(urls):
    return [url for url in urls if "pyodide" in url or url.endswith((".whl", "worker.js"))]


def pythons(page):
    """The workers of a page that run Python, or would."""
    return [worker for worker in page.workers if worker.url.endswith("worker.js")]


def study(explorer, vary="", seeds=20):
    explorer.locator(".kx-study > summary").click()
    explorer.get_by_label("Besides the seed, vary").select_option(vary)
    explorer.get_by_label(re.compile("^Seeds")).fill(str(seeds))
    explorer.get_by_role("button", name="Count", exact=True).click()
