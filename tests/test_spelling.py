"""The spelling checker finds American words in prose, and ignores code and quotations."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TYPOS = shutil.which("typos", path=sysconfig.get_path("scripts"))

pytestmark = pytest.mark.skipif(not TYPOS, reason="typos is not installed: it is in the extra `check`")


def found(tmp_path, name, text):
    """The words that are reported in a file of that name."""
    (tmp_path / "typos.toml").write_bytes((ROOT / "typos.toml").read_bytes())
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    done = subprocess.run(
        [TYPOS, "--force-exclude", "--format", "brief", name], capture_output=True, text=True, cwd=tmp_path
    )
    return [line.split("`")[1] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", ["page.md", "module.py", "part.js", "chapter.ipynb", "style.css", "settings.toml"])
def test_american_words_and_slips_are_found_in_every_kind_of_file(tmp_path, name):
    assert found(tmp_path, name, "# its behavior is recieved\n") == ["behavior", "recieved"]


def test_a_word_of_prose_is_found_that_is_also_a_word_of_code(tmp_path):
    text = '# the color of the center\ntext(x, y, color=colour, ha="center")\n'
    assert found(tmp_path, "figure.py", text) == ["color", "center"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.md", "The `initialize` method is at https://example.org/behavior.\n"),
        ("titles.py", 'commit("id", "0123", "PCI: initialize a device", "Says what it does.")\n'),
        ("messages.py", '"sd %s: [%s] Synchronizing SCSI cache",\n'),
        ("style.css", "a { color: red; text-align: center; border-color: blue }\n"),
        ("chapter.ipynb", '   "id": "ede7cf76",\n   "<p>the title of a commit, which may initialize</p>"\n'),
        ("tests/consoles/01.log", "the behavior of a kernel\n"),
        ("LICENSE", "authorized\n"),
    ],
    ids=lambda value: value if "\n" not in value else "",
)
def test_code_and_quotations_are_not_checked(tmp_path, name, text):
    assert found(tmp_path, name, text) == []


def test_a_title_may_be_american_and_what_we_say_of_it_may_not(tmp_path):
    assert found(tmp_path, "titles.py", 'commit("id", "0123", "initialize it", "They initialize it.")\n') == [
        "initialize"
    ]
