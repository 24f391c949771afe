"""My driver: five questions in a driver author's words, and what the machine makes of the answers.

Each answer sets switches, and five answers are a scenario on each machine. Nothing here knows what becomes of one: it
is crossed, with several seeds, since where things lie in memory decides whether a stray write hits anything.
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
"""The seeds that a set of answers is crossed with: enough to tell often from seldom, few enough to wait for."""

MACHINES: tuple[str, ...] = switches()["machine"].choices
"""A driver is not written for one machine, so the answers are crossed on each."""

Answers = Mapping[str, str]
"""One word for each question, by the question's name."""


@dataclass(frozen=True)
class Answer:
    """What somebody may answer: a word for it, the words of an author, the same in short, and the switches it sets."""

    word: str
    text: str
    short: str
    sets: Mapping[str, Value]


@dataclass(frozen=True)
class Question:
    """A question, what it is about in a word or two, and its answers. The first is assumed where nobody answers."""

    name: str
    topic: str
    text: str
    answers: tuple[Answer, ...]

    @property
    def words(self) -> list[str]:
        return [answer.word for answer in self.answers]

    def answer(self, word: str) -> Answer:
        """Return the answer of that word. ScenarioError, with the nearest word, if there is none."""
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
    """Return a word for every question, the first where none is given.

    ScenarioError names a question or a word that does not exist, and the nearest that does.
    """
    for name in words:
        if name not in QUESTIONS:
            near = get_close_matches(name, QUESTIONS, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(QUESTIONS)}"
            raise ScenarioError(f"{for_message(name)}: no such question; {hint}")
    return {name: question.answer(words.get(name, question.words[0])).word for name, question in QUESTIONS.items()}


def every() -> Iterator[dict[str, str]]:
    """Yield all that can be answered, the last question changing fastest."""
    for words in itertools.product(*(question.words for question in QUESTIONS.values())):
        yield dict(zip(QUESTIONS, words, strict=True))


def sets(given: Answers, machine: str) -> dict[str, Value]:
    """Return the switches that the answers set, on a machine."""
    found: dict[str, Value] = {} if machine == MACHINES[0] else {"machine": machine}
    for name, question in QUESTIONS.items():
        found.update(question.answer(given[name]).sets)
    return found


def scenario(given: Answers, machine: str, seed: int) -> Scenario:
    """Return what the answers stand for."""
    return Scenario.of({**sets(given, machine), "seed": seed})


def command(given: Answers, machine: str, seed: int) -> str:
    """Return the command that crosses just that."""
    words = [f"--{name} {value}" for name, value in {**sets(given, machine), "seed": seed}.items()]
    return " ".join(["kexecdoc run", *words])


@dataclass(frozen=True)
class Tally:
    """How the crossings of some answers on one machine ended, and a seed of the worst end."""

    machine: str
    counts: Counter[str]
    seed: int

    @property
    def worst(self) -> str:
        """The worst end that any of them came to."""
        return max(self.counts, key=OUTCOMES.index)

    @property
    def bad(self) -> int:
        """How many ended corrupted or worse."""
        return sum(self.counts[outcome] for outcome in BAD)


def tally(given: Answers, machine: str) -> Tally:
    """Cross with every seed and count."""
    ends = {seed: simulate(scenario(given, machine, seed)).verdict.outcome for seed in SEEDS}
    return Tally(machine, Counter(ends.values()), max(ends, key=lambda seed: OUTCOMES.index(ends[seed])))


def tallies(given: Answers) -> tuple[Tally, ...]:
    """Cross on each machine with every seed and count."""
    return tuple(tally(given, machine) for machine in MACHINES)


# What the answers mean for the device, in terms that more than one set of answers shares.


def stopped(given: Answers) -> bool:
    """Whether the driver stops the device before the jump, so that nothing else can matter."""
    return rules.engine_stopped(_scenario(given))


def held(given: Answers) -> bool:
    """Whether Bus Master holds back a device that its driver left running."""
    return not stopped(given) and rules.held_back(_scenario(given))


def asserts_line(given: Answers) -> bool:
    """Whether the device goes into the next kernel with its interrupt line asserted. Bus Master holds no line back."""
    return rules.line_stays_asserted(_scenario(given))


def _scenario(given: Answers) -> Scenario:
    return scenario(given, MACHINES[0], SEEDS[0])


def deciding(given: Answers) -> dict[str, str]:
    """Return the answers with every one that changes nothing, given the others, made the same.

    All that can be answered comes down to a few dozen cases, each of which need be crossed only once. That answers
    and what decides of them end alike is tested by crossing both.
    """
    found = dict(given)
    if stopped(given):
        return {**found, "dma": "ring", "bus_master": "obeys", "interrupt": "msi", "probe": "resets"}
    if given["shutdown"] == "interrupt":
        found["interrupt"] = "msi"  # it sends none, of either kind
    if held(given) and given["probe"] != "trusts":
        found |= {"dma": "ring", "probe": "resets"}  # nobody lets it go on
        if not asserts_line(given):
            found["shutdown"] = "none"  # and nothing else leaves it
    if not held(given):
        found["bus_master"] = "unsure"  # a bit that is not obeyed, and one that is not there
        if given["probe"] == "trusts":
            found["probe"] = "absent"  # nor does setting it change anything
    return found
