"""What the facts of a crossing come to: counts of leftover effects, times, and the outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from kexecdoc.model.death import Death
from kexecdoc.model.owners import OWNERS, public
from kexecdoc.model.scales import CPUS, S
from kexecdoc.reading.facts import NOBODY, Callback, Facts, Finding

OUTCOMES = ("clean", "harmless", "degraded", "corrupted", "crashed", "hung")
"""From the best to the worst; the worst that applies is the outcome."""


class Flip(NamedTuple):
    """One byte that a redistributor changed in memory that was not kept for it."""

    cpu: int
    intid: int
    address: int
    bit: int
    t_ns: int


class Wrong(NamedTuple):
    """A frame that its owner found wrong, and the event that last wrote it: its id, time and kind.

    Where the log names none, the id and the kind are empty.
    """

    frame: int
    owner: str
    t_ns: int
    writer: str
    written_ns: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Times in nanoseconds since the call, None for what never happened; counts of leftover effects."""

    outcome: str
    jump_ns: int | None
    enter_ns: int | None
    userspace_ns: int | None
    end_ns: int
    dma: Counter[str]
    landed_in: Counter[str]
    astray_before_jump: int
    dry_at_jump: bool
    """Whether the device was left running with no descriptor to write to."""
    msi: Counter[str]
    bits_recorded: int
    flips: Sequence[Flip]
    wrong: Sequence[Wrong]
    timeouts: int
    lost_ns: int
    """What commands that timed out took, and storms."""
    storms: int
    line_disabled: bool
    unhandled: int
    stray_vectors: int
    dump: str | None
    death: Death | None
    """What the machine died of."""
    killed_by: str
    """The id of the event that the machine died of."""
    broken: tuple[str, str]
    """The last object that was found damaged, or held, and which of the two."""
    callbacks: Sequence[Callback]
    devices: dict[str, int]
    """Leftover writes and messages that each device attempted."""
    tables: str | None
    msi_usable: bool | None

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


def assess(facts: Facts) -> Assessment:
    """Count the facts, and say how the crossing ended."""
    t_ns = facts.log.t_ns
    dma = Counter(map(attrgetter("result"), facts.leftovers))
    msi = Counter(map(attrgetter("result"), facts.messages))
    msi += Counter(sent=len(facts.messages), delivered=len(facts.delivered))  # what is not there has no entry
    devices = dict.fromkeys(facts.devices, 0)
    for device, count in Counter(map(attrgetter("device"), chain(facts.leftovers, facts.messages))).items():
        devices[device] += count
    landed_in: Counter[str] = Counter()
    for owner, count in Counter(map(attrgetter("owner"), facts.leftovers)).items():
        if owner:
            landed_in[public(owner)] += count
    bits_recorded = sum(bit.value for bit in facts.pending if bit.leftover)
    # What the old kernel gave up before the jump is not the next one's affair.
    storms = [storm for storm in facts.storms if facts.after_jump(storm.first)]
    over = [storm for storm in facts.storms if storm.last is not None and facts.after_jump(storm.last)]
    lost_ns = sum(wait.lost_ns for wait in facts.waits) + sum(storm.t1_ns - storm.t0_ns for storm in facts.storms)
    stray_vectors = sum(map(facts.after_jump, facts.strays))
    tables, msi_usable = _tables(facts)
    line_disabled = any(storm.disabled for storm in over)
    strayed = any(counts[result] for counts in (dma, msi) for result in ("landed", "faulted", "missed"))
    missing = msi_usable is False or line_disabled or lost_ns >= S
    astray = bool(strayed or bits_recorded or stray_vectors or storms)
    return Assessment(
        outcome=_outcome(facts, missing=missing, astray=astray),
        jump_ns=None if facts.jump is None else t_ns[facts.jump],
        enter_ns=None if facts.entry is None else t_ns[facts.entry],
        userspace_ns=None if facts.userspace is None else t_ns[facts.userspace],
        end_ns=facts.end_ns,
        dma=dma,
        landed_in=landed_in,
        astray_before_jump=len(facts.astray),
        dry_at_jump=facts.dry_at_jump,
        msi=msi,
        bits_recorded=bits_recorded,
        flips=[Flip(bit.cpu, bit.intid, bit.address, bit.shift, t_ns[bit.event]) for bit in facts.pending if bit.flip],
        wrong=[_wrong(facts, found) for found in facts.findings],
        timeouts=len(facts.waits),
        lost_ns=lost_ns,
        storms=len(storms),
        line_disabled=line_disabled,
        unhandled=sum(storm.unhandled or 0 for storm in over),
        stray_vectors=stray_vectors,
        dump=facts.final.get("dump"),
        death=None if facts.death is None else Death(facts.final["death"]),
        killed_by="" if facts.death is None else facts.log.cause[facts.death] or "",
        broken=facts.touched,
        callbacks=facts.callbacks,
        devices=devices,
        tables=tables,
        msi_usable=msi_usable,
    )


def _wrong(facts: Facts, found: Finding) -> Wrong:
    t_ns, by = facts.log.t_ns, found.writer
    if by == NOBODY:
        return Wrong(found.frame, found.owner, t_ns[found.event], "", 0, "")
    return Wrong(found.frame, found.owner, t_ns[found.event], facts.log.id[by], t_ns[by], facts.log.kind[by])


def _tables(facts: Facts) -> tuple[str | None, bool | None]:
    """Return what became of the LPI tables, and whether messages reach every CPU that is up.

    Both are None until the next kernel has set the interrupt controller up.
    """
    state, start = facts.final, facts.log.start
    if state.get("apics/programmed-by") == "next":
        return None, True
    if state.get("its/programmed-by") != "next":
        return None, None
    paths = [f"redistributor/{cpu}" for cpu in range(CPUS) if state[f"cpu/{cpu}/online"]]
    if any(state[f"{path}/programmed-by"] != "next" for path in paths):
        return "stuck", False
    same = all(state[f"{path}/pending"] == start[f"{path}/pending"] for path in paths)
    return "reused" if same else "fresh", True


def _outcome(facts: Facts, *, missing: bool, astray: bool) -> str:
    """Return the worst that applies."""
    running = facts.final["running"]
    found = {OWNERS[found.owner].wrong for found in facts.findings}
    if running == "hung":
        return "hung"
    if running == "crashed" or "crashed" in found:
        return "crashed"
    if "corrupted" in found:
        return "corrupted"
    if missing:
        return "degraded"
    return "harmless" if astray else "clean"
