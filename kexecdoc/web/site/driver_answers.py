"""The page for driver authors: the form's answers, simulated beforehand.

That takes some hundreds of crossings and many seconds, so processes share them, and what they found is kept beside
the built site for as long as the package is the same.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
KEPT = ROOT / "_build"


def form() -> str:
    """Return the form's data, and what the page shows without JavaScript."""
    from kexecdoc.web import driver_page

    ends = crossed()
    data = html.escape(json.dumps(driver_page.form(ends), ensure_ascii=False, separators=(",", ":")))
    return f'<div class="kx-driver" data-driver="{data}" markdown>\n\n{driver_page.worst_table(ends)}\n\n</div>'


def crossed() -> dict[Any, Any]:
    """Return the outcome of every case: from the cache, or simulated if the package has changed."""
    from kexecdoc.web import driver_page

    kept = KEPT / f"my-driver-{digest()}.pickle"
    if kept.exists():
        known: dict[Any, Any] = pickle.loads(kept.read_bytes())
        return known
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        ends = driver_page.simulate_every_case(pool.map)
    KEPT.mkdir(exist_ok=True)
    for stale in KEPT.glob("my-driver-*"):
        stale.unlink(missing_ok=True)
    new = kept.with_suffix(f".{os.getpid()}")  # whole or not at all, even if two builds run at once
    new.write_bytes(pickle.dumps(ends))
    new.replace(kept)
    return ends


def digest() -> str:
    """Return a hash of the package's source."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "kexecdoc").rglob("*.py")):
        found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:16]
