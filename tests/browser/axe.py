"""What axe-core, the checker of accessibility, holds against a page."""

import sys
from functools import cache
from pathlib import Path

from listening import cannot_run


@cache
def _source():
    """Return the text of axe-core, which `make test` installs from npm beside the environment."""
    path = Path(sys.prefix) / "node" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        cannot_run("axe-core", "`make test` installs it")
    return path.read_text(encoding="utf-8")


def violations(page):
    """Return what is wrong, moderately or worse, with the page as it is now, in light and in dark colours."""
    page.evaluate(_source())
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        broken = page.evaluate("axe.run(document).then((result) => result.violations)")
        found += [
            (scheme, v["id"], v["impact"], v["nodes"][0]["html"][:120])
            for v in broken
            if v["impact"] in ("moderate", "serious", "critical")
        ]
    return found
