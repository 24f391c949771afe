"""Messages and sources: every id resolves, every entry is used, every format can be printed."""

import ast
import re
from pathlib import Path

import pytest

import kexecdoc
from kexecdoc.kernel import image, kexec
from kexecdoc.messages import MESSAGES, Message, find
from kexecdoc.scales import TABLE
from kexecdoc.scenario import Scenario, switches
from kexecdoc.simulate import Crossing
from kexecdoc.sources import SOURCES
from kexecdoc.versions import version

PACKAGE = Path(kexecdoc.__file__).parent
ROOT = PACKAGE.parent
CROSSING = Crossing(Scenario())
STEPS = (*kexec.path(type(CROSSING.old)), image.COPYING, image.PURGATORY, *CROSSING.next.path())
SAID = re.compile(r"\[src: ([a-z0-9, -]+)\]")


def cited_in(text: str) -> set[str]:
    return {id.strip() for ids in SAID.findall(text) for id in ids.split(",")}


def code() -> dict[str, str]:
    return {str(path.relative_to(PACKAGE)): path.read_text() for path in PACKAGE.rglob("*.py")}


def all_citations() -> set[str]:
    declared = {s.source for s in STEPS} | {m.source for m in MESSAGES} | {row.source for row in TABLE if row.source}
    pages = [
        p.read_text()
        for folder in ("site", "notebooks")
        for p in (ROOT / folder).rglob("*.*")
        if p.suffix in (".md", ".ipynb")
    ]
    return declared.union(*map(cited_in, [*code().values(), *pages]))


def test_every_citation_resolves():
    assert all_citations() - set(SOURCES) == set()


def test_every_step_names_its_source():
    assert all(step.source in SOURCES for step in STEPS)


@pytest.mark.parametrize("kernel", switches()["kernel"].choices)
def test_a_message_has_one_wording_in_each_version(kernel):
    ids = [m.id for m in MESSAGES if m.holds_in(kernel)]
    assert len(ids) == len(set(ids))


def test_every_message_of_the_registry_is_said_and_nothing_else():
    said = set()
    for name, text in code().items():
        if not name.startswith("kernel/"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                assert isinstance(node.args[0], ast.Constant), f"{name} says something that cannot be looked up"
                said.add(node.args[0].value)
    assert said == {message.id for message in MESSAGES}


def test_a_format_prints_as_printk_would():
    line = Message("x", "[%pa] %#x %#x %04x %u %016lx %s", "", "", "")
    assert line.render(0x1000, 0, 16, 10, 7, 255, "s") == "[0x0000000000001000] 0x0 0x10 000a 7 00000000000000ff s"


def test_versions_sort_as_releases_do():
    assert sorted(["6.12", "4.20", "6.1", "4.18", "7.3", "3.4"], key=version) == [
        "3.4",
        "4.18",
        "4.20",
        "6.1",
        "6.12",
        "7.3",
    ]


def test_an_unknown_message_is_an_error_with_its_id():
    with pytest.raises(KeyError, match=r"no message lpi\.nonesuch"):
        find("lpi.nonesuch", "7.3")
