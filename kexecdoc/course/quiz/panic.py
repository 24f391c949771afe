"""Chapter 8: when the kernel cannot be trusted. What devices still write, how long it takes, what ten seconds buy."""

from __future__ import annotations

from kexecdoc.course.quiz.answers import Choice, Mistake, Number, Numbers, Option, sentence
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import CrossCheck, Problem, must_equal
from kexecdoc.course.quiz.steps import listed, ms, summed
from kexecdoc.crossing import simulate
from kexecdoc.model.scales import (
    CPU_STOP,
    DRIVER_REMOVE,
    DRIVER_SHUTDOWN,
    FUNCTION_SHUTDOWN,
    MASKED_BEFORE_STUB,
    MS,
    PANIC_STEP,
    S,
)
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run

CMA_WAIT = 10 * S
"""How long a crashed kernel waits if the capture kernel shares memory with userspace. [src: crash-cma]"""

FATES = {
    "old": "they go on, and land in the crashed kernel's memory; the dump is captured",
    "dry": "there are none any more by the jump; the dump is captured",
    "shared": "they go on, and land in memory that the capture kernel uses; whether the dump is captured is luck",
    "refused": "they go on until the capture kernel sets its IOMMU up, and are refused from then on; the dump is "
    "captured",
    "killed": "they go on until the capture kernel sets its IOMMU up; the first one refused kills it, and the dump "
    "is lost",
}


def fate(s: Scenario) -> str:
    """Return the key of `FATES`: what happens to the device's writes and to the dump.

    Nothing on the crash path stops a device. [src: crash-kexec] No device was ever given memory that was reserved at
    boot. [src: kdump-doc] An SMMUv3 is reset, and aborts; VT-d's tables are copied. [src: smmu-kdump]
    """
    if s.crash_memory == "cma":
        return "shared" if s.dma == "cyclic" else "dry"
    if s.machine == "arm64" and s.iommu == "translate":
        return "killed" if s.on_abort == "fatal" else "refused"
    return "old"


def _switches_by_fate() -> dict[str, list[dict[str, str]]]:
    cma = {"crash-memory": "cma"}
    smmu = {"iommu": "translate"}
    x86 = {"machine": "x86"}
    fatal = {"on-abort": "fatal"}
    cyclic = {"dma": "cyclic"}
    return {
        "old": [
            {},
            cyclic,
            x86,
            x86 | cyclic,
            x86 | smmu,
            x86 | smmu | fatal,
            x86 | smmu | cyclic,
            fatal,
            x86 | fatal | cyclic,
        ],
        "dry": [cma, cma | x86, cma | fatal, cma | x86 | fatal],
        "shared": [cma | cyclic, cma | cyclic | x86, cma | cyclic | fatal],
        "refused": [smmu, smmu | cyclic],
        "killed": [smmu | fatal, smmu | fatal | cyclic],
    }


def what_dma_hits(draw: ProblemDraws) -> Problem:
    """Ask what happens to a device's writes after a crash, and to the dump."""
    end = draw.among(list(FATES), "fate")
    switches = draw.among(_switches_by_fate()[end], "machine")
    kernel = "7.3" if "crash-memory" in switches else draw.among(("7.3", "6.12", "6.1", "5.10"), "kernel")
    traffic = draw.among((300, 400, 500, 600) if end == "shared" else (500, 800, 1000), "traffic")
    driver = draw.among(("resets", "absent"), "driver")
    values = {"path": "panic", "kernel": kernel, "traffic": traffic, "next-driver": driver, **switches}
    s = Scenario.of({**values, "seed": draw.seed})
    options = [Option(words, _why(kind, end, s), kind == end) for kind, words in FATES.items()]
    memory = (
        "partly reserved at boot and partly memory that userspace had (crashkernel=SIZE,cma); the device's buffers "
        "lie there"
        if s.crash_memory == "cma"
        else "reserved at boot (crashkernel=SIZE)"
    )
    device = "a ring of 256 descriptors" if s.dma == "ring" else "a buffer that it writes round and round"
    unit = {"arm64": "an SMMUv3", "x86": "VT-d"}[s.machine]
    iommu = f"Behind {unit} that translates, it" if s.iommu == "translate" else "It"
    abort = " A refused request is fatal to this machine." if s.on_abort == "fatal" else ""
    run = simulate(s)
    return Problem(
        scenario=s,
        given=(
            f"An {'arm64' if s.machine == 'arm64' else 'x86'} machine panics. The capture kernel's memory is "
            f"{memory}. {iommu} "
            f"has {device}, and {traffic:,} arrivals a second.{abort}".replace("It has", "A device has").replace(
                "translates, it has", "translates, a device has"
            ),
        ),
        question="What becomes of the device's writes after the jump, and of the dump?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=_lesson(s),
        cross_check=must_equal(end, _fate_of(run), FATES),
        look=("json", "dma, dma.landed_in and dump"),
    )


def _fate_of(run: Run) -> str:
    """Return the key of `FATES` by the counts of a run."""
    v, captured = run.verdict, run.to_json()["dump"] == "captured"
    if not v.dma:
        return "dry" if v.dry_at_jump and captured else "no writes"
    if v.dma["faulted"]:
        return "refused" if captured else "killed"
    if any(owner.startswith("next-") for owner in v.landed_in):
        return "shared"
    return "old" if set(v.landed_in) == {"old"} and captured else "elsewhere"


def _why(kind: str, end: str, s: Scenario) -> str:
    """Return why that happens, or why it does not."""
    if kind == end:
        return {
            "old": "nobody stops the device, and nobody has to: the capture kernel runs where no device ever wrote "
            "[src: kdump-doc].",
            "dry": "with such memory the crashed kernel waits ten seconds before the jump [src: crash-cma], and a "
            "ring that "
            "nobody refills is dry by then.",
            "shared": "ten seconds end a ring [src: crash-cma], and not a device that writes round and round; its "
            "buffer lies in "
            "memory that the capture kernel takes for its own.",
            "refused": "the SMMU stays on through the jump, and the old tables lead to old memory; the capture "
            "kernel resets it, "
            "and what is in flight is aborted [src: smmu-kdump].",
            "killed": "the capture kernel resets its SMMU, and what is in flight is aborted [src: smmu-kdump]; on "
            "this machine "
            "the error comes back to a CPU [src: arm64-serror].",
        }[end]
    if kind == "old":
        if end == "dry":
            return (
                "the ring has been dry for seconds by the jump: nobody refills it while the crashed kernel waits "
                "[src: crash-cma]."
            )
        if end == "shared":
            return (
                "the buffer lies in memory that userspace had, and that the capture kernel now uses as well "
                "[src: crash-cma]."
            )
        return (
            "that ends when the capture kernel resets its SMMU: it does not take the old tables over [src: smmu-kdump]."
        )
    if kind == "dry":
        if s.dma == "cyclic":
            return "a buffer that is written round and round never runs dry."
        return (
            "it takes seconds to see to that: from panic to jump there are milliseconds, unless memory is shared "
            "[src: crash-cma]."
        )
    if kind == "shared":
        if end == "dry":
            return "that is what the ten seconds are for, and a ring does end in them [src: crash-cma]."
        return "the capture kernel's memory was reserved at boot: no driver ever gave it to a device [src: kdump-doc]."
    if s.iommu == "off" or s.machine == "x86":
        why = "there is no IOMMU in the path"
        if s.iommu != "off":
            why = "VT-d is left on, and the capture kernel copies its tables: what was allowed stays so [src: vtd-copy]"
        return f"{why}: nothing is refused." if kind == "refused" else f"{why}: no refusal comes back as an error."
    if kind == "refused":
        return "a refused request is fatal to this machine."
    return "a refused request is nothing to this machine but a write that does not arrive."


def _lesson(s: Scenario) -> tuple[str, ...]:
    if s.iommu == "translate":
        return (
            "Why not switch it off? With translation off, an I/O virtual address is taken for a physical one. Why not "
            "leave it? For VT-d the tables are copied [src: vtd-copy]; for an SMMUv3 that is not in 7.3 "
            "[src: smmu-kdump].",
        )
    return ("On the crash path no callback runs, and nobody clears Bus Master [src: crash-kexec].",)


# -- how long it takes -----------------------------------------------------------------------------


def time_to_jump(draw: ProblemDraws) -> Problem:
    """Ask how long it takes from the panic to the jump."""
    values = {
        "path": "panic",
        "machine": draw.among(("arm64", "x86"), "machine"),
        "crash-memory": draw.among(("reserved", "cma"), "memory"),
        "crash-work": draw.among(("minimal", "notifiers", "shutdown", "shutdown"), "work"),
        "quiesce": draw.among(("shutdown", "remove"), "quiesce"),
        "quiesce-disk": draw.among(("shutdown", "remove"), "disk"),
        "line-shared": draw.among(("no", "yes"), "usb"),
        "dma": "ring",
        "traffic": 100,
    }
    if values["crash-work"] != "shutdown":
        values |= {"quiesce": "shutdown", "quiesce-disk": "shutdown", "line-shared": "no"}
    s = Scenario.of({**values, "seed": draw.seed})
    steps = _steps(s)
    total = sum(ns for _, ns in steps)
    took = round(simulate(s).to_json()["time_ms"]["shutdown"] * MS)
    cma = s.crash_memory == "cma"
    work = {
        "minimal": "It does the least: stops the other CPUs, quiets the interrupt controller, and jumps.",
        "notifiers": "It was told to run the panic notifiers first (crash_kexec_post_notifiers).",
        "shutdown": "It shuts its devices down first, which no kernel does.",
    }[s.crash_work]
    return Problem(
        scenario=s,
        given=(
            f"An {'arm64' if s.machine == 'arm64' else 'x86'} machine panics, with nothing of it damaged. {work} The "
            "capture kernel's memory is "
            f"{'partly shared with userspace (crashkernel=SIZE,cma)' if cma else 'reserved at boot'}.",
            f"Here it takes {listed([step for step in steps if step[1] != CMA_WAIT])}.",
        ),
        question="How many milliseconds pass between the panic and the jump?",
        answer=Numbers(
            (Number("time", total / MS, "ms", within=0.05),),
            (
                Mistake(
                    ((total + (-CMA_WAIT if cma else CMA_WAIT)) / MS,),
                    "with memory that userspace had it waits ten seconds for DMA to end."
                    if cma
                    else "it waits for DMA only where the capture kernel's memory is shared.",
                ),
                Mistake((CMA_WAIT / MS,), "the other steps take their time as well."),
                Mistake((0,), "the least is not nothing: the other CPUs have to be stopped."),
                Mistake(((total - CPU_STOP) / MS,), "the other CPUs are stopped, too."),
                Mistake((1000,), "a second is what it waits at most for a CPU that does not stop; here each does."),
            ),
            "add the steps, and ask whether it waits for DMA.",
        ),
        working=(
            f"{sentence(listed(steps))} [src: crash-kexec]: {summed(steps)}.",
            "The ten seconds are for DMA into memory that userspace had: whatever was under way is to have ended by "
            "then [src: crash-cma]."
            if cma
            else "Nothing waits for DMA: it goes on, into memory that the capture kernel does not use "
            "[src: kdump-doc].",
        ),
        cross_check=must_equal(f"{ms(total)} ms", f"{ms(took)} ms"),
        look=("json", "time_ms.shutdown"),
    )


def _steps(s: Scenario) -> list[tuple[str, int]]:
    """Return the steps from the panic to the jump, each with its time in ns."""
    first = {
        "minimal": [],
        "notifiers": [("for the notifiers", PANIC_STEP), ("to dump the log", PANIC_STEP)],
        "shutdown": [
            ("for the network card", DRIVER_REMOVE if s.quiesce == "remove" else DRIVER_SHUTDOWN),
            ("for the disk", DRIVER_REMOVE if s.quiesce_disk == "remove" else DRIVER_SHUTDOWN),
            *([("for the USB controller", FUNCTION_SHUTDOWN)] if s.line_shared == "yes" else []),
            ("for the other functions", FUNCTION_SHUTDOWN),
        ],
    }[s.crash_work]
    return [
        ("to print the panic", PANIC_STEP),
        *first,
        ("to stop the other CPUs", CPU_STOP),
        ("to look for an image", PANIC_STEP),
        ("to quiet the interrupt controller", PANIC_STEP),
        *([("to wait for DMA", CMA_WAIT)] if s.crash_memory == "cma" else []),
        ("to leave", MASKED_BEFORE_STUB),
    ]


def dry_in_time(draw: ProblemDraws) -> Problem:
    """Ask how much traffic it takes for a ring to run dry within the ten seconds."""
    ring = draw.between(6, 50, "ring") * 10
    lowest = -(-ring * S // CMA_WAIT)
    values = {
        "path": "panic",
        "crash-memory": "cma",
        "ring-size": ring,
        "machine": draw.among(("arm64", "x86"), "machine"),
    }
    s = Scenario.of({**values, "traffic": lowest * 2, "seed": draw.seed})
    dry = {rate: simulate(s.but(traffic=rate)).verdict.dry_at_jump for rate in (lowest * 2, max(1, lowest // 2))}
    return Problem(
        scenario=s,
        given=(
            "A machine panics whose capture kernel shares memory with userspace (crashkernel=SIZE,cma). A network "
            f"card's ring of {ring} descriptors is full, and nobody refills it any more. The crashed kernel waits "
            f"{CMA_WAIT // S} s before it jumps.",
        ),
        question="How many packets a second must come in, at the least, for the ring to be dry by the jump?",
        answer=Numbers(
            (Number("packets a second", lowest, within=0.5),),
            (
                Mistake((ring,), f"it has ten seconds, not one, to use up {ring} descriptors."),
                Mistake((2 * lowest,), "a packet makes two writes, but it uses up one descriptor."),
                Mistake((lowest / 2,), "a packet uses up one descriptor, though it makes two writes."),
                Mistake((CMA_WAIT // S,), "that is the time; how many descriptors have to be used up in it?"),
            ),
            "divide the descriptors by the seconds.",
        ),
        working=(
            f"{ring} descriptors, one a packet [src: ring-runs-dry], in {CMA_WAIT // S} s [src: crash-cma]: {ring} / "
            f"{CMA_WAIT // S} = {lowest} a second.",
            "On an idle network fewer come in, and then the next packet is written after the jump. A device that "
            "writes round and round is not stopped by waiting at all. The documentation of the option says that such "
            "DMA may corrupt the capture kernel [src: kdump-doc].",
        ),
        cross_check=CrossCheck(
            f"dry above {lowest} a second",
            "; ".join(f"at {rate} a second it is {'dry' if is_dry else 'not dry'}" for rate, is_dry in dry.items()),
            list(dry.values()) == [True, False],
            "At twice and at half of it, since the gaps between packets are drawn.",
        ),
        look=("text", "The verdict says whether the ring had run dry; try --traffic above and below."),
    )


KINDS = (what_dma_hits, time_to_jump, dry_in_time)
