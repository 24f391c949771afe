"""A diagnosis of a console log as text: each known message once, in the order of the log."""

from __future__ import annotations

import textwrap
from typing import Any

from kexecdoc.reading.doctor import Diagnosis, Finding
from kexecdoc.registries.messages import HARMS, NOTHING

SCHEMA = "kexecdoc-reading/1"
WIDTH = 110
INDENT = " " * 23


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """Return the summary, and each known message with its harm, its meaning and its advice."""
    parts = [diagnosis.summary]
    advised: dict[str, int] = {}
    for found in by_message(diagnosis):
        parts.append("\n".join(_entry(found, advised)))
    return "\n\n".join(parts)


def by_message(diagnosis: Diagnosis) -> list[list[Finding]]:
    """Return the findings grouped by message, in the order of each message's first line."""
    found: dict[str, list[Finding]] = {}
    for finding in diagnosis.findings:
        found.setdefault(finding.message.id, []).append(finding)
    return list(found.values())


def diagnosis_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis with every known line as plain data, for JSON."""
    return {
        "schema": SCHEMA,
        "summary": diagnosis.summary,
        "path": list(diagnosis.path),
        "releases": list(diagnosis.releases),
        "lines": diagnosis.lines,
        "findings": [
            {
                "line": f.number,
                "text": f.text,
                "message": f.message.id,
                "harm": f.message.harm,
                "meaning": f.message.meaning,
                "advice": f.message.advice,
                "chapter": f.message.chapter,
            }
            for f in diagnosis.findings
        ],
    }


def _entry(found: list[Finding], advised: dict[str, int]) -> list[str]:
    first, message = found[0], found[0].message
    more = f" (and {len(found) - 1:,} more like it)" if len(found) > 1 else ""
    lines = [f"{first.number:>7,}  {HARMS[message.harm].word:<12}  {first.text}{more}", *_wrapped(message.meaning)]
    if message.advice != NOTHING:
        before = advised.setdefault(message.advice, first.number)
        lines += _wrapped(
            f"Do: {message.advice}" if before == first.number else f"Do: what is said at line {before:,}."
        )
    if message.harm != "routine":
        lines += _wrapped(f"More: chapter {message.chapter}, and {message.id} on the page of all known lines.")
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text.replace("`", ""), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=False
    )
