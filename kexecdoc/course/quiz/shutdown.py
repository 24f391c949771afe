"""Chapter 3: shutdown or remove? What each callback stops, frees and costs."""

from __future__ import annotations

from itertools import product

from kexecdoc.course.quiz.answers import Choice, Mistake, Number, Numbers, in_words, parts_options, sentence
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import Problem, must_equal
from kexecdoc.course.quiz.steps import listed, ms, summed
from kexecdoc.crossing import simulate
from kexecdoc.model.scales import (
    BUFFER_BYTES,
    CPU_DOWN,
    CPUS,
    CYCLIC_BYTES,
    DESCRIPTOR_BYTES,
    DRIVER_REMOVE,
    DRIVER_SHUTDOWN,
    FRAME,
    FUNCTION_SHUTDOWN,
    MASKED_BEFORE_STUB,
    MS,
    NOTIFIERS,
    SHORT_STEP,
)
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading import rules
from kexecdoc.reading.run import Run
from kexecdoc.registries.versions import Versions

ENDS = (
    {"quiesce": "none"},
    {"quiesce": "remove"},
    {"shutdown-callback": "works"},
    {"shutdown-callback": "missing"},
    {"shutdown-callback": "incomplete"},
)
"""What happens to the device's driver."""

State = tuple[bool, bool, bool]
"""A device at the jump: whether its engine runs, whether it may interrupt, and whether Bus Master is set."""

PARTS = ("the DMA engine runs", "the interrupt is on", "Bus Master is set")
OFF = ("the DMA engine is stopped", "the interrupt is off", "Bus Master is clear")


def left_on(draw: ProblemDraws) -> Problem:
    """Ask which parts of a device are still on at the jump."""
    clear, power = draw.among((("yes", "known"), ("no", "known"), ("yes", "unknown")), "bit")
    s = Scenario.of(
        {
            **draw.among(ENDS, "end"),
            "clear-bus-master": clear,
            "power-state": power,
            "interrupt": draw.among(("msi", "intx"), "interrupt"),
            "obeys-bus-master": draw.among(("yes", "yes", "no"), "obeys"),
            "seed": draw.seed,
        }
    )
    ruled = (not rules.engine_stopped(s), not rules.interrupt_silenced(s), not rules.bit_cleared(s))
    reasons = (rules.why_engine(s), _why_interrupt(s), rules.why_bit(s))
    options = parts_options(PARTS, OFF, ruled, reasons, "each of the three is switched on its own.")
    return Problem(
        scenario=s,
        given=("An ordinary kexec. A device's state at the jump is three things, each of which is on or off.",),
        question="What is the device's state when the stub begins?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=tuple(
            f"{what}: {why}." for what, why in zip(("Engine", "Interrupt", "Bus Master"), reasons, strict=True)
        ),
        cross_check=must_equal(in_words(PARTS, OFF, ruled), in_words(PARTS, OFF, _at_jump(simulate(s)))),
        look=(
            "log",
            "Lay start and every set up to stub/jump:0 over each other: device/eth0/... and gate/eth0/bus-master.",
        ),
    )


def _at_jump(run: Run) -> State:
    state = run.at(run.verdict.jump_ns)
    interrupt = state["device/eth0/" + run.scenario.interrupt] == "enabled"
    return state["device/eth0/engine"] == "running", interrupt, bool(state["gate/eth0/bus-master"])


def _why_interrupt(s: Scenario) -> str:
    if s.quiesce == "remove":
        return "remove switches the interrupt off, since it is about to free the handler [src: pci-h]"
    if rules.interrupt_silenced(s):
        half = ", the one thing that it does" if s.shutdown_callback == "incomplete" else ""
        return f"the shutdown callback switches the interrupt off{half}"
    return (
        f"nobody switches the interrupt off, for {rules.why_runs(s)}; "
        "since v4.12 the PCI core does not either [src: pci-device-shutdown]"
    )


# -- what it costs ---------------------------------------------------------------------------------


def time_to_jump(draw: ProblemDraws) -> Problem:
    """Ask how long it takes from the call to the jump."""
    s = Scenario.of(
        {
            **draw.among(ENDS, "end"),
            "quiesce-disk": draw.among(("shutdown", "remove"), "disk"),
            "line-shared": draw.among(("no", "yes"), "usb"),
            "kernel": draw.among(("7.3", "6.12", "6.1", "5.10"), "kernel"),
            "seed": draw.seed,
        }
    )
    steps = _steps(s)
    total = sum(ns for _, ns in steps)
    devices = 3 if s.line_shared == "yes" else 2
    mistakes = [
        Mistake(
            (total - sum(ns for _, ns in steps[1 : 1 + devices]) + _longest(steps, devices),),
            "device_shutdown() takes one device after the other: times add up.",
        ),
        Mistake((total - (CPUS - 1) * CPU_DOWN,), "the other CPUs are taken down as well, one by one."),
        Mistake((total - (CPUS - 2) * CPU_DOWN,), "each of the three other CPUs takes its time."),
        Mistake((_usual(s),), "that is with shutdown throughout; remove takes longer, since it also frees."),
    ]
    run = simulate(s)
    took = round(run.to_json()["time_ms"]["shutdown"] * MS)
    return Problem(
        scenario=s,
        given=(
            f"An ordinary kexec of an arm64 machine with {CPUS} CPUs. A shutdown callback takes "
            f"{DRIVER_SHUTDOWN // MS} ms here and remove {DRIVER_REMOVE // MS} ms; a device whose driver is not "
            f"called takes {FUNCTION_SHUTDOWN // MS} ms. "
            + (
                "The devices are a network card, a disk and a USB host controller, whose callback has next to nothing "
                f"to do ({FUNCTION_SHUTDOWN // MS} ms). "
                if devices == 3
                else "The devices are a network card and a disk. "
            )
            + f"The reboot notifiers take {ms(NOTIFIERS)} ms, each other CPU {ms(CPU_DOWN)} ms. The rest takes "
            f"{ms(sum(ns for _, ns in steps[1 + devices : -1]))} ms in all.",
        ),
        question="How many milliseconds pass between the call and the jump?",
        answer=Numbers(
            (Number("time", total / MS, "ms", within=0.05),),
            tuple(Mistake((m.values[0] / MS,), m.why) for m in mistakes),
            "add what each device takes, what each other CPU takes, and the rest.",
        ),
        working=(
            f"{sentence(listed(steps))}: {summed(steps)}.",
            "device_shutdown() walks the devices one by one, newest first, and waits for each callback without a limit "
            "[src: device-shutdown]. Then the other CPUs go offline one by one [src: arm64-machine-shutdown].",
            "The durations are this model's. How long remove takes on real devices was not measured.",
        ),
        cross_check=must_equal(f"{ms(total)} ms", f"{ms(took)} ms"),
        look=("json", "time_ms.shutdown, and callbacks for each device"),
    )


def _nic(s: Scenario) -> int:
    if s.quiesce == "remove":
        return DRIVER_REMOVE
    called = rules.callback(s) == "shutdown"
    return DRIVER_SHUTDOWN if called else FUNCTION_SHUTDOWN


def _steps(s: Scenario) -> list[tuple[str, int]]:
    """Return the steps from the call to the jump, each with its time in ns. The devices come second to fourth."""
    rest = FUNCTION_SHUTDOWN + SHORT_STEP + MASKED_BEFORE_STUB
    rest += SHORT_STEP * sum(s.kernel in Versions(since) for since in ("3.13", "6.8", "6.1"))
    usb = [("for the USB controller", FUNCTION_SHUTDOWN)] if s.line_shared == "yes" else []
    return [
        ("for the notifiers", NOTIFIERS),
        ("for the network card", _nic(s)),
        ("for the disk", DRIVER_REMOVE if s.quiesce_disk == "remove" else DRIVER_SHUTDOWN),
        *usb,
        ("for the rest", rest),
        ("for the other CPUs", (CPUS - 1) * CPU_DOWN),
    ]


def _longest(steps: list[tuple[str, int]], devices: int) -> int:
    return max(ns for _, ns in steps[1 : 1 + devices])


def _usual(s: Scenario) -> int:
    usual = s.but(quiesce="shutdown", shutdown_callback="works", quiesce_disk="shutdown")
    return sum(ns for _, ns in _steps(usual))


def frames_freed(draw: ProblemDraws) -> Problem:
    """Ask how much memory a callback frees: shutdown need not free any."""
    dma, quiesce = draw.among(
        tuple(product(("ring", "ring", "ring", "cyclic"), ("remove", "remove", "shutdown"))), "what"
    )
    ring = draw.among((64, 128, 200, 256, 300, 400, 512, 600, 1000), "ring")
    values = {"dma": dma, "quiesce": quiesce, "ring-size": ring if dma == "ring" else 256, "seed": draw.seed}
    s = Scenario.of(values)
    buffers = _frames(s.ring_size * BUFFER_BYTES if dma == "ring" else CYCLIC_BYTES)
    descriptors = _frames(s.ring_size * DESCRIPTOR_BYTES) if dma == "ring" else 0
    held = buffers + descriptors
    freed = held if quiesce == "remove" else 0
    (call,) = [c for c in simulate(s).verdict.callbacks if c.device == "eth0"]
    holds = (
        f"It holds a ring of {s.ring_size:,} descriptors of {DESCRIPTOR_BYTES} bytes, and a buffer of "
        f"{BUFFER_BYTES // 1024} KiB for each."
        if dma == "ring"
        else f"It writes one buffer of {CYCLIC_BYTES // 1024} KiB, round and round."
    )
    return Problem(
        scenario=s,
        given=(f"An ordinary kexec calls the {quiesce} callback of a device's driver, which works. {holds}",),
        question="How many frames of 4 KiB does the callback give back?",
        answer=Numbers(
            (Number("frames", freed),),
            (
                Mistake((0,), "remove frees what the driver held: nobody will drive the device any more."),
                Mistake(
                    (held,), "shutdown need only make the device quiet; the driver stays bound, and keeps its memory."
                ),
                Mistake((buffers,), "the descriptors lie in memory, too."),
                Mistake((s.ring_size,), "a frame of 4 KiB holds two buffers of 2 KiB."),
                Mistake((s.ring_size + descriptors,), "a frame of 4 KiB holds two buffers of 2 KiB."),
            ),
            "count the buffers' frames and the descriptors' frames, and ask whether this callback frees any.",
        ),
        working=(
            (
                f"Buffers: {s.ring_size:,} × {BUFFER_BYTES:,} / {FRAME:,} = {buffers} frames. Descriptors: "
                f"{s.ring_size:,} × {DESCRIPTOR_BYTES} bytes, rounded up to {descriptors} more. {buffers} + "
                f"{descriptors} = {held}."
                if dma == "ring"
                else f"{CYCLIC_BYTES:,} / {FRAME:,} = {buffers} frames."
            ),
            (
                f"remove gives all {held} back [src: pci-h]. That is why it must have stopped DMA first, and why it "
                "takes longer and can fail."
                if freed
                else f"shutdown gives nothing back: it is asked to stop DMA, and no more [src: pci-h]. The {held} "
                "frames are "
                "nobody's after the jump all the same."
            ),
        ),
        cross_check=must_equal(freed, call.frames_freed),
        look=("json", "callbacks, frames_freed of eth0"),
    )


def _frames(size: int) -> int:
    return -(-size // FRAME)


KINDS = (left_on, time_to_jump, frames_freed)
