"""GICv3: the ITS, which routes messages and can be stopped, and the redistributors, which not all can be.

An MSI is a write of an EventID to the ITS's doorbell. The ITS looks up (INTID, collection) by requester
and EventID, and the collection's redistributor *sets a bit in ordinary memory*: byte INTID div 8, bit
INTID mod 8 of its pending table. As in QEMU, masking an LPI does not keep the bit from being set.
Acknowledging it clears it. Whether EnableLPIs can be cleared once it was set is up to the implementation.
[src: gic-lpi-life, gic-pending-bit, gic-masked-recorded, gic-enable-lpis]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kexecdoc.model.log import Log
from kexecdoc.model.machine.cpu import Cpu, Interrupt
from kexecdoc.model.machine.memory import Memory
from kexecdoc.model.scales import FRAME

FIRST_LPI = 8192
"""The INTID of the first LPI. [src: gic-lpi-life]"""

TABLE_BYTES = 64 * 1024
"""What Linux allocates for a property table or a pending table. [src: gic-table-sizes]"""

TABLE_FRAMES = TABLE_BYTES // FRAME

PENDING_BYTES = 65_536 // 8
"""The part of a pending table that is used with 16 bits of INTID. [src: gic-table-sizes]"""

ITS_BASE = 0x0808_0000
"""The address of the ITS in the recorded consoles; its doorbell is at offset 0x10040. [src: consoles]"""


NOTHING: Mapping[str, str | None] = MappingProxyType({})


def pending_bit(intid: int) -> tuple[int, int]:
    """Return (byte offset, bit) of an INTID in a pending table. [src: gic-pending-bit]

    >>> pending_bit(8193)
    (1024, 1)
    """
    return divmod(intid, 8)


class Redistributor:
    """The redistributor of one CPU: registers, and a pending table in memory that a kernel gave it.

    ``sticky`` hardware keeps EnableLPIs at 1 once it was set, and then ignores new table addresses. It holds up to
    ``cache_lines`` pending bits on chip; when it needs room, it writes the oldest to memory.
    [src: gic-state-machine, gic600-cache]
    """

    def __init__(self, log: Log, memory: Memory, cpu: Cpu, *, sticky: bool, cache_lines: int = 0) -> None:
        self._log = log
        self._memory = memory
        self.cpu = cpu
        self.name = f"redistributor{cpu.number}"
        self.sticky = sticky
        self.cache_lines = cache_lines
        self.enable_lpis = False
        self.property_table = 0
        self.pending_table = 0
        self.programmed_by = ""
        self._configured: set[int] = set()  # INTIDs whose enable bit was 1 when last read
        self._known: dict[int, int] = {}  # by INTID, the pending bits as the log has them
        self._presented = self._spilled = 0
        self._held: dict[int, None] = {}  # INTIDs whose pending bit is on chip, oldest first

    def registers(self) -> dict[str, object]:
        """Return the registers as assignments for the log."""
        path = f"redistributor/{self.cpu.number}"
        return {
            f"{path}/enable-lpis": self.enable_lpis,
            f"{path}/pending": self.pending_table,
            f"{path}/programmed-by": self.programmed_by,
            **self._reread(),
        }

    def _reread(self) -> dict[str, int]:
        """Read the pending bits from memory again; return those that changed, as assignments for the log."""
        changed = {n: int(self.pending(n)) for n, value in self._known.items() if self.pending(n) != bool(value)}
        self._known |= changed
        return {f"lpi/{self.cpu.number}/{intid}": value for intid, value in changed.items()}

    def set_tables(self, property_table: int, pending_table: int, by: str) -> bool:
        """Write ``GICR_PROPBASER`` and ``GICR_PENDBASER`` for a kernel; return whether they took.

        While LPIs are enabled the outcome is unpredictable; here the write is ignored.
        [src: gic-state-machine]
        """
        if self.enable_lpis:
            return False
        self._watch(False)
        self.property_table, self.pending_table, self.programmed_by = property_table, pending_table, by
        self._watch(True)
        self._configured.clear()
        return True

    def _watch(self, on: bool) -> None:
        """Begin or stop to watch the part of memory that holds the pending bits of LPIs."""
        first = self._memory.frame(self.pending_table)
        for frame in range(first, first + PENDING_BYTES // FRAME) if first is not None else ():
            if on:
                self._memory.watched[frame] = self._reread
            else:
                self._memory.watched.pop(frame, None)

    def adopt(self, by: str) -> None:
        """Note that a kernel keeps the tables that it found."""
        self.programmed_by = by

    def set_enable(self, value: bool, cause: str | None = None) -> bool:
        """Write ``GICR_CTLR.EnableLPIs`` and return what reads back. Disabling writes back what is on chip."""
        if self.sticky and self.enable_lpis and not value:
            return True
        if not value:
            for intid in list(self._held):
                self._spill(intid, cause)
        self.enable_lpis = value
        return self.enable_lpis

    def reset(self, event: str, cause: str | None) -> None:
        """Reset, as only a reset of the whole machine does: LPIs off, no tables, nothing on chip."""
        self._watch(False)
        self.enable_lpis, self.property_table, self.pending_table, self.programmed_by = False, 0, 0, ""
        gone = {f"lpi/{self.cpu.number}/{n}": 0 for n, value in self._known.items() if value}
        gone |= {f"lpi-cache/{self.cpu.number}/{n}": 0 for n in self._held}
        for state in (self._configured, self._known, self._held):
            state.clear()
        self._log.record(event, "register", cause, {**self.registers(), **gone})

    def invalidate(self, intid: int, table: int, cause: str | None) -> None:
        """Execute INV for an INTID: read its enable byte again.

        ``table`` is the property table that the kernel uses. If the register names another one, the hardware does
        not read the byte that the kernel wrote, and the configuration stays as it was. (Real hardware might read
        whatever the old table holds by then. The model leaves that out: see "Where this model lies".)
        """
        if table != self.property_table:
            return
        enabled = self._memory.load(table + intid - FIRST_LPI)[0] & 1
        if enabled:
            self._configured.add(intid)
            self._present(intid, cause)
        else:
            self._configured.discard(intid)

    def pending(self, intid: int) -> bool:
        """Read the pending bit of an INTID from memory."""
        offset, bit = pending_bit(intid)
        return bool(self._memory.load(self.pending_table + offset)[0] >> bit & 1)

    def _waits(self, intid: int) -> bool:
        return intid in self._held or self.pending(intid)

    def record(self, intid: int, who: str, ordinal: int, cause: str) -> None:
        """Record an LPI: set its pending bit, and present it if it is enabled and the CPU takes interrupts.

        With LPIs off it is dropped. If the bit is set already, nothing changes and nothing is logged.
        """
        if not self.enable_lpis:
            return
        if not self._waits(intid):
            event = f"{self.name}/record-{who}:{ordinal}"
            cause = self._hold(intid, event, cause) if self.cache_lines else self._record(intid, event, cause)
        if intid in self._configured and self.cpu.takes_interrupts:
            self._acknowledge(intid, f"{self.name}/acknowledge-{who}:{ordinal}", ordinal, cause, who)

    def _present(self, intid: int, cause: str | None) -> None:
        """Present an LPI that was pending when it was enabled. [src: gic-lpi-life]

        An LPI that became pending while the CPU took no interrupts is not presented when the CPU takes them again.
        It need not be: each kernel here resets or abandons the property table before it unmasks a CPU.
        """
        if self.enable_lpis and self.cpu.takes_interrupts and self._waits(intid):
            self._presented += 1
            self._acknowledge(intid, f"{self.name}/acknowledge-waiting:{self._presented}", self._presented, cause)

    def _acknowledge(self, intid: int, event: str, ordinal: int, cause: str | None, who: str | None = None) -> None:
        """Let the CPU take an LPI: clear its bit and run the kernel's handler.

        ``who`` is the sender, or None if the LPI was pending: a pending bit does not tell.
        """
        sender = {self.cpu.message_from: who}
        if intid in self._held:
            del self._held[intid]
            self._log.record(event, "lpi.acknowledged", cause, {f"lpi-cache/{self.cpu.number}/{intid}": 0, **sender})
        else:
            self._write_bit(intid, 0, event, "lpi.acknowledged", cause, sender)
        self.cpu.interrupt(Interrupt(intid, ordinal, event))

    def _record(self, intid: int, event: str, cause: str | None) -> str:
        return self._write_bit(intid, 1, event, "lpi.recorded", cause)

    def _hold(self, intid: int, event: str, cause: str) -> str:
        """Hold a pending bit on chip. If there are more than fit, spill the oldest."""
        self._log.record(event, "lpi.held", cause, {f"lpi-cache/{self.cpu.number}/{intid}": 1})
        self._held[intid] = None
        if len(self._held) > self.cache_lines:
            self._spill(next(iter(self._held)), event)
        return event

    def _spill(self, intid: int, cause: str | None) -> None:
        """Write a pending bit from the chip to memory."""
        del self._held[intid]
        event = f"{self.name}/evict:{self._spilled}"
        self._log.record(event, "lpi.evicted", cause, {f"lpi-cache/{self.cpu.number}/{intid}": 0})
        self._record(intid, f"{self.name}/spill:{self._spilled}", event)
        self._spilled += 1

    def _write_bit(
        self, intid: int, value: int, event: str, kind: str, cause: str | None, also: Mapping[str, str | None] = NOTHING
    ) -> str:
        """Set or clear one bit of the pending table, whatever that memory is used for now."""
        self._known[intid] = value
        offset, bit = pending_bit(intid)
        address = self.pending_table + offset
        byte = self._memory.load(address)[0]
        self._memory.store(address, bytes([byte | 1 << bit if value else byte & ~(1 << bit)]))
        frame = self._memory.frame(address)
        assert frame is not None, "a pending table lies in RAM"
        bit_path = f"lpi/{self.cpu.number}/{intid}"
        return self._log.record(
            event, kind, cause, {bit_path: value, **self._memory.wrote([(frame, 1)], event), **also}
        )


@dataclass
class Route:
    """One entry of an Interrupt Translation Table."""

    intid: int
    collection: int


class Its:
    """The Interrupt Translation Service. It translates from its caches, even if its tables are overwritten.

    [src: its-quiesce, its-tables-not-kept]
    """

    address = ITS_BASE + 0x1_0040  # GITS_TRANSLATER

    def __init__(self, log: Log, redistributors: list[Redistributor]) -> None:
        self._log = log
        self.redistributors = redistributors
        self.enabled = False
        self.programmed_by = ""
        self.routes: dict[tuple[str, int], Route] = {}
        self.collections: dict[int, Redistributor] = {}

    def takes(self, address: int) -> bool:
        """Return whether a physical address is ``GITS_TRANSLATER``."""
        return address == self.address

    def ring(self, requester: str, address: int, event_id: int, ordinal: int, cause: str) -> None:
        """Translate a message. It is lost if the ITS is quiet, the EventID unknown or the collection unmapped."""
        route = self.routes.get((requester, event_id)) if self.enabled else None
        target = self.collections.get(route.collection) if route else None
        if route and target:
            target.record(route.intid, requester, ordinal, cause)

    def map_device(self, requester: str, event_id: int, intid: int, collection: int) -> dict[str, object]:
        """Execute MAPTI, or MOVI for an EventID that is mapped; return that as an assignment for the log."""
        self.routes[requester, event_id] = Route(intid, collection)
        return {f"vector/{requester}/{event_id}": {"intid": intid, "cpu": collection}}

    def reset(self, event: str, cause: str | None) -> None:
        """Reset: quiet, and programmed by no kernel."""
        self.programmed_by = ""
        self.quiesce(event, cause)

    def quiesce(self, event: str, cause: str | None) -> None:
        """Clear ``GITS_CTLR.Enabled`` and wait for Quiescent. The caches are lost."""
        self.enabled = False
        forgotten = {f"vector/{requester}/{event_id}": None for requester, event_id in self.routes}
        self.routes.clear()
        self.collections.clear()
        self._log.record(event, "register", cause, {"its": "quiet", **forgotten})

    def enable(self, by: str, event: str, cause: str | None) -> None:
        """Start translating through the tables of the kernel ``by``."""
        self.enabled = True
        self.programmed_by = by
        self._log.record(event, "register", cause, {"its": "enabled", "its/programmed-by": by})
