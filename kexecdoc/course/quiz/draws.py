"""The random choices of a problem: counter-based and named, so that adding one changes no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from kexecdoc.model.draws import Draws

T = TypeVar("T")


class ProblemDraws:
    """The random choices of one seed for one kind of problem."""

    def __init__(self, seed: int, stream: str) -> None:
        self.seed = seed
        self._draws = Draws(seed)
        self._stream = f"quiz/{stream}"

    def between(self, low: int, high: int, what: str) -> int:
        """Return an integer from ``low`` to ``high``, both included."""
        return self._draws.between(low, high, f"{self._stream}/{what}")

    def among(self, things: Sequence[T], what: str) -> T:
        """Return one of several things, each as likely as the others."""
        return things[self.between(0, len(things) - 1, what)]

    def shuffled(self, things: Sequence[T], what: str) -> list[T]:
        """Return all things in random order."""
        return [things[n] for n in self._draws.stream(f"{self._stream}/{what}").order(len(things))]
