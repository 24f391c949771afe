"""Why kexec works the way it does: a simulated computer that crosses from one kernel to the next.

This is the public face. Each name is imported when it is first asked for, so that the simulator needs no notebook.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kexecdoc import _moved

if TYPE_CHECKING:
    from kexecdoc.course.quiz import quiz as quiz
    from kexecdoc.crossing import simulate as simulate
    from kexecdoc.model.scenario import Scenario as Scenario
    from kexecdoc.study.sweep import sweep as sweep
    from kexecdoc.web.widget import Explorer as Explorer
    from kexecdoc.web.widget import Machine as Machine

_HOMES = {
    "Explorer": "kexecdoc.web.widget",
    "Machine": "kexecdoc.web.widget",
    "Scenario": "kexecdoc.model.scenario",
    "quiz": "kexecdoc.course.quiz",
    "simulate": "kexecdoc.crossing",
    "sweep": "kexecdoc.study.sweep",
}

__all__ = ["Explorer", "Machine", "Scenario", "quiz", "simulate", "sweep"]

_moved.install(__name__)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
