"""The log doctor: which lines of a console log are known, what they mean, and which path the machine took.

Each printk format is compiled to a regular expression: its literal text, and for each conversion a pattern of the
numbers, names or addresses that it prints. What precedes a message in a log (a time, a level, journald's host name,
quotation marks) is ignored. If several formats match a line, the one with most literal characters wins. A line that
matches none is skipped.

The published page uses the same patterns (see `patterns`), so they keep to the syntax that Python and JavaScript share.
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
    r"^(?:.{0,200}?\[ *\d+\.\d{6}\](?: ?\[ *[TC]\d+\])?"  # printk's time and maybe caller, after anything
    r"|.{0,200}?\bkernel(?:\[\d+\])?:"  # syslog's and journald's
    r"|\[\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\]"  # dmesg -T
    r"|\d{4}-\d\d-\d\dT[\d:.,+Z-]+"  # dmesg --time-format iso
    r"|<\d+>)?[ \t>|]*"  # a level; quotation marks
)
"""What may precede the message in a line."""

NOISE = r"\x1b\[[0-9;?]*[A-Za-z]|[\r\x00]"
"""Control characters that a terminal leaves in a log."""

LONGEST = 1_000
"""Only so many characters of a line are read: printk's lines are not longer."""

SHORT = 16
"""Formats with fewer literal characters than this must match the whole line; longer ones may match a prefix."""

RELEASE = r"Linux version (\S+)"
"""The banner of a booting kernel, with its release."""

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
    """A known line: its number, counted from 1, its text without prefix, and the wording that matches."""

    number: int
    text: str
    message: Message


@dataclass(frozen=True)
class Diagnosis:
    """The known lines of a log in order, the number of its lines, and the releases of kernels that booted."""

    findings: tuple[Finding, ...]
    lines: int
    releases: tuple[str, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The paths that the machine took, in order, as far as lines show them."""
        return tuple(dict.fromkeys(f.message.marks for f in self.findings if f.message.marks))

    @property
    def counts(self) -> dict[str, int]:
        """The number of known lines of each harm, by severity."""
        counted = Counter(f.message.harm for f in self.findings)
        return {harm: counted[harm] for harm in HARMS if counted[harm]}

    @property
    def summary(self) -> str:
        """What happened, in one line."""
        if not self.findings:
            return f"Nothing of this is known here ({_lines(self.lines)})."
        path = ", then ".join(self.path) or "which path was taken, no line says"
        kernels = self._kernels()
        return f"{path[0].upper()}{path[1:]}.{f' {kernels}.' if kernels else ''} {self._harms()}"

    def _kernels(self) -> str:
        """Return which kernels wrote the log: by their banners, or else by the versions that have these wordings."""
        if self.releases:
            return "Linux " + ", then ".join(
                _with_count(name, len(list(same))) for name, same in groupby(self.releases)
            )
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
    """Return a diagnosis of a console log, or of a part of one."""
    lines = text.removesuffix("\n").split("\n") if text else []
    findings, releases = [], []
    for number, line in enumerate(lines, 1):
        text_of_line = spoken(line)
        if message := identify(text_of_line):
            findings.append(Finding(number, text_of_line, message))
            if release := re.match(RELEASE, text_of_line):
                releases.append(release[1])
    return Diagnosis(tuple(findings), len(lines), tuple(releases))


def spoken(line: str) -> str:
    """Return the kernel's message in a line of a log, without the prefix."""
    clean = _NOISE.sub("", line)
    return clean[_PREFIX.match(clean).end() :][:LONGEST].rstrip()  # type: ignore[union-attr]  # the pattern also matches nothing


def identify(text: str) -> Message | None:
    """Return the wording that a message has, or None if it is not known."""
    return next((message for message, pattern in _compiled() if pattern.match(text)), None)


def pattern(message: Message) -> str:
    """Return the regular expression of a wording."""
    whole = message.like or "".join(_pieces(message.format.strip()))
    return f"(?:{whole})" + (r"$" if weight(message) < SHORT else r"(?=\s|$)")


def weight(message: Message) -> int:
    """Return the number of literal characters of a format: the more, the more specific it is."""
    return len(re.sub(r"\s", "", CONVERSION.sub("", message.format)))


def patterns() -> dict[str, Any]:
    """Return what a page needs to read a log like `diagnose`: patterns, most specific first, and their meanings."""
    return {
        "schema": SCHEMA,
        "prefix": PREFIX,
        "noise": NOISE,
        "release": RELEASE,
        "longest": LONGEST,
        "patterns": [[pattern(m), m.id, m.since, m.before] for m in _most_specific_first()],
        "harms": {h.name: {"sign": h.sign, "word": h.word} for h in HARMS.values()},
        "messages": {m.id: _about(m) for m in MESSAGES},
    }


def _about(message: Message) -> dict[str, Any]:
    about = {"harm": message.harm, "meaning": message.meaning, "chapter": message.chapter}
    about |= {"advice": message.advice} if message.advice != NOTHING else {}
    return about | ({"marks": message.marks} if message.marks else {})


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


def _most_specific_first() -> list[Message]:
    return sorted(MESSAGES, key=weight, reverse=True)


@lru_cache(maxsize=1)
def _compiled() -> list[tuple[Message, re.Pattern[str]]]:
    return [(message, re.compile(pattern(message), re.ASCII)) for message in _most_specific_first()]


def _with_count(name: str, times: int) -> str:
    return name + {1: "", 2: ", twice"}.get(times, f", {times:,} times")


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


_NOISE = re.compile(NOISE)
_PREFIX = re.compile(PREFIX, re.ASCII)
