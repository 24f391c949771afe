"""The recorded consoles of real kernels, folded, beside what the simulator prints in the same scenario.

A recorded console has five to eight hundred lines, of which a dozen matter. The page shows the known lines between the
old kernel's last message and the next kernel's first program, and the lines that an experiment marks; it counts the
others. The simulator's console, made when the site is built, stands beside them. A message that both have in the same
order is in the same row.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kexecdoc.reading.run import Run

CONSOLES = Path(__file__).resolve().parents[3] / "tests" / "consoles"

FAREWELL = re.compile(r"Starting new kernel|Kernel panic - not syncing")
FIRST_PROGRAM = "Run /init"
ORDINARY = frozenset({"pci.function", "gic.redistributor", "initramfs.unpack", "initramfs.freed"})
"""Known lines that every boot prints, one for each device or CPU."""


LONGEST = 150
"""Lines are cut after this many characters."""


@dataclass(frozen=True)
class Mark:
    """A line to point out. ``line`` is the id of a message, whose meaning is the default note, or a pattern.

    With ``before`` it is the last matching line before the old kernel's last message, else the first one after it.
    """

    line: str
    note: str = ""
    before: bool = False


@dataclass(frozen=True)
class Experiment:
    """``words`` are the switches of the corresponding scenario; "" if there is none."""

    words: str
    marks: tuple[Mark, ...] = ()


X86 = "machine=x86 kernel=6.1"
ARMED = Mark(r"^NIC cmd=0107", "The card is armed: bit 2 of the command register, Bus Master, is set.", before=True)
UNDRIVEN = f"{X86} quiesce=none next-driver=absent interrupt=intx"
HUNT = "The guest's userspace has searched the memory that it owns for the pattern in the packets."

EXPERIMENTS: dict[str, Experiment] = {
    "01": Experiment(X86),
    "02": Experiment(
        f"{UNDRIVEN} power-state=unknown seed=13",
        (
            Mark(r"^unknown$", "What sysfs says of the card's power state: no driver ever enabled it.", before=True),
            ARMED,
            Mark(r"memmap=4K\$0x18000000", "The next kernel was told to leave one page alone: the descriptor ring's."),
            Mark(r"^0107$", "The command register in the next kernel: Bus Master was not cleared."),
            Mark(r"^HUNT-CORRUPT", "A page that the next kernel's userspace owns, with a packet in it."),
            Mark(r"^HUNT-DONE", HUNT),
        ),
    ),
    "03": Experiment(
        UNDRIVEN,
        (
            ARMED,
            Mark(r"^0103$", "The command register in the next kernel: Bus Master is clear."),
            Mark(r"0000801a$", "The card's receive control register: its engine is still on."),
            Mark(r"^HUNT-DONE", HUNT),
        ),
    ),
    "04": Experiment(
        f"{UNDRIVEN} path=panic ring-size=24 traffic=1000",
        (
            ARMED,
            Mark(r"^0107$", "Nobody touched the command register: that is the rule on this path."),
            Mark(r"^HUNT-DONE", "The capture kernel's own pages are as they were."),
        ),
    ),
    "05": Experiment(
        X86,
        (
            Mark(r"0103$", "Bus Master is clear: the driver's shutdown ran, and the PCI core after it."),
            Mark(r"00008002$", "The receive engine is still enabled, and its ring is empty: head and tail are 0."),
            Mark(r"^HUNT-DONE", HUNT),
        ),
    ),
    "06": Experiment(
        f"{UNDRIVEN} power-state=unknown iommu=translate traffic=100",
        (
            Mark(
                r"fault addr 0x18000000",
                "The first kernel's tables refuse the card, which it never attached.",
                before=True,
            ),
            Mark("vtd.remapping-found"),
            Mark(r"^0107$", "Bus Master is set all the same: it is not what keeps the card out here."),
            Mark("vtd.status"),
            Mark("vtd.fault"),
            Mark(r"^HUNT-DONE", HUNT),
        ),
    ),
    "08": Experiment("kernel=6.1 firmware=devicetree", (Mark("lpi.expected-reserved"), Mark("lpi.booted-enabled"))),
    "09": Experiment(
        "kernel=6.1 firmware=devicetree image-placement=over-tables",
        (
            Mark("lpi.preallocated"),
            Mark("oops.undefined"),
            Mark("oops.code", "0xa2 is what the kernel fills a property table with. These bytes were its own text."),
        ),
    ),
    "10": Experiment(
        "kernel=6.1 firmware=efi",
        (
            Mark("lpi.preallocated"),
            Mark("lpi.property-table", "The same address as in the first kernel."),
            Mark("lpi.pending-table"),
        ),
    ),
    "11": Experiment(
        "kernel=6.1 firmware=devicetree lpi-disable=sticky",
        (Mark("lpi.booted-enabled"), Mark("lpi.failed"), Mark("warn.valid-col"), Mark("nvme.timeout")),
    ),
    "12": Experiment(
        "kernel=6.1 firmware=devicetree path=panic traffic=1",
        (
            Mark(r"T crash_smp_send_stop", "Where the crashed kernel waits with interrupts off.", before=True),
            Mark("crash.starting", "2.8 s after the panic. Meanwhile an interrupt was raised; no line says so."),
            Mark("lpi.preallocated"),
            Mark("lpi.pending-table", "The table in which one bit has changed. The comparison was made from outside."),
        ),
    ),
    "13": Experiment(
        f"{X86} quiesce=none interrupt=intx line-shared=yes",
        (
            Mark(r"^edu irq_status=1", "QEMU's teaching device asserts its line, and has no driver.", before=True),
            Mark(r"status=0018", "Bit 3 of the status register: the line is still asserted in the next kernel."),
            Mark(r"e1000: Intel", "The network card's driver is loaded, by hand. It shares the line."),
            Mark("irq.nobody-cared"),
            Mark("irq.handlers"),
            Mark("irq.handler", "The only handler there is, and not of the device that asserts the line."),
            Mark("irq.disabling"),
            Mark(r"11: +100001", "The counter of the line in /proc/interrupts."),
        ),
    ),
    "14": Experiment(
        f"{X86} interrupt=intx line-shared=yes",
        (
            Mark(r"^edu irq_status=1", "The device asserts its line, as in 13.", before=True),
            Mark(r"^edu irq_status=0", "This time it is seen to, in the next kernel, before the driver comes."),
            Mark(r"e1000: Intel", "The driver that shares the line."),
            Mark(r"11: +12 ", "Twelve interrupts, and no storm."),
        ),
    ),
    "15": Experiment(
        f"{X86} path=panic traffic=1",
        (Mark(r"/proc/vmcore$", "The crashed kernel's memory, as a file: the dump can be taken."),),
    ),
    "16": Experiment("", (Mark("panic.end"),)),
}


@dataclass(frozen=True)
class Row:
    """One row: a line of the real console, a line of the simulator's, or both.

    ``skipped`` counts the lines of the real console that are left out before it; ``more`` counts the simulator's lines
    after it whose message has been shown before.
    """

    real: str | None
    ours: str | None
    note: str = ""
    skipped: int = 0
    more: int = 0

    @property
    def sign(self) -> str:
        """``=`` for equal wording, ``≠`` for different wording, ``real`` or ``ours`` if only one has the line."""
        if self.real is None or self.ours is None:
            return "ours" if self.real is None else "real"
        return "=" if _wording(self.real) == _wording(self.ours) else "≠"


def recorded(number: str) -> Path | None:
    """Return the file of an experiment's recorded console, or None."""
    return next(iter(CONSOLES.glob(f"{number}-*.log")), None)


def simulated(experiment: Experiment) -> Run:
    """Simulate the scenario of an experiment."""
    from kexecdoc.crossing import simulate
    from kexecdoc.model.scenario import Scenario

    return simulate(Scenario.of(dict(word.split("=") for word in experiment.words.split())))


def rows(number: str) -> list[Row]:
    """Return the rows of an experiment's table. ValueError for a mark that is not in the console."""
    experiment = EXPERIMENTS[number]
    real = list(_real(number, experiment.marks))
    ours: list[tuple[str, str]] = []
    if experiment.words:
        ours = [(line["message"], line["text"]) for line in simulated(experiment).console()]
        ours = [line for line in ours if line[0] not in ORDINARY]
    found: list[Row] = []
    at = 0  # the last line of the real console that was shown
    seen: set[str] = set()
    matcher = SequenceMatcher(None, [message[0] for message in real], [message[0] for message in ours], autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        for n in range(a, b):
            _, text, line, note = real[n]
            skipped, at = (line - at - 1 if at else 0), line
            found.append(Row(text, ours[c + n - a][1] if what == "equal" else None, note, skipped))
        for message_id, text in ours[c:d]:
            if what != "equal" and message_id not in seen:
                found.append(Row(None, text))
            elif what != "equal":
                found[-1] = replace(found[-1], more=found[-1].more + 1)
            seen.add(message_id)
    return found


def _real(number: str, marks: tuple[Mark, ...]) -> Iterator[tuple[str, str, int, str]]:
    """Yield the lines shown of a recorded console: message id, text, line number, note."""
    from kexecdoc.reading.doctor import identify, spoken

    path = recorded(number)
    assert path is not None
    lines = path.read_text(errors="replace").split("\n")
    start = next(n for n, line in enumerate(lines) if FAREWELL.search(line))
    ends = (n for n, line in enumerate(lines) if n > start and FIRST_PROGRAM in line)
    end = next(ends, len(lines) - 1)
    known = [identify(spoken(line)) for line in lines]
    notes: dict[int, str] = {}
    for mark in marks:
        at = _index_of(mark, lines, [message.id if message else "" for message in known], start)
        message = known[at]
        notes[at] = mark.note or (message.meaning if message else "")
    for n, line in enumerate(lines):
        message = known[n]
        if n in notes or (start <= n <= end and message and message.id not in ORDINARY):
            yield message.id if message else f"guest:{n}", spoken(line).removeprefix("/ # "), n + 1, notes.get(n, "")


def _index_of(mark: Mark, lines: list[str], ids: list[str], start: int) -> int:
    """Return the index of the line that a mark names. ValueError if there is none."""
    fits = [n for n, line in enumerate(lines) if ids[n] == mark.line or re.search(mark.line, line)]
    fits = [n for n in fits if (n < start) == mark.before]
    if not fits:
        raise ValueError(f"no line fits {mark.line!r}")
    return fits[-1] if mark.before else fits[0]


def _wording(text: str) -> str:
    """Return a line without numbers, addresses and releases, which differ between machines."""
    text = re.sub(r"^(Linux version) .*", r"\1", text)
    return re.sub(r"@?0x[0-9a-f]+|@[0-9a-f]+|\b[0-9a-f]*\d[0-9a-f]*\b|CPUs?\b", "#", text).strip()


def fold(number: str, to: str) -> str:
    """Return an experiment's consoles as a folded table. ``to`` is the address of the recorded files' folder."""
    path, experiment = recorded(number), EXPERIMENTS[number]
    assert path is not None
    shown = rows(number)
    total = len(path.read_text(errors="replace").splitlines())
    count = sum(row.real is not None for row in shown)
    beside = ", beside ours" if experiment.words else ""
    words = "".join(f" --{word.replace('=', ' ')}" for word in experiment.words.split())
    ours = f" Ours: <code>kexecdoc run{html.escape(words)} --format console</code>." if words else ""
    head = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in ("", "Recorded", "Ours"))
    return (
        f'<details class="kx-consoles"><summary>The console of experiment {int(number)}{beside}: '
        f'{count} lines of {total}</summary><p><a href="{to}{path.stem}.txt">The whole recorded console</a>.{ours}</p>'
        f'<table class="kx-beside" role="table"><thead><tr role="row">{head}</tr></thead>'
        f"<tbody>{''.join(map(_row, shown))}</tbody></table></details>"
    )


SIGNS = {
    "=": "both, in the same words",
    "≠": "both, with a word that differs",
    "real": "the recorded one alone",
    "ours": "ours alone",
}


def _row(row: Row) -> str:
    cells = _cell("recorded", row.real) + _cell("ours", row.ours)
    sign = f'<th scope="row" role="rowheader"><span title="{SIGNS[row.sign]}">{row.sign}</span></th>'
    mark = ' class="kx-marked"' if row.note else ""
    return (
        _between(row.skipped, "line", "lines")
        + f'<tr role="row" data-sign="{row.sign}"{mark}>{sign}{cells}</tr>'
        + (_across(f"◆ {html.escape(row.note)}", "kx-said") if row.note else "")
        + _between(row.more, "more line of ours, of a kind shown above", "more lines of ours, of kinds shown above")
    )


def _cell(who: str, text: str | None) -> str:
    content = f"<code>{html.escape(_short(text))}</code>" if text else ""
    return f'<td role="cell" data-who="{who}">{content}</td>'


def _between(count: int, one: str, many: str) -> str:
    return _across(f"{count:,} {one if count == 1 else many}", "kx-skipped") if count > 0 else ""


def _across(text: str, kind: str) -> str:
    return f'<tr role="row" class="{kind}"><td role="cell" colspan="3">{text}</td></tr>'


def _short(text: str) -> str:
    text = re.sub(r"^(Linux version \S+) \(debian.*", r"\1 ...", text)
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."
