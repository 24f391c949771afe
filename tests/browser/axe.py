"""What axe-core, the checker of accessibility, holds against a page."""

import os
import sys
from functools import cache
from pathlib import Path

import pytest

COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that a change of the colour scheme concerns."""


@cache
def _source():
    """Return the text of axe-core, which `make test` installs from npm beside the environment."""
    path = Path(sys.prefix) / "node" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        if os.environ.get("KEXECDOC_REQUIRE_BROWSER") == "1":
            pytest.fail(f"no {path.name}, and KEXECDOC_REQUIRE_BROWSER=1 allows no skipping", pytrace=False)
        pytest.skip("axe-core is not installed: `make test` installs it")
    return path.read_text(encoding="utf-8")


def violations(page):
    """Return what is wrong, moderately or worse, with the page as it is now, in light and in dark colours."""
    page.evaluate(_source())
    found = {}
    for scheme, rules in (("light", None), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        found[scheme] = page.evaluate(
            """async (rules) => {
                const only = rules && { runOnly: { type: "rule", values: rules } };
                const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
                return violations.map((v) => [v.id, v.impact, v.nodes[0].html.slice(0, 120)]);
            }""",
            rules,
        )
    return [
        (scheme, *violation)
        for scheme, all_of_it in found.items()
        for violation in all_of_it
        if violation[1] in ("moderate", "serious", "critical")
    ]
