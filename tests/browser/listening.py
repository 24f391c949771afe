"""What a browser has to say of a page, and what is said where a test cannot be run at all."""

import os

import pytest


def complaints_of(page):
    """Return a list that fills with what the console, the scripts and the server have to complain about."""
    found = []
    page.on("console", lambda m: found.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("response", lambda r: found.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    return found


def cannot_run(missing, skipped):
    """Skip the test, or fail it where none may be skipped."""
    if os.environ.get("KEXECDOC_REQUIRE_BROWSER") == "1":
        pytest.fail(f"no {missing} found, and KEXECDOC_REQUIRE_BROWSER=1 allows no skipping", pytrace=False)
    pytest.skip(f"no {missing} found: {skipped}")
