"""What a problem is: a machine, a question about it, and an answer that was found twice.

Once by a rule or by arithmetic alone, and once in the log of the simulated machine. If the two part, one of them is
wrong, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from textwrap import wrap

from kexecdoc.course.quiz.answers import Answer
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.model.whatif import anachronisms
from kexecdoc.registries.sources import CITATION, cite, cited

WIDTH = 100


class Text(str):
    """Words that a notebook shows as they are, line by line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Twice:
    """An answer that was found twice. ``note`` says why the two may differ, where they may.

    ``where`` is where the second was found, if that is not the log of a run.
    """

    arithmetic: str
    machine: str
    agrees: bool
    note: str = ""
    where: str = "In the machine"

    def lines(self) -> list[str]:
        """Return both, in words."""
        if self.arithmetic == self.machine:
            both = f"By rule and arithmetic alone, and in the machine's log: {self.arithmetic}."
        else:
            both = f"By rule and arithmetic alone: {self.arithmetic}. {self.where}: {self.machine}."
        parted = "" if self.agrees else " They part, so one of them is wrong: please tell us."
        return [both + parted, *([self.note] if self.note else [])]


def by_id(words: str) -> str:
    """Return words in which a source is cited by its id alone, as a list of sources beside them has it."""
    return CITATION.sub(r"[\1]", words)


def same(arithmetic: object, machine: object, words: Mapping[str, str] | None = None) -> Twice:
    """Hold two findings together that must be the same. ``words`` says what they mean, where they are keys."""
    ruled, found = ((words or {}).get(str(key), str(key)) for key in (arithmetic, machine))
    return Twice(ruled, found, arithmetic == machine)


def count_within(arithmetic: float, machine: int, arrivals: float, each: int = 1) -> Twice:
    """Hold a count together with what arithmetic expects of so many arrivals, ``each`` of which counts so often.

    Gaps between arrivals are even between half a period and one and a half, so of n arrivals in a time the standard
    deviation is the root of n/12. Six of those, and one arrival at either end, is all that chance is allowed.
    """
    slack = each * (6 * sqrt(arrivals / 12) + 2)
    note = f"The gaps between arrivals are drawn, so the machine may be off by {slack:,.0f}, and no more."
    return Twice(f"{arithmetic:,.0f}", f"{machine:,}", abs(arithmetic - machine) <= slack, note)


@dataclass(frozen=True)
class Problem:
    """What is asked, and what is known of the answer.

    ``given`` and ``working`` are paragraphs. ``look`` says with which ``--format`` the run shows the answer, and
    where. ``command`` is another command that does, where no run does.
    """

    scenario: Scenario
    given: tuple[str, ...]
    question: str
    answer: Answer
    working: tuple[str, ...]
    twice: Twice
    look: tuple[str, str]
    command: str = ""

    def sources(self) -> list[str]:
        """Return the ids of the sources that the answer cites, each once, in order."""
        words = [*self.given, *self.working, self.answer.right(), *(why for _, why in self.answer.mistakes())]
        return cited("\n".join(words))

    def shown_by(self) -> str:
        """Return the command whose output shows the answer."""
        if self.command:
            return self.command
        switched = " ".join(f"--{name} {value}" for name, value in self.scenario.differences().items())
        form = "" if self.look[0] == "text" else f"--format {self.look[0]}"
        return " ".join(filter(None, ("kexecdoc run", switched, form)))


# -- as text ---------------------------------------------------------------------------------------


def parameters(scenario: Scenario) -> list[str]:
    """Return every switch with its value, a paragraph a group."""
    groups: dict[str, list[str]] = {}
    for name, value in scenario.values().items():
        groups.setdefault(switches()[name].group, []).append(f"{name}={value}")
    return [
        line for group, words in groups.items() for line in paragraph(f"{group:<22}{' '.join(words)}", hang=" " * 22)
    ]


def asked(problem: Problem) -> list[str]:
    """Return what is given and what is asked, as lines."""
    lines: list[str] = []
    for words in problem.given:
        lines += [*paragraph(by_id(words)), ""]
    lines += [*_differences(problem.scenario), *paragraph(problem.question)]
    for choice in problem.answer.choices():
        lines += paragraph(f"  {choice}", hang=" " * 5)
    return lines


def answered(problem: Problem) -> list[str]:
    """Return the answer, the working, what is wrong with likely mistakes, and the sources, as lines."""
    lines = ["ANSWER", *_item(problem.answer.right()), "", "WORKING"]
    for words in (*problem.working, *problem.twice.lines()):
        lines += _item(words)
    lines += ["", "SEE IT", f"  {problem.shown_by()}", *paragraph(f"  {problem.look[1]}", hang="  ")]
    lines += ["", "WRONG ANSWERS"]
    for values, why in problem.answer.mistakes():
        lines += _item(f"{_shown(problem.answer, values)}: {why}")
    lines += ["", "SOURCES"]
    for source in map(cite, problem.sources()):
        lines += _item(f"{source.id}: {source.title}" + (f" <{source.link}>" if source.link else ""))
    return lines


def _shown(answer: Answer, values: tuple[object, ...]) -> str:
    """Return a wrong answer as a reader would write it."""
    numbers = getattr(answer, "numbers", None)
    if numbers is None:
        return " ".join(map(str, values))
    return ", ".join(number.shown(value) for number, value in zip(numbers, values, strict=True))


def _differences(scenario: Scenario) -> list[str]:
    """Return what differs from the default: as on the command line, and in words."""
    differs = {name: value for name, value in scenario.differences().items() if name != "seed"}
    if not differs:
        return ["Nothing differs from the default.", ""]
    width = max(len(f"{name} {value}") for name, value in differs.items()) + 4
    lines = ["It differs from the default in this:"]
    for name, value in differs.items():
        switch = switches()[name]
        meaning = dict(zip(switch.choices, switch.meanings, strict=True)).get(str(value), "") if switch.choices else ""
        meaning = meaning or (f"{value:,} {switch.unit}".strip() if isinstance(value, int) else str(value))
        lines += paragraph(f"  {f'--{name} {value}':<{width}}{switch.help}: {meaning}", hang=" " * (width + 2))
    if fiction := anachronisms(scenario):
        lines += paragraph(f"  That is a what-if: {'; '.join(fiction)}.", hang="  ")
    return [*lines, ""]


def _item(words: str) -> list[str]:
    """Return an item of a list. A source is cited by its id: the list at the end says what it is."""
    return paragraph(f"  {by_id(words)}", hang="    ")


def paragraph(words: str, hang: str = "") -> list[str]:
    """Return words as lines of at most `WIDTH`, the others behind the first; a long address stays in one piece."""
    return wrap(
        words,
        WIDTH,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
        drop_whitespace=True,
    )
