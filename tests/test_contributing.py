"""What CONTRIBUTING.md says about where things are is true."""

import re
import tomllib
from pathlib import Path

import pytest

from kexecdoc.registries import messages, sources
from kexecdoc.registries.messages import HARMS

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def cells(section: str) -> list[list[str]]:
    """The rows of a section's table, without the heading."""
    rows = re.findall(r"^\| (.*) \|$", SECTIONS[section], re.MULTILINE)
    return [[cell.strip() for cell in row.split(" |")] for row in rows[1:] if not row.startswith("---")]


def files(package) -> set[str]:
    return {f"{area.__name__.rpartition('.')[2]}.py" for area in package.AREAS}


def test_the_map_has_every_package_and_top_level_module():
    tree = re.search(r"^    kexecdoc/\n(.*?)^    \w", SECTIONS["Where things are"], re.MULTILINE | re.DOTALL)[1]
    drawn = set(re.findall(r"^      (\S+)", tree, re.MULTILINE))
    package = ROOT / "kexecdoc"
    there = {f"{p.name}/" for p in package.iterdir() if (p / "__init__.py").exists()}
    there |= {p.name for p in package.glob("*.py")} - {"__main__.py", "_moved.py"}
    assert drawn == there


def test_the_layers_are_those_that_the_import_linter_holds():
    layers = next(
        contract["layers"]
        for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        if contract["name"] == "Imports run one way"
    )
    said = re.search(r"holds them to it:\n(.*?)\. ", SECTIONS["Where things are"], re.DOTALL)[1]
    assert [layer.split(" | ")[0] for layer in layers] == re.findall(r"`(\w+)`", said)


def test_every_area_of_messages_and_of_sources_is_in_the_table():
    for column, package in ((1, messages), (2, sources)):
        assert {name for row in cells("Areas") for name in re.findall(r"`(.*?)`", row[column])} == files(package)


def test_how_bad_a_line_can_be_is_in_the_table():
    assert [row[0].strip("`") for row in cells("Add a kernel message")] == list(HARMS)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:kexecdoc|site|tests|tools)/[\w./-]*)`", TEXT))))
def test_every_path_named_exists(path):
    assert (ROOT / path).exists()
