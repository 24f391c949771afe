"""Chapter 9: each checker accepts the right answer, and says what is wrong with a wrong one."""

import math

import pytest

from kexecdoc.course.exercises import RIGHT, odds


@pytest.mark.parametrize(("objects", "damage"), [(5, 0.05), (12, 0.05), (15, 0.1)])
def test_chances_multiply(objects, damage):
    right = 100 * (1 - damage) ** objects
    assert odds.chance(objects, damage, right).startswith(RIGHT)
    assert "multiply" in odds.chance(objects, damage, 100 * (1 - objects * damage))
    assert "to fail" in odds.chance(objects, damage, 100 - right)
    assert "in a row" in odds.chance(objects, damage, 99.9)


def test_the_damage_for_a_chance_of_success_is_a_root():
    assert odds.damage_for(5, 0.55, 0.113).startswith(RIGHT)
    assert "root" in odds.damage_for(5, 0.55, 0.09)
    assert "find d" in odds.damage_for(5, 0.55, 0.5)


def test_a_share_near_a_half_takes_hundreds_of_crashes_to_measure():
    normal = 1.96**2 * 0.55 * 0.45 / 0.05**2  # the textbook's approximation
    right = math.ceil(normal)
    assert odds.crashes_needed(0.55, 0.05, right).startswith(RIGHT)
    assert "still" in odds.crashes_needed(0.55, 0.05, 100)
    assert "fewer would do" in odds.crashes_needed(0.55, 0.05, 2_000)
    assert "at the least" in odds.crashes_needed(0.55, 0.05, 0)
