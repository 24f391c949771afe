"""The page "The thread, claim by claim": each claim has an author, a date and what is known now."""

import re
from pathlib import Path

import pytest
from scenarios import BAD

from kexecdoc.crossing import simulate
from kexecdoc.study.presets import PRESETS, preset

PAGE = (Path(__file__).resolve().parents[1] / "site" / "thread.md").read_text(encoding="utf-8")
THEN_AND_NOW, _, SINCE = PAGE.partition("\n## What happened after ")
CLAIMS = dict(re.findall(r"^### (.+?) \{ #[\w-]+ \}\n\n(.+?)(?=^#{2,3} |\Z)", THEN_AND_NOW, re.MULTILINE | re.DOTALL))


def test_every_claim_has_a_heading():
    assert SINCE
    assert len(CLAIMS) == THEN_AND_NOW.count("\n### ") > 30


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_says_who_made_it_and_when_and_what_is_known_of_it_now(claim):
    then, now = CLAIMS[claim].split("**Now:**")
    assert re.search(r"\*(Helgaas|Kaya|Zyngier|Biederman), (30 April|1 May)", then)
    assert "[src: seed-" in then
    assert "[src: seed-" not in now


def test_every_preset_that_the_page_runs_exists():
    run = re.findall(r"`kexecdoc run ([\w-]+)", PAGE)
    assert set(run) <= set(PRESETS)
    assert len(set(run)) > 20


def test_the_hardware_decides_whether_an_abort_is_fatal():
    aborted = preset("aborted").scenario
    assert simulate(aborted).verdict.outcome in BAD
    assert simulate(aborted.but(on_abort="ignored")).verdict.outcome == "harmless"
