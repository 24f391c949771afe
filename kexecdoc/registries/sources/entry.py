"""An entry of the sources registry, and one function for each way to write one down."""

from __future__ import annotations

import re
from dataclasses import dataclass

GIT = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git"
KINDS = {
    "kernel": "the kernel's source",
    "documentation": "the kernel's own documentation",
    "commit": "commits",
    "list": "messages on lists",
    "manual": "manuals and specifications",
    "software": "other software",
    "paper": "papers and talks",
    "observation": "observations made for this project",
}
STABLE = "6.1.192, 6.12.117, 7.3.4"
NOW = "7.3.4"


@dataclass(frozen=True)
class Source:
    """One source: ``says`` is what it may be cited for; ``read`` lists the versions in which it was read."""

    id: str
    kind: str
    title: str
    link: str
    says: str
    read: str = ""


def kernel(source_id: str, path: str, symbol: str, says: str, read: str = STABLE, tag: str = "") -> Source:
    """Return a place in the kernel's source, linked as it was in the last version read."""
    return Source(source_id, "kernel", f"{path}: {symbol}", f"{GIT}/tree/{path}?h={tag or _tag(read)}", says, read)


def document(source_id: str, path: str, section: str, says: str, read: str = NOW) -> Source:
    """Return a file of Documentation/ or a help text."""
    title = f"{path}: {section}" if section else path
    return Source(source_id, "documentation", title, f"{GIT}/tree/{path}?h={_tag(read)}", says, read)


def commit(source_id: str, commit_hash: str, title: str, says: str) -> Source:
    """Return a commit of Linux by its hash, its title or in our words what it is, and the release that has it."""
    return Source(source_id, "commit", f"{commit_hash} {title}", f"{GIT}/commit/?id={commit_hash}", says)


def other(source_id: str, kind: str, title: str, says: str, link: str = "", read: str = "") -> Source:
    """Return a source of any other kind. A message on a list is the statement of its author at its time."""
    return Source(source_id, kind, title, link, says, read)


def _tag(read: str) -> str:
    major, minor = re.findall(r"(\d+)\.(\d+)", read)[-1]
    return f"v{major}.{minor}"
