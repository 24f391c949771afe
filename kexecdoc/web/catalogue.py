"""What the full explorer's page knows before any Python runs in it: the switches and the precomputed runs.

The presets and the chapters' explorers (`kexecdoc.web.precomputed`) have a file for each run. The catalogue lists their
settings, so that the page does not simulate what the site already has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.model.switch import Switch
from kexecdoc.reading.run import dumps
from kexecdoc.study.presets import PRESETS
from kexecdoc.web import view
from kexecdoc.web.answers import SEEDS

SCHEMA = "kexecdoc-machine/1"


def catalogue() -> dict[str, Any]:
    """Return the catalogue as plain data, for JSON."""
    return {
        "schema": SCHEMA,
        "controls": controls(),
        "defaults": Scenario().values(),
        "by_kernel": view.by_kernel(),
        "presets": [
            {"name": p.name, "chapter": p.chapter, "title": p.title, "values": p.values} for p in PRESETS.values()
        ],
        "explorers": [
            {"name": e.name, "base": e.base, "values": {name: e.choices(name) for name in e.switches}}
            for e in EXPLORERS.values()
        ],
        "messages": view.every_message(),
        "legend": view.legend(),
        "seeds": _control(SEEDS),
    }


def controls() -> list[dict[str, Any]]:
    """Return every switch as a page needs it, in the order of the registry."""
    return [_control(switch) for switch in switches().values()]


def _control(switch: Switch) -> dict[str, Any]:
    about: dict[str, Any] = view.control(switch, switch.choices)
    meanings = [{"meaning": meaning} for meaning in switch.meanings]
    about["choices"] = [choice | more for choice, more in zip(about["choices"], meanings, strict=True)]
    if not switch.choices:
        about |= {"low": str(switch.low), "high": str(switch.high), "places": switch.places}
    about["needs"] = [
        {"either": list(map(list, needed.alternatives)), "words": f"only with {needed.to_words()}"}
        for needed in switch.needs
    ]
    return about | {"group": switch.group, "allowed": switch.allowed(), "default": switch.default}


def preset_runs() -> Iterator[tuple[str, str]]:
    """Yield each preset's name and its run, as the JSON text that a page draws."""
    for preset in PRESETS.values():
        yield preset.name, dumps(view.view_of(simulate(preset.scenario)))
