"""The device under study: it receives, writes memory, and interrupts by another write.

As a ring it writes a buffer and a descriptor for each packet, and stops when no descriptor is left: only a driver
gives descriptors back, by posting them. As a cyclic device (an audio buffer, a USB frame list, a statistics block) it
writes one buffer from beginning to end again and again, and never stops. It follows its registers, no matter which
kernel wrote them. [src: ring-runs-dry]
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from simpy import Environment, Event

from kexecdoc.model.death import Death, MachineDead
from kexecdoc.model.draws import Draws
from kexecdoc.model.log import Log
from kexecdoc.model.machine.bus import Function, Result
from kexecdoc.model.machine.cpu import Cpu, Interrupt
from kexecdoc.model.machine.line import Line
from kexecdoc.model.scales import BUFFER_BYTES, DESCRIPTOR_BYTES, VECTORS, S
from kexecdoc.model.scenario import Device


@dataclass
class Programming:
    """What a driver wrote into the device: bus addresses, and the name of the driver's kernel.

    ``messages[v]`` is what vector v writes when it interrupts: an address, and data.
    """

    by: str
    buffers: list[int] = field(default_factory=list)
    descriptors: int = 0
    messages: list[tuple[int, int]] = field(default_factory=list)


class Nic:
    """A network card."""

    def __init__(
        self, env: Environment, log: Log, draws: Draws, function: Function, device: Device, line: Line
    ) -> None:
        self._env = env
        self._log = log
        self._gaps, self._lengths, self._payloads, self._flows = (
            draws.stream(f"eth0/{what}") for what in ("arrivals", "length", "payload", "flow")
        )
        self.function = function
        self.name = function.name
        self.device = device
        self.programming = Programming(by="")
        self.engine = "stopped"
        self.msi = "disabled"
        self.intx = "disabled"
        self.line = line
        self.free = 0
        self.unserved: set[int] = set()  # vectors whose last message no driver has served
        self._head = 0
        self._held: int | None = None  # ordinal of the last packet that Bus Master held back
        self._listening = env.event()  # happens when it notices arrivals again
        function.on_open = self._resume
        function.on_reset = functools.partial(self.reset, "")
        function.msi = self

    def program(self, programming: Programming) -> None:
        """Write the registers before t=0: post every descriptor and start. Nothing is logged."""
        self.programming = programming
        self.engine, self.free = "running", self.device.ring_size
        if self.device.interrupt == "msi":
            self.msi = "enabled"
        else:
            self.intx = "enabled"

    def registers(self) -> dict[str, Any]:
        """Return the registers as assignments for the log."""
        path = f"device/{self.name}"
        return {
            f"{path}/engine": self.engine,
            f"{path}/msi": self.msi,
            **({f"{path}/intx": self.intx} if self.device.interrupt == "intx" else {}),
            f"{path}/programmed-by": self.programming.by,
            f"{path}/free": self.free,
        }

    def stop_engine(self, event: str, cause: str | None) -> None:
        """Write the register that stops the DMA engine."""
        self.engine = "stopped"
        self._log.record(event, "register", cause, {f"device/{self.name}/engine": "stopped"})

    def disable_msi(self, event: str, cause: str | None, *, fall_back: bool = False) -> None:
        """Clear MSI Enable, so that the device sends no message. It may fall back to its line."""
        self.msi = "disabled"
        changed = {f"device/{self.name}/msi": "disabled"}
        if fall_back:
            self.intx = changed[f"device/{self.name}/intx"] = "enabled"
        self._log.record(event, "register", cause, changed)

    def mask_msi(self, event: str, cause: str | None) -> None:
        """Set the mask bits in the device: it keeps messages back. [src: msi-own-mask]"""
        self.msi = "masked"
        self._log.record(event, "register", cause, {f"device/{self.name}/msi": "masked"})

    def silence(self, event: str, cause: str | None) -> None:
        """Disable the device's interrupt, message or line."""
        if self.device.interrupt == "msi":
            self.disable_msi(event, cause)
            return
        self.intx = "disabled"
        self._log.record(event, "register", cause, {f"device/{self.name}/intx": "disabled"})
        self.line.deassert_by(self.name, _line_event(event), event)

    def reset(self, by: str, event: str, cause: str | None) -> None:
        """Reset the device: engine and interrupt off, no descriptors."""
        self.programming = Programming(by=by)
        self.engine, self.msi, self.free, self._held = "stopped", "disabled", 0, None
        fell_back = self.intx == "enabled" and self.device.interrupt == "msi"
        self.intx = "disabled"
        off = {f"device/{self.name}/intx": "disabled"} if fell_back else {}
        self._log.record(event, "register", cause, {**self.registers(), **off})
        self.line.deassert_by(self.name, _line_event(event), event)

    def serve(self, event: str, cause: str) -> bool:
        """Read and clear the status; return whether the device was asserting the line."""
        raised = self.name in self.line.asserting
        self.line.deassert_by(self.name, event, cause)
        return raised

    def resend(self, who: str, data: int, cpu: Cpu, cause: str) -> None:
        """Send a message again that a CPU has just taken, if no driver has served it.

        The message arrives before the CPU gets anywhere, so the CPU takes it again, without end. The model need not
        simulate each one: it declares the machine hung at once. No interrupt descriptor is involved, so no
        detector sees this. [src: msi-storms]
        """
        if self.device.msi_resend == "no" or who != self.name or self.msi != "enabled":
            return
        if any(self.programming.messages[vector][1] == data for vector in self.unserved):
            cpu.set_storming(True, f"{self.name}/resend:0", cause)
            raise MachineDead("hung", Death.RESENT_MESSAGE, f"{self.name}/resend:0")

    def post(self, interrupt: Interrupt) -> None:
        """Let the driver, in its interrupt handler, post every used descriptor again: one write to the tail register.

        The event has the ordinal of the interrupt.
        """
        self.unserved.clear()
        if self.device.dma == "ring" and self.free < self.device.ring_size:
            self.free = self.device.ring_size
            if not self._listening.triggered:
                self._listening.succeed()
            posted = {f"device/{self.name}/free": self.free}
            self._log.record(f"{self.name}/post:{interrupt.ordinal}", "register", interrupt.cause, posted)

    def receive(self) -> Generator[Event, None, None]:
        """Receive without end. The gaps are uniform between half and one and a half periods.

        Arrivals continue while the device does not listen, but then no time is spent on each of them.
        """
        period, due, now = S // self.device.traffic, 0, 0
        for ordinal in itertools.count():
            due += self._gaps.between(period - period // 2, period + period // 2, ordinal)
            if not self._listens():
                self._listening = self._env.event()
                yield self._listening
                now = int(self._env.now)
            if due >= now:
                yield self._env.timeout(due - now)
                now = due
                self._arrive(ordinal)

    def _listens(self) -> bool:
        """Return whether an arrival would have an effect. A packet without a descriptor is dropped in the device."""
        overrun_shows = self.intx == "enabled" and self.name not in self.line.asserting
        return self.engine == "running" and (self._has_room() or overrun_shows)

    def _has_room(self) -> bool:
        return self.device.dma == "cyclic" or self.free > 0

    def _arrive(self, ordinal: int) -> None:
        """Receive one packet, or one period. A packet without a descriptor is lost, but still asserts the line."""
        if not self._listens():
            return
        arrival = self._log.record(f"{self.name}/arrival:{ordinal}", "arrival")
        if self._has_room():
            self._write(ordinal, arrival)
        if self.msi == "enabled":
            self._interrupt(ordinal, arrival)
        if self.intx == "enabled":
            self.line.assert_by(self.name, f"{self.name}/line:{ordinal}", arrival)

    def _write(self, ordinal: int, cause: str, act: str = "buffer") -> None:
        """Write what arrived to memory. What Bus Master holds back waits in the device."""
        writes = self._write_packet if self.device.dma == "ring" else self._write_period
        self._held = ordinal if writes(ordinal, cause, act) == "stopped" else None

    def _resume(self, cause: str) -> None:
        """Write what was held back last, now that Bus Master is set."""
        if self.engine == "running" and self._held is not None:
            self._write(self._held, cause, act="held-buffer")

    def _write_packet(self, ordinal: int, cause: str, act: str) -> Result:
        """Write the packet to its buffer, then its descriptor. Bus Master holds back both or neither."""
        index = self._head
        length = self._lengths.between(64, 1514, ordinal)
        data = self._payloads.bytes(length, ordinal)
        used = {f"device/{self.name}/free": self.free - 1}
        address = self.programming.buffers[index]
        result = self.function.write(act, ordinal, "dma", address, data, cause, used)
        if result == "stopped":
            return result
        self.free -= 1
        self._head = (index + 1) % self.device.ring_size
        descriptor = address.to_bytes(8, "little") + length.to_bytes(4, "little") + b"\x03\x00\x00\x00"
        where = self.programming.descriptors + index * DESCRIPTOR_BYTES
        self.function.write("descriptor", ordinal, "dma", where, descriptor, cause, {})
        return result

    def _write_period(self, ordinal: int, cause: str, act: str) -> Result:
        """Write one period at the next position of the cyclic buffer."""
        position = self._head
        data = self._payloads.bytes(BUFFER_BYTES, ordinal)
        address = self.programming.buffers[position]
        result = self.function.write(act, ordinal, "dma", address, data, cause, {})
        if result != "stopped":
            self._head = (position + 1) % len(self.programming.buffers)
        return result

    def _interrupt(self, ordinal: int, cause: str) -> None:
        """Send one MSI, on the vector that the packet's flow hashes to.

        A device that sends messages again has at most one under way for each vector.
        """
        vector = self._flows.below(VECTORS, ordinal)
        if self.device.msi_resend == "yes":
            if vector in self.unserved:
                return
            self.unserved.add(vector)
        address, data = self.programming.messages[vector]
        if self.function.write("msi", ordinal, "msi", address, data.to_bytes(4, "little"), cause, {}) == "stopped":
            self.unserved.discard(vector)


def _line_event(event: str) -> str:
    """Return the id of the event in which the line drops, made from the id of the register write that drops it."""
    act, _, ordinal = event.rpartition(":")
    return f"{act}-line:{ordinal}"
