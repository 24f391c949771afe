"""The cost of an event, and the fixed cost of a run, each compared with a lower bound.

The results are ratios of programs that take turns in one process: these are stable where single times are not.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from time import process_time
from typing import Any

from simpy import Environment

from kexecdoc.crossing import Crossing, simulate
from kexecdoc.model.scales import FRAME, FRAMES
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run

SLOW, FAST = 500, 8_000  # packets a second: the slope between them is the cost of an event
ROUNDS = 15

LEFT = Scenario(quiesce="none", clear_bus_master="no", next_driver="absent")
SCENARIOS = {
    "ring": LEFT.but(ring_size=2048),
    "cyclic buffer": LEFT.but(dma="cyclic"),
    "writes that miss": LEFT.but(dma="cyclic", iommu="translate"),
    "panic": LEFT.but(dma="cyclic", path="panic"),
    "reboot": LEFT.but(dma="cyclic", path="reboot", reset="none"),
    "kexec on x86": LEFT.but(dma="cyclic", machine="x86", handover="kho"),
    "panic on x86": LEFT.but(dma="cyclic", machine="x86", path="panic"),
    "a line": LEFT.but(dma="cyclic", machine="x86", handover="kho", interrupt="intx"),
}


def time_in_turns(programs: dict[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median CPU time of each program in seconds. In each round every program runs once."""
    times: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(rounds + 1):
        for name, program in programs.items():
            gc.collect()
            began = process_time()
            program()
            if number:  # the first round warms up
                times[name].append(process_time() - began)
    return {name: statistics.median(found) for name, found in times.items()}


def surviving(scenario: Scenario) -> tuple[Scenario, Scenario]:
    """Return the scenario at both rates, with the first seed whose next kernel survives both."""
    for seed in range(1000):
        pair = scenario.but(seed=seed, traffic=SLOW), scenario.but(seed=seed, traffic=FAST)
        if all(simulate(s).verdict.reached_userspace for s in pair):
            return pair
    raise ValueError("no seed survives")


def stored_bytes(scenario: Scenario) -> float:
    """Return how many bytes an event of a scenario stores in simulated memory, on average."""
    crossing = Crossing(scenario)
    ram = crossing.computer.memory.ram
    stored = 0
    write = ram.write

    def counted(offset: int, data: bytes) -> None:
        nonlocal stored
        stored += len(data)
        write(offset, data)

    ram.write = counted  # type: ignore[method-assign]
    run = crossing.finish()
    return stored / len(run.log)


def floor(events: int, length: int, *, named: bool = True) -> list[tuple[Any, ...]]:
    """Do the least that any model must do: an event of SimPy, a row of the log, and the write to memory.

    A ``named`` row has the contents of a log's row: an id, and what it assigns. Other rows are minimal tuples, which
    no view could be drawn from.
    """
    env = Environment()
    ram = bytearray(FRAMES * FRAME)
    log: list[tuple[Any, ...]] = []
    data = bytes(length)

    def process() -> Any:
        for number in range(events):
            yield env.timeout(100_000)
            at = number * 2048 % (len(ram) - 2048)
            ram[at : at + length] = data
            if named:
                log.append((f"eth0/buffer:{number}", env.now, "dma.landed", None, {f"frame/{at >> 12}/bytes": "x"}))
            else:
                log.append((number, env.now))

    env.process(process())
    env.run()
    return log


def marginal() -> dict[str, Any]:
    """Measure the cost of an event, as the slope between two traffic rates, for the model and for the lower bound."""
    found = {}
    for name, scenario in SCENARIOS.items():
        slow, fast = surviving(scenario)
        few, many = len(simulate(slow).log), len(simulate(fast).log)
        length = round(stored_bytes(fast))
        programs: dict[str, Callable[[], Any]] = {
            "slow": partial(simulate, slow),
            "fast": partial(simulate, fast),
            "floor slow": partial(floor, few, length),
            "floor fast": partial(floor, many, length),
            "bare slow": partial(floor, few, length, named=False),
            "bare fast": partial(floor, many, length, named=False),
        }
        times = time_in_turns(programs)
        model = (times["fast"] - times["slow"]) / (many - few) * 1e6
        row = (times["floor fast"] - times["floor slow"]) / (many - few) * 1e6
        bare = (times["bare fast"] - times["bare slow"]) / (many - few) * 1e6
        found[name] = {
            "events": [few, many],
            "bytes an event": length,
            "model us": round(model, 2),
            "floor us": round(row, 2),
            "ratio": round(model / row, 2),
            "barest floor us": round(bare, 2),
            "ratio to the barest": round(model / bare, 2),
        }
    return found


def fixed() -> dict[str, Any]:
    """Measure a run with almost no traffic, and its parts, against SHA-256 over 16 MiB."""
    quiet = Scenario(traffic=1)
    block = bytes(FRAMES * FRAME)
    times = time_in_turns(
        {
            "run": lambda: simulate(quiet),
            "sha-256 over 16 MiB": lambda: sha256(block).digest(),
            "wiring and booting the old kernel": lambda: Crossing(quiet),
        },
        rounds=31,
    )
    times["crossing"] = times["run"] - times["wiring and booting the old kernel"]
    return {
        "ms": {name: round(t * 1e3, 2) for name, t in times.items()},
        "ratio": round(times["run"] / times["sha-256 over 16 MiB"], 2),
    }


def judged() -> dict[str, Any]:
    """Measure a verdict, facts and all, against the run that it judges: of a quiet device, and of a busy one."""
    found = {}
    for name, scenario in {"the default": Scenario(), "a busy device": LEFT.but(dma="cyclic", traffic=FAST)}.items():
        run = simulate(scenario)

        def judge(run: Run = run) -> object:
            return Run(run.scenario, run.log).verdict  # one that was asked before remembers

        times = time_in_turns({"run": partial(simulate, scenario), "verdict": judge})
        found[name] = {
            "ms": {what: round(t * 1e3, 2) for what, t in times.items()},
            "ratio": round(times["verdict"] / times["run"], 2),
        }
    return found


def measure() -> dict[str, Any]:
    """Return all figures of the model."""
    return {"marginal cost of an event": marginal(), "fixed cost of a run": fixed(), "a verdict": judged()}
