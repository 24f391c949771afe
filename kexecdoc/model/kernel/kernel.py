"""What both kernels have in common: they run steps, print, wait and use their memory."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from kexecdoc.model.draws import Draws
from kexecdoc.model.kernel.driver import Driver
from kexecdoc.model.kernel.step import Process, Step
from kexecdoc.model.log import Log, frames_path
from kexecdoc.model.machine.computer import Computer
from kexecdoc.model.machine.memory import contiguous_ranges
from kexecdoc.model.scenario import Scenario
from kexecdoc.registries.messages import render
from kexecdoc.registries.versions import Versions


class Findings(NamedTuple):
    """What a kernel found when it read frames: the event's id, and the frames with wrong bytes."""

    event: str | None
    wrong: list[int]


class Console:
    """The serial console. Both kernels print to it."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lines = 0

    def print(self, kernel: str, event: str, text: str, message: str | None, cause: str | None) -> None:
        line = {"kernel": kernel, "text": text, "message": message}
        self._log.record(event, "print", cause, {f"console/{self._lines}": line})
        self._lines += 1


class RateLimit:
    """The rate limit of printk: at most ``burst`` lines in an interval, the rest are dropped. [src: ratelimit]"""

    def __init__(self, burst: int, interval: int) -> None:
        self._burst = burst
        self._interval = interval
        self._begun: int | None = None
        self._said = 0

    def allows(self, now: int) -> bool:
        """Return whether a line may be printed now, and count it."""
        if self._begun is None or now > self._begun + self._interval:
            self._begun, self._said = now, 0
        self._said += 1
        return self._said <= self._burst


@dataclass(frozen=True)
class Surroundings:
    """What every kernel of a crossing works with.

    The drivers are in the order in which both kernels register the devices.
    """

    computer: Computer
    console: Console
    scenario: Scenario
    draws: Draws
    drivers: tuple[Driver, ...]


class Kernel:
    """One kernel on one computer. ``name`` is ``old`` or ``next``."""

    name = ""

    def __init__(self, around: Surroundings) -> None:
        self.computer = around.computer
        self.console = around.console
        self.scenario = around.scenario
        self.draws = around.draws
        self.drivers = around.drivers
        self.log = self.computer.log
        self.memory = self.computer.memory
        self._ordinals: Counter[str] = Counter()
        self.cause: str | None = None  # id of the event that began the current step or callback

    @property
    def now(self) -> int:
        """The time, in ns since the call that starts the crossing."""
        return int(self.computer.env.now)

    def id(self, act: str) -> str:
        """Return the id of this kernel's next event of that act, for instance ``next/print:3``."""
        ordinal = self._ordinals[act]
        self._ordinals[act] += 1
        return f"{self.name}/{act}:{ordinal}"

    def pause(self, ns: int) -> Process:
        """Work for ``ns`` of CPU 0's time. Time that interrupts take from the CPU comes on top."""
        cpu, begun = self.computer.cpus[0], self.now
        stolen = cpu.stolen
        while (left := begun + ns + cpu.stolen - stolen - self.now) > 0 or cpu.storming:
            yield self.computer.env.timeout(left) if left > 0 else cpu.calm

    def say(self, message: str, *values: object, cause: str | None = None, **named: object) -> None:
        """Print a message as this kernel's version words it, or nothing if the version does not have it.

        Pass values in the order of the format, or by name where versions print different values. Pass those that
        any version needs, whichever this one is.
        """
        if (text := render(message, self.scenario.kernel, *values, **named)) is not None:
            self.console.print(self.name, self.id(f"print-{message}"), text, message, cause or self.cause)

    @abstractmethod
    def abort(self, cause: str) -> None:
        """Die because a device's write was refused."""

    def has(self, since: str) -> bool:
        """Return whether this kernel has that version or a later one."""
        return self.scenario.kernel in Versions(since)

    def walk(self, path: Iterable[Step]) -> Process:
        """Run a path step by step, and log the beginning of each step."""
        for step in path:
            if self.scenario.kernel in step.versions:
                ordinal = self._ordinals[step.name]
                self._ordinals[step.name] += 1
                self.cause = begun = self.log.record(f"{step.name}:{ordinal}", "step", None, {"step": step.name})
                for touch in step.touches:
                    yield from touch.happen(self)
                yield from step.run(self)
                self.cause = begun
                self.after_step(step)

    def after_step(self, step: Step) -> None:
        """Hook: a step has ended."""

    @contextmanager
    def callback(self, device: str, name: str, driver: str = "bound") -> Iterator[str]:
        """Log the call of a driver's callback, and its return if it returns.

        Yields the id of the call. ``driver`` says whether the driver still holds the device afterwards.
        """
        outer = self.cause
        self.cause = call = self.log.record(
            self.id(f"{device}-call"), "call", outer, {f"device/{device}/callback": name}
        )
        yield call
        returned = {f"device/{device}/callback": "returned", f"device/{device}/driver": driver}
        self.log.record(self.id(f"{device}-return"), "return", self.cause, returned)
        self.cause = outer

    def use(self, owner: str) -> Findings:
        """Read every frame of an owner, as using the memory would, and return those with wrong bytes.

        What is found is logged. The verdict learns of wrong bytes from these events only.
        """
        ranges = self.memory.ranges_of(owner)
        return self.find(ranges, self.id(f"read-{owner}")) if ranges else Findings(None, [])

    def find(self, ranges: list[tuple[int, int]], event: str) -> Findings:
        """Compare what is in ranges (first frame, count) with what ought to be there, and log that as ``event``."""
        wrong = self.memory.wrong(ranges)
        good = ranges
        if spoilt := set(wrong):
            frames = (frame for first, count in ranges for frame in range(first, first + count))
            good = list(contiguous_ranges(frame for frame in frames if frame not in spoilt))
        found = {frames_path(first, count, "found"): "intact" for first, count in good}
        found |= {frames_path(first, count, "found"): "wrong" for first, count in contiguous_ranges(wrong)}
        self.log.record(event, "read", self.cause, found)
        return Findings(event, wrong)
