"""Messages and sources: every id resolves, every entry is used, every format can be printed."""

import ast
import re
from itertools import groupby
from pathlib import Path

import pytest

import kexecdoc
from kexecdoc.crossing import Crossing
from kexecdoc.model.kernel import image, kexec
from kexecdoc.model.scales import TABLE
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.registries.messages import HARMS, IDS, MECHANISMS, MESSAGES, NOTHING, Message, find, wordings
from kexecdoc.registries.sources import KINDS, SOURCES, by_id
from kexecdoc.registries.versions import version

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
    declared |= {id for mechanism in MECHANISMS.values() for id in mechanism.sources}
    pages = [
        p.read_text()
        for folder in ("site", "notebooks")
        for p in (ROOT / folder).rglob("*.*")
        if p.suffix in (".md", ".ipynb")
    ]
    return declared.union(*map(cited_in, [*code().values(), *pages]))


def test_every_citation_resolves():
    assert all_citations() - set(SOURCES) == set()


def test_every_source_says_what_it_may_be_cited_for_and_is_of_a_known_kind():
    for source in SOURCES.values():
        assert source.says.endswith("."), source.id
        assert source.kind in KINDS, source.id
        assert source.link.startswith(("https://", "http://")) or not source.link, source.id


def test_a_place_in_the_kernel_names_the_versions_in_which_it_was_read_and_links_to_one():
    for source in SOURCES.values():
        if source.kind in ("kernel", "documentation"):
            assert re.search(r"\d+\.\d+", source.read), source.id
            assert re.search(r"\?h=v\d+\.\d+", source.link), source.id


def test_a_source_that_is_declared_twice_is_an_error_with_its_id():
    with pytest.raises(ValueError, match="kernel-kexec"):
        by_id([SOURCES["kernel-kexec"], SOURCES["kernel-kexec"]])


def test_every_step_names_its_source():
    assert all(step.source in SOURCES for step in STEPS)


@pytest.mark.parametrize("kernel", switches()["kernel"].choices)
def test_a_message_has_one_wording_in_each_version(kernel):
    ids = [m.id for m in MESSAGES if m.holds_in(kernel)]
    assert len(ids) == len(set(ids))


def said_by_the_simulation() -> set[str]:
    """The ids that the simulated kernels say, read from their code."""
    said = set()
    for name, text in code().items():
        if not name.startswith("model/kernel/"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                assert isinstance(node.args[0], ast.Constant), f"{name} says something that cannot be looked up"
                said.add(node.args[0].value)
    return said


def test_every_simulated_message_is_said_by_the_simulation_and_no_other_is():
    assert said_by_the_simulation() == {message.id for message in MESSAGES if message.simulated}


def test_the_wordings_of_a_line_agree_in_all_but_their_words():
    for id in IDS:
        same = {
            (m.where, m.source, m.meaning, m.harm, m.mechanism, m.advice, m.simulated, m.marks) for m in wordings(id)
        }
        assert len(same) == 1, id


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: f"{m.id}-{m.since or 'first'}")
def test_a_message_says_what_it_means_how_bad_it_is_and_what_to_do(message):
    assert message.harm in HARMS
    assert message.meaning.endswith((".", ":"))
    assert message.advice.endswith(".")
    assert message.where
    assert message.versions
    assert 1 <= message.chapter <= 11
    if message.harm not in ("routine", "harmless"):
        assert message.advice != NOTHING


def test_every_mechanism_says_what_happens_and_what_to_do_on_whose_word():
    assert len({m.title for m in MECHANISMS.values()}) == len(MECHANISMS)
    for mechanism in MECHANISMS.values():
        assert mechanism.what.endswith(".")
        assert mechanism.do.endswith(".")
        assert mechanism.sources


def test_lines_of_one_mechanism_stand_together():
    """The page has one table a mechanism."""
    order = [m.mechanism for m in MESSAGES]
    assert len([k for k, _ in groupby(order)]) == len(MECHANISMS)


@pytest.mark.parametrize(
    ("since", "before", "said"),
    [
        ("", "", "all that were read, 5.10 to 7.3"),
        ("4.20", "", "v4.20 on"),
        ("6.12", "", "6.12 on (not in 6.1)"),
        ("4.2", "5.14", "v4.2 on, before v5.14"),
        ("", "6.12", "up to 6.1 (not in 6.12)"),
    ],
)
def test_a_bound_that_nobody_looked_up_is_not_given_as_a_release(since, before, said):
    assert Message("x", "y", "", "", "", since=since, before=before).versions == said


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
