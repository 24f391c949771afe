"""The SMMUv3 between the bus and memory.

While it is enabled, each stream (here: each function) goes through its entry of the stream table: a
domain that translates, a domain that passes addresses unchanged, or nothing, which aborts. While it is
disabled, `SMMU_GBPA` decides for everybody: bypass or abort. An abort by GBPA or by an entry without a
domain records no event; a translation fault in an attached domain does. [src: smmu-shutdown, smmu-gbpa]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kexecdoc.log import Log
from kexecdoc.machine.iommu import Domain


class Smmu:
    """One SMMUv3, or none in the path if ``present`` is False."""

    def __init__(self, log: Log, *, present: bool, gbpa: str) -> None:
        self._log = log
        self.present = present
        self.gbpa = gbpa
        self.enabled = False
        self.streams: dict[str, Domain | None] = {}
        self.on_event: Callable[[str, int, str], None] | None = None

    def start(self, domain: Domain, functions: Iterable[str]) -> None:
        """Be enabled at t=0, with every function in one domain."""
        self.enabled = True
        self.streams = dict.fromkeys(functions, domain)
        self._log.start.update({f"gate/{function}/smmu": self.gate(function) for function in self.streams})

    def translate(self, function: str, address: int) -> int | None:
        """Return where a function's write goes, or None if it is refused."""
        if not self.present:
            return address
        if not self.enabled:
            return address if self.gbpa == "bypass" else None
        domain = self.streams.get(function)
        return None if domain is None else domain.translate(address)

    def report(self, function: str, address: int, cause: str) -> None:
        """Record a fault in the event queue, if this is a fault that records one and the queue is on."""
        if self.enabled and self.streams.get(function) is not None and self.on_event is not None:
            self.on_event(function, address, cause)

    def gate(self, function: str) -> str:
        """Return what the SMMU does with a function's writes now, for the log."""
        if not self.present:
            return "absent"
        if not self.enabled:
            return "bypasses" if self.gbpa == "bypass" else "aborts"
        domain = self.streams.get(function)
        if domain is None:
            return "refuses"
        return "passes" if domain.pages is None else "translates"

    def set_enabled(self, value: bool, id: str, cause: str | None) -> None:
        """Write ``SMMU_CR0.SMMUEN``. Enabling it anew starts from an empty stream table."""
        if value:
            self.streams = dict.fromkeys(self.streams)
        self.enabled = value
        self._log.record(id, "register", cause, {f"gate/{f}/smmu": self.gate(f) for f in self.streams})

    def attach(self, function: str, domain: Domain, id: str, cause: str | None) -> None:
        """Put a function into a domain."""
        self.streams[function] = domain
        self._log.record(id, "register", cause, {f"gate/{function}/smmu": self.gate(function)})
