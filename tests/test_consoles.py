"""The model's consoles against those of real kernels."""

import re
from pathlib import Path

import pytest
from scenarios import arrived, crossed, texts

from kexecdoc.registries.messages import MESSAGES

CONSOLES = Path(__file__).parent / "consoles"
LEFT = "quiesce=none clear-bus-master=no dma=cyclic kernel=6.1"

MECHANISM = re.compile(
    r"^(kexec_core: Starting|Bye!|efi: UEFI not found|EFI services will not|GICv3: GICv3 features|"
    r"GICv3: CPU0: |ITS \[mem|ITS@|GICv3: Expected|GICv3: using LPI|GICv3: Using pre|CPU0: Failed|"
    r"-+\[ cut here|WARNING: |nvme nvme0: pci function|nvme nvme0: I/O|smp: Bringing|Run /init|"
    r"Internal error: |Code: )"
)
"""Matches the lines that the experiments are about."""

WHILE_IT_RAN = re.compile(r"^(EFI services will not|smp: Bringing)")
"""Lines that a kernel prints after part of its text was overwritten, until it executes that part."""


def plain(line: str) -> str:
    """A line without addresses, CPU counts and process numbers."""
    line = re.sub(r"0x[0-9a-f]{8,}|@[0-9a-f]{6,}|mem 0x[0-9a-f-]+x?[0-9a-f]*", "ADDRESS", line)
    return re.sub(r"PID: \d+", "PID", line).strip()


def real(number: str) -> list[str]:
    """The mechanism's lines of a recorded console, from the old kernel's last message on, without echoes."""
    (path,) = CONSOLES.glob(f"{number}-*.log")
    lines = re.findall(r"\[ *\d+\.\d+\] (.*)", path.read_text(errors="replace"))
    start = next(i for i, line in enumerate(lines) if "Starting new kernel" in line)
    found: list[str] = []
    for line in lines[start:]:
        if MECHANISM.match(line):
            found.append(plain(line))
        if line.startswith("Run /init"):
            break  # the rest is the guest's own summary of its console
    return found


def model(run) -> list[str]:
    return [plain(line["text"]) for line in run.console()]


def assert_in_order(wanted: list[str], have: list[str]) -> None:
    at = 0
    for line in wanted:
        assert line in have[at:], f"after line {at}: {line}"
        at = have.index(line, at) + 1


@pytest.mark.parametrize(
    ("number", "words", "must"),
    [
        ("08", f"{LEFT} firmware=devicetree", "GICv3: CPU0: Booted with LPIs enabled, memory probably corrupted"),
        ("10", f"{LEFT} firmware=efi", "GICv3: Using preallocated redistributor tables"),
        ("11", "kernel=6.1 firmware=devicetree lpi-disable=sticky", "CPU0: Failed to disable LPIs"),
    ],
)
def test_the_model_prints_a_real_consoles_lines_of_the_mechanism(number, words, must):
    wanted = real(number)
    assert must in wanted
    assert len(wanted) >= 9
    booted = [run for run in arrived(words, 8) if run.verdict.reached_userspace]
    for run in booted:
        assert_in_order(wanted, model(run))
    assert booted


LANDMARKS = ("Trying to unpack rootfs", "Freeing initrd memory", "pci 0000:00:01.0: [", "nvme nvme0: pci function")


@pytest.mark.parametrize(
    ("number", "words"),
    [("08", f"{LEFT} firmware=devicetree"), ("10", f"{LEFT} firmware=efi"), ("11", f"{LEFT} firmware=devicetree")],
)
def test_archive_bus_and_disk_come_in_the_order_of_the_real_boot(number, words):
    """With ACPI the bus is enumerated before the archive is unpacked, with a device tree after it."""

    def order(lines):
        return [mark for line in lines for mark in LANDMARKS if line.startswith(mark)]

    (path,) = CONSOLES.glob(f"{number}-*.log")
    lines = re.findall(r"\[ *\d+\.\d+\] (.*)", path.read_text(errors="replace").partition("Starting new kernel")[2])
    real_order = list(dict.fromkeys(order(lines)))
    assert len(real_order) == 4
    for run in arrived(words, 8):
        if run.verdict.reached_userspace:
            assert order(texts(run)) == real_order


def test_a_kernel_over_the_old_tables_dies_with_the_real_ones_code_bytes():
    """The real kernel reached an initcall before it executed the overwritten text; the model detects it immediately."""
    wanted = [line for line in real("09") if not WHILE_IT_RAN.match(line)]
    assert wanted[-2:] == [
        "Internal error: Oops - Undefined instruction: ADDRESS [#1] SMP".replace("ADDRESS", "0000000002000000"),
        "Code: a2a2a2a2 a2a2a2a2 a2a2a2a2 a2a2a2a2 (a2a2a2a2)",
    ]
    for run in arrived("kernel=6.1 firmware=devicetree image-placement=over-tables", 8):
        assert_in_order(wanted, model(run))


def test_the_old_kernels_last_lines_are_in_the_real_order():
    printed = texts(crossed(""), "old")
    assert printed[0] == "kexec_core: Starting new kernel"
    assert printed[1:-1] == [f"psci: CPU{cpu} killed (polled 0 ms)" for cpu in (1, 2, 3)]
    assert printed[-1] == "Bye!"


def test_a_message_stands_in_the_words_of_its_version():
    stuck = "firmware=devicetree lpi-disable=sticky"
    assert "nvme nvme0: I/O 8 QID 0 timeout, completion polled" in texts(crossed(f"{stuck} kernel=6.1"))
    assert "nvme nvme0: I/O tag 8 (1008) QID 0 timeout, completion polled" in texts(crossed(f"{stuck} kernel=7.3"))


def test_every_line_of_a_console_is_a_message_of_the_registry():
    known = {message.id for message in MESSAGES}
    for words in ("", "firmware=devicetree lpi-disable=sticky", "quiesce=none clear-bus-master=no iommu=translate"):
        assert {line["message"] for line in crossed(words).console()} <= known
