"""The kernel messages registry: what a console says around a kexec or a crash, and what it means.

An entry is one wording of a line: the printk format with the prefix that a reader sees, the file and function that
print it, the versions that have these words, what it means, how bad that is and what to do. A line may have several
wordings under one id, each for a range of versions. Each file holds one area.

Wording was looked for in 5.10.262, 6.1.192, 6.12.117 and 7.3.4. `kexecdoc.reading.doctor` finds these lines in a log.
"""

from __future__ import annotations

from kexecdoc.registries.messages import crash, crossing, damage, gic, interrupts, iommu, live_update
from kexecdoc.registries.messages.line import CONVERSION as CONVERSION
from kexecdoc.registries.messages.line import HARMS as HARMS
from kexecdoc.registries.messages.line import NOTHING as NOTHING
from kexecdoc.registries.messages.line import TREES as TREES
from kexecdoc.registries.messages.line import Harm as Harm
from kexecdoc.registries.messages.line import Mechanism as Mechanism
from kexecdoc.registries.messages.line import Message as Message
from kexecdoc.registries.messages.line import Parameters as Parameters

AREAS = (crossing, crash, gic, interrupts, iommu, damage, live_update)

MESSAGES: tuple[Message, ...] = tuple(message for area in AREAS for message in area.MESSAGES)

MECHANISMS: dict[str, Mechanism] = {message.of.name: message.of for message in MESSAGES if message.of}
"""In the order of a crossing. The one with the name "" is an ordinary boot."""

_WORDINGS: dict[str, list[Message]] = {}
for _message in MESSAGES:
    _WORDINGS.setdefault(_message.id, []).append(_message)

IDS = frozenset(_WORDINGS)

PARAMETERS = {message_id: Parameters.of(words) for message_id, words in _WORDINGS.items() if words[0].simulated}
"""The values of each line that the simulator prints."""


def wordings(message_id: str) -> list[Message]:
    """Return every wording of a line, oldest first. KeyError if there is no such line."""
    if message_id not in IDS:
        raise KeyError(f"no message {message_id}")
    return _WORDINGS[message_id]


def find(message_id: str, kernel: str) -> Message | None:
    """Return the message with that id in the words of a kernel version; None if that version has none.

    KeyError if no version has it.
    """
    return next((message for message in wordings(message_id) if message.holds_in(kernel)), None)


def render(message_id: str, kernel: str, *values: object, **named: object) -> str | None:
    """Return a line of the simulator in the words of a version; None if that version does not have the line.

    KeyError if there is no such line. TypeError if the values do not fit the wordings of all versions.
    """
    words = find(message_id, kernel)
    if problem := PARAMETERS[message_id].problem(values, named):
        raise TypeError(problem)
    return words.render(*values, **named) if words else None
