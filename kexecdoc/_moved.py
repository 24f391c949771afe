"""Import paths of release 0.1, which readers' notebooks use. They lead to the new ones for one more release."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "doctor": "reading.doctor",
    "draws": "model.draws",
    "glossary": "registries.glossary",
    "history": "model.whatif",
    "kernel": "model.kernel",
    "log": "model.log",
    "machine": "model.machine",
    "messages": "registries.messages",
    "owners": "model.owners",
    "presets": "study.presets course.explorers",  # what stood in one file
    "run": "reading.run",
    "scales": "model.scales",
    "scenario": "model.scenario",
    "show": "views",
    "show.answers": "web.answers",
    "show.assets": "web.assets",
    "show.catalogue": "web.catalogue",
    "show.chapter": "course.chapter",
    "show.driver_page": "web.driver_page",
    "show.explorer": "web.widget",
    "show.figures": "views.figures study.corruption study.grid study.hotplug",
    "show.my_driver": "course.driver_form",
    "show.reading": "views.diagnosis",
    "show.view": "web.view",
    "simulate": "crossing",
    "sources": "registries.sources",
    "study.checklist": "course.checklist",
    "study.coverage": "registries.driver_counts",
    "study.exercises": "course.exercises",
    "study.my_driver": "course.my_driver",
    "study.quiz": "course.quiz",
    "summary": "reading.summary",
    "verdict": "reading.verdict",
    "versions": "registries.versions",
}
"""Modules and packages by their old paths. What is not named here lies below its package's first new path."""


def new_paths(name: str) -> list[str]:
    """Return the new dotted names of the module with an old one: none, one or several."""
    package, _, rest = name.partition(".")
    for old in sorted(MOVED, key=len, reverse=True):
        if rest == old:
            return [f"{package}.{new}" for new in MOVED[old].split()]
        if rest.startswith(f"{old}."):
            return [f"{package}.{MOVED[old].split()[0]}{rest[len(old) :]}"]
    return []


class _Finder(MetaPathFinder, Loader):
    """Import a module by its old name, as the module with the new one."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.startswith(f"{self._package}.") and new_paths(name):
            return ModuleSpec(name, self)
        return None

    def exec_module(self, module: ModuleType) -> None:
        name, paths = module.__name__, new_paths(module.__name__)
        warnings.warn(f"{name} has moved to {' and '.join(paths)}", DeprecationWarning, stacklevel=2)
        modules = [import_module(path) for path in paths]
        if len(modules) == 1:
            sys.modules[name] = modules[0]
        for one in modules:
            module.__dict__.update({key: value for key, value in vars(one).items() if not key.startswith("__")})


class _Package(ModuleType):
    """The package. Importing the old module ``kexecdoc.simulate`` does not hide the function of that name."""

    def __setattr__(self, name: str, value: object) -> None:
        if name != "simulate" or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


def install(package: str) -> None:
    """Make old paths below a package importable."""
    sys.modules[package].__class__ = _Package
    sys.meta_path.insert(0, _Finder(package))
