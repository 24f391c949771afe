"""The SMMUv3 between the bus and memory.

While it is enabled, each stream (here: each function) has an entry in the stream table: a domain that translates, a
domain that passes addresses unchanged, or none, which aborts. While it is disabled, `SMMU_GBPA` decides for all
streams: bypass or abort. An abort by GBPA or by an entry without a
domain records no event; a translation fault in an attached domain does. [src: smmu-shutdown, smmu-gbpa]
"""

from __future__ import annotations

from collections.abc import Callable

from kexecdoc.model.log import Log
from kexecdoc.model.machine.iommu import Unit


class Smmu(Unit):
    """One SMMUv3. ``gbpa`` is ``bypass`` or ``abort``."""

    name = "smmu"

    def __init__(self, log: Log, *, present: bool, gbpa: str) -> None:
        super().__init__(log, present=present, while_off="bypasses" if gbpa == "bypass" else "aborts")
        self.on_event: Callable[[str, int, str], None] | None = None

    def report(self, function: str, address: int, cause: str) -> None:
        """Record a translation fault in the event queue, if the queue is on."""
        if self.enabled and self.streams.get(function) is not None and self.on_event is not None:
            self.on_event(function, address, cause)

    def set_enabled(self, value: bool, event: str, cause: str | None) -> None:
        """Write ``SMMU_CR0.SMMUEN``. Enabling starts from an empty stream table."""
        if value:
            self.streams = dict.fromkeys(self.streams)
        super().set_enabled(value, event, cause)
