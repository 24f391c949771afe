"""A problem: a scenario, a question about it, and an answer that was found in two ways.

One way is a rule or arithmetic alone, the other is the log of the simulation. If they disagree, one of them is wrong,
and the text of the answer says so.
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
    """Text that a notebook shows as it is, not as a quoted string."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class CrossCheck:
    """An answer by arithmetic, checked against the same answer found in the simulation.

    ``note`` says why the two may differ, if they may. ``where`` says where the second was found, if not in the log of
    a run.
    """

    arithmetic: str
    simulated: str
    agrees: bool
    note: str = ""
    where: str = "In the machine"

    def lines(self) -> list[str]:
        """Return both findings in words, and whether they agree."""
        if self.arithmetic == self.simulated:
            both = f"By rule and arithmetic alone, and in the machine's log: {self.arithmetic}."
        else:
            both = f"By rule and arithmetic alone: {self.arithmetic}. {self.where}: {self.simulated}."
        disagreement = "" if self.agrees else " They part, so one of them is wrong: please tell us."
        return [both + disagreement, *([self.note] if self.note else [])]


def by_id(words: str) -> str:
    """Return text with each citation shortened to the id alone, for text that a list of sources follows."""
    return CITATION.sub(r"[\1]", words)


def must_equal(arithmetic: object, simulated: object, words: Mapping[str, str] | None = None) -> CrossCheck:
    """Compare two findings that must be equal. If they are keys, ``words`` maps them to what they mean."""
    ruled, found = ((words or {}).get(str(key), str(key)) for key in (arithmetic, simulated))
    return CrossCheck(ruled, found, arithmetic == simulated)


def count_within(arithmetic: float, simulated: int, arrivals: float, each: int = 1) -> CrossCheck:
    """Compare a count with the one that arithmetic expects for ``arrivals``, each of which adds ``each`` to it.

    Gaps between arrivals are uniform between half a period and one and a half, so the number n of arrivals in a given
    time has a standard deviation of the root of n/12. Chance is allowed six of those, and one arrival at either end.
    """
    slack = each * (6 * sqrt(arrivals / 12) + 2)
    note = f"The gaps between arrivals are drawn, so the machine may be off by {slack:,.0f}, and no more."
    return CrossCheck(f"{arithmetic:,.0f}", f"{simulated:,}", abs(arithmetic - simulated) <= slack, note)


@dataclass(frozen=True)
class Problem:
    """A question, its answer, and what explains and confirms the answer.

    ``given`` and ``working`` are paragraphs. ``look`` names the ``--format`` of the run that shows the answer, and the
    place in it. ``command`` is the command that shows the answer if a run cannot.
    """

    scenario: Scenario
    given: tuple[str, ...]
    question: str
    answer: Answer
    working: tuple[str, ...]
    cross_check: CrossCheck
    look: tuple[str, str]
    command: str = ""

    def sources(self) -> list[str]:
        """Return the ids of the sources that the problem cites, each once, in order."""
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


def parameter_lines(scenario: Scenario) -> list[str]:
    """Return every switch with its value as lines, a paragraph for each group."""
    groups: dict[str, list[str]] = {}
    for name, value in scenario.values().items():
        groups.setdefault(switches()[name].group, []).append(f"{name}={value}")
    return [
        line for group, words in groups.items() for line in paragraph(f"{group:<22}{' '.join(words)}", hang=" " * 22)
    ]


def question_lines(problem: Problem) -> list[str]:
    """Return what is given and the question, as lines."""
    lines: list[str] = []
    for words in problem.given:
        lines += [*paragraph(by_id(words)), ""]
    lines += [*_differences(problem.scenario), *paragraph(problem.question)]
    for choice in problem.answer.choices():
        lines += paragraph(f"  {choice}", hang=" " * 5)
    return lines


def answer_lines(problem: Problem) -> list[str]:
    """Return the answer, the working, why likely mistakes are wrong, and the sources, as lines."""
    lines = ["ANSWER", *_item(problem.answer.right()), "", "WORKING"]
    for words in (*problem.working, *problem.cross_check.lines()):
        lines += _item(words)
    lines += ["", "SEE IT", f"  {problem.shown_by()}", *paragraph(f"  {problem.look[1]}", hang="  ")]
    lines += ["", "WRONG ANSWERS"]
    for values, why in problem.answer.mistakes():
        lines += _item(f"{_as_written(problem.answer, values)}: {why}")
    lines += ["", "SOURCES"]
    for source in map(cite, problem.sources()):
        lines += _item(f"{source.id}: {source.title}" + (f" <{source.link}>" if source.link else ""))
    return lines


def _as_written(answer: Answer, values: tuple[object, ...]) -> str:
    """Return a wrong answer as a reader would write it."""
    numbers = getattr(answer, "numbers", None)
    if numbers is None:
        return " ".join(map(str, values))
    return ", ".join(number.shown(value) for number, value in zip(numbers, values, strict=True))


def _differences(scenario: Scenario) -> list[str]:
    """Return what differs from the default, as options of the command line and in words."""
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
    """Return an item of a list as lines. Sources appear as ids, which the list at the end explains."""
    return paragraph(f"  {by_id(words)}", hang="    ")


def paragraph(words: str, hang: str = "") -> list[str]:
    """Wrap text at `WIDTH`. Later lines begin with ``hang``, and a long address is not broken."""
    return wrap(
        words,
        WIDTH,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
        drop_whitespace=True,
    )
