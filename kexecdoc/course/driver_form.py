"""My driver, in a notebook: ``my_driver(dma="ring", shutdown="none")`` says what becomes of it, and what to see to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from kexecdoc.course import my_driver as asked
from kexecdoc.course.checklist import Item, particular
from kexecdoc.course.my_driver import QUESTIONS, Answers, Tally
from kexecdoc.registries.sources import CITATION
from kexecdoc.views.palette import OUTCOMES

GOES_ON = {
    "ring": "it fills what is left of its ring",
    "periodic": "it writes on, round and round",
    "answers": "it writes the answer that was under way",
}
"""What the device does where nothing stops it."""

UNTIL = {
    ("ring", "resets"): ", unless the next driver resets it before",
    ("ring", "trusts"): ", to the last descriptor",
    ("ring", "absent"): ", to the last descriptor",
    ("periodic", "resets"): ", until the next driver resets it",
    ("periodic", "trusts"): ", for as long as it is on",
    ("periodic", "absent"): ", for as long as it is on",
}


def because(given: Answers) -> str:
    """Return in a sentence or three why it ends as it does: what holds the device, and what does not."""
    if given["shutdown"] == "stops":
        return (
            "The callback stops the device, so nothing is left of it after the jump. The other answers do not matter."
        )
    if given["shutdown"] == "remove":
        return (
            "Remove stops the device, so nothing is left of it after the jump. It also frees and waits, which shutdown "
            "need not: a wait for somebody who never lets go would be a jump that never comes."
        )
    said = []
    goes_on = GOES_ON[given["dma"]]
    if not asked.held(given):
        said.append(
            "There is no bit that would hold the device back."
            if given["bus_master"] == "no-pci"
            else "You do not know, so this is the worse case: a device that goes on."
        )
        said.append(f"After the jump {goes_on}{UNTIL.get((given['dma'], given['probe']), '')}.")
    elif given["probe"] == "trusts":
        said.append(f"Bus Master holds the device back until the next driver sets it again. From then on {goes_on}.")
    else:
        said.append(
            "Nothing but Bus Master holds the device back: the PCI core clears the bit after the callback, this device "
            "obeys, and nobody sets it again before a reset."
        )
    if asked.asserts_line(given):
        said.append(
            "Its interrupt line stays asserted, and Bus Master does not change that: the driver of the device beside "
            "it asks for the line, and the kernel gives the line up."
        )
    elif given["shutdown"] == "interrupt" and (not asked.held(given) or given["probe"] == "trusts"):
        said.append("No interrupt gives it away.")
    return " ".join(said)


def ends(tally: Tally) -> str:
    """Return how the crossings on one machine ended, as a sentence."""
    total = tally.counts.total()
    found = [(o.name, tally.counts[o.name]) for o in OUTCOMES if tally.counts[o.name]]
    if len(found) == 1:
        return f"On {tally.machine}: {found[0][0]} in all {total} crossings."
    (first, most), *others = found
    rest = [f"{name} in {count}" for name, count in others]
    listed = " and ".join([", ".join(rest[:-1]), rest[-1]]) if len(rest) > 1 else rest[0]
    return f"On {tally.machine}: {first} in {most} of {total} crossings, {listed}."


def ends_html(tallies: Iterable[Tally]) -> str:
    """Return how they ended as a list: a sign for each crossing, which is for the eye, and the sentence."""
    lines = []
    for tally in tallies:
        signs = "".join(
            f'<i style="--on-light:{o.tone.light};--on-dark:{o.tone.dark}">{o.sign * tally.counts[o.name]}</i>'
            for o in OUTCOMES
            if tally.counts[o.name]
        )
        lines.append(f'<li><span class="kx-signs" aria-hidden="true">{signs}</span> <span>{ends(tally)}</span></li>')
    return f'<ul class="kx-ends">{"".join(lines)}</ul>'


def worst(tallies: Iterable[Tally]) -> Tally:
    """Return the tally of the machine on which it ends worst; of two alike, the first."""
    order = [o.name for o in OUTCOMES]
    return max(tallies, key=lambda tally: (order.index(tally.worst), tally.bad))


def see_one(given: Answers, tallies: Iterable[Tally]) -> str:
    """Return the command that shows a crossing with the worst end."""
    tally = worst(tallies)
    return asked.command(given, tally.machine, tally.seed)


def plain(markdown: str) -> str:
    """Return an item's Markdown as text: links and code without their marks, no citations."""
    text = re.sub(r"\[([^\]]*)\]\(#[^)]*\)", r"\1", CITATION.sub("", markdown))
    return re.sub(r" +(?=[.,;:])", "", re.sub(r"  +", " ", text.replace("`", ""))).strip()


def inline(markdown: str) -> str:
    """Return an item's Markdown as HTML. Citations stay, for a page of the site to resolve."""
    text = escape(re.sub(r"\[([^\]]*)\]\(#[^)]*\)", r"\1", markdown), quote=False)
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", text)


@dataclass(frozen=True)
class MyDriver:
    """The answers, what became of them on each machine, and the items of the checklist that they bring up."""

    given: Answers
    tallies: tuple[Tally, ...]

    @property
    def because(self) -> str:
        return because(self.given)

    @property
    def command(self) -> str:
        return see_one(self.given, self.tallies)

    @property
    def items(self) -> list[Item]:
        return particular(self.given)

    @property
    def bad(self) -> int:
        """How many crossings ended corrupted or worse, on all machines together."""
        return sum(tally.bad for tally in self.tallies)

    def __repr__(self) -> str:
        lines = [f"{QUESTIONS[name].topic}: {QUESTIONS[name].answer(word).text}" for name, word in self.given.items()]
        lines += ["", *map(ends, self.tallies), self.because, "", f"See one: {self.command}"]
        if self.items:
            lines += ["", "To see to:", *(f"- {plain(item.text)}" for item in self.items)]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        answers = "".join(
            f"<li>{QUESTIONS[name].topic}: {escape(QUESTIONS[name].answer(word).text)}</li>"
            for name, word in self.given.items()
        )
        items = "".join(
            f"<details><summary>{inline(item.text)}</summary><p>{inline(item.why)}</p></details>" for item in self.items
        )
        style = "<style>.kx-signs i{font-style:normal;color:light-dark(var(--on-light),var(--on-dark))}</style>"
        html = (
            f"{style}<ul>{answers}</ul>{ends_html(self.tallies)}<p>{escape(self.because)}</p>"
            f"<pre><code>{escape(self.command)}</code></pre>{items}"
        )
        return {"text/plain": repr(self), "text/html": f'<div class="kx-my-driver">{html}</div>'}


def my_driver(**answers: str) -> MyDriver:
    """Answer any of the five questions, and cross with every seed on each machine.

    ``dma``, ``shutdown``, ``bus_master``, ``interrupt`` and ``probe`` take the words of `QUESTIONS`. ScenarioError
    names a question or a word that does not exist, and the nearest that does.
    """
    given = asked.answers(**answers)
    return MyDriver(given, asked.tallies(given))
