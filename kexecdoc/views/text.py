"""A run, and the switches, as text for a person."""

from __future__ import annotations

from collections.abc import Iterable

from kexecdoc.model.scales import DRIVER_SHUTDOWN, MS, S
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.model.switch import Switch
from kexecdoc.model.whatif import anachronisms
from kexecdoc.reading.run import Run

SHUTDOWN = f"shutdown takes {DRIVER_SHUTDOWN / MS:,.1f} ms, frees nothing"
"""Printed beside the cost of a driver's remove, for comparison."""


def describe(run: Run, without_effect: Iterable[str] = ()) -> str:
    """Return what differs from the default, the verdict, the counts, and the switches that had no effect.

    To find those takes more runs, so the caller gets them from `kexecdoc.study.effect` and passes them in.
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
    """Return the switches without an effect, one line for each reason. Those without a known reason come last."""
    declared, values = switches(type(scenario)), scenario.values()
    because: dict[str, list[str]] = {}
    for name in names:
        because.setdefault(declared[name].inactive_because(values), []).append(name)
    unexplained = because.pop("", [])
    found = [f"{', '.join(names)}: {reason}" for reason, names in because.items()]
    if unexplained:
        found.append(f"{', '.join(unexplained)}, with the other switches as they are")
    return _labelled("no effect", found)


def _labelled(label: str, lines: list[str]) -> list[str]:
    """Return lines with a label before the first, and an indent of its width before the others."""
    return [f"{label if n == 0 else '':<10} {line}" for n, line in enumerate(lines)]


def _callbacks(run: Run) -> list[str]:
    """Return how long the old kernel's driver callbacks took and what they freed. Remove is compared with shutdown."""
    lines = []
    for callback in run.verdict.callbacks:
        took = "did not return" if callback.took_ns is None else f"{callback.took_ns / MS:,.1f} ms"
        freed = f", {callback.frames_freed:,} frames freed" if callback.frames_freed else ""
        gone = f", nobody drives {callback.device} afterwards" if callback.driver == "none" else ""
        usual = f" ({SHUTDOWN})" if callback.name == "remove" else ""
        lines.append(f"{callback.device}.{callback.name}: {took}{freed}{gone}{usual}")
    return _labelled("callbacks", lines)


def _interrupts(irq: dict[str, int | bool]) -> str:
    """Return what unwanted interrupts did."""
    parts = [f"{irq['stray_vectors']:,} stray" if irq["stray_vectors"] else "", "a storm" if irq["storm"] else ""]
    parts.append(f"{irq['unhandled']:,} unhandled" if irq["unhandled"] else "")
    parts.append("the line disabled" if irq["line_disabled"] else "")
    return ", ".join(part for part in parts if part)


def _times(times: dict[str, float | None], scenario: Scenario) -> str:
    """Return how long each part took, in words that suit the path."""
    if times["jump"] is None and times["boot"] is None:
        return f"{times['shutdown']:,.1f} ms, and no jump"
    between = "in the firmware" if scenario.path == "reboot" else "copy and digest"
    names = {"shutdown": "to the jump", "jump": between, "boot": "boot", "total": "in all"}
    return ", ".join(f"{times[key]:,.1f} ms {what}" for key, what in names.items() if times[key] is not None)


def _counts(counts: dict[str, int], total: str) -> str:
    """Return the number of leftover attempts, and what happened to them."""
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
    """Return the serial console. The old kernel's clock starts at the call, the next kernel's at its entry."""
    zero = {"old": 0, "next": run.verdict.enter_ns or 0}
    lines = []
    for event in run.log:
        if event.kind == "print":
            for line in event.set.values():
                t = event.t_ns - zero[line["kernel"]]
                lines.append(f"[{t // S:5d}.{t % S // 1000:06d}] {line['text']}")
    return "\n".join(lines)


def switch_table() -> str:
    """Return every switch, by group: values, default, help, and what it needs to have an effect."""
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
