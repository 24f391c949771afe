"""Chapter 4: the hotplug port that waits. What a command that never completes costs, and what is printed."""

from __future__ import annotations

from kexecdoc.course.quiz.answers import Choice, Mistake, Number, Numbers, Option
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import Problem, must_equal
from kexecdoc.crossing import simulate
from kexecdoc.model.kernel.drivers.port import BOOT_COMMAND, DISABLING_COMMAND, POLL_MS, POLLS
from kexecdoc.model.scales import MS, SLOT_SET_UP, S
from kexecdoc.model.scenario import Scenario
from kexecdoc.registries.messages import find
from kexecdoc.registries.versions import Versions
from kexecdoc.study.closed_forms import hotplug_ns

KERNELS = ("3.13", "4.12", "4.17", "4.17", "4.17", "4.18", "5.10", "6.1", "6.12", "7.3")


def waits(s: Scenario) -> bool:
    """Return whether the port driver waits for a command that never completes.

    It does if its shutdown callback is called, since v4.15, and if it has no quirk for the port.

    [src: portdrv-shutdown]
    """
    return s.path != "panic" and s.hotplug == "cf118" and s.kernel in Versions("4.15")


def why_not(s: Scenario) -> str:
    """Return why the port driver does not wait."""
    if s.path == "panic":
        return "a crashed kernel shuts no device down, ports included [src: crash-kexec]"
    if s.hotplug == "conforming":
        return "these ports complete every command, within a millisecond here"
    if s.hotplug == "cf118-quirked":
        return "the driver knows such ports since v4.18, and waits for nothing that will not come [src: pciehp-quirk]"
    return "before v4.15 the port driver has no shutdown callback [src: portdrv-shutdown]"


def _behind_ports(draw: ProblemDraws, ports: int) -> Scenario:
    kernel = draw.among(KERNELS, "kernel")
    known = ("cf118-quirked", "cf118", "cf118", "conforming")
    hotplug = draw.among(known if kernel in Versions("4.18") else ("cf118", "cf118", "cf118", "conforming"), "hotplug")
    path = draw.among(("kexec", "kexec", "kexec", "kexec", "reboot", "panic"), "path")
    hz = draw.among((250, 300, 1000), "hz")
    values = {"machine": "x86", "kernel": kernel, "path": path, "hotplug": hotplug, "hotplug-ports": ports, "hz": hz}
    return Scenario.of({**values, "seed": draw.seed})


def _story(s: Scenario) -> str:
    way = {"kexec": "An ordinary kexec", "reboot": "A reboot", "panic": "A panic, with a capture kernel"}[s.path]
    only = "only such commands as change a control field (erratum CF118)"
    kind = {
        "cf118": f"{only}, which its driver does not know",
        "cf118-quirked": f"{only}, which its driver knows",
        "conforming": "every command",
    }[s.hotplug]
    ports = "is one hot-plug port" if s.hotplug_ports == 1 else f"are {s.hotplug_ports} hot-plug ports"
    return (
        f"{way} of v{s.kernel}, with HZ={s.hz}. There {ports} of a kind that completes {kind}. The driver set the "
        f"slots up {SLOT_SET_UP / S:g} s before the call, with a command of enable bits alone."
    )


def time_lost(draw: ProblemDraws) -> Problem:
    """Ask how long the ports' shutdown waits for commands that never complete."""
    s = _behind_ports(draw, draw.between(1, 12, "ports"))
    ports, hz = s.hotplug_ports, s.hz
    tick, wait = S // hz, hotplug_ns(s)
    lost = ports * (tick + wait) if waits(s) else 0
    ticks = round(wait * hz / S / POLLS)
    nearest = -(-POLL_MS * hz // 1000)
    other = ports * (tick + POLLS * (2 * nearest + 3 - ticks) * S // hz)
    run = simulate(s)
    age = "that is how old the command is. Nobody waits that long."
    mistakes: tuple[Mistake, ...] = (
        Mistake((0,), "here the driver is called, and does not know these ports: it waits for each."),
        Mistake(((tick + wait) / MS,), "ports are shut down one after the other, so that their times add up."),
        Mistake((1000 * ports,), "the budget of 1,000 ms is used up in sleeps of 10 ms, and each ends with a tick."),
        Mistake((1000,), "the budget of 1,000 ms is a port's, and each of its sleeps takes longer than it says."),
        Mistake((SLOT_SET_UP / MS,), age),
        Mistake((SLOT_SET_UP * ports / MS,), age),
        Mistake((other / MS,), "that is a tick a sleep too many or too few: it changed between 6.1 and 6.12."),
        Mistake((ports * wait / MS,), "before it, the driver waits one tick for the command of the boot."),
    )
    if not waits(s):
        mistakes = (
            Mistake((ports * (tick + wait) / MS,), f"{why_not(s)}."),
            Mistake((1000 * ports,), f"no command is waited for to the end of its second: {why_not(s)}."),
            Mistake((SLOT_SET_UP / MS,), f"that is how old the command is, and here nobody asks for it: {why_not(s)}."),
        )
    return Problem(
        scenario=s,
        given=(
            _story(s),
            "Before a command the driver waits for the last one; if that is overdue, for one tick more. For its own "
            f"it looks {POLLS} times, and sleeps {POLL_MS} ms in between. A sleep ends with a tick: of {POLL_MS} ms "
            f"at this HZ that is the {_nth(nearest + 1)} tick in 6.12 and later, and the {_nth(nearest + 2)} before "
            "[src: pciehp-wait].",
        ),
        question="How many milliseconds does the shutdown lose to commands that never complete?",
        answer=Numbers(
            (Number("time", lost / MS, "ms", within=max(1.0, lost / MS / 500)),),
            mistakes,
            "one tick, and so many sleeps of so many ticks, for each port that is waited for.",
        ),
        working=(
            (
                f"A tick is 1,000 / {hz:,} = {tick / MS:.3f} ms. The command of the boot is overdue: one tick. Then "
                f"{POLLS} sleeps of {ticks} ticks, {POLLS} × {ticks} × {tick / MS:.3f} = {wait / MS:,.0f} ms "
                "[src: pciehp-wait]."
                if waits(s)
                else f"Nothing is lost: {why_not(s)}."
            ),
            (
                f"{ports} × ({tick / MS:.1f} + {wait / MS:,.1f}) = {lost / MS:,.1f} ms. The number in the message, "
                f"some {SLOT_SET_UP / S:.0f} s, is the command's age, not the delay."
                if waits(s)
                else "The message that the thread began with comes only where a driver waits in vain [src: cf118]."
            ),
        ),
        cross_check=must_equal(f"{lost / MS:,.3f} ms", f"{run.verdict.lost_ns / MS:,.3f} ms"),
        look=("json", "callbacks, ms of each port; console, the lines with the id hotplug.timeout"),
    )


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def last_line(draw: ProblemDraws) -> Problem:
    """Ask for the last line about the ports: which command, how old, in which version's words."""
    s = _behind_ports(draw, draw.between(1, 4, "ports"))
    bdf, wait = "0000:00:1c.0", hotplug_ns(s) // MS  # ports are shut down last to first
    mine = find("hotplug.timeout", s.kernel)
    theirs = find("hotplug.timeout", "4.17" if s.kernel in Versions("5.10") else "7.3")
    assert mine is not None
    assert theirs is not None
    right = mine.render(bdf, DISABLING_COMMAND, wait)
    age = mine.render(bdf, BOOT_COMMAND, SLOT_SET_UP // MS + 12)
    quiet = f"no such line: {why_not(s)}." if not waits(s) else ""
    options = [
        Option(right, quiet or "the last command is the one that switches the notifications off.", waits(s)),
        Option(
            age,
            f"the command of the boot is waited for no more than any other: {why_not(s)}."
            if quiet
            else "that line comes first of a port's two: it is the command of the boot, and the number is its age.",
        ),
        Option(
            theirs.render(bdf, DISABLING_COMMAND, wait),
            f"in no version's words: {why_not(s)}." if quiet else "those are the words of other versions.",
        ),
        Option(
            "none of these",
            f"{why_not(s)}." if not waits(s) else "the driver is called here, waits in vain, and says so.",
            not waits(s),
        ),
    ]
    lines = [line["text"] for line in simulate(s).console() if line["message"] == "hotplug.timeout"]
    return Problem(
        scenario=s,
        given=(_story(s),),
        question="What does the old kernel say of these ports last?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=(
            "Where the driver waits in vain there are two lines for each port. The first is for the command that set "
            f"the slot up, {BOOT_COMMAND:#06x}: enable bits alone, so it never completed, and the number is its age. "
            f"The second is for the command that takes them back, {DISABLING_COMMAND:#06x}, whose age is the wait: "
            f"{wait:,} ms at this HZ in this version [src: pciehp-wait]."
            + ("" if waits(s) else f" Here there is neither: {why_not(s)}."),
            "The prefix of the line was another in 2018 [src: pciehp-wait]; ports are shut down last to first.",
        ),
        cross_check=must_equal(right if waits(s) else "none of these", lines[-1] if lines else "none of these"),
        look=("console", "The lines with the words Timeout on hotplug command."),
    )


KINDS = (time_lost, last_line)
