"""The tables on the pages show exactly what the registries declare."""

import re

from kexecdoc.model.log_schema import KINDS, PATHS
from kexecdoc.model.scales import TABLE
from kexecdoc.model.scenario import switches
from kexecdoc.registries import sources
from kexecdoc.registries.sources import SOURCES
from kexecdoc.views import tables


def rows(markdown: str) -> list[list[str]]:
    """The cells of every row of every table, without headings and rulers."""
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    cells = [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    rulers = [i for i, line in enumerate(lines) if line.startswith("|---")]
    return [row for i, row in enumerate(cells) if i not in rulers and i + 1 not in rulers]


def test_every_switch_has_one_row_with_its_default_and_all_its_values():
    found = {row[0].split("`")[1]: row for row in rows(tables.switch_tables())}
    assert list(found) == list(switches())
    for name, switch in switches().items():
        _, about, values, default = found[name]
        needs = switch.requirements_text("`{}`".format).replace("only", "Only", 1)
        assert about == "<br>".join(filter(None, (switch.help, needs)))
        assert default == f"`{switch.default}`"
        for choice in switch.choices:
            assert f"`{choice}`" in values
        for meaning in filter(None, switch.meanings):
            assert meaning in values


def test_an_integer_switch_shows_its_range_and_its_unit():
    found = {row[0].split("`")[1]: row for row in rows(tables.switch_tables())}
    assert found["traffic"][2] == "1 to 20,000 a second"
    assert found["seed"][2] == "0 to 2⁶³ − 1"


def test_the_anchor_of_a_switch_is_its_name():
    text = tables.switch_tables()
    for name in switches():
        assert text.count(f"{{ #{name} }}") == 1


def test_every_group_of_switches_is_one_section():
    headings = re.findall(r"^## (.+)$", tables.switch_tables(), re.MULTILINE)
    assert [h.lower() for h in headings] == list(dict.fromkeys(s.group.lower() for s in switches().values()))


def test_every_scale_has_one_row_and_says_what_is_real():
    found = rows(tables.scales_table())
    assert [row[0] for row in found] == [scale.thing for scale in TABLE]
    for row, scale in zip(found, TABLE, strict=True):
        assert (row[1], row[3], row[4]) == (scale.real, scale.here, scale.why)
        assert row[2] == "nobody" if not scale.source else row[2] == f"[src: {scale.source}]"


def test_the_bibliography_has_every_source_once_under_its_kind():
    heading, found = "", {}
    for line in filter(None, tables.bibliography().split("\n")):
        if line.startswith("## "):
            heading = line[3:].lower()
        else:
            source_id = re.search(r"{ #src-([\w.-]+) }", line)[1]
            assert source_id not in found, "one anchor a source"
            found[source_id] = (heading, line.replace("\\", ""))
    assert set(found) == set(SOURCES)
    for source_id, (heading, line) in found.items():
        source = SOURCES[source_id]
        assert heading == sources.KINDS[source.kind].lower()
        assert source.title in line
        assert source.says in line
        assert source.read in line
        assert source.link in line


def test_a_bar_in_a_cell_stays_text_and_a_line_break_stays_in_its_cell():
    assert tables.table(("a",), [("x|y\nz",)]).splitlines()[-1] == "| x\\|y<br>z |"


def test_the_page_lists_every_path_and_kind_of_the_log_with_its_meaning():
    assert rows(tables.log_paths()) == [[f"`{path}`", meaning] for path, meaning in PATHS.items()]
    assert rows(tables.log_kinds()) == [[f"`{kind}`", meaning] for kind, meaning in KINDS.items()]
