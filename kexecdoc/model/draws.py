"""Counter-based random numbers.

A draw is a hash of (seed, stream, index), so it depends on nothing that was drawn before it. Flip one
switch and every stream that the switch does not touch stays as it was: the reader sees the effect of
that switch alone. Integers only, so the same numbers come out on every platform.
"""

from collections.abc import Callable
from functools import cache, cached_property
from hashlib import blake2b

WORD = 64  # bits in a draw


class Stream:
    """The draws that decide one thing. Each continues a copy of the hash of their common prefix."""

    def __init__(self, key: bytes, name: str) -> None:
        self._key, self._prefix = key, f"{name}#".encode()
        self._word = blake2b(self._prefix, digest_size=8, key=key)

    @cached_property
    def _block(self) -> blake2b:
        return blake2b(self._prefix, digest_size=64, key=self._key)

    def below(self, n: int, index: int = 0) -> int:
        """Return an integer in ``range(n)``, as even as 64 bits allow."""
        hasher = self._word.copy()
        hasher.update(b"%d" % index)
        return (int.from_bytes(hasher.digest(), "big") * n) >> WORD

    def between(self, low: int, high: int, index: int = 0) -> int:
        """Return an integer from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1, index)

    def bytes(self, length: int, index: int = 0) -> bytes:
        """Return ``length`` bytes: one 64-byte digest, repeated."""
        hasher = self._block.copy()
        hasher.update(b"%d" % index)
        return (hasher.digest() * (length // 64 + (length % 64 > 0)))[:length]

    def order(self, n: int) -> list[int]:
        """Return the integers of ``range(n)`` in random order, sorted by 32 bits of a draw for each."""
        drawn = []
        for index in range(n):
            hasher = self._word.copy()
            hasher.update(b"%d" % index)
            drawn.append(hasher.digest()[:4])
        return sorted(range(n), key=drawn.__getitem__)

    def first(self, fits: Callable[[int], bool], n: int, tries: int = 4096) -> int | None:
        """Return the first of random candidates below ``n`` that ``fits``; None if nothing does.

        Rejection makes all that fit equally likely. It also keeps the choice the same if others become fit or unfit.
        """
        for index in range(tries):
            candidate = self.below(n, index)
            if fits(candidate):
                return candidate
        start = self.below(n, tries)
        return next((c for c in (*range(start, n), *range(start)) if fits(c)), None)


class Draws:
    """The random numbers of one scenario.

    Streams are named by what they decide, for instance ``eth0/arrivals`` or ``layout/next-tables``.
    """

    def __init__(self, seed: int) -> None:
        key = f"kexecdoc/{seed}".encode()
        self.stream: Callable[[str], Stream] = cache(lambda name: Stream(key, name))

    def below(self, n: int, stream: str, index: int = 0) -> int:
        """Return an integer in ``range(n)``, drawn from a stream."""
        return self.stream(stream).below(n, index)

    def between(self, low: int, high: int, stream: str, index: int = 0) -> int:
        """Return an integer from ``low`` to ``high``, both included, drawn from a stream."""
        return self.stream(stream).between(low, high, index)

    def bytes(self, length: int, stream: str, index: int = 0) -> bytes:
        """Return ``length`` bytes drawn from a stream."""
        return self.stream(stream).bytes(length, index)
