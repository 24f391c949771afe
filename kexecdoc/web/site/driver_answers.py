"""The results that the form for driver authors shows, simulated when the site is built.

That takes hundreds of runs and many seconds. Processes share the work, and the results are cached beside the built site
until the package's source changes.
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
CACHE = ROOT / "_build"


def form() -> str:
    """Return the element with the form's data, which holds what the page shows without JavaScript."""
    from kexecdoc.web import driver_page

    outcomes = simulated()
    data = html.escape(json.dumps(driver_page.form(outcomes), ensure_ascii=False, separators=(",", ":")))
    return f'<div class="kx-driver" data-driver="{data}" markdown>\n\n{driver_page.worst_table(outcomes)}\n\n</div>'


def simulated() -> dict[Any, Any]:
    """Return the outcomes of every case: from the cache, or simulated if the package has changed."""
    from kexecdoc.web import driver_page

    cached = CACHE / f"my-driver-{digest()}.pickle"
    if cached.exists():
        outcomes: dict[Any, Any] = pickle.loads(cached.read_bytes())
        return outcomes
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        outcomes = driver_page.simulate_every_case(pool.map)
    CACHE.mkdir(exist_ok=True)
    for stale in CACHE.glob("my-driver-*"):
        stale.unlink(missing_ok=True)
    new = cached.with_suffix(f".{os.getpid()}")  # renamed when complete: two builds may run at once
    new.write_bytes(pickle.dumps(outcomes))
    new.replace(cached)
    return outcomes


def digest() -> str:
    """Return a hash of the package's source."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "kexecdoc").rglob("*.py")):
        found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:16]
