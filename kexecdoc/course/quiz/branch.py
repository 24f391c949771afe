"""Chapter 1: is kexec just a branch? What a device does between the jump and the next driver."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from kexecdoc.course.quiz.answers import Choice, Option
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import Problem, must_equal
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading import rules
from kexecdoc.reading.run import Run

FATES = {
    "none": "there is no such write: the DMA engine has been stopped",
    "stopped": "it does not leave the device: Bus Master holds it back",
    "faulted": "the IOMMU refuses it",
    "missed": "it goes out to an address where there is no RAM",
    "landed": "it lands in a buffer of the old kernel's driver, whoever owns that by then",
    "elsewhere": "it lands in RAM, in a place that no driver ever gave to the device",
}


def _switches_by_fate() -> dict[str, list[Mapping[str, str]]]:
    """Return combinations of switches, two to four from the default, grouped by what happens to the first write."""
    found: dict[str, list[Mapping[str, str]]] = {fate: [] for fate in FATES}
    names = (
        *("machine", "quiesce", "shutdown-callback", "clear-bus-master", "power-state", "obeys-bus-master"),
        *("iommu", "iova", "gbpa"),
    )
    ends = (("none", "works"), ("shutdown", "works"), ("shutdown", "missing"), ("shutdown", "incomplete"))
    yes_no, ways = ("yes", "no"), (("off", "hole"), ("identity", "hole"), ("translate", "hole"), ("translate", "ram"))
    for machine, end, clear, power, obeys, way, gbpa in product(
        ("arm64", "x86"), ends, yes_no, ("known", "unknown"), yes_no, ways, ("bypass", "abort")
    ):
        values = dict(zip(names, (machine, *end, clear, power, obeys, *way, gbpa), strict=True))
        scenario = Scenario.of(values)
        idle = gbpa == "abort" and (machine == "x86" or way[0] == "off")
        if 2 <= len(scenario.differences()) <= 4 and not idle:
            found[rules.first_write(scenario)].append(values)
    return found


def first_write(draw: ProblemDraws) -> Problem:
    """Ask at which gate the first write after the jump ends."""
    fate = draw.among(list(FATES), "fate")
    values = draw.among(_switches_by_fate()[fate], "machine")
    traffic = draw.among((500, 800, 1000, 2000), "traffic")
    s = Scenario.of({**values, "dma": draw.among(("ring", "cyclic"), "dma"), "traffic": traffic, "seed": draw.seed})
    options = [Option(words, _why(kind, fate, s), kind == fate) for kind, words in FATES.items()]
    iommu = "an SMMUv3" if s.machine == "arm64" else "VT-d"
    return Problem(
        scenario=s,
        given=(
            f"An ordinary kexec. {traffic:,} times a second something arrives at a device, which then wants to write "
            f"memory. Between it and memory there is {'no IOMMU' if s.iommu == 'off' else iommu}.",
        ),
        question="What becomes of the first write that the device wants to make after the jump?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=_gates(s),
        cross_check=must_equal(fate, _first_write(simulate(s)), FATES),
        look=("log", "The first event of a kind dma... with an id eth0/... after stub/jump:0."),
    )


def _first_write(run: Run) -> str:
    """Return the key of `FATES` for the first write after the jump, by the log."""
    jump = run.verdict.jump_ns or 0
    event = next((e for e in run.log if e.kind.startswith("dma.") and e.t_ns > jump), None)
    if event is None:
        return "none"
    end = event.kind.removeprefix("dma.")
    gate = run.at(event.t_ns)["gate/eth0/" + ("smmu" if run.scenario.machine == "arm64" else "vtd")]
    untranslated = run.scenario.iommu == "translate" and gate == "bypasses"
    return "elsewhere" if end == "landed" and untranslated else end


def _gates(s: Scenario) -> tuple[str, ...]:
    """Return what each gate does, up to the first that refuses the write, in words."""
    if rules.engine_stopped(s):
        return ("The engine: the driver's callback stops it before the jump [src: pci-h]. Nothing else matters then.",)
    lines = [f"The engine: it runs, for {rules.why_runs(s)}."]
    if rules.held_back(s):
        cleared = "the PCI core has cleared the bit, after the driver's own callback [src: pci-device-shutdown]"
        return (*lines, f"Bus Master: {cleared}, and the device obeys: no write leaves it [src: bus-master].")
    lines.append(f"Bus Master: it does not hold the write back, for {rules.why_open(s)}.")
    if s.iommu == "off":
        lines.append("The IOMMU: there is none in the path.")
    elif s.machine == "x86":
        lines.append("The IOMMU: VT-d is switched off in machine_shutdown(), before the jump [src: vtd-shutdown].")
    else:
        lines.append(
            "The IOMMU: the SMMU's own shutdown callback switches it off [src: smmu-shutdown], and from then on "
            f"SMMU_GBPA decides, which says {s.gbpa} here [src: smmu-gbpa]."
        )
    if rules.first_write(s) == "faulted":
        return tuple(lines)
    address = {
        "landed": "it is the physical address of a buffer, as it always was.",
        "missed": "the device holds an I/O virtual address, handed out from 4 GiB downwards [src: iova-allocation]; "
        "read as a physical one it is in a hole.",
        "elsewhere": "the device holds an I/O virtual address, and read as a physical one it is RAM of somebody "
        "else's.",
    }
    return (*lines, f"The address: {address[rules.first_write(s)]}")


STOPPED_BEFORE = {
    "stopped": "there is nothing to hold back",
    "faulted": "nothing comes as far as the IOMMU",
    "missed": "no address is looked for",
    "landed": "nothing gets as far as memory, its own buffer included",
    "elsewhere": "nothing gets as far as memory, whosever it is",
}
"""What does not happen because an earlier gate stops the write."""


def _why(kind: str, fate: str, s: Scenario) -> str:
    """Return why that happens to the write, or why it does not."""
    if kind == fate:
        return {
            "none": "the driver's shutdown callback works, and is called [src: pci-h].",
            "stopped": "it is the first gate that is shut.",
            "faulted": "it is the first gate that is shut.",
            "missed": "every gate is open, and the address leads nowhere.",
            "landed": "every gate is open, and the address is that of the buffer.",
            "elsewhere": "every gate is open, and the address is that of somebody's memory.",
        }[fate]
    if fate == "none":
        return f"{STOPPED_BEFORE[kind]}: the driver's shutdown callback has stopped the engine [src: pci-h]."
    if kind == "none":
        return f"the engine runs on: {rules.why_runs(s)}."
    if fate == "stopped":
        return (
            f"{STOPPED_BEFORE[kind]}: Bus Master is the first gate, it is shut, and the device obeys [src: bus-master]."
        )
    if kind == "stopped":
        return f"{rules.why_open(s)}."
    if kind == "faulted":
        if s.iommu == "off":
            return "there is no IOMMU in the path."
        off = "VT-d is off by the jump, and what is off refuses nothing [src: vtd-shutdown]."
        smmu = "the SMMU is off by the jump, and GBPA lets everything through [src: smmu-gbpa]."
        return off if s.machine == "x86" else smmu
    if fate == "faulted":
        return f"{STOPPED_BEFORE[kind]}: the SMMU is off, and its GBPA register aborts whatever comes [src: smmu-gbpa]."
    if s.iommu == "translate":
        return {
            "landed": "nobody translates any more: the I/O virtual address is taken for a physical one.",
            "missed": "that would be luck: here the same numbers are addresses of RAM as well.",
            "elsewhere": "the numbers would have to be addresses of RAM: here they lie in a hole below 4 GiB.",
        }[kind]
    return {
        "missed": "the device holds the physical address of a buffer, and that is RAM.",
        "elsewhere": "the device holds the physical address of a buffer that its driver gave to it.",
    }[kind]


# -- what would have prevented it ------------------------------------------------------------------

BIT_NEEDS = (
    (rules.CLEARING_CORE, "no", "this core does not clear the bit"),
    (rules.KNOWN_POWER, "unknown", "the core clears the bit only in functions that it knows to be powered"),
    (rules.OBEDIENT_DEVICE, "no", "this device goes on with the bit clear"),
    (rules.RESETTING_DRIVER, "trusts", "the next driver sets the bit with the old engine running"),
)
"""What it takes for the bit to help: the remedy, its switch's value without it, and what is wrong then."""

DECOYS = {
    "loader=user": (
        "an image loaded by kexec-tools, so that a digest is checked before the next kernel is entered",
        "a digest says that the image was hit, and then purgatory stops; it keeps no write out [src: purgatory].",
    ),
    "iommu=identity": (
        "an SMMU that passes addresses unchanged",
        "it is off by the jump [src: smmu-shutdown], and while it is on it passes every address unchanged.",
    ),
    "interrupt=intx": (
        "a device that interrupts by a line",
        "that changes how it interrupts, and nothing of what it writes.",
    ),
    "mask-at-controller=yes": (
        "every interrupt masked at the controller before the jump",
        "a mask for interrupts does not touch DMA.",
    ),
}
"""Changes that do not help: their words in the choice, and why they do not."""


def prevented(draw: ProblemDraws) -> Problem:
    """Ask which single change keeps every leftover write from landing."""
    count = draw.among((1, 1, 2, 3), "lacks")
    lacking = draw.shuffled(BIT_NEEDS, "lacking")[:count]
    end = draw.among(
        ({"quiesce": "none"}, {"shutdown-callback": "missing"}, {"shutdown-callback": "incomplete"}), "end"
    )
    without = {field: value for remedy, value, _ in lacking for field in remedy.changes}
    s = Scenario.of({**end, **without, "dma": draw.among(("ring", "cyclic"), "dma"), "seed": draw.seed})
    changes: dict[str, tuple[Scenario, str]] = {}
    for remedy, _, _ in lacking:
        left = [wrong for other, _, wrong in lacking if other is not remedy]
        why_not = f"it is not enough: {', and '.join(left)}." if left else ""
        changes[remedy.words] = s.but(**remedy.changes), why_not
    if count > 1:
        works = "a shutdown callback that works, and is called"
        changes[works] = s.but(quiesce="shutdown", shutdown_callback="works"), ""
    for key in draw.shuffled(list(DECOYS), "beside")[: 4 - len(changes)]:
        name, _, value = key.partition("=")
        changes[DECOYS[key][0]] = s.but(**{name.replace("-", "_"): value}), DECOYS[key][1]
    options = [
        Option(words, why or f"then {_stops(better)}.", not rules.ever_writes(better))
        for words, (better, why) in changes.items()
    ]
    ruled = [words for words, (better, _) in changes.items() if not rules.ever_writes(better)]
    found = [words for words, (better, _) in changes.items() if not simulate(better).verdict.dma["landed"]]
    return Problem(
        scenario=s,
        given=(
            "An ordinary kexec, without an IOMMU. The old kernel's driver does not stop the device, which writes "
            "memory after the jump.",
        ),
        question="Which of these, and nothing else changed, would have kept every leftover write from landing?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=(
            f"The engine runs, for {rules.why_runs(s)}.",
            "Then all is left to the Bus Master bit. It takes four things for that to help: a core that clears it, "
            "which it does only in a function that it knows to be powered [src: pci-device-shutdown]; a device that "
            "obeys, which not every one is known to [src: bus-master-2012]; and a next driver that does not set it "
            f"again over an engine that still runs. Of these {_number(count)} {'is' if count == 1 else 'are'} lacking "
            "here.",
        ),
        cross_check=must_equal("; ".join(ruled), "; ".join(found)),
        look=("text", "The line DMA counts what landed. Make the change, and it counts none."),
    )


def _number(count: int) -> str:
    return ("none", "one", "two", "three", "four")[count]


def _stops(s: Scenario) -> str:
    """Return what keeps every write from landing, in words."""
    return "the engine is stopped before the jump" if rules.engine_stopped(s) else "nothing lacks that the bit takes"


KINDS = (first_write, prevented)
