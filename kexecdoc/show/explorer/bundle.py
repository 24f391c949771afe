"""The explorer's modules joined into one: a widget is given its code as one text, and a page fetches one file.

Each part is a module of its own, and imports what it needs by name. Joined, they stand one after the other in
the order in which they need each other, without the imports that have become needless. What a reader fetches has
neither comments nor indentation.
"""

from __future__ import annotations

import re
from importlib.resources import files

MAIN = "explorer.js"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_HAND_ON = re.compile(r'^export \{ ([^}]*) \} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|class|function))", re.MULTILINE)
_COMMENT = re.compile(r"/\*[\s\S]*?\*/|^\s*//.*$|[ \t]+// .*$", re.MULTILINE)
_INDENTATION = re.compile(r"\n\s*")
_NAME = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)


def read(name: str) -> str:
    """Return the text of a file that lies beside this one."""
    return files("kexecdoc.show.explorer").joinpath(name).read_text(encoding="utf-8")


def joined(main: str = MAIN) -> str:
    """Return the module ``main`` and all that it imports as one module, which exports what ``main`` does.

    ValueError if two parts call different things by one name: joined, one would take the other's place.
    """
    parts: dict[str, str] = {}
    _collect(main, parts)
    owner: dict[str, str] = {}
    for part, text in parts.items():
        for name in _NAME.findall(text):
            if owner.setdefault(name, part) != part:
                raise ValueError(f"{owner[name]} and {part} both have a {name}")
    handed_on = [names for names, _ in _HAND_ON.findall(parts[main])]
    texts = [_EXPORT.sub("", _HAND_ON.sub("", _IMPORT.sub("", text))) for text in parts.values()]
    return lean("\n".join(texts)) + "".join(f"export {{ {names} }};\n" for names in handed_on)


def lean(text: str) -> str:
    """Return a module or a style sheet without comments and indentation.

    No text in quotes may look like a comment, or go on in the next line: a test sees to that.
    """
    return _INDENTATION.sub("\n", _COMMENT.sub("", text)).lstrip()


def _collect(name: str, parts: dict[str, str]) -> None:
    """Enter a module's imports, then the module itself; one that is there is not entered again."""
    if name in parts:
        return
    text = read(name)
    for needed in [*_IMPORT.findall(text), *(part for _, part in _HAND_ON.findall(text))]:
        _collect(needed, parts)
    parts[name] = text
