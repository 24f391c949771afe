"""Chapter 8: each checker accepts the right answer, and says what is wrong with a wrong one."""

import pytest

from kexecdoc.course.exercises import RIGHT, panic

READERS = ("hpsa", "smartpqi", "xenbus")


@pytest.mark.slow
@pytest.mark.parametrize("memory", ["cma", "none"])
def test_some_seed_hits_a_capture_kernel_in_memory_that_devices_used(memory):
    answers = [panic.hits_the_capture_kernel(crash_memory=memory, dma="cyclic", seed=seed) for seed in range(20)]
    assert any(answer.startswith(RIGHT) for answer in answers)
    assert any("never uses" in answer or "other seeds" in answer for answer in answers)


@pytest.mark.parametrize("seed", range(10))
def test_no_seed_hits_one_in_reserved_memory(seed):
    assert "never uses" in panic.hits_the_capture_kernel(seed=seed)


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"path": "kexec"}, "only a panic"),
        ({"heap_damage": 0.1}, "leave heap_damage"),
        ({"crash_work": "shutdown"}, "no leftover write"),
        ({"crash_memory": "borrowed"}, "No such scenario"),
    ],
)
def test_anything_but_a_hit_capture_kernel_is_refused_with_its_reason(switches, reason):
    verdict = panic.hits_the_capture_kernel(**switches)
    assert verdict.startswith("No")
    assert reason in verdict


def test_only_the_lowest_traffic_that_empties_the_ring_in_time_is_accepted():
    assert panic.dry_in_the_wait(26).startswith(RIGHT)
    assert "longer than the wait" in panic.dry_in_the_wait(25)
    assert panic.dry_in_the_wait(27).startswith("Not the lowest")


def test_the_answer_is_exactly_the_drivers_that_read_the_flag():
    assert panic.read_reset_devices(*READERS).startswith(RIGHT)
    assert "hpsa" in panic.read_reset_devices("smartpqi", "xenbus")
    assert "is none of" in panic.read_reset_devices("e1000")
    for name in set(panic.READERS) - set(READERS):
        assert panic.READERS[name][1] in panic.read_reset_devices(*READERS, name)
