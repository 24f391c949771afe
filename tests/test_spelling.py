"""What readers read is spelt the British way; what is code, quoted or a name is left alone."""

import json

import pytest

pytest.importorskip("hunspell")
import spelling
from spelling import Speller, Text, misspelt, texts, words


def found(text):
    return [word for _, word in words(Text("x:", text))]


def wrong(text, *own):
    return misspelt(Speller(own), [Text("x:", text)])


def in_file(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    return [word for text in texts([path]) for _, word in words(text)]


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("behavior", "behaviour"),
        ("color", "colour"),
        ("initialize", "initialise"),
        ("serialized", "serialised"),
        ("signaled", "signalled"),
        ("center", "centre"),
        ("canceled", "cancelled"),
        ("judgment", "judgement"),
        ("analyze", "analyse"),
        ("catalog", "catalogue"),
    ],
)
def test_an_american_spelling_is_a_mistake_and_the_british_one_is_suggested(american, british):
    assert wrong(f"The {british} of it") == []
    (line,) = wrong(f"The {american} of it")
    assert line.startswith(f"x:1: '{american}' is misspelt; did you mean ")
    assert british in line


def test_a_word_of_the_field_may_begin_a_sentence_and_stand_in_the_plural_and_the_possessive():
    assert wrong("Redistributors, a redistributor's table, the kernel's", "redistributor") == []
    assert len(wrong("helgaas wrote", "Helgaas")) == 1, "a name keeps its capital"


@pytest.mark.parametrize(
    "text",
    [
        "`behavior`",
        "``color`` and `color`",
        "```\nbehavior\n```\n",
        "<code>color</code> <span class='color'></span>",
        "<!-- behavior -->",
        "[this](behavior.md)",
        "{ .color #color }",
        "see [src: pci-behavior]",
        "https://color.org/behavior",
        "color_map, read/color, x.color, color=3, --color=x, CPU0, LPIs, EnableLPIs",
        'He wrote "the behavior of it" then',
        ">>> color\n",
        "set {behavior} here",
    ],
)
def test_code_names_numbers_and_quotations_are_not_looked_at(text):
    assert not {"behavior", "color"} & set(found(text))


def test_the_words_of_a_link_of_a_quotation_of_one_word_and_on_both_sides_of_a_hyphen_are_looked_at():
    assert found('[the colour](x.md), "colour", level-triggered') == ["the", "colour", "colour", "level", "triggered"]


def test_a_mistake_is_named_with_its_line_once_a_file():
    assert [line.split(";")[0] for line in wrong("one\n\ntwo tpyo\ntpyo")] == ["x:3: 'tpyo' is misspelt"]


def test_of_a_program_strings_of_several_words_are_looked_at_and_no_code(tmp_path):
    code = '"""A docstring of its own."""\nalpha_beta = "gamma"\nprint(f"{alpha} deltas of {beta}s")  # a comment\n'
    assert in_file(tmp_path, "x.py", code) == ["docstring", "of", "its", "own", "deltas", "of"]


def test_printk_formats_and_titles_are_somebody_elses_words(tmp_path):
    code = """
X.says("a", "b", "c", "its behavior is", meaning="what it means")
kernel("id", "path", "its color is", "what it says")
"""
    assert in_file(tmp_path, "x.py", code) == ["what", "it", "means", "what", "it", "says"]


def test_of_a_script_strings_are_looked_at_and_comments_and_selectors_are_not(tmp_path):
    code = 'a("a write landed"); // a colour\nb(`${n} writes hit ${m}`, "kx-color is", \'.kx x\')\n'
    assert in_file(tmp_path, "x.js", code) == ["write", "landed", "writes", "hit"]


def test_of_a_notebook_the_text_is_looked_at(tmp_path):
    cells = [{"cell_type": "markdown", "source": ["one\n", "two"]}, {"cell_type": "code", "source": ["three"]}]
    assert in_file(tmp_path, "x.ipynb", json.dumps({"cells": cells})) == ["one", "two"]


def test_a_page_keeps_its_line_numbers_behind_its_front_matter(tmp_path):
    path = tmp_path / "x.md"
    path.write_text("---\nhide: [color]\n---\n\nThe tpyo.\n")
    assert [where.rpartition(":")[2] for text in texts([path]) for where, word in words(text) if word == "tpyo"] == [
        "5"
    ]


def test_a_word_of_the_field_that_nobody_writes_or_that_the_dictionary_has_is_told():
    speller = Speller(["kexec", "purgatory", "zyzzyva"])
    misspelt(speller, [Text("x:", "kexec and purgatory")])
    assert speller.idle() == ["words.txt: 'purgatory' is in the dictionary", "words.txt: nobody writes 'zyzzyva'"]


def test_the_list_of_words_is_sorted():
    own = spelling.WORDS.read_text(encoding="utf-8").split("\n")
    assert own == [*sorted(set(own[:-1]), key=lambda word: (word.lower(), word)), ""]
    assert Speller(["b", "a"]).idle()[0] == "words.txt: is not sorted"


def test_bad_input_is_told_and_the_exit_status_says_so(tmp_path, capsys):
    path = tmp_path / "x.md"
    path.write_text("Colour, color.\n")
    assert spelling.main([str(path)]) == 1
    assert "'color' is misspelt" in capsys.readouterr().err
    path.write_text("Colour.\n")
    assert spelling.main([str(path)]) == 0
