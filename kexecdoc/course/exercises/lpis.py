"""Chapter 6: where a pending bit is in memory, what has to be reserved, and messages that fail despite UEFI."""

from __future__ import annotations

from kexecdoc.course.exercises import RIGHT, tries_a_scenario
from kexecdoc.crossing import simulate
from kexecdoc.model.machine.gic import FIRST_LPI, pending_bit
from kexecdoc.model.scenario import Scenario

TABLE_KIB = 64
"""Size of a property table or a CPU's pending table for 16-bit INTIDs. [src: gic-table-sizes]"""

ENTRIES = 255
"""Reservations in one page of EFI's list. [src: efi-memreserve-count]"""


def pending_address(table: int, intid: int, address: int, bit: int) -> str:
    """Check the address and the bit at which an INTID is pending in the pending table at ``table``."""
    offset, right_bit = pending_bit(intid)
    if (address, bit) == (table + offset, right_bit):
        return f"{RIGHT} {table:#x} + {intid} ÷ 8 = {table + offset:#x}, bit {right_bit}."
    if address == table + (intid - FIRST_LPI) // 8:
        return "No: the table counts from INTID 0, so the first LPI is 1 KiB into it."
    if address == table + intid - FIRST_LPI:
        return "No: that is how the property table goes, a byte an LPI. The pending table has a bit an INTID."
    if address == table + offset:
        return "No: the byte is right; the bit is the remainder of the division by 8."
    return "No: divide the INTID by 8 and add the quotient to the table's address."


def reserved(cpus: int, kib: int, pages: int) -> str:
    """Check how many KiB of LPI tables a kernel has to reserve, and how many pages EFI's list of them takes."""
    tables = cpus + 1
    if kib == cpus * TABLE_KIB:
        return "No: that is the pending tables. There is one property table besides."
    if kib != tables * TABLE_KIB:
        return f"No: one pending table a CPU and one property table, {TABLE_KIB} KiB each."
    if pages != -(-tables // ENTRIES):
        return f"No: the memory is right. The list has one entry a table, and {ENTRIES} of them on a page."
    listed = f"{tables} entries take {pages} page{'s' * (pages > 1)}"
    return f"{RIGHT} {tables} tables of {TABLE_KIB} KiB are {kib:,} KiB; {listed}."


@tries_a_scenario
def dead_in_spite_of_uefi(**switches: object) -> str:
    """Check a scenario, first booted through UEFI, after which message-signalled interrupts reach no CPU."""
    run = simulate(Scenario.of({"lpi_disable": "sticky", **switches}))
    if run.scenario.firmware != "efi":
        return "No: here the first kernel was not booted through UEFI."
    usable = run.verdict.msi_usable
    if usable is None:
        return "No: this kernel never gets as far as its interrupt controller."
    if usable:
        return f"No: the tables are {run.verdict.tables}, and messages arrive."
    return f"{RIGHT} The tables are {run.verdict.tables}: nobody told the next kernel that it could keep them."
