"""How a text cites a source: ``[src: its-quiesce]``, or several at once, ``[src: its-quiesce, its-probe]``.

Docstrings, comments, pages, chapters, the quiz and the checklist all use this form.
"""

from __future__ import annotations

import re

CITATION = re.compile(r"\[src: ([\w.-]+(?:,\s+[\w.-]+)*)\]")
"""The only form. `ids` splits what the group holds."""

_BEGUN = re.compile(r"\[\s*src\b", re.IGNORECASE)


def ids(between_brackets: str) -> list[str]:
    """Return the ids of one citation."""
    return re.split(r",\s+", between_brackets)


def cited(text: str) -> list[str]:
    """Return the ids that a text cites, each once, in the order of its first citation."""
    return list(dict.fromkeys(source_id for found in CITATION.findall(text) for source_id in ids(found)))


def malformed(text: str) -> list[str]:
    """Return what begins like a citation and is not one: no tool would ever check it."""
    found = [match for match in _BEGUN.finditer(text) if not CITATION.match(text, match.start())]
    return [text[match.start() :][:40] for match in found]
