"""The page for driver authors: its checklist, its table of worst cases, and every result that its form can show.

The page runs no Python: `simulate_every_case` runs when the site is built, and `form` prepares the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

from kexecdoc.course import checklist, driver_form, my_driver
from kexecdoc.course.my_driver import QUESTIONS, Answer, Answers, Question, Tally
from kexecdoc.views.palette import OUTCOMES
from kexecdoc.views.tables import table

SCHEMA = "kexecdoc-driver/1"

Case = tuple[str, ...]
"""The canonical form of a set of answers: a word for each question."""

Outcomes = Mapping[Case, tuple[Tally, ...]]


def case_of(given: Answers) -> Case:
    """Return the case of a set of answers. Equivalent answers share one."""
    return tuple(my_driver.canonical(given).values())


def simulate_case(case: Case) -> tuple[Tally, ...]:
    """Simulate a case with every seed on each machine."""
    return my_driver.tallies(dict(zip(QUESTIONS, case, strict=True)))


def simulate_every_case(run_all: Callable[..., Iterable[tuple[Tally, ...]]] = map) -> dict[Case, tuple[Tally, ...]]:
    """Simulate each case once. ``run_all`` is `map`, or a process pool's ``map``."""
    cases = list(dict.fromkeys(case_of(given) for given in my_driver.all_answers()))
    return dict(zip(cases, run_all(simulate_case, cases), strict=True))


def form(outcomes: Outcomes) -> dict[str, Any]:
    """Return every result of the form as plain data, for JSON.

    ``of`` has a row for each set of answers, the last question changing fastest. A row holds indices into ``cases``,
    ``because`` and ``lists`` (the checklist items that apply).
    """
    cases = {key: n for n, key in enumerate(outcomes)}
    reasons: dict[str, int] = {}
    lists: dict[tuple[str, ...], int] = {}
    rows = []
    for given in my_driver.all_answers():
        items = tuple(item.id for item in checklist.specific_items(given))
        rows.append(
            [
                cases[case_of(given)],
                reasons.setdefault(driver_form.because(given), len(reasons)),
                lists.setdefault(items, len(lists)),
            ]
        )
    return {
        "schema": SCHEMA,
        "questions": [
            {
                "name": question.name,
                "text": question.text,
                "answers": [{"word": a.word, "text": a.text, "sets": _options(a.sets)} for a in question.answers],
            }
            for question in QUESTIONS.values()
        ],
        "cases": [{"ends": driver_form.outcomes_html(tallies), **_worst(tallies)} for tallies in outcomes.values()],
        "because": list(reasons),
        "items": {item.id: item.text for item in checklist.CHECKLIST.values() if not item.general},
        "lists": list(lists),
        "of": rows,
    }


def _options(sets: Mapping[str, object]) -> str:
    return "".join(f" --{name} {value}" for name, value in sets.items())


def _worst(tallies: tuple[Tally, ...]) -> dict[str, object]:
    """Return the worst outcome, and the machine and seed with which a command shows it."""
    worst = driver_form.worst(tallies)
    machine = "" if worst.machine == my_driver.MACHINES[0] else f" --machine {worst.machine}"
    return {"machine": machine, "seed": worst.seed, "worst": worst.worst}


def worst_table(outcomes: Outcomes) -> str:
    """Return a table of the worst outcomes, for each callback and each answer on Bus Master."""
    rows = []
    for callback in QUESTIONS["shutdown"].answers:
        candidates = [given for given in my_driver.all_answers() if given["shutdown"] == callback.word]
        for bits in [QUESTIONS["bus_master"].answers] if my_driver.stopped(candidates[0]) else _equivalent_answers():
            words = [bit.word for bit in bits]
            given = max(
                (g for g in candidates if g["bus_master"] in words), key=lambda g: _badness(outcomes[case_of(g)])
            )
            made = "; ".join(_listed(QUESTIONS[q], [given[q]]) for q in ("dma", "interrupt", "probe"))
            tallies = outcomes[case_of(given)]
            cells = (callback.text, "\n".join(bit.text for bit in bits), made if _badness(tallies) > (0, 0) else "any")
            rows.append((*cells, *map(_counts, tallies)))
    head = ("Shutdown callback", "When Bus Master is cleared", "The worst of the other answers", *my_driver.MACHINES)
    return table(head, rows)


def _equivalent_answers() -> list[list[Answer]]:
    """Return the answers on Bus Master, grouped by the switches that they set."""
    found: dict[tuple[object, ...], list[Answer]] = {}
    for answer in QUESTIONS["bus_master"].answers:
        found.setdefault(tuple(answer.sets.items()), []).append(answer)
    return list(found.values())


def _badness(tallies: Iterable[Tally]) -> tuple[int, int]:
    listed = list(tallies)
    return sum(t.bad for t in listed), sum(t.counts["degraded"] for t in listed)


def _counts(tally: Tally) -> str:
    return "\n".join(f"{o.sign} {tally.counts[o.name]} {o.name}" for o in OUTCOMES if tally.counts[o.name])


def answers_table() -> str:
    """Return a table of every answer with its word and the switches that it sets."""
    rows = []
    for question in QUESTIONS.values():
        for answer in question.answers:
            sets = ", ".join(f"`{name}={value}`" for name, value in answer.sets.items()) or "the default"
            rows.append((question.text, answer.text, f'`{question.name}="{answer.word}"`', sets))
    return table(("Question", "Answer", "In a notebook", "Switches"), rows)


def items() -> str:
    """Return the checklist as Markdown, one section for each part. An item's anchor is its id after ``item-``."""
    sections = []
    for part, listed in groupby(checklist.CHECKLIST.values(), lambda item: item.part):
        heading = f"### {checklist.PARTS[part]} {{ #part-{part} }}"
        sections.append("\n".join([heading, "", *map(_item, listed)]))
    return "\n\n".join(sections)


def _item(item: checklist.Item) -> str:
    only = "" if item.general else f" <span class='kx-only'>Only with {applies(item)}.</span>"
    return f"- **{item.text}**{{ #item-{item.id} }} {item.why}{only}"


def applies(item: checklist.Item) -> str:
    """Return the answers to which an item applies, in words."""
    return "; ".join(_listed(QUESTIONS[name], words) for name, words in item.applies.items())


def _listed(question: Question, words: Iterable[str]) -> str:
    return f"{_topic(question)} {' or '.join(question.answer(word).short for word in words)}"


def _topic(question: Question) -> str:
    return question.topic if question.name == "bus_master" else f"{question.topic.lower()}:"


def legend() -> str:
    """Return a list of the outcomes: sign, name, meaning."""
    return "\n".join(f"- {o.sign} **{o.name}**: {o.meaning}" for o in OUTCOMES)
