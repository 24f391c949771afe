"""Draw the picture in the README, and print the words that stand for it there.

`make notebooks` calls it. A test holds the README's text alternative to the run.
"""

from pathlib import Path

from kexecdoc.presets import EXPLORERS
from kexecdoc.show.still import alt_text, still_png
from kexecdoc.simulate import simulate

PICTURE = Path(__file__).parent.parent / "site" / "assets" / "readme.png"


def words() -> str:
    """Return what the picture shows."""
    return alt_text(simulate(EXPLORERS["just-a-branch"].scenario))


def main() -> None:
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_bytes(still_png(simulate(EXPLORERS["just-a-branch"].scenario)))
    print(words())


if __name__ == "__main__":
    main()
