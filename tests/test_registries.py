"""Messages and sources: every id resolves, every entry is used, every format can be printed."""

import ast
import re
from itertools import groupby
from pathlib import Path

import pytest

import kexecdoc
import tools.claims
from kexecdoc.crossing import Crossing
from kexecdoc.model.kernel import image, kexec
from kexecdoc.model.scales import TABLE
from kexecdoc.model.scenario import Scenario, switches
from kexecdoc.registries.messages import (
    HARMS,
    IDS,
    MECHANISMS,
    MESSAGES,
    NOTHING,
    PARAMETERS,
    Message,
    Parameters,
    find,
    render,
    wordings,
)
from kexecdoc.registries.messages.line import UNKNOWN
from kexecdoc.registries.sources import KINDS, SOURCES, by_id, cited
from kexecdoc.registries.sources.citation import malformed
from kexecdoc.registries.versions import version

PACKAGE = Path(kexecdoc.__file__).parent
ROOT = PACKAGE.parent
CROSSING = Crossing(Scenario())
STEPS = (*kexec.path(type(CROSSING.old)), image.COPYING, image.PURGATORY, *CROSSING.next.path())


def code() -> dict[str, str]:
    return {str(path.relative_to(PACKAGE)): path.read_text() for path in PACKAGE.rglob("*.py")}


def all_citations() -> set[str]:
    declared = {s.source for s in STEPS} | {m.source for m in MESSAGES} | {row.source for row in TABLE if row.source}
    declared |= {source_id for mechanism in MECHANISMS.values() for source_id in mechanism.sources}
    pages = [
        p.read_text()
        for folder in ("site", "notebooks")
        for p in (ROOT / folder).rglob("*.*")
        if p.suffix in (".md", ".ipynb")
    ]
    return declared.union(*map(cited, [*code().values(), *pages]))


def test_every_citation_resolves():
    assert all_citations() - set(SOURCES) == set()


def test_one_bracket_may_cite_several_sources_even_across_lines():
    assert cited("a [src: its-quiesce] b [src: its-probe,\n    its-quiesce, gic.x]") == [
        "its-quiesce",
        "its-probe",
        "gic.x",
    ]


@pytest.mark.parametrize(
    "text", ["[src its]", "[src:its]", "[src: its;probe]", "[src: its, ]", "[ src: its]", "[Src: its]"]
)
def test_what_only_looks_like_a_citation_is_found(text):
    assert cited(text) == []
    assert malformed(f"As said {text}.") == [f"{text}."]


def test_every_file_with_rules_of_linux_or_hardware_has_sources():
    assert tools.claims.uncited_rules() == []
    assert set(tools.claims.NO_RULES) <= {name for name, _ in tools.claims.rules()}


def test_every_source_says_what_it_may_be_cited_for_and_is_of_a_known_kind():
    for source in SOURCES.values():
        assert source.says.endswith("."), source.id
        assert source.kind in KINDS, source.id
        assert source.link.startswith(("https://", "http://")) or not source.link, source.id


def test_a_place_in_the_kernel_has_the_versions_read_and_a_link():
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


def calls_of_say() -> list[tuple[str, str, list[object], dict[str, object]]]:
    """Every call of `say` in the simulated kernels, read from their code: where, message, values, named values."""

    def value(node: ast.expr) -> object:
        """What a value is as far as its text tells."""
        if isinstance(node, ast.Constant):
            return node.value
        return "" if isinstance(node, ast.JoinedStr) else UNKNOWN

    calls = []
    for name, text in code().items():
        if not name.startswith("model/kernel/"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                where = f"{name}:{node.lineno}"
                message, *values = node.args
                assert isinstance(message, ast.Constant), f"{where} says something that cannot be looked up"
                assert not any(isinstance(v, ast.Starred) for v in values), f"{where}: how many values are these?"
                assert all(k.arg for k in node.keywords), f"{where}: which names are these?"
                named = {k.arg: value(k.value) for k in node.keywords if k.arg != "cause"}
                calls.append((where, message.value, [value(v) for v in values], named))
    return calls


def test_every_simulated_message_is_said_by_the_simulation_and_no_other_is():
    assert {message for _, message, _, _ in calls_of_say()} == {m.id for m in MESSAGES if m.simulated}


@pytest.mark.parametrize(
    ("message", "values", "named"), [pytest.param(*call, id=f"{where}-{call[0]}") for where, *call in calls_of_say()]
)
def test_every_call_of_say_has_the_values_of_its_line(message, values, named):
    assert PARAMETERS[message].problem(values, named) == ""


@pytest.mark.parametrize(
    ("message_id", "values", "named", "error"),
    [
        ("lpi.failed", (), {}, "lpi.failed: was given 0 values in order, and takes 1"),
        ("lpi.failed", (0, 1), {}, "lpi.failed: was given 2 values in order, and takes 1"),
        ("lpi.failed", ("0",), {}, "lpi.failed: value 1 must be a number, and is '0'"),
        ("crash.failed", (), {"cpus": 1}, "crash.failed: cpus must be text, and is 1"),
        ("nvme.timeout", (), {"disk": "nvme0", "tag": 8, "queue": 1}, "nvme.timeout: was not given cid"),
        ("crash.failed", (), {"cpus": "1", "cpu": 1}, "crash.failed: takes no value named cpu"),
        ("nvme.timeout", ("nvme0",), {}, "nvme.timeout: was given 1 values in order, and takes 0"),
    ],
)
@pytest.mark.parametrize("kernel", ["6.1", "3.4"])
def test_wrong_values_are_an_error_in_every_version(message_id, values, named, error, kernel):
    with pytest.raises(TypeError) as refused:
        render(message_id, kernel, *values, **named)
    assert str(refused.value) == error


def line_in_words(printk_format: str, takes: str = "") -> Message:
    return Message("x", printk_format, "", "", "", takes=takes)


@pytest.mark.parametrize(
    ("printk_format", "takes", "error"),
    [
        ("CPU%d of %d", "cpu", "has 2 values, and 'takes' names 1"),
        ("CPU%d", "cpu of", "has 1 values, and 'takes' names 2"),
        ("%f seconds", "", "has a conversion that is not one of printk's known here"),
        ("%*d", "", "takes a width from its values"),
    ],
)
def test_a_format_that_cannot_be_printed_is_refused_when_it_is_declared(printk_format, takes, error):
    with pytest.raises(ValueError, match=f"x: .*{error}"):
        line_in_words(printk_format, takes)


def test_wordings_that_take_different_values_have_to_name_them():
    with pytest.raises(ValueError, match="x: its versions take different values"):
        Parameters.of([line_in_words("CPU%d"), line_in_words("CPU%d of %d")])
    with pytest.raises(ValueError, match="x: 'cpu' is a number in one version and text in another"):
        Parameters.of([line_in_words("CPU%d", "cpu"), line_in_words("CPU%s", "cpu")])
    both = Parameters.of([line_in_words("CPU%d", "cpu"), line_in_words("CPU%d of %d", "cpu of")])
    assert list(both.by_name) == ["cpu", "of"]


def test_the_wordings_of_a_line_agree_in_all_but_their_words():
    for message_id in IDS:
        same = {
            (m.where, m.source, m.meaning, m.harm, m.mechanism, m.advice, m.simulated, m.marks)
            for m in wordings(message_id)
        }
        assert len(same) == 1, message_id


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


def test_every_mechanism_has_a_description_advice_and_sources():
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
def test_a_bound_that_was_not_looked_up_is_not_shown_as_a_release(since, before, said):
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
