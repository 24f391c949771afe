"""Counter-based random numbers.

A draw is a hash of (seed, stream, index), so it depends on nothing that was drawn before it. Flip one
switch and every stream that the switch does not touch stays as it was: the reader sees the effect of
that switch alone. Integers only, so the same numbers come out on every platform.
"""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from typing import Any

WORD = 64  # bits in a draw


class Draws:
    """The random numbers of one scenario.

    Streams are named by what they decide, for instance ``eth0/arrivals`` or ``layout/next-tables``.
    """

    def __init__(self, seed: int) -> None:
        self._key = f"kexecdoc/{seed}".encode()
        self._stream = cache(self._begin)

    def _begin(self, stream: str, digest_size: int) -> Any:
        """Return the hash of all that a stream's draws have in common; a draw goes on from a copy."""
        return blake2b(f"{stream}#".encode(), digest_size=digest_size, key=self._key)

    def _digest(self, stream: str, index: int, digest_size: int) -> bytes:
        hash = self._stream(stream, digest_size).copy()
        hash.update(b"%d" % index)
        digest: bytes = hash.digest()
        return digest

    def below(self, n: int, stream: str, index: int = 0) -> int:
        """Return an integer in ``range(n)``, as even as 64 bits allow."""
        return (int.from_bytes(self._digest(stream, index, 8), "big") * n) >> WORD

    def between(self, low: int, high: int, stream: str, index: int = 0) -> int:
        """Return an integer from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1, stream, index)

    def bytes(self, length: int, stream: str, index: int = 0) -> bytes:
        """Return ``length`` bytes: one 64-byte digest, repeated."""
        return (self._digest(stream, index, 64) * (length // 64 + 1))[:length]

    def first(self, fits: Callable[[int], bool], n: int, stream: str, tries: int = 4096) -> int | None:
        """Return the first candidate below ``n`` that ``fits``, drawn one after the other.

        Rejection keeps the choice even over all that fit, and leaves it where it was when the set of
        what fits changes elsewhere. None if nothing fits.
        """
        for index in range(tries):
            candidate = self.below(n, stream, index)
            if fits(candidate):
                return candidate
        start = self.below(n, stream, tries)
        return next((c for c in (*range(start, n), *range(start)) if fits(c)), None)
