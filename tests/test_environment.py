"""The two lists of dependencies: pyproject.toml for pip, environment.yml for conda."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())

EXTRAS = {name: pins for name, pins in PROJECT["optional-dependencies"].items() if name != "dev"}
OWN_PACKAGES = [entry for entry in CONDA["dependencies"] if isinstance(entry, str)]

# Prints the top-level modules that importing the core brings in, apart from the standard library.
IMPORT_THE_CORE = """
import importlib, pathlib, sys
before = set(sys.modules)
for file in sorted(pathlib.Path("kexecdoc").rglob("*.py")):
    module = file.with_suffix("").parts
    if module[1] not in ("views", "course", "web") and module[-1] not in ("__init__", "__main__"):
        importlib.import_module(".".join(module))
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(new - set(sys.stdlib_module_names)))
"""


def test_the_core_depends_on_simpy_alone():
    assert [re.split("[=<>]", pin)[0] for pin in PROJECT["dependencies"]] == ["simpy"]


@pytest.mark.slow
def test_importing_the_core_and_the_command_line_loads_simpy_alone():
    loaded = subprocess.run(
        [sys.executable, "-c", IMPORT_THE_CORE], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert set(loaded.stdout.split()) == {"kexecdoc", "simpy"}


@pytest.mark.parametrize(
    ("version", "supported"),
    [((3, 10), False), ((3, 11), True), ((3, 12), True), ((3, 13), True), ((3, 14), True), ((3, 15), False)],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_pythons_from_3_11_to_3_14_are_supported(version, supported):
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    assert ((3, int(low)) <= version < (3, int(high))) == supported


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_pin_is_exact(extra):
    assert [pin for pin in EXTRAS[extra] if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []


def test_the_extra_dev_is_all_the_others():
    assert PROJECT["optional-dependencies"]["dev"] == [f"kexecdoc[{','.join(EXTRAS)}]"]


def test_conda_gets_exactly_the_pins_of_the_core_notebooks_and_sweeps():
    packages = {entry.replace("=", "==") for entry in OWN_PACKAGES if not re.match(r"(python|pip)\b", entry)}
    assert packages == {*PROJECT["dependencies"], *EXTRAS["notebook"], *EXTRAS["sweep"]}


def test_conda_names_every_package_that_the_notebooks_import_themselves():
    paths = [path for folder in ("course", "views", "web") for path in (ROOT / "kexecdoc" / folder).rglob("*.py")]
    imported = {"simpy"}
    for path in (path for path in paths if "site" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {name.partition(".")[0] for name in names}
    brought = {
        "IPython": "ipykernel",
        "PIL": "matplotlib",
        "numpy": "matplotlib",
        "traitlets": "ipywidgets",
    }  # by one that is named
    wanted = {brought.get(name, name) for name in imported - set(sys.stdlib_module_names) - {"kexecdoc", ""}}
    assert wanted <= {entry.partition("=")[0] for entry in OWN_PACKAGES}
    assert {"ipywidgets", "simpy"} <= wanted


def test_conda_installs_this_package_from_this_folder():
    assert CONDA["dependencies"][-1] == {"pip": ["-e ."]}
    assert "pip" in OWN_PACKAGES


def test_conda_takes_a_python_that_is_supported():
    (python,) = [entry for entry in OWN_PACKAGES if entry.startswith("python=")]
    assert f"Programming Language :: Python :: {python.removeprefix('python=')}" in PROJECT["classifiers"]
