"""The verdict in one sentence for a person: what hit whom, when, and what would have prevented it."""

from __future__ import annotations

from kexecdoc.machine.memory import Memory
from kexecdoc.owners import OWNERS
from kexecdoc.scales import MS
from kexecdoc.scenario import Scenario
from kexecdoc.verdict import Verdict, Wrong

RESET = "next/reset-property-table"
"""The event in which the next kernel disables every LPI in the property table that it believes in."""


def summarise(verdict: Verdict, scenario: Scenario) -> str:
    """Return the sentence."""
    if verdict.jump_ns is None:
        return _never_jumped(verdict)
    if verdict.wrong:
        return _wrong_bytes(verdict, scenario)
    if verdict.outcome == "degraded":
        return _degraded(verdict, scenario)
    if verdict.outcome == "harmless":
        return _harmless(verdict, scenario)
    return _clean(verdict, scenario)


def _never_jumped(verdict: Verdict) -> str:
    waits = verdict.callbacks[-1]
    return (
        f"The {waits.name} callback of {waits.device}'s driver waits for somebody who never lets go of the device, "
        "and device_shutdown() waits for the callback without limit: the jump never came. "
        "A shutdown callback, which frees nothing and so need not wait, would have prevented it."
    )


def _wrong_bytes(verdict: Verdict, scenario: Scenario) -> str:
    wrong = verdict.decisive
    first = min(wrong, key=lambda w: w.written_ns)
    ends = {
        "hung": "purgatory found the digest wrong and loops for ever, in silence",
        "crashed": "the next kernel died of it and said so",
        "corrupted": "the next kernel runs on with wrong bytes",
    }
    more = f" (the first of {len(wrong)} frames)" if len(wrong) > 1 else ""
    where = OWNERS["image"].phrase if verdict.outcome == "hung" else OWNERS[first.owner].phrase
    who, when = _writer(first, verdict)
    if first.writer.startswith(RESET):
        where = where.replace("the next kernel's", "its own")
    return (
        f"{who} {where}, at {Memory.address(first.frame):#x}{more}, {when}; "
        f"{ends[verdict.outcome]}. {_prevention(first, scenario)}"
    )


def _writer(wrong: Wrong, verdict: Verdict) -> tuple[str, str]:
    """Return who wrote the wrong bytes, as far as the log knows, and when."""
    since = (wrong.written_ns - (verdict.jump_ns or 0)) / MS
    when = f"{since:.1f} ms after the jump" if since >= 0 else f"{-since:.1f} ms before the jump"
    if wrong.writer.startswith(RESET):
        return "The next kernel took the old LPI tables, where its image lies, for kept ones, and so overwrote", when
    if wrong.writer.startswith("redistributor"):
        act = "cleared" if "/acknowledge" in wrong.writer else "set"
        return f"A redistributor {act} a pending bit in", when
    if "/msi" in wrong.writer:
        return "An interrupt message of the device's was written into", when
    if wrong.writer.startswith("eth0/"):
        return "The device that the old kernel left running wrote into", when
    return "Something outside the log changed", "at an unknown time"


def _prevention(wrong: Wrong, scenario: Scenario) -> str:
    """Say what would have prevented it."""
    if wrong.writer.startswith(RESET):
        return (
            "An image loaded clear of the old tables would have prevented it; "
            "so would a first boot through UEFI, which reserves them."
        )
    if wrong.writer.startswith("redistributor"):
        return f"The old kernel's LPI tables were not kept out of the allocator: {_keeping(scenario)}"
    if not wrong.writer.startswith("eth0/"):
        return ""
    return f"A driver that stops its DMA engine before the jump{_or_bus_master(scenario)} would have prevented it."


def _or_bus_master(scenario: Scenario) -> str:
    """Name the one other thing that would have done, if there is one: the bit takes all of three to help."""
    missing = {
        "a PCI core that clears Bus Master": scenario.clear_bus_master == "no",
        "a PCI core that knew the device to be powered": scenario.power_state == "unknown",
        "a device that obeys Bus Master": scenario.obeys_bus_master == "no",
        "a next driver that resets the device before it sets Bus Master": scenario.next_driver == "trusts",
    }
    alone = [what for what, lacks in missing.items() if lacks]
    return f" or {alone[0]}" if len(alone) == 1 else ""


def _keeping(scenario: Scenario) -> str:
    """Say what would have kept the old kernel's LPI tables for the next one."""
    if scenario.lpi_policy != "reuse":
        firmware = "" if scenario.firmware == "efi" else ", after a first boot through UEFI,"
        return f"a next kernel that reuses reserved tables (v4.20 on){firmware} would have prevented it."
    return "booting the first kernel through UEFI, so that they are reserved and reused, would have prevented it."


def _degraded(verdict: Verdict, scenario: Scenario) -> str:
    flips = f"{_count(len(verdict.flips), 'bit')} flipped" if verdict.flips else "no bit flipped"
    lost = f", and {_count(verdict.timeouts, 'disk command')} waited for a timeout" if verdict.timeouts else ""
    return (
        "EnableLPIs could not be cleared and the old tables were not kept, so no message-signalled "
        f"interrupt reaches any CPU{lost}; {flips}. {_sentence(_keeping(scenario))}"
    )


def _harmless(verdict: Verdict, scenario: Scenario) -> str:
    parts = []
    if verdict.dma["landed"]:
        owners = " and ".join(OWNERS[o].phrase for o in sorted(verdict.landed_in))
        parts.append(f"{_count(verdict.dma['landed'], 'leftover write')} landed in {owners}")
    for key, what in (("faulted", "were refused by the SMMU"), ("missed", "hit no RAM")):
        if verdict.dma[key]:
            parts.append(f"{_count(verdict.dma[key], 'leftover write')} {what}")
    if verdict.bits_recorded:
        kept = "in tables that were kept" if not verdict.flips else "in memory that nobody used yet"
        parts.append(f"{_count(verdict.bits_recorded, 'pending bit')} set {kept}")
    if not parts:
        parts.append(f"{_count(verdict.msi['sent'], 'leftover message')} went astray")
    return f"{_listed(parts)}: by luck or by design, the next kernel found nothing wrong in what it read."


def _clean(verdict: Verdict, scenario: Scenario) -> str:
    if verdict.dma["stopped"] or verdict.msi["stopped"]:
        return "The device was still running, but its Bus Master bit was clear: nothing left it after the jump."
    nothing = "nothing was written that the next kernel did not write itself"
    if scenario.quiesce == "remove":
        return f"The device's driver was removed before the jump: {nothing}."
    if scenario.quiesce == "shutdown" and scenario.shutdown_callback == "works":
        return f"The driver's shutdown callback stopped the device before the jump: {nothing}."
    if verdict.dry_at_jump:
        return f"The device was left running, but its ring had run dry before the jump: {nothing}."
    return f"The device was left running, but nothing arrived for it: {nothing}."


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _listed(parts: list[str]) -> str:
    return _sentence("; ".join(parts))


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
