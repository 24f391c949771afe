"""Draw the README's picture, and write its text alternative.

`make notebooks` calls it. A test compares the README's text alternative with the run.
"""

import re
from pathlib import Path

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.views.still import alt_text, still_png

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PICTURE = ROOT / "site" / "assets" / "readme.png"


def alternative() -> str:
    """Return the text alternative."""
    return alt_text(simulate(EXPLORERS["just-a-branch"].scenario))


def main() -> None:
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_bytes(still_png(simulate(EXPLORERS["just-a-branch"].scenario)))
    text = README.read_text(encoding="utf-8")
    README.write_text(re.sub(r"!\[.*?\](?=\(site/assets/)", lambda _: f"![{alternative()}]", text), encoding="utf-8")


if __name__ == "__main__":
    main()
