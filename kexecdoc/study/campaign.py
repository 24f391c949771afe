"""The crash campaign: how often each strategy of a crashed kernel captures the dump as more of the kernel is damaged.

Each strategy is the tuple of steps that it runs, and each step names the objects and locks that it touches. The
closed form (1-d)^k counts each object once, however many steps touch it. It leaves out locks whose wait is limited,
because those cost time and not the dump.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kexecdoc.crossing import exit_steps, simulate
from kexecdoc.model.kernel.crash import Lock
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.study.closed_forms import crash_success
from kexecdoc.study.proportion import wilson

STRATEGIES = switches()["crash-work"].choices


def objects(scenario: Scenario) -> list[str]:
    """Return what a strategy relies on, each once: objects, and locks that it waits for without a limit."""
    touched = [touch for step in exit_steps(scenario) if scenario.kernel in step.versions for touch in step.touches]
    deciding = [touch.name for touch in touched if not (isinstance(touch, Lock) and touch.limit)]
    return list(dict.fromkeys(deciding))


@dataclass(frozen=True)
class Rate:
    """How often a strategy captured the dump, with its interval, and what the closed form says.

    ``damage`` is a share from 0 to 1. ``objects`` is how many objects the strategy relies on: the k of the closed form.
    """

    strategy: str
    damage: float
    objects: int
    captured: int
    crossings: int
    low: float
    high: float
    closed_form: float


def campaign(damages: Iterable[float], seeds: int = 100, base: Scenario | None = None) -> Iterator[Rate]:
    """Yield a rate for each strategy and damage over ``seeds`` seeds, with a 95 % Wilson interval.

    Every strategy and damage gets the same seeds, so that nothing else differs between two rates.
    """
    scenario = (base or Scenario()).but(path="panic")
    for strategy in STRATEGIES:
        for damage in damages:
            crossings = [scenario.but(crash_work=strategy, heap_damage=damage, seed=seed) for seed in range(seeds)]
            captured = sum(simulate(crossing).to_json()["dump"] == "captured" for crossing in crossings)
            low, high = wilson(captured, seeds)
            k = len(objects(crossings[0]))
            yield Rate(strategy, damage, k, captured, seeds, low, high, crash_success(k, damage))
