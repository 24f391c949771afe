"""What a problem draws: counter-based, and each thing by its name, so that a new draw disturbs no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from kexecdoc.model.draws import Draws

T = TypeVar("T")


class Drawn:
    """The draws of one seed for one kind of problem."""

    def __init__(self, seed: int, stream: str) -> None:
        self.seed = seed
        self._draws = Draws(seed)
        self._stream = f"quiz/{stream}"

    def between(self, low: int, high: int, what: str) -> int:
        """Return an integer from ``low`` to ``high``, both included."""
        return self._draws.between(low, high, f"{self._stream}/{what}")

    def among(self, things: Sequence[T], what: str) -> T:
        """Return one of some things."""
        return things[self.between(0, len(things) - 1, what)]

    def shuffled(self, things: Sequence[T], what: str) -> list[T]:
        """Return all of some things, in an order that says nothing."""
        by_lot = [(self._draws.below(2**32, f"{self._stream}/{what}", n), n) for n in range(len(things))]
        return [things[n] for _, n in sorted(by_lot)]
