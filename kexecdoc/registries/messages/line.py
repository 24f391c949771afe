"""An entry of the messages registry: a line of a kernel's console, and what a person needs to know about it.

Lines about the same thing belong to one mechanism. The mechanism says once what happens there and what to do about it.
A line has its own advice only where that differs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partialmethod

from kexecdoc.registries.versions import Versions

CONVERSION = re.compile(r"%(#?)([-0]?\d*(?:\.\d+)?|\*)(?:hh|h|ll|l|z)?(pbl|pa|pb|pe|pS|ps|p|[duxsc%])")
"""One conversion in a printk format: flag, width, kind."""

TEXT, NUMBER, CHARACTER = (str,), (int,), (str, int)

VALUES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("d", "u", "x", "pa"), NUMBER),
    **dict.fromkeys(("s", "p", "pb", "pbl", "pe", "pS", "ps"), TEXT),
    "c": CHARACTER,
}
"""The types that each kind of conversion takes. Text stands for anything that printk formats from a pointer."""

TREES = ("5.10", "6.1", "6.12", "7.3")
"""The trees in which every wording was looked for: 5.10.262, 6.1.192, 6.12.117 and 7.3.4."""

_READ = ("3.13", "4.12", *TREES)


@dataclass(frozen=True)
class Harm:
    """How bad a line is: a word, a sign for readers who do not see the colour, and the meaning."""

    name: str
    sign: str
    word: str
    meaning: str


HARMS: dict[str, Harm] = {
    harm.name: harm
    for harm in (
        Harm("routine", "·", "routine", "It belongs to a crossing of this kind, and says how far the machine has come."),
        Harm("harmless", "○", "harmless", "Something is left over, or looks alarming, and does no harm by itself."),
        Harm("look", "?", "to look into", "There may be harm. This line cannot say whether there is; something else can."),
        Harm("broken", "!", "broken", "Something does not work from here on: a device, a line, a CPU's interrupts, the dump."),
        Harm("fatal", "✕", "fatal", "Something ends here: this kernel, this boot, or the hope of a dump."),
    )
}
"""In order, the least bad first."""

NOTHING = "Nothing."
"""The advice on a routine line that has none of its own."""


@dataclass(frozen=True)
class Wording:
    """The words of a line in the versions from ``since`` to before ``before``; an empty string means no bound.

    A bound at a version whose tree was read (3.13, 4.12, 5.10, 6.1, 6.12, 7.3) says only that the words are in that
    tree and not in its neighbour. Any other bound was looked up. ``versions`` replaces the description of the range.
    ``takes`` names the values in the order of the format, and is needed if versions take different values. ``like`` is
    a regular expression for the line in a log, for lines that differ from their format.
    """

    format: str
    since: str = ""
    before: str = ""
    takes: str = ""
    like: str = ""
    versions: str = ""


@dataclass(frozen=True)
class Message:
    """One wording of a line. ``of`` is its mechanism; ``do`` and ``author`` are its own advice.

    ``simulated`` says whether the simulator prints it. ``marks`` is the path that the line proves.
    """

    id: str
    format: str
    where: str
    source: str
    meaning: str
    harm: str = "routine"
    of: Mechanism | None = None
    since: str = ""
    before: str = ""
    takes: str = ""
    like: str = ""
    span: str = ""
    do: str = ""
    author: str = ""
    marks: str = ""
    simulated: bool = True

    def __post_init__(self) -> None:
        """Refuse a format that cannot be rendered, and names that do not match it."""
        if "%" in CONVERSION.sub("", self.format):
            raise ValueError(f"{self.id}: {self.format!r} has a conversion that is not one of printk's known here")
        if any("*" in width and kind != "pbl" for _, width, kind in CONVERSION.findall(self.format)):
            raise ValueError(f"{self.id}: {self.format!r} takes a width from its values, which no line here does")
        names = self.takes.split()
        if self.takes and len(names) != len(self.conversions):
            raise ValueError(
                f"{self.id}: {self.format!r} has {len(self.conversions)} values, and 'takes' names {len(names)}"
            )

    @cached_property
    def conversions(self) -> tuple[str, ...]:
        """The kind of each conversion that takes a value, in order."""
        return tuple(kind for _, _, kind in CONVERSION.findall(self.format) if kind != "%")

    @cached_property
    def parameters(self) -> Parameters:
        """The values that these words take."""
        return Parameters.of([self])

    @property
    def mechanism(self) -> str:
        """The name of its mechanism; "" for a line that only reports progress."""
        return self.of.name if self.of else ""

    @property
    def chapter(self) -> int:
        """The chapter that shows the mechanism at work."""
        return self.of.chapter if self.of else 1

    @property
    def advice(self) -> str:
        """What an operator should do about it."""
        return self.do or (self.of.do if self.of and self.harm != "routine" else NOTHING)

    @property
    def versions(self) -> str:
        """The versions that have these words, as far as is known, for a person."""
        return self.span or _span(self.since, self.before)

    def holds_in(self, kernel: str) -> bool:
        return kernel in Versions(self.since, self.before)

    def render(self, *values: object, **named: object) -> str:
        """Return the line with its values in place. ``%pa`` is 0x and 16 digits, as on 64-bit machines.

        TypeError if the values do not fit. Names that only other versions take are ignored.
        """
        mine = {name: value for name, value in named.items() if name in self.parameters.by_name}
        if problem := self.parameters.problem(values, mine):
            raise TypeError(problem)
        left = iter([named[name] for name in self.takes.split()] if self.takes else values)

        def put(conversion: re.Match[str]) -> str:
            flag, width, kind = conversion.groups()
            if kind == "%":
                return "%"
            value = next(left)
            if kind == "pa":
                return f"0x{value:016x}"
            if kind.startswith("p"):
                return str(value)
            return f"%{flag}{width}{'d' if kind == 'u' else kind}" % value

        return CONVERSION.sub(put, self.format)


@dataclass(frozen=True)
class Parameters:
    """The values that a line takes over all its wordings: in order, or by name.

    A call is checked against all wordings at once, so that a mistake shows whatever version is simulated.
    """

    id: str
    in_order: tuple[tuple[type, ...], ...]
    by_name: Mapping[str, tuple[type, ...]]

    @classmethod
    def of(cls, wordings: Sequence[Message]) -> Parameters:
        """Return the parameters of a line's wordings. ValueError if the wordings contradict each other."""
        message_id = wordings[0].id
        named: dict[str, tuple[type, ...]] = {}
        orders = set()
        for words in wordings:
            values = tuple(VALUES[kind] for kind in words.conversions)
            if not words.takes:
                orders.add(values)
            for name, types in zip(words.takes.split(), values, strict=bool(words.takes)):
                if named.setdefault(name, types) != types:
                    raise ValueError(f"{message_id}: '{name}' is {_kinds(named[name])} in one version and {_kinds(types)} in another")
        if named:
            orders.discard(())  # a wording without values
        if len(orders) > 1 or (named and orders):
            raise ValueError(f"{message_id}: its versions take different values; name them with 'takes'")
        return cls(message_id, next(iter(orders), ()), named)

    def problem(self, values: Sequence[object], named: Mapping[str, object]) -> str:
        """Return what is wrong with the values of a call, in one line; empty if nothing is."""
        if len(values) != len(self.in_order):
            return f"{self.id}: was given {len(values)} values in order, and takes {len(self.in_order)}"
        if missing := [name for name in self.by_name if name not in named]:
            return f"{self.id}: was not given {', '.join(missing)}"
        if surplus := [name for name in named if name not in self.by_name]:
            return f"{self.id}: takes no value named {', '.join(surplus)}"
        pairs = [(f"value {n}", v, types) for n, (v, types) in enumerate(zip(values, self.in_order, strict=True), 1)]
        pairs += [(name, named[name], types) for name, types in self.by_name.items()]
        for name, value, types in pairs:
            if value is not UNKNOWN and not isinstance(value, types):
                return f"{self.id}: {name} must be {_kinds(types)}, and is {value!r}"
        return ""


UNKNOWN = object()
"""Stands for a value that cannot be known when a call is checked from its source code."""


def _kinds(types: tuple[type, ...]) -> str:
    return " or ".join({str: "text", int: "a number"}[one] for one in types)


@dataclass(frozen=True)
class Mechanism:
    """The subject of a group of lines: what happens, what an operator does, what the author of a driver does.

    ``title`` is the heading of its table, ``sources`` support it, ``chapter`` shows it at work.
    """

    name: str
    title: str
    chapter: int
    what: str
    do: str
    sources: tuple[str, ...]
    author: str = ""

    def says(
        self,
        message_id: str,
        *wordings: Wording | str,
        harm: str,
        where: str,
        source: str,
        meaning: str,
        do: str = "",
        author: str = "",
        marks: str = "",
        simulated: bool = True,
    ) -> tuple[Message, ...]:
        """Return the entries of a line that the simulator prints. A bare format holds for every version."""
        return tuple(
            Message(
                message_id,
                words.format,
                where=where,
                source=source,
                meaning=meaning,
                harm=harm,
                of=self,
                since=words.since,
                before=words.before,
                takes=words.takes,
                like=words.like,
                span=words.versions,
                do=do,
                author=author,
                marks=marks,
                simulated=simulated,
            )
            for words in (Wording(words) if isinstance(words, str) else words for words in wordings)
        )

    elsewhere = partialmethod(says, simulated=False)
    """The same for a line that real machines print and the simulator does not."""


def _span(since: str, before: str) -> str:
    first, last = TREES[0], TREES[-1]
    lower = upper = ""
    if since in _READ:
        lower = f"{since} on (not in {_READ[_READ.index(since) - 1]})"
    elif since:
        lower = f"v{since} on"
    if before in _READ:
        upper = f"up to {_READ[_READ.index(before) - 1]} (not in {before})"
    elif before:
        upper = f"before v{before}"
    return ", ".join(filter(None, (lower, upper))) or f"all that were read, {first} to {last}"
