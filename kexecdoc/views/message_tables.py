"""The tables on the page that reads console logs, made from the registry of messages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kexecdoc.registries.messages import HARMS, MECHANISMS, MESSAGES, Mechanism, Message, wordings
from kexecdoc.views.tables import table


def message_tables(chapters: Mapping[int, str] | None = None) -> str:
    """Return the table of harms, then one section for each mechanism with its lines.

    ``chapters`` maps the number of a chapter to its link. The anchor of a line is ``msg-`` and its id.
    """
    mechanisms = sorted(MECHANISMS.values(), key=lambda m: not m.name)  # the one without a name, an ordinary boot, last
    return "\n\n".join([harm_table(), *(_mechanism(mechanism, chapters or {}) for mechanism in mechanisms)])


def harm_table() -> str:
    """Return the table of harms: sign, word and meaning."""
    return table(("How bad", "What is meant"), [(_harm(harm.name), harm.meaning) for harm in HARMS.values()])


def _harm(name: str) -> str:
    harm = HARMS[name]
    return f'<span class="kx-harm kx-harm-{name}"><span aria-hidden="true">{harm.sign}</span> {harm.word}</span>'


def _mechanism(mechanism: Mechanism, chapters: Mapping[int, str]) -> str:
    sources = " ".join(f"[src: {source_id}]" for source_id in mechanism.sources)
    parts = [f"### {mechanism.title} {{ #about-{_slug(mechanism.title)} }}", f"{mechanism.what} {sources}"]
    chapter = chapters.get(mechanism.chapter)
    shown = f" [Chapter {mechanism.chapter} shows it.]({chapter})" if chapter else ""
    parts.append(f"**What to do.** {mechanism.do}{shown}")
    if mechanism.author:
        parts.append(f"**If you write the driver.** {mechanism.author}")
    ids = dict.fromkeys(m.id for m in MESSAGES if m.of is mechanism)
    head = ("Line, and the versions with these words", "How bad", "What it means, and what to do", "Who prints it")
    return "\n\n".join([*parts, table(head, [_message(wordings(message_id)) for message_id in ids])])


def _message(words: list[Message]) -> tuple[str, str, str, str]:
    first = words[0]
    anchors = [f"#msg-{first.id} ", *([""] * (len(words) - 1))]
    lines = "\n".join(
        f"{_code(m.format)}{{ {anchor}.kx-line }}\n{m.versions}" for m, anchor in zip(words, anchors, strict=True)
    )
    does = f"{first.meaning}\n**Do:** {first.do}" if first.do else first.meaning
    simulated = "Simulated." if first.simulated else "Not simulated."
    return lines, _harm(first.harm), does, f"{_files(first.where)} [src: {first.source}] {simulated}"


def _code(text: str) -> str:
    return f"`{' '.join(text.split())}`"


def _files(where: str) -> str:
    """Return a place in the source with file and functions marked up as code."""
    return re.sub(r"[\w./-]+\.[chS]\b|\w+\(\)", r"`\g<0>`", where)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
