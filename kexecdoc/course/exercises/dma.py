"""Chapter 2: what a ring can touch, what ends a device, and which write comes last."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.scales import BUFFER_BYTES, DESCRIPTOR_BYTES, FRAME, MS, S
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run
from kexecdoc.study.closed_forms import ring_writes, userspace_ns

ENDS = ("bus-master", "ring", "driver", "nobody")


def frames_at_risk(ring_size: int, frames: int) -> str:
    """Check how many frames a ring's buffers and descriptors take at least."""
    buffers, descriptors = (-(-ring_size * size // FRAME) for size in (BUFFER_BYTES, DESCRIPTOR_BYTES))
    if frames == buffers + descriptors:
        return (
            f"{RIGHT} {ring_size} × {BUFFER_BYTES:,} bytes are {buffers} frames of buffers, "
            f"{ring_size} × {DESCRIPTOR_BYTES} bytes {descriptors} of descriptors."
        )
    if frames == buffers:
        return "No: the buffers are right, and the card writes its descriptors back as well."
    if frames == ring_size:
        return f"No: a buffer has {BUFFER_BYTES:,} bytes, so two of them share a frame."
    return f"No: count the bytes of the buffers and those of the descriptors, and divide each by {FRAME:,}."


@tries_a_scenario
def ended_by(answer: str, **switches: object) -> str:
    """Check what ends the writes of a device that its driver never stopped: one of ``ENDS``."""
    if answer not in ENDS:
        return f"No such answer: {answer!r} is none of {', '.join(ENDS)}."
    run = simulate(Scenario.of({"quiesce": "none", **switches}))
    right, why = _end(run)
    return f"{RIGHT} {why}" if answer == right else f"No: {why[0].lower()}{why[1:]}"


def _end(run: Run) -> tuple[str, str]:
    v, scenario = run.verdict, run.scenario
    last = max((e.t_ns for e in run.log if e.kind == "dma.landed"), default=0)
    if not v.dma["landed"]:
        return "bus-master", f"With the bit clear nothing landed, and {v.dma['stopped']:,} attempts were stopped."
    if scenario.dma == "ring" and v.dma["landed"] == ring_writes(scenario.ring_size):
        return "ring", f"Every one of the {scenario.ring_size} descriptors was used up, with two writes each."
    if v.end_ns - last <= 2 * S // scenario.traffic:
        return "nobody", "The device was still at it when we stopped looking."
    return (
        "driver",
        f"The next driver's reset came {(last - (v.jump_ns or 0)) / MS:.0f} ms after the jump, or soon after.",
    )


@tries_a_scenario
def writes_after_userspace(**switches: object) -> str:
    """Check a scenario in which a ring still has descriptors, and writes, when userspace runs."""
    run = simulate(Scenario.of({"quiesce": "none", **switches}))
    v, scenario = run.verdict, run.scenario
    if scenario.dma != "ring":
        return "No: a cyclic device never ends, so that is no art. Take a ring."
    if v.jump_ns is None or not v.reached_userspace:
        return f"No: this crossing never reaches userspace ({v.outcome})."
    last = max((e.t_ns - v.jump_ns for e in run.log if e.kind == "dma.landed"), default=0)
    if last <= 0:
        return "No: nothing lands after the jump at all."
    up = userspace_ns(scenario)
    if last <= up:
        return f"No: the last write lands {last / MS:.0f} ms after the jump, and userspace begins at {up / MS:.0f} ms."
    return f"{RIGHT} The last write that we saw lands {last / MS:.0f} ms after the jump, with userspace running."
