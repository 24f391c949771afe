"""The data of the page that reads console logs: patterns, meanings, chapters' addresses, and an example."""

from __future__ import annotations

import re

from mkdocs.structure.files import Files

EXAMPLE = "stuck"
"""The preset whose console is the example for readers without a log."""


def data(files: Files) -> str:
    """Return the data as JSON. The page reads logs by itself, and sends them nowhere."""
    from kexecdoc.crossing import simulate
    from kexecdoc.reading.doctor import patterns
    from kexecdoc.reading.run import dumps
    from kexecdoc.study.presets import preset
    from kexecdoc.views.text import console_text

    found = ((re.fullmatch(r"notebooks/(\d+)-.*\.ipynb", file.src_uri), file.url) for file in files)
    chapters = {int(match[1]): url for match, url in found if match}
    return dumps({**patterns(), "chapters": chapters, "example": console_text(simulate(preset(EXAMPLE).scenario))})
