"""Checkers for the chapters' exercises, one file for each chapter.

A checker takes an answer and returns one sentence. It begins with `RIGHT` if the answer is right, else with "No" or
"Not", and then says why. Right answers are computed, never written down.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from kexecdoc.model.scenario import ScenarioError

RIGHT = "Right."

P = ParamSpec("P")


def tries_a_scenario(checker: Callable[P, str]) -> Callable[P, str]:
    """Make a checker of scenarios return one sentence instead of raising a ScenarioError."""

    @wraps(checker)
    def check(*args: P.args, **switches: P.kwargs) -> str:
        try:
            return checker(*args, **switches)
        except ScenarioError as error:
            return f"No such scenario: {error}"

    return check
