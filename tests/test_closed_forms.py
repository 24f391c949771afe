"""Simulated shares agree with arithmetic."""

from math import sqrt

import pytest
from scenarios import BAD, scenario

from kexecdoc.crossing import simulate
from kexecdoc.study import closed_forms

SEEDS = 200
LEFT = "quiesce=none clear-bus-master=no"


def agrees(hits: int, share: float) -> bool:
    """Three standard errors, plus two hundredths for what the closed form leaves out."""
    return abs(hits / SEEDS - share) < 3 * sqrt(max(share * (1 - share), 0.005) / SEEDS) + 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        "",
        "ring-size=64",
        "traffic=100",
        "traffic=2000",
        "dma=cyclic",
        "dma=cyclic next-driver=absent",
        "next-driver=absent traffic=5",
        "next-driver=absent traffic=30",
        "firmware=devicetree",
    ],
)
def test_the_share_corrupted_agrees_with_the_closed_form(words):
    words = f"{LEFT} {words}"
    hits = sum(simulate(scenario(words, seed=seed)).verdict.outcome in BAD for seed in range(SEEDS))
    assert agrees(hits, closed_forms.corrupted_share(scenario(words)))


@pytest.mark.slow
@pytest.mark.parametrize("words", ["", "dma=cyclic", "next-driver=absent traffic=30", "ring-size=64"])
def test_the_share_of_hit_capture_kernels_agrees_with_the_closed_form(words):
    words = f"path=panic crash-memory=none {words}"
    hits = sum(simulate(scenario(words, seed=seed)).verdict.outcome in BAD for seed in range(SEEDS))
    assert agrees(hits, closed_forms.corrupted_share(scenario(words)))


@pytest.mark.slow
def test_the_share_of_flips_in_early_allocations_agrees_with_the_closed_form():
    words = f"{LEFT} dma=cyclic firmware=devicetree"
    looked = shown = 0
    for seed in range(5 * SEEDS):
        verdict = simulate(scenario(words, seed=seed)).verdict
        looked += verdict.tables is not None
        shown += any(w.writer.startswith("redistributor") and w.owner == "next-tables" for w in verdict.wrong)
    share = closed_forms.flip_share(scenario(words))
    assert 0.05 < share < 0.15
    assert abs(shown / looked - share) < 3 * sqrt(share * (1 - share) / looked)


def test_a_write_before_the_copy_is_overwritten_and_one_after_it_is_not():
    """A ring that is dry before the copy ends does less harm than a longer one."""
    short, long = (closed_forms.corrupted_share(scenario(LEFT, **{"ring-size": n})) for n in (16, 256))
    assert short < long


def test_more_descriptors_never_do_less_harm():
    shares = [closed_forms.corrupted_share(scenario(LEFT, **{"ring-size": n})) for n in (1, 8, 64, 128, 256, 1024)]
    assert shares == sorted(shares)


@pytest.mark.parametrize("words", ["", "loader=user"])
def test_the_times_of_the_closed_forms_are_those_of_a_run(words):
    s = scenario(words)
    run = simulate(s)
    at = {e.id: e.t_ns - run.verdict.jump_ns for e in run.log}
    assert closed_forms.entry_ns(s) == at["stub/enter:0"]
    assert closed_forms.quiet_its_ns(s) == at["next/its-quiesce:0"]
    assert abs(closed_forms.probe_ns(s) - at["next/eth0-reset:0"]) < 10
    assert abs(closed_forms.userspace_ns(s) - at["next/userspace:0"]) < 10
