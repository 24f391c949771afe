"""What a machine dies of."""

from __future__ import annotations

from enum import StrEnum


class Death(StrEnum):
    """Why nothing runs any more. The log has it as ``death``."""

    DAMAGED_OBJECT = "damaged-object"
    """The crashed kernel followed an object that was damaged."""
    HELD_LOCK = "held-lock"
    """The crashed kernel waits without limit for a lock that a stopped CPU holds."""
    STUCK_CALLBACK = "stuck-callback"
    """A driver's callback never returns, and device_shutdown() waits for it."""
    REFUSED_WRITE = "refused-write"
    """A device's write was refused, and the error killed the machine."""
    RESENT_MESSAGE = "resent-message"
    """A device sends its message again whenever a CPU has taken it."""
    UNREQUESTED_LINE = "unrequested-line"
    """A line is asserted and unmasked, and no driver has requested it."""
    WRONG_IMAGE = "wrong-image"
    """Purgatory found that the image does not match its digest."""
    WRONG_TEXT = "wrong-text"
    """The next kernel executed bytes that are not its text."""
    WRONG_TABLES = "wrong-tables"
    """The next kernel followed tables that are not what it wrote."""
    WRONG_INITRAMFS = "wrong-initramfs"
    """The next kernel could not unpack its initramfs, so it has no root."""
    OUT_OF_TIME = "out-of-time"
    """The next kernel had not reached userspace when the simulator stopped watching."""


class MachineDead(Exception):
    """Nothing runs any more: ``end`` says whether the kernel ``crashed`` or the machine ``hung``.

    ``cause`` is the id of the event that brought it about.
    """

    def __init__(self, end: str, reason: Death, cause: str | None) -> None:
        super().__init__(end, reason, cause)
        self.end = end
        self.reason = reason
        self.cause = cause
