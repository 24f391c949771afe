"""What happened in a run: found once, in one pass over its log, and taken from here by everybody who shows or judges.

The verdict counts these facts, pictures draw them, and they travel to a page with the log (`Facts.to_data`), so that
nobody decides twice what a leftover write or a flipped bit is. A fact names events by their index in the log and
copies little that the log has.

*Leftover* is what comes, from the jump on, of descriptors, mappings or interrupt programming that the old kernel left.
Whether a frame was hit is not remembered from the write: its owner finds it when it reads, and each reading is an
event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from kexecdoc.model.log import Log, State, frame_range
from kexecdoc.model.scales import FRAMES

STUDY = "eth0"
"""The device under study."""

TAKES_OVER = ("stub", "firmware")
"""What runs from the jump on. In a reboot that is the firmware."""

OFF = ("bypasses", "aborts")
"""What an IOMMU does with writes while it is switched off."""

UNITS = ("smmu", "vtd")
"""The IOMMUs that there are, as a path names them."""

RESULTS = {
    f"{what}.{result}": result for what in ("dma", "msi") for result in ("landed", "missed", "faulted", "stopped")
}
"""Kinds of events in which a device attempts to write, or to send a message, and what becomes of it."""

NOBODY = -1
"""Stands for the writer of a frame where the log names none."""


class Step(NamedTuple):
    """A step of a path: its events are ``first`` and those after it, up to but not including ``end``."""

    name: str
    first: int
    end: int


class Phase(NamedTuple):
    """What runs: ``old-kernel``, ``stub``, ``next-kernel``, ``userspace``, ``hung``. It begins in event ``first``."""

    name: str
    first: int
    t0_ns: int
    t1_ns: int


class Write(NamedTuple):
    """A device's attempt to write, and what became of it: ``landed``, ``missed``, ``faulted`` or ``stopped``.

    ``frame`` is where it landed, and ``owner`` whose that was just then.
    """

    event: int
    device: str
    result: str
    frame: int | None
    owner: str


class Finding(NamedTuple):
    """A frame that its owner found wrong in an event: ``writer`` is the event that last wrote it, or `NOBODY`.

    If the bytes came with a copy, that is the event that wrote the copy's source.
    """

    event: int
    frame: int
    owner: str
    writer: int


class PendingBit(NamedTuple):
    """A pending bit that takes a value in memory: of an INTID, in the table of a CPU that begins at ``base``.

    ``leftover`` if a redistributor changed it after the jump by the old kernel's tables, and a ``flip`` if the memory
    was not kept for that.
    """

    event: int
    cpu: int
    intid: int
    value: int
    base: int
    leftover: bool
    flip: bool

    @property
    def address(self) -> int:
        """The physical address of its byte. [src: gic-pending-bit]"""
        return self.base + self.intid // 8

    @property
    def shift(self) -> int:
        """Which bit of that byte it is."""
        return self.intid % 8


class Wait(NamedTuple):
    """A command that was waited for in vain, and how long."""

    event: int
    lost_ns: int


class Storm(NamedTuple):
    """A time in which a CPU does nothing but handle interrupts. ``last`` is None if it never ends.

    ``unhandled`` and ``disabled`` are what the kernel says at the end of the line that it gives up.
    """

    first: int
    last: int | None
    t0_ns: int
    t1_ns: int
    unhandled: int | None = None
    disabled: bool = False


class Callback(NamedTuple):
    """A driver's callback in the old kernel. ``took_ns`` is None if it did not return.

    ``driver`` is ``none`` if nobody drives the device afterwards: a user of the device has lost it.
    """

    device: str
    name: str
    called_ns: int
    took_ns: int | None = None
    frames_freed: int = 0
    driver: str = "bound"


class Window(NamedTuple):
    """A time from one event to another."""

    t0_ns: int
    t1_ns: int


@dataclass(frozen=True)
class Facts:
    """What a log tells. Whatever is in a list is in the order of the log."""

    log: Log = field(repr=False)
    jump: int | None
    """The first event of what runs after the old kernel; the next three likewise. None for what never happens."""
    entry: int | None
    """The next kernel's first event."""
    userspace: int | None
    """The first event of the next kernel's userspace."""
    death: int | None
    """The event in which the machine dies."""
    end_ns: int
    """When the log ends."""
    steps: Sequence[Step]
    phases: Sequence[Phase]
    devices: Sequence[str]
    """The devices that the old kernel programmed to write."""
    leftovers: Sequence[Write]
    """Leftover writes. They are attempts: not all of them landed."""
    messages: Sequence[Write]
    """Leftover message-signalled interrupts."""
    delivered: Sequence[int]
    """Events in which a CPU acknowledged a leftover message."""
    astray: Sequence[Write]
    """Writes before the jump that did not reach what the driver meant."""
    findings: Sequence[Finding]
    """Frames that their owner found wrong."""
    pending: Sequence[PendingBit]
    """Every change of a pending bit."""
    strays: Sequence[int]
    """Interrupts that the running kernel had not handed out."""
    waits: Sequence[Wait]
    storms: Sequence[Storm]
    callbacks: Sequence[Callback]
    touched: tuple[str, str]
    """The last object that a crashed kernel found ``damaged`` or ``held``, and which of the two; empty if none."""
    dry_at_jump: bool
    """Whether the device under study was left running with no descriptor to write to."""
    iommu_off: Sequence[Window]
    """When the IOMMU is off although the device under study uses I/O virtual addresses."""
    remapped: int | None
    """The event from which on an IOMMU translates for the device under study as the next kernel has mapped it."""
    line: int | None
    """The number of the interrupt line."""
    owners: Sequence[str]
    """Whoever owns a frame at any time."""
    final: State
    """The state at the end: every path but those of frames."""

    def after_jump(self, event: int) -> bool:
        """Return whether an event comes after the jump."""
        return self.jump is not None and event > self.jump

    @property
    def harm(self) -> dict[int, int]:
        """The events that wrote what an owner found wrong, each with the event in which that was found first."""
        harm: dict[int, int] = {}
        for found in self.findings:
            if found.writer != NOBODY:
                harm.setdefault(found.writer, found.event)
        return harm

    @property
    def matters(self) -> int:
        """Return the event that matters most: the first harmful write, or what began the worst loss of time.

        If there is neither it is the jump, or the last event of a machine that never jumps.
        """
        if harm := self.harm:
            return min(harm)
        lost = [(wait.lost_ns, wait.event) for wait in self.waits]
        lost += [(storm.t1_ns - storm.t0_ns, storm.first) for storm in self.storms]
        if lost:
            return max(lost, key=lambda each: each[0])[1]
        return len(self.log) - 1 if self.jump is None else self.jump

    def to_data(self) -> dict[str, Any]:
        """Return what a page needs as plain data, to be drawn beside the log.

        ``i`` is an event's index in the log.
        """
        return {
            "jump": self.jump,
            "entry": self.entry,
            "userspace": self.userspace,
            "steps": [{"name": name, "from": first, "end": end} for name, first, end in self.steps],
            "phases": [{"name": p.name, "from": p.first, "t0": p.t0_ns, "t1": p.t1_ns} for p in self.phases],
            "leftovers": [{"i": w.event, "result": w.result, "frame": w.frame} for w in self.leftovers],
            "astray": [{"i": w.event, "result": w.result} for w in self.astray],
            "spoilt": [{"i": i} for i in dict.fromkeys(found.event for found in self.findings)],
            "harm": [{"i": write, "found": found} for write, found in sorted(self.harm.items())],
            "pending": [
                {"i": p.event, "cpu": p.cpu, "intid": p.intid, "value": p.value, "base": p.base, "flip": p.flip}
                for p in self.pending
            ],
            "strays": [{"i": i} for i in self.strays],
            "waits": [{"i": wait.event, "lost": wait.lost_ns} for wait in self.waits],
            "storms": [{"i": s.first, "t0": s.t0_ns, "t1": s.t1_ns} for s in self.storms],
            "iommu_off": [{"t0": w.t0_ns, "t1": w.t1_ns} for w in self.iommu_off],
            "remapped": self.remapped,
            "line": self.line,
            "owners": list(self.owners),
            "matters": self.matters,
        }


def read(log: Log) -> Facts:
    """Read a log once, from its first event to its last."""
    reader = _Reader(log)
    handlers = {
        # What these set is of no consequence here, and they are half of a log.
        **dict.fromkeys(("arrival", "print", "command"), None),
        **{kind: reader.dma if kind.startswith("dma.") else reader.message for kind in RESULTS},
        "read": reader.found,
        "stray": reader.stray,
    }
    for index, (kind, assignments) in enumerate(zip(log.kind, log.set, strict=True)):
        if (handle := handlers.get(kind, reader.other)) is not None:
            handle(index, kind, assignments)
    return reader.facts()


class _Reader:
    """The facts so far, and the little of the state that they depend on."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._state: State = {}
        self._owner = [""] * FRAMES
        self._writer = [NOBODY] * FRAMES
        self._kept = bytearray(FRAMES)
        self._sources: dict[str | None, str] = {}  # what a message led to after the jump, and whose message it was
        self._gate = next((path for unit in UNITS if (path := f"gate/{STUDY}/{unit}") in log.start), "")
        self._gates: list[tuple[int, str]] = []  # the events that say what the IOMMU does with the device under study
        self._starts: list[tuple[int, str]] = []  # the first event of each step
        self._runs: list[tuple[int, str]] = []  # the first event of all that runs
        self._owners: dict[str, None] = {}
        self._jump: int | None = None
        self._death: int | None = None
        self._leftovers: list[Write] = []
        self._messages: list[Write] = []
        self._delivered: list[int] = []
        self._astray: list[Write] = []
        self._findings: list[Finding] = []
        self._pending: list[PendingBit] = []
        self._strays: list[int] = []
        self._waits: list[Wait] = []
        self._storms: list[Storm] = []
        self._callbacks: list[Callback] = []
        self._touched = ("", "")
        self._dry_at_jump = False
        self._bits: list[str] = []  # pending bits that the event at hand sets
        self._lay(NOBODY, log.start)
        self._devices = [p.split("/")[1] for p in log.start if p.startswith("device/") and p.endswith("/programmed-by")]
        self._targets = {device: self._targets_of(device) for device in self._devices}

    def _targets_of(self, device: str) -> set[int]:
        """Return the frames that the old kernel's driver let a device write."""
        ranges = self._state.get(f"device/{device}/targets", ())
        return {frame for first, last in ranges for frame in range(first, last + 1)}

    def _lay(self, index: int, assignments: Mapping[str, Any]) -> int | None:
        """Lay assignments over the state; return the first frame of which the bytes have changed."""
        wrote: int | None = None
        for path, value in assignments.items():
            if not path.startswith("frame/"):
                self._state[path] = value
                if path.startswith("lpi/"):
                    self._bits.append(path)
                continue
            first, end, what = _frames(path)
            if what == "bytes":
                self._writer[first:end] = [index] * (end - first)
                wrote = first if wrote is None else wrote
            elif what == "owner":
                self._owner[first:end] = [value] * (end - first)
                self._owners[value] = None
            elif what == "kept":
                self._kept[first:end] = bytes([value]) * (end - first)
        return wrote

    def _lay_write(self, index: int, assignments: Mapping[str, Any]) -> int | None:
        """Do the same for a device's write, which as a rule assigns the bytes of one frame and nothing else."""
        if len(assignments) == 1:
            (path,) = assignments
            first, end, what = _frames(path)
            if what == "bytes" and end == first + 1:
                self._writer[first] = index
                return first
        return self._lay(index, assignments)

    def _follows_old(self, device: str) -> bool:
        """Return whether a device follows what the old kernel wrote into it."""
        return bool(self._state.get(f"device/{device}/programmed-by") == "old")

    # -- what happens most often -----------------------------------------------------------------------

    def dma(self, index: int, kind: str, assignments: Mapping[str, Any]) -> None:
        """Read a device's attempt to write."""
        device = self._log.id[index].partition("/")[0]
        frame = self._lay_write(index, assignments) if assignments else None
        if self._jump is not None:
            if self._follows_old(device):
                owner = "" if frame is None else self._owner[frame]
                self._leftovers.append(Write(index, device, RESULTS[kind], frame, owner))
        elif kind != "dma.stopped" and (kind != "dma.landed" or frame not in self._targets.get(device, ())):
            owner = "" if frame is None else self._owner[frame]
            self._astray.append(Write(index, device, RESULTS[kind], frame, owner))
        if self._bits:
            self._note_bits(index, kind, frame)

    def message(self, index: int, kind: str, assignments: Mapping[str, Any]) -> None:
        """Read a device's attempt to send a message."""
        frame = self._lay(index, assignments) if assignments else None
        if self._jump is not None:
            event_id = self._log.id[index]
            self._sources[event_id] = device = event_id.partition("/")[0]
            if self._follows_old(device):
                owner = "" if frame is None else self._owner[frame]
                self._messages.append(Write(index, device, RESULTS[kind], frame, owner))

    def found(self, index: int, kind: str, assignments: Mapping[str, Any]) -> None:
        """Read what an owner found in its frames."""
        for path, value in assignments.items():
            if value == "wrong":
                first, end, _ = _frames(path)
                for frame in range(first, end):
                    self._findings.append(Finding(index, frame, self._owner[frame], self._writer[frame]))

    def stray(self, index: int, kind: str, assignments: Mapping[str, Any]) -> None:
        """Read of an interrupt that nobody had handed out."""
        self._strays.append(index)

    # -- everything else -------------------------------------------------------------------------------

    def other(self, index: int, kind: str, assignments: Mapping[str, Any]) -> None:
        """Read an event of any other kind."""
        before = self._jump is None
        frame = self._lay(index, assignments)
        if self._bits:
            self._note_bits(index, kind, frame)
        if self._gate in assignments:
            self._gates.append((index, assignments[self._gate]))
        if kind in (
            "lpi.recorded",
            "lpi.acknowledged",
            "lpi.held",
            "lpi.evicted",
            "apic.accepted",
            "apic.acknowledged",
        ):
            if not before:
                self._note_delivery(index, kind)
        elif kind == "step":
            self._starts.append((index, assignments["step"]))
        elif kind == "run":
            self._note_run(index, assignments)
        elif kind == "copy":
            self._note_copy(assignments.get("copied", ()))
        elif kind == "timeout":
            self._waits.append(Wait(index, sum(assignments.values())))
        elif kind == "touch":
            ((path, how),) = assignments.items()
            self._touched = path.partition("/")[2], how
        elif kind == "storm":
            self._note_storm(index, assignments)
        elif before and kind in ("call", "own", "return"):
            self._note_callback(index, kind, assignments)

    def _note_bits(self, index: int, kind: str, frame: int | None) -> None:
        """Note pending bits that have changed: by a redistributor, or because somebody wrote over the table."""
        for path in self._bits:
            _, cpu, intid = path.split("/")
            registers = f"redistributor/{cpu}"
            leftover = (
                self._jump is not None
                and kind.startswith("lpi.")
                and self._state[f"{registers}/programmed-by"] == "old"
            )
            flip = leftover and frame is not None and not self._kept[frame]
            value, base = self._state[path], self._state[f"{registers}/pending"]
            self._pending.append(PendingBit(index, int(cpu), int(intid), value, base, leftover, flip))
        self._bits.clear()

    def _note_delivery(self, index: int, kind: str) -> None:
        """Note where a message goes after the jump, and whether a CPU acknowledges it."""
        device = self._sources.get(self._log.cause[index])
        if device is not None:
            self._sources[self._log.id[index]] = device
            if kind.endswith(".acknowledged") and self._follows_old(device):
                self._delivered.append(index)

    def _note_run(self, index: int, assignments: Mapping[str, Any]) -> None:
        """Note that something else runs from here on."""
        running = assignments.get("running")
        if running is None:
            return
        self._runs.append((index, running))
        if "death" in assignments:
            self._death = index
        if running in TAKES_OVER:
            self._jump = index
            engine, free = (self._state.get(f"device/{STUDY}/{what}") for what in ("engine", "free"))
            self._dry_at_jump = (engine, free) == ("running", 0)

    def _note_copy(self, moves: Sequence[Sequence[int]]) -> None:
        """Note that whoever had written a source wrote what is now at its destination."""
        writer = self._writer
        for source, destination, count in moves:
            moved = writer[source : source + count]
            if moved.count(NOBODY) < count:
                for n, by in enumerate(moved):
                    if by != NOBODY:
                        writer[destination + n] = by

    def _note_storm(self, index: int, assignments: Mapping[str, Any]) -> None:
        """Note that a CPU begins to do nothing but handle interrupts, or that it comes back."""
        t_ns = self._log.t_ns[index]
        about = {path.rpartition("/")[2]: value for path, value in assignments.items()}
        if about["storm"]:
            self._storms.append(Storm(index, None, t_ns, self._log.t_ns[-1]))
        else:
            more = {name: about[name] for name in ("unhandled", "disabled") if name in about}
            self._storms[-1] = self._storms[-1]._replace(last=index, t1_ns=t_ns, **more)

    def _note_callback(self, index: int, kind: str, assignments: Mapping[str, Any]) -> None:
        """Note that a callback begins, frees frames, or returns. They run one after the other."""
        t_ns = self._log.t_ns[index]
        if kind == "call":
            ((path, name),) = assignments.items()
            self._callbacks.append(Callback(path.split("/")[1], name, t_ns))
        elif self._callbacks:
            last = self._callbacks[-1]
            if kind == "own":
                freed = sum(end - first for first, end, _ in map(_frames, assignments))
                self._callbacks[-1] = last._replace(frames_freed=last.frames_freed + freed)
            else:
                driver = assignments[f"device/{last.device}/driver"]
                self._callbacks[-1] = last._replace(took_ns=t_ns - last.called_ns, driver=driver)

    # -- the end ---------------------------------------------------------------------------------------

    def facts(self) -> Facts:
        """Return what the log told."""
        times = self._log.t_ns
        end_ns = times[-1] if times else 0
        runs = [(0, str(self._state_at_start("running"))), *self._runs]
        ends = [*(times[first] for first, _ in self._runs), end_ns]
        first_of = {name: first for first, name in reversed(self._runs)}
        lines = [
            path.split("/")[1] for path in self._log.start if path.startswith("line/") and path.endswith("/asserted")
        ]
        return Facts(
            log=self._log,
            jump=self._jump,
            entry=first_of.get("next-kernel"),
            userspace=first_of.get("userspace"),
            death=self._death,
            end_ns=end_ns,
            steps=[Step(name, first, end) for (first, name), (end, _) in pairwise([*self._starts, (len(times), "")])],
            phases=[Phase(name, first, times[first] if n else 0, ends[n]) for n, (first, name) in enumerate(runs)],
            devices=self._devices,
            leftovers=self._leftovers,
            messages=self._messages,
            delivered=self._delivered,
            astray=self._astray,
            findings=self._findings,
            pending=self._pending,
            strays=self._strays,
            waits=self._waits,
            storms=self._storms,
            callbacks=self._callbacks,
            touched=self._touched,
            dry_at_jump=self._dry_at_jump,
            iommu_off=self._iommu_off(end_ns),
            remapped=self._remapped(first_of.get("next-kernel")),
            line=int(lines[0]) if lines else None,
            owners=list(self._owners),
            final=self._state,
        )

    def _state_at_start(self, path: str) -> Any:
        return self._log.start.get(path, "")

    def _iommu_off(self, end_ns: int) -> list[Window]:
        """Return when the IOMMU is off, if it translated at first: else the addresses are no I/O virtual ones."""
        if self._log.start.get(self._gate) != "translates":
            return []
        windows: list[Window] = []
        times = [*(self._log.t_ns[index] for index, _ in self._gates), end_ns]
        for (t0_ns, t1_ns), (_, value) in zip(pairwise(times), self._gates, strict=True):
            if value in OFF:
                windows.append(Window(t0_ns, t1_ns))
        return windows

    def _remapped(self, entry: int | None) -> int | None:
        """Return the first event after the next kernel's entry in which it has an IOMMU translate."""
        if entry is None:
            return None
        return next((index for index, value in self._gates if index > entry and value == "translates"), None)


@lru_cache(maxsize=16_384)
def _frames(path: str) -> tuple[int, int, str]:
    """Return the frames that a path names, as the first and the end of a range, and what it says of them.

    A log names the same paths many times.
    """
    frames = frame_range(path)
    return frames.start, frames.stop, path.rpartition("/")[2]
