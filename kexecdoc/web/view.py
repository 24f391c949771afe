"""What a host passes to the explorer's JavaScript, as plain data: controls, texts and the run.

The hosts are the notebook's widget and the published page.
"""

from __future__ import annotations

from typing import Any

from kexecdoc.course.explorers import Explorer
from kexecdoc.model.scenario import Scenario, find, switches
from kexecdoc.model.switch import Switch, Value
from kexecdoc.model.whatif import anachronisms
from kexecdoc.reading.run import Run
from kexecdoc.registries.messages import MESSAGES
from kexecdoc.views import palette
from kexecdoc.views.text import SHUTDOWN


def controls(chosen: Explorer) -> list[dict[str, Any]]:
    """Return the switches as a page needs them; ``default`` is the chapter's setting, which Reset restores."""
    found = []
    for name, default in chosen.settings.items():
        switch = find(name, chosen.kind)
        found.append(control(switch, chosen.choices(name)) | {"default": default})
    return found


def control(switch: Switch, choices: tuple[Value, ...]) -> dict[str, Any]:
    """Return a switch as a page needs it, with the values that can be chosen there."""
    values = [{"value": v, "label": switch.value_label(v)} for v in choices]
    return {
        "name": switch.name,
        "label": switch.label_text,
        "help": switch.help,
        "unit": switch.unit,
        "choices": values,
    }


def by_kernel(kind: type[Scenario] = Scenario) -> dict[str, dict[str, Value]]:
    """Return for each kernel version the defaults that differ from the newest version's."""
    declared = switches(kind)
    found = {
        kernel: {s.name: v for s in declared.values() if (v := s.default_in(kernel)) != s.default}
        for kernel in declared["kernel"].choices
    }
    return {kernel: values for kernel, values in found.items() if values}


def legend() -> dict[str, Any]:
    """Return names, marks and texts for what is drawn."""
    return {**palette.legend(), "shutdown": SHUTDOWN}


def every_message() -> dict[str, dict[str, str]]:
    """Return the meaning of each message in every kernel version, in the form of `messages`."""
    return _message_tables(*switches()["kernel"].choices)


def message_table(kernel: str) -> dict[str, dict[str, str]]:
    """Return the meaning of each message of a kernel version, by its id."""
    return {
        m.id: {"meaning": m.meaning, "where": m.where, "mechanism": m.mechanism} for m in MESSAGES if m.holds_in(kernel)
    }


def messages(chosen: Explorer) -> dict[str, dict[str, str]]:
    """Return the meaning of each message in an explorer's kernel versions.

    The key is the message's id; where another version differs from the base, its key is ``id@kernel``.
    """
    others = chosen.choices("kernel") if "kernel" in chosen.switches else ()
    return _message_tables(chosen.scenario.kernel, *map(str, others))


def _message_tables(base: str, *others: str) -> dict[str, dict[str, str]]:
    found = message_table(base)
    for kernel in others:
        for message_id, entry in message_table(kernel).items():
            if found.get(message_id) != entry:
                found[f"{message_id}@{kernel}"] = entry
    return found


def view_of(run: Run) -> dict[str, Any]:
    """Return everything that is drawn of a run. The console is in the log."""
    data = {k: v for k, v in run.to_json().items() if k != "console"}
    return {"log": run.to_log(), "run": data, "facts": run.facts.to_data(), "what_if": anachronisms(run.scenario)}
