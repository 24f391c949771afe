"""Endless problems: each seed makes one, and the same program knows its answer, as in OSTEP's homework.

A problem describes a scenario in words and as a command, and asks a question about it. The answer is found twice: by a
rule or arithmetic alone, and in the log of the simulation. Each chapter has its own file, with one function for each
kind of problem.

>>> from kexecdoc import quiz
>>> quiz(chapter=6, seed=3).kind
'table_of_whom'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kexecdoc.course.quiz import branch, dma, handover, hotplug, interrupts, iommu, lpis, odds, panic, reboot, shutdown
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import Problem, Text, answer_lines, by_id, paragraph, parameter_lines, question_lines
from kexecdoc.model.scenario import switches
from kexecdoc.model.switch import Switch

Kind = Callable[[ProblemDraws], Problem]

CHAPTERS: dict[int, tuple[str, tuple[Kind, ...]]] = {
    1: ("Is kexec just a branch?", branch.KINDS),
    2: ("DMA that outlives its kernel", dma.KINDS),
    3: ("Shutdown or remove?", shutdown.KINDS),
    4: ("The hotplug port that waits", hotplug.KINDS),
    5: ("Edge and level", interrupts.KINDS),
    6: ("The table that cannot be switched off", lpis.KINDS),
    7: ("The IOMMU in the middle", iommu.KINDS),
    8: ("When the kernel cannot be trusted", panic.KINDS),
    9: ("How often does it work?", odds.KINDS),
    10: ("Reboot: the firmware in the middle", reboot.KINDS),
    11: ("Letting devices run on", handover.KINDS),
}
"""Each chapter's title and kinds of problem."""

CHAPTER = Switch(
    "drawn from the seed", "the chapter that the problem is about", low=1, high=len(CHAPTERS), name="chapter"
)


@dataclass(frozen=True, repr=False)
class Quiz:
    """One problem, with the chapter and seed that make the same one everywhere."""

    chapter: int
    seed: int
    kind: str
    problem: Problem

    @property
    def command(self) -> str:
        """The command that prints the problem."""
        return f"kexecdoc quiz --chapter {self.chapter} --seed {self.seed}"

    def text(self, answer: bool = False) -> Text:
        """Return the parameters and the problem; with ``answer``, the answer as well."""
        title, _ = CHAPTERS[self.chapter]
        head = [self.command, *parameter_lines(self.problem.scenario), ""]
        about = f"CHAPTER {self.chapter}: {title} (seed {self.seed}, kind {self.kind.replace('_', '-')})"
        lines = [*head, about, "", *question_lines(self.problem), ""]
        lines += answer_lines(self.problem) if answer else paragraph(f"The answer: {self.command} --answer")
        return Text("\n".join(lines))

    def __repr__(self) -> str:
        """Return the problem, and how to answer it in a notebook."""
        how = f"Answer with .check(...): {self.problem.answer.expected_form()}. See .answer()."
        return "\n".join([*self.text().splitlines()[:-1], *paragraph(how)])

    def answer(self) -> Text:
        """Return the answer with its working."""
        return Text("\n".join(answer_lines(self.problem)))

    def check(self, *given: object) -> Text:
        """Return whether an answer is right, and if not, why."""
        return Text(by_id(self.problem.answer.judge(given)))


def quiz(chapter: int | str | None = None, seed: int | str = 1) -> Quiz:
    """Return the problem of a chapter and a seed. Without a chapter, the seed decides that, too.

    ScenarioError if there is no such chapter or seed.
    """
    number = int(switches()["seed"].parse(seed))
    if chapter is None:
        chapter = ProblemDraws(number, "chapter").between(1, len(CHAPTERS), "which")
    else:
        chapter = int(CHAPTER.parse(chapter))
    _, kinds = CHAPTERS[chapter]
    kind = ProblemDraws(number, f"{chapter}/kind").among(kinds, "which")
    return Quiz(chapter, number, kind.__name__, kind(ProblemDraws(number, f"{chapter}/{kind.__name__}")))
