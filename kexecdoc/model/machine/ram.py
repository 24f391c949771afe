"""RAM: bytes at offsets, in frames that are shared until somebody writes to them.

A frame that an owner has filled is the bytes object that the owner keeps to compare it with, and a copy of the frame
is the same object again. The first write to such a frame replaces it by bytes of its own. So a run pays for the
frames that it writes to, and a comparison still finds any byte that differs, whoever changed it.
"""

from __future__ import annotations

from kexecdoc.model.scales import FRAME, FRAMES

ZEROES = bytes(FRAME)


class Ram:
    """``frames[n]`` is what is in frame n: ``bytes`` while it is shared, a ``bytearray`` once it was written to."""

    def __init__(self) -> None:
        self.frames: list[bytes | bytearray] = [ZEROES] * FRAMES

    def read(self, offset: int, length: int) -> bytes:
        """Return the bytes from an offset on."""
        number, at = divmod(offset, FRAME)
        if at + length <= FRAME:
            return bytes(self.frames[number][at : at + length])
        return self.read(offset, FRAME - at) + self.read(offset + FRAME - at, length - (FRAME - at))

    def write(self, offset: int, data: bytes) -> None:
        """Overwrite the bytes from an offset on."""
        number, at = divmod(offset, FRAME)
        room = FRAME - at
        if len(data) > room:
            self.write(offset + room, data[room:])
            data = data[:room]
        frame = self.frames[number]
        if isinstance(frame, bytes):
            frame = self.frames[number] = bytearray(frame)
        frame[at : at + len(data)] = data

    def copy(self, source: int, destination: int, count: int) -> None:
        """Copy whole frames. Frames that were written to are duplicated, so that source and copy stay separate."""
        self.frames[destination : destination + count] = map(bytes, self.frames[source : source + count])

    def __getitem__(self, offset: int) -> int:
        """Return the byte at an offset."""
        return self.frames[offset // FRAME][offset % FRAME]

    def __setitem__(self, offset: int, value: int) -> None:
        """Overwrite the byte at an offset."""
        self.write(offset, bytes([value]))
