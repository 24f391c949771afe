"""A drawing of matplotlib as an inline SVG element that takes its font and its colours from the page.

matplotlib writes a file that stands alone, with a font, fixed colours and a name for every part. Here text is in the
page's font. Each colour is a custom property of the palette, with its light value as the fallback. Only ids that
something refers to are kept, with a prefix for each figure, because a page has several. The same drawing gives the
same bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing

from kexecdoc.views import palette

COLOUR = re.compile(r"#[0-9a-f]{6}\b")
NAMED = re.compile(r"var\((--kx-[\w-]+),")
NUMBER = re.compile(r"-?\d+\.\d+")
REFERRING = {"href", "style", "clip-path"}
REFERENCE = re.compile(r"url\(#([^)]+)\)|^#([pmh]\w+)$")


class UnknownColour(ValueError):
    """A drawing has a colour that the palette does not have."""


@cache
def colours() -> dict[str, str]:
    """Return the custom property of every colour that a figure may have, by its light value."""
    light, dark = palette.properties("light"), palette.properties("dark")
    names: dict[str, str] = {}
    for name in light:
        if name.startswith("--kx-ink-") or name == "--kx-on-accent":
            continue  # a text colour on a mark: its dark value does not follow from the light one
        names.setdefault(light[name], name)
        assert dark[names[light[name]]] == dark[name], f"{name} looks like {names[light[name]]} only in light mode"
    return names


def inline_svg(drawing: Drawing, label: str, style: str = "") -> str:
    """Return the drawing as an ``<svg role="img">`` with a label. UnknownColour for one that is not in the palette."""
    buffer = io.StringIO()
    FigureCanvasSVG(drawing)
    no_metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    drawing.savefig(buffer, format="svg", transparent=True, metadata=no_metadata)
    root = ElementTree.fromstring(buffer.getvalue())
    box = root.get("viewBox", "")
    _simplify(root)
    _inline_paths(root)
    _prefix(root, hashlib.sha256(label.encode()).hexdigest()[:6])
    body = "".join(ElementTree.tostring(child, encoding="unicode") for child in root).replace(" />", "/>")
    used = sorted(set(COLOUR.findall(body)))
    if unknown := [colour for colour in used if colour not in colours()]:
        raise UnknownColour(f"{unknown[0]} is no colour of the palette")
    short = {colour: f"--{chr(ord('a') + n)}" for n, colour in enumerate(used)}
    body = COLOUR.sub(lambda found: f"var({short[found[0]]})", body)
    named = "".join(f"{short[colour]}:var({colours()[colour]},{colour});" for colour in used)
    return f'<svg role="img" aria-label="{escape(label)}" viewBox="{box}" style="{named}{style}">{body}</svg>'


def theme_rules(selector: str, svg: str) -> str:
    """Return CSS rules that give the colours of an SVG their light and dark values within ``selector``.

    The mode is that of the page or of JupyterLab; if they declare none, that of the reader's system.
    """

    names = NAMED.findall(svg)

    def values(mode: str) -> str:
        properties = palette.properties(mode)
        return "{" + ";".join(f"{name}:{properties[name]}" for name in names) + "}"

    light = f"[data-jp-theme-light=true] {selector},[data-md-color-scheme=default] {selector}"
    dark = f"[data-jp-theme-light=false] {selector},[data-md-color-scheme=slate] {selector}"
    return (
        f"{selector}{values('light')}@media(prefers-color-scheme:dark){{{selector}{values('dark')}}}"
        f"{light}{values('light')}{dark}{values('dark')}"
    )


def _simplify(element: Element) -> None:
    """Remove from an element and its descendants everything that draws nothing."""
    element.tag = element.tag.rpartition("}")[2]
    for name in list(element.attrib):
        value = _rounded(element.attrib.pop(name))
        if name == "style":
            value = _style(value)
        if name == "d":
            value = re.sub(r" ?([A-Za-z]) ?", r"\1", value).strip()
        if value and not (name == "transform" and re.match(r"rotate\(-?0 ", value)):
            element.set(name.rpartition("}")[2], value)
    element.text = (element.text or "").strip()
    element.tail = ""
    kept: list[Element] = []
    for child in list(element):
        element.remove(child)
        if child.tag.rpartition("}")[2] in ("metadata", "style"):
            continue
        _simplify(child)
        kept.extend(_visible_parts(child))
    element.extend(kept)


def _inline_paths(root: Element) -> None:
    """Replace each ``<use>`` by its path: the site's theme takes every ``href`` for a link, and fails."""
    defined = {path.get("id"): path for defs in root.iter("defs") for path in defs.iter("path")}
    for use in list(root.iter("use")):
        path = defined[use.attrib.pop("href").removeprefix("#")]
        place = f"translate({use.attrib.pop('x', '0')} {use.attrib.pop('y', '0')})"
        style = ";".join(filter(None, (use.get("style"), path.get("style"))))
        use.tag = "path"
        use.attrib = {"d": path.get("d", ""), "transform": place, **({"style": style} if style else {})}
    for parent in list(root.iter()):
        for defs in [child for child in parent if child.tag == "defs"]:
            for path in [child for child in defs if child.tag == "path"]:
                defs.remove(path)
            if not len(defs):
                parent.remove(defs)


def _visible_parts(element: Element) -> Iterator[Element]:
    """Yield an element, or its children if it is a group without attributes; nothing if it is invisible."""
    if element.tag == "g" and set(element.keys()) <= {"id"}:
        yield from element
    elif element.tag == "defs" and not len(element):
        return
    elif element.tag != "path" or element.get("style") != "fill:none":
        yield element


def _rounded(value: str) -> str:
    return NUMBER.sub(lambda found: f"{round(float(found[0]), 1):g}", " ".join(value.split()))


def _style(value: str) -> str:
    """Return a style without the font family, which is the page's, and without default values."""
    kept = []
    for name, _, what in (declared.strip().partition(": ") for declared in value.split(";")):
        if name == "font":
            *weight, size = what.partition("px")[0].split()
            kept.append(f"font-size:{size}px")
            kept += [f"font-weight:{weight[0]}"] if weight else []
        elif name and name != "font-family" and (name, what) not in STYLE_DEFAULTS:
            kept.append(f"{name}:{what}")
    return ";".join(kept)


STYLE_DEFAULTS = {
    ("stroke-linejoin", "miter"),
    ("stroke-linecap", "butt"),
    ("text-anchor", "start"),
    ("stroke-width", "1"),
}


def _prefix(root: Element, prefix: str) -> None:
    """Replace ids that something refers to by the prefix and a number, and drop the others."""
    values = [value for e in root.iter() for name, value in e.attrib.items() if name in REFERRING]
    found = [a or b for value in values for a, b in REFERENCE.findall(value)]
    numbers = {name: f"kx{prefix}-{n}" for n, name in enumerate(dict.fromkeys(found))}
    for element in root.iter():
        for name in REFERRING.intersection(element.keys()):
            new = REFERENCE.sub(lambda m: m[0].replace(m[1] or m[2], numbers[m[1] or m[2]]), element.attrib[name])
            element.set(name, new)
        if (element_id := element.attrib.pop("id", "")) in numbers:
            element.set("id", numbers[element_id])
