"""Answers: one of several choices, or a few numbers. Both kinds say why a wrong answer is wrong.

A verdict is one or two sentences. It begins with "Right." or "No", like those of the exercises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Protocol

from kexecdoc.course.exercises import RIGHT

NUMBER = re.compile(r"(-?)(0x[0-9a-f]+|[0-9][0-9,]*(?:\.[0-9]+)?)\s*(\S.*)?", re.IGNORECASE)


class Answer(Protocol):
    """What a problem compares a reader's answer with."""

    def choices(self) -> list[str]:
        """Return the lines to choose from; empty if the answer is not a choice."""

    def expected_form(self) -> str:
        """Return what ``check`` expects, in words."""

    def right(self) -> str:
        """Return the right answer, in words."""

    def solution(self) -> tuple[object, ...]:
        """Return the right answer as arguments of ``check``."""

    def mistakes(self) -> list[tuple[tuple[object, ...], str]]:
        """Return likely wrong answers as arguments of ``check``, each with the reason why it is wrong."""

    def judge(self, given: Sequence[object]) -> str:
        """Return whether an answer is right, and if not, why."""


def in_words(on: Sequence[str], off: Sequence[str], state: Sequence[bool]) -> str:
    """Return in words a state of several parts, each of which is on or off."""
    return ", ".join(yes if is_on else no for yes, no, is_on in zip(on, off, state, strict=True))


def sentence(words: str) -> str:
    """Return text with a capital first letter, unless it begins with a name from the kernel."""
    first = words.partition(" ")[0]
    return words if "_" in first or "(" in first else words[:1].upper() + words[1:]


# -- choices ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One of the choices. ``why`` says why it is right or wrong, and begins in the middle of a sentence."""

    words: str
    why: str
    right: bool = False


def parts_options(
    on: Sequence[str], off: Sequence[str], state: Sequence[bool], reasons: Sequence[str], right: str
) -> list[Option]:
    """Return the options for a state of several parts: the right one, and each that has one part wrong.

    ``reasons`` say why a part is as it is; ``right`` is what is said of the right option.
    """
    options = [Option(in_words(on, off, state), right, True)]
    for wrong, why in enumerate(reasons):
        other = [is_on != (part == wrong) for part, is_on in enumerate(state)]
        options.append(Option(in_words(on, off, other), f"{why}."))
    return options


@dataclass(frozen=True)
class Choice:
    """An answer that is one of several lines, each with a letter."""

    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        right = sum(option.right for option in self.options)
        distinct = {option.words for option in self.options}
        if right != 1 or len(distinct) != len(self.options):
            raise ValueError(f"one choice is right, and no two are the same: {self.options}")

    def _letter(self, option: Option) -> str:
        return ascii_lowercase[self.options.index(option)]

    @property
    def _right(self) -> Option:
        return next(option for option in self.options if option.right)

    def choices(self) -> list[str]:
        return [f"{self._letter(option)}) {option.words}" for option in self.options]

    def expected_form(self) -> str:
        return f"a letter from a to {self._letter(self.options[-1])}"

    def right(self) -> str:
        return f"{self._letter(self._right)}) {self._right.words}. {sentence(self._right.why)}"

    def solution(self) -> tuple[object, ...]:
        return (self._letter(self._right),)

    def mistakes(self) -> list[tuple[tuple[object, ...], str]]:
        wrong = [option for option in self.options if not option.right]
        return [((self._letter(option),), option.why) for option in wrong]

    def judge(self, given: Sequence[object]) -> str:
        """Judge a letter, in upper or lower case, with or without its bracket."""
        letters = [str(word).strip().rstrip(")").lower() for word in given]
        found = [option for option in self.options if [self._letter(option)] == letters]
        if not found:
            return f"No such choice: the answer is {self.expected_form()}."
        return f"{RIGHT} {sentence(found[0].why)}" if found[0].right else f"No: {found[0].why}"


# -- numbers ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """One number of an answer. ``within`` is how far off a right answer may be."""

    name: str
    value: float
    unit: str = ""
    within: float = 0
    hexadecimal: bool = False

    def shown(self, value: float | None = None) -> str:
        """Return the right value, or another one, as a reader would write it."""
        value = self.value if value is None else value
        if self.hexadecimal:
            return f"{int(value):#x}"
        whole = f"{value:,.0f}" if value == int(value) else f"{value:,.3f}".rstrip("0").rstrip(".")
        return whole + (f" {self.unit}" if self.unit else "")

    def accepts(self, value: float) -> bool:
        """Return whether a value is right."""
        return abs(value - self.value) <= self.within

    def read(self, word: object) -> float | None:
        """Return a reader's input as a number, None if it is not one: ``0x401``, ``"1,025"``, ``"45 ms"``."""
        if isinstance(word, bool):
            return None
        if isinstance(word, int | float):
            return word
        found = NUMBER.fullmatch(str(word).strip())
        if not found or (found[3] or self.unit) != self.unit:
            return None
        digits = found[2].lower()
        value = int(digits, 16) if digits.startswith("0x") else float(digits.replace(",", ""))
        return -value if found[1] else value


@dataclass(frozen=True)
class Mistake:
    """A likely wrong answer, and why it is wrong. ``why`` begins in the middle of a sentence."""

    values: tuple[float, ...]
    why: str


@dataclass(frozen=True)
class Numbers:
    """An answer of one or more numbers. ``otherwise`` is the hint for a wrong one that is not in ``foreseen``."""

    numbers: tuple[Number, ...]
    foreseen: tuple[Mistake, ...]
    otherwise: str

    def choices(self) -> list[str]:
        return []

    def expected_form(self) -> str:
        names = [number.name + (f" in {number.unit}" if number.unit else "") for number in self.numbers]
        return " and ".join(names)

    def right(self) -> str:
        parts = [f"{number.name}: {number.shown()}" for number in self.numbers]
        return "; ".join(parts)

    def solution(self) -> tuple[object, ...]:
        return tuple(number.value for number in self.numbers)

    def mistakes(self) -> list[tuple[tuple[object, ...], str]]:
        """Return the mistakes that are wrong here, each answer once.

        With some numbers a wrong way of thinking happens to lead to the right answer, or two lead to the same one.
        """
        found: list[tuple[tuple[float, ...], str]] = []
        for mistake in self.foreseen:
            known = (values for values, _ in found)
            if not self._near(mistake.values) and not any(self._near(mistake.values, values) for values in known):
                found.append((mistake.values, mistake.why))
        return [(tuple(values), why) for values, why in found]

    def _near(self, values: Sequence[float], others: Sequence[float] | None = None) -> bool:
        """Return whether values equal the right ones, or ``others``, within the tolerance of each number."""
        others = others or [number.value for number in self.numbers]
        pairs = zip(self.numbers, values, others, strict=True)
        return all(abs(value - other) <= number.within for number, value, other in pairs)

    def judge(self, given: Sequence[object]) -> str:
        """Judge numbers, of which there must be as many as the question asks for."""
        if len(given) != len(self.numbers):
            return f"No: what is asked for is {self.expected_form()}."
        values: list[float] = []
        for number, word in zip(self.numbers, given, strict=True):
            value = number.read(word)
            if value is None:
                unit = f", in {number.unit}" if number.unit else ""
                return f"No: {number.name} is a number{unit}, and {str(word)[:40]!r} is none."
            values.append(value)
        if self._near(values):
            return f"{RIGHT} {sentence(self.right())}."
        for wrong, why in self.mistakes():
            if self._near(values, [float(str(value)) for value in wrong]):
                return f"No: {why}"
        right = [n.name for n, value in zip(self.numbers, values, strict=True) if n.accepts(value)]
        return f"No: {' and '.join(right) + ' is right; ' if right else ''}{self.otherwise}"
