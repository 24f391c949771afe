"""The tables of the page that reads console logs: everything in the registry, with an anchor for each message."""

import re

import pytest
from test_tables import rows

from kexecdoc.registries.messages import HARMS, IDS, MECHANISMS, MESSAGES, wordings
from kexecdoc.registries.sources import SOURCES, cited
from kexecdoc.views.message_tables import harm_table, message_tables

TEXT = message_tables({6: "notebooks/06-x.ipynb"})
ROWS = {re.search(r"#msg-([\w.-]+)", row[0])[1]: row for row in rows(TEXT) if "#msg-" in row[0]}


def test_every_line_of_the_registry_has_one_row_and_one_anchor():
    assert set(ROWS) == IDS
    assert TEXT.count("#msg-") == len(IDS)


@pytest.mark.parametrize("message_id", sorted(IDS))
def test_a_row_has_everything_that_is_declared_of_its_message(message_id):
    line, harm, does, who = ROWS[message_id]
    first = wordings(message_id)[0]
    for message in wordings(message_id):
        words = " ".join(message.format.split()).replace("|", "\\|")
        assert f"`{words}`" in line
        assert message.versions in line
    assert HARMS[first.harm].word in harm
    assert f"kx-harm-{first.harm}" in harm
    assert HARMS[first.harm].sign in harm
    assert first.meaning in does
    assert first.do in does
    assert f"[src: {first.source}]" in who
    assert who.endswith(" Simulated." if first.simulated else " Not simulated.")


def test_every_mechanism_is_a_section_with_advice_sources_and_chapter():
    sections = re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]
    assert len(sections) == len(MECHANISMS)
    for mechanism in MECHANISMS.values():
        (section,) = [s for s in sections if s.startswith(f"{mechanism.title} {{")]
        assert f"**What to do.** {mechanism.do}" in section
        assert mechanism.what in section
        assert ("**If you write the driver.**" in section) == bool(mechanism.author)
        assert set(mechanism.sources) <= set(cited(section))
        assert ("notebooks/06-x.ipynb" in section) == (mechanism.chapter == 6)
        ids = {m.id for m in MESSAGES if m.of is mechanism}
        assert ids == set(re.findall(r"#msg-([\w.-]+)", section))


def test_the_landmarks_of_an_ordinary_boot_come_last():
    titles = re.findall(r"^### (.+?) {", TEXT, re.MULTILINE)
    assert titles[-1] == MECHANISMS[""].title


def test_the_words_for_harm_are_explained():
    assert [row[1] for row in rows(harm_table())] == [harm.meaning for harm in HARMS.values()]
    assert len({harm.sign for harm in HARMS.values()}) == len(HARMS)


def test_every_source_that_the_tables_cite_is_one():
    assert set(cited(TEXT)) <= set(SOURCES)
