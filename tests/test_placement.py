"""Placement succeeds whenever there is room, for any seed and any draw."""

import random
import re

import pytest
from scenarios import crossed, scenario

from kexecdoc.crossing import Crossing, simulate
from kexecdoc.model.kernel import image
from kexecdoc.model.machine.memory import Memory, NoRoom
from kexecdoc.model.scales import INITRAMFS_FRAMES
from kexecdoc.model.scenario import Scenario

CUT_UP = (42169,)
"""Seeds whose text and data leave no hole for the initramfs."""

LAYOUTS = {
    "path": ("kexec", "panic", "reboot"),
    "machine": ("arm64", "x86"),
    "handover": ("none", "kho"),
    "crash-memory": ("reserved", "cma", "none"),
    "image-placement": ("clear", "over-tables"),
    "firmware": ("efi", "devicetree"),
    "iommu": ("off", "translate"),
    "iova": ("hole", "ram"),
    "dma": ("ring", "cyclic"),
    "lpi-policy": ("reuse", "detect", "naive"),
    "loader": ("file", "user"),
    "quiesce": ("shutdown", "remove", "none"),
}
"""What a layout depends on besides the ring's size and the seed."""


def any_layout(number: int) -> Scenario:
    """A random scenario with almost no traffic; every second one has the largest ring."""
    lot = random.Random(number)
    settings = {name: lot.choice(values) for name, values in LAYOUTS.items()}
    ring = lot.randint(1, 2048) if lot.random() < 0.5 else 2048
    return Scenario.of({**settings, "ring-size": ring, "traffic": 1, "seed": lot.randrange(10**6)})


@pytest.mark.parametrize("seed", CUT_UP)
def test_a_seed_that_leaves_no_hole_for_the_initramfs_crosses_all_the_same(seed):
    segments = Crossing(scenario("quiesce=none clear-bus-master=no", seed=seed)).old.image.segments
    frames = [frame for s in segments for frame in range(s.first, s.first + s.count)]
    assert [s.owner for s in segments] == ["next-text", "next-data", "next-initramfs"]
    assert len({*frames}) == 1024
    assert crossed("quiesce=none clear-bus-master=no", seed).verdict.jump_ns


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_thousands_of_layouts_find_room_for_everything(part):
    for number in range(part, 3000, 4):
        Crossing(any_layout(number))


def worst(draws, stream, count, align, usable, over=range(0)):
    """Place as an adversary: if possible, so that the hole before it is just too small for the initramfs."""
    holes = [found.span() for found in re.finditer(rb"\x01+", usable)]
    large = [start for start, stop in holes if stop - start >= INITRAMFS_FRAMES]
    just = [(start + INITRAMFS_FRAMES - 1) // align * align for start in large]
    anywhere = [first for start in (*large, 0) for first in range(-(-start // align) * align, 4096, align)]
    for first in (*just, *anywhere):
        if usable.count(1, first, first + count) == count and not {*over} - {*range(first, first + count)}:
            return first
    raise NoRoom(stream)


@pytest.mark.slow
def test_no_draw_leaves_a_kernel_without_memory(monkeypatch):
    """The old kernel, the loader and the next kernel place everything in the worst possible way."""
    monkeypatch.setattr(Memory, "place", staticmethod(worst))
    placed = [simulate(any_layout(number)).verdict.jump_ns for number in range(200)]
    assert sum(jump is not None for jump in placed) > 150


def test_the_adversary_leaves_no_hole_to_a_loader_that_keeps_to_the_order(monkeypatch):
    monkeypatch.setattr(Memory, "place", staticmethod(worst))
    tried = []
    placed = image._placed
    monkeypatch.setattr(image, "_placed", lambda *words: tried.append(words[1]) or placed(*words))
    Crossing(scenario("path=kexec"))
    assert [owner for owner, _ in tried[0]] == ["next-text", "next-data", "next-initramfs"]
    assert [owner for owner, _ in tried[1]] == ["next-initramfs", "next-text", "next-data"]
