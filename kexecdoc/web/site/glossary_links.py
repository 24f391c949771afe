"""The glossary as a page, and the links to it from the first use of each term in a chapter.

The links are discreet. A reader who does not know the word finds its definition in the tooltip or behind the link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

if TYPE_CHECKING:  # the package is imported where it is used: see on_pre_build in hooks.py
    from kexecdoc.registries.glossary import Term

PROSE = ("p", "li", "td", "dd")
"""Running prose is text inside one of these ..."""

NOT_PROSE = ("a", "button", "code", "details", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "th")
"""... but not inside these. Folded text is not seen, and a link in a heading leads readers off the page."""

OUTPUT = ("kx-input", "kx-output", "kx-explorer", "kx-source")
"""Classes of what a cell or an explorer shows, which is not prose either."""

CODE_NAME = re.compile(r"[\w.]+(\(\)|=)?")


def page(terms: Iterable[Term], chapters: Mapping[int, str]) -> str:
    """Return the glossary as Markdown: an index of letters, then a section for each letter and each term.

    ``chapters`` maps a chapter's number to its address relative to the page.
    """
    by_letter = [(letter, list(group)) for letter, group in groupby(terms, key=lambda term: term.slug[5].upper())]
    index = " ".join(f"[{letter}](#letter-{letter.lower()})" for letter, _ in by_letter)
    parts = [f'<p class="kx-letters" data-search-exclude markdown>{index}</p>']
    for letter, group in by_letter:
        parts.append(f"## {letter} {{ #letter-{letter.lower()} data-search-exclude='' }}")
        parts += [_entry(term, chapters) for term in group]
    return "\n\n".join(parts)


def _entry(term: Term, chapters: Mapping[int, str]) -> str:
    name = f"`{term.name}`" if re.search(r"[_=()]", term.name) else term.name
    cited = "".join(f" [src: {source_id}]" for source_id in term.sources)
    parts = [f"### {name} {{ #{term.slug} }}", f"{term.definition}{cited}\n{{ .kx-definition }}"]
    more = [f"Also: {', '.join(term.also)}."] if term.also else []
    more += ["A word of this document."] if term.ours else []
    if term.chapter in chapters:
        more.append(f"[Chapter {term.chapter}]({chapters[term.chapter]}) shows it.")
    return "\n\n".join([*parts, " ".join(more) + "\n{ .kx-more }"] if more else parts)


def link(book: BeautifulSoup, to: str) -> list[str]:
    """Link the first use of each term in the running prose of a page, and return the terms used.

    ``to`` is the address of the glossary. Inline code is linked only if all of it is a term, as the name of a function
    can be.
    """
    from kexecdoc.registries.glossary import uses

    seen: dict[str, None] = {}

    def anchor(term: Term) -> Tag:
        seen[term.name] = None
        return book.new_tag("a", attrs={"class": "kx-term", "href": f"{to}#{term.slug}", "title": term.definition})

    for node in list(_candidates(book)):
        if isinstance(node, Tag):
            found = [term for term, start, end in uses(node.text) if (start, end) == (0, len(node.text))]
            if found and found[0].name not in seen:
                node.wrap(anchor(found[0]))
            continue
        text, pieces, done = str(node), [], 0
        for term, start, end in uses(text):
            if term.name not in seen:
                around = anchor(term)
                around.string = text[start:end]
                pieces += [NavigableString(text[done:start]), around]
                done = end
        if pieces:
            node.replace_with(*pieces, NavigableString(text[done:]))
    return list(seen)


def _candidates(book: BeautifulSoup) -> Iterator[NavigableString | Tag]:
    """Yield, in the page's order, the strings of running prose and the inline code that is a single name."""
    for node in book.descendants:
        if isinstance(node, Tag):
            if node.name == "code" and CODE_NAME.fullmatch(node.text) and _is_prose(node):
                yield node
        elif type(node) is NavigableString and node.strip() and _is_prose(node):
            yield node


def _is_prose(node: NavigableString | Tag) -> bool:
    above = [tag for tag in node.parents if isinstance(tag, Tag)]
    return (
        any(tag.name in PROSE for tag in above)
        and not any(tag.name in NOT_PROSE for tag in above)
        and not any(name in (tag.get("class") or ()) for tag in above for name in OUTPUT)
    )
