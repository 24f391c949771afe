"""Chapter 11: letting devices run on. Who owns a frame under Kexec HandOver, and what a handover does not change."""

from __future__ import annotations

from kexecdoc.course.quiz.answers import Choice, Option
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import Problem, must_equal
from kexecdoc.crossing import Crossing, simulate
from kexecdoc.model.machine.memory import Memory
from kexecdoc.model.scales import FRAME, FRAMES, RAM_BASE
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading import rules
from kexecdoc.reading.run import Run

OWNERS = {
    "preserved": "yes: the frame is preserved, so it is still whose it was",
    "scratch": "no: the next kernel's image, or what it allocates first, lies there",
    "free": "no: it is ordinary memory, which the next kernel gives to somebody later",
    "hole": "no: there is no RAM at that address",
}


def may_it_be_written(draw: ProblemDraws) -> Problem:
    """Ask whether a device may still write to an address after the jump."""
    s = Scenario.of({"handover": "kho", "seed": draw.seed})
    crossing = Crossing(s)
    reservations, image = crossing.old.reservations, crossing.old.image
    scratch, preserved = reservations.scratch, reservations.preserved
    used = range(scratch.start, scratch.start + len(image.destinations))
    kind = draw.among(list(OWNERS), "kind")
    frame = _frame(kind, draw, preserved, used, crossing)
    address = RAM_BASE + frame * FRAME + draw.between(0, FRAME // 64 - 1, "offset") * 64
    run = crossing.finish()
    crossing.computer.memory.release()
    options = [
        Option(words, _why_owner(other, kind, preserved, used), other == kind) for other, words in OWNERS.items()
    ]
    return Problem(
        scenario=s,
        given=(
            f"A kernel hands memory over (KHO). RAM is from {RAM_BASE:#x} to {RAM_BASE + FRAMES * FRAME - 1:#x}. "
            f"Preserved is {_bytes(preserved)}. Scratch memory is {_bytes(scratch)}, and the next kernel's "
            f"image goes to its beginning, up to {_end(used)}.",
        ),
        question=f"A device goes on writing at {address:#x} after the jump. Is that legitimate?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=(
            f"{_located(address)} Preserved are frames {preserved.start} to {preserved.stop - 1}, scratch is "
            f"{scratch.start} to {scratch.stop - 1}, and RAM is 0 to {FRAMES - 1}.",
            "Preserved pages stay as they are, at the same addresses, and are kept out of the next kernel's "
            "allocator. Scratch is where it starts, and only there does it allocate until it knows what is preserved "
            "[src: kho]. Any other page is as dangerous as ever.",
            "In 7.3 memory can be preserved so, and no PCI device: a series for that was under review in 2026 "
            "[src: pci-liveupdate].",
        ),
        cross_check=must_equal(kind, _owner_of(run, frame), OWNERS),
        look=("log", f"frame/.../owner for frame {frame} when the next kernel has made its first allocations."),
    )


def _frame(kind: str, draw: ProblemDraws, preserved: range, used: range, crossing: Crossing) -> int:
    """Draw a frame of a kind near the border of its range, where off-by-one mistakes show."""
    near = draw.between(0, 3, "near")
    if kind == "preserved":
        return draw.among((preserved.start + near, preserved.stop - 1 - near), "end")
    if kind == "scratch":
        return draw.among((used.start + near, used.stop - 1 - near), "end")
    if kind == "hole":
        return draw.among((FRAMES + near, -1 - near, FRAMES + 64 * near), "end")
    free = set(crossing.computer.memory.owned_by("old", "dma-buffer", "image")) - set(crossing.old.reservations.scratch)
    outside = [
        preserved.start - 1 - near,
        preserved.stop + near,
        used.start - 1 - near,
        crossing.old.reservations.scratch.stop + near,
    ]
    fits = [frame for frame in outside if frame in free]
    return draw.among(fits or sorted(free), "outside")


def _located(address: int) -> str:
    """Return the arithmetic from an address to its frame, in words."""
    if address < RAM_BASE:
        return f"{address:#x} lies before the beginning of RAM."
    frame, offset = divmod(address - RAM_BASE, FRAME)
    return f"{address:#x} − {RAM_BASE:#x} = {frame} × {FRAME} + {offset}: it would be frame {frame}."


def _bytes(frames: range) -> str:
    return f"{RAM_BASE + frames.start * FRAME:#x} to {_end(frames)}"


def _end(frames: range) -> str:
    return f"{RAM_BASE + frames.stop * FRAME - 1:#x}"


def _owner_of(run: Run, frame: int) -> str:
    """Return the key of `OWNERS` for a frame after the next kernel's first allocations."""
    if Memory.frame(RAM_BASE + frame * FRAME) is None:
        return "hole"
    after = next(e.t_ns for e in run.log if e.id == "next/free-pool:0")
    owner = run.at(after)[f"frame/{frame}/owner"]
    if owner == "preserved":
        return "preserved"
    return "free" if owner == "next-free" else "scratch"


def _why_owner(other: str, kind: str, preserved: range, used: range) -> str:
    """Return why a frame has that owner, or why it does not."""
    if other == kind:
        return {
            "preserved": "KHO tracks this page, and the next kernel keeps off it [src: kho].",
            "scratch": "the image's destinations are in scratch memory, where no DMA buffer ever was [src: kho].",
            "free": "nothing records that a device writes there, and KHO quiets no device [src: kho].",
            "hole": "it lies outside of RAM.",
        }[kind]
    if other == "free":
        return {
            "preserved": "the next kernel's allocator keeps off preserved memory, and this is some [src: kho].",
            "scratch": "the image goes there first, before anything is given to anybody.",
            "hole": "there is no memory there that could be given to anybody.",
        }[kind]
    return {
        "preserved": f"preserved is {_bytes(preserved)}, and it lies outside of that.",
        "scratch": f"the image goes to {_bytes(used)}, and it lies outside of that.",
        "hole": f"RAM is {_bytes(range(FRAMES))}, and it lies inside of that.",
    }[other]


# -- what can be hit -------------------------------------------------------------------------------

HIT = {
    "stopped": "nothing: the driver's shutdown callback has stopped it",
    "held": "nothing before the next driver's probe: Bus Master is clear",
    "free": "memory that is free at that time, and nothing that the next kernel uses",
    "later": "memory that is free at first, and that userspace gets later",
    "all": "anything, the next kernel's text and first page tables included",
}


def hit(s: Scenario) -> str:
    """Return the key of `HIT`: the worst that a device can hit under a handover.

    The image and the early allocations are in scratch memory, which holds no buffer; other memory is ordinary. Devices
    get their normal shutdown. [src: kho]
    """
    if rules.engine_stopped(s):
        return "stopped"
    if rules.held_back(s):
        return "held"
    return "later" if s.dma == "cyclic" and s.next_driver != "resets" else "free"


def what_can_be_hit(draw: ProblemDraws) -> Problem:
    """Ask what a device can still corrupt when memory is handed over."""
    kind = draw.among(("stopped", "held", "free", "free", "later"), "fate")
    ends: tuple[dict[str, str], ...] = (
        {"quiesce": "none"},
        {"shutdown-callback": "missing"},
        {"shutdown-callback": "incomplete"},
    )
    loose = ({"clear-bus-master": "no"}, {"power-state": "unknown"}, {"obeys-bus-master": "no"})
    values: dict[str, object] = {"dma": draw.among(("ring", "cyclic"), "dma")}
    if kind == "stopped":
        values |= draw.among(({"clear-bus-master": "no"}, {"obeys-bus-master": "no"}, {"quiesce": "remove"}), "stop")
    else:
        values |= draw.among(ends, "end")
    if kind in ("free", "later"):
        values |= draw.among(loose, "loose")
    if kind == "later":
        values |= {"dma": "cyclic", "next-driver": draw.among(("absent", "trusts"), "driver")}
    traffic = draw.among((500, 1000, 2000), "traffic")
    s = Scenario.of({"handover": "kho", **values, "traffic": traffic, "seed": draw.seed})
    fate = hit(s)
    options = [Option(words, _why_hit(other, fate, s), other == fate) for other, words in HIT.items()]
    device = "a ring of 256 descriptors" if s.dma == "ring" else "one buffer, which it writes round and round"
    driver = {"resets": "resets the device", "trusts": "believes what it finds", "absent": "does not exist"}[
        s.next_driver
    ]
    return Problem(
        scenario=s,
        given=(
            f"A kernel hands memory over (KHO) and jumps. A device has {device}, in memory that is not preserved; "
            f"{traffic:,} arrivals a second. The next kernel's driver for it {driver}.",
        ),
        question="What of the next kernel's can the device still spoil, at worst?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=(
            "KHO does not quiet a device: device_shutdown() runs as ever, and the PCI core clears Bus Master "
            "[src: pci-device-shutdown].",
            "But the image goes to scratch memory, and the early allocations come from there. Scratch holds movable "
            "pages only, so no driver's buffer lies in it [src: kho]. What a device that runs on can hit is the rest.",
        ),
        cross_check=must_equal(fate, _hit_of(simulate(s)), HIT),
        look=("json", "dma and dma.landed_in: owners as the frames were at that moment"),
    )


def _hit_of(run: Run) -> str:
    """Return the key of `HIT` by the log: ``later`` if a write landed after userspace was given its memory."""
    v = run.verdict
    if not v.dma:
        return "stopped"
    if set(v.dma) == {"stopped"}:
        return "held"
    if set(v.landed_in) & {"next-text", "next-tables", "next-initramfs", "preserved"}:
        return "all"
    late = v.userspace_ns is not None and any(e.kind == "dma.landed" and e.t_ns > v.userspace_ns for e in run.log)
    return "later" if late else "free"


QUIET_BECAUSE = {
    "held": "there is nothing to hold back",
    "free": "not even that",
    "later": "it is quiet by then, and long before",
    "all": "those lie in scratch memory, and it is quiet anyway",
}
"""Why a device that is quiet from the jump on does not do the rest of `HIT`."""


def _why_hit(other: str, fate: str, s: Scenario) -> str:
    if other == fate:
        return {
            "stopped": "a handover changes nothing of that: the callback is called as ever [src: kho].",
            "held": "the PCI core clears the bit on every kexec, with or without a handover "
            "[src: pci-device-shutdown].",
            "free": "the image and the first allocations are where no buffer was [src: kho], and the writes end "
            "before userspace "
            + ("takes its memory: the ring is dry." if s.next_driver != "resets" else "takes its memory."),
            "later": "nobody stops it, so it still writes when userspace has been given that memory.",
        }[fate]
    if fate == "stopped":
        return f"{QUIET_BECAUSE[other]}: the driver stops the engine, and devices get their normal shutdown [src: kho]."
    if other == "stopped":
        return f"the engine runs on, for {rules.why_runs(s)}; a handover stops no device [src: kho]."
    if fate == "held":
        return (
            f"{QUIET_BECAUSE[other]}: the PCI core clears Bus Master here as well, and the device obeys "
            "[src: pci-device-shutdown]."
        )
    if other == "held":
        return f"{rules.why_open(s)}."
    if other == "all":
        return "those lie in scratch memory, which never held a driver's buffer [src: kho]."
    if other == "later":
        if s.next_driver == "resets":
            return "the next driver resets the device before there is a userspace."
        return "a ring that nobody refills is dry before there is a userspace [src: ring-runs-dry]."
    return "it goes on after userspace has been given memory: nobody resets it, and its buffer has no end."


# -- the digest ------------------------------------------------------------------------------------

CHECKED = {
    "user": "yes: by the purgatory that kexec-tools put into the image",
    "kernel": "yes: by the purgatory that the kernel put into the image",
    "direct": "no: the stub enters the next kernel without a purgatory",
    "handover": "no: with a handover the digest is left out",
}


def checked(s: Scenario) -> str:
    """Return the key of `CHECKED`: who checks the image's digest, if it is checked. [src: purgatory]"""
    if s.handover == "kho" and s.path == "kexec":
        return "handover" if s.machine == "x86" else "direct"
    if s.loader == "user":
        return "user"
    return "kernel" if s.machine == "x86" else "direct"


def is_it_checked(draw: ProblemDraws) -> Problem:
    """Ask whether the image is checked before it is entered."""
    machine = draw.among(("arm64", "x86"), "machine")
    handover = draw.among(("none", "none", "kho"), "handover")
    loader = "file" if handover == "kho" else draw.among(("file", "user"), "loader")
    path = "kexec" if handover == "kho" else draw.among(("kexec", "kexec", "panic"), "path")
    kernels = ("7.3",) if handover == "kho" else ("6.12", "6.1", "5.10")
    kernel = draw.among(kernels if (machine, loader) == ("x86", "file") else ("7.3", *kernels), "kernel")
    values = {"machine": machine, "handover": handover, "loader": loader, "path": path, "kernel": kernel}
    s = Scenario.of({**values, "seed": draw.seed})
    who = checked(s)
    options = [Option(words, _why_checked(other, who, s), other == who) for other, words in CHECKED.items()]
    call = {"file": "kexec_file_load(2)", "user": "kexec-tools and kexec_load(2)"}[loader]
    over = " Memory is handed over (KHO)." if handover == "kho" else ""
    way = {"kexec": "an ordinary kexec", "panic": "a capture kernel, and then a panic"}[path]
    ran = any(e.set.get("step") == "jump/digest" for e in simulate(s).log)
    return Problem(
        scenario=s,
        given=(f"{way[0].upper()}{way[1:]} of v{kernel} on {machine}. The image was loaded by {call}.{over}",),
        question="Is a digest of the image checked before the next kernel is entered?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=(
            "Purgatory runs between the two kernels, and compares a SHA-256 digest of the segments; if they differ it "
            "loops for ever. kexec-tools always brings one; kexec_file_load brings one on x86, and on arm64 enters "
            "the kernel directly [src: purgatory].",
            "It finds what was written into the image before the check, and nothing that comes later. With a handover "
            "all destinations are in scratch memory, which held no buffer of a driver's, so there is nothing to look "
            "for; 7.3 leaves the digest out as well where every segment fits contiguous memory and nothing is copied "
            "[src: purgatory].",
        ),
        cross_check=must_equal(who in ("user", "kernel"), ran, {"True": "checked", "False": "not checked"}),
        look=("log", "The step jump/digest is there, or is not."),
    )


def _why_checked(other: str, who: str, s: Scenario) -> str:
    if other == who:
        return {
            "user": "kexec-tools computes the digest when it loads the image [src: purgatory].",
            "kernel": "on x86 kexec_file_load computes the digest when it loads the image [src: purgatory].",
            "direct": "on arm64 kexec_file_load has no purgatory [src: purgatory].",
            "handover": "the destinations never held a driver's buffer, and the checksum is skipped [src: purgatory].",
        }[who]
    if other == "user":
        return "this image was not loaded by kexec-tools."
    if other == "handover":
        if s.handover == "none":
            return "nothing is handed over here."
        return "on arm64 there is no purgatory that could check one, handover or not [src: purgatory]."
    if other == "kernel":
        if s.loader == "user":
            return (
                "the kernel makes a purgatory for images that it loads itself; kexec_load gets one from kexec-tools "
                "[src: purgatory]."
            )
        if s.machine == "arm64":
            return "on arm64 the kernel makes no purgatory: the stub enters the next kernel directly [src: purgatory]."
        return "where all destinations are in scratch memory, the kernel leaves the checksum out [src: purgatory]."
    if who == "handover":
        return "on x86 there is a purgatory all the same; it is given nothing to check [src: purgatory]."
    return "this image has a purgatory in it, which runs before the next kernel [src: purgatory]."


KINDS = (may_it_be_written, what_can_be_hit, is_it_checked)
