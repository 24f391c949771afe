"""A capture card with a statistics page, plugged into the machine from outside the package.

Once a period the card writes a record of its counters into the next slot of one page, round and round. It needs no
descriptor, so it never runs dry, and it never interrupts. The page "Extending the machine" explains this file part
by part, and ``tests/test_extending.py`` runs it.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar

from simpy import Event

from kexecdoc.course.explorers import Explorer
from kexecdoc.model.draws import Draws
from kexecdoc.model.kernel.driver import Driver
from kexecdoc.model.kernel.next import NextKernel
from kexecdoc.model.kernel.old import OldKernel
from kexecdoc.model.kernel.step import Process
from kexecdoc.model.machine.bus import Function, Identity
from kexecdoc.model.machine.computer import Computer
from kexecdoc.model.scales import DRIVER_SHUTDOWN, FRAME, MS
from kexecdoc.model.scenario import Scenario
from kexecdoc.model.switch import choice


# --8<-- [start:switch]
@dataclass(frozen=True, kw_only=True)
class Card:
    """The capture card, as far as a reader may change it."""

    group: ClassVar[str] = "capture card"

    card_shutdown: str = choice(
        "what shutdown finds in the capture card's driver",
        ("works", "it stops the card"),
        ("missing", "the driver has none"),
    )
    # --8<-- [end:switch]


# --8<-- [start:device]
IDENTITY = Identity(0x1234, 0x11E8, 0x00FF00)  # that of QEMU's teaching device
PERIOD = 2 * MS
RECORD = 64  # bytes: a page has 64 of them


class CaptureCard:
    """The hardware: one PCI function, an engine that runs or does not, and the page that it was given."""

    def __init__(self, computer: Computer) -> None:
        self.env, self.log = computer.env, computer.log
        self.function = Function(computer.bus, "card0", "0000:00:03.0", IDENTITY)
        self.function.on_reset = self.reset
        self.engine = "stopped"
        self.programmed_by = ""
        self.page = 0

    def registers(self) -> dict[str, Any]:
        """Return the registers as assignments for the log."""
        return {"device/card0/engine": self.engine, "device/card0/programmed-by": self.programmed_by}

    def count(self, draws: Draws) -> Generator[Event, None, None]:
        """Write a record of the counters each period, for as long as the engine runs."""
        for ordinal in itertools.count():
            yield self.env.timeout(PERIOD)
            if self.engine == "stopped":
                return
            period = self.log.record(f"card0/period:{ordinal}", "arrival")
            record = draws.bytes(RECORD, "card0/counters", ordinal)
            slot = self.page + ordinal * RECORD % FRAME
            self.function.write("record", ordinal, "dma", slot, record, period, {})

    def stop(self, event: str, cause: str | None) -> None:
        """Write the register that stops the engine."""
        self.engine = "stopped"
        self.log.record(event, "register", cause, {"device/card0/engine": "stopped"})

    def reset(self, event: str, cause: str | None, by: str = "") -> None:
        """Reset the card: it has forgotten its page, and who gave it that."""
        self.engine, self.programmed_by = "stopped", by
        self.log.record(event, "register", cause, self.registers())
        # --8<-- [end:device]


# --8<-- [start:driver]
class CardDriver(Driver):
    """The software: what the old kernel and the next one have to say to the card."""

    def __init__(self, computer: Computer, scenario: Card) -> None:
        self.card, self.scenario = CaptureCard(computer), scenario
        super().__init__(self.card.function)

    def set_up(self, old: OldKernel) -> None:
        """Give the card a page, by the address that it has on the bus, and start it."""
        frame = old.place("card0", 1, "dma-buffer")
        self.card.page = old.dma_address("card0", frame, 1)
        self.card.engine, self.card.programmed_by = "running", old.name
        old.log.start |= self.card.registers()
        old.log.start["device/card0/targets"] = [[frame, frame]]
        old.computer.env.process(self.card.count(old.draws))

    def shutdown(self, old: OldKernel) -> Process:
        """Stop the card, if the driver has the callback. [src: pci-h]"""
        if self.scenario.card_shutdown == "missing":
            return
        with old.callback("card0", "shutdown"):
            yield from old.pause(DRIVER_SHUTDOWN)
            self.card.stop(old.id("card0-stop"), old.cause)

    def probe(self, new: NextKernel) -> Process:
        """Reset the card, then let it write again, should anybody start it."""
        with new.callback("card0", "probe"):
            new.attach_iommu("card0")
            self.card.reset(new.id("card0-reset"), new.cause, by=new.name)
            self.function.set_bus_master(True, new.id("card0-set-master"), new.cause)
        yield from new.pause(0)
        # --8<-- [end:driver]


# --8<-- [start:kind]
@dataclass(frozen=True, kw_only=True)
class WithCard(Scenario, Card):
    """The machine with the capture card in it."""

    plugged: ClassVar = (CardDriver,)
    # --8<-- [end:kind]


# --8<-- [start:explorer]
EXPLORER = Explorer(
    name="capture-card",
    chapter=0,  # of no chapter
    switches=("card-shutdown", "clear-bus-master", "path"),
    base={"card-shutdown": "missing", "clear-bus-master": "no", "seed": 2},
    values={"path": ("kexec", "panic")},
    kind=WithCard,
)
# --8<-- [end:explorer]
