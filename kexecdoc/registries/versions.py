"""Kernel versions: how they sort, and ranges of them."""

from __future__ import annotations

from dataclasses import dataclass


def version(text: str) -> tuple[int, ...]:
    """Return a kernel version as a tuple that sorts: ``version("6.12") > version("6.1")``."""
    return tuple(map(int, text.split(".")))


@dataclass(frozen=True)
class Versions:
    """The versions from ``since`` to before ``before``; an empty string means no bound.

    >>> "5.10" in Versions("4.20", before="6.1")
    True
    """

    since: str = ""
    before: str = ""

    def __contains__(self, kernel: str) -> bool:
        at = version(kernel)
        return (not self.since or at >= version(self.since)) and (not self.before or at < version(self.before))


EVERY = Versions()
