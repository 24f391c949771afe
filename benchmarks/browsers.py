"""Chromium for the benchmarks that need it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Browser, Playwright

from tools import servers


@contextlib.contextmanager
def launch(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium for the block. Failed if there is none."""
    chromium = servers.find_chromium()
    if chromium is None:
        raise servers.Failed("no Chromium found: install one, or name it in CHROMIUM")
    browser = playwright.chromium.launch(executable_path=chromium, args=servers.CHROMIUM_FLAGS)
    try:
        yield browser
    finally:
        browser.close()
