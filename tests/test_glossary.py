"""Each term has one plain definition, a link from its first use in a chapter, and a use."""

import re
from itertools import groupby

import pytest

from kexecdoc.registries import glossary
from kexecdoc.registries.glossary import TERMS, Term, uses
from kexecdoc.registries.sources import SOURCES
from kexecdoc.web.site import glossary_links

soup = pytest.importorskip("bs4").BeautifulSoup


every_term = pytest.mark.parametrize("term", TERMS.values(), ids=lambda term: term.slug)


def used(text):
    return [(term.name, text[start:end]) for term, start, end in uses(text)]


def linked(html):
    page = soup(html, "html.parser")
    glossary_links.link(page, "../g/")
    return page


def links(html):
    return [tag.text for tag in linked(html).select("a.kx-term")]


# --- the registry ----------------------------------------------------------------------------------------


@every_term
def test_a_definition_is_two_sentences_at_most_and_fits_under_the_pointer(term):
    assert re.fullmatch(r"[A-Z].*\.", term.definition)
    assert len(re.findall(r"[.?!](?= [A-Z]|$)", term.definition)) <= 2
    assert len(term.definition) <= 240


@every_term
def test_a_definition_has_a_source_unless_the_term_is_ours(term):
    assert set(term.sources) <= set(SOURCES)
    assert term.sources or term.ours
    assert not term.ours or re.search(r"\b([Oo]ur|we)\b", term.definition) or term.name in ("frame", "closed form")


@every_term
def test_a_term_names_the_chapter_that_shows_it(term):
    assert 1 <= term.chapter <= 11


def test_no_two_terms_share_a_name_a_form_or_an_anchor():
    forms = sorted((form.lower(), term.name) for term in TERMS.values() for form in (*term.written, *term.unlike))
    clashes = {form: names for form, group in groupby(forms, lambda f: f[0]) if len(names := {n for _, n in group}) > 1}
    assert clashes == {}
    assert len({term.slug for term in TERMS.values()}) == len(TERMS)


def test_every_form_is_recognised_as_its_own_term():
    for term in TERMS.values():
        for form in term.written:
            assert used(f"so the {form} is") == [(term.name, form)]


def test_every_abbreviation_in_a_definition_has_an_entry():
    assert [line for line in glossary.wrong([]) if "has no entry" in line] == []


def test_an_abbreviation_without_an_entry_is_reported(monkeypatch):
    odd = Term("odd", "It asks the PHB of the IOMMU.", chapter=1)
    monkeypatch.setitem(glossary.TERMS, "odd", odd)
    assert "glossary: 'odd' is defined by 'PHB', which has no entry" in glossary.wrong([])


def test_only_unused_terms_are_reported():
    faults = glossary.wrong(["The redistributors write; a `vmcore` is kept", "an interrupt is edge or level"])
    assert "glossary: nothing uses 'triple fault'" in faults
    assert not {f"glossary: nothing uses '{name}'" for name in ("redistributor", "vmcore", "edge")} & set(faults)


# --- what is recognised ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Segments wait.", [("segment", "Segments")]),
        ("two root ports and three IOMMUs", [("root port", "root ports"), ("IOMMU", "IOMMUs")]),
        ("an MSI-X message, an MSI", [("MSI-X", "MSI-X"), ("MSI", "MSI")]),
        ("its receive ring, a ring", [("receive ring", "receive ring"), ("descriptor ring", "ring")]),
        ("the crash kernel", [("capture kernel", "crash kernel")]),
        ("KHO and kho, the its", [("KHO", "KHO")]),
        ("kexec-tools, kexec_load(), /kexec, systemctl.kexec", []),
        ("a file descriptor, an interrupt descriptor", [("interrupt descriptor", "interrupt descriptor")]),
        ("a line of text, the level of detail", []),
        ("a level-triggered line", [("level", "level-triggered")]),
        ("see [src: purgatory]", []),
        ("crashkernel=512M", [("crashkernel=", "crashkernel=")]),
    ],
)
def test_a_word_is_recognised_in_its_forms_and_in_no_other_word(text, found):
    assert used(text) == found


# --- the links -------------------------------------------------------------------------------------------


def test_only_the_first_use_of_a_term_is_linked_to_its_definition():
    page = linked("<p>A digest, some text, <em>digests</em>.</p><p>The digest.</p>")
    (tag,) = page.select("a.kx-term")
    assert (tag.text, tag["href"], tag["title"]) == ("digest", "../g/#term-digest", TERMS["digest"].definition)
    assert page.text == "A digest, some text, digests.The digest."


def test_several_terms_in_one_sentence_keep_their_places():
    html = "<p>A segment waits in source pages until the jump, then a frame is its destination.</p>"
    assert links(html) == ["segment", "source pages", "jump", "frame", "destination"]
    assert linked(html).text == soup(html, "html.parser").text


@pytest.mark.parametrize(
    "html",
    [
        "<h2>The digest</h2>",
        "<p><a href='x'>the digest</a></p>",
        "<p>see <code>a digest here</code></p>",
        "<pre><code>digest</code></pre>",
        "<div class='highlight kx-input'><pre>digest</pre></div>",
        "<div class='kx-output'><table><tr><td>digest</td></tr></table></div>",
        "<details><summary>the digest</summary><p>a digest</p></details>",
        "<table><thead><tr><th>digest</th></tr></thead></table>",
        "<figure><figcaption><p>digest</p></figcaption></figure>",
        "<div>digest</div>",
        "<!-- digest -->",
        "<p>[src: digest]</p>",
    ],
)
def test_text_that_is_not_running_prose_is_unchanged(html):
    assert links(html) == []
    assert links(html + "<p>the digest</p>") == ["digest"], "it must not use up the first use either"


def test_lists_cells_and_definitions_are_running_prose():
    assert links("<ul><li>a digest</li></ul>") == ["digest"]
    assert links("<table><tr><td>a <strong>digest</strong></td></tr></table>") == ["digest"]


def test_a_term_that_is_the_name_of_code_is_linked_round_its_code():
    page = linked("<p>Both call <code>device_shutdown()</code>, and <code>device_shutdown()</code> it is.</p>")
    assert [str(tag.contents[0]) for tag in page.select("a.kx-term")] == ["<code>device_shutdown()</code>"]


# --- the page --------------------------------------------------------------------------------------------


def test_every_term_has_an_anchor_and_every_letter_an_index_entry():
    text = glossary_links.page(TERMS.values(), {})
    assert re.findall(r"^### .*\{ #([\w-]+) \}$", text, re.MULTILINE) == [term.slug for term in TERMS.values()]
    letters = re.findall(r"\[(\w)\]\(#letter-(\w)\)", text)
    assert [upper.lower() for upper, _ in letters] == [lower for _, lower in letters]
    assert [lower for _, lower in letters] == re.findall(r"^## \w \{ #letter-(\w) ", text, re.MULTILINE)


def test_the_page_links_only_to_existing_chapters():
    text = glossary_links.page([TERMS["digest"], TERMS["vmcore"]], {1: "../notebooks/01-x.ipynb"})
    assert text.count("[Chapter ") == 1
    assert "[Chapter 1](../notebooks/01-x.ipynb) shows it." in text


def test_the_page_marks_the_words_of_this_document():
    assert glossary_links.page([TERMS["leftover"], TERMS["DMA"]], {}).count("A word of this document.") == 1


def test_a_citation_of_several_sources_becomes_a_reference_to_each():
    hooks = pytest.importorskip("kexecdoc.web.site.hooks")
    text = hooks.cite("So it is [src: its-quiesce, its-probe].", None, lambda source, title: f"<{source}>")
    assert text == "So it is <its-quiesce> <its-probe>."
