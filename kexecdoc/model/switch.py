"""How a switch is declared: its values or its range, its words, and what it needs to have an effect.

A switch is a field of a group, and a group is a frozen dataclass. Each switch is one call of `choice`, `integer` or
`fraction`. From that declaration follow the checks and their error texts, the command line, the controls in a notebook
and on a page, the columns of a sweep and the row in the reference table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from kexecdoc.registries.versions import Versions

Value = str | int | float
"""What a switch can be: a named value or a number."""


class ScenarioError(ValueError):
    """A switch or a value that does not exist. The text is one line, for a person."""


def for_message(word: object) -> str:
    """Return something that a reader typed, made fit for a message of one line: short and printable."""
    text = str(word)
    if not text.isprintable():
        text = ascii(text)
    return f"{text[:60]}" if text.strip() else f"‘{text[:60]}’"


Alternatives = Mapping[str, str | tuple[str, ...]]
"""Switches by their names, each with a value or several. One match is enough."""


@dataclass(frozen=True)
class Condition:
    """What a switch needs: at least one of some other switches has one of the values beside its name."""

    alternatives: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, alternatives: Alternatives) -> Condition:
        """Make a condition from the form in which it is declared."""
        return cls(tuple((name, (v,) if isinstance(v, str) else v) for name, v in alternatives.items()))

    def holds(self, values: Mapping[str, object]) -> bool:
        """Return whether the condition holds for these values of all switches, by name."""
        return any(values[name] in enough for name, enough in self.alternatives)

    def to_words(self, mark: Callable[[str], str] = str) -> str:
        """Return the condition in words: ``path=kexec or reboot, or crash-work=shutdown``.

        ``mark`` marks code up, for instance as Markdown does.
        """
        parts = [_or([mark(f"{name}={first}"), *map(mark, more)]) for name, (first, *more) in self.alternatives]
        several = any(len(enough) > 1 for _, enough in self.alternatives)
        return ", or ".join(parts) if several else _or(parts)


def _or(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


@dataclass(frozen=True)
class Switch:
    """The declaration of one switch. ``choices`` is empty for a number, which has a closed range.

    ``help`` and ``meanings`` are for somebody who knows the field; ``label`` and ``labels`` say the same to somebody
    who has not met the names yet. ``places`` is how many decimal places a number may have. ``by_version`` lists the
    kernel versions with another default; ``default`` is that of the newest. If any condition of ``needs`` fails, no
    value of the switch makes a difference.
    """

    default: Value
    help: str
    choices: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    places: int = 0
    unit: str = ""
    by_version: tuple[tuple[str, Versions], ...] = ()
    label: str = ""
    labels: tuple[str, ...] = ()
    needs: tuple[Condition, ...] = ()
    group: str = ""
    name: str = ""

    @property
    def field(self) -> str:
        """The name in Python, where a hyphen cannot be."""
        return self.name.replace("-", "_")

    @property
    def label_text(self) -> str:
        """What the switch decides, in the plainest words that it has."""
        return self.label or self.help[0].upper() + self.help[1:]

    def value_label(self, value: Value) -> str:
        """Return what a value means, in the plainest words that it has."""
        for known in (self.labels, self.meanings):
            words = dict(zip(self.choices, known, strict=False)).get(str(value))
            if words:
                return words
        return str(value)

    def allowed(self) -> str:
        """Return what the switch accepts, in words."""
        if self.choices:
            return ", ".join(self.choices)
        kind = "a number" if self.places else "an integer"
        return f"{kind} from {self.low:,} to {self.high:,}" + (f" ({self.unit})" if self.unit else "")

    def default_in(self, kernel: str) -> Value:
        """Return the default in a kernel version."""
        return next((value for value, versions in self.by_version if kernel in versions), self.default)

    def inactive_because(self, values: Mapping[str, object]) -> str:
        """Return the first condition that fails: ``only with path=panic``. Empty if all hold.

        ``values`` are those of every switch, by name. A switch whose conditions all hold may still have no effect.
        """
        return next((f"only with {needed.to_words()}" for needed in self.needs if not needed.holds(values)), "")

    def requirements_text(self, mark: Callable[[str], str] = str) -> str:
        """Return all conditions in words; empty if there are none."""
        words = [f"with {needed.to_words(mark)}" for needed in self.needs]
        return "only " + "; ".join([*words[:-1], f"and {words[-1]}" if words[:-1] else words[-1]]) if words else ""

    def describe(self) -> dict[str, object]:
        """Return the declaration as JSON: what `kexecdoc switches --format json` prints."""
        kind: dict[str, object] = {"range": [self.low, self.high]}
        if self.choices:
            kind = {
                "values": list(self.choices),
                "meanings": list(self.meanings),
                "labels": [self.value_label(value) for value in self.choices],
            }
        about: dict[str, object] = {
            "default": self.default,
            "unit": self.unit,
            "help": self.help,
            "label": self.label_text,
        }
        if self.by_version:
            about["default_by_kernel"] = [
                {"default": value, "since": v.since, "before": v.before} for value, v in self.by_version
            ]
        if self.needs:  # all of these conditions; within one, any of its switches
            about["only_with"] = [{name: list(enough) for name, enough in c.alternatives} for c in self.needs]
        return {"name": self.name, "group": self.group, **kind, **about}

    def parse(self, value: object) -> Value:
        """Return the value if it is allowed. ScenarioError, with the nearest one, if it is not."""
        if self.choices:
            if value in self.choices:
                return str(value)
            near = get_close_matches(str(value), self.choices, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]}?" if near and len(self.choices) > 1 else ""
            raise ScenarioError(f"{self.name}: {for_message(value)} is not one of {self.allowed()}{hint}")
        number = self._number(value)
        if number is None:
            raise ScenarioError(
                f"{self.name}: {for_message(value)} is not {self.allowed()}; the default is {self.default}"
            )
        if not self.low <= number <= self.high:
            nearest = self.low if number < self.low else self.high
            raise ScenarioError(f"{self.name}: {for_message(value)} is not {self.allowed()}; the nearest is {nearest}")
        return number

    def _number(self, value: object) -> int | float | None:
        """Return a value as a number with at most `places` decimals, whole ones as integers; None if it is not one."""
        if isinstance(value, bool):
            return None
        if isinstance(value, str):
            places = rf"(\.[0-9]{{1,{self.places}}})?" if self.places else ""
            pattern = "-?[0-9]{1,30}" + places
            if not re.fullmatch(pattern, value):
                return None
            value = float(value) if "." in value else int(value)
        if isinstance(value, float) and self.places and value == round(value, self.places):
            return int(value) if value.is_integer() else value
        return value if isinstance(value, int) else None


BY_VERSION = ""
"""The value of a field until the scenario knows its kernel version, which decides the default."""

Row = str | tuple[str, str] | tuple[str, str, str]
"""A value of a switch: alone, with words for everybody, or with words for a stranger and others for an expert."""


def choice(
    about: str,
    /,
    *rows: Row,
    label: str = "",
    by_version: Mapping[str, Versions] | None = None,
    needs: Sequence[Alternatives] = (),
) -> Any:
    """Declare a switch with named values, the first of which is the default.

    A row is ``(value, label, meaning)``. ``by_version`` maps a value to the kernel versions in which that is the
    default. For ``needs`` see `Switch`; the first condition that fails is the one that a reader is told.
    """
    columns = [(row, "", "") if isinstance(row, str) else (*row, row[-1])[:3] for row in rows]
    choices, labels, meanings = (tuple(column) for column in zip(*columns, strict=True))
    defaults = tuple((by_version or {}).items())
    if unknown := {value for value, _ in defaults} - set(choices):
        raise ValueError(f"by_version: {', '.join(unknown)} is not one of {', '.join(choices)}")
    return _declare(
        BY_VERSION if defaults else choices[0],
        needs,
        default=choices[0],
        help=about,
        choices=choices,
        meanings=meanings,
        by_version=defaults,
        label=label,
        labels=labels,
    )


def integer(
    about: str,
    /,
    *,
    default: int,
    low: int,
    high: int,
    unit: str = "",
    label: str = "",
    needs: Sequence[Alternatives] = (),
) -> Any:
    """Declare a switch that is an integer in the closed range from ``low`` to ``high``."""
    return _declare(default, needs, default=default, help=about, low=low, high=high, unit=unit, label=label)


def fraction(about: str, /, *, default: int = 0, label: str = "", needs: Sequence[Alternatives] = ()) -> Any:
    """Declare a switch that is a number from 0 to 1, with six decimal places."""
    return _declare(default, needs, default=default, help=about, low=0, high=1, places=6, label=label)


def _declare(initial: Value, needs: Sequence[Alternatives], **declaration: Any) -> Any:
    switch = Switch(**declaration, needs=tuple(map(Condition.of, needs)))
    return field(default=initial, metadata={"switch": switch})
