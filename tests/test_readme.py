"""The README's commands run, and its picture's words are those of the run that it shows."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kexecdoc.course.explorers import EXPLORERS
from kexecdoc.crossing import simulate
from kexecdoc.views.still import alt_text

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^\.venv/bin/kexecdoc ([^#\n]*)", README, re.M)


def test_there_are_commands_to_try():
    assert len(COMMANDS) >= 5


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(command):
    ended = subprocess.run([sys.executable, "-m", "kexecdoc", *shlex.split(command)], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip()


def test_the_python_of_the_readme_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_the_pictures_text_alternative_is_computed_from_its_run():
    (alt,) = re.findall(r"!\[(.*?)\]\(site/assets/readme\.png\)", README)
    assert alt == alt_text(simulate(EXPLORERS["just-a-branch"].scenario))
    assert (ROOT / "site" / "assets" / "readme.png").read_bytes().startswith(b"\x89PNG")


def test_every_file_that_the_readme_links_is_there():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_readme_names_the_pyodide_that_the_site_is_built_with():
    package = json.loads((ROOT / "kexecdoc/web/explorer/package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"]["pyodide"]
    assert set(re.findall(r"assets/pyodide/([\d.]+)/", README)) == {wanted}
