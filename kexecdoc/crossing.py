"""Scenario in, run out: build a computer, run both kernels on it, keep the log."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment, Event

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.draws import Draws
from kexecdoc.model.kernel import crash, kexec, reboot
from kexecdoc.model.kernel.arm64.next import Arm64Next
from kexecdoc.model.kernel.arm64.old import Arm64Old
from kexecdoc.model.kernel.drivers import built_in
from kexecdoc.model.kernel.image import Stub
from kexecdoc.model.kernel.kernel import Console, Kernel, Surroundings
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.reboot import Firmware
from kexecdoc.model.kernel.step import Step
from kexecdoc.model.kernel.x86.next import X86Next
from kexecdoc.model.kernel.x86.old import X86Old, restart_methods
from kexecdoc.model.log import BudgetExceeded, Log
from kexecdoc.model.machine.computer import Computer
from kexecdoc.model.scales import HORIZON
from kexecdoc.model.scenario import Scenario, ScenarioError
from kexecdoc.reading.run import Run

KERNELS: dict[str, tuple[type[OldKernel], type[NextKernel]]] = {
    "arm64": (Arm64Old, Arm64Next),
    "x86": (X86Old, X86Next),
}


def exit_steps(scenario: Scenario) -> tuple[Step, ...]:
    """Return the old kernel's steps, up to the jump."""
    old, _ = KERNELS[scenario.machine]
    masking = (kexec.MASK_AT_CONTROLLER,) if scenario.mask_at_controller == "yes" else ()
    methods = restart_methods(scenario.reset) if scenario.machine == "x86" else ()
    if scenario.path == "reboot":
        return (*reboot.path(old), *masking, *methods)
    if scenario.path == "panic":
        steps = crash.path(old, scenario.crash_work, scenario.crash_memory)
        if scenario.crash_work == "in-place":
            return (*steps, *methods)
    else:
        steps = kexec.path(old)
    return (*steps[:-1], *masking, steps[-1])


class Crossing:
    """A simulated computer, crossing from the old kernel to the next.

    `simulate` runs it to its end. A test can stop it earlier, inspect it and change it:
    ``crossing.env.run(until=...)``, then ``crossing.finish()``.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.env = Environment(initial_time=0)
        self.log = Log(self.env)
        draws = Draws(scenario.seed)
        self.computer = Computer(self.env, self.log, draws, scenario)
        plugged = [driver(self.computer, scenario) for driver in scenario.plugged]
        drivers = (*built_in(self.computer), *plugged)
        around = Surroundings(self.computer, Console(self.log), scenario, draws, drivers)
        old, new = KERNELS[scenario.machine]
        self.old, self.next = old(around), new(around)
        self.stub = Firmware(around) if scenario.through_firmware else Stub(around)
        self.running: Kernel = self.old
        self.old.boot()
        if scenario.on_abort == "fatal":
            self.computer.bus.on_abort = lambda cause: self.running.abort(cause)
        self.computer.check()
        self.end = self.env.process(self._cross())

    def _cross(self) -> Generator[Event, object, None]:
        """Run the old kernel's steps, the stub's or firmware's, then the next kernel's."""
        yield from self.old.walk(exit_steps(self.scenario))
        self.running, self.stub.image, self.stub.handover = self.stub, self.old.image, self.old.handover
        self.stub.jump()
        self.env.process(self._stop_at_horizon())
        yield from self.stub.walk(self.stub.path())
        self.stub.enter()
        self.running, self.next.handover = self.next, self.old.handover
        yield from self.next.walk(self.next.path())

    def _stop_at_horizon(self) -> Generator[Event, object, None]:
        """End the crossing as hung if it has not ended by the horizon."""
        yield self.env.timeout(HORIZON)
        raise MachineDead("hung", Death.OUT_OF_TIME, self.running.cause)

    def finish(self) -> Run:
        """Run to the end. ScenarioError if there are more events than a log may hold."""
        try:
            self.env.run(until=self.end)
        except MachineDead as death:
            self.log.record("machine/dead:0", "run", death.cause, {"running": death.end, "death": death.reason.value})
        except BudgetExceeded as error:
            raise ScenarioError(
                f"traffic: {self.scenario.traffic} makes {error} in this scenario; a lower rate makes fewer"
            ) from None
        return Run(self.scenario, self.log.close())


def simulate(scenario: Scenario) -> Run:
    """Simulate a scenario. The same scenario gives the same run, byte for byte.

    ScenarioError if the scenario makes more than 50,000 events.
    """
    crossing = Crossing(scenario)
    run = crossing.finish()
    crossing.computer.memory.release()
    return run
