"""Chapter 6: the table that cannot be switched off. Bits, tables, and what a next kernel does with them."""

from __future__ import annotations

from itertools import product

from kexecdoc.course.quiz.answers import Choice, Mistake, Number, Numbers, Option
from kexecdoc.course.quiz.draws import ProblemDraws
from kexecdoc.course.quiz.problem import Problem, must_equal
from kexecdoc.crossing import Crossing, simulate
from kexecdoc.model.kernel.arm64.lpis import INTIDS, chips
from kexecdoc.model.log import frame_range
from kexecdoc.model.machine.gic import FIRST_LPI, PENDING_BYTES, TABLE_BYTES, pending_bit
from kexecdoc.model.scales import CPUS, FRAME
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading.run import Run
from kexecdoc.registries.versions import Versions

KIB = 1024
LIST_ENTRIES = 255
"""Ranges that fit in one page of the firmware's list of reserved memory. [src: efi-memreserve]"""


def bit_of_intid(draw: ProblemDraws) -> Problem:
    """Ask for the byte and the bit of an INTID in a pending table."""
    intid = draw.among((draw.between(FIRST_LPI, 8300, "low"), draw.between(FIRST_LPI, 65_535, "any")), "range")
    cpu = draw.between(0, CPUS - 1, "cpu")
    s = Scenario(seed=draw.seed)
    offset, bit = pending_bit(intid)
    base, changed = _recorded(s, cpu, intid)
    return Problem(
        scenario=s,
        given=(
            f"CPU {cpu} has its interrupts masked. Its GICv3 redistributor records one in its pending table, which "
            f"begins at {base:#x}. The interrupt's number is INTID {intid}.",
        ),
        question="At which address is the byte that changes, and which of its bits is it?",
        answer=Numbers(
            (Number("address", base + offset, hexadecimal=True), Number("bit", bit)),
            (
                Mistake(
                    (base + (intid - FIRST_LPI) // 8, bit),
                    "the table counts from INTID 0, and not from the first LPI; the property table counts from 8192.",
                ),
                Mistake(
                    (base + intid - FIRST_LPI, 0), "a byte an INTID is what the property table has; here it is a bit."
                ),
                Mistake((base + intid, 0), "a byte holds eight INTIDs."),
                Mistake((base + offset, 7 - bit), "bit 0 is the lowest one of a byte."),
                Mistake((offset, bit), "that is the offset in the table; add where the table begins."),
            ),
            "the INTID divided by eight is the byte, the remainder the bit.",
        ),
        working=(
            f"{intid} = 8 × {offset} + {bit}: byte {offset} = {offset:#x} of the table, bit {bit} "
            "[src: gic-pending-bit].",
            f"{base:#x} + {offset:#x} = {base + offset:#x}. The first LPI is INTID {FIRST_LPI}, so the first "
            f"{FIRST_LPI // 8:,} bytes belong to no LPI [src: gic-lpi-life].",
        ),
        cross_check=must_equal(f"{base + offset:#x}, bit {bit}", changed),
        look=(
            "log",
            "Its start has redistributor/C/pending; lpi/C/I of an event is a pending bit, frame/N/bytes its frame.",
        ),
    )


def _recorded(s: Scenario, cpu: int, intid: int) -> tuple[int, str]:
    """Make a redistributor record an INTID. Return where its table begins, and which bit in memory has changed."""
    crossing = Crossing(s)
    redistributor, memory = chips(crossing.old).redistributors[cpu], crossing.computer.memory
    base = redistributor.pending_table
    crossing.computer.cpus[cpu].set_interrupts("masked", "quiz/mask:0", None)
    before = memory.load(base, PENDING_BYTES)
    redistributor.record(intid, "quiz", 0, "")
    after = memory.load(base, PENDING_BYTES)
    at = [n for n in range(PENDING_BYTES) if before[n] != after[n]]
    bits = (before[at[0]] ^ after[at[0]]).bit_length() - 1
    memory.release()
    return base, f"{base + at[0]:#x}, bit {bits}" if len(at) == 1 else "not one byte"


def table_of_whom(draw: ProblemDraws) -> Problem:
    """Ask in which CPU's table a message is recorded just after the old kernel has ended."""
    vector = draw.between(1, CPUS - 1, "vector")
    path = draw.among(("kexec", "kexec", "reboot"), "path")
    left = {"quiesce": "none", "clear-bus-master": "no"} if path == "kexec" else {"quiesce": "none", "reset": "none"}
    traffic = draw.among((2000, 2500, 3000), "traffic")
    firmware = draw.among(("devicetree", "efi"), "firmware")
    s = Scenario.of({**left, "path": path, "firmware": firmware, "traffic": traffic, "seed": draw.seed})
    run = simulate(s)
    tables = [int(run.log.start[f"redistributor/{cpu}/pending"]) for cpu in range(CPUS)]
    intid, cpu = INTIDS["eth0"][vector], 0 if path == "kexec" else vector
    offset, bit = pending_bit(intid)
    right, other = tables[cpu] + offset, tables[vector if cpu == 0 else 0] + offset
    listed = ", ".join(f"CPU {n} at {table:#x}" for n, table in enumerate(tables))
    way = (
        "An ordinary kexec of an arm64 machine, which takes the other CPUs offline."
        if path == "kexec"
        else "A reboot of an arm64 machine, which stops the other CPUs by an interrupt and enters its firmware "
        "without a reset."
    )
    return Problem(
        scenario=s,
        given=(
            f"{way} Nothing stops a network card. Its four vectors are INTIDs {INTIDS['eth0'][0]} to "
            f"{INTIDS['eth0'][-1]}, and while the machine ran the first went to CPU 0, the next to CPU 1, and so on. "
            f"The pending tables: {listed}.",
        ),
        question=f"The card sends the message of INTID {intid} after the last CPU has masked its interrupts, when its "
        "bit is clear everywhere. At which address does a byte change, and which of its bits is it?",
        answer=Numbers(
            (Number("address", right, hexadecimal=True), Number("bit", bit)),
            (
                Mistake(
                    (other, bit),
                    "taking a CPU offline moves its interrupts to another, and CPU 0 is the last."
                    if path == "kexec"
                    else "nothing moves here: a CPU that is stopped by an interrupt is not taken offline.",
                ),
                Mistake(
                    (tables[cpu] + (intid - FIRST_LPI) // 8, bit),
                    "the table counts from INTID 0, and not from the first LPI.",
                ),
                Mistake((right, vector), "the bit is the remainder of the INTID divided by eight, not the vector."),
            ),
            "ask first to which CPU the message goes by now, then for byte and bit.",
        ),
        working=(
            (
                "machine_shutdown() takes the other CPUs offline [src: arm64-machine-shutdown], and that moves their "
                "interrupts to CPU 0 [src: irq-migrate]. Nobody masks them."
                if path == "kexec"
                else f"Stopping a CPU by an interrupt moves nothing: INTID {intid} still goes to CPU {vector}. "
                "Without a reset "
                "its redistributor goes on [src: gic-enable-lpis]."
            ),
            f"{intid} = 8 × {offset} + {bit}; {tables[cpu]:#x} + {offset:#x} = {right:#x}, bit {bit} "
            "[src: gic-pending-bit].",
        ),
        cross_check=must_equal(f"{right:#x}, bit {bit}", _first_recorded(run, intid)),
        look=("log", f"The first event lpi.recorded after the CPU's interrupts are masked that sets lpi/.../{intid}."),
    )


def _first_recorded(run: Run, intid: int) -> str:
    """Return the first bit set for an INTID after the last CPU has masked its interrupts."""
    masked = run.log.id.index("old/daif-mask:0")
    for event in list(run.log)[masked:]:
        for path in event.set:
            if event.kind == "lpi.recorded" and path.startswith("lpi/") and path.endswith(f"/{intid}"):
                base = int(run.log.start[f"redistributor/{path.split('/')[1]}/pending"])
                return f"{base + intid // 8:#x}, bit {intid % 8}"
    return "never"


# -- keeping the tables ----------------------------------------------------------------------------


def memory_kept(draw: ProblemDraws) -> Problem:
    """Ask how much memory has to be kept for a number of CPUs."""
    cpus = draw.among(
        (2, 4, 6, 8, 12, 16, 24, 32, 46, 48, 64, 80, 96, 128, 160, 192, 224, 254, 255, 256, 384, 512), "cpus"
    )
    tables = cpus + 1
    kept, pages = tables * TABLE_BYTES // KIB, -(-tables // LIST_ENTRIES)
    s = Scenario(seed=draw.seed)
    here = sum(len(frame_range(path, "kept")) for path in Crossing(s).log.start) * FRAME // KIB
    mine = (CPUS + 1) * TABLE_BYTES // KIB
    return Problem(
        scenario=s,
        given=(
            f"An arm64 server with {cpus} CPUs and a GICv3 boots Linux through UEFI. Linux allocates "
            f"{TABLE_BYTES // KIB} KiB for a property table, and as much for each pending table, and puts every table "
            f"on a list of reserved memory for the next kernel. A page of that list has room for {LIST_ENTRIES} "
            "ranges.",
        ),
        question="How many KiB are reserved for the tables, and how many pages does the list take?",
        answer=Numbers(
            (Number("memory", kept, "KiB"), Number("pages of the list", pages)),
            (
                Mistake((kept - TABLE_BYTES // KIB, -(-cpus // LIST_ENTRIES)), "the property table is kept, too."),
                Mistake(
                    (2 * cpus * TABLE_BYTES // KIB, -(-2 * cpus // LIST_ENTRIES)), "all CPUs share one property table."
                ),
                Mistake(
                    (cpus * PENDING_BYTES // KIB + TABLE_BYTES // KIB, pages),
                    "of a pending table 8 KiB have a meaning, but Linux allocates 64 KiB of it.",
                ),
                Mistake((kept, tables), "that is the number of ranges; a page of the list has room for many."),
            ),
            "one property table for all, one pending table for each CPU.",
        ),
        working=(
            f"{cpus} pending tables and one property table: {tables} × {TABLE_BYTES // KIB} KiB = {kept:,} KiB "
            "[src: gic-table-sizes].",
            f"{tables} ranges at {LIST_ENTRIES} a page: {pages} page{'s' if pages > 1 else ''} [src: efi-memreserve]. "
            "Each kernel puts its property table on the list at once, and a pending table when its CPU first comes up "
            "[src: its-reserve].",
            f"The simulated machine has {CPUS} CPUs: {CPUS + 1} × {TABLE_BYTES // KIB} = {mine} KiB.",
        ),
        cross_check=must_equal(f"{mine} KiB for {CPUS} CPUs", f"{here} KiB for {CPUS} CPUs"),
        look=("log", "Its start has frame/.../kept for each table that is kept, in frames of 4 KiB."),
    )


POLICIES = {
    "reused": "it keeps the tables that it finds, and messages work",
    "fresh": "it switches LPIs off and gives them tables of its own, and messages work",
    "stuck": "it tries to switch LPIs off, fails and says so; no message reaches it",
    "silent": "it gives them tables of its own without a look whether they take; they do not, and nobody says so",
}


def policy(s: Scenario) -> str:
    """Return the key of `POLICIES` for a next kernel that finds live tables. [src: lpi-allocate]"""
    keeps = s.kernel in Versions("4.20") and (s.path == "panic" or s.firmware == "efi")
    if keeps:
        return "reused"
    if s.lpi_disable == "clearable":
        return "fresh"
    return "stuck" if s.kernel in Versions("4.17") else "silent"


def _all_policies() -> dict[str, list[dict[str, str]]]:
    kernels = ("4.12", "4.17", "4.18", "4.20", "5.10", "6.1", "6.12", "7.3")
    found: dict[str, list[dict[str, str]]] = {name: [] for name in POLICIES}
    names = ("kernel", "firmware", "lpi-disable", "path")
    for values in product(kernels, ("efi", "devicetree"), ("clearable", "sticky"), ("kexec", "panic")):
        switches = dict(zip(names, values, strict=True))
        found[policy(Scenario.of(switches))].append(switches)
    return found


def policy_by_version(draw: ProblemDraws) -> Problem:
    """Ask what a next kernel does with live tables, by version, firmware and hardware."""
    fate = draw.among(list(POLICIES), "fate")
    s = Scenario.of({**draw.among(_all_policies()[fate], "machine"), "seed": draw.seed})
    options = [Option(words, _why_policy(kind, fate, s), kind == fate) for kind, words in POLICIES.items()]
    hardware = "can be cleared again" if s.lpi_disable == "clearable" else "stays set for ever once it was set"
    boot = "through UEFI" if s.firmware == "efi" else "without UEFI, from a device tree"
    way = {"kexec": "An ordinary kexec", "panic": "A panic, and a capture kernel"}[s.path]
    run = simulate(s)
    return Problem(
        scenario=s,
        given=(
            f"{way}, from v{s.kernel} to v{s.kernel}, on an arm64 machine with a GICv3. EnableLPIs {hardware}. The "
            f"first kernel was booted {boot}.",
        ),
        question="What does the next kernel do with the LPI tables of the old one, which it finds live?",
        answer=Choice(tuple(draw.shuffled(options, "order"))),
        working=(
            "Before v4.17 a kernel clears EnableLPIs, does not look, and writes the addresses of its own tables. "
            "v4.17 looks, warns and gives up on a CPU where the bit sticks [src: commit-detect-lpis]. v4.20 keeps "
            "tables that lie in reserved memory [src: commit-reuse-tables], and a capture kernel keeps any "
            "[src: lpi-allocate].",
            "The list of reserved memory is handed on in UEFI's tables; without UEFI there is none "
            "[src: commit-memreserve].",
        ),
        cross_check=must_equal(fate, _policy_of(run), POLICIES),
        look=("json", "lpi.tables and lpi.msi_usable; the console has the words"),
    )


def _policy_of(run: Run) -> str:
    printed = any(line["message"] == "lpi.failed" for line in run.console())
    tables = run.verdict.tables or "never set up"
    return "silent" if tables == "stuck" and not printed else tables


def _why_policy(kind: str, fate: str, s: Scenario) -> str:
    """Return why a kernel does that, or why it does not."""
    old = s.kernel not in Versions("4.20")
    if kind == fate:
        return {
            "reused": "a capture kernel takes them as they are [src: lpi-allocate]."
            if s.path == "panic"
            else "they lie in memory that the firmware's list reserves [src: commit-reuse-tables].",
            "fresh": "nothing keeps them, and this hardware lets go of them [src: redist-disable-lpis].",
            "stuck": "nothing keeps them, and the bit reads back as 1 [src: redist-disable-lpis].",
            "silent": "v4.17 was the first to look [src: commit-detect-lpis]; the new addresses are ignored while "
            "the bit is set, "
            "and its own interrupts set bits in the old tables.",
        }[fate]
    if kind == "reused":
        if old:
            return "keeping them came with v4.20 [src: commit-reuse-tables]."
        return (
            "without UEFI nothing has reserved their memory, and then it does not believe in them "
            "[src: commit-memreserve]."
        )
    if fate == "reused":
        return {
            "fresh": "it has no need of tables of its own: it keeps those that it finds [src: commit-reuse-tables].",
            "stuck": "it does not try: what is kept need not be switched off [src: commit-reuse-tables].",
            "silent": "it does look, and finds tables that it can keep [src: lpi-allocate].",
        }[kind]
    if kind == "fresh":
        return (
            "on this hardware EnableLPIs cannot be cleared, and while it is set new addresses do not take "
            "[src: gic-enable-lpis]."
        )
    if fate == "fresh":
        return {
            "stuck": "on this hardware EnableLPIs can be cleared, so it does not fail [src: gic-enable-lpis].",
            "silent": "with EnableLPIs clear, which it can be here, new addresses do take [src: gic-state-machine].",
        }[kind]
    if kind == "stuck":
        return "before v4.17 it does not look whether the bit is clear, and so says nothing [src: commit-detect-lpis]."
    return "since v4.17 it looks whether the bit is clear, and says so where it is not [src: commit-detect-lpis]."


KINDS = (bit_of_intid, table_of_whom, memory_kept, policy_by_version)
