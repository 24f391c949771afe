"""Import paths of release 0.1, which readers' notebooks have, and the public face."""

import subprocess
import sys

import pytest

import kexecdoc
from kexecdoc._moved import MOVED, new_paths


def run(source):
    """Run Python in a new process, where nothing is imported yet; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", source], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.slow
def test_every_old_path_leads_to_existing_modules():
    source = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    paths = [path for old in MOVED for path in new_paths(f"kexecdoc.{old}")]
    subprocess.run([sys.executable, "-c", source, *paths], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("from kexecdoc.scenario import Scenario as x", "kexecdoc.model.scenario"),
        ("from kexecdoc.simulate import simulate as x", "kexecdoc.crossing"),
        ("from kexecdoc.show.explorer import Explorer as x", "kexecdoc.web.widget"),
        ("from kexecdoc.show.chapter import cross as x", "kexecdoc.course.chapter"),
        ("from kexecdoc.show.trace import trace as x", "kexecdoc.views.trace"),
        ("from kexecdoc.show.figures import outcome_grid as x", "kexecdoc.views.figures.outcome_grid"),
        ("from kexecdoc.show.figures import count_outcomes as x", "kexecdoc.study.grid"),
        ("from kexecdoc.study.quiz import quiz as x", "kexecdoc.course.quiz"),
        ("from kexecdoc.presets import EXPLORERS, Explorer as x", "kexecdoc.course.explorers"),
        ("from kexecdoc.presets import PRESETS, Preset as x", "kexecdoc.study.presets"),
        ("from kexecdoc.kernel.driver import Driver as x", "kexecdoc.model.kernel.driver"),
        ("from kexecdoc.machine.bus import Function as x", "kexecdoc.model.machine.bus"),
    ],
)
def test_an_old_path_imports_the_same_object_as_the_new_one(line, says):
    assert run(f"{line}\nprint(x.__module__)") == says


def test_an_old_path_and_the_new_one_are_one_module():
    assert run("import kexecdoc.scenario as a, kexecdoc.model.scenario as b\nprint(a is b)") == "True"


def test_importing_an_old_path_warns_with_the_new_one():
    with pytest.warns(DeprecationWarning, match="kexecdoc.history has moved to kexecdoc.model.whatif"):
        import kexecdoc.history  # noqa: F401


@pytest.mark.parametrize("first", ["import kexecdoc.simulate", "from kexecdoc import simulate"])
def test_kexecdoc_simulate_is_the_function_after_any_import(first):
    source = f"{first}\nimport kexecdoc.simulate\nfrom kexecdoc import simulate, Scenario\nprint(simulate(Scenario()))"
    assert "Run" in run(source)


def test_the_public_names_exist_and_others_are_refused():
    assert set(kexecdoc.__all__) <= set(dir(kexecdoc))
    for name in kexecdoc.__all__:
        assert callable(getattr(kexecdoc, name))
    with pytest.raises(AttributeError, match="no attribute 'nonesuch'"):
        kexecdoc.nonesuch  # noqa: B018


def test_importing_the_package_loads_only_the_standard_library():
    source = (
        "import sys; before = set(sys.modules); import kexecdoc\n"
        "new = {n.partition('.')[0] for n in set(sys.modules) - before} - set(sys.stdlib_module_names)\nprint(*new)"
    )
    assert run(source) == "kexecdoc"
