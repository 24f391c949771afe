"""Check the glossary: `python -m tools.terms` names terms that nothing uses, and abbreviations without an entry."""

from __future__ import annotations

import sys

from kexecdoc.registries import glossary
from tools.prose import ROOT, every_path, texts


def main() -> int:
    read = (path for path in every_path() if path != ROOT / "kexecdoc" / "registries" / "glossary.py")
    wrong = glossary.wrong(texts(read))
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        print(f"glossary: {len(glossary.TERMS)} terms, each of use")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
