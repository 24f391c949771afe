"""The end of a machine."""

from __future__ import annotations


class MachineDead(Exception):
    """Nothing runs any more: ``end`` says whether the kernel ``crashed`` or the machine ``hung``.

    ``cause`` is the id of the event that brought it about.
    """

    def __init__(self, end: str, cause: str | None) -> None:
        super().__init__(end, cause)
        self.end = end
        self.cause = cause
