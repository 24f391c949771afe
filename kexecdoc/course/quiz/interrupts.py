"""Chapter 5: edge and level. What the next kernel hears of a device that keeps interrupting, and what it costs."""

from __future__ import annotations

from kexecdoc.course.quiz.answers import Choice, Mistake, Number, Numbers, Option
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import CrossCheck, Problem, must_equal
from kexecdoc.crossing import simulate
from kexecdoc.model.kernel.irq import UNHANDLED, WINDOW
from kexecdoc.model.scales import INTERRUPT_COST, MS, US
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading import rules
from kexecdoc.reading.run import Run
from kexecdoc.study.closed_forms import storm_ns

HEARD = {
    "held": "nothing: its messages are writes, and Bus Master holds them back",
    "masked": "nothing: whoever asks for the line has seen to the device first, or nobody ever asks",
    "stray": "a few interrupts that nobody asked for: each is counted and forgotten",
    "disabled": "a storm, until the detector has counted enough and the line is disabled",
    "hangs": "a storm that no detector sees: the CPU never does anything else",
}


def heard(s: Scenario) -> str:
    """Return the key of `HEARD` for a device that nothing stopped, on x86.

    A line is masked until a driver requests it, so what matters is whether the device is quiet by then.
    [src: request-irq] A message has no descriptor, and so no detector. [src: msi-storms]
    """
    if s.interrupt == "intx":
        return "disabled" if rules.line_storms(s) else "masked"
    if rules.held_back(s):
        return "held"
    return "hangs" if rules.ever_resends(s) else "stray"


LESSONS = {
    "held": "The same bit stops DMA and messages, and does not stop a line [src: bus-master]. On the crash path "
    "nobody clears it "
    "[src: crash-kexec].",
    "masked": "So a device that goes on asserting a line that nobody wants is silent, and the trouble begins with a "
    "request for "
    "it: by its own driver too early, or by that of a device beside it [src: request-irq].",
    "stray": "MSI is switched off in each function when the bus is enumerated, which comes later [src: pci-msi-init].",
    "disabled": "Whoever shares a line that was given up is polled, ten times a second [src: note-interrupt]. What "
    "it takes is a "
    "device that is silenced before the jump: Bus Master does not stop a line [src: bus-master].",
    "hangs": "The storm begins with the first interrupt that the kernel takes, long before the bus is enumerated "
    "and MSI is "
    "switched off in each function [src: pci-msi-init].",
}
"""What to learn from each case of `HEARD`."""


def _switches(fate: str, draw: ProblemDraws) -> dict[str, str]:
    """Draw switches that lead to a case of `HEARD`. An IOMMU keeps the device's DMA out of the next kernel's memory."""
    path = draw.among(("kexec", "panic"), "path")
    if fate == "held":
        return {"quiesce": "none", "msi-resend": draw.among(("no", "yes"), "resend")}
    if fate in ("stray", "hangs"):
        resend = {"msi-resend": "yes"} if fate == "hangs" else {}
        open_ = draw.among(({"clear-bus-master": "no"}, {"power-state": "unknown"}, {"obeys-bus-master": "no"}), "open")
        kexec = {"quiesce": "none", "iommu": "translate", **open_}
        return resend | ({"path": "panic"} if path == "panic" else kexec)
    left = {"path": "panic"} if path == "panic" else {"quiesce": "none"}
    if fate == "masked":
        return {"interrupt": "intx", "next-driver": draw.among(("resets", "absent"), "driver"), **left}
    ways = (
        {"line-shared": "yes", "next-driver": draw.among(("resets", "trusts", "absent"), "driver")},
        {"next-driver": "trusts"},
    )
    return {"interrupt": "intx", **draw.among(ways, "way"), **left}


def what_is_heard(draw: ProblemDraws) -> Problem:
    """Ask what happens to a device's interrupts after the jump: by message or line, held back, counted or not."""
    fate = draw.among(list(HEARD), "fate")
    kernel = draw.among(("7.3", "6.12", "6.1", "5.10"), "kernel")
    traffic = draw.among((500, 1000, 2000), "traffic")
    values = {"machine": "x86", "kernel": kernel, "traffic": traffic, **_switches(fate, draw), "seed": draw.seed}
    s = Scenario.of(values)
    ways = {
        "kexec": "An ordinary kexec of an x86 machine",
        "panic": "An x86 machine panics, and a capture kernel boots",
    }
    how = "by a line" if s.interrupt == "intx" else "by messages (MSI)"
    shared = " Another device is on that line, whose driver probes first." if s.line_shared == "yes" else ""
    drivers = {
        "resets": "The next kernel's driver for the device resets it before anything else.",
        "trusts": "The next kernel's driver for the device believes what it finds.",
        "absent": "The next kernel has no driver for the device.",
    }
    options = [Option(words, _why(kind, fate, s), kind == fate) for kind, words in HEARD.items()]
    run = simulate(s)
    return Problem(
        scenario=s,
        given=(
            f"{ways[s.path]}. Nothing stops a device that interrupts {how}, {traffic:,} times a second.{shared} "
            f"{drivers[s.next_driver]}",
        ),
        question="What does the next kernel hear of it?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=(LESSONS[fate],),
        cross_check=must_equal(fate, _heard(run), HEARD),
        look=("json", "irq and msi; the console says the rest"),
    )


def _heard(run: Run) -> str:
    """Return the key of `HEARD` by the counts of a run."""
    verdict = run.verdict
    if verdict.line_disabled:
        return "disabled"
    if verdict.outcome == "hung" and verdict.storms:
        return "hangs"
    if verdict.stray_vectors:
        return "stray"
    return "held" if verdict.msi["stopped"] else "masked"


def _why(kind: str, fate: str, s: Scenario) -> str:
    """Return why the next kernel hears that, or why it does not."""
    line = s.interrupt == "intx"
    if kind == fate:
        return {
            "held": "the PCI core has cleared Bus Master, and a message is a memory write like any other "
            "[src: msi-is-a-write].",
            "masked": "when the next kernel takes interrupts every line is masked [src: x86-shutdown] [src: gic-boot], "
            "and one is unmasked when a driver requests it [src: request-irq]. "
            + ("Here nobody does." if s.next_driver == "absent" else "Here the driver resets its device before that."),
            "stray": "a message for a vector that nobody was given ends in one line on the console, at a limited rate "
            "[src: apic-msi].",
            "disabled": (
                "the driver beside it requests the line while the device asserts it"
                if s.line_shared == "yes"
                else "its own driver requests the line before it has seen to what asserts it"
            )
            + f", and the interrupt comes again as soon as it is ended. After {WINDOW:,}, of which more than "
            f"{UNHANDLED:,} unhandled, the kernel disables the line [src: note-interrupt].",
            "hangs": "it sends again as soon as a CPU has accepted the last one, so the CPU that takes interrupts "
            "never "
            "comes to do anything else; no descriptor is involved, so nothing counts [src: msi-storms].",
        }[fate]
    if kind == "held":
        if line:
            return "a line is no write: Bus Master does not stop it [src: bus-master]."
        return f"{rules.why_open(s)}."
    if fate == "held":
        none = {
            "masked": "a message needs no line, and here none comes",
            "stray": "not even a few come",
            "disabled": "nothing comes that could be counted",
            "hangs": "not one comes",
        }
        return f"{none[kind]}: a message is a memory write, and Bus Master is clear [src: msi-is-a-write]."
    if kind == "masked":
        if not line:
            return "a local APIC has no mask for a vector: a message needs nobody to request it [src: apic-msi]."
        return "the line is requested, and so unmasked, while the device still asserts it [src: request-irq]."
    if kind == "disabled":
        if not line:
            return (
                "the detector counts on a line's descriptor, and a message that nobody asked for has none "
                "[src: msi-storms]."
            )
        return "the line is never unmasked while the device asserts it, so nothing comes of it [src: request-irq]."
    if kind == "hangs":
        if not line:
            return "one message an arrival costs a microsecond or two each, and no more; it does not send again."
        if fate == "masked":
            return "it stays masked for as long as the device asserts it, so no CPU ever hears of it."
        return "a line that was requested has a descriptor: the kernel counts, and gives it up [src: note-interrupt]."
    if line:
        return "a line is not forgotten: it stays asserted until the device has been seen to [src: level-line]."
    return "this device sends again what nobody has seen to, as soon as the last one was accepted [src: msi-storms]."


# -- how long a storm lasts ------------------------------------------------------------------------


def storm_length(draw: ProblemDraws) -> Problem:
    """Ask how long a line keeps a CPU busy if an interrupt has a given cost."""
    irqpoll = draw.among(("no", "no", "yes"), "irqpoll")
    driver = draw.among(("resets", "absent"), "driver")
    traffic = draw.among((200, 500, 1000), "traffic")
    cost = draw.between(2, 24, "cost") * 500  # ns
    values = {"machine": "x86", "interrupt": "intx", "line-shared": "yes", "quiesce": "none", "irqpoll": irqpoll}
    s = Scenario.of({**values, "next-driver": driver, "traffic": traffic, "seed": draw.seed})
    verdict = simulate(s).verdict
    windows = max(1, round(verdict.unhandled / WINDOW))
    here = storm_ns(windows)
    total = here // INTERRUPT_COST * cost
    spoiled = windows - 1
    polling = (
        "The next kernel was booted with irqpoll, so handlers of other shared lines are asked, too; "
        f"{spoiled or 'no'} full window{'' if spoiled == 1 else 's'} of {WINDOW:,} interrupts "
        f"{'was' if spoiled == 1 else 'were'} spoiled by handlers that claimed a hundred or more of them."
    )
    us = cost / US
    return Problem(
        scenario=s,
        given=(
            "An x86 machine. A device that nothing stopped asserts an interrupt line, and the driver of the device "
            f"beside it requests that line. Each interrupt that nobody handles costs its CPU {us:g} µs, and the next "
            "one comes at once.",
            *([polling] if irqpoll == "yes" else []),
        ),
        question="For how many milliseconds does the CPU do nothing else, until the kernel gives the line up?",
        answer=Numbers(
            (Number("time", total / MS, "ms", within=total / MS / 5000),),
            (
                Mistake(
                    (UNHANDLED * cost / MS,),
                    f"{UNHANDLED:,} is what must be exceeded; the verdict falls at {WINDOW:,}.",
                ),
                Mistake(
                    (100,),
                    "a tenth of a second is how far apart unhandled ones may come, and how often it polls later.",
                ),
                Mistake((WINDOW * cost / MS,), "a spoiled window does not count, and the next one begins at nothing."),
                Mistake(
                    (spoiled * WINDOW * cost / MS,),
                    "the window in which the line is given up takes its time as well."
                    if spoiled
                    else "it takes a full window until the detector has seen enough.",
                ),
                Mistake((here / MS,), f"that is with {INTERRUPT_COST / US:g} µs an interrupt, as in the model."),
                Mistake((total / US,), "that is in microseconds."),
            ),
            f"a full window is {WINDOW:,} interrupts.",
        ),
        working=(
            f"The kernel looks at every {WINDOW:,}th interrupt. If more than {UNHANDLED:,} of them were unhandled, it "
            "disables the line [src: note-interrupt].",
            f"{windows} × {WINDOW:,} × {us:g} µs = {total / MS:,.4g} ms.",
            f"The model's own cost is {INTERRUPT_COST / US:g} µs: {here / MS:,.4g} ms here. Only a line that was "
            "requested is counted at all [src: request-irq].",
        ),
        cross_check=CrossCheck(
            f"{WINDOW * windows:,} interrupts",
            f"{verdict.unhandled:,} unhandled, {verdict.lost_ns / MS:,.3f} ms lost",
            verdict.unhandled == WINDOW * windows and 0 <= here - verdict.lost_ns <= 2 * INTERRUPT_COST,
        ),
        look=("json", "irq.unhandled"),
    )


KINDS = (what_is_heard, storm_length)
