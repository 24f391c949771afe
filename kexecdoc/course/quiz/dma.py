"""Chapter 2: DMA that outlives its kernel. How long a ring lasts, how much it can write, and what it may hit."""

from __future__ import annotations

from itertools import product

from kexecdoc.course.quiz.answers import Mistake, Number, Numbers
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import CrossCheck, Problem, count_within
from kexecdoc.course.quiz.steps import before_probe, listed, ms, summed
from kexecdoc.crossing import simulate
from kexecdoc.model.kernel.boot import EARLY_ALLOCATIONS
from kexecdoc.model.kernel.image import SEGMENTS
from kexecdoc.model.kernel.old import FIRMWARE_FRAMES
from kexecdoc.model.machine.memory import natural
from kexecdoc.model.scales import BUFFER_BLOCK_FRAMES, BUFFER_BYTES, COPY, DESCRIPTOR_BYTES, FRAME, FRAMES, MS, S
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run
from kexecdoc.study.closed_forms import COMMON_FRAMES, probe_ns, ring_dry_ns, ring_writes

RINGS = (32, 48, 64, 96, 128, 160, 192, 256, 320, 384, 448, 512)


def _short_ring(draw: ProblemDraws) -> Scenario:
    """Draw a ring that runs dry well before the image is copied, so that no damaged code has run by then."""
    ring = draw.among(RINGS, "ring")
    traffic = round(ring * 1000 / draw.between(6, 36, "milliseconds"), -2)
    traffic = int(min(max(traffic, 1000), 20_000))
    left = {"quiesce": "none", "clear-bus-master": "no"}
    return Scenario.of({**left, "ring-size": ring, "traffic": traffic, "seed": draw.seed})


def _story(s: Scenario) -> str:
    return (
        f"An ordinary kexec. Nothing stops a network card: neither its driver nor the Bus Master bit. {s.traffic:,} "
        f"packets a second come in. At the jump all of its {s.ring_size:,} descriptors are posted, and nobody posts "
        "one from then on."
    )


def ring_dry(draw: ProblemDraws) -> Problem:
    """Ask how long a ring lasts if nobody refills it."""
    s = _short_ring(draw)
    dry = ring_dry_ns(s.ring_size, s.traffic)
    period = S / s.traffic
    run = simulate(s)
    last = _after_jump(run, "eth0/buffer:")[-1] - (run.verdict.jump_ns or 0)
    slack = 6 * period * (s.ring_size / 12) ** 0.5 + 2 * period
    return Problem(
        scenario=s,
        given=(_story(s),),
        question="How many milliseconds after the jump is the ring dry?",
        answer=Numbers(
            (Number("time", dry / MS, "ms", within=dry / MS / 50),),
            (
                Mistake((2 * dry / MS,), "a packet makes two writes, but it uses up one descriptor."),
                Mistake((dry / MS / 2,), "a packet uses up one descriptor, though it makes two writes."),
                Mistake((ring_dry_ns(256, s.traffic) / MS,), f"256 is the default; this ring has {s.ring_size}."),
                Mistake((COPY / MS,), "that is how long the copying of the image takes, whatever the device does."),
                Mistake((dry / S,), "that is in seconds."),
            ),
            "divide the descriptors by the packets a second.",
        ),
        working=(
            f"{s.ring_size} descriptors, one a packet, at {s.traffic:,} packets a second: {s.ring_size} / "
            f"{s.traffic:,} s = {dry / MS:.2f} ms. With no descriptor posted the device writes no more "
            "[src: ring-runs-dry].",
            f"The image is copied in {COPY // MS} ms here. What was written into a page before it was copied there is "
            "overwritten; what comes later stays [src: relocate-kernel].",
        ),
        cross_check=CrossCheck(
            f"{dry / MS:.2f} ms",
            f"the last packet is written after {last / MS:.2f} ms",
            abs(last - dry) <= slack,
            f"The gaps between packets are drawn, so the machine may be off by {slack / MS:.1f} ms, and no more.",
        ),
        look=("log", "The last event eth0/buffer:... after stub/jump:0; t_ns counts from the call, not from the jump."),
    )


def _after_jump(run: Run, prefix: str) -> list[int]:
    """Return when writes whose ids begin with ``prefix`` landed after the jump, in ns."""
    jump = run.verdict.jump_ns or 0
    return [e.t_ns for e in run.log if e.kind == "dma.landed" and e.id.startswith(prefix) and e.t_ns > jump]


def most_writes(draw: ProblemDraws) -> Problem:
    """Ask how many writes a ring can make at most."""
    s = _short_ring(draw).but(next_driver=draw.among(("resets", "trusts", "absent"), "next driver"))
    most = ring_writes(s.ring_size)
    landed = simulate(s).verdict.dma["landed"]
    return Problem(
        scenario=s,
        given=(_story(s),),
        question="How many writes into memory can the card still make after the jump, at most?",
        answer=Numbers(
            (Number("writes", most),),
            (
                Mistake((s.ring_size,), "each packet makes two writes: its buffer, and its descriptor back."),
                Mistake((0,), "a card needs no driver to go on: it follows what is in its registers."),
                Mistake((4 * s.ring_size,), "a packet fits one buffer here, and one descriptor says so."),
                Mistake((s.traffic,), "traffic says how fast it goes, not how far: the ring ends it."),
                Mistake((2 * s.traffic,), "traffic says how fast it goes, not how far: the ring ends it."),
            ),
            "count the descriptors, and what each packet writes.",
        ),
        working=(
            f"Each packet writes its buffer, and then its descriptor back: {s.ring_size} × 2 = {most:,}. Then no "
            "descriptor is posted, and the card writes no more [src: ring-runs-dry].",
            "Descriptors lie in other pages than buffers. So the bound on what can be hit is the bound on both. What "
            "the next driver does comes too late to matter: this ring is dry before that.",
        ),
        cross_check=CrossCheck(
            f"at most {most:,}",
            f"{landed:,} landed",
            most - 2 <= landed <= most,
            "A packet that comes in the microseconds in which the old kernel has interrupts masked is one less.",
        ),
        look=("text", "The line DMA counts what landed."),
    )


def held_back(draw: ProblemDraws) -> Problem:
    """Ask how often a device tries to write while Bus Master is clear: its ring does not limit that."""
    ring = draw.among((8, 16, 24, 32, 48), "ring")
    traffic = draw.between(10, 60, "traffic") * 50
    loader = draw.among(("file", "user"), "loader")
    firmware = draw.among(("efi", "devicetree"), "firmware")
    values = {"quiesce": "none", "ring-size": ring, "traffic": traffic, "loader": loader, "firmware": firmware}
    s = Scenario.of({**values, "seed": draw.seed})
    steps = before_probe(s)
    until = sum(ns for _, ns in steps)
    expected = traffic * until / S
    stopped = simulate(s).verdict.dma["stopped"]
    held = count_within(expected, stopped, expected)
    return Problem(
        scenario=s,
        given=(
            f"An ordinary kexec. Nothing stops a network card but the PCI core, which clears its Bus Master bit. "
            f"{traffic:,} packets a second come in, and {ring} descriptors are posted.",
            f"From the jump on it takes {listed(steps)}; and then the next driver resets the card.",
        ),
        question="How often, about, does the card want to write between the jump and that reset?",
        answer=Numbers(
            (Number("attempts", round(expected), within=max(3, expected / 25)),),
            (
                Mistake((2 * ring,), "what is held back uses up no descriptor, so the ring does not end it."),
                Mistake((ring,), "what is held back uses up no descriptor, so the ring does not end it."),
                Mistake((2 * expected,), "a packet that cannot be written is held back before its descriptor is."),
                Mistake((0,), "a clear bit keeps writes in; the engine behind it runs on [src: bus-master]."),
                Mistake(
                    (traffic * COPY / S,), "that is the copying alone: the bit stays clear until the driver's probe."
                ),
            ),
            "add up the times, and multiply by the packets a second.",
        ),
        working=(
            f"{summed(steps)} until the reset.",
            f"{traffic:,} a second × {ms(until)} ms = {expected:.0f} attempts, once for each packet, and none of "
            "them leaves the card [src: bus-master].",
            "The engine was never stopped. If the next driver set the bit before it reset the card, the ring would go "
            "on.",
        ),
        cross_check=held if probe_ns(s) == until else CrossCheck(f"{until} ns", f"{probe_ns(s)} ns", False),
        look=("json", "dma.stopped_by_bus_master"),
    )


# -- how likely a hit is ---------------------------------------------------------------------------

OWNERS = {
    "next-text": "its text",
    "next-data": "its data",
    "next-initramfs": "its initramfs",
    "page-tables": "its first page tables",
    "page-metadata": "its page metadata",
    "per-cpu": "its per-CPU data",
}


def hit_share(draw: ProblemDraws) -> Problem:
    """Ask how likely it is that a block of buffers overlaps a part of the next kernel."""
    ring = draw.among((32, 64, 96, 128), "ring")
    name = draw.among(sorted(OWNERS), "owner")
    what, count = OWNERS[name], dict((*SEGMENTS, *EARLY_ALLOCATIONS))[name]
    frames = min(ring * BUFFER_BYTES // FRAME, BUFFER_BLOCK_FRAMES)
    step = min(natural(frames), 16)
    share = 100 * (count + frames - step) / COMMON_FRAMES
    counted = 100 * _counted(frames, count)
    s = Scenario.of({"quiesce": "none", "clear-bus-master": "no", "ring-size": ring, "seed": draw.seed})
    return Problem(
        scenario=s,
        given=(
            f"A network card is left running with {ring} buffers of {BUFFER_BYTES // 1024} KiB, in one block of "
            f"{frames} frames of 4 KiB. The block begins at a multiple of {natural(frames)} frames. The next kernel "
            f"puts {what}, {count} frames, at a multiple of 16. Each of the two lies anywhere among {COMMON_FRAMES:,} "
            "frames, one place as likely as another.",
        ),
        question="In what share of such machines do the two have a frame in common, in percent?",
        answer=Numbers(
            (Number("share", round(share, 2), "%", within=0.06),),
            (
                Mistake(
                    (100 * frames / COMMON_FRAMES,), "that is the block alone; its target is wider than one frame."
                ),
                Mistake((100 * count / COMMON_FRAMES,), "that takes the block for a point: it may also begin before."),
                Mistake((100 * (count + frames) / COMMON_FRAMES,), f"blocks begin at multiples of {step} frames only."),
                Mistake(
                    (100 * (count + frames - 1) / COMMON_FRAMES,), f"blocks begin at multiples of {step} frames only."
                ),
                Mistake((100 * count / FRAMES,), "not all of memory can hold a buffer or a destination."),
            ),
            "ask how far apart the two may begin and still overlap.",
        ),
        working=(
            f"They overlap if the block begins less than {frames} frames before the other's first frame, or less than "
            f"{count} behind it. In steps of {step} those are ({count} + {frames} − {step}) / {step} = "
            f"{(count + frames - step) // step} distances.",
            f"Each has a chance of {step} / {COMMON_FRAMES:,}, so together {count + frames - step} / "
            f"{COMMON_FRAMES:,} = {share:.2f} %. Nothing in the image records which pages a device may still write "
            "[src: kimage].",
            f"A ring of {ring} descriptors of {DESCRIPTOR_BYTES} bytes is one frame more, somewhere else: a second "
            "chance.",
        ),
        cross_check=CrossCheck(
            f"{share:.2f} %",
            f"{counted:.2f} %",
            abs(share - counted) < share / 10,
            "Near the ends of memory there are fewer neighbours, which the fraction leaves out.",
            "Of all pairs of places, counted one by one",
        ),
        look=("text", "Its share is that of all that a ring may hit, and not only of this."),
        command=f"kexecdoc sweep --quiesce none --clear-bus-master no --ring-size {ring} --seeds 100",
    )


def _counted(frames: int, count: int) -> float:
    """Return the share of all pairs of places in which two blocks overlap. The firmware's frames are no place."""
    begins = range(FIRMWARE_FRAMES, FRAMES - frames + 1, natural(frames))
    others = range(FIRMWARE_FRAMES, FRAMES - count + 1, 16)
    hits = sum(a < b + count and b < a + frames for a, b in product(begins, others))
    return hits / (len(begins) * len(others))


KINDS = (ring_dry, most_writes, held_back, hit_share)
