"""Endless problems: a seed makes one, and the same program holds the answer, as in OSTEP's homework.

A problem is a machine, said in words and as a command; a question about it; and an answer that is found twice: by a
rule or by arithmetic alone, and in the simulated machine's log. Each chapter has a file of its own, in which each
kind of problem is a function of what it draws.

>>> from kexecdoc import quiz
>>> quiz(chapter=6, seed=3).kind
'table_of_whom'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kexecdoc.course.quiz import branch, dma, handover, hotplug, interrupts, iommu, lpis, odds, panic, reboot, shutdown
from kexecdoc.course.quiz.drawn import Drawn
from kexecdoc.course.quiz.problem import Problem, Text, answered, asked, by_id, paragraph, parameters
from kexecdoc.model.scenario import switches
from kexecdoc.model.switch import Switch

Kind = Callable[[Drawn], Problem]

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
"""The chapters' titles, and the kinds of problem that each has."""

CHAPTER = Switch(
    "drawn from the seed", "the chapter that the problem is about", low=1, high=len(CHAPTERS), name="chapter"
)


@dataclass(frozen=True, repr=False)
class Quiz:
    """One problem, with all that made it: the same chapter and seed make the same one everywhere."""

    chapter: int
    seed: int
    kind: str
    problem: Problem

    @property
    def command(self) -> str:
        """The command that prints the problem."""
        return f"kexecdoc quiz --chapter {self.chapter} --seed {self.seed}"

    def text(self, answer: bool = False) -> Text:
        """Return the parameters, the problem and, if asked for, the answer."""
        title, _ = CHAPTERS[self.chapter]
        head = [self.command, *parameters(self.problem.scenario), ""]
        about = f"CHAPTER {self.chapter}: {title} (seed {self.seed}, kind {self.kind.replace('_', '-')})"
        lines = [*head, about, "", *asked(self.problem), ""]
        lines += answered(self.problem) if answer else paragraph(f"The answer: {self.command} --answer")
        return Text("\n".join(lines))

    def __repr__(self) -> str:
        """Return the problem as a notebook shows it."""
        how = f"Answer with .check(...): {self.problem.answer.asked()}. See .answer()."
        return "\n".join([*self.text().splitlines()[:-1], *paragraph(how)])

    def answer(self) -> Text:
        """Return the answer with its working."""
        return Text("\n".join(answered(self.problem)))

    def check(self, *given: object) -> Text:
        """Say whether an answer is right, and of a wrong one why it is not."""
        return Text(by_id(self.problem.answer.judge(given)))


def quiz(chapter: int | str | None = None, seed: int | str = 1) -> Quiz:
    """Return the problem that a seed makes; without a chapter, about one drawn from the seed.

    ScenarioError, in one line, if there is no such chapter or seed.
    """
    number = int(switches()["seed"].parse(seed))
    if chapter is None:
        chapter = Drawn(number, "chapter").between(1, len(CHAPTERS), "which")
    else:
        chapter = int(CHAPTER.parse(chapter))
    _, kinds = CHAPTERS[chapter]
    kind = Drawn(number, f"{chapter}/kind").among(kinds, "which")
    return Quiz(chapter, number, kind.__name__, kind(Drawn(number, f"{chapter}/{kind.__name__}")))
