"""My driver: five questions in a driver author's words, and the outcomes that their answers lead to.

Each answer sets switches, so five answers are a scenario on each machine. Outcomes are simulated, not declared: with
several seeds, because the layout of memory decides whether a stray write hits anything.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, ScenarioError, switches
from kexecdoc.model.switch import Value, for_message
from kexecdoc.reading import rules
from kexecdoc.reading.verdict import OUTCOMES
from kexecdoc.study.tally import BAD

SEEDS = range(1, 13)
"""The seeds to simulate a set of answers with: enough to tell often from seldom, few enough to wait for."""

MACHINES: tuple[str, ...] = switches()["machine"].choices
"""Every machine: a driver is not written for one of them."""

Answers = Mapping[str, str]
"""The word of one answer for each question, by the question's name."""


@dataclass(frozen=True)
class Answer:
    """A possible answer: its word, its text, a short text, and the switches that it sets."""

    word: str
    text: str
    short: str
    sets: Mapping[str, Value]


@dataclass(frozen=True)
class Question:
    """A question, its topic in a word or two, and its answers, the first of which is the default."""

    name: str
    topic: str
    text: str
    answers: tuple[Answer, ...]

    @property
    def words(self) -> list[str]:
        return [answer.word for answer in self.answers]

    def answer(self, word: str) -> Answer:
        """Return the answer with that word. ScenarioError, with the nearest word, if there is none."""
        for answer in self.answers:
            if answer.word == word:
                return answer
        near = get_close_matches(str(word), self.words, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ScenarioError(f"{self.name}: {for_message(word)} is not one of {', '.join(self.words)}{hint}")


QUESTIONS: dict[str, Question] = {
    question.name: question
    for question in (
        Question(
            "dma",
            "Writes",
            "What does the device write on its own?",
            (
                Answer(
                    "ring", "What it receives, into buffers that I gave it, until none is left", "a receive ring", {}
                ),
                Answer(
                    "periodic",
                    "The same memory again and again: audio, a frame list, statistics",
                    "periodic",
                    {"dma": "cyclic"},
                ),
                Answer(
                    "answers",
                    "Only answers to commands; one is under way",
                    "answers only",
                    {"ring-size": 1, "traffic": 10},
                ),
            ),
        ),
        Question(
            "shutdown",
            "Callback",
            "What does the driver’s shutdown callback do?",
            (
                Answer("none", "There is none", "none", {"shutdown-callback": "missing"}),
                Answer(
                    "interrupt",
                    "It quiets the interrupt, and leaves DMA alone",
                    "quiets the interrupt only",
                    {"shutdown-callback": "incomplete"},
                ),
                Answer(
                    "stops", "It stops DMA and the interrupt, and waits until both have stopped", "stops everything", {}
                ),
                Answer("remove", "It is the remove function", "is remove", {"quiesce": "remove"}),
            ),
        ),
        Question(
            "bus_master",
            "Bus Master",
            "What does the device do when its Bus Master bit is cleared?",
            (
                Answer("unsure", "I do not know, or it goes on", "may not stop it", {"obeys-bus-master": "no"}),
                Answer("obeys", "It stops", "stops it", {}),
                Answer(
                    "no-pci",
                    "It has no such bit: it is not a PCI device",
                    "is not there: no PCI",
                    {"obeys-bus-master": "no"},
                ),
            ),
        ),
        Question(
            "interrupt",
            "Interrupt",
            "How does the device interrupt?",
            (
                Answer("msi", "By message: MSI or MSI-X", "messages", {}),
                Answer(
                    "line",
                    "By a line that another device shares, as INTx is",
                    "a shared line",
                    {"interrupt": "intx", "line-shared": "yes"},
                ),
            ),
        ),
        Question(
            "probe",
            "Next driver",
            "What does the next kernel’s driver do first?",
            (
                Answer("resets", "It resets the device, and lets it do DMA after that", "resets first", {}),
                Answer(
                    "trusts",
                    "It lets the device do DMA, and believes what it finds",
                    "believes what it finds",
                    {"next-driver": "trusts"},
                ),
                Answer("absent", "There may be no driver for it", "none", {"next-driver": "absent"}),
            ),
        ),
    )
}


def answers(**words: str) -> dict[str, str]:
    """Return a word for every question: the given one, else that of the first answer.

    ScenarioError, with the nearest name, for a question or a word that does not exist.
    """
    for name in words:
        if name not in QUESTIONS:
            near = get_close_matches(name, QUESTIONS, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(QUESTIONS)}"
            raise ScenarioError(f"{for_message(name)}: no such question; {hint}")
    return {name: question.answer(words.get(name, question.words[0])).word for name, question in QUESTIONS.items()}


def all_answers() -> Iterator[dict[str, str]]:
    """Yield every combination of answers, the last question changing fastest."""
    for words in itertools.product(*(question.words for question in QUESTIONS.values())):
        yield dict(zip(QUESTIONS, words, strict=True))


def switches_of(given: Answers, machine: str) -> dict[str, Value]:
    """Return the switches that the answers set, and the machine if it is not the default."""
    found: dict[str, Value] = {} if machine == MACHINES[0] else {"machine": machine}
    for name, question in QUESTIONS.items():
        found.update(question.answer(given[name]).sets)
    return found


def scenario(given: Answers, machine: str, seed: int) -> Scenario:
    """Return the scenario that the answers describe."""
    return Scenario.of({**switches_of(given, machine), "seed": seed})


def command(given: Answers, machine: str, seed: int) -> str:
    """Return the command that runs that scenario."""
    words = [f"--{name} {value}" for name, value in {**switches_of(given, machine), "seed": seed}.items()]
    return " ".join(["kexecdoc run", *words])


@dataclass(frozen=True)
class Tally:
    """How often each outcome came up on one machine, and a seed with the worst of them."""

    machine: str
    counts: Counter[str]
    seed: int

    @property
    def worst(self) -> str:
        """The worst outcome that came up."""
        return max(self.counts, key=OUTCOMES.index)

    @property
    def bad(self) -> int:
        """The number of outcomes that are corrupted or worse."""
        return sum(self.counts[outcome] for outcome in BAD)


def tally(given: Answers, machine: str) -> Tally:
    """Simulate the answers on a machine with each of `SEEDS`, and count the outcomes."""
    outcomes = {seed: simulate(scenario(given, machine, seed)).verdict.outcome for seed in SEEDS}
    return Tally(machine, Counter(outcomes.values()), max(outcomes, key=lambda seed: OUTCOMES.index(outcomes[seed])))


def tallies(given: Answers) -> tuple[Tally, ...]:
    """Return the tally of the answers on each machine."""
    return tuple(tally(given, machine) for machine in MACHINES)


# What the answers mean for the device: properties that many sets of answers share.


def stopped(given: Answers) -> bool:
    """Return whether the driver stops the device before the jump, so that no other answer matters."""
    return rules.engine_stopped(_scenario(given))


def held_back(given: Answers) -> bool:
    """Return whether Bus Master holds back a device that its driver left running."""
    return not stopped(given) and rules.held_back(_scenario(given))


def asserts_line(given: Answers) -> bool:
    """Return whether the device's interrupt line is asserted in the next kernel. Bus Master does not stop a line."""
    return rules.line_stays_asserted(_scenario(given))


def _scenario(given: Answers) -> Scenario:
    return scenario(given, MACHINES[0], SEEDS[0])


def canonical(given: Answers) -> dict[str, str]:
    """Return the canonical form of a set of answers: equivalent sets have the same.

    An answer that has no effect, given the others, is replaced by a fixed one. That leaves a few dozen cases to
    simulate. A test confirms that answers and their canonical form have the same outcome.
    """
    found = dict(given)
    if stopped(given):
        return {**found, "dma": "ring", "bus_master": "obeys", "interrupt": "msi", "probe": "resets"}
    if given["shutdown"] == "interrupt":
        found["interrupt"] = "msi"  # such a callback silences both kinds
    if held_back(given) and given["probe"] != "trusts":
        found |= {"dma": "ring", "probe": "resets"}  # nothing sets the bit again
        if not asserts_line(given):
            found["shutdown"] = "none"  # the callback could only have silenced interrupts
    if not held_back(given):
        found["bus_master"] = "unsure"  # a bit that is ignored has the same effect as no bit
        if given["probe"] == "trusts":
            found["probe"] = "absent"  # setting a bit that is ignored has no effect
    return found
