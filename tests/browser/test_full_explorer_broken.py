"""What can go wrong on the machine's page: each has its words, and the reader goes on with what is there."""

import re

import pytest
import servers
from full_explorer_driver import START, field, flip, opened, pythons, says, shows, study
from listening import complaints_of
from pages import POLICY
from playwright.sync_api import expect

from kexecdoc.model.scenario import Scenario
from kexecdoc.study.presets import PRESETS

# --- what can go wrong ----------------------------------------------------------------------------------------------


def gone(route):
    route.fulfill(status=404, body="not found")


def silent(route):
    """Never answered."""


BROKEN = {
    "the worker is missing": ("**/worker.js", gone, "did not run its worker"),
    "the worker is no script": (
        "**/worker.js",
        lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"),
        "did not run its worker",
    ),
    "wasm is missing": ("**/*.wasm", gone, "pyodide.asm.wasm could not be fetched: the server says 404"),
    "the network breaks off": ("**/python_stdlib.zip", lambda route: route.abort(), "python_stdlib.zip could not be"),
    "a module is missing": ("**/pyodide.asm.mjs", gone, "pyodide.asm.mjs could not be loaded"),
    "a wheel is missing": ("**/simpy-*.whl", gone, "whl could not be fetched: the server says 404"),
    "a wheel is broken": (
        "**/kexecdoc-*.whl",
        lambda route: route.fulfill(body="no wheel"),
        "kexecdoc-0.1.0-py3-none-any.whl could not be unpacked",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_cannot_start_says_why_and_goes_on_with_what_is_there(page, machine, broken):
    pattern, answer, told = BROKEN[broken]
    page.route(pattern, answer)
    explorer = opened(page, machine)
    flip(explorer, "seed", 17)
    says(explorer, "Python could not be run in your browser")
    says(explorer, told)
    says(explorer, "The switches are back at what is shown.")
    shows(explorer, Scenario())
    expect(field(explorer, "seed")).to_have_value("1")
    explorer.get_by_label("Start from").select_option("left-running")
    shows(explorer, PRESETS["left-running"].scenario)
    assert pythons(page) == []


def test_a_run_that_is_not_on_the_site_after_all_is_made_in_the_browser(page, machine):
    page.route("**/runs/left-running.json", gone)
    explorer = opened(page, machine)
    explorer.get_by_label("Start from").select_option("left-running")
    shows(explorer, PRESETS["left-running"].scenario)
    assert len(pythons(page)) == 1


@pytest.mark.parametrize("file", ["machine.json", "full-explorer.js", "full-explorer.css"])
def test_without_what_the_page_is_made_of_the_still_stands(page, machine, file):
    page.route(f"**/{file}", gone)
    page.goto(machine)
    expect(page.locator(".kx-failed")).to_contain_text("this is a still picture")
    expect(page.locator(".kx-explorer .kx-still img")).to_be_visible()


def test_after_a_failure_the_same_can_be_tried_again(page, machine):
    page.route("**/*.wasm", gone)
    explorer = opened(page, machine)
    flip(explorer, "seed", 17)
    says(explorer, "could not be fetched")
    page.unroute("**/*.wasm")
    explorer.get_by_role("button", name="Try again").click()
    shows(explorer, Scenario(seed=17))


def test_a_start_that_does_not_get_on_is_given_up(page, machine):
    page.clock.install()
    page.route("**/*.wasm", silent)
    explorer = opened(page, machine)
    with page.expect_request("**/*.wasm"):
        flip(explorer, "seed", 17)
    says(explorer, "Python is being started")
    page.clock.fast_forward(46_000)
    says(explorer, "nothing came for 45 seconds")
    shows(explorer, Scenario())


def test_a_start_can_be_cancelled_and_begun_again(page, machine):
    page.route("**/*.wasm", silent)
    explorer = opened(page, machine)
    flip(explorer, "seed", 17)
    explorer.get_by_role("button", name="Cancel").click()
    says(explorer, "This was not run: you cancelled it. The switches are back at what is shown.")
    shows(explorer, Scenario())
    assert pythons(page) == []
    page.unroute("**/*.wasm")
    explorer.get_by_role("button", name="Try again").click()
    shows(explorer, Scenario(seed=17))


MORTAL = """self.addEventListener("message", (event) => {
    if (event.data.request?.scenario.seed !== "18") return;
    event.stopImmediatePropagation();
    console.info("killed");
    self.close();
});
"""


def test_a_worker_that_was_killed_is_noticed_and_the_next_flip_starts_another(page, machine):
    page.clock.install()
    page.route("**/worker.js", lambda route: route.fulfill(response=(r := route.fetch()), body=MORTAL + r.text()))
    explorer = opened(page, machine)
    flip(explorer, "seed", 17)
    shows(explorer, Scenario(seed=17))
    with page.expect_console_message(lambda message: message.text == "killed"):
        flip(explorer, "seed", 18)
    expect(explorer).to_have_attribute("aria-busy", "true")
    page.clock.run_for(1_000)  # the reader rests, so what has no effect is asked for, too
    page.clock.fast_forward(61_000)
    says(explorer, "it did not answer for 60 seconds")
    shows(explorer, Scenario(seed=17))
    flip(explorer, "seed", 19)
    shows(explorer, Scenario(seed=19))


TELLING = """self.addEventListener("message", ({ data }) => data.kind === "run" && console.info("run"));
"""


def test_of_rapid_flips_the_last_one_is_shown_and_the_others_are_called_off(page, machine):
    runs = []
    page.on("console", lambda message: runs.append(message.text) if message.text == "run" else None)
    page.route("**/worker.js", lambda route: route.fulfill(response=(r := route.fetch()), body=TELLING + r.text()))
    held = []
    page.route("**/*.wasm", lambda route: held.append(route))
    explorer = opened(page, machine)
    with page.expect_request("**/*.wasm"):
        flip(explorer, "seed", 30)
    for seed in range(31, 45):
        flip(explorer, "seed", seed)
    for route in held:
        route.continue_()
    shows(explorer, Scenario(seed=44))
    assert runs == ["run"], "of those that were asked for while Python started"


def test_two_machines_that_wait_are_cancelled_and_tried_again_together(page, machine):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("worker.js") else None)
    page.clock.install()
    page.route("**/*.wasm", silent)
    address = f"{machine}#kx=machine&seed=17&b.seed=18"
    page.goto(address)
    page.get_by_role("button", name="Cancel").click()
    explorer = page.locator(".kx[data-cursor]").first
    says(explorer, "This was not run: you cancelled it. The switches are back at")
    shows(explorer, Scenario())
    expect(explorer.locator(".kx-outcome")).to_have_count(1)
    page.clock.run_for(1_000)  # whatever would be asked for, or written into the address, later
    assert len(asked) == 1
    assert page.url == address, "it can be loaded again"
    page.unroute("**/*.wasm")
    explorer.get_by_role("button", name="Try again").click()
    expect(explorer.locator(".kx-outcome")).to_have_count(2, timeout=START)
    shows(explorer, Scenario(seed=17))
    page.wait_for_url("**/#kx=machine&seed=17&b.seed=18")


def test_where_nothing_at_all_can_be_shown_that_is_said_once(page, machine):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("worker.js") else None)
    page.clock.install()
    page.route("**/*.wasm", gone)
    page.route("**/runs/*.json", gone)
    page.goto(f"{machine}#kx=machine&seed=17")
    expect(page.locator(".kx-error")).to_have_text(
        "Nothing can be shown: this is neither on the site, nor could it be run.", timeout=START
    )
    page.clock.run_for(1_000)  # whatever would be asked for later
    assert len(asked) <= 2
    assert pythons(page) == []


# --- a content policy --------------------------------------------------------------------------------------------

EVAL = """() => new Promise((done) => setTimeout(() => {
    try { done(eval("'allowed'")); } catch { done("refused"); }
}))"""


def held_to(new_context, policy):
    """A page all of whose documents, scripts and workers come with a policy."""
    return new_context(extra_http_headers={servers.POLICY_WANTED: policy}).new_page()


def test_under_a_content_policy_and_instant_navigation_everything_works(new_context, site, machine):
    page = held_to(new_context, POLICY)
    complaints = complaints_of(page)
    page.goto(site)
    page.evaluate("() => { window.sameDocument = true; }")
    page.get_by_role("link", name="The machine").first.click()
    explorer = page.locator(".kx[data-cursor]").first
    flip(explorer, "seed", 17)
    shows(explorer, Scenario(seed=17))
    study(explorer, "dma", 2)
    expect(explorer.get_by_text("4 of 4 runs counted.")).to_be_visible()
    assert page.evaluate("() => window.sameDocument")
    assert complaints == []
    assert page.evaluate(EVAL) == "refused", "the page is held to the policy"


def test_where_a_policy_forbids_workers_the_page_says_so(new_context, machine):
    page = held_to(new_context, "worker-src 'none'")
    explorer = opened(page, machine)
    flip(explorer, "seed", 17)
    says(explorer, "Python could not be run in your browser")
    shows(explorer, Scenario())


# --- left out -------------------------------------------------------------------------------------------------------


def test_a_build_without_the_machine_has_no_trace_of_it(page, tmp_path):
    with servers.site(tmp_path / "site", full_explorer=False) as address:
        left = [str(path.relative_to(tmp_path)) for path in (tmp_path / "site").rglob("*")]
        assert not [
            p for p in left if "pyodide" in p or p.endswith((".whl", "full-explorer.js", "worker.js", "machine.json"))
        ]
        assert not (tmp_path / "site" / "machine").exists()
        for path in ("", "start-here/", "notebooks/01-just-a-branch/"):
            page.goto(address + path, wait_until="networkidle")
            expect(page.get_by_role("link", name=re.compile("^The machine$|in the machine"))).to_have_count(0)


def test_what_is_given_on_lies_beside_its_licences(page, machine):
    notice = page.request.get(f"{machine}../assets/python/licences/NOTICE.txt").text()
    about = page.request.get(f"{machine}../assets/kexecdoc/machine.json").json()["engine"]
    for name in (f"Pyodide {about['python']}", f"CPython {about['info']['python']}", "SimPy 4."):
        assert name in notice
    assert "@" not in notice
    for licence in re.findall(r"[A-Z][\w.-]+\.txt", notice):
        assert page.request.get(f"{machine}../assets/python/licences/{licence}").ok, licence
