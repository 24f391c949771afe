"""Chapter 10: reboot, with the firmware in the middle. What a reset undoes, and which of x86's methods reset."""

from __future__ import annotations

from itertools import product

from kexecdoc.course.quiz.answers import Choice, Option, in_words, parts_options
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import Problem, must_equal
from kexecdoc.crossing import simulate
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

ON = ("the DMA engine runs", "Bus Master is set", "EnableLPIs is set")
OFF = ("the DMA engine is stopped", "Bus Master is clear", "EnableLPIs is clear")


def what_survives(draw: ProblemDraws) -> Problem:
    """Ask what is still on when the next kernel is entered."""
    path, reset = draw.among((("reboot", "full"), ("reboot", "none"), ("reboot", "none"), ("kexec", "full")), "way")
    s = Scenario.of(
        {
            **draw.among(ENDS, "end"),
            "path": path,
            "reset": reset,
            "clear-bus-master": draw.among(("yes", "yes", "no"), "clear"),
            "lpi-disable": draw.among(("clearable", "sticky"), "lpis"),
            "dma": draw.among(("ring", "cyclic"), "dma"),
            "seed": draw.seed,
        }
    )
    was_reset = rules.was_reset(s)
    ruled = (not was_reset and not rules.engine_stopped(s), not was_reset and not rules.bit_cleared(s), not was_reset)
    reasons = (_why_engine(s, was_reset), _why_bit(s, was_reset), _why_lpis(was_reset))
    options = parts_options(ON, OFF, ruled, reasons, "each of the three has its own reason.")
    way = {
        ("reboot", "full"): "A reboot of an arm64 machine. Its firmware resets the hardware, all of it.",
        ("reboot", "none"): "A reboot of an arm64 machine whose firmware is merely entered: it resets nothing.",
        ("kexec", "full"): "An ordinary kexec of an arm64 machine, so that no firmware comes in between.",
    }[path, reset]
    return Problem(
        scenario=s,
        given=(
            way,
            "Both kernels use message-signalled interrupts through a GICv3. Before the call everything is running.",
        ),
        question="What does the next kernel find when it is entered?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=tuple(
            f"{what}: {why}." for what, why in zip(("Engine", "Bus Master", "EnableLPIs"), reasons, strict=True)
        ),
        cross_check=must_equal(in_words(ON, OFF, ruled), in_words(ON, OFF, _at_entry(simulate(s)))),
        look=(
            "log",
            "device/eth0/engine, gate/eth0/bus-master and redistributor/0/enable-lpis, folded up to the entry.",
        ),
    )


def _at_entry(run: Run) -> tuple[bool, ...]:
    state = run.at(run.verdict.enter_ns)
    running = state["device/eth0/engine"] == "running"
    return running, bool(state["gate/eth0/bus-master"]), bool(state["redistributor/0/enable-lpis"])


def _why_engine(s: Scenario, was_reset: bool) -> str:
    if was_reset and not rules.engine_stopped(s):
        return "a reset stops the engine, whatever the driver did: that is what it is for [src: seed-biederman]"
    return rules.why_engine(s)


def _why_bit(s: Scenario, was_reset: bool) -> str:
    return "a reset clears Bus Master" if was_reset else rules.why_bit(s)


def _why_lpis(was_reset: bool) -> str:
    if was_reset:
        return "a reset of the machine clears EnableLPIs, also where nothing else does [src: gic-enable-lpis]"
    return "no kernel clears EnableLPIs on its way out: the next one has to deal with it [src: lpi-cover-letter]"


# -- the ways to reset an x86 ----------------------------------------------------------------------

NEXT = {"acpi": "keyboard", "keyboard": "efi", "efi": "bios"}
"""The method that is tried after each one. If ACPI was first, it is tried again after the keyboard controller."""

NAMES = {
    "acpi": "ACPI's reset register",
    "keyboard": "the keyboard controller",
    "efi": "EFI's ResetSystem",
    "bios": "the BIOS's own entry",
}


def tried(first: str) -> list[str]:
    """Return the methods that are tried, up to the one that enters the firmware. [src: x86-reboot]"""
    ways = [first]
    while ways[-1] != "bios":
        again = ways == ["acpi", "keyboard"]
        ways.append("acpi" if again else NEXT[ways[-1]])
    return ways


def which_way_works(draw: ProblemDraws) -> Problem:
    """Ask which attempt reboots an x86 machine, and whether that resets it."""
    first, option = draw.among((("acpi", ""), ("acpi", ""), ("keyboard", "kbd"), ("efi", "efi")), "first")
    working = draw.among(
        [set(), {"acpi"}, {"keyboard"}, {"efi"}, {"keyboard", "efi"}, {"acpi", "efi"}, {"acpi", "keyboard"}], "work"
    )
    ways = tried(first)
    at = next((n for n, way in enumerate(ways) if way in working or way == "bios"), 0)
    reset = "none" if ways[at] == "bios" else "full"
    quiesce = draw.among(("shutdown", "none"), "quiesce")
    s = Scenario.of({"path": "reboot", "machine": "x86", "reset": reset, "quiesce": quiesce, "seed": draw.seed})
    options = [Option(_attempt(n, way), _why_way(n, at, ways), n == at) for n, way in enumerate(ways)]
    options.append(
        Option("none: the machine stands still", "whatever else fails, the BIOS is entered in the end.", False)
    )
    order = [step.removeprefix("old/restart-") for step in _restarts(s.but(reset="none"))]
    names = [NAMES[name] for name in sorted(working)] or ["none of ACPI, keyboard controller and EFI"]
    works = f"{' and '.join(names)} work{'' if len(names) > 1 else 's'}"
    return Problem(
        scenario=s,
        given=(
            f"An x86 machine is rebooted{f' with reboot={option}' if option else ', and nothing forces a method'}. On "
            f"this board {works}. Entering the BIOS works always, if it comes to that.",
        ),
        question="Which attempt, counted from 1, ends it?",
        answer=Choice(tuple(options)),
        working=(
            f"The ways are tried in an order: {', '.join(NAMES[way] for way in tried('acpi'))} [src: x86-reboot]. "
            + (f"With reboot={option} it begins at {NAMES[first]}." if option else "ACPI gets a second try."),
            "All but the last ask for a reset. The BIOS's entry is a jump into the firmware, without any reset of "
            "hardware: devices are as the drivers left them, which is why a reboot calls shutdown callbacks, too "
            "[src: seed-biederman].",
        ),
        cross_check=must_equal(", ".join(tried("acpi")[-len(ways) :]), ", ".join(order[-len(ways) :])),
        look=("log", "The steps old/restart-...; with --reset none all of them are tried, with full the first works."),
    )


def _restarts(s: Scenario) -> list[str]:
    """Return the steps that try to reset the machine."""
    steps = [str(e.set["step"]) for e in simulate(s).log if e.kind == "step"]
    return [step for step in steps if step.startswith("old/restart-")]


def _attempt(n: int, way: str) -> str:
    effect = "which enters the firmware and resets nothing" if way == "bios" else "which resets the hardware"
    return f"number {n + 1}, {NAMES[way]}, {effect}"


def _why_way(n: int, at: int, ways: list[str]) -> str:
    """Return why an attempt reboots the machine, or why it does not."""
    if n == at:
        return "it is the first that works" + (", and it resets nothing." if ways[n] == "bios" else ".")
    if n > at:
        return f"it does not come to number {n + 1}: number {at + 1}, {NAMES[ways[at]]}, works."
    again = ", and the second time is no better" if ways[n] in ways[:n] else ""
    return f"{NAMES[ways[n]]} does not work on this board{again}."


# -- who calls what --------------------------------------------------------------------------------


def what_is_called(draw: ProblemDraws) -> Problem:
    """Ask what the old kernel does to a device on its way out: the callback, and the Bus Master bit."""
    kernel = draw.among(("3.4", "3.13", "4.12", "4.17", "5.10", "6.1", "6.12", "7.3"), "kernel")
    path = draw.among(("kexec", "kexec", "reboot", "panic"), "path")
    callback = draw.among(("works", "works", "missing"), "callback")
    obeys = draw.among(("yes", "no"), "obeys")
    values = {
        "machine": "x86",
        "kernel": kernel,
        "path": path,
        "shutdown-callback": callback,
        "obeys-bus-master": obeys,
    }
    s = Scenario.of({**values, "seed": draw.seed})
    called = rules.callback(s) == "shutdown"
    ruled = (called, rules.bit_cleared(s))
    options = [
        Option(_done(done), _why_done(done, ruled, s), done == ruled) for done in product((True, False), (True, False))
    ]
    run = simulate(s)
    jump = run.verdict.jump_ns or 0
    cleared = any(
        e.t_ns <= jump and e.id.startswith("old/") and e.set.get("gate/eth0/bus-master") is False for e in run.log
    )
    found = (any(c.device == "eth0" and c.name == "shutdown" for c in run.verdict.callbacks), cleared)
    way = {"kexec": "An ordinary kexec", "reboot": "A reboot", "panic": "A panic with a capture kernel loaded,"}[path]
    return Problem(
        scenario=s,
        given=(
            f"{way} of v{kernel} on x86. A device's driver is bound, and has {'a' if callback == 'works' else 'no'} "
            f"shutdown callback; the device {'obeys' if obeys == 'yes' else 'does not obey'} its Bus Master bit.",
        ),
        question="What does the old kernel do to the device on its way out?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=(
            "kexec and reboot share device_shutdown(), which calls the driver by way of its bus "
            "[src: restart-prepare]. A panic does not go that way [src: crash-kexec].",
            "The core began to clear Bus Master at shutdown in v3.5; since v3.13 it does so on kexec only, after the "
            "driver's own callback [src: commit-bm-kexec-only]. Whether the device obeys is another question.",
        ),
        cross_check=must_equal(_done(ruled), _done(found)),
        look=("log", "The events old/eth0-call and old/eth0-clear-master, if they are there."),
    )


def _done(done: tuple[bool, bool]) -> str:
    return {
        (True, True): "it calls the driver's shutdown, and then clears Bus Master",
        (True, False): "it calls the driver's shutdown, and leaves Bus Master alone",
        (False, True): "it calls no callback of the driver's, and clears Bus Master",
        (False, False): "it does nothing to the device",
    }[done]


def _why_done(done: tuple[bool, bool], ruled: tuple[bool, bool], s: Scenario) -> str:
    if done == ruled:
        return {
            (True, True): "device_shutdown() calls it, and on kexec the PCI core clears the bit after that.",
            (True, False): "device_shutdown() calls it, and the PCI core does not touch the bit on this way.",
            (False, True): "there is no callback to call, and on kexec the PCI core clears the bit all the same.",
            (False, False): "no callback is called, and nobody touches the bit.",
        }[ruled]
    if done[0] != ruled[0]:
        if ruled[0]:
            return f"on {s.path} every driver's shutdown callback is called [src: restart-prepare]" + _and_bit(
                done, ruled
            )
        if s.path == "panic":
            return "the crashed kernel cannot be trusted to run callbacks [src: crash-kexec]" + _and_bit(done, ruled)
        return "the driver has no such callback to call" + _and_bit(done, ruled)
    if ruled[1]:
        return (
            "on kexec the core clears Bus Master, whether or not the driver has a callback [src: pci-device-shutdown]."
        )
    if s.path == "kexec" and s.kernel not in Versions("3.5"):
        return "before v3.5 the core does not touch Bus Master [src: pci-device-shutdown]."
    return f"{rules.why_open(s.but(power_state='known'))}."


def _and_bit(done: tuple[bool, bool], ruled: tuple[bool, bool]) -> str:
    return "." if done[1] == ruled[1] else ", and Bus Master is not as it says either."


KINDS = (what_survives, which_way_works, what_is_called)
