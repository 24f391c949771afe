"""What an IOMMU gives a device: an address space of its own, in which every page leads to a physical one.

How the units that look it up differ is in `smmu` and `vtd`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kexecdoc.scales import FRAME


@dataclass
class Domain:
    """An address space. ``pages`` maps I/O page numbers to physical ones; None passes all unchanged."""

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
