"""IOMMUs: the address spaces that they give to devices, and what both kinds of unit have in common.
[src: dma-howto]

How the units differ is in `smmu` and `vtd`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kexecdoc.model.log import Log
from kexecdoc.model.scales import FRAME


@dataclass
class Domain:
    """An address space. ``pages`` maps I/O page numbers to physical ones; None passes every address unchanged."""

    pages: dict[int, int] | None = field(default_factory=dict)

    def map(self, iova: int, physical: int, count: int = 1) -> None:
        """Map ``count`` pages."""
        assert self.pages is not None, "an identity domain has no mappings"
        for n in range(count):
            self.pages[iova // FRAME + n] = physical // FRAME + n

    def translate(self, address: int) -> int | None:
        """Return the physical address, or None where nothing is mapped."""
        if self.pages is None:
            return address
        page = self.pages.get(address // FRAME)
        return None if page is None else page * FRAME + address % FRAME


def identity() -> Domain:
    """Return a domain that passes addresses unchanged."""
    return Domain(pages=None)


class Unit:
    """One IOMMU, which is missing if ``present`` is False. ``streams`` maps each function to its domain, if any.

    ``name`` is its name in the log. ``while_off`` is what it does with all writes while it is disabled: ``bypasses``
    or ``aborts``.
    """

    name = ""

    def __init__(self, log: Log, *, present: bool, while_off: str = "bypasses") -> None:
        self._log = log
        self.present = present
        self.while_off = while_off
        self.enabled = False
        self.streams: dict[str, Domain | None] = {}

    def start(self, domain: Domain, functions: Iterable[str]) -> None:
        """Set the state at t=0: enabled, with every function in one domain."""
        self.enabled = self.present
        self.streams = dict.fromkeys(functions, domain)
        self._log.start.update(self._gates(self.streams))

    def translate(self, function: str, address: int) -> int | None:
        """Return where a function's write goes, or None if it is refused."""
        if not self.present:
            return address
        if not self.enabled:
            return address if self.while_off == "bypasses" else None
        domain = self.streams.get(function)
        return None if domain is None else domain.translate(address)

    def gate(self, function: str) -> str:
        """Return what the unit does with a function's writes now, for the log."""
        if not self.present:
            return "absent"
        if not self.enabled:
            return self.while_off
        domain = self.streams.get(function)
        if domain is None:
            return "refuses"
        return "passes" if domain.pages is None else "translates"

    def _gates(self, functions: Iterable[str]) -> dict[str, str]:
        return {f"gate/{function}/{self.name}": self.gate(function) for function in functions}

    def set_enabled(self, value: bool, event: str, cause: str | None) -> None:
        """Enable or disable translation."""
        self.enabled = value
        self._log.record(event, "register", cause, self._gates(self.streams))

    def attach(self, function: str, domain: Domain, event: str, cause: str | None) -> None:
        """Put a function into a domain."""
        self.streams[function] = domain
        self._log.record(event, "register", cause, self._gates([function]))
