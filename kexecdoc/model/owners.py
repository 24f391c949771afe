"""The owners of memory frames, and what happens when an owner finds wrong bytes in one of its frames."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Owner:
    """``phrase`` names the owner in a sentence. ``wrong`` is the outcome if it finds wrong bytes, "" if it never looks.

    ``public`` is its name in the JSON of a run, which does not distinguish between kinds of the old kernel's memory.
    """

    name: str
    phrase: str
    wrong: str = ""
    public: str = ""


_ALL = (
    Owner("firmware", "firmware memory"),
    Owner("old", "memory that was nobody's any more"),
    Owner("dma-buffer", "a DMA buffer", public="old"),
    Owner("descriptor-ring", "a descriptor ring", public="old"),
    Owner("lpi-table", "LPI tables"),
    Owner("its-table", "ITS tables"),
    Owner("image", "the image", wrong="hung"),
    Owner("next-text", "the next kernel's text", wrong="crashed"),
    Owner("next-data", "the next kernel's data", wrong="corrupted"),
    Owner("next-tables", "the next kernel's page tables and metadata", wrong="crashed"),
    Owner("next-initramfs", "the initramfs", wrong="crashed"),
    Owner("next-free", "free memory"),
    Owner("crash-reserved", "memory reserved for the capture kernel"),
    Owner("preserved", "preserved memory", wrong="corrupted"),
)

OWNERS: dict[str, Owner] = {owner.name: owner for owner in _ALL}


def public(name: str) -> str:
    """Return an owner as the run's JSON names it."""
    return OWNERS[name].public or name
