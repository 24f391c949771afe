"""The checkers of the chapters' exercises, one file a chapter: each says what is wrong with a wrong answer, and why.

A checker takes an answer and returns one sentence. It begins with `RIGHT` if the answer is right, and with "No" or
"Not" if it is not; then it says why. What it compares with is computed, never written down.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from kexecdoc.model.scenario import ScenarioError

RIGHT = "Right."

P = ParamSpec("P")


def tries_a_scenario(checker: Callable[P, str]) -> Callable[P, str]:
    """Let a checker whose answer is a scenario say in its one sentence, too, that there is no such scenario."""

    @wraps(checker)
    def check(*args: P.args, **switches: P.kwargs) -> str:
        try:
            return checker(*args, **switches)
        except ScenarioError as error:
            return f"No such scenario: {error}"

    return check
