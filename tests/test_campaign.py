"""The crash campaign: strategies under growing damage."""

from math import sqrt

import pytest
from scenarios import scenario

from kexecdoc.crossing import simulate
from kexecdoc.study.campaign import STRATEGIES, campaign, objects
from kexecdoc.study.closed_forms import crash_success

pytestmark = pytest.mark.slow

SEEDS = 120


def captured(words, damage, seed):
    return simulate(scenario(words, **{"heap-damage": damage, "seed": seed})).to_json()["dump"] == "captured"


@pytest.mark.parametrize("machine", ["arm64", "x86"])
def test_at_no_damage_every_strategy_captures_every_dump(machine):
    for rate in campaign([0], seeds=5, base=scenario(f"machine={machine}")):
        assert rate.captured == rate.crossings == 5
        assert rate.closed_form == 1


@pytest.mark.slow
@pytest.mark.parametrize("machine", ["arm64", "x86"])
@pytest.mark.parametrize("work", STRATEGIES)
def test_more_damage_never_helps_a_capture_kernel_in_reserved_memory(machine, work):
    words = f"path=panic machine={machine} crash-work={work}"
    for seed in range(15):
        got = [captured(words, damage, seed) for damage in (0, 0.02, 0.1, 0.3, 1)]
        assert got == sorted(got, reverse=True)
        assert got[0]
        assert not got[-1]


@pytest.mark.parametrize("work", STRATEGIES)
def test_reserving_memory_never_hurts(work):
    for seed in range(10):
        for damage in (0, 0.05):
            reserved, what_if = (
                captured(f"path=panic crash-work={work} crash-memory={memory}", damage, seed)
                for memory in ("reserved", "none")
            )
            assert reserved >= what_if


def test_the_more_a_strategy_touches_the_sooner_it_vanishes():
    counts = {work: len(objects(scenario(f"path=panic crash-work={work}"))) for work in STRATEGIES}
    assert counts["minimal"] < counts["notifiers"] < counts["shutdown"]
    rates = {rate.strategy: rate.captured for rate in campaign([0.1], seeds=60)}
    assert rates["minimal"] > rates["notifiers"] > rates["shutdown"]


@pytest.mark.slow
@pytest.mark.parametrize("work", STRATEGIES)
@pytest.mark.parametrize("damage", [0.02, 0.05, 0.1])
def test_the_rate_of_each_strategy_agrees_with_the_closed_form(work, damage):
    words = f"path=panic crash-work={work}"
    share = crash_success(len(objects(scenario(words))), damage)
    hits = sum(captured(words, damage, seed) for seed in range(SEEDS))
    assert abs(hits / SEEDS - share) < 3 * sqrt(share * (1 - share) / SEEDS)


def test_an_object_that_two_steps_touch_counts_once():
    words = scenario("path=panic crash-work=in-place")
    assert len(objects(words)) == len(set(objects(words)))
