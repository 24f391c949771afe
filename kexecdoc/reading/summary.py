"""The verdict in one sentence for a person: what hit whom, when, and what would have prevented it."""

from __future__ import annotations

from collections.abc import Sequence

from kexecdoc.model.death import Death
from kexecdoc.model.machine.memory import Memory
from kexecdoc.model.owners import OWNERS
from kexecdoc.model.scales import MS, S
from kexecdoc.model.scenario import Scenario
from kexecdoc.reading import rules
from kexecdoc.reading.assessment import Assessment, Wrong
from kexecdoc.reading.facts import STUDY


def summarise(verdict: Assessment, scenario: Scenario) -> str:
    """Return the sentence, or two."""
    if verdict.death is Death.RESENT_MESSAGE:
        return _resent(scenario)
    if verdict.death is Death.UNREQUESTED_LINE:
        return _screamed()
    if verdict.outcome in ("hung", "crashed") and not verdict.decisive:
        return _died(verdict, scenario)
    if verdict.wrong:
        return _wrong_bytes(verdict, scenario)
    if verdict.outcome == "degraded":
        return _degraded(verdict, scenario)
    if verdict.outcome == "harmless":
        return _harmless(verdict, scenario) + _dump(scenario)
    return _clean(verdict, scenario) + _dump(scenario)


def _dump(scenario: Scenario) -> str:
    """Say that the dump was captured, where there was one to capture."""
    return " The dump was captured." if scenario.path == "panic" else ""


# -- the ends -----------------------------------------------------------------------------------------


def _resent(scenario: Scenario) -> str:
    named = rules.prevented_by(scenario, rules.ever_resends, rules.AGAINST_MESSAGES)
    prevention = (
        _would(named) or "On this path nothing stops it: only a device that does not do so would have prevented it."
    )
    return (
        "The device sends its message again as soon as a CPU has accepted it, and nobody sees to the device: from its "
        "first interrupt on that CPU does nothing else, and no detector says so, since no interrupt descriptor is "
        f"involved. Memory is intact. {prevention}"
    )


def _screamed() -> str:
    return (
        "The device asserts its interrupt line, and nobody had masked that when the next kernel first took "
        "interrupts. No driver had requested it, so nobody counts: the CPU does nothing else from then on. "
        "A controller that was cleared on the way out would have prevented it."
    )


def _would(named: Sequence[str]) -> str:
    """Say of what is named that it would have prevented it; nothing if nothing is named."""
    if not named:
        return ""
    return f"{_sentence(_alternatives(named))} would have prevented it."


def _died(verdict: Assessment, scenario: Scenario) -> str:
    """Say what a machine died of that found no wrong byte."""
    if verdict.death in (Death.DAMAGED_OBJECT, Death.HELD_LOCK):
        return _broke(verdict, scenario)
    if verdict.death is Death.REFUSED_WRITE:
        return _aborted(verdict, scenario)
    if verdict.death is Death.STUCK_CALLBACK:
        waits = verdict.callbacks[-1]
        return (
            f"The {waits.name} callback of {waits.device}'s driver waits for somebody who never lets go of the device, "
            "and device_shutdown() waits for the callback without limit: the jump never came. "
            "A shutdown callback, which frees nothing and so need not wait, would have prevented it."
        )
    return (
        "Thirty seconds after the jump the next kernel had not reached userspace. "
        "What kept it is the last step in the log."
    )


def _broke(verdict: Assessment, scenario: Scenario) -> str:
    name, how = verdict.broken
    what = {
        "damaged": f"The crashed kernel followed something that was damaged ({name}), and got no further",
        "held": f"The crashed kernel waits for ever for a lock that a stopped CPU held ({name})",
    }[how]
    if scenario.crash_work == "minimal":
        return f"{what}: the dump is lost. This path does the least there is; nothing here would have prevented it."
    return f"{what}: the dump is lost. The minimal path touches less of the crashed kernel, and might have got through."


def _aborted(verdict: Assessment, scenario: Scenario) -> str:
    since = (verdict.end_ns - (verdict.jump_ns or 0)) / MS
    when = f"{since:.1f} ms after the jump" if verdict.jump_ns is not None else "before the jump"
    return (
        f"A write of {_device(verdict.killed_by, verdict)} that was left running was refused, {when}, and the error "
        f"killed the machine. {_quieting(verdict, scenario)}"
    )


def _quieting(verdict: Assessment, scenario: Scenario) -> str:
    """Say what would have kept a device from writing where it is refused."""
    if verdict.jump_ns is None:
        return "A driver that stops its DMA engine before the IOMMU goes off would have prevented it."
    named = rules.prevented_by(scenario, rules.ever_writes, rules.AGAINST_REFUSALS)
    return _would(named) or (
        "On this path devices are left alone: only hardware that does not mind an abort would have prevented it."
    )


# -- wrong bytes ---------------------------------------------------------------------------------------


def _wrong_bytes(verdict: Assessment, scenario: Scenario) -> str:
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
    if first.kind == "store":
        where = where.replace("the next kernel's", "its own")
    lost = " The dump is lost." if scenario.path == "panic" else ""
    return (
        f"{who} {where}, at {Memory.address(first.frame):#x}{more}, {when}; "
        f"{ends[verdict.outcome]}.{lost} {_prevention(first, verdict, scenario)}"
    )


def _writer(wrong: Wrong, verdict: Assessment) -> tuple[str, str]:
    """Return who wrote the wrong bytes, as far as the log knows, and when."""
    since = (wrong.written_ns - (verdict.jump_ns or 0)) / MS
    when = f"{since:.1f} ms after the jump" if since >= 0 else f"{-since:.1f} ms before the jump"
    if wrong.kind == "store":
        return "The next kernel took the old LPI tables, where its image lies, for kept ones, and so overwrote", when
    if wrong.kind.startswith("lpi."):
        act = "cleared" if wrong.kind == "lpi.acknowledged" else "set"
        return f"A redistributor {act} a pending bit in", when
    if wrong.kind.startswith("msi."):
        return "An interrupt message of the device's was written into", when
    if device := _device(wrong.writer, verdict):
        return f"{_sentence(device)} that the old kernel left running wrote into", when
    return "Something outside the log changed", "at an unknown time"


def _device(event_id: str, verdict: Assessment) -> str:
    """Return the device that an event belongs to, in words; empty if it belongs to none."""
    name = event_id.partition("/")[0]
    return _named(name) if name in verdict.devices else ""


def _named(device: str) -> str:
    return "the device" if device == STUDY else f"the device {device}"


def _prevention(wrong: Wrong, verdict: Assessment, scenario: Scenario) -> str:
    """Say what would have prevented it."""
    if wrong.kind == "store":
        return (
            "An image loaded clear of the old tables would have prevented it; "
            "so would a first boot through UEFI, which reserves them."
        )
    if wrong.kind.startswith("lpi."):
        return f"The old kernel's LPI tables were not kept out of the allocator: {_keeping(scenario)}"
    device = _device(wrong.writer, verdict)
    if device == _named(STUDY):
        return _would(rules.prevented_by(scenario, rules.ever_hits, rules.AGAINST_WRITES))
    return _would([rules.STOPS_ENGINE.words]) if device else ""  # the switches are about the device under study


def _keeping(scenario: Scenario) -> str:
    """Say what would have kept the old kernel's LPI tables for the next one, or switched them off."""
    alone = rules.prevented_by(scenario, rules.tables_left_behind, rules.RESERVED_TABLES)
    named = alone or rules.prevented_by(scenario, rules.tables_left_behind, rules.RESERVED_TABLES_BY_TWO)
    return f"{_alternatives(named)} would have prevented it."


# -- something missing ---------------------------------------------------------------------------------


def _degraded(verdict: Assessment, scenario: Scenario) -> str:
    parts = []
    if verdict.line_disabled:
        parts.append(_stormed(verdict, scenario))
    if verdict.msi_usable is False:
        flips = f"{_count(len(verdict.flips), 'bit')} flipped" if verdict.flips else "no bit flipped"
        lost = f", and {_count(verdict.timeouts, 'command')} waited for a timeout" if verdict.timeouts else ""
        parts.append(
            "EnableLPIs could not be cleared and the old tables were not kept, so no message-signalled "
            f"interrupt reaches any CPU{lost}; {flips}. {_sentence(_keeping(scenario))}"
        )
    if not parts:
        parts.append(_waited(verdict, scenario))
    return " ".join(parts)


def _stormed(verdict: Assessment, scenario: Scenario) -> str:
    sharer = "the driver of the device beside it" if scenario.line_shared == "yes" else "its own driver"
    return (
        f"The device that was left running asserts its interrupt line, and {sharer} requested that before anybody had "
        f"seen to the device: {_count(verdict.unhandled, 'interrupt')} later the kernel disabled the line. "
        f"Bus Master does not stop a line. {_silencing(scenario)}"
    )


def _silencing(scenario: Scenario) -> str:
    """Say what would have kept a line from being asserted when the next kernel's drivers request it."""
    named = rules.prevented_by(scenario, rules.line_storms, rules.AGAINST_STORMS)
    return _would(named) or (
        "On this path nobody silences it: only a reset of the device before that would have prevented it."
    )


def _waited(verdict: Assessment, scenario: Scenario) -> str:
    lost = verdict.lost_ns / S
    if scenario.hotplug == "cf118":
        return (
            f"The hot-plug port driver waited {lost:.2f} s for commands that its ports never complete. "
            "The quirk for such ports (v4.18) would have prevented it."
        )
    return f"{_sentence(_count(verdict.timeouts, 'command'))} waited for a timeout, {lost:.2f} s in all."


# -- nothing missing -----------------------------------------------------------------------------------


def _harmless(verdict: Assessment, scenario: Scenario) -> str:
    parts = []
    if verdict.dma["landed"]:
        owners = " and ".join(OWNERS[o].phrase for o in sorted(verdict.landed_in))
        parts.append(f"{_count(verdict.dma['landed'], 'leftover write')} landed in {owners}")
    iommu = "the SMMU" if scenario.machine == "arm64" else "VT-d"
    refused = f"{'was' if verdict.dma['faulted'] == 1 else 'were'} refused by {iommu}"
    for key, what in (("faulted", refused), ("missed", "hit no RAM")):
        if verdict.dma[key]:
            parts.append(f"{_count(verdict.dma[key], 'leftover write')} {what}")
    if verdict.bits_recorded:
        kept = "in tables that were kept" if not verdict.flips else "in memory that nobody used yet"
        parts.append(f"{_count(verdict.bits_recorded, 'pending bit')} set {kept}")
    if verdict.stray_vectors:
        parts.append(f"{_count(verdict.stray_vectors, 'stray interrupt')} counted and forgotten")
    if not parts:
        parts.append(f"{_count(verdict.msi['sent'], 'leftover message')} went astray")
    design = "by luck or by design"
    if scenario.captures and scenario.crash_memory == "reserved":
        design = "by design, since nobody ever had the capture kernel's memory"
    return f"{_listed(parts)}: {design}, the next kernel found nothing wrong in what it read."


def _gated(devices: list[str]) -> str:
    who = _sentence(" and ".join(devices))
    if len(devices) == 1:
        return f"{who} was still running, but its Bus Master bit was clear: nothing left it after the jump."
    return f"{who} were still running, but their Bus Master bits were clear: nothing left them after the jump."


def _clean(verdict: Assessment, scenario: Scenario) -> str:
    if verdict.dma["stopped"] or verdict.msi["stopped"]:
        return _gated([_named(name) for name, attempts in verdict.devices.items() if attempts])
    nothing = "nothing was written that the next kernel did not write itself"
    if rules.was_reset(scenario):
        return f"The firmware reset the hardware, whatever was still running: {nothing}."
    if rules.callback(scenario) == "remove":
        return f"The device's driver was removed before the jump: {nothing}."
    if rules.engine_stopped(scenario):
        return f"The driver's shutdown callback stopped the device before the jump: {nothing}."
    if verdict.dry_at_jump:
        return f"The device was left running, but its ring had run dry before the jump: {nothing}."
    return f"The device was left running, but nothing arrived for it: {nothing}."


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _listed(parts: list[str]) -> str:
    return _sentence("; ".join(parts))


def _alternatives(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
