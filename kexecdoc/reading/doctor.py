"""The log doctor: which lines of a console log are known, what they mean, and which path the machine took.

A printk format is compiled to a pattern: what it says to the letter, and numbers, names and addresses in the form that
its conversions give them. What stands before a line in a log (a time, a level, journald's host name, a mark of
quotation) does not count. Where several patterns fit a line, the one with most letters of its own wins. A line that no
pattern fits is left.

The published page does the same with the same patterns: see `patterns`. They are therefore written in what the
regular expressions of Python and of JavaScript have in common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from kexecdoc.registries.messages import CONVERSION, HARMS, MESSAGES, NOTHING, Message
from kexecdoc.registries.versions import version

SCHEMA = "kexecdoc-messages/1"

PREFIX = (
    r"^(?:.{0,200}?\[ *\d+\.\d{6}\](?: ?\[ *[TC]\d+\])?"  # printk's time, and maybe who called, whatever is before it
    r"|.{0,200}?\bkernel(?:\[\d+\])?:"  # syslog's and journald's
    r"|\[\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\]"  # dmesg -T
    r"|\d{4}-\d\d-\d\dT[\d:.,+Z-]+"  # dmesg --time-format iso
    r"|<\d+>)?[ \t>|]*"  # a level; marks of quotation
)
"""What may stand before what the kernel said."""

NOISE = r"\x1b\[[0-9;?]*[A-Za-z]|[\r\x00]"
"""What a terminal leaves in a log."""

LONGEST = 1_000
"""A line is looked at up to here: printk's own are no longer."""

SHORT = 16
"""A format with fewer letters of its own than this must be the whole line; after others more may follow."""

RELEASE = r"Linux version (\S+)"
"""The banner, with the release in it."""

_FORMS = {
    "d": r"-?\d+",
    "u": r"\d+",
    "s": r".*?",
    "c": r".",
    "x": r"[0-9a-f]+",
    "%": "%",
    "pa": r"0x[0-9a-f]+",
    "pb": r"[0-9a-f,]+",
    "pbl": r"[\d,-]+",
    "pe": r"\S+",
    "ps": r"[\w.]+(?: \[\w+\])?",
    "pS": r"\S+(?: \[\w+\])?",
    "p": r"[(]?\w+[)]?",
}


@dataclass(frozen=True)
class Finding:
    """A known line: its number from 1, what the kernel said, and the wording that fits."""

    number: int
    text: str
    message: Message


@dataclass(frozen=True)
class Diagnosis:
    """What is known of a log: its known lines in order, how many lines there are, and the kernels that spoke."""

    findings: tuple[Finding, ...]
    lines: int
    releases: tuple[str, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The ways that the machine went, in order, as its lines give them away."""
        return tuple(dict.fromkeys(f.message.marks for f in self.findings if f.message.marks))

    @property
    def counts(self) -> dict[str, int]:
        """How many lines there are of each harm, from bad to worse."""
        counted = Counter(f.message.harm for f in self.findings)
        return {harm: counted[harm] for harm in HARMS if counted[harm]}

    @property
    def summary(self) -> str:
        """What happened, in one line."""
        if not self.findings:
            return f"Nothing of this is known here ({_lines(self.lines)})."
        said = ", then ".join(self.path) or "which path was taken, no line says"
        who = self._kernels()
        return f"{said[0].upper()}{said[1:]}.{f' {who}.' if who else ''} {self._harms()}"

    def _kernels(self) -> str:
        """Return which kernels spoke: by their banners, or else as far as their words tell."""
        if self.releases:
            return "Linux " + ", then ".join(_often(name, len(list(same))) for name, same in groupby(self.releases))
        since = max((f.message.since for f in self.findings if f.message.since), key=version, default="")
        before = min((f.message.before for f in self.findings if f.message.before), key=version, default="")
        if since and before and version(since) >= version(before):
            return "Two kernels spoke, and there is no banner to tell them apart"
        bounds = [f"v{since} or later" if since else "", f"before v{before}" if before else ""]
        known = ", and ".join(filter(None, bounds))
        return f"There is no banner; by its words it is Linux {known}, or about that" if known else ""

    def _harms(self) -> str:
        harms = ", ".join(f"{n:,} {HARMS[harm].word}" for harm, n in self.counts.items())
        return f"Known: {len(self.findings):,} of {_lines(self.lines)} ({harms})."


def diagnose(text: str) -> Diagnosis:
    """Return what is known of a console log, or of a part of one."""
    lines = text.removesuffix("\n").split("\n") if text else []
    findings, releases = [], []
    for number, line in enumerate(lines, 1):
        said = spoken(line)
        if message := identify(said):
            findings.append(Finding(number, said, message))
            if release := re.match(RELEASE, said):
                releases.append(release[1])
    return Diagnosis(tuple(findings), len(lines), tuple(releases))


def spoken(line: str) -> str:
    """Return what the kernel said in a line of a log, without what stands before it."""
    said = _NOISE.sub("", line)
    return said[_PREFIX.match(said).end() :][:LONGEST].rstrip()  # type: ignore[union-attr]  # it matches nothing, too


def identify(said: str) -> Message | None:
    """Return the wording that a line has, or None if it is not known."""
    return next((message for message, pattern in _compiled() if pattern.match(said)), None)


def pattern(message: Message) -> str:
    """Return the pattern of a wording, from the first to the last letter."""
    whole = message.like or "".join(_pieces(message.format.strip()))
    return f"(?:{whole})" + (r"$" if weight(message) < SHORT else r"(?=\s|$)")


def weight(message: Message) -> int:
    """Return how many letters of its own a format has: the more, the more specific it is."""
    return len(re.sub(r"\s", "", CONVERSION.sub("", message.format)))


def patterns() -> dict[str, Any]:
    """Return all that a page needs to read a log as this does: patterns, most specific first, and what they mean."""
    return {
        "schema": SCHEMA,
        "prefix": PREFIX,
        "noise": NOISE,
        "release": RELEASE,
        "longest": LONGEST,
        "patterns": [[pattern(m), m.id, m.since, m.before] for m in _in_order()],
        "harms": {h.name: {"sign": h.sign, "word": h.word} for h in HARMS.values()},
        "messages": {m.id: _told(m) for m in MESSAGES},
    }


def _told(message: Message) -> dict[str, Any]:
    told = {"harm": message.harm, "meaning": message.meaning, "chapter": message.chapter}
    told |= {"advice": message.advice} if message.advice != NOTHING else {}
    return told | ({"marks": message.marks} if message.marks else {})


def _pieces(message_format: str) -> Iterator[str]:
    at = 0
    for found in CONVERSION.finditer(message_format):
        yield _literal(message_format[at : found.start()])
        flag, _, kind = found.groups()
        yield ("(?:0x)?" if flag else "") + _FORMS[kind]
        at = found.end()
    yield _literal(message_format[at:])


def _literal(text: str) -> str:
    escaped = re.sub(r"[\\^$.|?*+()\[\]{}/]", r"\\\g<0>", text)
    return re.sub(r"\s+", r"\\s+", escaped)


def _in_order() -> list[Message]:
    return sorted(MESSAGES, key=weight, reverse=True)


@lru_cache(maxsize=1)
def _compiled() -> list[tuple[Message, re.Pattern[str]]]:
    return [(message, re.compile(pattern(message), re.ASCII)) for message in _in_order()]


def _often(name: str, times: int) -> str:
    return name + {1: "", 2: ", twice"}.get(times, f", {times:,} times")


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


_NOISE = re.compile(NOISE)
_PREFIX = re.compile(PREFIX, re.ASCII)
