"""Budgets: what may not grow unnoticed. budgets.toml says how much is allowed; a check that fails says what grew.

python -m tools.budgets wheels FOLDER          what the machine's page of a built site fetches of Python packages
python -m tools.budgets ci STEP=SECONDS...     how long the steps of .ci/run took
"""

from __future__ import annotations

import sys
import tomllib
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "budgets.toml"


def budgets() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def limit(name: str) -> int:
    """Return the limit of a budget in bytes."""
    size: int = budgets()["bytes"][name]
    return size


def excess(budget: Mapping[str, Any], parts: Mapping[str, int]) -> list[str]:
    """Return an error, as lines, if the sum of the parts exceeds a budget: by how much, and which parts grew most."""
    total, most = sum(parts.values()), budget["limit"]
    if total <= most:
        return []
    before = budget.get("parts", {})
    grown = sorted(parts, key=lambda part: before.get(part, 0) - parts[part])
    return [
        f"{total:,} is more than the {most:,} that budgets.toml allows",
        *(
            f"  {part}: {before[part]:,} -> {parts[part]:,}" if part in before else f"  {part}: {parts[part]:,}"
            for part in grown
            if parts[part] > before.get(part, 0)
        ),
    ]


def wheels(site: Path) -> dict[str, int]:
    """Return the bytes of a built site's wheels by package, and for kexecdoc by folder."""
    parts: Counter[str] = Counter()
    for path in site.glob("assets/python/*/*.whl"):
        package = path.name.partition("-")[0]
        with zipfile.ZipFile(path) as wheel:
            for file in wheel.infolist():
                folder = file.filename.split("/")[1] if file.filename.count("/") > 1 else ""
                parts[f"{package}/{folder}" if package == "kexecdoc" and folder else package] += file.compress_size
        parts[package] += path.stat().st_size - sum(file.compress_size for file in wheel.infolist())
    return dict(parts)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["wheels", folder]:
            name, parts = "wheels", wheels(Path(folder))
        case ["ci", *steps]:
            name, parts = "ci", {step: int(seconds) for step, _, seconds in (word.partition("=") for word in steps)}
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    budget = budgets()[name]
    for part, size in parts.items():
        print(f"{name}: {part} {size:,}")
    wrong = excess(budget, parts)
    for line in wrong:
        print(f"{name}: {line}", file=sys.stderr)
    if not wrong:
        print(f"{name}: {sum(parts.values()):,} of {budget['limit']:,} {budget['unit']}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
