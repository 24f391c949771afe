"""Scenarios and runs for the tests."""

from functools import lru_cache

from hypothesis import reject
from hypothesis import strategies as st

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.reading.run import Run

BAD = ("corrupted", "crashed", "hung")


def scenario(words: str = "", **more: object) -> Scenario:
    """A scenario from ``switch=value`` words, as on the command line."""
    return Scenario.of({**dict(word.split("=") for word in words.split()), **more})


@lru_cache(maxsize=512)
def crossed(words: str = "", seed: int = 1) -> Run:
    """The run of a scenario in words and a seed, simulated once."""
    return simulate(scenario(words, seed=seed))


def runs(words: str, seeds: int = 20) -> list[Run]:
    return [crossed(words, seed) for seed in range(seeds)]


def arrived(words: str, seeds: int = 20) -> list[Run]:
    """The runs whose next kernel set up its interrupt controller."""
    got = [run for run in runs(words, seeds) if run.verdict.tables is not None]
    assert len(got) > seeds // 2
    return got


def texts(run: Run, kernel: str = "next") -> list[str]:
    return [line["text"] for line in run.console() if line["kernel"] == kernel]


KEPT_SMALL = {"traffic": 1_000, "ring-size": 600, "hotplug-ports": 3, "lpi-cache": 9}
"""Switches that keep a run quick and below its budget of events."""

ORDINARY = {
    "path": ("kexec",),
    "machine": ("arm64",),
    "kernel": ("7.3", "6.1"),
    "interrupt": ("msi",),
    "msi-resend": ("no",),
    "line-shared": ("no",),
    "on-abort": ("ignored",),
    "mask-at-controller": ("no",),
    "hotplug": ("none",),
    "handover": ("none",),
}
"""The crossing of the first chapters."""


def any_value(name: str, choices: tuple[str, ...] = ()) -> st.SearchStrategy[object]:
    switch = switches()[name]
    if choices or switch.choices:
        return st.sampled_from(choices or switch.choices)
    if switch.places:
        return st.integers(switch.low * 100, switch.high * 100).map(lambda n: n / 100)
    return st.integers(switch.low, KEPT_SMALL.get(name, switch.high))


def any_scenario(among: dict[str, tuple[str, ...]] | None = None, **fixed: object) -> st.SearchStrategy[Scenario]:
    """Any scenario, traffic and ring kept small enough for a test to be quick; ``among`` narrows switches."""
    values = {name: any_value(name, (among or {}).get(name, ())) for name in switches()}
    values |= {name.replace("_", "-"): st.just(value) for name, value in fixed.items()}
    return st.fixed_dictionaries(values).map(Scenario.of)


def run_of(scenario: Scenario) -> Run:
    """The run of a drawn scenario. If it makes too many events, the example is discarded."""
    try:
        return simulate(scenario)
    except ScenarioError:
        reject()


def any_ordinary(**fixed: object) -> st.SearchStrategy[Scenario]:
    """Any scenario of the ordinary arm64 crossing."""
    return any_scenario(ORDINARY, **{"lpi-cache": 0, **fixed})
