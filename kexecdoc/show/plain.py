"""The switches of the explorers in plain words: what a stranger reads first, before the name and the value.

The registry's own help is for somebody who knows the name already. A switch or a value that has no words here goes
by the registry's.
"""

from __future__ import annotations

from kexecdoc.scenario import Switch

SWITCHES: dict[str, str] = {
    "quiesce": "What the old kernel calls in the card’s driver",
    "iommu": "The IOMMU between the card and memory",
    "lpi-disable": "Can the interrupt controller’s tables be switched off?",
}

VALUES: dict[tuple[str, str], str] = {
    ("quiesce", "shutdown"): "its shutdown, as Linux does",
    ("quiesce", "remove"): "its remove, as unloading would",
    ("quiesce", "none"): "nothing: the card is left running",
    ("iommu", "off"): "there is none",
    ("iommu", "identity"): "there, addresses unchanged",
    ("iommu", "translate"): "there, addresses translated",
    ("lpi-disable", "clearable"): "yes: EnableLPIs can be cleared",
    ("lpi-disable", "sticky"): "no: once set, EnableLPIs stays set",
}


def switch(declared: Switch) -> str:
    """Return what a switch decides."""
    return SWITCHES.get(declared.name) or declared.help[0].upper() + declared.help[1:]


def value(declared: Switch, chosen: str, meaning: str) -> str:
    """Return what a value means."""
    return VALUES.get((declared.name, chosen)) or meaning or chosen
