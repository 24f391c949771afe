"""Run the benchmarks that are named, or all of them, and print one JSON document.

python -m benchmarks [model] [sweep] [page] [machine] [lab]
"""

from __future__ import annotations

import json
import platform
import sys
from importlib import import_module

PARTS = ("model", "sweep", "page", "machine", "lab")


def main(words: list[str]) -> int:
    """Measure and print. 2 if a part does not exist."""
    for word in words:
        if word not in PARTS:
            print(f"benchmarks: {word:.60}: no such part; there are {', '.join(PARTS)}", file=sys.stderr)
            return 2
    found: dict[str, object] = {"python": platform.python_version(), "machine": platform.machine()}
    for part in words or PARTS:
        print(f"measuring: {part}", file=sys.stderr)
        found |= import_module(f"benchmarks.{part}").measure()
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
