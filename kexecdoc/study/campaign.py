"""The crash campaign: how often each strategy of a crashed kernel captures the dump as damage grows.

A strategy is a tuple of steps, each of which names the objects and locks that it touches. The closed form (1-d)^k
counts each object once, however many steps touch it. It leaves out locks whose wait has a limit: those cost time, and
not the dump.
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
    """Return the objects that a strategy relies on, and the locks that it waits for without a limit, each once."""
    touched = [touch for step in exit_steps(scenario) if scenario.kernel in step.versions for touch in step.touches]
    needed = [touch.name for touch in touched if not (isinstance(touch, Lock) and touch.limit)]
    return list(dict.fromkeys(needed))


@dataclass(frozen=True)
class Rate:
    """How often a strategy captured the dump, with the share's interval, and the share by the closed form.

    ``damage`` is a share from 0 to 1; ``objects`` is the k of the closed form.
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

    All strategies and damages use the same seeds, so that nothing else differs between two rates.
    """
    scenario = (base or Scenario()).but(path="panic")
    for strategy in STRATEGIES:
        for damage in damages:
            crossings = [scenario.but(crash_work=strategy, heap_damage=damage, seed=seed) for seed in range(seeds)]
            captured = sum(simulate(crossing).to_json()["dump"] == "captured" for crossing in crossings)
            low, high = wilson(captured, seeds)
            k = len(objects(crossings[0]))
            yield Rate(strategy, damage, k, captured, seeds, low, high, crash_success(k, damage))
