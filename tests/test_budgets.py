"""Budgets: what is reported when one is exceeded, and whether the page's wheel has every module that it may import."""

import ast
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import budgets

ROOT = Path(__file__).resolve().parent.parent
BUDGET = {"limit": 100, "parts": {"model": 40, "course": 30}}


def test_nothing_is_reported_within_a_budget():
    assert budgets.excess(BUDGET, {"model": 60, "course": 40}) == []


def test_an_exceeded_budget_lists_what_grew_most_first():
    assert budgets.excess(BUDGET, {"model": 41, "course": 45, "new": 20}) == [
        "106 is more than the 100 that budgets.toml allows",
        "  new: 20",
        "  course: 30 -> 45",
        "  model: 40 -> 41",
    ]


def test_parts_that_did_not_grow_are_not_listed():
    assert budgets.excess(BUDGET, {"model": 40, "course": 20, "new": 41})[1:] == ["  new: 41"]


@pytest.mark.parametrize("excess", [0, 1])
def test_ci_fails_above_its_time_budget_and_prints_the_time_of_each_step(excess):
    last = budgets.budgets()["ci"]["limit"] - 300 + excess
    ended = subprocess.run(
        [sys.executable, "-m", "tools.budgets", "ci", "check=100", "site=200", f"test={last}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ended.returncode == excess
    assert (f"test: {last:,}" in ended.stderr) == bool(excess)


def test_the_parts_that_were_measured_keep_to_the_limit():
    wheels = budgets.budgets()["wheels"]
    assert budgets.excess(wheels, wheels["parts"]) == []


def test_every_byte_of_a_wheel_is_counted_by_package_and_folder(tmp_path):
    folder = tmp_path / "assets" / "python" / "0123"
    folder.mkdir(parents=True)
    for name, paths in {"simpy": ["simpy/core.py"], "kexecdoc": ["kexecdoc/cli.py", "kexecdoc/model/log.py"]}.items():
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            for path in paths:
                wheel.writestr(path, "x" * 1000)
    parts = budgets.wheels(tmp_path)
    assert sum(parts.values()) == sum(path.stat().st_size for path in folder.iterdir())
    assert parts["kexecdoc/model"] == 1000
    assert set(parts) == {"simpy", "kexecdoc", "kexecdoc/model"}


@pytest.fixture(scope="module")
def page_wheel():
    """The modules in the page's wheel, by name."""
    full_explorer_page = pytest.importorskip("kexecdoc.web.site.full_explorer_page")
    _, content = full_explorer_page._kexecdoc()
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        return {
            path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): wheel.read(path).decode()
            for path in wheel.namelist()
            if path.endswith(".py")
        }


def imports(source):
    """The modules of this package that a source may import at any time, except for type checking."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kexecdoc"):
            yield node.module, [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names if alias.name.startswith("kexecdoc"))


def test_the_pages_wheel_has_every_module_that_it_may_import(page_wheel):
    assert "kexecdoc.web.answers" in page_wheel
    missing = {
        (name, imported)
        for name, source in page_wheel.items()
        for module, names in imports(source)
        for imported in (module, *(f"{module}.{part}" for part in names))
        if imported not in page_wheel and (ROOT / f"{imported.replace('.', '/')}.py").exists()
    }
    assert missing == set()


def test_the_page_fetches_no_course_figure_or_site(page_wheel):
    assert not {name for name in page_wheel if name.startswith(("kexecdoc.views.figures", "kexecdoc.web.site"))}
    assert {name for name in page_wheel if name.startswith("kexecdoc.course")} == {
        "kexecdoc.course",
        "kexecdoc.course.explorers",
    }
