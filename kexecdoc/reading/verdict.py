"""Log in, verdict out: what became of the crossing, counted from its events and nothing else.

Leftover is what comes from descriptors, mappings or interrupt programming that the *old* kernel left,
from the jump on. Whether a frame was hit is not remembered from the write: it is what the frame's owner
found when it read, and each reading is an event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kexecdoc.model.death import Death
from kexecdoc.model.log import Log, frame_range
from kexecdoc.model.owners import OWNERS, public
from kexecdoc.model.scales import CPUS, FRAMES, S

OUTCOMES = ("clean", "harmless", "degraded", "corrupted", "crashed", "hung")
"""From the best to the worst; the worst that applies is the outcome."""


TAKES_OVER = ("stub", "firmware")
"""What runs from the jump on."""


class Flip(NamedTuple):
    """One byte that a redistributor changed in memory that was not kept for it."""

    cpu: int
    intid: int
    address: int
    bit: int
    t_ns: int


class Wrong(NamedTuple):
    """A frame that its owner found wrong: by whom it was last written, and when, as far as the log knows."""

    frame: int
    owner: str
    t_ns: int
    writer: str
    written_ns: int


@dataclass
class Callback:
    """A driver's callback in the old kernel: how long it took (None: it did not return) and what it cost.

    ``driver`` is ``none`` if nobody drives the device afterwards: whoever used it has lost it.
    """

    device: str
    name: str
    called_ns: int
    took_ns: int | None = None
    frames_freed: int = 0
    driver: str = "bound"


@dataclass
class Verdict:
    """Times in nanoseconds since the call, None for what never happened; counts of leftover effects."""

    outcome: str = "clean"
    jump_ns: int | None = None
    enter_ns: int | None = None
    userspace_ns: int | None = None
    end_ns: int = 0
    dma: Counter[str] = field(default_factory=Counter)
    landed_in: Counter[str] = field(default_factory=Counter)
    astray_before_jump: int = 0
    dry_at_jump: bool = False  # whether the device was left running with no descriptor to write to
    msi: Counter[str] = field(default_factory=Counter)
    bits_recorded: int = 0
    flips: list[Flip] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    timeouts: int = 0
    lost_ns: int = 0  # to commands that timed out, and to storms
    storms: int = 0
    line_disabled: bool = False
    unhandled: int = 0
    stray_vectors: int = 0
    dump: str | None = None
    death: Death | None = None
    killed_by: str = ""  # the id of the event that the machine died of
    broken: tuple[str, str] = ("", "")  # the last object that was found damaged, or held, and which of the two
    callbacks: list[Callback] = field(default_factory=list)
    devices: dict[str, int] = field(default_factory=dict)  # leftover writes and messages that each device attempted
    tables: str | None = None
    msi_usable: bool | None = None
    summary: str = ""

    @property
    def reached_userspace(self) -> bool:
        return self.userspace_ns is not None

    @property
    def frames_corrupted(self) -> int:
        return len({wrong.frame for wrong in self.wrong})

    @property
    def decisive(self) -> list[Wrong]:
        """What was found wrong and decided the outcome: of one owner, each frame once.

        A kernel that finds its text or tables wrong dies at once, so those were read last. Otherwise it died
        of the initramfs, or runs on with wrong data.
        """
        last = [w.owner for w in self.wrong if w.t_ns == self.end_ns and w.owner in ("next-text", "next-tables")]
        owners = (*last, "next-initramfs") if self.outcome == "crashed" else ("image", "next-data", "preserved")
        owner = next((o for o in owners if any(w.owner == o for w in self.wrong)), "")
        return list({w.frame: w for w in reversed(self.wrong) if w.owner == owner}.values())


class _Reading:
    """The little state that judging needs, folded while the log is read once."""

    def __init__(self, start: Mapping[str, Any]) -> None:
        self.state: dict[str, Any] = {}
        self.owner = [""] * FRAMES
        self.kept = [False] * FRAMES
        self.writer: dict[int, tuple[str, int]] = {}
        self.targets: set[int] = set()
        self.devices: list[str] = []
        self.lay(start, "start", 0)
        for path, value in start.items():
            if path.startswith("device/") and path.endswith("/targets"):
                self.targets.update(f for first, last in value for f in range(first, last + 1))
            elif path.startswith("device/") and path.endswith("/programmed-by"):
                self.devices.append(path.split("/")[1])

    def lay(self, assignments: Mapping[str, Any], id: str, t_ns: int) -> dict[int, str]:
        """Lay an event's assignments and return what it found, by frame."""
        found: dict[int, str] = {}
        for path, value in assignments.items():
            frames = frame_range(path)
            if not frames:
                self.state[path] = value
                if path == "copied":
                    self._copy(value)
                continue
            what = path.rpartition("/")[2]
            if what == "owner":
                self.owner[frames.start : frames.stop] = [value] * len(frames)
            elif what == "kept":
                self.kept[frames.start : frames.stop] = [value] * len(frames)
            elif what == "bytes":
                self.writer.update(dict.fromkeys(frames, (id, t_ns)))
            elif value == "wrong":
                found.update(dict.fromkeys(frames, value))
        return found

    def _copy(self, moves: list[list[int]]) -> None:
        """Whoever had written a source page wrote what is now at its destination."""
        for source, destination, count in moves:
            for n in range(count):
                if source + n in self.writer:
                    self.writer[destination + n] = self.writer[source + n]

    def follows_old(self, id: str) -> bool:
        """Return whether the device whose event this is follows what the old kernel wrote into it."""
        return bool(self.state.get(f"device/{_actor(id)}/programmed-by") == "old")


def _actor(id: str) -> str:
    """Return whose event that is."""
    return id.partition("/")[0]


def _frame(assignments: Mapping[str, Any]) -> int | None:
    """Return the one frame whose bytes an event changed, or None."""
    return next((frame for path in assignments for frame in frame_range(path, "bytes")), None)


def _sender(assignments: Mapping[str, Any]) -> str | None:
    """Return whose message a CPU took, or None if nothing tells."""
    return next((who for path, who in assignments.items() if path.endswith("/message-from")), None)


def judge(log: Log) -> Verdict:
    """Read a log and say what became of the crossing."""
    verdict, reading, storm_ns = Verdict(), _Reading(log.start), 0
    verdict.devices = dict.fromkeys(reading.devices, 0)
    after: set[str | None] = set()  # what interrupts did from the jump on
    for event in log:
        kind, _, result = event.kind.partition(".")
        frame = _frame(event.set) if kind in ("dma", "msi", "lpi") else None
        if kind == "dma":
            _count_dma(verdict, reading, event.id, result, frame)
        elif kind == "msi" and verdict.jump_ns is not None:
            if reading.follows_old(event.id):
                verdict.msi.update(["sent", result])
                verdict.devices[_actor(event.id)] += 1
        elif kind in ("apic", "lpi") and verdict.jump_ns is not None:
            if result == "acknowledged" and event.cause in after and _sender(event.set) == "eth0":
                verdict.msi["delivered"] += reading.state["device/eth0/programmed-by"] == "old"
            _count_lpi(verdict, reading, event.t_ns, event.set, frame)
        elif kind == "timeout":
            verdict.timeouts += 1
            verdict.lost_ns += sum(event.set.values())
        elif kind == "touch":
            ((path, state),) = event.set.items()
            verdict.broken = path.removeprefix("object/"), state
        elif kind == "stray":
            verdict.stray_vectors += verdict.jump_ns is not None
        elif kind == "storm":
            storm_ns = _note_storm(verdict, event.t_ns, event.set, storm_ns)
        elif kind in ("call", "own", "return") and verdict.jump_ns is None:
            _note_callback(verdict, kind, event.t_ns, event.set)
        if verdict.jump_ns is not None and kind in ("msi", "lpi", "apic"):
            after.add(event.id)
        found = reading.lay(event.set, event.id, event.t_ns)
        for number in found:
            verdict.wrong.append(Wrong(number, reading.owner[number], event.t_ns, *reading.writer.get(number, ("", 0))))
        if kind == "run":
            _note_run(verdict, event.set.get("running", ""), event.t_ns)
            verdict.dump = event.set.get("dump", verdict.dump)
            if event.set.get("running") in TAKES_OVER:
                nic = [reading.state.get(f"device/eth0/{what}") for what in ("engine", "free")]
                verdict.dry_at_jump = nic == ["running", 0]
            if "death" in event.set:
                verdict.death, verdict.killed_by = Death(event.set["death"]), event.cause or ""
        verdict.end_ns = event.t_ns
    if storm_ns:
        verdict.lost_ns += verdict.end_ns - storm_ns
    _note_tables(verdict, reading, log.start)
    verdict.outcome = _outcome(verdict, reading)
    return verdict


def _note_callback(verdict: Verdict, kind: str, t_ns: int, set: Mapping[str, Any]) -> None:
    """Note that a callback begins, frees frames, or returns. They run one after the other."""
    if kind == "call":
        ((path, name),) = set.items()
        verdict.callbacks.append(Callback(path.split("/")[1], name, t_ns))
    elif verdict.callbacks:
        last = verdict.callbacks[-1]
        if kind == "own":
            last.frames_freed += sum(len(frame_range(path)) for path in set)
        else:
            last.took_ns = t_ns - last.called_ns
            last.driver = set[f"device/{last.device}/driver"]


def _note_storm(verdict: Verdict, t_ns: int, set: Mapping[str, Any], begun: int) -> int:
    """Note that a CPU begins to do nothing but handle interrupts, or comes back; return when it began."""
    if any(path.endswith("/storm") and value for path, value in set.items()):
        verdict.storms += verdict.jump_ns is not None
        return t_ns
    verdict.lost_ns += t_ns - begun
    if verdict.jump_ns is None:  # what the old kernel gave up is not the next one's affair
        return 0
    verdict.line_disabled |= any(path.endswith("/disabled") and value for path, value in set.items())
    verdict.unhandled += sum(value for path, value in set.items() if path.endswith("/unhandled"))
    return 0


def _note_run(verdict: Verdict, running: str, t_ns: int) -> None:
    if running in TAKES_OVER:
        verdict.jump_ns = t_ns
    elif running == "next-kernel":
        verdict.enter_ns = t_ns
    elif running == "userspace":
        verdict.userspace_ns = t_ns


def _count_dma(verdict: Verdict, reading: _Reading, id: str, result: str, frame: int | None) -> None:
    if verdict.jump_ns is None:
        astray = result in ("missed", "faulted") or (result == "landed" and frame not in reading.targets)
        verdict.astray_before_jump += astray
        return
    if not reading.follows_old(id):
        return
    verdict.dma[result] += 1
    verdict.devices[_actor(id)] += 1
    if frame is not None:
        verdict.landed_in[public(reading.owner[frame])] += 1


def _count_lpi(verdict: Verdict, reading: _Reading, t_ns: int, set: Mapping[str, Any], frame: int | None) -> None:
    """Count a pending bit that changed, if the redistributor still follows the old kernel's tables."""
    path, value = next(((p, v) for p, v in set.items() if p.startswith("lpi/")), ("", 0))
    if not path:
        return  # what happened on chip
    _, cpu, intid = path.split("/")
    if reading.state[f"redistributor/{cpu}/programmed-by"] != "old":
        return
    verdict.bits_recorded += value
    if frame is not None and not reading.kept[frame]:
        offset, bit = divmod(int(intid), 8)
        address = reading.state[f"redistributor/{cpu}/pending"] + offset
        verdict.flips.append(Flip(int(cpu), int(intid), address, bit, t_ns))


def _note_tables(verdict: Verdict, reading: _Reading, start: Mapping[str, Any]) -> None:
    """Say what became of the LPI tables, once the next kernel has set the ITS up: of every CPU that is up."""
    state = reading.state
    if state.get("apics/programmed-by") == "next":
        verdict.msi_usable = True
    if state.get("its/programmed-by") != "next":
        return
    paths = [f"redistributor/{cpu}" for cpu in range(CPUS) if state[f"cpu/{cpu}/online"]]
    verdict.msi_usable = all(state[f"{path}/programmed-by"] == "next" for path in paths)
    if not verdict.msi_usable:
        verdict.tables = "stuck"
    else:
        same = all(state[f"{path}/pending"] == start[f"{path}/pending"] for path in paths)
        verdict.tables = "reused" if same else "fresh"


def _outcome(verdict: Verdict, reading: _Reading) -> str:
    """Return the worst that applies."""
    running = reading.state["running"]
    found = {OWNERS[wrong.owner].wrong for wrong in verdict.wrong}
    if running == "hung":
        return "hung"
    if running == "crashed" or "crashed" in found:
        return "crashed"
    if "corrupted" in found:
        return "corrupted"
    if verdict.msi_usable is False or verdict.line_disabled or verdict.lost_ns >= S:
        return "degraded"
    strayed = sum(counts[k] for counts in (verdict.dma, verdict.msi) for k in ("landed", "faulted", "missed"))
    return "harmless" if strayed or verdict.bits_recorded or verdict.stray_vectors or verdict.storms else "clean"
