"""The crash campaign: what a crashed kernel's strategies are worth as more of it is damaged.

Each strategy is the tuple of steps that it runs, and each step names the objects and locks that it touches. The
closed form (1-d)^k counts each object once, however many steps touch it, and leaves out locks whose wait has a limit:
these cost time and not the dump.
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
    """Return the objects and locks without a limit that a strategy touches, each once: those that decide."""
    touched = [touch for step in exit_steps(scenario) if scenario.kernel in step.versions for touch in step.touches]
    deciding = [touch.name for touch in touched if not (isinstance(touch, Lock) and touch.limit)]
    return list(dict.fromkeys(deciding))


@dataclass(frozen=True)
class Rate:
    """How often a strategy captured the dump at a damage: with its interval, and what arithmetic says.

    ``objects`` is how many the strategy relies on: the k of the arithmetic.
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
    """Yield a rate for each strategy and damage, over so many seeds, with 95 % Wilson intervals.

    The same seeds serve every strategy and damage, so that two rates differ by what is between them alone.
    """
    scenario = (base or Scenario()).but(path="panic")
    for strategy in STRATEGIES:
        for damage in damages:
            crossings = [scenario.but(crash_work=strategy, heap_damage=damage, seed=seed) for seed in range(seeds)]
            captured = sum(simulate(crossing).to_json()["dump"] == "captured" for crossing in crossings)
            low, high = wilson(captured, seeds)
            k = len(objects(crossings[0]))
            yield Rate(strategy, damage, k, captured, seeds, low, high, crash_success(k, damage))
