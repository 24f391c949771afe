"""The spelling, British, of all that readers read: pages, chapters, docstrings, help, meanings, the explorer's words.

    python tools/spelling.py            what is misspelt, and what in words.txt nobody writes
    python tools/spelling.py FILE...    what is misspelt in these files

The dictionary is SCOWL's British one with -ise (tools/dictionary), which holds one spelling of a word, so `behavior`
and `initialize` are mistakes. The field's words and names are in tools/words.txt, one a line: a word in small letters
may begin a sentence, a plural and a possessive need no line of their own. What is set as code is not looked at.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hunspell import Hunspell

ROOT = Path(__file__).resolve().parent.parent
DICTIONARIES = ROOT / "tools" / "dictionary"
WORDS = ROOT / "tools" / "words.txt"

VERBATIM = {"Wording": 1, "panic": 1, "says": 99, "elsewhere": 99, "kernel": 3, "document": 3, "commit": 3, "other": 3}
"""How many arguments of these calls are somebody else's words: printk formats, titles, names of files."""

NOT_PROSE = re.compile(r"color-scheme|kx[ -]|\.kx\b|\[\w[\w-]*=|\[(?:href|tabindex)\]|\[[A-Za-z0-9]-[A-Za-z0-9]")
"""In the strings of a program: style sheets, selectors, patterns."""

SUGGESTIONS = 20
"""A suggestion costs a tenth of a second."""

CODE = re.compile(
    r"^(```|~~~).*?^\1|``.*?``|`[^`]*`|<(code|style|script)\b.*?</\2>|<!--.*?-->|<[^>]*>"
    r"|\{[:.#][^}\n]*\}|\{ [.#][^}\n]*\}|\]\([^)]*\)|\[src: [^\]]*\]|^ *(?:>>>|\.\.\. |::: ).*?$|https?://\S+",
    re.MULTILINE | re.DOTALL,
)
"""What stands in a text and is no prose: code, tags, comments, attributes, addresses, citations, doctests."""

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w\"'`])//[^\n]*", re.DOTALL)
JS_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`(?:\\.|[^`\\])*`')
QUOTATION = re.compile(r'“[^”]*”|"[^"\n]*"')
"""Three words or more between quotation marks are somebody's, spelt as he spelt them."""

HOLE = "\0"
"""Where a value will stand in a string."""

NO_WORD = re.compile(r"[\d²_/\\=<>{}()\[\]@#%$|~^*+&" + HOLE + r"]|\w\.\w|:\w|\w['’]\w{3}")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True)
class Text:
    """A piece of prose, and where it begins: the line of a file, or the cell of a notebook."""

    where: str
    text: str


def texts(paths: Iterable[Path]) -> Iterator[Text]:
    """Yield what readers read in these files."""
    for path in paths:
        content = path.read_text(encoding="utf-8")
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
        if path.suffix == ".ipynb":
            yield from _notebook(name, content)
        elif path.suffix == ".py":
            yield from _python(name, content)
        elif path.suffix == ".js":
            yield from _javascript(name, content)
        else:
            yield Text(f"{name}:", FRONT_MATTER.sub(lambda found: "\n" * found[0].count("\n"), content))


def every_path() -> list[Path]:
    """Return the files that readers read, in a fixed order."""
    patterns = ("*.md", "site/**/*.md", "notebooks/*.ipynb", "kexecdoc/**/*.py", "kexecdoc/web/explorer/src/**/*.js")
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def _notebook(name: str, content: str) -> Iterator[Text]:
    for number, cell in enumerate(json.loads(content)["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield Text(f"{name}: cell {number}, line ", "".join(cell["source"]))


def _python(name: str, content: str) -> Iterator[Text]:
    """Yield every string of several words, docstrings among them."""

    def walk(node: ast.AST) -> Iterator[Text]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Text(f"{name}:{node.lineno}: line ", node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values]
            yield Text(f"{name}:{node.lineno}: line ", "".join(parts))
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from walk(part.value)
        else:
            skipped = (
                node.args[: VERBATIM.get(ast.unparse(node.func).rpartition(".")[2], 0)]
                if isinstance(node, ast.Call)
                else []
            )
            for child in ast.iter_child_nodes(node):
                if child not in skipped:
                    yield from walk(child)

    for text in walk(ast.parse(content)):
        if text.text.count(" ") >= 2 and not NOT_PROSE.search(text.text):
            yield text


def _javascript(name: str, content: str) -> Iterator[Text]:
    """Yield every string of several words."""
    content = JS_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), content)
    for found in JS_STRING.finditer(content):
        if " " in found[0] and not NOT_PROSE.search(found[0]):
            line = content.count("\n", 0, found.start()) + 1
            yield Text(f"{name}:{line}: line ", re.sub(r"\$\{[^}]*\}", HOLE, found[0][1:-1]))


def words(text: Text) -> Iterator[tuple[str, str]]:
    """Yield the words of a text, each with where it is: no code, no numbers, nothing with capitals inside."""
    prose = CODE.sub(lambda found: " " + "\n" * found[0].count("\n"), text.text)
    prose = QUOTATION.sub(lambda q: q[0] if len(q[0].split()) < 3 else " " + "\n" * q[0].count("\n"), prose)
    for number, line in enumerate(prose.split("\n"), 1):
        for chunk in re.split(r"[\s—–]+", line):
            core = chunk.strip("\"'“”‘’.,:;!?…()[]*_|·→")
            if not core or NO_WORD.search(core) or chunk.startswith(",") or chunk.endswith("..."):
                continue
            for word in WORD.findall(core):
                if len(word) > 1 and not re.search(r".[A-Z]", word):
                    yield f"{text.where}{number}", word.replace("’", "'")


class Speller:
    """The dictionary, and the field's words beside it, which remember whether somebody wrote them."""

    def __init__(self, own: Iterable[str]) -> None:
        self._dictionary = Hunspell("en_GB-ise", hunspell_data_dir=str(DICTIONARIES))
        self.own = list(own)
        self.used: set[str] = set()

    def knows(self, word: str) -> bool:
        if self._dictionary.spell(word) or self._dictionary.spell(word.removesuffix("'s")):
            return True
        stems = {word, word.removesuffix("'s"), word.removesuffix("s"), word.removesuffix("s'")}
        found = {stem for stem in stems | {stem[0].lower() + stem[1:] for stem in stems if stem} if stem in self.own}
        self.used |= found
        return bool(found)

    def suggest(self, word: str) -> str:
        """Return the nearest right word, or the nearest two."""
        near = [str(word) for word in self._dictionary.suggest(word)[:2]]
        return f"; did you mean {' or '.join(near)}?" if near else ""

    def idle(self) -> list[str]:
        """Return what is wrong with the own words: out of order, in the dictionary anyway, written by nobody."""
        wrong = ["words.txt: is not sorted"] if self.own != sorted(set(self.own), key=lambda w: (w.lower(), w)) else []
        known = [word for word in self.own if self._dictionary.spell(word)]
        return (
            wrong
            + [f"words.txt: '{word}' is in the dictionary" for word in known]
            + [f"words.txt: nobody writes '{word}'" for word in self.own if word not in self.used and word not in known]
        )


def misspelt(speller: Speller, found: Iterable[Text]) -> list[str]:
    """Return a line for each misspelt word at its first place in a file."""
    first: dict[tuple[str, str], str] = {}
    for text in found:
        for where, word in words(text):
            if not speller.knows(word):
                first.setdefault((where.partition(":")[0], word), where)
    return [
        f"{where}: '{word}' is misspelt{speller.suggest(word) if number < SUGGESTIONS else ''}"
        for number, ((_, word), where) in enumerate(first.items())
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="spelling.py", description="Check the spelling of what readers read.")
    parser.add_argument("file", nargs="*", type=Path, help="files to look at; every one of them by default")
    options = parser.parse_args(arguments)
    speller = Speller(WORDS.read_text(encoding="utf-8").split())
    paths = [path.resolve() for path in options.file] or every_path()
    wrong = misspelt(speller, texts(paths))
    if not options.file:
        wrong += speller.idle()
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        print("a word of the field goes into tools/words.txt; a word of code is set as code", file=sys.stderr)
    else:
        print(f"spelling: {len(paths)} files, {len(speller.own)} words of the field")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
