"""The small study on the machine's page: outcomes counted in the reader's browser."""

import json
import re
import shlex

import pytest
from full_explorer_driver import START, flip, opened, shows, study
from playwright.sync_api import expect

from kexecdoc.cli import main
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.study.presets import PRESETS
from kexecdoc.web.answers import answers

# --- a small study --------------------------------------------------------------------------------------------------


def test_a_study_counts_what_the_package_counts(page, machine, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    explorer = opened(page, machine)
    explorer.get_by_label("Start from").select_option("left-running")
    study(explorer, "iommu", 10)
    expect(explorer.get_by_text("30 of 30 runs counted.")).to_be_visible(timeout=START)
    request = {"scenario": PRESETS["left-running"].values, "vary": "iommu", "values": ["off", "identity", "translate"]}
    *_, last = answers("study", json.dumps(request | {"seeds": "10"}))
    table = json.loads(last)
    head = ["iommu", "runs", *table["occurring"], "corrupted or worse", "95 % interval"]
    cells = explorer.locator(".kx-study-table tr").all()
    assert [re.sub(r"^\W ", "", text) for text in cells[0].locator("th").all_text_contents()] == head
    for row, wanted in zip(cells[1:], table["rows"], strict=True):
        low, high = (f"{100 * bound:.1f}" for bound in wanted["interval"])
        outcomes = [str(wanted["outcomes"].get(o, {"runs": 0})["runs"]) for o in table["occurring"]]
        share = f"{100 * wanted['bad'] / wanted['runs']:.1f} %"
        assert row.locator("th, td").all_text_contents() == [
            *wanted["values"], "10", *outcomes, share, f"{low} to {high} %"
        ]  # fmt: skip
    explorer.get_by_role("button", name="Copy as command").last.click()
    expect(explorer.get_by_text("Copied the command.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "kexecdoc sweep --vary iommu --quiesce none --clear-bus-master no --seeds 10"


def test_a_studys_command_counts_the_same_with_another_kernels_defaults(page, machine, context, capsys):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    scenario = {"kernel": "3.4", "clear-bus-master": "yes", "quiesce": "none"}
    explorer = opened(page, machine + "#kx=machine" + "".join(f"&{n}={v}" for n, v in scenario.items()))
    study(explorer, "kernel", 2)
    expect(explorer.get_by_text("20 of 20 runs counted.")).to_be_visible(timeout=START)
    rows = explorer.locator(".kx-study-table tbody tr").all()
    shown = {row.locator("th code").text_content(): row.locator("td").all_text_contents() for row in rows}
    occurring = [re.sub(r"^\W ", "", h) for h in explorer.locator(".kx-study-table thead th").all_text_contents()][2:-2]
    explorer.get_by_role("button", name="Copy as command").last.click()
    expect(explorer.get_by_text("Copied the command.")).to_be_visible()
    commands = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert len(commands) == len(shown) == 10
    for command, (kernel, cells) in zip(commands, shown.items(), strict=True):
        words = shlex.split(command)[1:]
        assert words[:3] == ["sweep", "--kernel", kernel]
        assert main(words) == 0
        *_, head, line = capsys.readouterr().out.strip().split("\n")
        counted = dict(zip(head.split()[1:], line.split()[1:], strict=False))
        assert [counted.get(outcome, "0") for outcome in occurring] == cells[1:-2], kernel


def test_an_outcome_of_a_study_leads_to_the_first_run_that_had_it(page, machine):
    explorer = opened(page, machine)
    explorer.get_by_label("Start from").select_option("left-running")
    study(explorer, "", 12)
    expect(explorer.get_by_text("12 of 12 runs counted.")).to_be_visible(timeout=START)
    base = PRESETS["left-running"].scenario
    outcomes = [simulate(base.but(seed=seed)).verdict.outcome for seed in range(1, 13)]
    seed = 1 + outcomes.index("crashed")
    explorer.get_by_role("button", name=re.compile(rf"crashed: show the first, seed {seed}$")).click()
    shows(explorer, base.but(seed=seed))


def test_the_line_of_the_outcome_leads_to_the_study(page, machine):
    explorer = opened(page, machine)
    explorer.get_by_role("button", name="Was it luck?").click()
    expect(explorer.get_by_label("Besides the seed, vary")).to_be_in_viewport()
    expect(explorer.locator(".kx-study > summary")).to_be_focused()


def test_a_study_can_be_stopped_and_a_run_can_be_had_in_the_middle_of_it(page, machine):
    explorer = opened(page, machine)
    study(explorer, "lpi-policy", 100)
    expect(explorer.get_by_text(re.compile(r"^\d+ of 300 runs$"))).to_be_visible(timeout=START)
    flip(explorer, "seed", 17)
    shows(explorer, Scenario(seed=17))
    explorer.get_by_role("button", name="Stop", exact=True).click()
    told = explorer.get_by_text(re.compile(r"^Stopped: \d+ of 300 runs counted\.$"))
    expect(told).to_be_visible()
    counted = told.text_content()
    flip(explorer, "seed", 18)
    shows(explorer, Scenario(seed=18))
    assert told.text_content() == counted


NO_STUDY = {"101": ("", "the nearest is 100"), "5": ("10, many", "“many” is not"), "6": ("5, 5", "5 comes twice")}


@pytest.mark.parametrize("seeds", NO_STUDY)
def test_a_study_that_cannot_be_is_refused_in_a_line(page, machine, seeds):
    values, told = NO_STUDY[seeds]
    explorer = opened(page, machine)
    explorer.locator(".kx-study > summary").click()
    explorer.get_by_label("Besides the seed, vary").select_option("traffic")
    if values:
        explorer.get_by_label("Its values").fill(values)
    explorer.get_by_label(re.compile("^Seeds")).fill(seeds)
    explorer.get_by_role("button", name="Count", exact=True).click()
    expect(explorer.locator(".kx-refused")).to_contain_text(told, timeout=START)
