"""The names of switches and values, which other people's scripts use.

``tests/switches.json`` holds every switch with its values, or its range, and its default. Adding a switch or a value
is free. Removing or renaming one, narrowing a range or changing a default breaks scripts.

    python -m tools.switches           enter what was added; refuse, and write nothing, if anything was lost
    python -m tools.switches --check   say whether the file is complete
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kexecdoc.model.scenario import switches

SNAPSHOT = Path(__file__).parents[1] / "tests" / "switches.json"

Names = Mapping[str, Mapping[str, Any]]


def declared() -> Names:
    """Return what the package declares."""
    return {
        name: {"default": s.default} | ({"values": list(s.choices)} if s.choices else {"range": [s.low, s.high]})
        for name, s in switches().items()
    }


def known() -> Names:
    """Return what the file holds."""
    names: Names = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return names


def lost(before: Names, now: Names) -> list[str]:
    """Return what worked before and does not work now, one line for each fault."""
    found = []
    for name, old in before.items():
        if (new := now.get(name)) is None:
            found.append(f"{name}: no such switch any more")
            continue
        if new["default"] != old["default"]:
            found.append(f"{name}: the default was {old['default']} and is {new['default']}")
        found += [f"{name}: no value {v} any more" for v in old.get("values", ()) if v not in new.get("values", ())]
        if "range" in old:
            low, high = new.get("range", (1, 0))
            if low > old["range"][0] or high < old["range"][1]:
                found.append(f"{name}: the range was {old['range']}")
    return found


def wrong(before: Names, now: Names) -> list[str]:
    """Return how the file differs from what is declared, one line for each difference."""
    if found := lost(before, now):
        return [*found, "The names of switches are public: other people's scripts use them."]
    if before != now:
        added = [name for name in now if now[name] != before.get(name)]
        return [f"New: {', '.join(added)}. Adding is free: run `python -m tools.switches` and commit {SNAPSHOT.name}."]
    return []


def dumped(names: Names) -> str:
    """Return the text of the file, one line for each switch."""
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(about)}" for name, about in names.items())
    return f"{{\n{rows}\n}}\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="switches.py", description="Keep the names of switches and values.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    before, now = known() if SNAPSHOT.exists() else {}, declared()
    found = wrong(before, now) if options.check else lost(before, now)
    for line in found:
        print(line, file=sys.stderr)
    if not found and not options.check:
        SNAPSHOT.write_text(dumped(now), encoding="utf-8")
        print(f"switches: {len(now)} in {SNAPSHOT.name}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
