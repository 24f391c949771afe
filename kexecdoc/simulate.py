"""Scenario in, run out: the machine is wired, checked and run."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment, Event

from kexecdoc.draws import Draws
from kexecdoc.kernel import kexec
from kexecdoc.kernel.arm64.next import Arm64Next
from kexecdoc.kernel.arm64.old import Arm64Old
from kexecdoc.kernel.image import Stub
from kexecdoc.kernel.kernel import Console, MachineDead
from kexecdoc.log import BudgetExceeded, Log
from kexecdoc.machine.computer import Computer
from kexecdoc.run import Run
from kexecdoc.scenario import Scenario, ScenarioError


class Crossing:
    """One computer on its way from one kernel to the next.

    `simulate` runs it to its end. A test may stop it on the way, look and interfere:
    ``crossing.env.run(until=...)``, then ``crossing.finish()``.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.env = Environment(initial_time=0)
        self.log = Log(self.env)
        draws = Draws(scenario.seed)
        self.computer = Computer(self.env, self.log, draws, scenario)
        console = Console(self.log)
        parts = (self.computer, console, scenario, draws)
        self.old, self.stub, self.next = Arm64Old(*parts), Stub(*parts), Arm64Next(*parts)
        self.old.boot()
        self.computer.check()
        self.env.process(self.computer.nic.receive())
        self.end = self.env.process(self._cross())

    def _cross(self) -> Generator[Event, object, None]:
        try:
            yield from self.old.walk(kexec.path(type(self.old)))
            self.stub.image, self.stub.kept = self.old.image, self.old.handed.kept
            self.stub.jump()
            yield from self.stub.walk(self.stub.path())
            self.stub.enter()
            self.next.handed = self.old.handed
            yield from self.next.walk(self.next.path())
        except MachineDead as death:
            self.log.record("machine/dead:0", "run", death.cause, {"running": death.end})

    def finish(self) -> Run:
        """Run to the end. ScenarioError if that takes more events than a run may hold."""
        try:
            self.env.run(until=self.end)
        except BudgetExceeded as error:
            raise ScenarioError(
                f"traffic: {self.scenario.traffic} makes {error} in this scenario; a lower rate fits"
            ) from None
        return Run(self.scenario, self.log.close())


def simulate(scenario: Scenario) -> Run:
    """Cross once. The same scenario gives the same run, byte for byte.

    ScenarioError if the scenario makes more than 50,000 events.
    """
    return Crossing(scenario).finish()
