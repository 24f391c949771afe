"""A notebook as a page of the book.

mkdocs-jupyter makes a page in the style of JupyterLab, with its style sheets, scripts, prompts and copy buttons, and
without text alternatives. This turns it into what a Markdown page would be: text, code and outputs with the theme's
classes. If the generator ever changes, this is the file to rewrite.
"""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.element import AttributeValueList
from markdown.extensions.toc import nest_toc_tokens, slugify
from mkdocs.structure.toc import TableOfContents, get_toc

STYLES_AND_SCRIPTS = re.compile(r"<(style|script)\b(?! data-kx\b).*?</\1\s*>", re.DOTALL | re.IGNORECASE)
"""600 KB that the page does not need. The style of a figure, marked with ``data-kx``, is kept."""

HEADINGS = re.compile(r"h[1-6]")
FIGURE_REPR = re.compile(r"<Figure size .*>|<IPython\.core\.display\..*>")

Warn = Callable[[str], None]


def rebuild(html: str, notebook: dict[str, Any], warn: Warn) -> BeautifulSoup:
    """Return the page made from the output of mkdocs-jupyter, with the theme's classes.

    ``notebook`` is the parsed file. ``warn`` is called for faults such as a picture without a text alternative.
    """
    old = BeautifulSoup(STYLES_AND_SCRIPTS.sub("", html), "html.parser")
    page = BeautifulSoup("", "html.parser")
    shown = [cell for cell in notebook["cells"] if cell["cell_type"] in ("markdown", "code")]
    cells = old.select(".jp-Notebook > .jp-Cell")
    if len(cells) != len(shown):
        raise ValueError(f"{len(cells)} cells on the page, {len(shown)} in the notebook")
    for number, (tag, cell) in enumerate(zip(cells, shown, strict=True), 1):
        if cell["cell_type"] == "markdown":
            page.extend(_text(page, tag))
        else:
            page.extend(_code(page, tag, cell, partial(_warn_of_cell, warn, number)))
    for tag in page.select("table"):
        tag.attrs.pop("border", None)
        tag.attrs.pop("class", None)  # the theme makes only tables without a class scroll
    for heading in page.find_all(HEADINGS):
        _permalink(page, heading)
    return page


def _warn_of_cell(warn: Warn, number: int, what: str) -> None:
    warn(f"cell {number}: {what}")


def _text(page: BeautifulSoup, tag: Tag) -> list[Any]:
    """Return the content of a Markdown cell."""
    rendered = tag.select_one(".jp-RenderedMarkdown")
    assert rendered is not None
    for box in rendered.select(".highlight, .highlight-ipynb"):
        box.attrs["class"] = AttributeValueList(["highlight"])
        assert box.pre is not None
        code = box.pre
        code.name = "code"  # the theme expects code inside pre
        code.wrap(page.new_tag("pre"))
    for leftover in rendered.select(".clipboard-copy-txt, a.anchor-link"):
        leftover.decompose()
    return list(rendered.contents)


def _code(page: BeautifulSoup, tag: Tag, cell: dict[str, Any], warn: Warn) -> list[Tag]:
    """Return a code cell: the input, folded away where JupyterLab folds it, and the outputs."""
    parts = []
    source = tag.select_one(".highlight-ipynb pre")
    if source is not None and cell["source"]:
        source.name = "code"
        box = page.new_tag("div", attrs={"class": "highlight kx-input", "data-search-exclude": ""})
        box.append(source.extract())
        source.wrap(page.new_tag("pre"))
        if cell["metadata"].get("jupyter", {}).get("source_hidden"):
            fold = page.new_tag("details", attrs={"class": "kx-folded", "data-search-exclude": ""})
            fold.append(page.new_tag("summary", string="The code of this cell"))
            fold.append(box)
            box = fold
        parts.append(box)
    tags = tag.select(".jp-OutputArea-output")
    for output, stored in zip(tags, cell["outputs"], strict=True):
        parts.append(_output(page, output, stored, warn))
    return parts


def _output(page: BeautifulSoup, tag: Tag, stored: dict[str, Any], warn: Warn) -> Tag:
    kind = "text" if "jp-RenderedText" in tag["class"] else "rich"
    box = page.new_tag("div", attrs={"class": f"kx-output kx-output--{kind}"})
    if kind == "rich":
        box["data-search-exclude"] = ""  # in the search index the cells of a table would run together
    box.extend(list(tag.contents))
    for image in box.select(".kx-figure:has(svg) > img"):
        image.decompose()  # the fallback for viewers that strip the drawing
    for image in box.select("img"):
        if "jp-RenderedImage" in tag["class"]:
            image["alt"] = _alternative(stored)
        image.attrs.pop("class", None)
        if not image.get("alt"):
            warn("a picture without a text that says what it shows")
    return box


def pictures(page: BeautifulSoup, keep: Callable[[bytes], str]) -> None:
    """Move inline pictures into files, which can be cached and loaded lazily.

    ``keep`` stores a PNG and returns its address. An explorer's fallback is not loaded lazily, because it is visible
    until the explorer starts, and in print.
    """
    for image in page.select('img[src^="data:image/png;base64,"]'):
        image["src"] = keep(base64.b64decode(str(image["src"]).partition(",")[2]))
        if image.find_parent(class_="kx-explorer") is None:
            image["loading"] = "lazy"


def _alternative(stored: dict[str, Any]) -> str:
    """Return the text alternative of a PNG output: from its metadata, or else its text form."""
    metadata = stored.get("metadata", {})
    alt = metadata.get("image/png", {}).get("alt") or metadata.get("alt")
    if alt:
        return str(alt)
    text = stored["data"].get("text/plain", "")
    text = "".join(text).strip()
    return "" if FIGURE_REPR.fullmatch(text) else text


def _permalink(page: BeautifulSoup, heading: Tag) -> None:
    if not heading.get("id"):
        return
    for inner in heading.select("a.anchor-link"):
        inner.decompose()
    attrs = {"class": "headerlink", "href": f"#{heading['id']}", "title": "Link to this section"}
    heading.append(page.new_tag("a", attrs=attrs, string="¶"))


def contents(page: BeautifulSoup) -> TableOfContents:
    """Return the table of contents. The one of mkdocs-jupyter loses inline code in headings."""
    tokens = []
    for heading in page.find_all(HEADINGS):
        if heading.get("id"):
            name = "".join(t for t in heading.strings if t.parent.get("class") != ["headerlink"])
            token = {"level": int(heading.name[1]), "id": heading["id"], "name": name.strip()}
            tokens.append(token | {"html": name.strip(), "data-toc-label": ""})
    return get_toc(nest_toc_tokens(tokens))


def anchors(page: BeautifulSoup) -> set[str]:
    """Return the ids of the page, which links can name."""
    return {str(tag["id"]) for tag in page.select("[id]")}


def relink(page: BeautifulSoup, here: str, find: Callable[[str], Any], warn: Warn) -> dict[Any, dict[str, str]]:
    """Turn links between files of the repository into links between pages, and return those with an anchor.

    ``here`` is the notebook's path, and ``find`` returns the file of a path, or None. MkDocs does this only for
    Markdown pages.
    """
    anchored: dict[Any, dict[str, str]] = {}
    url = find(here).url
    for tag in page.select("a[href], img[src]"):
        name = "href" if tag.name == "a" else "src"
        written = str(tag[name])
        link = urlsplit(written)
        if link.scheme or link.netloc or "headerlink" in (tag.get("class") or ()):
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), unquote(link.path)))
        target = find(path.removeprefix("site/")) if link.path else find(here)
        if target is None:
            warn(f"links to '{link.path}', which is not on the site")
            continue
        fragment = unquote(link.fragment)
        if target.src_uri.endswith(".ipynb"):
            fragment = slugify(fragment, "-")  # JupyterLab's anchors are the heading's text, MkDocs' are its slug
        if fragment:
            anchored.setdefault(target, {})[fragment] = written
        address = posixpath.relpath(target.url or ".", url or ".") if link.path else ""
        if link.path and target.url.endswith("/"):
            address += "/"
        tag[name] = address + (f"#{fragment}" if fragment else "")
    return anchored
