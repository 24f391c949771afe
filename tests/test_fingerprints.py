"""A change to the code changes no run of the presets and of random scenarios."""

import json

import pytest
from fingerprints import FIXTURE, changed, draw

PARTS = 4


def test_a_share_of_the_recorded_runs_is_byte_for_byte_what_it_was():
    assert changed(step=25) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_recorded_run_is_byte_for_byte_what_it_was(part):
    assert changed(part, PARTS) == []


def test_the_recorded_scenarios_reach_every_path_and_machine():
    runs = json.loads(FIXTURE.read_text())["runs"]
    drawn = [run["settings"] for run in runs if run["name"].startswith("drawn-")]
    assert len(drawn) == 500
    seen = {(s.get("path", "kexec"), s.get("machine", "arm64")) for s in drawn}
    assert seen == {(path, machine) for path in ("kexec", "panic", "reboot") for machine in ("arm64", "x86")}


def test_a_random_scenario_is_reproducible():
    assert draw(7) == draw(7) != draw(8)
