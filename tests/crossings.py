"""Scenarios and runs for the tests."""

from functools import lru_cache

from hypothesis import strategies as st

from kexecdoc.run import Run
from kexecdoc.scenario import Scenario, switches
from kexecdoc.simulate import simulate

BAD = ("corrupted", "crashed", "hung")


def scenario(words: str = "", **more: object) -> Scenario:
    """A scenario from ``switch=value`` words, as on the command line."""
    return Scenario.of({**dict(word.split("=") for word in words.split()), **more})


@lru_cache(maxsize=512)
def crossed(words: str = "", seed: int = 1) -> Run:
    """The run of some words and a seed, made once."""
    return simulate(scenario(words, seed=seed))


def runs(words: str, seeds: int = 20) -> list[Run]:
    return [crossed(words, seed) for seed in range(seeds)]


def arrived(words: str, seeds: int = 20) -> list[Run]:
    """The runs whose next kernel set its interrupt controller up: those that get as far as its lines."""
    got = [run for run in runs(words, seeds) if run.verdict.tables is not None]
    assert len(got) > seeds // 2
    return got


def texts(run: Run, kernel: str = "next") -> list[str]:
    return [line["text"] for line in run.console() if line["kernel"] == kernel]


def at_most(name: str, high: int) -> st.SearchStrategy[int]:
    return st.integers(switches()[name].low, high)


def any_scenario(**fixed: object) -> st.SearchStrategy[Scenario]:
    """Any scenario, traffic and ring kept small enough for a test to be quick."""
    values: dict[str, st.SearchStrategy[object]] = {
        name: st.sampled_from(switch.choices) if switch.choices else st.nothing() for name, switch in switches().items()
    }
    values["seed"] = st.integers(0, 2**63 - 1)
    values["traffic"] = at_most("traffic", 3_000)
    values["ring-size"] = at_most("ring-size", 600)
    values |= {name: st.just(value) for name, value in fixed.items()}
    return st.fixed_dictionaries(values).map(Scenario.of)
