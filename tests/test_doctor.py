"""The log doctor recognises every line of simulated consoles, and known lines of real ones."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from scenarios import any_scenario, run_of

from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.reading.doctor import diagnose, identify, pattern, patterns, spoken
from kexecdoc.registries.messages import CONVERSION, IDS, MESSAGES
from kexecdoc.study.presets import PRESETS

CONSOLES = Path(__file__).parent / "consoles"
FILLED = {
    "d": "7",
    "u": "7",
    "x": "1f",
    "s": "word",
    "c": "+",
    "%": "%",
    "pa": "0x0000000000001f00",
    "p": "(____ptrval____)",
}
FILLED |= {
    "pb": "00000000,00000001",
    "pbl": "1-3,5",
    "pe": "-EINVAL",
    "ps": "e1000_intr [e1000]",
    "pS": "some_function+0x1c/0x2c",
}


def filled(message_format):
    """A line as a kernel would print it, with some value for each conversion."""
    return CONVERSION.sub(lambda c: ("0x" if c[1] else "") + FILLED[c[3]], message_format)


def assert_known(run):
    for line in run.console():
        found = identify(spoken(f"[{line['t_ms'] / 1e3:12.6f}] {line['text']}"))
        assert found is not None, line
        assert (found.id, line["text"]) == (line["message"], line["text"])


@pytest.mark.slow
@pytest.mark.parametrize("kernel", switches()["kernel"].choices)
def test_every_line_of_every_preset_is_known_in_the_words_of_every_version(kernel):
    for preset in PRESETS.values():
        assert_known(simulate(Scenario.of({**preset.values, "kernel": kernel})))


@pytest.mark.slow
@given(any_scenario().map(run_of))
def test_every_line_that_the_simulation_prints_is_known_as_its_own_message(run):
    assert_known(run)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: f"{m.id}-{m.since or 'first'}")
def test_every_wording_is_known_when_a_real_machine_prints_it(message):
    found = identify(spoken(f"[    1.234567] {filled(message.format)}"))
    assert found is not None
    assert found.id == message.id


ALARMS = {
    "01": [],
    "02": [],
    "03": [],
    "04": ["panic", "apic.timer"],
    "05": [],
    "06": ["vtd.status", "vtd.fault"],
    "08": ["lpi.expected-reserved", "lpi.booted-enabled"],
    "09": ["oops.undefined", "panic", "panic.end"],
    "10": [],
    "11": ["lpi.expected-reserved", "lpi.booted-enabled", "lpi.failed", "warn.cut", "warn.valid-col", "nvme.timeout"],
    "13": ["irq.nobody-cared", "irq.handlers", "irq.handler", "irq.disabling"],
    "14": [],
    "15": ["panic", "apic.timer"],
}
"""The lines of each recorded console that are not routine, in order, by the experiment's number."""


def recorded(number):
    (path,) = CONSOLES.glob(f"{number}-*.log")
    return diagnose(path.read_text(errors="replace"))


@pytest.mark.parametrize("number", ALARMS)
def test_only_the_lines_that_an_experiment_is_about_are_alarming(number):
    alarming = [f.message.id for f in recorded(number).findings if f.message.harm != "routine"]
    assert list(dict.fromkeys(alarming)) == ALARMS[number]


@pytest.mark.parametrize("number", ALARMS)
def test_the_path_of_a_real_console_is_read_from_it(number):
    path = {"04": ("a panic", "a crash kexec"), "15": ("a panic", "a crash kexec")}
    path["09"] = ("an ordinary kexec", "a panic")
    assert recorded(number).path == path.get(number, ("an ordinary kexec",))


def test_the_landmarks_of_a_real_crossing_are_known_in_their_order():
    found = [f.message.id for f in recorded("10").findings]
    jump = found.index("kexec.starting")
    after = iter(found[jump:])
    marks = ["kexec.bye", "boot.cpu", "boot.banner", "efi.version", "efi.tables", "its.found", "lpi.preallocated"]
    assert all(mark in after for mark in [*marks, "lpi.pending-table", "initramfs.unpack", "nvme.queues", "init.run"])


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[    1.234567] ",
        "[12345.678901] ",
        "[    1.234567][    T1] ",
        "[    1.234567] [  T123] ",
        "<3>[    1.234567] ",
        "kern  :err   : [    1.234567] ",
        "Nov 24 20:48:10 host kernel: ",
        "Nov 24 20:48:10 host kernel: [    1.234567] ",
        "2026-11-24T20:48:10.123456+00:00 host kernel: ",
        "[Tue Nov 24 20:48:10 2026] ",
        "2026-11-24T20:48:10,123456+00:00 ",
        "> [    1.234567] ",
        "/ # [    1.234567] ",
        "\x1b[0;32m[    1.234567] \x1b[0m",
        "  ",
    ],
)
@pytest.mark.parametrize("after", ["", "\r", "  "])
def test_text_around_a_message_in_a_log_is_ignored(before, after):
    (found,) = diagnose(f"{before}Disabling IRQ #16{after}").findings
    assert (found.message.id, found.text) == ("irq.disabling", "Disabling IRQ #16")


@pytest.mark.parametrize(
    ("line", "message_id"),
    [
        ("WARNING: CPU: 0 PID: 23 at drivers/irqchip/irq-gic-v3-its.c:320 valid_col+0x1c/0x2c", "warn.valid-col"),
        ("WARNING: CPU: 0 PID: 23 at kernel/irq/chip.c:320 irq_startup+0x1c/0x2c", "warn.at"),
        ("WARNING: CPU: 2 PID: 7 at arch/arm64/kernel/machine_kexec.c:172 machine_kexec+0x44/0x2c0", "warn.at"),
        ("APIC: Stale IRR: 00000000,00000001 ISR: 00000000,00000001", "apic.stale"),
        ("APIC: Stale IRR: 00000000,00000001", "apic.pending"),
        (
            "DMAR: [DMA Read NO_PASID] Request device [00:05.0] fault addr 0x18000000 [fault reason 0x06] PTE Read",
            "vtd.fault",
        ),
        ("dmar: DRHD: handling fault status reg 3", "vtd.status"),
        ("do_IRQ: 1.55 No irq handler for vector (irq -1)", "irq.no-handler"),
        ("do_IRQ: 1.55 No irq handler for vector", "irq.no-handler"),
        ("Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP", "oops.internal"),
        ("Oops: 0002 [#1] PREEMPT SMP NOPTI", "x86.oops"),
        ("Oops: Oops: 0002 [#1] SMP NOPTI", "x86.oops"),
        ("Command line: console=ttyS0 elfcorehdr=0x16000000 irqpoll", "boot.capture"),
        ("BUG: soft lockup - CPU#3 stuck for 22s! [swapper/3:0]", "watchdog.soft"),
        ("efi: EFI v2.7 by EDK II", "efi.version"),
        ("pcieport 0000:00:1c.0: AER: Uncorrected (Fatal) error message received from 0000:01:00.0", "aer.message"),
        ("  Issue PHB reset ...", "powerpc.phb-reset"),
        ("[<ffffffffc0123456>] e1000_intr [e1000] threaded [<ffffffffc0123999>] e1000_thread [e1000]", "irq.handler"),
    ],
)
def test_the_most_specific_wording_wins(line, message_id):
    found = identify(spoken(line))
    assert found is not None
    assert found.id == message_id


@pytest.mark.parametrize(
    "line",
    [
        "",
        "systemd[1]: Starting Load Kernel Module efi_pstore...",
        "Command line: console=ttyS0 crashkernel=192M",
        "Bye! See you",
        "handlers: three of them",
        "e1000e 0000:00:19.0 eth0: Link is Up",
        "?[<ffffffff81001234>] schedule+0x12/0x34",
        "panic: not what it seems",
    ],
)
def test_an_unknown_line_is_skipped(line):
    assert diagnose(f"[    1.234567] {line}").findings == ()


def test_findings_have_their_line_numbers():
    log = "first\n[    0.1] not known\n[    1.234567] handlers:\n\n[    1.234568] Disabling IRQ #16\n"
    found = diagnose(log)
    assert [(f.number, f.message.id) for f in found.findings] == [(3, "irq.handlers"), (5, "irq.disabling")]
    assert found.lines == 5


@pytest.mark.parametrize(
    ("log", "summary"),
    [
        ("", "Nothing of this is known here (0 lines)."),
        ("hello\n", "Nothing of this is known here (1 line)."),
        (
            "kexec_core: Starting new kernel\nLinux version 6.1.0-56-amd64 (x)\n",
            "An ordinary kexec. Linux 6.1.0-56-amd64. Known: 2 of 2 lines (2 routine).",
        ),
        (
            "Linux version 6.1.0 (x)\nLinux version 6.1.0 (x)\nLinux version 7.3.4 (x)",
            "Which path was taken, no line says. Linux 6.1.0, twice, then 7.3.4. Known: 3 of 3 lines (3 routine).",
        ),
        (
            "__common_interrupt: 1.55 No irq handler for vector",
            "Which path was taken, no line says. There is no banner; by its words it is Linux v5.8 or later, and "
            "before v6.12, or about that. Known: 1 of 1 line (1 harmless).",
        ),
        (
            "No irq handler for 1.55\nDMAR:[DMA Write] Request device [00:02.0] fault addr ffff9800 ",
            "Which path was taken, no line says. Two kernels spoke, and there is no banner to tell them apart. "
            "Known: 2 of 2 lines (1 harmless, 1 to look into).",
        ),
        (
            "Kernel panic - not syncing: x\nSMP: stopping secondary CPUs\nStarting crashdump kernel...\n"
            "reboot: Restarting system",
            "A panic, then a crash kexec, then a reboot through firmware. Known: 4 of 4 lines (3 routine, 1 fatal).",
        ),
    ],
)
def test_a_summary_has_the_path_the_kernels_and_the_harms(log, summary):
    assert diagnose(log).summary == summary


def test_a_very_long_line_is_read_quickly():
    assert diagnose("arm-smmu-v3 " + "event: client: sid: " * 50_000).findings == ()


def test_the_page_gets_every_wording_and_what_it_means():
    data = json.loads(json.dumps(patterns()))
    assert Counter(message_id for _, message_id, _, _ in data["patterns"]) == Counter(m.id for m in MESSAGES)
    assert set(data["messages"]) == IDS
    assert [row[0] for row in data["patterns"]] == [
        pattern(m) for m in sorted(MESSAGES, key=lambda m: -len(re.sub(r"\s", "", CONVERSION.sub("", m.format))))
    ]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: f"{m.id}-{m.since or 'first'}")
def test_patterns_keep_to_the_syntax_that_python_and_javascript_share(message):
    """A test in a browser checks that the page finds the same."""
    assert not re.search(r"\(\?P|\(\?<|\(\?#|\\[AZzQE]|\[\^?\]|\(\?[aiLmsux]", pattern(message))
