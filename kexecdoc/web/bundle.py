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
_IMPORTED = re.compile(r'^import \{ ([^}]*) \} from "\./([\w-]+\.js)";$', re.MULTILINE)
_HAND_ON = re.compile(r'^export \{ ([^}]*) \} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|class|function))", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default .*;\n", re.MULTILINE)
_COMMENT = re.compile(r"/\*[\s\S]*?\*/|^\s*//.*$|[ \t]+// .*$", re.MULTILINE)
_INDENTATION = re.compile(r"\n\s*")
_NAME = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)


def read(name: str) -> str:
    """Return the text of a file that lies beside this one."""
    return files("kexecdoc.web").joinpath("explorer", name).read_text(encoding="utf-8")


def joined(main: str = MAIN, beside: str = "") -> str:
    """Return the module ``main`` and all that it imports as one module, which exports what ``main`` does.

    What is part of ``beside`` too, a module that a page has anyway, is imported from there.

    ValueError if two parts call different things by one name: joined, one would take the other's place; if one calls
    a thing by another name than its own part does; and if ``beside`` does not export what is wanted of it.
    """
    parts: dict[str, str] = {}
    _collect(main, parts)
    taken = _taken(parts, beside) if beside else ""
    owner: dict[str, str] = {}
    for part, text in parts.items():
        for name in _NAME.findall(text):
            if owner.setdefault(name, part) != part:
                raise ValueError(f"{owner[name]} and {part} both have a {name}")
    exported = ", ".join(sorted(_exports(parts[main])))
    others = [_DEFAULT.sub("", text) if part != main else text for part, text in parts.items()]
    texts = [_EXPORT.sub("", _HAND_ON.sub("", _IMPORT.sub("", text))) for text in others]
    return taken + lean("\n".join(texts)) + (f"export {{ {exported} }};\n" if exported else "")


def _exports(text: str) -> set[str]:
    """Return the names that a module exports, its own and those that it hands on."""
    handed_on = {name.strip() for names, _ in _HAND_ON.findall(text) for name in names.split(",")}
    return handed_on | set(_EXPORTED.findall(text))


def _taken(parts: dict[str, str], beside: str) -> str:
    """Leave out what is part of ``beside``, and return the line that imports what the rest wants of it."""
    theirs: dict[str, str] = {}
    _collect(beside, theirs)
    for part in parts.keys() & theirs.keys():
        del parts[part]
    lines = [line for text in parts.values() for line in _IMPORTED.findall(text)]
    wanted = {name.strip() for names, part in lines if part in theirs for name in names.split(",")}
    if missing := wanted - _exports(theirs[beside]):
        raise ValueError(f"{beside} does not export {', '.join(sorted(missing))}")
    return f'import {{ {", ".join(sorted(wanted))} }} from "./{beside}";\n'


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
    if renamed := re.search(r"^import \{[^}]* as [^}]*\}", text, re.MULTILINE):
        raise ValueError(f"{name}: joined, nothing has a second name: {renamed[0]}")
    for needed in [*_IMPORT.findall(text), *(part for _, part in _HAND_ON.findall(text))]:
        _collect(needed, parts)
    parts[name] = text
