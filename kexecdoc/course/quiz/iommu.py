"""Chapter 7: the IOMMU in the middle. Where an address leads at each moment, and how long nothing is translated."""

from __future__ import annotations

from itertools import product

from kexecdoc.course.quiz.answers import Choice, Mistake, Number, Numbers, Option
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import CrossCheck, Problem, count_within, must_equal
from kexecdoc.course.quiz.steps import before_iommu, listed, ms, summed
from kexecdoc.crossing import Crossing, simulate
from kexecdoc.model.scales import (
    BOOT_ENUMERATION,
    BOOT_IOMMU,
    BOOT_ROOTFS,
    FRAMES,
    MASKED_BEFORE_STUB,
    MS,
    RAM_BASE,
    SHORT_STEP,
    S,
)
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run
from kexecdoc.registries.versions import Versions
from kexecdoc.study.closed_forms import astray_before_jump, off_before_jump_ns, unpack_ns

MOMENTS = {
    "old/device_shutdown": "while device_shutdown() calls the drivers' callbacks",
    "old/migrate_to_reboot_cpu": "after device_shutdown() and before machine_shutdown()",
    "stub/jump": "just after the jump",
    "next/drivers": "when the next kernel has set its IOMMU up, and no driver has probed yet",
}
"""Moments by the event that begins then, each with its words in the question."""

ENDS = ("meant", "number", "refused")
"""Where an I/O address can lead: to the buffer meant, to the physical address of the same number, or nowhere."""


def leads_to(s: Scenario, moment: str) -> str:
    """Return which of `ENDS` an address that the old kernel's driver was given leads to at a moment.

    The SMMU goes off inside device_shutdown(), VT-d late; on the crash path neither does. The next kernel's tables
    begin empty except in identity domains; a capture kernel copies VT-d's tables. [src: smmu-shutdown]
    """
    arm, translate = s.machine == "arm64", s.iommu == "translate"
    if moment == "next/drivers":
        if s.path == "panic" and not arm:
            return "meant"
        if translate or (arm and s.kernel != "7.3"):
            return "refused"
        return "meant"
    off = s.path == "kexec" and (moment == "stub/jump" or (arm and moment == "old/migrate_to_reboot_cpu"))
    if not off:
        return "meant"
    if arm and s.gbpa == "abort":
        return "refused"
    return "number" if translate else "meant"


def _cases() -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Return pairs of a moment and switches, grouped by where an address leads then."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {end: [] for end in ENDS}
    names = ("path", "machine", "kernel", "iommu", "iova", "gbpa")
    for moment, *values in product(
        MOMENTS,
        ("kexec", "kexec", "panic"),
        ("arm64", "x86"),
        ("7.3", "6.12", "6.1"),
        ("translate", "translate", "identity"),
        ("hole", "ram"),
        ("bypass", "abort"),
    ):
        switches = dict(zip(names, values, strict=True))
        crash = switches["path"] == "panic" and (moment.startswith("old/") or switches["gbpa"] == "abort")
        idle = switches["machine"] == "x86" and switches["gbpa"] == "abort"
        idle |= switches["iommu"] == "identity" and switches["iova"] == "ram"
        if not crash and not idle:
            found[leads_to(Scenario.of(switches), moment)].append((moment, switches))
    return found


def where_it_leads(draw: ProblemDraws) -> Problem:
    """Ask where an address that the old driver was given leads at some moment."""
    end = draw.among(ENDS, "end")
    moment, switches = draw.among(_cases()[end], "case")
    path = switches["path"]
    left = {"quiesce": "none", "clear-bus-master": "no"} if path == "kexec" else {}
    s = Scenario.of({**switches, **left, "dma": draw.among(("ring", "cyclic"), "dma"), "seed": draw.seed})
    address, meant, found = _looked_up(s, moment, draw)
    in_ram = RAM_BASE <= address < RAM_BASE + FRAMES * 4096
    unit = "the SMMU" if s.machine == "arm64" else "VT-d"
    name = "SMMUv3" if s.machine == "arm64" else "VT-d"
    options = [
        Option(f"to {meant:#x}", _why_leads("meant", end, s, moment), end == "meant"),
        Option(f"nowhere: {unit} refuses it", _why_leads("refused", end, s, moment), end == "refused"),
    ]
    if s.iommu == "translate":
        where = "which is RAM" if in_ram else "where there is no RAM"
        options.append(Option(f"to {address:#x}, {where}", _why_leads("number", end, s, moment), end == "number"))
    else:
        far = 2**32 - 4096 + address % 4096
        options.append(
            Option(f"to {far:#x}", "an identity domain gives no other addresses than the physical ones.", False)
        )
    ruled = {"meant": f"{meant:#x}", "number": f"{address:#x}", "refused": "refused"}[end]
    mapped = (
        f"the driver was given the I/O virtual address {address:#x} for the physical address {meant:#x}"
        if s.iommu == "translate"
        else f"the driver was given the physical address {meant:#x}, which the IOMMU passes unchanged"
    )
    way = "an ordinary kexec" if path == "kexec" else "a panic, with a capture kernel in reserved memory"
    off = f" While it is off, its GBPA register says {s.gbpa}." if s.machine == "arm64" and path == "kexec" else ""
    return Problem(
        scenario=s,
        given=(
            f"An {'arm64' if s.machine == 'arm64' else 'x86'} machine with {name}, and {way} of v{s.kernel}. Of one "
            f"buffer {mapped}. RAM is from {RAM_BASE:#x} to {RAM_BASE + FRAMES * 4096 - 1:#x}.{off}",
        ),
        question=f"A write of the device to {address:#x} comes to the IOMMU {MOMENTS[moment]}. Where does it go?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=_history(s),
        cross_check=must_equal(ruled, "refused" if found is None else f"{found:#x}"),
        look=("log", f"gate/eth0/{'smmu' if s.machine == 'arm64' else 'vtd'}, folded up to that moment."),
    )


def _looked_up(s: Scenario, moment: str, draw: ProblemDraws) -> tuple[int, int, int | None]:
    """Return an address of the driver, what it is mapped to, and what the IOMMU translates it to at a moment.

    The device is kept quiet in this simulation, so that its own writes do no harm before that moment.
    """
    quiet = s.but(quiesce="shutdown", clear_bus_master="yes", ring_size=256)
    if s.path == "panic":
        quiet = quiet.but(traffic=1)
    crossing = Crossing(quiet)
    unit = crossing.computer.chips.iommu
    addresses = draw.shuffled(crossing.computer.nic.programming.buffers, "buffer")
    pairs = [(a, meant) for a in addresses if (meant := unit.translate("eth0", a)) is not None]
    address, meant = next(((a, m) for a, m in pairs if a != m), pairs[0])
    seen = 0
    while not any(event_id.startswith(f"{moment}:") for event_id in crossing.log.id[seen:]):
        seen = len(crossing.log)
        crossing.env.step()
    found = unit.translate("eth0", address)
    crossing.computer.memory.release()
    return address, meant, found


def _why_leads(kind: str, end: str, s: Scenario, moment: str) -> str:
    """Return why an address leads there at that moment, or why it does not."""
    state = _state(s, moment)
    if kind == end:
        return f"{state}."
    then = {
        ("meant", "number"): "nobody looks the address up any more",
        ("meant", "refused"): "nothing is let through to the buffer",
        ("refused", "meant"): "it refuses nothing that was allowed",
        ("refused", "number"): "what is off, and bypasses, refuses nothing",
        ("number", "meant"): "the address is still looked up, and not taken literally",
        ("number", "refused"): "it goes nowhere at all",
    }[kind, end]
    return f"{state}: {then}."


def _state(s: Scenario, moment: str) -> str:
    """Return what the IOMMU is doing at that moment, in words."""
    arm = s.machine == "arm64"
    if moment == "next/drivers":
        if s.path == "panic" and not arm:
            return (
                "a capture kernel copies the crashed kernel's tables, and keeps to them until the driver's probe "
                "[src: vtd-copy]"
            )
        if arm and s.kernel != "7.3":
            return (
                "the next kernel has enabled its SMMU over an empty stream table, and attaches at a driver's probe "
                "[src: smmu-attach]"
            )
        if s.iommu == "translate":
            empty = "an address space of its own in which nothing is mapped yet"
            return f"the next kernel has put the device into {empty} [src: {'smmu-attach' if arm else 'vtd-boot'}]"
        return (
            "the next kernel has attached the device already, addresses unchanged "
            f"[src: {'smmu-attach' if arm else 'vtd-boot'}]"
        )
    if s.path == "panic":
        return "nothing is shut down on the crash path, the IOMMU included [src: crash-kexec]"
    if moment == "old/device_shutdown":
        if arm:
            return "the SMMU's own callback comes after those of its devices [src: smmu-shutdown]"
        return "VT-d is no device: it is not switched off in device_shutdown() [src: vtd-shutdown]"
    if not arm:
        if moment == "old/migrate_to_reboot_cpu":
            return "VT-d goes off in machine_shutdown(), and that is still to come [src: vtd-shutdown]"
        return "VT-d has been switched off in machine_shutdown() [src: vtd-shutdown]"
    return f"the SMMU has been switched off in device_shutdown(), and GBPA says {s.gbpa} [src: smmu-gbpa]"


def _history(s: Scenario) -> tuple[str, ...]:
    """Return in words when the unit is on and when it is off on this path."""
    if s.path == "panic":
        return (
            "On the crash path both go on through the jump [src: crash-kexec]. A capture kernel with VT-d copies the "
            "tables that it finds [src: vtd-copy]; one with an SMMUv3 resets the unit, and what is in flight is "
            "aborted [src: smmu-kdump].",
        )
    if s.machine == "x86":
        return (
            "VT-d goes off in machine_shutdown(), after all callbacks, shortly before the jump [src: vtd-shutdown]. "
            "The next kernel attaches every function before it enables translation [src: vtd-boot].",
        )
    return (
        "The SMMU is a device like others, and its shutdown callback disables it, with the old kernel still running "
        "[src: smmu-shutdown]. Then GBPA decides: Linux does not program it at shutdown [src: smmu-gbpa].",
        "The next kernel enables it over an empty stream table [src: smmu-reset]. 7.3 attaches every device at once; "
        "6.12 and 6.1 attach one when its driver probes [src: smmu-attach].",
    )


# -- how long nothing is translated -------------------------------------------------------------------------


def astray(draw: ProblemDraws) -> Problem:
    """Ask how many writes go astray before the jump, while the SMMU is off and the old kernel still runs."""
    traffic = draw.between(40, 100, "traffic") * 100
    values = {
        "quiesce": "none",
        "clear-bus-master": "no",
        "iommu": "translate",
        "dma": draw.among(("ring", "cyclic"), "dma"),
        "kernel": draw.among(("7.3", "6.12", "6.1", "5.10"), "kernel"),
        "traffic": traffic,
    }
    s = Scenario.of({**values, "seed": draw.seed})
    # iova=ram is left out: some writes would hit a buffer by accident.
    window, each = off_before_jump_ns(s), 2 if s.dma == "ring" else 1
    arrivals = traffic * window / S
    expected = astray_before_jump(s)
    return Problem(
        scenario=s,
        given=(
            "An ordinary kexec of an arm64 machine with a translating SMMUv3, whose GBPA register says bypass. "
            "Nothing stops "
            + (
                f"a network card that takes {traffic:,} packets a second; of each it writes a buffer and a descriptor."
                if s.dma == "ring"
                else f"a device that writes one buffer round and round, {traffic:,} periods a second."
            ),
            f"In v{s.kernel}, {ms(window)} ms pass here between the SMMU's own shutdown and the jump.",
        ),
        question="How many of its writes, about, go to a wrong address before the old kernel has even left?",
        answer=Numbers(
            (Number("writes", expected, within=max(3, expected / 20)),),
            (
                Mistake(
                    (expected / each * (3 - each),),
                    "a packet is two writes, its buffer and its descriptor; a period is one.",
                ),
                Mistake((0,), "the SMMU goes off before the old kernel ends, not with it."),
                Mistake((each * traffic * (window + unpack_ns(s)) / S,), "that counts on beyond the jump."),
            ),
            "multiply the time by the rate, and by the writes of each arrival.",
        ),
        working=(
            f"{traffic:,} a second × {ms(window)} ms = {arrivals:.1f} arrivals, with {each} "
            f"write{'s' if each > 1 else ''} each: about {expected}.",
            "The SMMU's shutdown callback comes after those of its devices [src: smmu-shutdown]. After it the old "
            f"kernel still takes {ms(window)} ms, most of it to take the other CPUs offline "
            "[src: arm64-machine-shutdown]. The device goes on with I/O virtual addresses that nobody translates.",
        ),
        cross_check=count_within(expected, simulate(s).verdict.astray_before_jump, arrivals, each),
        look=("json", "dma.astray_before_jump"),
    )


def open_window(draw: ProblemDraws) -> Problem:
    """Ask for how long a translating IOMMU is off."""
    machine = draw.among(("arm64", "arm64", "arm64", "x86"), "machine")
    values = {
        "machine": machine,
        "iommu": "translate",
        "loader": draw.among(("file", "user"), "loader"),
        "firmware": draw.among(("efi", "devicetree") if machine == "arm64" else ("efi",), "firmware"),
        "kernel": draw.among(("7.3", "6.12", "6.1", "5.10"), "kernel"),
    }
    s = Scenario.of({**values, "seed": draw.seed})
    arm = machine == "arm64"
    before = off_before_jump_ns(s) if arm else MASKED_BEFORE_STUB + SHORT_STEP * (s.kernel in Versions("6.1"))
    boot = before_iommu(s)
    after = sum(ns for _, ns in boot) + BOOT_IOMMU // 2
    total = before + after
    found = _window(simulate(s))
    closed = unpack_ns(s) + BOOT_ROOTFS + (BOOT_ENUMERATION if s.firmware == "devicetree" else 0) + BOOT_IOMMU // 2
    return Problem(
        scenario=s,
        given=(
            f"An ordinary kexec of v{s.kernel} on an {'arm64' if arm else 'x86'} machine with a translating "
            f"{'SMMUv3' if arm else 'VT-d'}. It goes off {ms(before)} ms before the jump.",
            f"From the jump on it takes {listed(boot)}; {ms(BOOT_IOMMU / 2)} ms later the next kernel enables it "
            "again.",
        ),
        question="For how many milliseconds is nothing translated?",
        answer=Numbers(
            (Number("time", total / MS, "ms", within=0.05),),
            (
                Mistake((after / MS,), "it goes off before the jump, with the old kernel still running."),
                Mistake(((total - BOOT_IOMMU // 2) / MS,), "the next kernel takes a while to enable it."),
                Mistake(
                    (sum(ns for _, ns in boot[: 1 + ("digest" in boot[1][0])]) / MS,),
                    "the next kernel has to boot first.",
                ),
                Mistake((before / MS,), "the jump does not switch it on again."),
            ),
            "add up all that lies between its being switched off and its being switched on again.",
        ),
        working=(
            f"{summed([('before the jump', before), *boot, ('to enable it', BOOT_IOMMU // 2)])}.",
            "The SMMU's shutdown callback runs inside device_shutdown() [src: smmu-shutdown]."
            if arm
            else "VT-d goes off at the end of machine_shutdown(), shortly before the jump [src: vtd-shutdown].",
            "The durations are this model's; that the window is there does not depend on them.",
        ),
        cross_check=must_equal(f"{ms(total)} ms", f"{ms(found)} ms")
        if not arm or closed == after
        else CrossCheck(f"{after} ns after the jump", f"{closed} ns by closed_forms", False),
        look=(
            "log",
            "From the event old/...-shutdown that sets gate/eth0/... to the event next/...-enable:0 that sets it "
            "again.",
        ),
    )


def _window(run: Run) -> int:
    """Return how long the IOMMU was off, in ns."""
    at = dict(zip(run.log.id, run.log.t_ns, strict=True))
    unit = "smmu" if run.scenario.machine == "arm64" else "vtd"
    return at[f"next/{unit}-enable:0"] - at[f"old/{unit}-shutdown:0"]


KINDS = (where_it_leads, astray, open_window)
