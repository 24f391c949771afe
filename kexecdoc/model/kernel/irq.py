"""The running kernel's interrupt layer: requested interrupts, and what happens to the others.

A line whose device no handler serves interrupts again as soon as the interrupt is ended. `note_interrupt()` counts:
if more than 99,900 of 100,000 interrupts were unhandled, the line is disabled, and polled ten times a second from
then on. [src: note-interrupt] None of this applies to messages. A vector that this kernel has given to no driver has
no descriptor, so it is counted, printed and forgotten. [src: msi-storms]
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator
from dataclasses import dataclass

from simpy import Event

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.kernel.kernel import Kernel, RateLimit
from kexecdoc.model.machine.cpu import Cpu, Interrupt
from kexecdoc.model.machine.line import Line
from kexecdoc.model.scales import INTERRUPT_COST, MS, S

Handler = Callable[[Interrupt], bool]
"""What a driver does when an interrupt comes. It returns whether its device raised the interrupt."""

WINDOW = 100_000
UNHANDLED = 99_900
"""A line is stuck if more than UNHANDLED of WINDOW interrupts were unhandled. [src: note-interrupt]"""

POLL = 100 * MS
"""How often the handlers of a disabled line run: every HZ/10 jiffies. [src: note-interrupt]"""


@dataclass
class LineCounts:
    """What `note_interrupt()` counts of a line in the current window."""

    count: int = 0
    unhandled: int = 0
    last_unhandled: int | None = None
    disabled: bool = False


class Interrupts:
    """The interrupts that drivers have requested: messages by their number, and the line by its handlers' names."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._handlers: dict[int, Handler] = {}
        self._sharers: dict[str, Handler] = {}
        self._counts = LineCounts()
        self._limit = RateLimit(10, 5 * S)
        self._windows = 0

    @property
    def _line(self) -> Line:
        return self._kernel.computer.chips.line

    def attach(self) -> None:
        """Install this kernel's vectors in the CPUs."""
        for cpu in self._kernel.computer.cpus:
            cpu.on_interrupt = self.take

    def request(self, number: int, handler: Handler) -> None:
        """Register a driver's handler of a message-signalled interrupt."""
        self._handlers[number] = handler

    def begin_with_line(self, handler: Handler, name: str) -> None:
        """Register a driver's handler of the line before t=0."""
        self._sharers[name] = handler

    def start(self) -> None:
        """Unmask the line at t=0 if a driver has requested it."""
        if self._sharers:
            self._line.start()

    def free_line(self, name: str, cause: str | None) -> None:
        """Remove a driver's handler. Removing the last one masks the line. [src: request-irq]"""
        del self._sharers[name]
        if not self._sharers:
            self._line.set_mask(True, self._kernel.id("free-line"), cause)

    def request_line(self, handler: Handler, name: str, cause: str | None) -> None:
        """Register a driver's handler of the line, which others may share, and unmask the line even if it was disabled.

        [src: request-irq]
        """
        kernel, line = self._kernel, self._line
        self._sharers[name] = handler
        if self._counts.disabled:
            self._counts = LineCounts()
            kernel.log.record(kernel.id("line-enable"), "register", cause, {f"line/{line.number}/disabled": False})
        line.set_mask(False, kernel.id("request-line"), cause)

    def take(self, cpu: Cpu, interrupt: Interrupt) -> None:
        """Handle an interrupt that a CPU has taken.

        Only x86 has vectors that no driver was given. An LPI that was pending from before is spurious to the driver
        that has just enabled it, and nothing more comes of it.
        """
        if interrupt.number == self._line.number:
            if self._sharers:
                self._take_line(interrupt)
            else:
                self._hang_on_unrequested_line(interrupt.cause)
        elif handler := self._handlers.get(interrupt.number):
            handler(interrupt)
        elif self._kernel.scenario.machine == "x86":
            self._count_stray(cpu, interrupt.number, interrupt.cause)

    def _count_stray(self, cpu: Cpu, number: int, cause: str) -> None:
        """Count a vector that this kernel has given to no driver, and print that at a limited rate."""
        kernel = self._kernel
        cpu.stolen += INTERRUPT_COST
        stray = kernel.log.record(kernel.id("stray-vector"), "stray", cause)
        if self._limit.allows(kernel.now):
            kernel.say("irq.no-handler", cpu=cpu.number, vector=number, irq=-1, cause=stray)

    def _hang_on_unrequested_line(self, cause: str) -> None:
        """Take a line that is unmasked though no driver requested it: nothing counts, so nothing ever ends it.

        [src: msi-storms]
        """
        event = self._kernel.id("unrequested")
        self._line.cpu.set_storming(True, event, cause)
        raise MachineDead("hung", Death.UNREQUESTED_LINE, event)

    # -- a level-triggered line ------------------------------------------------------------------------

    def _take_line(self, interrupt: Interrupt) -> None:
        """Run every handler of the line. If none of them serves the device that asserts it, a storm begins."""
        handled = [handler(interrupt) for handler in self._sharers.values()]
        self._note(handled=any(handled))
        if self._line.asserted and not any(handled):
            self._storm(interrupt.cause)

    def _note(self, *, handled: bool) -> None:
        """Count an interrupt, as `note_interrupt()` does."""
        counts, now = self._counts, self._kernel.now
        if not handled:
            late = counts.last_unhandled is not None and now - counts.last_unhandled > POLL
            counts.unhandled = 1 if late else counts.unhandled + 1
            counts.last_unhandled = now
        if counts.unhandled:
            counts.count += 1

    def _storm(self, cause: str) -> None:
        """Let the line occupy its CPU until the line is disabled. How long that takes is known at once."""
        kernel, line = self._kernel, self._line
        taken = self._until_stuck()
        event = kernel.id("storm")
        line.cpu.set_storming(True, event, cause)
        kernel.computer.env.process(self._end_storm(taken, event))

    def _until_stuck(self) -> int:
        """Return how many more interrupts it takes until the line is disabled.

        Without ``irqpoll`` no interrupt is handled, so the rest of the window is enough. With ``irqpoll`` the kernel
        also runs the handlers of other shared lines, and each that claims the interrupt lowers the count by one. A
        window with a hundred claims or more does not disable the line, and the next begins. [src: note-interrupt]
        """
        taken = WINDOW - self._counts.count
        if self._kernel.scenario.irqpoll == "no":
            return taken
        while self._kernel.draws.below(2 * (WINDOW - UNHANDLED), "irqpoll/claims", self._windows) >= WINDOW - UNHANDLED:
            self._windows += 1
            taken += WINDOW
        self._windows += 1
        return taken

    def _end_storm(self, taken: int, storm: str) -> Generator[Event, None, None]:
        """After the last interrupt of the window, print that, disable the line and poll it from then on."""
        kernel, line, cpu = self._kernel, self._line, self._line.cpu
        yield kernel.computer.env.timeout(taken * INTERRUPT_COST)
        cpu.stolen += taken * INTERRUPT_COST
        end = kernel.id("storm-end")
        path = f"line/{line.number}"
        unhandled = self._counts.unhandled + taken
        cpu.set_storming(False, end, storm, **{f"{path}/unhandled": unhandled, f"{path}/disabled": True})
        self._counts = LineCounts(disabled=True)
        kernel.say("irq.nobody-cared", line.number, cause=end)
        kernel.say("irq.handlers", cause=end)
        for name in self._sharers:
            kernel.say("irq.handler", "(____ptrval____)", name, cause=end)
        kernel.say("irq.disabling", line.number, cause=end)
        line.set_mask(True, kernel.id("line-disable"), end)
        line.end(end)
        kernel.computer.env.process(self._poll())

    def _poll(self) -> Generator[Event, None, None]:
        """Run the handlers of the disabled line until it is enabled again or this kernel ends."""
        kernel, cpu = self._kernel, self._line.cpu
        for ordinal in itertools.count():
            yield kernel.computer.env.timeout(POLL)
            if not self._counts.disabled or cpu.on_interrupt != self.take or not cpu.takes_interrupts:
                return
            for handler in self._sharers.values():
                handler(Interrupt(self._line.number, ordinal, kernel.cause or ""))
