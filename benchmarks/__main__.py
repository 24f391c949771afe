"""Run benchmarks and print one JSON document. Each compares programs that run in turns, and gives ratios."""

from __future__ import annotations

import argparse
import difflib
import json
import platform
import sys
from importlib import import_module

PARTS = {
    "model": "what an event and a run cost, each beside the least that any model must do",
    "page": "what the published page costs: a flip of a switch, a frame of scrubbing, the bytes fetched",
    "pyodide": "what a run costs in the page's own Python, beside CPython: start, time, memory, bytes",
}


def main(words: list[str] | None = None) -> int:
    """Measure and print. 2 if a part does not exist."""
    listed = "\n".join(f"  {name:<9}{what}" for name, what in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=f"parts:\n{listed}\n\npage and pyodide build the site and need a Chromium.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="which to run; all of them if none is named")
    parts = parser.parse_args(words).parts
    for word in parts:
        if word not in PARTS:
            near = difflib.get_close_matches(word, PARTS, 1, cutoff=0)[0]
            print(f"benchmarks: {word:.60}: no such part; the nearest is {near}", file=sys.stderr)
            return 2
    found: dict[str, object] = {"python": platform.python_version(), "machine": platform.machine()}
    for part in parts or PARTS:
        print(f"measuring: {part}", file=sys.stderr)
        found |= import_module(f"benchmarks.{part}").measure()
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
