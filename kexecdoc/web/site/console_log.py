"""What the page that reads console logs fetches: patterns and meanings, where the chapters are, and an example."""

from __future__ import annotations

import re

from mkdocs.structure.files import Files

EXAMPLE = "stuck"
"""A reader without a log can look at this preset's console."""


def data(files: Files) -> str:
    """Return the data as JSON. What a reader pastes is never sent anywhere."""
    from kexecdoc.crossing import simulate
    from kexecdoc.reading.doctor import patterns
    from kexecdoc.reading.run import dumps
    from kexecdoc.study.presets import preset
    from kexecdoc.views.text import console_text

    found = ((re.fullmatch(r"notebooks/(\d+)-.*\.ipynb", file.src_uri), file.url) for file in files)
    chapters = {int(match[1]): url for match, url in found if match}
    return dumps({**patterns(), "chapters": chapters, "example": console_text(simulate(preset(EXAMPLE).scenario))})
