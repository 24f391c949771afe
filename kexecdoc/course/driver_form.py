"""My driver in a notebook: ``my_driver(dma="ring", shutdown="none")`` shows its outcomes and what to take care of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from kexecdoc.course import my_driver as answers
from kexecdoc.course.checklist import Item, specific_items
from kexecdoc.course.my_driver import QUESTIONS, Answers, Tally
from kexecdoc.registries.sources import CITATION
from kexecdoc.views.palette import OUTCOMES

WRITES_ON = {
    "ring": "it fills what is left of its ring",
    "periodic": "it writes on, round and round",
    "answers": "it writes the answer that was under way",
}
"""What the device does if nothing stops it, by the answer on ``dma``."""

UNTIL = {
    ("ring", "resets"): ", unless the next driver resets it before",
    ("ring", "trusts"): ", to the last descriptor",
    ("ring", "absent"): ", to the last descriptor",
    ("periodic", "resets"): ", until the next driver resets it",
    ("periodic", "trusts"): ", for as long as it is on",
    ("periodic", "absent"): ", for as long as it is on",
}
"""When that ends, by the answers on ``dma`` and ``probe``."""


def because(given: Answers) -> str:
    """Return why the outcome is what it is, in one to three sentences."""
    if given["shutdown"] == "stops":
        return (
            "The callback stops the device, so nothing is left of it after the jump. The other answers do not matter."
        )
    if given["shutdown"] == "remove":
        return (
            "Remove stops the device, so nothing is left of it after the jump. It also frees and waits, which shutdown "
            "need not: a wait for somebody who never lets go would be a jump that never comes."
        )
    sentences = []
    writes_on = WRITES_ON[given["dma"]]
    if not answers.held_back(given):
        sentences.append(
            "There is no bit that would hold the device back."
            if given["bus_master"] == "no-pci"
            else "You do not know, so this is the worse case: a device that goes on."
        )
        sentences.append(f"After the jump {writes_on}{UNTIL.get((given['dma'], given['probe']), '')}.")
    elif given["probe"] == "trusts":
        sentences.append(
            f"Bus Master holds the device back until the next driver sets it again. From then on {writes_on}."
        )
    else:
        sentences.append(
            "Nothing but Bus Master holds the device back: the PCI core clears the bit after the callback, this device "
            "obeys, and nobody sets it again before a reset."
        )
    if answers.asserts_line(given):
        sentences.append(
            "Its interrupt line stays asserted, and Bus Master does not change that: the driver of the device beside "
            "it asks for the line, and the kernel gives the line up."
        )
    elif given["shutdown"] == "interrupt" and (not answers.held_back(given) or given["probe"] == "trusts"):
        sentences.append("No interrupt gives it away.")
    return " ".join(sentences)


def outcome_sentence(tally: Tally) -> str:
    """Return the outcomes on one machine as a sentence."""
    total = tally.counts.total()
    found = [(o.name, tally.counts[o.name]) for o in OUTCOMES if tally.counts[o.name]]
    if len(found) == 1:
        return f"On {tally.machine}: {found[0][0]} in all {total} crossings."
    (first, most), *others = found
    rest = [f"{name} in {count}" for name, count in others]
    listed = " and ".join([", ".join(rest[:-1]), rest[-1]]) if len(rest) > 1 else rest[0]
    return f"On {tally.machine}: {first} in {most} of {total} crossings, {listed}."


def outcomes_html(tallies: Iterable[Tally]) -> str:
    """Return the outcomes as a list: for each machine a sign per run, hidden from screen readers, and a sentence."""
    lines = []
    for tally in tallies:
        signs = "".join(
            f'<i style="--on-light:{o.tone.light};--on-dark:{o.tone.dark}">{o.sign * tally.counts[o.name]}</i>'
            for o in OUTCOMES
            if tally.counts[o.name]
        )
        lines.append(
            f'<li><span class="kx-signs" aria-hidden="true">{signs}</span> <span>{outcome_sentence(tally)}</span></li>'
        )
    return f'<ul class="kx-ends">{"".join(lines)}</ul>'


def worst(tallies: Iterable[Tally]) -> Tally:
    """Return the tally with the worst outcome; of equal ones the first."""
    order = [o.name for o in OUTCOMES]
    return max(tallies, key=lambda tally: (order.index(tally.worst), tally.bad))


def worst_command(given: Answers, tallies: Iterable[Tally]) -> str:
    """Return the command that shows a run with the worst outcome."""
    tally = worst(tallies)
    return answers.command(given, tally.machine, tally.seed)


def to_text(markdown: str) -> str:
    """Return an item's Markdown as plain text, without marks and citations."""
    text = re.sub(r"\[([^\]]*)\]\(#[^)]*\)", r"\1", CITATION.sub("", markdown))
    return re.sub(r" +(?=[.,;:])", "", re.sub(r"  +", " ", text.replace("`", ""))).strip()


def to_html(markdown: str) -> str:
    """Return an item's Markdown as HTML. Citations stay as they are: the site resolves them."""
    text = escape(re.sub(r"\[([^\]]*)\]\(#[^)]*\)", r"\1", markdown), quote=False)
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", text)


@dataclass(frozen=True)
class MyDriver:
    """A set of answers, their outcomes on each machine, and the items of the checklist that apply."""

    given: Answers
    tallies: tuple[Tally, ...]

    @property
    def because(self) -> str:
        return because(self.given)

    @property
    def command(self) -> str:
        return worst_command(self.given, self.tallies)

    @property
    def items(self) -> list[Item]:
        return specific_items(self.given)

    @property
    def bad(self) -> int:
        """The number of runs on all machines that ended corrupted or worse."""
        return sum(tally.bad for tally in self.tallies)

    def __repr__(self) -> str:
        lines = [f"{QUESTIONS[name].topic}: {QUESTIONS[name].answer(word).text}" for name, word in self.given.items()]
        lines += ["", *map(outcome_sentence, self.tallies), self.because, "", f"See one: {self.command}"]
        if self.items:
            lines += ["", "To see to:", *(f"- {to_text(item.text)}" for item in self.items)]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        answered = "".join(
            f"<li>{QUESTIONS[name].topic}: {escape(QUESTIONS[name].answer(word).text)}</li>"
            for name, word in self.given.items()
        )
        items = "".join(
            f"<details><summary>{to_html(item.text)}</summary><p>{to_html(item.why)}</p></details>"
            for item in self.items
        )
        style = "<style>.kx-signs i{font-style:normal;color:light-dark(var(--on-light),var(--on-dark))}</style>"
        html = (
            f"{style}<ul>{answered}</ul>{outcomes_html(self.tallies)}<p>{escape(self.because)}</p>"
            f"<pre><code>{escape(self.command)}</code></pre>{items}"
        )
        return {"text/plain": repr(self), "text/html": f'<div class="kx-my-driver">{html}</div>'}


def my_driver(**words: str) -> MyDriver:
    """Answer any of the five questions, and simulate the answers on each machine with every seed.

    ``dma``, ``shutdown``, ``bus_master``, ``interrupt`` and ``probe`` take the words of `QUESTIONS`. ScenarioError,
    with the nearest name, for a question or a word that does not exist.
    """
    given = answers.answers(**words)
    return MyDriver(given, answers.tallies(given))
