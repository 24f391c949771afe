"""A run, and the switches, as text for a person."""

from __future__ import annotations

from collections.abc import Iterable

from kexecdoc.model.scales import DRIVER_SHUTDOWN, MS, S
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.model.switch import Switch
from kexecdoc.model.whatif import anachronisms
from kexecdoc.reading.run import Run

SHUTDOWN = f"shutdown takes {DRIVER_SHUTDOWN / MS:,.1f} ms, frees nothing"
"""What stands beside the cost of a driver's remove."""


def describe(run: Run, without_effect: Iterable[str] = ()) -> str:
    """Return what differs from the default, the verdict, the counts, and the switches that had no effect.

    Finding those takes more runs, so whoever wants them told asks `kexecdoc.study.effect` and hands them over.
    """
    v, data = run.verdict, run.to_json()
    differs = run.scenario.differences()
    lines = [
        "scenario   " + (" ".join(f"{name}={value}" for name, value in differs.items()) or "the default"),
        *([f"what if    {'; '.join(fiction)}"] if (fiction := anachronisms(run.scenario)) else []),
        f"outcome    {v.outcome}",
        f"           {v.summary}",
        "",
        f"time       {_times(data['time_ms'], run.scenario)}",
        f"DMA        {_counts(data['dma'], 'attempted')}",
    ]
    if data["dma"]["landed_in"]:
        lines.append("  landed   " + ", ".join(f"{n:,} in {o}" for o, n in data["dma"]["landed_in"].items()))
    if data["dma"]["frames_corrupted"]:
        lines.append(f"  found    {data['dma']['frames_corrupted']:,} frames with wrong bytes")
    if data["dma"]["astray_before_jump"]:
        lines.append(f"  before   {data['dma']['astray_before_jump']:,} writes astray before the jump")
    lines.append(f"MSI        {_counts(data['msi'], 'sent')}")
    if run.scenario.machine == "arm64":
        lines.append(f"LPI        {_lpis(data['lpi'])}")
    if any(data["irq"].values()):
        lines.append(f"interrupts {_interrupts(data['irq'])}")
    if data["dump"]:
        lines.append(f"dump       {data['dump']}")
    lines += _callbacks(run)
    if idle := _without_effect(run.scenario, without_effect):
        lines += ["", *idle]
    return "\n".join(lines)


def _without_effect(scenario: Scenario, names: Iterable[str]) -> list[str]:
    """Return the switches that could as well be at their default, a line for each reason; the unexplained come last."""
    mine, values = switches(type(scenario)), scenario.values()
    because: dict[str, list[str]] = {}
    for name in names:
        because.setdefault(mine[name].inactive_because(values), []).append(name)
    unexplained = because.pop("", [])
    found = [f"{', '.join(names)}: {reason}" for reason, names in because.items()]
    if unexplained:
        found.append(f"{', '.join(unexplained)}, with the other switches as they are")
    return _under("no effect", found)


def _under(what: str, lines: list[str]) -> list[str]:
    """Return lines with what they are about before the first, and room for it before the others."""
    return [f"{what if n == 0 else '':<10} {line}" for n, line in enumerate(lines)]


def _callbacks(run: Run) -> list[str]:
    """Return what the old kernel's driver callbacks took, freed and took away; remove stands beside shutdown."""
    lines = []
    for callback in run.verdict.callbacks:
        took = "did not return" if callback.took_ns is None else f"{callback.took_ns / MS:,.1f} ms"
        freed = f", {callback.frames_freed:,} frames freed" if callback.frames_freed else ""
        gone = f", nobody drives {callback.device} afterwards" if callback.driver == "none" else ""
        usual = f" ({SHUTDOWN})" if callback.name == "remove" else ""
        lines.append(f"{callback.device}.{callback.name}: {took}{freed}{gone}{usual}")
    return _under("callbacks", lines)


def _interrupts(irq: dict[str, int | bool]) -> str:
    """Return what interrupts did that nobody asked for."""
    parts = [f"{irq['stray_vectors']:,} stray" if irq["stray_vectors"] else "", "a storm" if irq["storm"] else ""]
    parts.append(f"{irq['unhandled']:,} unhandled" if irq["unhandled"] else "")
    parts.append("the line disabled" if irq["line_disabled"] else "")
    return ", ".join(part for part in parts if part)


def _times(times: dict[str, float | None], scenario: Scenario) -> str:
    """Return how long each part took, in the words of the path."""
    if times["jump"] is None and times["boot"] is None:
        return f"{times['shutdown']:,.1f} ms, and no jump"
    between = "in the firmware" if scenario.path == "reboot" else "copy and digest"
    names = {"shutdown": "to the jump", "jump": between, "boot": "boot", "total": "in all"}
    return ", ".join(f"{times[key]:,.1f} ms {what}" for key, what in names.items() if times[key] is not None)


def _counts(counts: dict[str, int], total: str) -> str:
    """Return the leftover attempts and what became of them."""
    if not counts[total]:
        return "none left over"
    words = {
        "stopped_by_bus_master": "stopped by Bus Master",
        "faulted": "faulted",
        "missed": "missed RAM",
        "landed": "landed",
        "delivered": "delivered",
    }
    parts = [f"{counts[key]:,} {what}" for key, what in words.items() if counts.get(key)]
    return f"{counts[total]:,} left over: " + ", ".join(parts)


def _lpis(lpi: dict[str, object]) -> str:
    if lpi["tables"] is None:
        return "the next kernel never set its interrupt controller up"
    usable = "message-signalled interrupts work" if lpi["msi_usable"] else "no message-signalled interrupts"
    return f"tables {lpi['tables']}, {lpi['bits_recorded']} bits recorded, {lpi['bits_flipped']} flipped; {usable}"


def console_text(run: Run) -> str:
    """Return the serial console. Each kernel's clock is its own: since the call, and since its entry."""
    zero = {"old": 0, "next": run.verdict.enter_ns or 0}
    lines = []
    for event in run.log:
        if event.kind == "print":
            for line in event.set.values():
                t = event.t_ns - zero[line["kernel"]]
                lines.append(f"[{t // S:5d}.{t % S // 1000:06d}] {line['text']}")
    return "\n".join(lines)


def switch_table() -> str:
    """Return every switch with its values, default and help, and what it needs to have an effect, by group."""
    lines: list[str] = []
    group = ""
    for switch in switches().values():
        if switch.group != group:
            group = switch.group
            lines += ["", group]
        lines += [f"  --{switch.name:<20} {switch.help}", f"    {_values(switch)}"]
        lines += [f"    {switch.requirements_text()}"] * bool(switch.needs)
    return "\n".join(lines[1:])


def _values(switch: Switch) -> str:
    if not switch.choices:
        return f"{switch.allowed()}; default {switch.default}"
    return "; ".join(
        value + (f" = {meaning}" if meaning else "") + (" (default)" if value == switch.default else "")
        for value, meaning in zip(switch.choices, switch.meanings, strict=True)
    )
